//! The state of a map on the page, and what outlives it: what was once measured.

use super::border_lines::BorderLines;
use super::pool::{News, Pool, wanted};
use crate::experiment::share;
use crate::sweep::border::{Border, NoBorder};
use crate::sweep::{Known, Measured, Plan, Problem, Refusal, Seen, Sweep};
use crate::ui::lab::Lab;
use crate::ui::lab::scene::Shown;
use crate::ui::reactive::{Memo, RwSignal, effect};
use crate::worker::failure::Failure;
use crate::worker::orders::Unmade;
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

thread_local! {
    /// What runs came to, for as long as the page lives: who comes back from a cell finds the map as it was.
    static KNOWN: RefCell<Known> = RefCell::default();
    /// What theory said of maps.
    static BORDERS: RefCell<HashMap<String, Result<Border, NoBorder>>> = RefCell::default();
}

/// A map that takes no more multiplications than these, some seconds, begins by itself when its link is opened.
const BEGINS_BY_ITSELF: f64 = 2e10;

/// Of more maps theory's word is given back, all at once: one takes up to 120 kB.
const MOST_BORDERS: usize = 64;

/// How often the page follows the pool at first, and of a long map in the end. Drawing takes time from the pool, and what has
/// been going on for long changes little in a moment.
const FOLLOWS_MS: (f64, f64) = (120.0, 1_000.0);

/// In between the pause is this part of the time that has passed.
const PAUSE: f64 = 1.0 / 6.0;

/// What is planned, or why nothing is.
pub(super) type Planned = Result<Arc<Plan>, Refusal>;

/// How far the runs of a map are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Progress {
    /// What is done about them.
    pub state: State,
    /// Runs that are known, and all of them.
    pub done: usize,
    /// See there.
    pub total: usize,
    /// Runs that were made by the pool, and how long it took.
    pub made: usize,
    /// Since the first worker began, in milliseconds.
    pub elapsed_ms: f64,
    /// How long it still takes, if that is known.
    pub left_ms: Option<f64>,
    /// The share of the workers' time in which they were at a run.
    pub busy: f64,
    /// Workers.
    pub workers: usize,
}

/// What is done about a map's runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum State {
    /// Nothing.
    #[default]
    Idle,
    /// Workers start.
    Starting,
    /// Runs are made.
    Running,
    /// All are made.
    Done,
    /// None can be made any more.
    Failed(Failure),
}

impl State {
    /// Whether workers are at it.
    pub(super) fn is_under_way(&self) -> bool {
        matches!(self, Self::Starting | Self::Running)
    }
}

/// A run that is known: what it came to, or why it could not be made.
pub(super) type Run = Option<Result<Measured, Unmade>>;

/// A map on the page.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub(super) lab: Lab,
    /// The map as the controls have it.
    pub(super) sweep: RwSignal<Sweep>,
    /// What of its link could not be used.
    pub(super) problems: RwSignal<Vec<Problem>>,
    /// Its runs.
    pub(super) plan: Memo<Planned>,
    /// What came of each run, cell by cell, each from its first seed.
    pub(super) runs: StoredValue<Vec<Run>, LocalStorage>,
    /// What it shows by now; `None` where it is refused.
    pub(super) seen: RwSignal<Option<Arc<Seen>>>,
    pub(super) progress: RwSignal<Progress>,
    pub(super) border: RwSignal<Option<Result<Border, NoBorder>>>,
    /// Its lines on the map.
    pub(super) lines: Memo<BorderLines>,
    pool: StoredValue<Option<Pool>, LocalStorage>,
    /// The next time that the page follows the pool.
    following: StoredValue<Option<TimeoutHandle>>,
    /// Whether a link was opened whose map is still to be taken.
    is_opened: StoredValue<bool>,
    /// The map that was taken last, or why there is none.
    taken: StoredValue<Option<Planned>>,
}

impl Board {
    /// The map of the present link, in a component; it goes with that, and what is known stays.
    pub(super) fn new(lab: Lab, shown: Shown) -> Self {
        let sweep = RwSignal::new(lab.experiment.with_untracked(Sweep::of));
        let plan =
            Memo::new(move |_| lab.experiment.with(|base| sweep.with(|sweep| Plan::new(sweep, base))).map(Arc::new));
        let border = RwSignal::new(None::<Result<Border, NoBorder>>);
        let lines = Memo::new(move |_| {
            let Ok(plan) = plan.get() else { return BorderLines::default() };
            border.with(|border| match border {
                Some(Ok(border)) => BorderLines::of(&plan, border),
                _ => BorderLines::default(),
            })
        });
        let board = Self {
            lab,
            sweep,
            problems: RwSignal::default(),
            plan,
            runs: StoredValue::new_local(Vec::new()),
            seen: RwSignal::new(None),
            progress: RwSignal::default(),
            border,
            lines,
            pool: StoredValue::new_local(None),
            following: StoredValue::new(None),
            is_opened: StoredValue::new(true),
            taken: StoredValue::new(None),
        };
        effect(move || {
            shown.opened.track();
            board.read_link(shown);
        });
        effect(move || {
            let pairs = sweep.with(Sweep::pairs);
            if shown.pairs.with_untracked(|before| *before != pairs) {
                shown.pairs.set(pairs);
            }
        });
        effect(move || board.take_plan(plan.get()));
        board
    }

