//! What the chart by time step says besides its curves: where the gradient is cut, what is padding, and from where on little
//! of it is left.

use super::figure::ReadoutRow;
use crate::data::sequences::Padding;
use crate::diagnosis::Flow;
use crate::experiment::Experiment;
use crate::plot::gradient_by_place::{Far, PlaceMarks};
use crate::plot::number::{grouped, readable};
use crate::train::StepReport;
use crate::ui::i18n::{Words, t_string};
use crate::ui::lab::Lab;

/// What is drawn behind the curves.
pub(super) fn of(i18n: Words, experiment: &Experiment, report: &StepReport) -> PlaceMarks {
    let cut = cut(experiment, report);
    let far = far(experiment, report).filter(|far| far.until > cut);
    let far = far.map(|Reached { until, is_more, step }| {
        let words = if is_more {
            [
                t_string!(i18n, charts.gradient_by_time.far_more, step = step).to_string(),
                t_string!(i18n, charts.gradient_by_time.far_more_short).to_owned(),
            ]
        } else {
            [
                t_string!(i18n, charts.gradient_by_time.far_less, step = step).to_string(),
                t_string!(i18n, charts.gradient_by_time.far_less_short).to_owned(),
            ]
        };
        Far { until, is_more, words }
    });
    PlaceMarks {
        cut,
        cuts_after: experiment.cuts_after(),
        cut_word: t_string!(i18n, charts.gradient_by_time.cut).to_owned(),
        padding: experiment.padding_shares(),
        padding_word: t_string!(i18n, charts.gradient_by_time.padding).to_owned(),
        far,
    }
}

/// The title of the axis of time steps, and the same for narrow charts. Where each has a loss, or each
/// sentence has its own at another, it says so.
pub(super) fn axis_titles(i18n: Words, experiment: &Experiment) -> [String; 2] {
    if experiment.has_loss_at_each_step() {
        return [
            t_string!(i18n, charts.gradient_by_time.axis_each).to_owned(),
            t_string!(i18n, charts.gradient_by_time.axis_each_short).to_owned(),
        ];
    }
    if experiment.padding == Padding::Masked && experiment.padding_shares().iter().any(|share| *share > 0.0) {
        return [
            t_string!(i18n, charts.gradient_by_time.axis_masked).to_owned(),
            t_string!(i18n, charts.gradient_by_time.axis_masked_short).to_owned(),
        ];
    }
    [
        t_string!(i18n, charts.gradient_by_time.axis, last = experiment.length).to_string(),
        t_string!(i18n, charts.gradient_by_time.axis_short).to_owned(),
    ]
}

/// What the reading point says of a time step besides the curves' numbers.
pub(super) fn row(i18n: Words, lab: Lab, experiment: &Experiment, place: usize) -> Option<ReadoutRow> {
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let share = experiment.padding_shares().get(place).copied().filter(|share| *share > 0.0);
    if let Some(share) = share {
        return Some(row(t_string!(i18n, charts.gradient_by_time.padding), format!("{:.0} %", 100.0 * share)));
    }
    let is_cut = lab.with_shown(|bucket| place < cut(experiment, &bucket.last)).unwrap_or(false);
    is_cut.then(|| {
        row(t_string!(i18n, charts.gradient_by_time.cut), t_string!(i18n, charts.gradient_by_time.is_cut).to_owned())
    })
}

/// What the chart shows, in sentences.
pub(super) fn summary(i18n: Words, experiment: &Experiment, report: &StepReport) -> String {
    let (places, leading) = (report.places(), report.layout().leading());
    let norm = |place: usize| readable(report.get(place, leading));
    let cut = cut(experiment, report);
    let mut said = vec![
        t_string!(
            i18n,
            charts.gradient_by_time.summary,
            step = grouped(report.step),
            first = norm(cut.min(places - 1)),
            first_at = cut.min(places - 1) + 1,
            last = norm(places - 1),
            last_at = places
        )
        .to_string(),
    ];
    if experiment.has_loss_at_each_step() {
        said.push(t_string!(i18n, charts.gradient_by_time.each).to_owned());
    }
    if cut > 0 {
        said.push(t_string!(i18n, charts.gradient_by_time.summary_cut, until = cut).to_string());
    }
    if let Some(Reached { until, is_more, step }) = far(experiment, report).filter(|far| far.until > cut) {
        said.push(if is_more {
            t_string!(i18n, charts.gradient_by_time.summary_more, until = until, step = step).to_string()
        } else {
            t_string!(i18n, charts.gradient_by_time.summary_less, until = until, step = step).to_string()
        });
    }
    if experiment.padding_shares().iter().any(|share| *share > 0.0) {
        said.push(match experiment.padding {
            Padding::Before => t_string!(i18n, charts.gradient_by_time.padding_before).to_owned(),
            Padding::Masked => t_string!(i18n, charts.gradient_by_time.padding_masked).to_owned(),
            Padding::After => t_string!(i18n, charts.gradient_by_time.padding_after).to_owned(),
        });
    }
    said.join(" ")
}

/// How many time steps from the first on have no gradient because truncation cuts it before it comes to them.
fn cut(experiment: &Experiment, report: &StepReport) -> usize {
    let last_cut = experiment.cuts_after().last().copied().unwrap_or(0);
    let is_zero = |place: &usize| report.get(*place, report.layout().leading()) == 0.0;
    (0..last_cut.min(report.places())).take_while(is_zero).count()
}

/// How far back the gradient is not much smaller or larger.
struct Reached {
    /// Up to which time step, from 1, it is.
    until: usize,
    /// Whether it is larger there.
    is_more: bool,
    /// Than that of which time step, from 1.
    step: usize,
}

/// As the verdict compares; `None` where each step has a loss, and with it a gradient of its own.
fn far(experiment: &Experiment, report: &StepReport) -> Option<Reached> {
    let norms = report.series(report.layout().leading())?;
    let flow = Flow::along(&experiment.way(), &norms);
    let (until, is_more) = flow.far_up_to(&norms)?;
    Some(Reached { until, is_more, step: flow.from })
}
