//! Opens the page and speaks to it as a visitor does: by the names on its buttons and the hooks that it documents.
//!
//! Every failure panics with what was waited for, what the page said instead and what its console held; a picture of the
//! page at that moment is in `target/e2e-pictures/`.

use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use xtask::browser::Browser;
use xtask::webdriver::{Element, Screen, Session};

/// Long enough for a slow machine under load: tests never judge speed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(20);

/// A browser of its own, with the page open.
pub struct Page {
    session: Session,
    name: String,
}

impl Page {
    /// Opens the page at the fragment (`""` or `"#depth=30&…"`) and waits until it has drawn its first step.
    pub fn open(screen: Screen, fragment: &str) -> Self {
        let page = Self::open_at(screen, &format!("{}{fragment}", variable("GRADIENT_LAB_E2E_URL")));
        page.wait_until("the page to be ready", &format!("!['', 'loading', undefined].includes({STATUS}?.state)"));
        page
    }

    /// Opens any address and waits for nothing.
    pub fn open_at(screen: Screen, url: &str) -> Self {
        let browser = Browser::ensure().expect("a browser");
        let session =
            Session::open(&variable("GRADIENT_LAB_E2E_DRIVER"), &browser, screen).expect("the browser starts");
        // Test threads bear the test's name.
        let name = thread::current().name().unwrap_or("page").replace("::", "-");
        let page = Self { session, name };
        page.session.go_to(url).expect("the address opens");
        page
    }

    /// The browser itself, for what this harness has no word for.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Follows a link to another fragment of the same page, as in the same tab.
    pub fn follow_fragment(&self, fragment: &str) {
        self.run("location.hash = arguments[0]", &[fragment.into()]);
    }

    /// The value of `#status`'s `data-<key>`, `None` if it has none.
    pub fn status(&self, key: &str) -> Option<String> {
        let value =
            self.run("return document.getElementById('status')?.getAttribute(`data-${arguments[0]}`)", &[key.into()]);
        value.as_str().map(str::to_owned)
    }

    /// The step that the page shows.
    pub fn step(&self) -> u64 {
        self.status("step").and_then(|step| step.parse().ok()).unwrap_or_else(|| self.fail("data-step is no number"))
    }

    /// Waits until `#status`'s `data-<key>` is `value`.
    pub fn wait_for_status(&self, key: &str, value: &str) {
        let script = "return document.getElementById('status')?.getAttribute(`data-${arguments[0]}`) === arguments[1]";
        self.wait(&format!("data-{key} to be {value:?}"), PATIENCE, || {
            self.run(script, &[key.into(), value.into()]) == Value::Bool(true)
        });
    }

    /// Waits until a JavaScript expression is true.
    pub fn wait_until(&self, what: &str, expression: &str) {
        self.wait(what, PATIENCE, || self.eval(&format!("Boolean({expression})")) == Value::Bool(true));
    }

    /// Waits until `holds`, or fails saying what for.
    pub fn wait(&self, what: &str, patience: Duration, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            if started.elapsed() > patience {
                self.fail(&format!("waited {} s in vain for {what}", patience.as_secs()));
            }
            thread::sleep(POLL);
        }
    }

    /// Clicks the button with this accessible name.
    pub fn click_button(&self, name: &str) {
        let button = self.find_named("button, [role=button], summary, [role=menuitem]", name);
        if let Err(error) = self.session.click(&button) {
            self.fail(&format!("the button {name:?} cannot be clicked: {error}"));
        }
    }

    /// The first element of a selector that has this accessible name.
    pub fn find_named(&self, css: &str, name: &str) -> Element {
        self.session.find_named(css, name).unwrap_or_else(|error| self.fail(&error.to_string()))
    }

    /// Gives a control (by id) a value, as a visitor's own change would: with its `input` and `change` events.
    pub fn set_control(&self, id: &str, value: &str) {
        let script = "
            const control = document.getElementById(arguments[0]);
            if (!control) return false;
            if (control.type === 'checkbox') control.checked = arguments[1] === 'true';
            else control.value = arguments[1];
            control.dispatchEvent(new Event('input', { bubbles: true }));
            control.dispatchEvent(new Event('change', { bubbles: true }));
            return true;";
        if self.run(script, &[id.into(), value.into()]) != Value::Bool(true) {
            self.fail(&format!("there is no control {id:?}"));
        }
    }

    /// The value of a JavaScript expression.
    pub fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"), &[])
    }

    /// Runs the body of a JavaScript function; a promise is waited for.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.session.execute(script, arguments).unwrap_or_else(|error| self.fail(&format!("{error}, in: {script}")))
    }

    /// Fails if the page wrote an error or a warning to the console.
    pub fn assert_quiet_console(&self) {
        let lines = self.session.console().unwrap_or_else(|error| self.fail(&error.to_string()));
        let loud: Vec<_> =
            lines.into_iter().filter(|line| line.starts_with("SEVERE") || line.starts_with("WARNING")).collect();
        assert!(loud.is_empty(), "the console is not quiet:\n{}", loud.join("\n"));
    }

    /// Saves a picture as `target/e2e-pictures/<name>.png` and returns its path.
    pub fn take_picture(&self, name: &str) -> PathBuf {
        let folder = PathBuf::from(variable("GRADIENT_LAB_E2E_PICTURES"));
        let path = folder.join(format!("{name}.png"));
        fs::create_dir_all(&folder).expect("a folder for pictures");
        fs::write(&path, self.session.screenshot().expect("a picture")).expect("the picture can be written");
        path
    }

    /// Ends the test with a message and all that helps to understand it.
    pub fn fail(&self, message: &str) -> ! {
        let status = self.session.execute("return document.getElementById('status')?.outerHTML", &[]);
        let status = status.ok().and_then(|html| html.as_str().map(str::to_owned)).unwrap_or_else(|| "none".to_owned());
        let console = self.session.console().unwrap_or_default().join("\n  ");
        let picture = self.take_picture(&self.name);
        panic!("{message}\nstatus: {status}\nconsole:\n  {console}\npicture: {}", picture.display());
    }
}

/// The page's status line, in JavaScript.
const STATUS: &str = "document.getElementById('status')?.dataset";

/// What `cargo xtask test` prepared.
pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: these tests are run by `cargo xtask test`"))
}
