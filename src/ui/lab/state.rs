//! The state of the page that its components share, and what can be done with it.
//!
//! A change of the experiment goes one way: the controls set [`Lab::experiment`], and once an animation frame the
//! worker is told of what differs from what it was told last. So a slider may move as often as it likes.

use super::conductor::Conductor;
use super::foreseen::Foreseen;
use super::instruments::{Instrument, Instruments};
use super::repairs::{Repaired, lesson_of};
use crate::diagnosis::Repair;
use crate::experiment::{Effect, Experiment, Key, Rejection, Stop, presets::Preset, share};
use crate::optim::Hyper;
use crate::theory::Forecast;
use crate::train::{Bucket, History};
use crate::ui::reactive::{RwSignal, effect};
use crate::worker::client::{Event, Failure, WorkerClient};
use crate::worker::protocol::{Change, Need, RunState, Status, Way, WorkerPart};
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;

/// Buckets of history that the page keeps: more than a chart has pixels to tell apart.
const HISTORY_CAPACITY: usize = 512;

/// What is on the page: the experiment, where its run stands, and what was measured.
#[derive(Clone, Copy)]
pub struct Lab {
    /// The experiment as the controls show it.
    pub experiment: RwSignal<Experiment>,
    /// Where the run stands.
    pub status: RwSignal<Status>,
    /// The reports of the run.
    pub history: StoredValue<History, LocalStorage>,
    /// What theory expects of the run that the history is of, as far as it is known by now.
    pub forecast: RwSignal<Option<Forecast>>,
    /// The experiment that the history is of: while another one loads, still the last.
    pub measured: RwSignal<Experiment>,
    /// The exact report of the visited step, once the worker has made it again.
    pub(super) visited_report: StoredValue<Option<Bucket>, LocalStorage>,
    /// The last steps of a run that diverged, each a bucket of its own.
    pub ending: RwSignal<Vec<Bucket>>,
    /// What is known of the gradient with each of the repairs that were last asked for: of those that change the network.
    pub foreseen: RwSignal<Vec<(Repair, Foreseen)>>,
    /// The number of the question that it answers.
    pub(super) question: StoredValue<u32>,
    /// Counts up, at most once an animation frame, whenever the history has changed.
    pub redraw: RwSignal<u32>,
    /// Whether a run was loaded of which nothing has come back yet; status and history are still those of the last.
    pub awaiting: RwSignal<bool>,
    /// Whether the run is meant to go on by itself. The worker's word on it is in the status.
    pub running: RwSignal<bool>,
    /// How much of the worker's code has come, while that is on its way: bytes, and of how many if that is known.
    pub arriving: RwSignal<Option<(f64, f64)>>,
    /// The step at which the run was paused because nobody saw the page, until it goes on.
    pub away: RwSignal<Option<u64>>,
    /// What was asked for last and did not fit into memory.
    pub no_room: RwSignal<Option<Need>>,
    /// Why the worker cannot go on, if so.
    pub failure: RwSignal<Option<Failure>>,
    /// The parts of the worker's code that were asked for and are not there.
    pub(super) absent_parts: RwSignal<Vec<(WorkerPart, Way)>>,
    /// The text that the user wrote for *next character*, in the place of the one that is shipped. No link holds it, and a
    /// run for whose sequences it does not do has the one that is shipped.
    pub own_text: RwSignal<Option<Arc<str>>>,
    /// What was changed live in this run, oldest first.
    pub changes: RwSignal<Vec<Change>>,
    /// What the last link had that could not be used.
    pub link_notices: RwSignal<Vec<share::Notice>>,
    /// The repairs made, latest last.
    pub repairs: RwSignal<Vec<Repaired>>,
    /// The lesson that is on, until the network is another.
    pub lesson: RwSignal<Option<Preset>>,
    /// What is looked at besides the reports.
    pub instruments: Instruments,
    /// The step that the page shows, if it is an earlier one than the run's latest.
    pub visited: RwSignal<Option<u64>>,
    /// Whether every frame is judged. Of several runs it is the one that is looked at closely.
    pub(super) is_judged: RwSignal<bool>,
    /// Whether the page shows anything of the run.
    pub(super) is_seen: RwSignal<bool>,
    /// Who drives this run together with others, if there are any.
    pub(super) conductor: StoredValue<Option<Rc<dyn Conductor>>, LocalStorage>,
    client: StoredValue<Option<WorkerClient>, LocalStorage>,
    /// The run as it was at step 0, from which the changes lead to the present one.
    pub(super) start: StoredValue<Experiment>,
    /// The experiment as the worker knows it.
    pub(super) told: StoredValue<Experiment>,
    /// Where the run is to be opened, until it has come there.
    pub(super) opening: StoredValue<Option<Opening>>,
    is_telling_planned: StoredValue<bool>,
    is_redraw_planned: StoredValue<bool>,
    pub(super) is_visit_planned: StoredValue<bool>,
}

