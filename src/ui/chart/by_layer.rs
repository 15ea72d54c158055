//! Reading a chart that has the layers from left to right.

use super::figure::{Chosen, Go, Led, Readout, ReadoutRow};
use crate::plot::gradient_by_layer::Axes;
use crate::ui::lab::Lab;
use crate::ui::reactive::RwSignal;
use crate::ui::shared::words::{Words, layer_name};

/// Moves the layer that is read.
pub(super) fn go(axes: RwSignal<Option<Axes>>, read_layer: RwSignal<Option<usize>>, go: Go) {
    let layer = axes.with_untracked(|axes| {
        let axes = axes.as_ref()?;
        let last = axes.places() - 1;
        let from = read_layer.get_untracked();
        let at = from.unwrap_or(last).min(last);
        match go {
            Go::To(x, _) => Some(axes.x_to_layer(x)),
            Go::Left | Go::Down if from.is_some() => Some(at.saturating_sub(1)),
            Go::Right | Go::Up if from.is_some() => Some((at + 1).min(last)),
            Go::Left | Go::Down | Go::Right | Go::Up => Some(at),
            Go::First => Some(0),
            Go::Last => Some(last),
            Go::Leave => None,
        }
    });
    read_layer.set(layer);
}

/// Opens the layer that is read in the layer inspector.
pub(super) fn choose(lab: Lab, read_layer: RwSignal<Option<usize>>, _: Chosen) -> Led {
    let Some(layer) = read_layer.get_untracked() else { return Led::Here };
    lab.open_layer(layer);
    Led::Elsewhere
}

/// Where a curve's numbers stand, without those that have no place on the axis.
pub(super) fn points(axes: &Axes, values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    let places = values.iter().enumerate();
    places.filter_map(|(layer, value)| Some((axes.layer_to_x(layer), axes.frame.value_to_y(*value)?)))
}

/// What is read of a layer: these rows, and the points of the curves that they should not cover.
pub(super) fn readout(
    i18n: Words,
    axes: &Axes,
    layer: usize,
    rows: Vec<ReadoutRow>,
    points: Vec<(f64, f64)>,
) -> Readout {
    Readout {
        x: axes.layer_to_x(layer),
        span: (axes.frame.plot.top, axes.frame.floor()),
        y: None,
        points,
        title: layer_name(i18n, layer, axes.places()),
        rows,
        place: (layer as u64, axes.places() as u64 - 1),
    }
}