    fn read_link(self, shown: Shown) {
        let pairs = shown.pairs.get_untracked();
        let (sweep, problems) = self.lab.experiment.with_untracked(|base| Sweep::from_pairs(&pairs, base));
        self.problems.set(problems);
        if self.sweep.with_untracked(|before| *before != sweep) {
            self.sweep.set(sweep);
        }
        // The run that the link's experiment describes is not seen: it would only take time from the others.
        if untrack(|| self.lab.is_under_way()) {
            self.lab.toggle_run();
        }
        let plan = self.plan.get_untracked();
        let is_there = self.taken.with_value(|taken| taken.as_ref() == Some(&plan));
        self.is_opened.set_value(!is_there);
        if is_there
            && let Ok(plan) = plan
            && !self.progress.with_untracked(|progress| progress.state.is_under_way())
        {
            // It is not taken again: nothing else would begin it.
            self.begin_by_itself(&plan, true);
        }
    }

    /// Another map: what is known of it is shown.
    fn take_plan(self, plan: Planned) {
        self.taken.set_value(Some(plan.clone()));
        // It is followed at its own pace, not the last one's.
        if let Some(following) = self.following.try_update_value(Option::take).flatten() {
            following.clear();
        }
        self.pool.with_value(|pool| pool.as_ref().map(Pool::cancel));
        // Numbers of the map before, which may have as many runs, are not told of this one.
        self.progress.set(Progress::default());
        let is_opened = self.is_opened.try_update_value(std::mem::take) == Some(true);
        let Ok(plan) = plan else {
            self.runs.set_value(Vec::new());
            self.border.set(None);
            return self.seen.set(None);
        };
        let seeds = plan.seeds();
        let mut runs: Vec<Run> = vec![None; plan.cells.len() * seeds];
        KNOWN.with_borrow(|known| {
            for (cell, seed) in plan.runs() {
                let measured = plan.name(cell, seed).and_then(|name| known.get(&name).copied());
                runs[cell * seeds + seed] = measured.map(Ok);
            }
        });
        self.runs.set_value(runs);
        self.border.set(BORDERS.with_borrow(|borders| borders.get(&border_name(&plan)).cloned()));
        self.follow_now(&plan, State::Idle);
        self.begin_by_itself(&plan, is_opened);
    }

    /// Makes what is missing of a map whose link was opened, if that is little; and of one whose runs are all known asks
    /// theory, if nobody has.
    fn begin_by_itself(self, plan: &Plan, is_opened: bool) {
        let missing = self.missing(plan);
        let work: f64 = missing.iter().map(|run| plan.work(run / plan.seeds())).sum();
        if missing.is_empty() || (is_opened && work <= BEGINS_BY_ITSELF) {
            self.start();
        }
    }

    /// The runs that are not known, in the order in which they are to be made.
    fn missing(self, plan: &Plan) -> Vec<usize> {
        let seeds = plan.seeds();
        let runs = plan.runs().into_iter().map(|(cell, seed)| cell * seeds + seed);
        self.runs.with_value(|known| runs.filter(|run| !matches!(known.get(*run), Some(Some(Ok(_))))).collect())
    }

    /// How many runs are still to be made.
    pub(super) fn left(self) -> usize {
        let progress = self.progress.get();
        progress.total - progress.done
    }

    /// Whether runs are still to be made, or theory is to be asked again because its code did not come.
    pub(super) fn has_something_to_make(self) -> bool {
        self.left() > 0 || self.border.with(|border| *border == Some(Err(NoBorder::NoCode)))
    }

    /// Makes the runs that are not known, and asks theory, if nobody has.
    pub(super) fn start(self) {
        let Ok(plan) = self.plan.get_untracked() else { return };
        let missing = self.missing(&plan);
        // What only did not come is asked for again.
        let wants_border = self.border.with_untracked(|border| matches!(border, None | Some(Err(NoBorder::NoCode))));
        let is_known = missing.is_empty();
        if is_known && !wants_border {
            return;
        }
        self.pool.update_value(|pool| {
            let pool = pool.get_or_insert_with(|| Pool::new(wanted(), move |news| self.hear(news)));
            pool.begin(Arc::clone(&plan), missing, wants_border);
        });
        // For theory's word alone nobody waits.
        if !is_known {
            self.follow_now(&plan, State::Starting);
            self.follow_later();
        }
    }

