//! How the runs are driven as one: in lock-step from one meeting to the next, or each as fast as it can.
//!
//! In lock-step every run waits at the same step ([`Lab::meet`]) until all have come there and have been seen there; only
//! then the next meeting is set. So whatever is shown of several runs is of one step. How far it is from one meeting to the
//! next follows from the time that the slowest takes.

use super::runs::{Run, Runs};
use crate::experiment::comparison::Pace;
use crate::experiment::{Speed, StopReason};
use crate::train::Bucket;
use crate::ui::chart::Seen;
use crate::ui::lab::Lab;
use crate::ui::lab::conductor::Conductor;
use crate::worker::protocol::Status;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// Between these times from one meeting to the next the page is smooth, and the workers wait for little of it.
const SHORTEST_MS: f64 = 45.0;
const LONGEST_MS: f64 = 110.0;

/// Runs that do not wait for each other are looked at no more often than this.
const BETWEEN_LOOKS_MS: f64 = 80.0;

/// Steps from one meeting to the next at the most.
const LONGEST_STRIDE: u64 = 4_096;

/// Where a run stands.
#[derive(Clone, Copy)]
struct Standing {
    lab: Lab,
    head: u64,
    /// Whether it is on its way to a step, or nothing is known of it yet.
    is_on_its_way: bool,
    /// Whether it goes on by itself.
    is_running: bool,
}

impl Runs {
    /// Reads where all stand, and does what follows from it; again whenever that changes.
    pub fn conduct(self) {
        let runs = self.all.get();
        self.turn.track();
        let is_lockstep = self.pace.get() == Pace::Lockstep;
        let mut is_visit = false;
        for run in &runs {
            run.lab.status.track();
            run.lab.failure.track();
            run.lab.running.track();
            is_visit |= run.lab.visited.get().is_some();
            run.lab.awaiting.track();
            run.lab.instruments.evaluations.track();
            if is_visit {
                // What is recorded of the visited step is replaced by the exact report.
                run.lab.redraw.track();
            }
        }
        untrack(|| {
            if document().hidden() {
                self.labs().into_iter().for_each(Lab::take_unseen);
            }
            let standings = self.standings();
            if !is_lockstep {
                self.labs().into_iter().for_each(|lab| lab.meet(None));
                let is_running = standings.iter().any(|run| run.is_running && !run.is_on_its_way);
                return if is_running && !is_visit { self.look_at_times() } else { self.look() };
            }
            if is_visit {
                return self.look();
            }
            match standings.iter().any(|run| run.is_running) {
                true => self.go_on_together(&standings.into_iter().filter(|run| run.is_running).collect::<Vec<_>>()),
                false => self.come_together(&standings),
            }
        });
    }

    /// The runs that are not over: those that have ended stay where they are.
    fn standings(self) -> Vec<Standing> {
        let standing = |lab: Lab| {
            let status = lab.status.get_untracked();
            let is_over = !lab.can_go_on_alone() || matches!(status.stopped, Some(StopReason::Loss(_)));
            let is_running = lab.running.get_untracked();
            let head = if lab.awaiting.get_untracked() { 0 } else { status.head };
            let standing = Standing { lab, head, is_on_its_way: lab.is_on_its_way(), is_running };
            (is_running || !is_over).then_some(standing)
        };
        self.labs().into_iter().filter_map(standing).collect()
    }

    /// Sets the next meeting when all have come to the last.
    fn go_on_together(self, running: &[Standing]) {
        let meeting = self.meeting.get_value();
        let is_there = |run: &Standing| !run.is_on_its_way && run.head >= meeting;
        if running.iter().all(is_there) {
            let farthest = running.iter().map(|run| run.head).max().unwrap_or(0);
            if running.iter().all(|run| run.head == farthest) {
                self.look();
                self.meet_after_drawing(farthest + self.next_stride());
            } else {
                self.meet_at(farthest);
            }
        } else if self.seen.with_untracked(|seen| seen.is_empty()) {
            self.look();
        } else {
            self.forget_restarted();
        }
        let meeting = self.meeting.get_value();
        for run in running.iter().filter(|run| !run.is_on_its_way) {
            // Farther behind than the others were at the last meeting.
            if run.head + self.stride.get_value() < meeting {
                run.lab.catch_up(meeting);
            }
        }
    }

