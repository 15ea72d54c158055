//! What must hold of the page at any moment, whatever a visitor does.

use crate::browser::Kind;
use crate::page_bench::renderers_mb;
use crate::webdriver::Session;
use anyhow::Result;
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// How long a status may say `loading` without coming nearer to its step, and how long a page may not answer. Far more
/// than any network takes for a step on a busy machine: it is for what would last for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the page may be at work on one action before it counts as frozen.
const FROZEN: Duration = Duration::from_secs(12);

/// Bounds of memory: objects of the page's script, in megabytes, …
const HEAP_MB: f64 = 300.0;
/// … what the tabs' processes occupy, in megabytes: the largest network in f64 under Adam with its checkpoints takes
/// most of it …
const PROCESS_MB: f64 = 2500.0;
/// … and elements of the page.
const ELEMENTS: f64 = 30_000.0;

/// Bounds of what stays when garbage was collected, in megabytes and in nodes of documents. Users leave 2 MB and 2,000 to
/// 4,000 nodes.
const KEPT_MB: f64 = 20.0;
const KEPT_NODES: f64 = 20_000.0;

/// How often what tabs occupy is looked up, in looks: it costs more than the rest.
const PROCESS_EVERY: usize = 25;

/// Something that may not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What rule it breaks.
    pub kind: &'static str,
    /// What was seen.
    pub words: String,
}

impl Fault {
    fn new(kind: &'static str, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }

    /// What makes two faults the same: all but their numbers.
    #[must_use]
    pub fn signature(&self) -> String {
        let mut signature = format!("{}: ", self.kind);
        let mut was_digit = false;
        for letter in self.words.chars().take(160) {
            let is_digit = letter.is_ascii_digit();
            if !is_digit {
                signature.push(letter);
            } else if !was_digit {
                signature.push('#');
            }
            was_digit = is_digit;
        }
        signature
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.words)
    }
}

/// Hears what goes wrong in a document from its beginning.
pub const LISTEN: &str = "
    Error.stackTraceLimit = 40;
    window.heardFaults = [];
    addEventListener('error', (event) => heardFaults.push(`error: ${event.message}`));
    addEventListener('unhandledrejection', (event) => heardFaults.push(`rejection: ${event.reason}`));";