/// A step at which a run is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    pub step: u64,
    /// Whether it goes on from there by itself.
    pub run: bool,
}

impl Lab {
    /// A lab without a run. [`Lab::open`] begins one.
    pub fn new() -> Self {
        let experiment = Experiment::default();
        Self {
            experiment: RwSignal::new(experiment.clone()),
            status: RwSignal::new(Status::paused_at(0)),
            history: StoredValue::new_local(History::new(HISTORY_CAPACITY)),
            forecast: RwSignal::new(None),
            measured: RwSignal::new(experiment.clone()),
            visited_report: StoredValue::new_local(None),
            ending: RwSignal::new(Vec::new()),
            foreseen: RwSignal::new(Vec::new()),
            question: StoredValue::new(0),
            redraw: RwSignal::new(0),
            awaiting: RwSignal::new(true),
            running: RwSignal::new(false),
            arriving: RwSignal::new(None),
            away: RwSignal::new(None),
            no_room: RwSignal::new(None),
            failure: RwSignal::new(None),
            absent_parts: RwSignal::new(Vec::new()),
            own_text: RwSignal::new(None),
            changes: RwSignal::new(Vec::new()),
            link_notices: RwSignal::new(Vec::new()),
            repairs: RwSignal::new(Vec::new()),
            lesson: RwSignal::new(None),
            instruments: Instruments::default(),
            visited: RwSignal::new(None),
            is_judged: RwSignal::new(true),
            is_seen: RwSignal::new(true),
            conductor: StoredValue::new_local(None),
            client: StoredValue::new_local(None),
            start: StoredValue::new(experiment.clone()),
            told: StoredValue::new(experiment),
            opening: StoredValue::new(None),
            is_telling_planned: StoredValue::new(false),
            is_redraw_planned: StoredValue::new(false),
            is_visit_planned: StoredValue::new(false),
        }
    }

    /// Starts the worker. Its events may come for as long as the page lives.
    pub fn start_worker(self) {
        let client = WorkerClient::start(move |event| self.take(event));
        self.client.try_update_value(|slot| *slot = Some(client));
        effect(move || self.tell_watch());
        self.follow_visibility();
    }

    /// Opens an experiment: from the start, or at its step, paused or running, as it says.
    pub fn open(self, experiment: Experiment) {
        let lesson = lesson_of(&experiment);
        self.lesson.set(lesson);
        if let Some(instrument) = lesson.and_then(Instrument::asked_of) {
            self.instruments.open.set(instrument);
        }
        self.repairs.set(Vec::new());
        // What a link or a lesson describes is a run on the text that is shipped.
        self.own_text.set(None);
        self.replace(experiment);
    }

    /// Opens what a fragment describes, and says what of it could not be used.
    pub fn open_fragment(self, fragment: &str) {
        let (experiment, notices) = share::from_fragment(fragment);
        self.link_notices.set(notices);
        self.open(experiment);
    }

    /// Whether the run is the one of a fragment, whole.
    pub(super) fn shows(self, fragment: &str) -> bool {
        let (experiment, notices) = share::from_fragment(fragment);
        notices.is_empty() && !self.awaiting.get_untracked() && self.experiment.with_untracked(|now| *now == experiment)
    }

    /// Sets a parameter from the text of its control. It takes effect as its key says.
    ///
    /// # Errors
    /// A [`Rejection`], and everything as it was, if the parameter does not allow what the text says.
    pub fn set_text(self, key: Key, text: &str) -> Result<(), Rejection> {
        let mut next = self.experiment.get_untracked();
        next.set_text(key, text)?;
        if next != self.experiment.get_untracked() {
            // Another network is another question; and taking a repair back would take this change back with it.
            if key.effect() == Effect::Restart {
                self.lesson.set(None);
                // The new network begins at its first step, and so says the address.
                next.step = 0;
            }
            if key.changes_numbers() {
                self.repairs.set(Vec::new());
            }
            self.experiment.set(next);
            self.plan_telling();
        }
        Ok(())
    }

    /// Whether a parameter allows what the text of its control says; changes nothing.
    ///
    /// # Errors
    /// A [`Rejection`] if it does not.
    pub fn check_text(self, key: Key, text: &str) -> Result<(), Rejection> {
        self.experiment.get_untracked().set_text(key, text)
    }

