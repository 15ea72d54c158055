//! The runs of a comparison: which there are, which is chosen, and what is seen of them.

use super::names::names;
use crate::experiment::comparison::{Comparison, MOST_RUNS, Notice, Pace};
use crate::experiment::same_start::SameStart;
use crate::experiment::scene::Scene;
use crate::experiment::{Experiment, share};
use crate::ui::chart::{AllSeen, Seen};
use crate::ui::i18n::Words;
use crate::ui::lab::reading::{self, Reading};
use crate::ui::lab::scene::Shown;
use crate::ui::lab::{Lab, address};
use crate::ui::reactive::{Memo, RwSignal, effect};
use crate::worker::protocol::RunState;
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// One of the runs.
#[derive(Clone, Copy)]
pub struct Run {
    /// Names it for as long as it is there.
    pub id: u32,
    /// Its state. That of the first is the page's own.
    pub lab: Lab,
    /// The verdict on it.
    pub reading: Reading,
}

impl Run {
    /// In what it is equal to another before the first step, where these are their experiments. No experiment has the user's
    /// own text.
    pub fn same_start(&self, other: &Self, own: &Experiment, others: &Experiment) -> SameStart {
        let same = SameStart::of(own, others);
        match self.lab.own_text_in_use() == other.lab.own_text_in_use() {
            true => same,
            false => SameStart { seed: same.seed, ..SameStart::default() },
        }
    }
}

/// The runs, and how they are driven.
#[derive(Clone, Copy)]
pub struct Runs {
    /// All of them, in their order.
    pub all: RwSignal<Vec<Run>>,
    /// The id of the one whose settings, verdict and instruments are shown.
    pub chosen: RwSignal<u32>,
    /// Whether they go in lock-step.
    pub pace: RwSignal<Pace>,
    /// What is seen of them, all of one moment.
    pub seen: RwSignal<AllSeen>,
    /// The same at a pace at which numbers can be read, for what need not follow every step.
    pub steady: RwSignal<AllSeen>,
    /// What each is called.
    pub names: Memo<Vec<String>>,
    /// What of the link could not be used.
    pub notices: RwSignal<Vec<Notice>>,
    /// What the page shows.
    pub shown: Shown,
    /// Counts up when it is to be looked at the runs again, whatever they do.
    pub(super) turn: RwSignal<u32>,
    /// The steps that lead from one meeting to the next.
    pub(super) stride: StoredValue<u64>,
    /// The step of the next meeting.
    pub(super) meeting: StoredValue<u64>,
    /// When it was set, in milliseconds.
    pub(super) set_at_ms: StoredValue<f64>,
    /// When they were last looked at, in milliseconds.
    pub(super) looked_at_ms: StoredValue<f64>,
    /// Whether runs that are far behind catch up; not after somebody stopped them on their way.
    pub(super) is_levelling: StoredValue<bool>,
    /// How the runs are conducted, by what was set last.
    conducted: StoredValue<Experiment>,
    /// The link that they were opened by, counted as [`Shown::opened`].
    opened: StoredValue<u32>,
    /// What owns the state of each run but the first.
    owners: StoredValue<Vec<(u32, Owner)>, LocalStorage>,
    /// What lives as long as the page.
    root: StoredValue<Owner, LocalStorage>,
    last_id: StoredValue<u32>,
}

/// How long numbers stand while the runs go on, in milliseconds.
const READABLE_MS: f64 = 250.0;

/// How long what a view owned is kept after it has gone.
const LATER: Duration = Duration::from_millis(100);

impl Runs {
    /// The page's run alone; [`Runs::open`] adds the others.
    pub fn new(i18n: Words, lab: Lab, reading: Reading, shown: Shown) -> Self {
        let all = RwSignal::new(vec![Run { id: 0, lab, reading }]);
        let names = Memo::new(move |_| {
            let runs = all.get();
            names(i18n, &runs.iter().map(|run: &Run| run.lab.experiment.get()).collect::<Vec<_>>())
        });
        Self {
            all,
            chosen: RwSignal::new(0),
            pace: RwSignal::new(Pace::default()),
            seen: RwSignal::new(Arc::default()),
            steady: RwSignal::new(Arc::default()),
            names,
            notices: RwSignal::new(Vec::new()),
            shown,
            turn: RwSignal::new(0),
            stride: StoredValue::new(1),
            meeting: StoredValue::new(0),
            set_at_ms: StoredValue::new(0.0),
            looked_at_ms: StoredValue::new(f64::NEG_INFINITY),
            is_levelling: StoredValue::new(true),
            conducted: StoredValue::new(lab.experiment.get_untracked()),
            opened: StoredValue::new(u32::MAX),
            owners: StoredValue::new_local(Vec::new()),
            root: StoredValue::new_local(root_owner()),
            last_id: StoredValue::new(0),
        }
    }

