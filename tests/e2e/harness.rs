//! Opens the page and speaks to it as a visitor does: by the names on its buttons and the hooks that it documents.
//!
//! Every failure panics with what was waited for, what the page said instead and what its console held; a picture of the
//! page at that moment is in `target/e2e-pictures/`.

use serde_json::{Value, json};
use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use xtask::browser::{Browser, Kind};
use xtask::keyboard;
use xtask::webdriver::{Driver, Element, Screen, Session};

/// Long enough for a slow machine under load: tests never judge speed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Longer than a promise may take that a test waits for: one that is never kept must not hold up all the others.
const SCRIPT_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The tabs below the main chart, in their order.
pub const TABS: [&str; 6] = ["overview", "layer", "optimizer", "network", "learned", "proof"];

/// Every chart, after the tab that it is on; the main chart stands above all of them.
pub const CHARTS: [(&str, &str); 11] = [
    ("overview", "gradient-by-layer"),
    ("overview", "gradient-over-time"),
    ("overview", "loss"),
    ("layer", "histogram-z"),
    ("layer", "histogram-a"),
    ("layer", "histogram-w"),
    ("layer", "histogram-grad-w"),
    ("layer", "histogram-update"),
    ("optimizer", "optimizer"),
    ("network", "network"),
    ("learned", "learned"),
];

/// The charts of the instruments that recurrent networks have in the place of others, with the tabs that show them.
pub const CHARTS_THROUGH_TIME: [(&str, &str); 5] = [
    ("cell", "gates-over-time"),
    ("cell", "lag-share"),
    ("cell", "cell-gate-1"),
    ("optimizer", "optimizer"),
    ("network", "unrolled"),
];

/// A browser of its own, with the page open. A test that ends well fails all the same if the page wrote an error or a
/// warning to the console.
pub struct Page {
    session: Session,
    /// The driver, if it is this page's alone; it ends after the browser.
    _driver: Option<Driver>,
    name: String,
    /// What lines of the console may hold that would be errors in any other test.
    expected: RefCell<Vec<&'static str>>,
}

impl Page {
    /// Opens the page at the fragment (`""` or `"#depth=30&…"`) and waits until it has drawn its first step.
    pub fn open(screen: Screen, fragment: &str) -> Self {
        let page = Self::open_at(screen, &format!("{}{fragment}", variable("GRADIENT_LAB_E2E_URL")));
        page.wait_until_ready();
        page
    }

    /// Opens any address and waits for nothing.
    pub fn open_at(screen: Screen, address: &str) -> Self {
        let browser = Browser::of_tests().expect("a browser");
        // That of Firefox has one browser at a time.
        let driver = (browser.kind == Kind::Firefox).then(|| Driver::start(&browser).expect("a driver"));
        let url = driver.as_ref().map_or_else(|| variable("GRADIENT_LAB_E2E_DRIVER"), |driver| driver.url().to_owned());
        let session = Session::open(&url, &browser, screen).expect("the browser starts");
        session.set_script_timeout(SCRIPT_TIMEOUT).expect("the browser takes a time limit");
        // Test threads bear the test's name.
        let name = thread::current().name().unwrap_or("page").replace("::", "-");
        let page = Self { session, _driver: driver, name, expected: RefCell::default() };
        page.go_to(address);
        page
    }

    /// Opens an address with a hand on the page's workers, which the page itself gives to nobody: all that it makes are in
    /// `workers`, and what their loaders tell of their way in `told`. Waits for nothing.
    pub fn open_with_workers_in_hand(address: &str) -> Self {
        let source = "
            const Native = Worker;
            window.workers = [];
            window.told = [];
            window.Worker = class extends Native {
                constructor(...all) {
                    super(...all);
                    window.workers.push(this);
                    this.addEventListener('message', ({ data }) => { if (data.received >= 0) window.told.push(data); });
                }
            };";
        let page = Self::open_at(Screen::LAPTOP, "about:blank");
        page.session().prepare_documents(source).expect("a browser that prepares documents");
        page.go_to(address);
        page
    }

    /// Crashes one of the workers that are in hand, counted from 0 or, below, from the end.
    pub fn crash_worker(&self, which: i32) {
        self.eval(&crash_of_worker(which));
    }

