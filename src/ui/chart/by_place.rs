//! Reading a chart that has a network's places from left to right.

use super::figure::{Chosen, Go, Led, Readout, ReadoutRow};
use crate::plot::gradient_by_place::Axes;
use crate::ui::lab::Lab;
use crate::ui::reactive::RwSignal;

/// Moves the place that is read.
pub(super) fn go(axes: RwSignal<Option<Axes>>, read_place: RwSignal<Option<usize>>, go: Go) {
    let place = axes.with_untracked(|axes| {
        let axes = axes.as_ref()?;
        go.moved(axes.places() - 1, |x| axes.x_to_place(x), read_place.get_untracked())
    });
    read_place.set(place);
}

/// Opens the place that is read in the instrument for one place.
pub(super) fn choose(lab: Lab, read_place: RwSignal<Option<usize>>, _: Chosen) -> Led {
    let Some(place) = read_place.get_untracked() else { return Led::Here };
    lab.open_layer(place);
    Led::Elsewhere
}

/// Where a curve's numbers stand, without those that have no place on the axis.
pub(super) fn points(axes: &Axes, values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    let places = values.iter().enumerate();
    places.filter_map(|(place, value)| Some((axes.place_to_x(place), axes.frame.value_to_y(*value)?)))
}

/// What is read of a place, by its name: these rows, and the points of the curves that they should not cover.
pub(super) fn readout(
    name: String,
    axes: &Axes,
    place: usize,
    rows: Vec<ReadoutRow>,
    points: Vec<(f64, f64)>,
) -> Readout {
    Readout {
        x: axes.place_to_x(place),
        span: (axes.frame.plot.top, axes.frame.floor()),
        y: None,
        points,
        title: name,
        rows,
        place: (place as u64, axes.places() as u64 - 1),
    }
}
