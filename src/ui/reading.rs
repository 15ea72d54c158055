//! The verdict that the page shows: at every frame for attributes, at a readable pace for readers.

use crate::diagnosis::{Diagnosis, VANISHING_TOTAL, diagnose};
use crate::experiment::Experiment;
use crate::train::StepReport;
use crate::ui::lab::Lab;
use crate::worker::protocol::RunState;
use leptos::prelude::*;

/// How long a sentence with numbers stands while the run goes on.
const PACE_MS: f64 = 300.0;

/// The verdict on one step, and what it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The verdict.
    pub diagnosis: Diagnosis,
    /// The experiment whose step it was.
    pub experiment: Experiment,
    /// Hidden layers of the network.
    pub layers: usize,
}

impl Finding {
    /// Whether it is the gradient itself that explodes, and not only the update.
    pub fn flow_explodes(&self) -> bool {
        self.diagnosis.flow.total > 1.0 / VANISHING_TOTAL
    }
}

/// The verdict on the latest step.
#[derive(Clone, Copy)]
pub struct Reading {
    /// Of the latest frame; `None` before the first report.
    pub latest: Memo<Option<Finding>>,
    /// The same at a pace at which its numbers can be read.
    pub shown: RwSignal<Option<Finding>>,
}

/// Follows the run with a verdict.
pub fn provide_reading(lab: Lab) -> Reading {
    let latest = Memo::new(move |previous: Option<&Option<Finding>>| {
        // The status comes with the reports of its frame, so state, step and verdict change together.
        let divergence = lab.status.with(|status| status.divergence);
        let experiment = lab.experiment.get();
        // Between two runs the settings are already the next one's, and the report still the last one's.
        if lab.awaiting.get() || lab.measured.with(|measured| !experiment.is_same_run(measured)) {
            return previous.cloned().flatten();
        }
        lab.history.with_value(|history| match (history.latest(), divergence) {
            (Some(report), _) => {
                let diagnosis = diagnose(&experiment, report, divergence);
                Some(Finding { diagnosis, experiment, layers: report.layers().saturating_sub(1) })
            }
            // It diverged before anything was measured, so nothing else can be said of it.
            (None, Some(_)) => {
                let layers = experiment.depth as usize;
                let mut diagnosis = diagnose(&experiment, &StepReport::new(layers + 1), divergence);
                diagnosis.conditions.truncate(1);
                Some(Finding { diagnosis, experiment, layers })
            }
            (None, None) => None,
        })
    });
    let shown = RwSignal::new(None);
    let shown_at_ms = StoredValue::new(0.0);
    Effect::new(move |_| {
        let now_ms = js_sys::Date::now();
        let next = latest.get();
        let is_running = lab.status.get_untracked().state == RunState::Running;
        let kind = |finding: &Option<Finding>| {
            finding.as_ref().map(|f| (f.diagnosis.conditions.clone(), f.diagnosis.repairs.clone()))
        };
        let is_news = shown.with_untracked(|shown| kind(shown) != kind(&next));
        if is_news || !is_running || (now_ms - shown_at_ms.get_value()).abs() > PACE_MS {
            shown_at_ms.set_value(now_ms);
            shown.set(next);
        }
    });
    let reading = Reading { latest, shown };
    provide_context(reading);
    reading
}