    /// Leaves what is not made yet.
    pub(super) fn cancel(self) {
        let Ok(plan) = self.plan.get_untracked() else { return };
        self.pool.with_value(|pool| pool.as_ref().map(Pool::cancel));
        self.follow_now(&plan, State::Idle);
    }

    /// Another number of workers.
    pub(super) fn resize(self, workers: usize) {
        super::pool::want(workers);
        self.pool.with_value(|pool| pool.as_ref().map(|pool| pool.resize(workers)));
    }

    fn hear(self, news: News) {
        let Some(Ok(plan)) = self.plan.try_get_untracked() else { return };
        match news {
            News::Run(run, result) => {
                let seeds = plan.seeds();
                if let (Ok(measured), Some(name)) = (&result, plan.name(run / seeds, run % seeds)) {
                    KNOWN.with_borrow_mut(|known| known.keep(name, *measured));
                }
                self.runs.try_update_value(|runs| {
                    if let Some(known) = runs.get_mut(run) {
                        *known = Some(result);
                    }
                });
                self.follow_later();
            }
            News::Border(border) => {
                if border != Err(NoBorder::NoCode) {
                    BORDERS.with_borrow_mut(|borders| {
                        if borders.len() >= MOST_BORDERS {
                            borders.clear();
                        }
                        borders.insert(border_name(&plan), border.clone());
                    });
                }
                self.border.try_set(Some(border));
            }
            News::Finished => self.follow_now(&plan, State::Done),
            News::Failed(failure) => self.follow_now(&plan, State::Failed(failure)),
        }
    }

    /// Shows what is known by now.
    fn follow_now(self, plan: &Arc<Plan>, state: State) {
        let Some((done, total)) = self.runs.try_with_value(|runs| {
            let possible = plan.cells.iter().filter(|cell| cell.experiment.is_ok()).count() * plan.seeds();
            (runs.iter().filter(|run| matches!(run, Some(Ok(_)))).count(), possible)
        }) else {
            return;
        };
        let standing = self.pool.try_with_value(|pool| pool.as_ref().and_then(Pool::standing)).flatten();
        let before = self.progress.try_get_untracked().unwrap_or_default();
        let state = match (state, standing) {
            (State::Starting, Some(standing)) if standing.has_begun => State::Running,
            (State::Idle, _) if done == total => State::Done,
            (state, _) => state,
        };
        let progress = match standing {
            Some(standing) => Progress {
                state,
                done,
                total,
                made: standing.made,
                elapsed_ms: standing.elapsed_ms,
                left_ms: standing.left_ms,
                busy: standing.busy,
                workers: standing.workers,
            },
            // What was cancelled keeps the numbers of what was made.
            None if before.total == total && before.state.is_under_way() => {
                Progress { state, done, total, left_ms: None, ..before }
            }
            None => Progress { state, done, total, ..Progress::default() },
        };
        self.progress.try_set(progress);
        let seen = self.runs.try_with_value(|runs| {
            Seen::of(Arc::clone(plan), |run| runs.get(run).copied().flatten().and_then(Result::ok))
        });
        self.seen.try_set(seen.map(Arc::new));
    }

    /// The same in a little while, and again as long as workers are at it.
    fn follow_later(self) {
        if self.following.try_with_value(Option::is_none) != Some(true) {
            return;
        }
        let elapsed_ms = self.progress.try_with_untracked(|progress| progress.elapsed_ms).unwrap_or_default();
        let pause_ms = (PAUSE * elapsed_ms).clamp(FOLLOWS_MS.0, FOLLOWS_MS.1);
        let following = set_timeout_with_handle(
            move || {
                self.following.try_set_value(None);
                let state = self.progress.try_with_untracked(|progress| progress.state.clone());
                let (Some(state), Some(Ok(plan))) = (state, self.plan.try_get_untracked()) else { return };
                if state.is_under_way() {
                    self.follow_now(&plan, state);
                    self.follow_later();
                }
            },
            Duration::from_millis(pause_ms as u64),
        );
        self.following.try_set_value(following.ok());
    }
}

/// What theory's word on a map depends on.
fn border_name(plan: &Plan) -> String {
    let axes: Vec<String> = plan.sweep.axes().map(crate::sweep::Axis::text).collect();
    format!("{} {}", share::to_fragment(&plan.base), axes.join(" "))
}