/// One look at everything. A page that is wider than its window gets two frames to follow a change of its size.
const LOOK: &str = r#"
    const faults = [];
    const say = (kind, words) => faults.push([kind, String(words)]);
    const state = { hash: location.hash, faults };
    if (!location.protocol.startsWith('http')) return { away: true, faults };
    const shown = (element) => element && !element.hidden;
    if (shown(document.getElementById('stopped'))) say('panic', document.getElementById('stopped-detail').textContent);
    if (document.querySelector('#start-message[role=alert]')) say('start', document.getElementById('start').textContent);
    for (const words of (window.heardFaults ?? []).splice(0)) say('error', words);
    const status = document.getElementById('status');
    if (!status) return { absent: true, faults };
    const { state: standing, step, loss, stepsPerSecond } = status.dataset;
    Object.assign(state, { standing, step });
    if (!['loading', 'paused', 'running', 'diverged', 'failed'].includes(standing)) say('status', standing);
    if (standing === 'failed') {
        const notices = [...document.querySelectorAll('[data-notice]')].map((notice) => notice.textContent);
        say('worker', notices.join(' / '));
    }

    // Numbers that tests and embedders read.
    if (!/^[0-9]+$/.test(step ?? '')) say('number', `data-step=${step}`);
    if (!(Number(stepsPerSecond) >= 0)) say('number', `data-steps-per-second=${stepsPerSecond}`);
    // What is no number in the run is none in the table.
    const isNumber = (text) => text === 'NaN' || (text.trim() !== '' && !Number.isNaN(Number(text)));
    if (loss !== undefined && standing !== 'diverged' && !Number.isFinite(Number(loss))) say('number', `data-loss=${loss}`);
    for (const element of document.querySelectorAll('[data-value], [data-factor], [data-since]')) {
        for (const key of ['value', 'factor', 'since']) {
            const text = element.dataset[key];
            if (text !== undefined && !isNumber(text)) say('number', `data-${key}=${text} of ${element.outerHTML.slice(0, 120)}`);
        }
    }

    // Words. Letters count, so that what a user wrote in others is no fault.
    const wrong = /(?<![\p{L}\p{N}_$-])(NaN|undefined|null|Infinity|inf|\[object \w+\])(?![\p{L}\p{N}_-])/u;
    const read = (text, place) => {
        const found = wrong.exec(text ?? '');
        if (found) say('words', `${place}: …${text.slice(Math.max(0, found.index - 60), found.index + 40)}…`);
    };
    read(document.body.innerText, 'the page');
    read(document.title, 'the title');
    for (const name of ['aria-label', 'title', 'aria-valuetext', 'aria-description', 'placeholder', 'alt']) {
        for (const element of document.querySelectorAll(`[${name}]`)) read(element.getAttribute(name), name);
    }

    // Memory.
    state.heap = (performance.memory?.usedJSHeapSize ?? 0) / 1e6;
    state.elements = document.getElementsByTagName('*').length;

    const page = document.documentElement;
    const isWide = () => page.scrollWidth > page.clientWidth;
    if (!isWide()) return state;
    const frames = (count) => new Promise((done) => {
        setTimeout(done, 1000);
        const frame = () => (count-- > 0 ? requestAnimationFrame(frame) : done());
        frame();
    });
    return frames(3).then(() => {
        if (!isWide()) return state;
        // What is within a box that scrolls by itself is not what makes the page wide.
        const isBoxed = (element) => {
            for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
                if (getComputedStyle(box).overflowX !== 'visible') return true;
            }
            return false;
        };
        const sticksOut = (element) => element.getBoundingClientRect().right > page.clientWidth + 0.5 && !isBoxed(element);
        const out = [...document.body.querySelectorAll('*')].filter(sticksOut);
        const deepest = out.find((element) => !out.some((other) => other !== element && element.contains(other)));
        const name = (element) => element.tagName.toLowerCase() + (element.id ? `#${element.id}` : '')
            + (typeof element.className === 'string' && element.className ? `.${element.className.trim().replaceAll(/\s+/g, '.')}` : '');
        const area = (element) => element.closest('figure')?.dataset.chart ?? element.closest('[role=tabpanel]')?.id ?? 'the page';
        const wide = page.scrollWidth - page.clientWidth;
        say('sideways scroll', `by ${wide} px at ${page.clientWidth}: ${deepest ? `${name(deepest)} in ${area(deepest)}` : 'nothing seen'}`);
        return state;
    });"#;

/// Looks at one page again and again.
#[derive(Debug)]
pub struct Watch {
    looks: usize,
    /// Where the run stood when it last came nearer to what it is loading, and when that was.
    standing: (String, Instant),
    /// The address's fragment at the last look.
    pub fragment: String,
    /// The largest of what was seen: megabytes of objects, megabytes of processes.
    pub most: (f64, f64),
    /// What stayed at the end: megabytes of objects, and nodes.
    pub kept: (f64, f64),
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            looks: 0,
            standing: (String::new(), Instant::now()),
            fragment: String::new(),
            most: (0.0, 0.0),
            kept: (0.0, 0.0),
        }
    }
}

impl Fault {
    /// Whether the page cannot go on after it.
    #[must_use]
    pub fn is_the_end(&self) -> bool {
        matches!(self.kind, "panic" | "start" | "worker" | "status")
    }
}

/// What a look found.
#[derive(Debug, PartialEq)]
pub enum Look {
    /// The lab, and what is wrong with it.
    Lab(Vec<Fault>),
    /// The tab shows something else.
    Elsewhere,
}