    /// The place of the run that is chosen.
    pub fn chosen_place(self) -> usize {
        let chosen = self.chosen.get();
        self.all.with(|all| all.iter().position(|run| run.id == chosen).unwrap_or(0))
    }

    /// The run that is chosen.
    pub fn chosen_run(self) -> Option<Run> {
        let place = self.chosen_place();
        self.all.with(|all| all.get(place).copied())
    }

    /// Those of the runs, without following changes.
    pub(super) fn labs(self) -> Vec<Lab> {
        self.all.with_untracked(|all| all.iter().map(|run| run.lab).collect())
    }

    fn first(self) -> Lab {
        self.all.with_untracked(|all| all[0].lab)
    }

    /// Makes the runs of the link that was opened last, unless they are there.
    pub fn open(self) {
        let opened = self.shown.opened.get();
        if self.opened.get_value() == opened || self.shown.scene.get_untracked() != Scene::Comparison {
            return;
        }
        self.opened.set_value(opened);
        let first = self.first();
        let experiment = first.experiment.get_untracked();
        let (comparison, notices) = Comparison::parse(&experiment, &self.shown.pairs.get_untracked());
        self.let_go(self.owners.try_update_value(std::mem::take).unwrap_or_default());
        self.conducted.set_value(experiment.clone());
        self.notices.set(notices);
        self.pace.set(comparison.pace);
        self.is_levelling.set_value(true);
        self.seen.set(Arc::default());
        // The first may have gone on by itself to where the others will come.
        let (step, run) = (u64::from(experiment.step), first.running.get_untracked());
        let own_text = first.own_text.get_untracked();
        let others = comparison.others.into_iter().map(|other| self.create(other, own_text.clone(), step, run));
        let mut all = self.all.with_untracked(|all| all[..1].to_vec());
        all.extend(others.collect::<Vec<_>>());
        self.chosen.set(0);
        self.set_all(all);
    }

    /// The pairs of the link of what is there, once the runs of the last one are.
    pub fn tell_pairs(self) {
        let runs = self.all.get();
        let first = runs[0].lab.experiment.get();
        let others = runs[1..].iter().map(|run| run.lab.experiment.get()).collect();
        let pairs = Comparison { others, pace: self.pace.get() }.pairs(&first);
        let is_present = self.opened.get_value() == self.shown.opened.get_untracked();
        // The last but one is on its way out, with the comparison.
        if is_present && runs.len() > 1 && self.shown.pairs.with_untracked(|before| *before != pairs) {
            self.shown.pairs.set(pairs);
        }
    }

    /// Lets what is read follow what is seen: while runs go on, a few times a second.
    pub fn steady(self) {
        let shown_at_ms = StoredValue::new(f64::NEG_INFINITY);
        effect(move || {
            let seen = self.seen.get();
            let is_running = seen.iter().any(|seen| seen.status.state == RunState::Running);
            let has_as_many = self.steady.with_untracked(|before| before.len() == seen.len());
            let now_ms = js_sys::Date::now();
            if !(is_running && has_as_many) || now_ms - shown_at_ms.get_value() > READABLE_MS {
                shown_at_ms.set_value(now_ms);
                self.steady.set(seen);
            }
        });
    }

    /// Only the run that is chosen is judged all the time: what is said of the others stands in the table.
    pub fn judge(self) {
        let chosen = self.chosen_run().map(|run| run.id);
        for run in self.all.get() {
            run.lab.judge(Some(run.id) == chosen);
        }
    }

    /// Gives all runs the speed, the stops and the opening that one of them was given.
    pub fn conduct_alike(self) {
        let experiments = self.all.with(|all| all.iter().map(|run| run.lab.experiment.get()).collect::<Vec<_>>());
        let common = self.conducted.get_value();
        let is_other = |experiment: &&Experiment| common.conducted_as(experiment) != common;
        let Some(set) = experiments.iter().find(is_other) else { return };
        let common = common.conducted_as(set);
        self.conducted.set_value(common.clone());
        self.labs().into_iter().for_each(|lab| lab.conduct_as(&common));
    }

    /// Lets the runs go on otherwise; those that are behind come to the others in lock-step.
    pub fn set_pace(self, pace: Pace) {
        self.is_levelling.set_value(true);
        self.pace.set(pace);
    }

