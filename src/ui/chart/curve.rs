//! The curves of the main chart.

use super::quantity;
use crate::experiment::Experiment;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::train::{Layout, Quantity, StepReport};
use crate::ui::i18n::{Words, t_string};

/// One quantity over the places of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Curve {
    /// The level, from 0 at the input.
    pub level: usize,
    /// The quantity.
    pub quantity: Quantity,
}

const fn lowest(quantity: Quantity) -> Curve {
    Curve { level: 0, quantity }
}

/// The curves by layer, the most important first.
const BY_LAYER: [Curve; 3] = [lowest(Quantity::GradZ), lowest(Quantity::GradW), lowest(Quantity::Update)];

/// The curves by time step of all cells and levels, the most important first.
const BY_TIME: [Curve; 5] = [
    lowest(Quantity::GradH),
    Curve { level: 1, quantity: Quantity::GradH },
    Curve { level: 2, quantity: Quantity::GradH },
    lowest(Quantity::GradC),
    lowest(Quantity::GradZ),
];

impl Curve {
    /// Those that networks of a kind may have.
    pub(super) fn all(is_through_time: bool) -> &'static [Self] {
        if is_through_time { &BY_TIME } else { &BY_LAYER }
    }

    /// The one that the verdict reads.
    pub(super) fn leading(layout: Layout) -> Self {
        lowest(layout.leading())
    }

    /// Whether it is the one that the verdict reads.
    pub(super) fn is_leading(self) -> bool {
        self == BY_LAYER[0] || self == BY_TIME[0]
    }

    /// Whether a network has it.
    pub(super) fn is_of(self, layout: Layout) -> bool {
        self.level < layout.levels() && layout.quantities().contains(&self.quantity)
    }

    /// Whether it is shown unless it is switched off: what the gates are given runs close to the rest.
    pub(super) fn is_shown_at_first(self) -> bool {
        self != BY_TIME[4] || self.is_leading()
    }

    /// Its formula, and its level where there are others.
    pub(super) fn label(self, i18n: Words, layout: Layout) -> String {
        let formula = match self.quantity {
            Quantity::ActivationMean if layout.is_through_time() => {
                t_string!(i18n, charts.quantity.state_mean).to_owned()
            }
            Quantity::ActivationStd if layout.is_through_time() => {
                t_string!(i18n, charts.quantity.state_std).to_owned()
            }
            quantity => quantity::label(i18n, quantity),
        };
        if layout.levels() == 1 {
            return formula;
        }
        t_string!(i18n, charts.of_level, formula = formula, level = self.level + 1).to_string()
    }

    /// Its mark and its colour.
    pub(super) fn mark(self, theme: &Theme) -> (Marker, Rgb) {
        match (self.level, self.quantity) {
            (1, _) => (Marker::Triangle, theme.update),
            (2, _) => (Marker::Diamond, theme.grad_w),
            _ => quantity::mark(theme, self.quantity),
        }
    }

    /// Its values, as Frobenius norms or as the root mean squares of the entries; `None` where they were not measured.
    pub(super) fn values(self, experiment: &Experiment, report: &StepReport, is_rms: bool) -> Option<Vec<f64>> {
        let mut values = report.series_at(self.level, self.quantity)?;
        if is_rms {
            for (place, value) in values.iter_mut().enumerate() {
                *value /= quantity::root_of_elements(experiment, report.step, self.quantity, place);
            }
        }
        Some(values)
    }
}
