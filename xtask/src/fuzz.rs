//! `cargo xtask fuzz`: random users on the built page, each of whom a seed makes again.

use crate::browser::Browser;
use crate::build::{Profile, build, tools_and_page};
use crate::command::target_folder;
use crate::page_watch::{Fault, LISTEN, Look, Watch, frozen, lost};
use crate::random_links::Keys;
use crate::random_user::Action;
use crate::server::Server;
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What `cargo xtask fuzz` was asked for.
#[derive(Debug)]
pub struct Options {
    /// How many seeds, one after another.
    pub seeds: u64,
    /// The first of them.
    pub first: u64,
    /// One seed alone, with all that is done.
    pub only: Option<u64>,
    /// How long each goes on.
    pub seconds: f64,
    /// How many actions each has, in the place of a time.
    pub steps: Option<u64>,
    /// How many at a time.
    pub jobs: usize,
    /// Words of faults that are known: they are noted, and the user goes on.
    pub known: Vec<String>,
    /// Looks for the shortest list of actions that shows each fault.
    pub shrink: bool,
    /// A built page in the place of the present one.
    pub folder: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seeds: 6,
            first: 1,
            only: None,
            seconds: 20.0,
            steps: None,
            jobs: 2,
            known: Vec::new(),
            shrink: false,
            folder: None,
        }
    }
}

/// The seeds that `cargo xtask test` runs, and how many actions of each: about 20 s of them.
const TESTED: (u64, u64) = (6, 200);

/// A seed that once found a fault, by the name of what it found, with the number of actions that it takes. A seed means
/// other actions when those of [`crate::random_user`] change: then what it found is tested elsewhere already, or here by
/// another seed.
pub const KNOWN: &[(&str, u64, u64)] = &[
    ("the focus is in a menu whose pane goes", 4, 14),
    ("a field goes with its draft", 1, 25),
    ("a finger reads the main chart on a phone", 6, 49),
    ("a finger reads a chart at 800 pixels", 42, 15),
];

/// Builds the page and lets random users at it.
///
/// # Errors
/// If it cannot be built or opened, or one of them found a fault.
pub fn run(options: &Options) -> Result<()> {
    let dist = match &options.folder {
        Some(folder) => folder.clone(),
        None => build(&tools_and_page(Profile::Quick)?, Profile::Quick)?,
    };
    let browser = Browser::ensure()?;
    let server = Server::start(&dist, "/some/course/", &[])?;
    let driver = Driver::start(&browser)?;
    let place = Place { browser, driver_url: driver.url().to_owned(), page: server.url(), keys: Keys::read()? };
    let limit = match options.steps {
        Some(steps) => Limit::Actions(steps),
        None => Limit::Time(Duration::from_secs_f64(options.seconds)),
    };
    let seeds = match options.only {
        Some(seed) => vec![seed],
        None => (options.first..options.first + options.seeds).collect(),
    };
    let named = seeds.into_iter().map(|seed| (format!("seed {seed}"), seed, limit)).collect::<Vec<_>>();
    place.all(&named, options)
}

/// The seeds of `cargo xtask test`, on a page that is served, by a driver that runs.
///
/// # Errors
/// If one of them finds a fault.
pub fn test(browser: &Browser, driver: &Driver, page: &str) -> Result<()> {
    let place = Place {
        browser: browser.clone(),
        driver_url: driver.url().to_owned(),
        page: page.to_owned(),
        keys: Keys::read()?,
    };
    let (seeds, actions) = TESTED;
    let mut named = (1..=seeds).map(|seed| (format!("seed {seed}"), seed, Limit::Actions(actions))).collect::<Vec<_>>();
    named.extend(KNOWN.iter().map(|(name, seed, actions)| ((*name).to_owned(), *seed, Limit::Actions(*actions))));
    place.all(&named, &Options::default())
}

/// Where a user ends.
#[derive(Clone, Copy, Debug)]
enum Limit {
    Actions(u64),
    Time(Duration),
}

/// Where users meet the page.
struct Place {
    browser: Browser,
    driver_url: String,
    page: String,
    keys: Keys,
}

/// What came of a user.
struct Outcome {
    /// What was done, and how it stood then: the fragment and the screen before.
    done: Vec<(Action, String, Screen)>,
    /// The faults, and after how many actions each was seen.
    faults: Vec<(usize, Fault)>,
    /// Whether the last fault ended it.
    ended: bool,
    log: String,
    took: Duration,
    /// The most megabytes of objects, and of processes.
    most_mb: (f64, f64),
    /// What stays at the end: megabytes of objects, and nodes.
    kept: (f64, f64),
}