    /// Adds a run with the settings of the one that is chosen, which comes to where the others are.
    pub fn add(self) {
        let mut all = self.all.get_untracked();
        let Some(chosen) = untrack(|| self.chosen_run()).filter(|_| all.len() < MOST_RUNS) else { return };
        let experiment = chosen.lab.experiment.get_untracked();
        let own_text = chosen.lab.own_text.get_untracked();
        let heads = all.iter().map(|run| run.lab.status.with_untracked(|status| status.head));
        let step = heads.max().unwrap_or(0);
        let run = all.iter().any(|run| run.lab.running.get_untracked());
        self.is_levelling.set_value(true);
        let added = self.create(experiment, own_text, step, run);
        all.push(added);
        self.chosen.set(added.id);
        self.set_all(all);
    }

    /// Takes a run out. Where it is the first, the next takes its place.
    pub fn remove(self, id: u32) {
        let mut all = self.all.get_untracked();
        let Some(place) = all.iter().position(|run| run.id == id).filter(|_| all.len() > 1) else { return };
        let removed = if place == 0 {
            all[0].lab.adopt(all[1].lab);
            1
        } else {
            place
        };
        let gone = all.remove(removed);
        gone.lab.set_conductor(None);
        if all.iter().all(|run| run.id != self.chosen.get_untracked()) {
            // The run that has taken the first's place has its name now.
            let next = if place == 0 { 0 } else { removed.min(all.len() - 1) };
            self.chosen.set(all[next].id);
        }
        let is_alone = all.len() == 1;
        self.is_levelling.set_value(true);
        self.set_all(all);
        self.let_go(self.take_owner(gone.id));
        if is_alone {
            self.leave();
        }
    }

    /// Shows one run alone, as it is.
    pub fn keep(self, id: u32) {
        let kept = self.all.with_untracked(|all| all.iter().find(|run| run.id == id).copied());
        let Some(kept) = kept else { return };
        if kept.id != 0 {
            self.first().adopt(kept.lab);
        }
        self.leave();
    }

    /// Shows the first run alone. It makes an entry in the browser's history, so that Back leads here again.
    fn leave(self) {
        address::enter(&self.first().experiment.with_untracked(share::to_fragment));
    }

    /// The scene is left: the first run goes on alone, the others end.
    pub fn close(self) {
        // What still shows one of them, for a moment, must not ask who has gone.
        self.labs().into_iter().for_each(|lab| lab.set_conductor(None));
        let first = self.first();
        first.meet(None);
        first.share_memory(1);
        first.judge(true);
        self.shown.chosen.try_set(None);
        self.let_go(self.owners.try_update_value(std::mem::take).unwrap_or_default());
    }

    fn set_all(self, all: Vec<Run>) {
        let count = all.len();
        for run in &all {
            run.lab.set_conductor(Some(Rc::new(self)));
            run.lab.share_memory(count);
        }
        // Nobody is to look at one that is gone.
        let seen = self.seen.get_untracked();
        let kept = seen.iter().filter_map(|seen| {
            let place = all.iter().position(|run| run.id == seen.id)?;
            Some(Seen { place, ..seen.clone() })
        });
        self.seen.set(Arc::new(kept.collect()));
        self.all.set(all);
    }

    fn create(self, experiment: Experiment, own_text: Option<Arc<str>>, step: u64, run: bool) -> Run {
        let id = self.last_id.get_value() + 1;
        self.last_id.set_value(id);
        let owner = self.root.with_value(Owner::child);
        let (lab, reading) = owner.with(|| {
            let lab = Lab::new();
            lab.start_worker();
            // In lock-step it goes no farther than the others have come.
            lab.meet((self.pace.get_untracked() == Pace::Lockstep).then_some(step));
            lab.begin(experiment, own_text, step, run);
            (lab, reading::read(lab))
        });
        self.owners.update_value(|owners| owners.push((id, owner)));
        Run { id, lab, reading }
    }

    fn take_owner(self, id: u32) -> Vec<(u32, Owner)> {
        let taken = self.owners.try_update_value(|owners| {
            let (taken, kept) = std::mem::take(owners).into_iter().partition(|(other, _)| *other == id);
            *owners = kept;
            taken
        });
        taken.unwrap_or_default()
    }

    /// Ends what these own, when no view reads it any more.
    fn let_go(self, owners: Vec<(u32, Owner)>) {
        if !owners.is_empty() {
            set_timeout(move || owners.iter().for_each(|(_, owner)| owner.cleanup()), LATER);
        }
    }
}

/// What owns all that lives as long as the page.
fn root_owner() -> Owner {
    let mut owner = Owner::current().unwrap_or_default();
    while let Some(parent) = owner.parent() {
        owner = parent;
    }
    owner
}