    fn meet_at(self, step: u64) {
        self.meeting.set_value(step);
        self.labs().into_iter().for_each(|lab| lab.meet(Some(step)));
    }

    /// The same once what was seen is drawn: meanwhile the workers leave the cores to the page, which so is not late with it.
    fn meet_after_drawing(self, step: u64) {
        self.meeting.set_value(step);
        // Nothing is drawn, and timers sleep.
        if document().hidden() {
            return self.meet_at(step);
        }
        // What follows from what was seen is drawn before any timer's turn.
        let meet = move || {
            let is_meant = self.meeting.try_get_value() == Some(step);
            if is_meant && self.pace.try_get_untracked() == Some(Pace::Lockstep) {
                self.meet_at(step);
            }
        };
        set_timeout(meet, Duration::ZERO);
    }

    /// At rest: those that are behind the others come to where these are.
    fn come_together(self, standings: &[Standing]) {
        if standings.iter().any(|run| run.is_on_its_way) {
            if self.seen.with_untracked(|seen| seen.is_empty()) {
                self.look();
            } else {
                self.forget_restarted();
            }
            return;
        }
        let farthest = standings.iter().map(|run| run.head).max().unwrap_or(0);
        let (stride, is_levelling) = (self.stride.get_value(), self.is_levelling.get_value());
        let comes = |run: &&Standing| run.head < farthest && (is_levelling || farthest - run.head <= stride);
        let behind: Vec<_> = standings.iter().filter(comes).collect();
        if behind.is_empty() {
            self.look();
        }
        behind.into_iter().for_each(|run| run.lab.catch_up(farthest));
    }

    /// How many steps lead to the next meeting.
    fn next_stride(self) -> u64 {
        let now_ms = js_sys::Date::now();
        let took_ms = now_ms - self.set_at_ms.get_value();
        self.set_at_ms.set_value(now_ms);
        let before = self.stride.get_value();
        let speed = self.labs()[0].experiment.with_untracked(|experiment| experiment.speed);
        let stride = match speed {
            Speed::StepsPerSecond(speed) => (speed * SHORTEST_MS / 1_000.0) as u64,
            Speed::Max if took_ms < SHORTEST_MS => before * 2,
            Speed::Max if took_ms > LONGEST_MS => before / 2,
            Speed::Max => before,
        };
        // One that has just come may take much longer for a step than those that were there.
        let step_ms = |lab: Lab| lab.status.with_untracked(|status| status.step_ms);
        let slowest_ms = self.labs().into_iter().map(step_ms).fold(0.0, f64::max);
        let fits = if slowest_ms > 0.0 { (LONGEST_MS / slowest_ms) as u64 } else { LONGEST_STRIDE };
        let stride = stride.min(fits).clamp(1, LONGEST_STRIDE);
        self.stride.set_value(stride);
        stride
    }

    /// Looks at runs of which each goes on by itself and tells of it in frames of its own: at all at once, not with each frame.
    fn look_at_times(self) {
        let is_whole = self.seen.with_untracked(|seen| seen.len()) == self.all.with_untracked(Vec::len);
        let age_ms = (js_sys::Date::now() - self.looked_at_ms.get_value()).abs();
        if !is_whole || age_ms >= BETWEEN_LOOKS_MS {
            self.look();
        }
    }

    /// Takes in what is to be seen of all runs now; of those that are on their way what was seen before.
    fn look(self) {
        if document().hidden() {
            return;
        }
        self.looked_at_ms.set_value(js_sys::Date::now());
        let before = self.seen.get_untracked();
        let runs = self.all.get_untracked();
        let seen = runs.iter().enumerate().filter_map(|(place, run)| seen_of(*run, place)).collect::<Vec<_>>();
        if !(seen.is_empty() && before.is_empty()) {
            self.seen.set(Arc::new(seen));
        }
    }