    /// Brings a parameter back to its default.
    pub fn set_default(self, key: Key) {
        let text = self.experiment.with_untracked(|experiment| experiment.default_of(key).to_string());
        // A default is always allowed.
        let _ = self.set_text(key, &text);
    }

    /// Runs, or pauses what runs; as all that follows together with the runs beside it, if there are any.
    pub fn toggle_run(self) {
        if let Some(conductor) = self.conductor() {
            return conductor.toggle_run();
        }
        self.tell_changes();
        let is_visit = self.visited.get_untracked().is_some();
        if !is_visit && untrack(|| self.is_under_way_alone()) {
            self.pause_alone();
        } else {
            self.run_alone();
        }
    }

    /// Makes one step and pauses there.
    pub fn step(self) {
        match self.conductor() {
            Some(conductor) => conductor.step(),
            None => self.step_alone(),
        }
    }

    /// The same of this run alone.
    pub fn step_alone(self) {
        // A setting changed just before holds for this step.
        self.tell_changes();
        if self.visited.get_untracked().is_some() {
            self.continue_alone();
        }
        if untrack(|| self.can_go_on_alone()) {
            self.running.set(false);
            self.opening.set_value(None);
            self.tell(|client| client.step(1));
        }
    }

    /// Back to step 0 with the present settings, paused.
    pub fn reset(self) {
        match self.conductor() {
            Some(conductor) => conductor.reset(),
            None => self.reset_alone(),
        }
    }

    /// The same of this run alone.
    pub fn reset_alone(self) {
        self.running.set(false);
        self.load();
    }

    /// Whether the run goes on by itself, or towards the step of a seek. A single step is no such thing: it ends
    /// before anyone could stop it.
    pub fn is_under_way(self) -> bool {
        self.conductor().map_or_else(|| self.is_under_way_alone(), |conductor| conductor.is_under_way())
    }

    /// The same of this run alone.
    pub fn is_under_way_alone(self) -> bool {
        let status = self.status.get();
        let is_seeking = status.seek_target.is_some_and(|target| target > status.step + 1);
        // A visit ends where it goes by itself, and the button is for going on from there.
        self.running.get() || (is_seeking && self.visited.get().is_none() && self.can_go_on_alone())
    }

    /// Whether another step can be made.
    pub fn can_go_on(self) -> bool {
        self.conductor().map_or_else(|| self.can_go_on_alone(), |conductor| conductor.can_go_on())
    }

    /// The same of this run alone.
    pub fn can_go_on_alone(self) -> bool {
        self.failure.with(Option::is_none) && self.status.get().state != RunState::Diverged
    }

    fn replace(self, experiment: Experiment) {
        let (step, run) = (u64::from(experiment.step), experiment.run);
        self.experiment.set(experiment);
        self.running.set(false);
        self.load();
        self.go_to(step, run);
    }

    pub(super) fn go_to(self, step: u64, run: bool) {
        self.running.set(run);
        if step > 0 || run {
            self.opening.set_value(Some(Opening { step, run }));
        }
        if step > 0 {
            self.tell(|client| client.seek(step));
        } else if run {
            self.tell(WorkerClient::run);
        }
    }

    /// Begins the present experiment at step 0.
    pub(super) fn load(self) {
        let experiment = self.experiment.get_untracked();
        let is_dead = self.failure.get_untracked().is_some();
        self.failure.set(None);
        self.changes.set(Vec::new());
        self.awaiting.set(true);
        self.opening.set_value(None);
        self.visited.set(None);
        self.visited_report.set_value(None);
        self.ending.set(Vec::new());
        self.away.set(None);
        self.no_room.set(None);
        let own_text = untrack(|| self.own_text_in_use());
        self.tell(|client| {
            if is_dead {
                client.restart();
            }
            client.load(&experiment, &[], 0, own_text.as_deref());
        });
        self.start.set_value(experiment.clone());
        self.told.set_value(experiment);
    }

    /// Tells the worker in the next animation frame what has changed since it was told last.
    pub(super) fn plan_telling(self) {
        if self.is_telling_planned.try_update_value(|planned| std::mem::replace(planned, true)) == Some(false) {
            request_animation_frame(move || {
                self.is_telling_planned.try_update_value(|planned| *planned = false);
                self.tell_changes();
            });
        }
    }

