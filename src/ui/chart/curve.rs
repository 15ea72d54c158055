//! The curves of the main chart.

use super::quantity;
use crate::experiment::Experiment;
use crate::plot::Marker;
use crate::plot::color::Rgb;
use crate::plot::theme::Theme;
use crate::train::{Layout, Quantity, StepReport};
use crate::ui::i18n::{Words, t_string};
use crate::ui::shared::words::level_index;

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

    /// Whether a network has it.
    pub(super) fn is_of(self, layout: Layout) -> bool {
        self.level < layout.levels() && layout.quantities().contains(&self.quantity)
    }

    /// Its formula, with the number of its recurrent layer where there are others.
    pub(super) fn label(self, i18n: Words, layout: Layout) -> String {
        let has_levels = layout.levels() > 1;
        let letter = match self.quantity {
            Quantity::GradH => Some("h"),
            Quantity::GradC => Some("c"),
            Quantity::GradZ => Some("z"),
            _ => None,
        };
        if let Some(letter) = letter.filter(|_| has_levels) {
            return format!("‖∂L/∂{letter}{}‖", level_index(self.level));
        }
        let words = match self.quantity {
            Quantity::ActivationMean if layout.is_through_time() => {
                t_string!(i18n, charts.quantity.state_mean).to_owned()
            }
            Quantity::ActivationStd if layout.is_through_time() => {
                t_string!(i18n, charts.quantity.state_std).to_owned()
            }
            quantity => quantity::label(i18n, quantity),
        };
        if has_levels {
            t_string!(i18n, charts.of_level, quantity = words, level = self.level + 1).to_string()
        } else {
            words
        }
    }

    /// Its mark and its colour.
    pub(super) fn mark(self, theme: &Theme, is_through_time: bool) -> (Marker, Rgb) {
        match (self.level, self.quantity) {
            (1, _) => (Marker::Triangle, theme.update),
            (2, _) => (Marker::Diamond, theme.infinite),
            (_, Quantity::GradZ) if is_through_time => (Marker::Diamond, theme.grad_w),
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
