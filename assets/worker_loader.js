// The first script of a training worker; a module. The page starts it as
//
//     new Worker("./worker_loader.js?v=BUILD", { type: "module" })
//
// Trunk gives worker files no hash in their names, so the build's version travels in the query, and this script passes
// it on: a cache can never pair the worker of one build with the page of another, nor its script with another's wasm.
const version = new URL(import.meta.url).search;

// Both files are asked for at once: on a slow line each wait counts.
const module = fetch(new URL(`./worker_bg.wasm${version}`, import.meta.url));
// Of two that fail the first is told.
module.catch(() => {});
// What has come is counted on a copy: the page waits as long as more comes. The response itself is compiled while it
// streams, and kept compiled by the browser. `cargo xtask stage` puts in how many bytes there are.
module.then(tell).catch(() => {});

async function tell(response) {
  const reader = response.clone().body.getReader();
  for (let received = 0; ; ) {
    postMessage({ received, total: Number("{{workerbytes}}") || 0 });
    const { done, value } = await reader.read();
    if (done) return;
    received += value.length;
  }
}

try {
  const { default: init } = await import(`./worker.js${version}`);
  await init({ module_or_path: module });
} catch (error) {
  // A rejected promise would stay inside the worker; an uncaught error reaches the page's `onerror`.
  setTimeout(() => {
    throw error;
  });
}
