// The page's first script: says in words why the lab does not come, if it does not, and gives way to it when it does.
// Written for browsers of any age: an old one must be able to read its way to the sentence that says so.
(function () {
  var start = document.getElementById("start");
  var supported = isSupported();
  // Directives of the host's Content-Security-Policy that stopped something of the page, without repetitions.
  var blocked = [];

  // It says that no script runs.
  start.removeChild(document.getElementById("start-idle"));

  document.querySelector("#stopped button").addEventListener("click", function () {
    location.reload();
  });

  function isSupported() {
    // The smallest module that uses a 128-bit vector.
    var simd = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
    return (
      typeof WebAssembly === "object" &&
      "noModule" in HTMLScriptElement.prototype &&
      WebAssembly.validate(new Uint8Array(simd))
    );
  }

  // Before the lab is there, and after it has failed to come: in its place.
  function say(text, detail) {
    var message = document.getElementById("start-message");
    if (!message) return;
    message.setAttribute("role", "alert");
    message.textContent = text;
    var code = document.getElementById("start-detail");
    code.textContent = detail ? String(detail) : "";
    code.hidden = !detail;
  }

  function sayOld() {
    say("This browser cannot run the lab: it needs WebAssembly with SIMD, which Chrome and Edge have since version 97, Firefox since 89 and Safari since 16.4.");
  }

  // What the host's own policy must allow, by the directives that do not.
  function sayBlocked(detail) {
    var rules = blocked.map(function (directive) {
      return directive + (directive === "script-src" ? " 'self' 'wasm-unsafe-eval'" : " 'self'");
    });
    var sentence =
      "A part of the lab is stopped by the site that this page stands on. Its Content-Security-Policy must allow: " +
      rules.join("; ") + ". If it does, a file is missing.";
    if (start) return say(sentence, detail);
    document.getElementById("blocked-message").textContent = sentence;
    document.getElementById("blocked").hidden = false;
  }

  function failed(error) {
    if (!supported) return;
    if (blocked.length === 0 && /content security policy/i.test(String(error))) blocked.push("script-src");
    if (blocked.length > 0) {
      sayBlocked(error);
    } else if (location.protocol === "file:") {
      say("The lab cannot run from a file: browsers load WebAssembly only from a web server. Any static server will do.", error);
    } else if (window.origin === "null") {
      // A frame may take the page's origin away, and with it the right to its own files.
      say("The lab cannot run in this frame: it has a sandbox without allow-same-origin, which keeps the page from its own files. The frame needs sandbox=\"allow-scripts allow-same-origin\".", error);
      var link = start.appendChild(document.createElement("a"));
      link.href = location.href;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "Open in a tab of its own";
    } else {
      say("The lab could not be loaded. Please load the page again; if that does not help, its files are incomplete or the connection is down.", error);
    }
  }

  if (!supported) sayOld();

  var own = document.querySelector("meta[http-equiv]").content;
  document.addEventListener("securitypolicyviolation", function (event) {
    var isWasm = /^(wasm-)?eval$/.test(event.blockedURI);
    // What an extension of the browser adds to the page is none of the lab, nor is an icon that is not shown; of a worker
    // the lab itself says so.
    var isOurs = isWasm || event.blockedURI.indexOf(location.protocol + "//" + location.host) === 0;
    var directive = event.effectiveDirective.replace(/-(elem|attr)$/, "");
    if (!supported || !isOurs || event.disposition === "report" || /^(img|worker)-src$/.test(directive)) return;
    if (event.originalPolicy !== own) {
      if (blocked.indexOf(directive) < 0) blocked.push(directive);
      sayBlocked();
    } else if (isWasm && start) {
      // It has WebAssembly, but no word by which a policy allows that.
      supported = false;
      sayOld();
    }
  });

  // A script that does not come tells nobody but its element; one that cannot be read, the window.
  addEventListener(
    "error",
    function (event) {
      if (!start) return;
      var script = event.target.tagName === "SCRIPT" ? event.target : document.querySelector("script[type=module]");
      var isLab = script && script.type === "module" && (event.target === script || event.filename === script.src);
      if (isLab) failed(event.message || script.src);
    },
    true
  );

  // For the lab's own script (xtask/src/start_page.js).
  window.gradientLabStart = {
    supported: supported,
    ready: function () {
      start.parentNode.removeChild(start);
      start = null;
      // The style sheet was stopped, or is not there, before this script could hear of it.
      var paper = getComputedStyle(document.documentElement).getPropertyValue("--paper");
      if (!paper && blocked.indexOf("style-src") < 0) blocked.push("style-src");
      if (blocked.length > 0) sayBlocked();
    },
    failed: failed,
  };
})();