    /// Leaves out what is seen of runs that have begun anew or are gone.
    fn forget_restarted(self) {
        let runs = self.all.get_untracked();
        let is_present = |seen: &Seen| {
            let is_there = runs.get(seen.place).is_some_and(|run| run.id == seen.id);
            let is_same_run = seen.lab.experiment.with_untracked(|now| now.is_same_run(&seen.experiment));
            is_there && is_same_run && !seen.lab.awaiting.get_untracked()
        };
        let is_whole = self.seen.with_untracked(|seen| seen.iter().all(is_present));
        if !is_whole {
            let kept = self.seen.with_untracked(|seen| seen.iter().filter(|seen| is_present(seen)).cloned().collect());
            self.seen.set(Arc::new(kept));
        }
    }
}

/// What is seen of a run; `None` before its first report, and while it is far from where it is going.
fn seen_of(Run { id, lab, .. }: Run, place: usize) -> Option<Seen> {
    let is_far = |status: &Status| status.seek_target.is_some_and(|target| target > status.step + 1);
    if lab.status.with_untracked(is_far) && lab.visited.with_untracked(Option::is_none) {
        return None;
    }
    let experiment = lab.measured.get_untracked();
    // Between two runs the report is still the last one's.
    if lab.awaiting.get_untracked() || !lab.experiment.with_untracked(|now| now.is_same_run(&experiment)) {
        return None;
    }
    let report = untrack(|| lab.with_shown(|bucket: &Bucket| bucket.last.clone()))?;
    let status = lab.status.get_untracked();
    let evaluation = untrack(|| lab.instruments.evaluation_at(report.step));
    Some(Seen { id, place, lab, experiment: Arc::new(experiment), status, report, evaluation, latest: status.head })
}

impl Conductor for Runs {
    fn toggle_run(&self) {
        let labs = self.labs();
        let is_visit = labs.iter().any(|lab| lab.visited.get_untracked().is_some());
        if !is_visit && untrack(|| self.is_under_way()) {
            self.is_levelling.set_value(false);
            return labs.into_iter().for_each(Lab::pause_alone);
        }
        if is_visit {
            self.continue_here();
        }
        self.is_levelling.set_value(true);
        let labs: Vec<Lab> = labs.into_iter().filter(|lab| untrack(|| lab.can_go_on_alone())).collect();
        if self.pace.get_untracked() == Pace::Lockstep {
            // None goes farther than where all are to meet.
            let heads = labs.iter().map(|lab| lab.status.with_untracked(|status| status.head));
            self.meet_at(heads.max().unwrap_or(0));
        }
        labs.into_iter().for_each(Lab::run_alone);
    }

    fn step(&self) {
        self.is_levelling.set_value(true);
        self.labs().into_iter().for_each(Lab::step_alone);
    }

    fn reset(&self) {
        self.is_levelling.set_value(true);
        self.meeting.set_value(0);
        self.labs().into_iter().for_each(Lab::reset_alone);
    }

    fn show_step(&self, step: u64) {
        self.is_levelling.set_value(false);
        let labs = self.labs();
        let latest = |lab: &Lab| lab.history.with_value(|history| history.latest().map_or(0, |report| report.step));
        if labs.iter().all(|lab| step >= latest(lab)) {
            return self.show_latest();
        }
        for lab in labs {
            // One that has not come so far shows its latest, and rests like the others.
            if untrack(|| lab.is_under_way_alone()) {
                lab.pause_alone();
            }
            lab.show_step_alone(step);
        }
    }

    fn show_latest(&self) {
        self.labs().into_iter().for_each(Lab::show_latest_alone);
    }

    fn continue_here(&self) {
        self.is_levelling.set_value(true);
        self.labs().into_iter().for_each(Lab::continue_alone);
    }

    fn is_under_way(&self) -> bool {
        self.all.with(|all| all.iter().any(|run| run.lab.is_under_way_alone()))
    }

    fn can_go_on(&self) -> bool {
        self.all.with(|all| all.iter().any(|run| run.lab.can_go_on_alone()))
    }
}
