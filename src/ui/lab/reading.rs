//! The verdict that the page shows: at every frame for attributes, at a readable pace for readers.

use super::pace::paced;
use super::state::Lab;
use crate::diagnosis::{Condition, Diagnosis, Situation, diagnose, leading_since};
use crate::experiment::Experiment;
use crate::look::view::Evaluation;
use crate::train::{Divergence, Layout, StepReport};
use crate::ui::reactive::{Memo, RwSignal, effect};
use crate::worker::protocol::RunState;
use leptos::prelude::*;

/// How long a sentence with numbers stands while the run goes on.
const PACE_MS: f64 = 300.0;

/// How long another verdict must hold before it takes the place of the one that is shown, while the run goes on.
const STEADY_MS: f64 = 600.0;

/// How often it is looked again since when a verdict has held, while the run goes on.
const SINCE_MS: f64 = 500.0;

/// After this time the latest verdict is shown, steady or not.
const LONGEST_MS: f64 = 4_000.0;

/// The verdict on one step, and what it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The verdict.
    pub diagnosis: Diagnosis,
    /// The experiment whose step it was.
    pub experiment: Experiment,
    /// The step.
    pub step: u64,
    /// Hidden layers of the network, or its time steps.
    pub places: usize,
    /// How well the network did when it was last looked at, by then.
    pub evaluation: Option<Evaluation>,
}

/// The verdict on the latest step.
#[derive(Clone, Copy)]
pub struct Reading {
    /// Of the latest frame; `None` before the first report.
    pub latest: Memo<Option<Finding>>,
    /// The same at a pace at which its numbers can be read.
    pub shown: RwSignal<Option<Finding>>,
    /// Since which step its leading condition has led; `None` where all is well, or the run has ended.
    pub since: Memo<Option<u64>>,
}

/// Follows the run with a verdict, which all components below show.
pub fn provide_reading(lab: Lab) {
    provide_context(read(lab));
}

/// Follows a run with a verdict.
pub fn read(lab: Lab) -> Reading {
    // Counting a text takes its time, and is done once.
    let guess_loss = Memo::new(move |_| {
        let own_text = lab.own_text_in_use();
        lab.experiment.with(|experiment| experiment.guess_loss_on(own_text.as_deref()))
    });
    let latest = Memo::new(move |previous: Option<&Option<Finding>>| {
        if !lab.is_judged.get() {
            return previous.cloned().flatten();
        }
        // The status comes with the reports of its frame, so state, step and verdict change together.
        let divergence = lab.status.with(|status| status.divergence).filter(|_| lab.visited.get().is_none());
        let experiment = lab.experiment.get();
        // Between two runs the settings are already the next one's, and the report still the last one's.
        if lab.awaiting.get() || lab.measured.with(|measured| !experiment.is_same_run(measured)) {
            return previous.cloned().flatten();
        }
        let report = lab.with_shown(|bucket| bucket.last.clone());
        match (report, divergence) {
            (Some(report), _) => Some(find(lab, experiment, &report, divergence, guess_loss.get())),
            // It diverged before anything was measured, so nothing else can be said of it.
            (None, Some(_)) => {
                let report = StepReport::new(Layout::of(&experiment));
                let mut diagnosis = diagnose(&experiment, &report, divergence);
                diagnosis.conditions.truncate(1);
                Some(Finding { diagnosis, experiment, step: 0, places: report.layout().judged(), evaluation: None })
            }
            (None, None) => None,
        }
    });
    let shown = RwSignal::new(None::<Finding>);
    let shown_at_ms = StoredValue::new(0.0);
    let news_since_ms = StoredValue::new(None::<f64>);
    let is_running = Memo::new(move |_| lab.status.with(|status| status.state == RunState::Running));
    let was_judged = StoredValue::new(false);
    effect(move || {
        let now_ms = js_sys::Date::now();
        let next = latest.get();
        // One that was not looked at for a while has nothing that could stand on.
        let is_judged = lab.is_judged.get();
        let is_taken_up = is_judged && !was_judged.get_value();
        was_judged.set_value(is_judged);
        let kind = |finding: &Option<Finding>| {
            finding.as_ref().map(|f| (f.diagnosis.conditions.clone(), f.diagnosis.repairs.clone()))
        };
        let is_news = shown.with_untracked(|shown| kind(shown) != kind(&next));
        let age_ms = (now_ms - shown_at_ms.get_value()).abs();
        // At a threshold the verdict may change with every step: another one has to hold for a while.
        let is_due = if is_news && age_ms < LONGEST_MS {
            let since_ms = news_since_ms.get_value().unwrap_or(now_ms);
            news_since_ms.set_value(Some(since_ms));
            (now_ms - since_ms).abs() > STEADY_MS
        } else {
            news_since_ms.set_value(None);
            age_ms > PACE_MS
        };
        if !is_running.get() || is_due || is_taken_up {
            shown_at_ms.set_value(now_ms);
            news_since_ms.set_value(None);
            shown.set(next);
        }
    });
    // The whole history is judged for it, so not with every frame.
    let refreshed = paced(lab, SINCE_MS);
    let leading = Memo::new(move |_| shown.with(|finding| finding.as_ref().map(|f| f.diagnosis.conditions[0])));
    let since = Memo::new(move |previous: Option<&Option<u64>>| {
        if !lab.is_judged.get() {
            return previous.copied().flatten();
        }
        refreshed.get();
        leading.track();
        shown.with_untracked(|finding| began(lab, finding.as_ref()?))
    });
    Reading { latest, shown, since }
}

/// What is found at a step of a run, with what is known beside its report.
pub fn find(
    lab: Lab,
    experiment: Experiment,
    report: &StepReport,
    divergence: Option<Divergence>,
    guess_loss: f64,
) -> Finding {
    let evaluation = lab.instruments.evaluation_at(report.step);
    let diagnosis = lab.history.with_value(|history| {
        let first = history.buckets().first().map(|bucket| &bucket.last);
        let start = first.filter(|first| first.step == 0 && first.layout() == report.layout());
        let score = evaluation.map(|evaluation| (evaluation.training.loss, evaluation.training.accuracy));
        Situation { experiment: &experiment, report, divergence, start, score, guess_loss }.diagnose()
    });
    Finding { diagnosis, experiment, step: report.step, places: report.layout().judged(), evaluation }
}

impl Reading {
    /// Whether what is shown is of a network whose gradient goes back through time.
    pub fn is_through_time(&self) -> bool {
        self.shown.with(|finding| finding.as_ref().is_some_and(|finding| finding.diagnosis.layout.is_through_time()))
    }
}

/// Since which step what is found has held.
fn began(lab: Lab, finding: &Finding) -> Option<u64> {
    let leading = finding.diagnosis.conditions.first()?;
    if matches!(leading, Condition::Healthy | Condition::Diverged) {
        return None;
    }
    // Up to the step of the verdict that is shown; the history may have gone on. What was found by the scores, the reports
    // alone do not tell.
    let guess_loss = finding.diagnosis.guess_loss;
    lab.history
        .try_with_value(|history| leading_since(&finding.experiment, history, finding.step, *leading, guess_loss))?
}
