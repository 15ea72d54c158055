//! A small WebDriver client: what the tests and the measurements need of the protocol, and no more.
//!
//! It blocks, so tests read from top to bottom, and it needs three small crates where the complete clients bring an
//! asynchronous runtime and a hundred. Source: the W3C recommendation "WebDriver", chromedriver's own `goog/cdp` and
//! `se/log` commands, and in their place "WebDriver BiDi" and geckodriver's `moz/context` in Firefox.

use crate::bidi::Bidi;
use crate::browser::{Browser, Kind};
use anyhow::{Context, Result, anyhow, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Agent;

/// Longer than any single command may take; what a page does meanwhile is bounded by the callers.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The name under which the protocol hides an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running chromedriver or geckodriver; ends when it is dropped.
#[derive(Debug)]
pub struct Driver {
    process: Child,
    url: String,
    kind: Kind,
}

impl Driver {
    /// Starts a browser's driver on a free port. That of Firefox has one [`Session`] at a time.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(browser: &Browser) -> Result<Self> {
        let mut command = Command::new(&browser.driver);
        command.arg("--port=0");
        if browser.kind == Kind::Firefox {
            // For the settings by which `set_media` speaks for the system.
            command.args(["--websocket-port=0", "--allow-system-access"]);
        }
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", browser.driver.display()))?;
        let mut lines = BufReader::new(process.stdout.take().context("the driver has no output")?);
        let mut said = String::new();
        let port = loop {
            let start = said.len();
            if lines.read_line(&mut said)? == 0 {
                let _ = process.kill();
                bail!("{} ended at once: {said}", browser.driver.display());
            }
            if let Some(port) = port_in(&said[start..]) {
                break port;
            }
        };
        // A full pipe would stop the driver.
        thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Ok(Self { process, url: format!("http://127.0.0.1:{port}"), kind: browser.kind })
    }

    /// The address that [`Session::open`] takes.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, it closes what browsers are still open; killed, it would leave them behind.
        let ask = || ureq::get(format!("{}/shutdown", self.url)).config().proxy(None).build().call();
        // geckodriver cannot be asked, and its one browser is closed with its session.
        if self.kind == Kind::Firefox || ask().is_err() {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// "ChromeDriver was started successfully on port 34567.", "… geckodriver INFO Listening on 127.0.0.1:34567"
fn port_in(line: &str) -> Option<u16> {
    let said = ["started successfully on port ", "Listening on 127.0.0.1:"];
    let (_, port) = said.into_iter().find_map(|words| line.split_once(words))?;
    port.trim().trim_end_matches('.').parse().ok()
}

/// The screen that a page is shown on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Width of the page's area, in CSS pixels.
    pub width: u32,
    /// Height of the page's area, in CSS pixels.
    pub height: u32,
    /// Device pixels in a CSS pixel.
    pub pixel_ratio: f64,
    /// Whether it is a phone: a touch screen, and a layout that follows the page's viewport declaration.
    pub mobile: bool,
}

impl Screen {
    /// The smallest laptop on which nothing essential may need scrolling.
    pub const LAPTOP: Self = Self { width: 1280, height: 720, pixel_ratio: 1.0, mobile: false };
    /// An older projector.
    pub const PROJECTOR: Self = Self { width: 1024, height: 768, pixel_ratio: 1.0, mobile: false };
    /// A common phone.
    pub const PHONE: Self = Self { width: 390, height: 844, pixel_ratio: 3.0, mobile: true };
}

/// A browser with one tab; closes when it is dropped.
#[derive(Debug)]
pub struct Session {
    agent: Agent,
    url: String,
    browser_process: Option<u64>,
    /// The second voice of Firefox.
    bidi: Option<Bidi>,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Session {
    /// Opens a fresh browser, with no cache and no history, at the driver of this address.
    ///
    /// # Errors
    /// If the browser does not start.
    pub fn open(driver_url: &str, browser: &Browser, screen: Screen) -> Result<Self> {
        // No proxy, whatever the environment says: everything is on this machine.
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(COMMAND_TIMEOUT))
            .proxy(None)
            .build()
            .into();
        let mut capabilities = browser.capabilities();
        if let Some(flags) = capabilities["goog:chromeOptions"]["args"].as_array_mut() {
            // Memory is measured when it is asked for, not at the next convenient garbage collection.
            flags.push(json!("--enable-blink-features=ForceEagerMeasureMemory"));
        }
        capabilities["browserName"] = json!(browser.kind.name());
        match browser.kind {
            Kind::Chromium => capabilities["goog:loggingPrefs"] = json!({ "browser": "ALL" }),
            Kind::Firefox => capabilities["webSocketUrl"] = json!(true),
        }
        capabilities["timeouts"] = json!({ "script": COMMAND_TIMEOUT.as_millis() as u64, "pageLoad": 60_000 });
        let capabilities = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let answer = request(&agent, "POST", &format!("{driver_url}/session"), Some(&capabilities))?;
        let id = answer["sessionId"].as_str().context("no session")?;
        let browser_process = answer["capabilities"]["goog:processID"].as_u64();
        let mut session = Self { url: format!("{driver_url}/session/{id}"), agent, browser_process, bidi: None };
        if browser.kind == Kind::Firefox {
            let address = answer["capabilities"]["webSocketUrl"].as_str().context("no WebSocket of the browser")?;
            session.bidi = Some(Bidi::connect(address)?);
        }
        session.set_screen(screen)?;
        Ok(session)
    }

    /// Whose browser it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.bidi.is_some() { Kind::Firefox } else { Kind::Chromium }
    }

    /// The browser's process, if the driver tells.
    #[must_use]
    pub fn browser_process(&self) -> Option<u64> {
        self.browser_process
    }

    /// Changes the screen, exactly: a window's size would include the browser's own bars.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn set_screen(&self, screen: Screen) -> Result<()> {
        let Screen { width, height, pixel_ratio, mobile } = screen;
        if let Some(bidi) = &self.bidi {
            // Firefox has no phones to give: only their size.
            let viewport = json!({ "width": width, "height": height });
            let parameters = json!({ "context": self.tab()?, "viewport": viewport, "devicePixelRatio": pixel_ratio });
            return bidi.command("browsingContext.setViewport", parameters).map(drop);
        }
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": pixel_ratio, "mobile": mobile });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)?;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile }))?;
        Ok(())
    }

    /// Bounds how long [`execute`](Self::execute) waits for a promise, which is long at first: measurements take their
    /// time, while a test should say soon what it waits for in vain.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn set_script_timeout(&self, timeout: Duration) -> Result<()> {
        self.post("timeouts", json!({ "script": timeout.as_millis() as u64 })).map(drop)
    }

    /// Opens an address and waits for its `load` event.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn go_to(&self, url: &str) -> Result<()> {
        self.post("url", json!({ "url": url })).map(drop)
    }

    /// Speaks to the page in a frame from now on, or, without one, to the whole page again.
    ///
    /// # Errors
    /// If there is no such frame.
    pub fn enter_frame(&self, frame: Option<&Element>) -> Result<()> {
        let id = frame.map_or(Value::Null, |frame| json!({ ELEMENT: frame.0 }));
        self.post("frame", json!({ "id": id })).map(drop)
    }

    /// One entry back in the browser's history, and waits for what is there.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn back(&self) -> Result<()> {
        self.post("back", json!({})).map(drop)
    }

    /// One entry forward in the browser's history, and waits for what is there.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn forward(&self) -> Result<()> {
        self.post("forward", json!({})).map(drop)
    }

    /// Loads the page again and waits for its `load` event.
    ///
    /// # Errors
    /// If it cannot be loaded.
    pub fn reload(&self) -> Result<()> {
        self.post("refresh", json!({})).map(drop)
    }

    /// Has pointers and keys act as a visitor's do; `sources` is what the protocol's *Perform Actions* takes.
    ///
    /// # Errors
    /// If a place is outside the window.
    pub fn perform(&self, sources: Value) -> Result<()> {
        self.post("actions", json!({ "actions": sources })).map(drop)
    }

    /// Has the system ask for something by a media feature.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn set_media(&self, feature: &str, value: &str) -> Result<()> {
        if self.bidi.is_some() {
            return self.set_media_preference(feature, value);
        }
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.cdp("Emulation.setEmulatedMedia", media).map(drop)
    }

    /// Runs a script at the beginning of every document that is opened from now on.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn prepare_documents(&self, source: &str) -> Result<()> {
        if let Some(bidi) = &self.bidi {
            let parameters = json!({ "functionDeclaration": format!("() => {{ {source} }}") });
            return bidi.command("script.addPreloadScript", parameters).map(drop);
        }
        self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).map(drop)
    }

    /// Keeps no file that a page wants to be saved.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn refuse_downloads(&self) -> Result<()> {
        if let Some(bidi) = &self.bidi {
            let parameters = json!({ "downloadBehavior": { "type": "denied" } });
            return bidi.command("browser.setDownloadBehavior", parameters).map(drop);
        }
        self.cdp("Browser.setDownloadBehavior", json!({ "behavior": "deny" })).map(drop)
    }

    /// Brings this tab to the front of its window.
    ///
    /// # Errors
    /// If the browser refuses.
    pub fn bring_to_front(&self) -> Result<()> {
        match &self.bidi {
            Some(bidi) => bidi.command("browsingContext.activate", json!({ "context": self.tab()? })).map(drop),
            None => self.cdp("Page.bringToFront", json!({})).map(drop),
        }
    }

    /// The present tab, by the driver's name for it.
    fn tab(&self) -> Result<Value> {
        self.get("window")
    }

    /// Firefox has a setting in the place of each wish of the system.
    fn set_media_preference(&self, feature: &str, value: &str) -> Result<()> {
        let (name, number) = match (feature, value) {
            ("prefers-color-scheme", "dark") => ("layout.css.prefers-color-scheme.content-override", 0),
            ("prefers-color-scheme", "light") => ("layout.css.prefers-color-scheme.content-override", 1),
            ("prefers-reduced-motion", "reduce") => ("ui.prefersReducedMotion", 1),
            ("forced-colors", "active") => ("browser.display.document_color_use", 2),
            _ => bail!("no setting of Firefox is known for {feature}: {value}"),
        };
        self.post("moz/context", json!({ "context": "chrome" }))?;
        let set = self.execute("Services.prefs.setIntPref(...arguments)", &[json!(name), json!(number)]);
        self.post("moz/context", json!({ "context": "content" }))?;
        set.map(drop)
    }

    /// Runs the body of a function in the page and returns its result; `arguments` holds the arguments. If it returns a
    /// promise, what that resolves to.
    ///
    /// # Errors
    /// If the script throws.
    pub fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post("execute/sync", json!({ "script": script, "args": arguments }))
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Errors
    /// If it throws, or is not true in time.
    pub fn wait_for(&self, condition: &str, patience: Duration) -> Result<()> {
        let started = Instant::now();
        while self.execute(&format!("return Boolean({condition})"), &[])? != json!(true) {
            if started.elapsed() > patience {
                bail!("waited {} s in vain for {condition}", patience.as_secs());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// The elements that a CSS selector matches.
    ///
    /// # Errors
    /// If the selector is malformed.
    pub fn elements(&self, css: &str) -> Result<Vec<Element>> {
        let found = self.post("elements", json!({ "using": "css selector", "value": css }))?;
        let found = found.as_array().context("elements come as an array")?;
        Ok(found.iter().filter_map(|element| element[ELEMENT].as_str()).map(|id| Element(id.to_owned())).collect())
    }

    /// The name that assistive technology gives an element.
    ///
    /// # Errors
    /// If the element is gone.
    pub fn accessible_name(&self, element: &Element) -> Result<String> {
        let name = self.get(&format!("element/{}/computedlabel", element.0))?;
        Ok(name.as_str().unwrap_or_default().to_owned())
    }

    /// The first element of a selector that has this accessible name.
    ///
    /// # Errors
    /// With the names that there are, if this is none of them.
    pub fn find_named(&self, css: &str, name: &str) -> Result<Element> {
        // The browser's word on each name costs a question, so those that look like it are asked first.
        let mark = "
            document.querySelectorAll('[data-likely]').forEach((element) => element.removeAttribute('data-likely'));
            for (const element of document.querySelectorAll(arguments[0])) {
                const words = (element.ariaLabel ?? element.textContent).trim();
                if (words === arguments[1]) element.setAttribute('data-likely', '');
            }";
        self.execute(mark, &[json!(css), json!(name)])?;
        let mut names = Vec::new();
        for css in ["[data-likely]", css] {
            for element in self.elements(css)? {
                // An element may vanish while the page draws itself anew; then it is not the one.
                let Ok(found) = self.accessible_name(&element) else { continue };
                if found == name {
                    return Ok(element);
                }
                names.push(found);
            }
        }
        bail!("nothing is named {name:?} among {names:?}")
    }

    /// Clicks where a visitor would; fails if something covers the element.
    ///
    /// # Errors
    /// If it cannot be clicked.
    pub fn click(&self, element: &Element) -> Result<()> {
        self.post(&format!("element/{}/click", element.0), json!({})).map(drop)
    }

    /// Types into an element, after what it holds.
    ///
    /// # Errors
    /// If it takes no keys.
    pub fn type_keys(&self, element: &Element, keys: &str) -> Result<()> {
        self.post(&format!("element/{}/value", element.0), json!({ "text": keys })).map(drop)
    }

    /// What is on the screen, as a PNG.
    ///
    /// # Errors
    /// If the browser takes no picture.
    pub fn screenshot(&self) -> Result<Vec<u8>> {
        let picture = self.get("screenshot")?;
        Ok(BASE64_STANDARD.decode(picture.as_str().context("a picture comes as text")?)?)
    }

    /// What the page wrote to the console since the last call, one line each with its level.
    ///
    /// # Errors
    /// If the browser keeps no log.
    pub fn console(&self) -> Result<Vec<String>> {
        if let Some(bidi) = &self.bidi {
            return Ok(bidi.console());
        }
        let entries = self.post("se/log", json!({ "type": "browser" }))?;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().context("the log comes as an array")?;
        Ok(entries.iter().map(|entry| format!("{}: {}", text(entry, "level"), text(entry, "message"))).collect())
    }

    /// A command of the Chrome DevTools protocol, which is Chromium's alone.
    ///
    /// # Errors
    /// If the browser does not know it.
    pub fn cdp(&self, command: &str, parameters: Value) -> Result<Value> {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    fn get(&self, path: &str) -> Result<Value> {
        request(&self.agent, "GET", &format!("{}/{path}", self.url), None)
    }

    fn post(&self, path: &str, body: Value) -> Result<Value> {
        request(&self.agent, "POST", &format!("{}/{path}", self.url), Some(&body))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.url).call();
    }
}

/// Sends a command and unwraps the answer's `value`.
fn request(agent: &Agent, method: &str, url: &str, body: Option<&Value>) -> Result<Value> {
    let answer = match body {
        Some(body) => agent.post(url).send_json(body),
        None => agent.get(url).call(),
    };
    let mut answer = answer.with_context(|| format!("no answer from the browser's driver to {method} {url}"))?;
    let status = answer.status();
    // Pictures are larger than the client's usual limit.
    let mut text = String::new();
    answer.body_mut().as_reader().read_to_string(&mut text)?;
    let mut answer: Value = serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
    if !status.is_success() {
        let message = answer["value"]["message"].as_str().unwrap_or(&text);
        // The rest of the message is the driver's own call stack.
        return Err(anyhow!("{}", message.split("\nStacktrace").next().unwrap_or(message).trim().to_owned()));
    }
    Ok(answer["value"].take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_drivers_own_sentence() {
        assert_eq!(port_in("ChromeDriver was started successfully on port 34567.\n"), Some(34567));
        assert_eq!(port_in("1795689600000\tgeckodriver\tINFO\tListening on 127.0.0.1:34567\n"), Some(34567));
        assert_eq!(port_in("Starting ChromeDriver 156.0 on port 0\n"), None);
    }
}