    pub(super) fn tell_changes(self) {
        let (Some(now), Some(told)) = (self.experiment.try_get_untracked(), self.told.try_get_value()) else {
            return;
        };
        if !now.is_same_run(&told) {
            let run = self.running.get_untracked();
            self.load();
            self.go_to(0, run);
            return;
        }
        // What is set on a visit holds from the step that the run goes on from.
        if self.failure.get_untracked().is_some() || self.visited.get_untracked().is_some() {
            return;
        }
        if Hyper::of(&now) != Hyper::of(&told) {
            self.tell(|client| client.set_live(Hyper::of(&now)));
        }
        if now.speed != told.speed {
            self.tell(|client| client.set_speed(now.speed));
        }
        if Stop::of(&now) != Stop::of(&told) {
            self.tell(|client| client.set_stop(Stop::of(&now)));
        }
        self.told.set_value(now);
    }

    pub(super) fn tell(self, message: impl FnOnce(&WorkerClient)) {
        self.client.try_with_value(|client| {
            if let Some(client) = client {
                message(client);
            }
        });
    }

    pub(super) fn take(self, event: Event) {
        match event {
            Event::Arriving { received, total } => {
                self.arriving.try_set(Some((received, total)));
            }
            Event::Ready => {
                self.arriving.try_set(None);
            }
            Event::Frame { status, buckets } => self.take_frame(status, buckets),
            Event::LiveSet(change) => {
                self.changes.try_update(|changes| {
                    // As the worker does: of two changes at one step the later counts.
                    changes.retain(|earlier| earlier.after_step < change.after_step);
                    changes.push(change);
                });
            }
            Event::Theory(forecast) => {
                self.forecast.try_set(Some(*forecast));
            }
            Event::Scores(evaluation) => self.instruments.take_scores(evaluation),
            Event::View(bytes) => self.instruments.take(bytes),
            Event::Ending(ending) => {
                self.ending.try_set(ending);
            }
            Event::Proving { progress } => {
                self.instruments.proving.try_set(Some(progress));
            }
            Event::Proof { step, checks, beginning } => {
                self.instruments.beginning.try_set(Some(Arc::from(beginning)));
                self.instruments.proof.try_set(Some((step, Arc::new(checks))));
                self.instruments.proving.try_set(None);
            }
            Event::Away(step) => self.take_away(step),
            Event::NoRoom(need) => self.take_no_room(need),
            Event::ProofGivenUp => {
                self.instruments.proving.try_set(None);
            }
            Event::Predicted(question, outlooks) => self.take_outlooks(question, &outlooks),
            Event::Part(part, way) => self.take_part(part, way),
            Event::Failed(failure) => self.take_failure(failure),
        }
    }

    fn take_frame(self, status: Status, buckets: Vec<Bucket>) {
        let is_first = self.awaiting.try_get_untracked() == Some(true);
        self.history.try_update_value(|history| {
            // Kept until now, so that the charts never stand empty between two runs. A seek back starts again too.
            let is_back = history.latest().is_some_and(|latest| latest.step > status.head);
            if is_first || is_back {
                history.clear();
            }
            if status.step == status.head {
                buckets.into_iter().for_each(|bucket| history.push(bucket));
            } else if let Some(exact) = buckets.into_iter().next_back() {
                self.visited_report.try_update_value(|visited| *visited = Some(exact));
            }
        });
        if is_first {
            self.awaiting.try_set(false);
            self.forecast.try_set(None);
            self.instruments.clear();
            self.start.try_with_value(|start| self.measured.try_set(start.clone()));
        }
        // The first of a run is compared with nothing: the last is of the run before.
        let last = self.status.try_get_untracked().filter(|_| !is_first);
        let has_stopped = status.has_stopped_since(last.as_ref());
        if status.state == RunState::Diverged || has_stopped {
            self.running.try_set(false);
        }
        if status.state != RunState::Paused {
            // It goes on.
            self.away.try_set(None);
        }
        let arrive = |opening: &mut Option<Opening>| {
            opening.take_if(|opening| status.state != RunState::Seeking && status.step >= opening.step)
        };
        if let Some(Some(Opening { step: 1.., run: true })) = self.opening.try_update_value(arrive) {
            self.tell(WorkerClient::run);
        }
        self.status.try_set(status);
        self.plan_redraw();
    }

    fn plan_redraw(self) {
        if self.is_redraw_planned.try_update_value(|planned| std::mem::replace(planned, true)) == Some(false) {
            request_animation_frame(move || {
                self.is_redraw_planned.try_update_value(|planned| *planned = false);
                self.redraw.try_update(|count| *count = count.wrapping_add(1));
                self.tell(WorkerClient::frame_taken);
            });
        }
    }
}

impl Default for Lab {
    fn default() -> Self {
        Self::new()
    }
}

/// The lab that the surrounding components are about.
pub fn use_lab() -> Lab {
    expect_context()
}