impl Watch {
    /// Looks once. A page that is still on its way is waited for.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub fn look(&mut self, session: &Session) -> Result<Look> {
        let started = Instant::now();
        let mut state = session.execute(LOOK, &[])?;
        while state["absent"] == json!(true) && faults_of(&state).is_empty() && started.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
            state = session.execute(LOOK, &[])?;
        }
        if state["away"] == json!(true) {
            return Ok(Look::Elsewhere);
        }
        let mut faults = faults_of(&state);
        let mut lines = session.console()?;
        lines.retain(|line| line.starts_with("SEVERE") || line.starts_with("WARNING"));
        add_console(&mut faults, lines);
        if state["absent"] == json!(true) {
            if faults.is_empty() {
                faults.push(Fault::new("start", format!("no lab within {} s", PATIENCE.as_secs())));
            }
            return Ok(Look::Lab(faults));
        }
        self.fragment = state["hash"].as_str().unwrap_or_default().to_owned();
        faults.extend(self.loads_for_ever(&state));
        faults.extend(self.is_too_large(session, &state));
        self.looks += 1;
        Ok(Look::Lab(faults))
    }

    /// Waits until nothing is loaded any more, or that at least comes nearer.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub fn come_to_rest(&self, session: &Session) -> Result<Vec<Fault>> {
        let started = Instant::now();
        let standing = |state: &Value| (state["standing"].clone(), state["step"].clone());
        let first = standing(&session.execute(LOOK, &[])?);
        loop {
            let state = session.execute(LOOK, &[])?;
            let is_loading = state["standing"] == json!("loading");
            if !is_loading || standing(&state) != first {
                return Ok(faults_of(&state));
            }
            if started.elapsed() > PATIENCE {
                return Ok(vec![Fault::new("loading", format!("for {} s at {first:?}", PATIENCE.as_secs()))]);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Too much that is left of the page after its garbage was collected, which Chromium alone does when asked to.
    ///
    /// # Errors
    /// If the browser does not answer.
    pub fn what_stays(&mut self, session: &Session) -> Result<Vec<Fault>> {
        if session.kind() != Kind::Chromium {
            return Ok(Vec::new());
        }
        session.cdp("HeapProfiler.collectGarbage", json!({}))?;
        session.cdp("Performance.enable", json!({}))?;
        let metrics = session.cdp("Performance.getMetrics", json!({}))?;
        let metrics = metrics["metrics"].as_array().map_or(&[][..], Vec::as_slice);
        let metric = |name: &str| {
            let metric = metrics.iter().find(|metric| metric["name"] == name);
            metric.and_then(|metric| metric["value"].as_f64()).unwrap_or_default()
        };
        self.kept = (metric("JSHeapUsedSize") / 1e6, metric("Nodes"));
        let bounds = [("MB of objects", self.kept.0, KEPT_MB), ("nodes", self.kept.1, KEPT_NODES)];
        let over = bounds.into_iter().filter(|(_, value, bound)| value > bound);
        Ok(over
            .map(|(name, value, bound)| Fault::new("memory", format!("{value:.0} {name} stay, over {bound}")))
            .collect())
    }

    fn loads_for_ever(&mut self, state: &Value) -> Option<Fault> {
        let standing = format!("{} {} {}", state["standing"], state["step"], state["hash"]);
        if state["standing"] != json!("loading") || self.standing.0 != standing {
            self.standing = (standing, Instant::now());
        }
        let for_how_long = self.standing.1.elapsed();
        (for_how_long > PATIENCE).then(|| Fault::new("loading", format!("for {} s", for_how_long.as_secs())))
    }

    fn is_too_large(&mut self, session: &Session, state: &Value) -> Option<Fault> {
        let number = |key: &str| state[key].as_f64().unwrap_or_default();
        let (heap, elements) = (number("heap"), number("elements"));
        let is_due = self.looks.is_multiple_of(PROCESS_EVERY);
        let process = session.browser_process().filter(|_| is_due).and_then(renderers_mb).unwrap_or_default();
        self.most = (self.most.0.max(heap), self.most.1.max(process));
        let bounds = [
            ("MB of objects", heap, HEAP_MB),
            ("MB of processes", process, PROCESS_MB),
            ("elements", elements, ELEMENTS),
        ];
        let (name, value, bound) = bounds.into_iter().find(|(_, value, bound)| value > bound)?;
        Some(Fault::new("memory", format!("{value:.0} {name}, over {bound}")))
    }
}

/// Adds what the console says. After a panic that is where it came from, and what follows from it is left out.
fn add_console(faults: &mut Vec<Fault>, mut lines: Vec<String>) {
    if let Some(panic) = faults.iter_mut().find(|fault| fault.kind == "panic") {
        let trace = lines.iter().find(|line| line.contains("panicked at"));
        let way = trace.map(|trace| way_of(trace)).unwrap_or_default();
        panic.words = format!("{way} {}", panic.words.replace('\n', " ")).trim().to_owned();
        lines.retain(|line| !line.contains("panicked at") && !line.contains("unreachable"));
        faults.retain(|fault| fault.kind != "error" || !fault.words.contains("unreachable"));
    }
    faults.extend(lines.into_iter().map(|line| Fault::new("console", line)));
}

/// The functions of the page in a call stack, the innermost first and without what shows the panic.
fn way_of(trace: &str) -> String {
    let functions = trace.split("gradient_lab::").skip(1).filter_map(|rest| rest.split("::h").next());
    let is_frame = |name: &&str| !["show_panics", "ui::reactive::"].iter().any(|other| name.contains(other));
    let functions = functions.filter(|name| is_frame(name) && name.len() < 100);
    functions.take(4).collect::<Vec<_>>().join(" < ")
}

/// The fault of a page that was at work for so long.
#[must_use]
pub fn frozen(duration: Duration) -> Option<Fault> {
    (duration > FROZEN).then(|| Fault::new("frozen", format!("no answer for {:.0} s", duration.as_secs_f64())))
}

/// The fault of a browser that gives an error in the place of an answer, unless the error only says that something could
/// not be done.
#[must_use]
pub fn lost(error: &anyhow::Error) -> Option<Fault> {
    let words = format!("{error:#}");
    let ends = ["crash", "disconnected", "no such window", "invalid session", "not reachable", "timeout", "no answer"];
    ends.iter().any(|end| words.to_lowercase().contains(end)).then(|| Fault::new("browser", words))
}

fn faults_of(state: &Value) -> Vec<Fault> {
    // The names that the script gives, as they live for ever.
    const KINDS: [&str; 8] = ["panic", "start", "error", "status", "worker", "number", "words", "sideways scroll"];
    let fault = |fault: &Value| {
        let kind = KINDS.into_iter().find(|kind| fault[0] == *kind)?;
        Some(Fault::new(kind, fault[1].as_str()?.trim()))
    };
    state["faults"].as_array().map(|faults| faults.iter().filter_map(fault).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_differ_in_numbers_are_the_same() {
        let fault = |words: &str| Fault::new("panic", words);
        assert_eq!(fault("at stage.rs:61:12").signature(), fault("at stage.rs:7:1").signature());
        assert_ne!(fault("at stage.rs:61:12").signature(), fault("at tools.rs:61:12").signature());
        assert_ne!(fault("a").signature(), Fault::new("words", "a").signature());
    }

    #[test]
    fn a_panic_is_told_with_its_way_and_once() {
        let mut faults =
            vec![Fault::new("panic", "panicked at a.rs\nno"), Fault::new("error", "Uncaught: unreachable")];
        let trace = "SEVERE: panicked at a.rs at gradient_lab::ui::top::stopped::show_panics::{{closure}}::h91 (http) \
                     at gradient_lab::ui::b::c::h12 (http) at other::h1 at gradient_lab::ui::d::h3 (http)";
        add_console(&mut faults, vec![trace.into(), "SEVERE: unreachable".into(), "WARNING: else".into()]);
        let panic = Fault::new("panic", "ui::b::c < ui::d panicked at a.rs no");
        assert_eq!(faults, [panic, Fault::new("console", "WARNING: else")]);
    }

    #[test]
    fn what_a_browser_refuses_is_no_fault_and_its_end_is() {
        assert_eq!(lost(&anyhow::anyhow!("move target out of bounds")), None);
        assert!(lost(&anyhow::anyhow!("tab crashed")).is_some());
    }

    #[test]
    fn every_fault_of_the_script_is_heard() {
        let said = json!({ "faults": [["panic", " at a.rs "], ["words", "NaN"]] });
        assert_eq!(faults_of(&said), [Fault::new("panic", "at a.rs"), Fault::new("words", "NaN")]);
        for kind in LOOK.split("say('").skip(1).filter_map(|rest| rest.split('\'').next()) {
            assert_eq!(faults_of(&json!({ "faults": [[kind, "x"]] })).len(), 1, "{kind}");
        }
    }
}