    /// Lets the page believe that nobody sees it, or that somebody does again.
    pub fn hide(&self, is_hidden: bool) {
        let script = "
            Object.defineProperty(document, 'hidden', { configurable: true, get: () => arguments[0] });
            document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));";
        self.run(script, &[is_hidden.into()]);
    }

    /// Opens any address in the same tab and waits for nothing.
    pub fn go_to(&self, url: &str) {
        if let Err(error) = self.session.go_to(url) {
            self.fail(&format!("{url:.200} cannot be opened: {error}"));
        }
    }

    /// Loads the page again with another fragment, as a link from elsewhere does, and waits until it is ready.
    pub fn reopen(&self, fragment: &str) {
        self.go_to("about:blank");
        self.go_to(&format!("{}{fragment}", variable("GRADIENT_LAB_E2E_URL")));
        self.wait_until_ready();
    }

    /// Waits until the page has drawn its first step.
    pub fn wait_until_ready(&self) {
        self.wait_until("the page to be ready", &format!("!['', 'loading', undefined].includes({STATUS}?.state)"));
    }

    /// Another size of the screen.
    pub fn set_screen(&self, screen: Screen) {
        self.session.set_screen(screen).unwrap_or_else(|error| self.fail(&error.to_string()));
    }

    /// The browser itself, for what this harness has no word for.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Follows a link to another fragment of the same page, as in the same tab, and waits until it is opened.
    pub fn follow_fragment(&self, fragment: &str) {
        // Listeners are called in their order, so the page has heard of the new address before this promise is kept;
        // a turn of the event loop later it shows so.
        let script = "
            return new Promise((resolve) => {
                const before = location.href;
                addEventListener('hashchange', () => setTimeout(resolve), { once: true });
                location.hash = arguments[0];
                if (location.href === before) resolve();
            });";
        self.run(script, &[fragment.into()]);
        self.wait_until_ready();
    }

    /// The address's fragment, with its `#`.
    pub fn fragment(&self) -> String {
        self.text_of("location.hash")
    }

    /// Waits until the address's fragment is this one (with its `#`).
    pub fn wait_for_fragment(&self, fragment: &str) {
        self.wait_until(
            &format!("the address to end in {fragment:?}"),
            &format!("location.hash === {}", json!(fragment)),
        );
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

    /// The loss that the page shows, to the last bit.
    pub fn loss(&self) -> f64 {
        let loss = self.status("loss").and_then(|loss| loss.parse().ok());
        loss.unwrap_or_else(|| self.fail("data-loss is no number"))
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

    /// The first element that a CSS selector matches.
    pub fn find(&self, css: &str) -> Element {
        let elements = self.session.elements(css).unwrap_or_else(|error| self.fail(&error.to_string()));
        elements.into_iter().next().unwrap_or_else(|| self.fail(&format!("nothing matches {css:?}")))
    }

    /// Clicks the first element that a CSS selector matches.
    pub fn click(&self, css: &str) {
        if let Err(error) = self.session.click(&self.find(css)) {
            self.fail(&format!("{css:?} cannot be clicked: {error}"));
        }
    }

    /// Opens a tab and waits for its pane, which may have to be fetched. Of a recurrent network *Cell* stands in the place of
    /// *Layer*.
    pub fn open_tab(&self, tab: &str) {
        let has_cell = self.eval("document.querySelector('[data-tab=cell]') !== null") == Value::Bool(true);
        let tab = if tab == "layer" && has_cell { "cell" } else { tab };
        // On a phone the tabs scroll sideways.
        let script =
            "document.querySelector(`[data-tab=${arguments[0]}]`).scrollIntoView({ block: 'end', inline: 'center' })";
        self.run(script, &[tab.into()]);
        self.click(&format!("[data-tab={tab}]"));
        self.wait_until(
            &format!("the pane of {tab}"),
            &format!(
                "document.querySelector('[data-tab={tab}]').ariaSelected === 'true'
                    && document.getElementById('pane-{tab}')?.firstElementChild
                    && !document.querySelector('#pane-{tab} [data-part]')"
            ),
        );
    }

    /// Types into the element that has the focus, or into the page if none has.
    pub fn type_text(&self, text: &str) {
        text.chars().for_each(|letter| self.press(&letter.to_string()));
    }

    /// Presses and releases a key, by its name in `KeyboardEvent.key`, wherever the focus is.
    pub fn press(&self, key: &str) {
        keyboard::press(&self.session, &[("", key)]).unwrap_or_else(|error| self.fail(&error.to_string()));
    }

    /// The numbers of a chart from its *Data* table, by the heads of their rows; empty cells are `None`.
    pub fn data_table(&self, chart: &str) -> Vec<(String, Vec<Option<f64>>)> {
        self.open_data_table(chart);
        let script = "
            const rows = document.querySelectorAll(`figure[data-chart='${arguments[0]}'] tbody tr`);
            return [...rows].map((row) =>
                [row.querySelector('th').textContent, [...row.querySelectorAll('td')].map((cell) => cell.dataset.value)]);";
        let rows = self.run(script, &[chart.into()]);
        let cell = |cell: &Value| {
            cell.as_str().map(|text| {
                let text = text.replace("Infinity", "inf");
                text.parse().unwrap_or_else(|_| self.fail(&format!("data-value={text:?} is no number")))
            })
        };
        let row = |row: &Value| {
            let cells = row[1].as_array().map(|cells| cells.iter().map(cell).collect());
            (row[0].as_str().unwrap_or_default().to_owned(), cells.unwrap_or_default())
        };
        rows.as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
    }

    /// Opens a chart's *Data* table, if it is not open.
    pub fn open_data_table(&self, chart: &str) {
        let figure = format!("figure[data-chart='{chart}']");
        if self.eval(&format!("document.querySelector(\"{figure} table\") === null")) == Value::Bool(true) {
            self.click(&format!("{figure} button[aria-expanded]"));
            self.wait_until(
                &format!("the table of {chart}"),
                &format!("document.querySelector(\"{figure} tbody tr\")"),
            );
        }
    }

    /// Gives a control (by id) a value, as a visitor's own change would: with its `input`, `change` and `blur` events.
    pub fn set_control(&self, id: &str, value: &str) {
        let script = "
            const control = document.getElementById(arguments[0]);
            if (!control) return false;
            if (control.type === 'checkbox') control.checked = arguments[1] === '1';
            else control.value = arguments[1];
            control.dispatchEvent(new Event('input', { bubbles: true }));
            control.dispatchEvent(new Event('change', { bubbles: true }));
            control.dispatchEvent(new FocusEvent('blur'));
            return true;";
        if self.run(script, &[id.into(), value.into()]) != Value::Bool(true) {
            self.fail(&format!("there is no control {id:?}"));
        }
    }

    /// What a control (by id) shows: its value, of a checkbox `1` or `0`; `None` if it is not on the page.
    pub fn control(&self, id: &str) -> Option<String> {
        let script = "
            const control = document.getElementById(arguments[0]);
            if (control?.type === 'checkbox') return control.checked ? '1' : '0';
            return control?.value;";
        self.run(script, &[id.into()]).as_str().map(str::to_owned)
    }

    /// The text that a JavaScript expression gives.
    pub fn text_of(&self, expression: &str) -> String {
        let value = self.eval(expression);
        value.as_str().map_or_else(|| self.fail(&format!("{expression} is no text but {value}")), str::to_owned)
    }

    /// The number that a JavaScript expression gives.
    pub fn number_of(&self, expression: &str) -> f64 {
        let value = self.eval(expression);
        value.as_f64().unwrap_or_else(|| self.fail(&format!("{expression} is no number but {value}")))
    }

    /// The value of a JavaScript expression.
    pub fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"), &[])
    }

    /// Runs the body of a JavaScript function; a promise is waited for.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.session.execute(script, arguments).unwrap_or_else(|error| self.fail(&format!("{error}, in: {script}")))
    }

    /// Allows lines in the console that hold this word: the browser's own complaint about what a test took away.
    pub fn expect_in_console(&self, word: &'static str) {
        self.expected.borrow_mut().push(word);
    }

    /// Fails if the page wrote an error or a warning to the console.
    pub fn assert_quiet_console(&self) {
        let mut lines = self.session.console().unwrap_or_else(|error| self.fail(&error.to_string()));
        lines.retain(|line| line.starts_with("SEVERE") || line.starts_with("WARNING"));
        lines.retain(|line| !self.expected.borrow().iter().any(|word| line.contains(word)));
        if !lines.is_empty() {
            self.fail(&format!("the console is not quiet:\n{}", lines.join("\n")));
        }
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

impl Drop for Page {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.assert_quiet_console();
        }
    }
}

/// The page's status line, in JavaScript.
const STATUS: &str = "document.getElementById('status')?.dataset";

/// What `cargo xtask test` prepared.
pub fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: these tests are run by `cargo xtask test`"))
}

/// In JavaScript, the crash of one of the workers that are in hand, counted from 0 or, below, from the end.
pub fn crash_of_worker(which: i32) -> String {
    let event = "new ErrorEvent('error', { message: 'a loose wire', cancelable: true })";
    format!("workers.at({which}).dispatchEvent({event})")
}
