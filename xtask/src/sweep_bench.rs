//! The map's part of `cargo xtask bench`: many networks by one worker and by the pool, what cancelling takes, and memory.

use crate::bench::{Options, list, median};
use crate::browser::Browser;
use crate::build::{Profile, build};
use crate::page_bench::renderers_mb;
use crate::server::Server;
use crate::tools::Tools;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result};
use serde_json::json;
use std::time::{Duration, Instant};

/// Long enough for the longest map by a single worker on a slow machine.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Depth × gain: 400 tanh networks of width 64.
const MAP: &str = "width=64&activation=tanh&sweep=gain:0.5..4*20&sweep=depth:2..59*20";

const STANDS: &str = "document.getElementById('status')?.dataset.total === '400'";

const IS_MADE: &str = "(({ state, step, total }) => state === 'paused' && step === total)\
    (document.getElementById('status')?.dataset ?? {})";

/// Notes when each worker was last heard, before the page's own code runs.
const HEAR: &str = "
    window.heardAt = 0;
    const Original = Worker;
    window.Worker = class extends Original {
        constructor(...given) {
            super(...given);
            this.addEventListener('message', () => { window.heardAt = performance.now(); });
        }
    };";

/// What a map took.
struct Took {
    /// From the button to the last run, in seconds.
    wall_s: f64,
    /// From the first worker's beginning, as the page says.
    told_s: f64,
    /// The share of the workers' time in which they were at a run.
    busy: f64,
    workers: f64,
}

/// Builds the page, opens maps in a browser, measures and prints.
///
/// # Errors
/// If it cannot be built or does not answer.
pub fn run(options: &Options) -> Result<()> {
    let dist = match &options.folder {
        Some(folder) => folder.clone(),
        None => build(&Tools::ensure()?, Profile::Release)?,
    };
    let browser = Browser::ensure()?;
    let server = Server::start(&dist, "/lab/", &[])?;
    let driver = Driver::start(&browser)?;
    let open =
        |has_steps: bool, workers: Option<usize>| open_waiting(&driver, &browser, &server.url(), has_steps, workers);

    println!("\n== a map of 20 × 20 tanh networks of width 64, 2 to 59 layers deep");
    println!("{:28} {:>8} {:>9} {:>9} {:>9}", "", "workers", "wall s", "told s", "training");
    for (name, has_steps, rounds) in [("at initialization", false, 3), ("100 steps each", true, 1)] {
        let mut walls = Vec::new();
        for workers in [Some(1), None] {
            let mut rows = Vec::new();
            for _ in 0..rounds {
                let session = open(has_steps, workers)?;
                rows.push(make(&session)?);
            }
            rows.sort_by(|one, other| one.wall_s.total_cmp(&other.wall_s));
            let Took { wall_s, told_s, busy, workers } = rows.swap_remove(rows.len() / 2);
            println!("{name:28} {workers:>8} {wall_s:>9.2} {told_s:>9.2} {:>8.1} %", 100.0 * busy);
            walls.push(told_s);
        }
        println!("{name:28} {:>8} {:>8.2} ×", "faster", walls[0] / walls[1]);
    }

    let session = open(true, None)?;
    let mut cancels_ms = Vec::new();
    let mut silences_ms = Vec::new();
    for _ in 0..5 {
        click(&session, "#sweep-start")?;
        session.wait_for("document.getElementById('status').dataset.state === 'running'", PATIENCE)?;
        std::thread::sleep(Duration::from_secs(2));
        let told = session.execute(CANCEL, &[])?;
        cancels_ms.push(told["paused"].as_f64().context("the page did not pause")?);
        silences_ms.push(told["silent"].as_f64().context("workers were not heard")?);
    }
    println!("\n== cancelling: until the page says so, and until the last word of a worker");
    println!("median {:.0} ms, of {}", median(&mut cancels_ms), list(&cancels_ms, 1));
    println!("median {:.0} ms, of {}", median(&mut silences_ms), list(&silences_ms, 1));
    drop(session);

    println!("\n== memory over ten maps of 400 networks at initialization, each of other seeds");
    let session = open(false, None)?;
    let mut megabytes = Vec::new();
    for map in 0..10 {
        if map > 0 {
            session.execute("location.hash = arguments[0]", &[json!(format!("seed={}&{MAP}", 1000 * map))])?;
            session.wait_for("Number(document.getElementById('status').dataset.step) < 400", PATIENCE)?;
        }
        session.execute("document.getElementById('sweep-start')?.click()", &[])?;
        session.wait_for(IS_MADE, PATIENCE)?;
        megabytes.push(session.browser_process().and_then(renderers_mb).unwrap_or(f64::NAN));
    }
    println!("process after each, MB: {}", list(&megabytes, 0));
    Ok(())
}

const CANCEL: &str = "
    const status = document.getElementById('status');
    return new Promise((resolve) => {
        const clicked = performance.now();
        const observer = new MutationObserver(() => {
            if (status.dataset.state !== 'paused') return;
            observer.disconnect();
            const paused = performance.now() - clicked;
            setTimeout(() => resolve({ paused, silent: Math.max(0, window.heardAt - clicked) }), 1500);
        });
        observer.observe(status, { attributes: true });
        document.getElementById('sweep-cancel').click();
    });";

fn click(session: &Session, css: &str) -> Result<()> {
    let elements = session.elements(css)?;
    session.click(elements.first().with_context(|| format!("nothing matches {css}"))?)
}

/// The map with all its runs still to be made, whether or not it would begin by itself.
fn open_waiting(
    driver: &Driver,
    browser: &Browser,
    url: &str,
    has_steps: bool,
    workers: Option<usize>,
) -> Result<Session> {
    let session = Session::open(driver.url(), browser, Screen::LAPTOP)?;
    session.prepare_documents(HEAR)?;
    session.go_to(url)?;
    if let Some(workers) = workers {
        session.execute("localStorage.setItem('gradient-lab.sweep-workers', arguments[0])", &[json!(workers)])?;
    }
    session.go_to("about:blank")?;
    // Of other seeds, and so long that it waits; then as it is to be.
    session.go_to(&format!("{url}#seed=99&{MAP}&outcome=loss&after=1000"))?;
    session.wait_for(STANDS, PATIENCE)?;
    let set = "
        const set = (id, value) => {
            const control = document.getElementById(id);
            control.value = value;
            control.dispatchEvent(new Event('input', { bubbles: true }));
            control.dispatchEvent(new Event('change', { bubbles: true }));
            control.dispatchEvent(new FocusEvent('blur'));
        };
        if (arguments[0]) set('sweep-after', '100');
        else set('sweep-outcome', 'factor');";
    session.execute(set, &[json!(has_steps)])?;
    std::thread::sleep(Duration::from_secs(1));
    session.wait_for(STANDS, PATIENCE)?;
    Ok(session)
}

/// Has all runs of a map made.
fn make(session: &Session) -> Result<Took> {
    let started = Instant::now();
    click(session, "#sweep-start")?;
    session.wait_for(IS_MADE, PATIENCE)?;
    let wall_s = started.elapsed().as_secs_f64();
    let told = session.execute("return { ...document.getElementById('status').dataset }", &[])?;
    let number = |key: &str| told[key].as_str().and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
    Ok(Took { wall_s, told_s: number("ms") / 1000.0, busy: number("busy"), workers: number("workers") })
}