impl Outcome {
    /// Notes a fault, once, and whether it ends the user.
    fn note(&mut self, action: usize, fault: Fault, known: &[String], aloud: bool) {
        let _ = writeln!(self.log, "     {fault}");
        if aloud {
            println!("     {fault}");
        }
        let signature = fault.signature();
        self.ended |= !known.iter().any(|word| signature.contains(word));
        if !self.faults.iter().any(|(_, other)| other.signature() == signature) {
            self.faults.push((action, fault));
        }
    }
}

impl Place {
    /// Runs the seeds, some at a time, prints what they find and writes what they did.
    fn all(&self, named: &[(String, u64, Limit)], options: &Options) -> Result<()> {
        let folder = target_folder().join("fuzz");
        fs::create_dir_all(&folder)?;
        let next = AtomicUsize::new(0);
        let found: Mutex<BTreeMap<String, Vec<String>>> = Mutex::default();
        let sum = Mutex::new((0_usize, Duration::ZERO));
        let aloud = options.only.is_some();
        let work = || -> Result<()> {
            while let Some((name, seed, limit)) = named.get(next.fetch_add(1, Ordering::Relaxed)) {
                let actions = (0..).map(|index| Action::of(*seed, index, &self.keys));
                let outcome = self.play(actions, *limit, &options.known, aloud)?;
                let count = outcome.done.len();
                let ((objects, processes), (kept, nodes)) = (outcome.most_mb, outcome.kept);
                let mut line = format!(
                    "{name}: {count} actions in {:.1} s, at most {objects:.0} MB of objects and {processes:.0} MB in all; \
                     at the end {kept:.1} MB and {nodes} nodes",
                    outcome.took.as_secs_f64()
                );
                let log = folder.join(format!("{}.log", name.replace(' ', "-")));
                for (action, fault) in &outcome.faults {
                    let _ = write!(line, "\n  after action {action}: {:.600}", fault.to_string());
                    let about = format!("{name}, --seed {seed} --steps {}", action + 1);
                    found.lock().expect("no thread fails here").entry(fault.signature()).or_default().push(about);
                }
                let mut text = outcome.log.clone();
                if let (true, Some((_, fault))) = (outcome.ended && options.shrink, outcome.faults.last()) {
                    let shortest = self.shrink(&outcome, fault)?;
                    let _ = write!(line, "\n  the shortest list that shows it:{shortest}");
                    let _ = write!(text, "\nthe shortest list that shows it:{shortest}\n");
                }
                fs::write(&log, text)?;
                if !outcome.faults.is_empty() {
                    let _ = write!(line, "\n  all that was done: {}", log.display());
                }
                println!("{line}");
                let mut sum = sum.lock().expect("no thread fails here");
                *sum = (sum.0 + count, sum.1 + outcome.took);
            }
            Ok(())
        };
        thread::scope(|scope| {
            let jobs = (0..options.jobs.clamp(1, named.len().max(1))).map(|_| scope.spawn(work)).collect::<Vec<_>>();
            jobs.into_iter().try_for_each(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;

        let (actions, took) = *sum.lock().expect("no thread fails here");
        println!(
            "{} seeds, {actions} actions, {:.1} a second and browser",
            named.len(),
            actions as f64 / took.as_secs_f64()
        );
        let found = found.into_inner().expect("no thread fails here");
        let is_known = |signature: &str| options.known.iter().any(|word| signature.contains(word));
        for (signature, seeds) in &found {
            let known = if is_known(signature) { " (known)" } else { "" };
            println!("\n{} ×{known} {signature:.200}\n  {}", seeds.len(), seeds[..seeds.len().min(3)].join("; "));
        }
        let count = found.keys().filter(|signature| !is_known(signature)).count();
        if count > 0 {
            bail!("random users found {count} faults; `cargo xtask fuzz --seed K --steps N --shrink` shows one again");
        }
        Ok(())
    }

    fn play(
        &self,
        actions: impl Iterator<Item = Action>,
        limit: Limit,
        known: &[String],
        aloud: bool,
    ) -> Result<Outcome> {
        let mut screen = Screen::LAPTOP;
        let session = Session::open(&self.driver_url, &self.browser, screen)?;
        session.set_script_timeout(Duration::from_secs(60))?;
        session.prepare_documents(LISTEN)?;
        session.refuse_downloads()?;
        let started = Instant::now();
        let mut watch = Watch::default();
        let mut outcome = Outcome {
            done: Vec::new(),
            faults: Vec::new(),
            ended: false,
            log: String::new(),
            took: Duration::ZERO,
            most_mb: (0.0, 0.0),
            kept: (0.0, 0.0),
        };
        for (index, action) in actions.enumerate() {
            let is_over = match limit {
                Limit::Actions(count) => index as u64 >= count,
                Limit::Time(time) => started.elapsed() >= time,
            };
            if is_over {
                break;
            }
            outcome.done.push((action.clone(), watch.fragment.clone(), screen));
            if let Action::Window(other) = &action {
                screen = *other;
            }
            let begun = Instant::now();
            let line = format!("{index:4} {:7.2} s  {action}", started.elapsed().as_secs_f64());
            let performed = action.perform(&session, &self.page);
            let mut faults = Vec::new();
            let said = match &performed {
                Ok(words) if words.is_empty() => String::new(),
                Ok(words) => format!("  → {words}"),
                Err(error) => {
                    faults.extend(lost(error));
                    format!("  → refused: {:.120}", error.to_string().replace('\n', " "))
                }
            };
            if faults.is_empty() {
                let looked = watch.look(&session);
                match looked {
                    Ok(Look::Lab(seen)) => faults.extend(seen),
                    // Back led out of the page.
                    Ok(Look::Elsewhere) => session.go_to(&self.page)?,
                    Err(error) => faults.extend(lost(&error)),
                }
            }
            let rest =
                if let Action::Rest(ms) = action { Duration::from_millis(u64::from(ms)) } else { Duration::ZERO };
            faults.extend(frozen(begun.elapsed().saturating_sub(rest)));
            let _ = writeln!(outcome.log, "{line}{said}");
            if aloud {
                println!("{line}{said}");
            }
            let is_the_end = faults.iter().any(Fault::is_the_end);
            faults.into_iter().for_each(|fault| outcome.note(index, fault, known, aloud));
            if outcome.ended {
                break;
            }
            if is_the_end {
                Action::Open(watch.fragment.trim_start_matches('#').to_owned()).perform(&session, &self.page)?;
            }
        }
        if !outcome.ended {
            let rests = watch.come_to_rest(&session);
            let stays = watch.what_stays(&session);
            let faults = rests.and_then(|rests| Ok([rests, stays?].concat()));
            let last = outcome.done.len().saturating_sub(1);
            let faults = faults.unwrap_or_else(|error| lost(&error).into_iter().collect());
            faults.into_iter().for_each(|fault| outcome.note(last, fault, known, aloud));
        }
        outcome.took = started.elapsed();
        outcome.most_mb = watch.most;
        outcome.kept = watch.kept;
        Ok(outcome)
    }

    /// Looks for a short list of actions with the same fault: the last few, from the page as it was before them, then
    /// without each that is not needed.
    fn shrink(&self, outcome: &Outcome, fault: &Fault) -> Result<String> {
        let signature = fault.signature();
        let shows = |actions: &[Action]| -> Result<Option<Outcome>> {
            let again = self.play(actions.iter().cloned(), Limit::Actions(u64::MAX), &[], false)?;
            Ok(again.faults.iter().any(|(_, other)| other.signature() == signature).then_some(again))
        };
        let done = &outcome.done;
        let mut shortest = None;
        for count in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
            let Some((first, rest)) = done.get(done.len().saturating_sub(count)..).and_then(|last| last.split_first())
            else {
                break;
            };
            let (action, fragment, screen) = first;
            let mut actions = vec![Action::Window(*screen), Action::Open(fragment.trim_start_matches('#').to_owned())];
            actions.push(action.clone());
            actions.extend(rest.iter().map(|(action, ..)| action.clone()));
            if let Some(again) = shows(&actions)? {
                shortest = Some((actions, again));
                break;
            }
            if count >= done.len() {
                break;
            }
        }
        let Some((mut actions, mut again)) = shortest else {
            return Ok(" none was found, it did not come again".into());
        };
        // From the end, because what is last is needed.
        let mut place = actions.len();
        while place > 0 && actions.len() > 1 {
            place -= 1;
            let mut fewer = actions.clone();
            fewer.remove(place);
            if !matches!(fewer.iter().find(|action| !matches!(action, Action::Window(_))), Some(Action::Open(_))) {
                continue;
            }
            if let Some(shown) = shows(&fewer)? {
                (actions, again) = (fewer, shown);
            }
        }
        Ok(again.log.lines().fold(String::new(), |text, line| format!("{text}\n    {line}")))
    }
}
