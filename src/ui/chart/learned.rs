//! The chart of what the network makes of its inputs.

use super::canvas::Stretcher;
use super::figure::{ChartFigure, Go, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::table::Table;
use crate::look::view::{Learned, Sample, View};
use crate::plot::StripLabels;
use crate::plot::color::Rgb;
use crate::plot::gradient_over_time::Image;
use crate::plot::learned::{Answer, Axes, Choices, Kind, Labels, answer_near, class_corners};
use crate::plot::number::{percent, readable, significant};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::{Lab, paced};
use crate::ui::reactive::{Memo, RwSignal, Signal, effect, live};
use leptos::prelude::*;
use std::sync::Arc;

/// Samples of each set in the table.
const MOST_ROWS: usize = 250;

/// The network's answer over the plane with the samples on it, or its answers against what they should be.
#[component]
pub fn LearnedChart(
    /// What the samples tell in a sentence.
    #[prop(into)]
    sentence: Signal<String>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let Some(lab) = use_context::<Lab>() else { return ().into_any() };
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let (training, held_out) = (lab.instruments.looks.has_training, lab.instruments.looks.has_held_out);
    let choices = move || Choices { training: training.get(), held_out: held_out.get() };
    let point = RwSignal::new(None::<(f64, f64)>);
    let kept = StoredValue::new_local((Image::default(), Stretcher::default()));
    let seen = move || lab.instruments.view.get().filter(|view| view.learned.is_some());

    effect(move || {
        let (view, choices) = (seen(), choices());
        let learned = view.as_ref().and_then(|view| view.learned.as_ref());
        let labels = labels(i18n, learned);
        let Some((surface, theme)) = stage.look() else { return };
        chart.draw(
            stage,
            theme,
            labels,
            |theme, previous| Axes::fit(surface, theme, learned?, previous),
            |axes, theme, element, canvas| {
                let Some(learned) = learned else { return };
                kept.try_update_value(|(image, stretcher)| {
                    axes.paint(theme, learned, image);
                    stretcher.draw_smoothly(element, image, axes.plot)
                });
                axes.draw_over(canvas, theme, learned, choices);
            },
            |axes, theme, labels, canvas| axes.draw(canvas, theme, labels),
        );
    });

    let readout = Signal::derive(move || {
        let (at, view, choices) = (point.get()?, seen()?, choices());
        axes.with(|axes| readout(i18n, axes.as_ref()?, view.learned.as_ref()?, choices, at))
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let plot = axes.plot;
            let from = point.get_untracked();
            let middle = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
            let here = from.unwrap_or_else(|| axes.to_point(middle));
            Some(match go {
                Go::To(x, y) => axes.to_point((x, y)),
                Go::Leave => return None,
                _ if from.is_none() => here,
                Go::Left => axes.moved(here, -1.0, 0.0),
                Go::Right => axes.moved(here, 1.0, 0.0),
                Go::Up => axes.moved(here, 0.0, 1.0),
                Go::Down => axes.moved(here, 0.0, -1.0),
                Go::First => axes.to_point((plot.left, plot.bottom)),
                Go::Last => axes.to_point((plot.right, plot.top)),
            })
        });
        point.set(to);
    };

    let spoken = paced(lab, 5_000.0);
    let summary = Memo::new(move |_| {
        spoken.get();
        sentence.get_untracked()
    });
    let refreshed = paced(lab, 1_000.0);
    let table = Signal::derive(move || {
        refreshed.get();
        let is_running = lab.running.get();
        let view = if is_running { lab.instruments.view.get_untracked() } else { lab.instruments.view.get() };
        table(i18n, view)
    });
    let theme = stage.theme();
    let toggle = move |is_shown: RwSignal<bool>, is_held_out: bool| {
        view! {
            <label class="chart-toggle">
                <input
                    type="checkbox"
                    prop:checked=move || is_shown.get()
                    on:change=move |event| is_shown.set(event_target_checked(&event))
                />
                {live(move || sample_picture(0, theme.with(|theme| theme.text), is_held_out))}
                {live(move || {
                    if is_held_out { t_string!(i18n, learned.held_out) } else { t_string!(i18n, learned.training) }
                })}
            </label>
        }
    };
    view! {
        <ChartFigure
            name="learned"
            title=Signal::derive(move || t_string!(i18n, learned.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            summary
            table
        >
            <fieldset class="chart-group">
                <legend>{live(move || t_string!(i18n, learned.sets))}</legend>
                {toggle(training, false)}
                {toggle(held_out, true)}
            </fieldset>
        </ChartFigure>
    }
    .into_any()
}

fn labels(i18n: Words, learned: Option<&Learned>) -> Labels {
    let field = learned.and_then(|learned| learned.field.as_ref());
    let is_probability = field.is_some_and(|field| field.classes > 0);
    let (x_axis, y_axis) = match field {
        Some(_) => ("x₁", "x₂"),
        None => (t_string!(i18n, learned.target), t_string!(i18n, learned.predicted)),
    };
    let value_axis =
        if is_probability { t_string!(i18n, learned.probability) } else { t_string!(i18n, learned.output) };
    Labels {
        x_axis: x_axis.to_owned(),
        y_axis: y_axis.to_owned(),
        value_axis: value_axis.to_owned(),
        specials: StripLabels::default(),
    }
}

/// The answer at a point, and the sample that stands there.
fn readout(i18n: Words, axes: &Axes, learned: &Learned, choices: Choices, at: (f64, f64)) -> Option<Readout> {
    let row = |label: String, value: String| ReadoutRow { mark: None, label, value };
    let near = axes.sample_near(learned, choices, at);
    let mut rows = Vec::new();
    let mut asked_at = at;
    if let Some(Answer { at, value, certainty }) = answer_near(learned, at.0, at.1) {
        asked_at = at;
        let class = || t_string!(i18n, learned.class, number = readable_class(value)).to_string();
        match axes.kind {
            Kind::Classes(2) => rows.push(row(t_string!(i18n, learned.probability).to_owned(), readable(value))),
            Kind::Classes(_) => {
                rows.push(row(t_string!(i18n, learned.likeliest).to_owned(), class()));
                let share = percent(certainty.unwrap_or(1.0));
                let share = t_string!(i18n, learned.percent, share = share).to_string();
                rows.push(row(t_string!(i18n, learned.certainty).to_owned(), share));
            }
            Kind::Surface | Kind::Scatter => {
                rows.push(row(t_string!(i18n, learned.output).to_owned(), readable(value)));
            }
        }
    } else if near.is_none() {
        return None;
    }
    let (mut place, mut title) = (axes.to_place(at), None);
    if let Some((id, of_sample)) = near {
        let samples = if id.is_held_out { &learned.held_out } else { &learned.training };
        let Sample { target, predicted, .. } = samples[id.index];
        if axes.kind == Kind::Scatter {
            place = of_sample;
        }
        let words = if id.is_held_out {
            t_string!(i18n, learned.held_out_sample)
        } else {
            t_string!(i18n, learned.training_sample)
        };
        title = Some(words.to_owned());
        let answer = |value: f32| match axes.kind {
            Kind::Classes(_) => t_string!(i18n, learned.class, number = readable_class(value.into())).to_string(),
            Kind::Surface | Kind::Scatter => readable(value.into()),
        };
        rows.push(row(t_string!(i18n, learned.target).to_owned(), answer(target)));
        rows.push(row(t_string!(i18n, learned.predicted).to_owned(), answer(predicted)));
    }
    let title = title.unwrap_or_else(|| {
        t_string!(i18n, learned.at, x = significant(asked_at.0, 2), y = significant(asked_at.1, 2)).to_string()
    });
    let across = ((place.0 - axes.plot.left) / axes.plot.width() * 40.0).clamp(0.0, 40.0);
    Some(Readout {
        x: place.0,
        span: (axes.plot.top, axes.plot.bottom),
        y: Some(place.1),
        points: Vec::new(),
        title,
        rows,
        place: (across.round() as u64, 40),
    })
}

fn readable_class(value: f64) -> String {
    format!("{value:.0}")
}

fn table(i18n: Words, view: Option<Arc<View>>) -> Table {
    let learned = view.as_ref().and_then(|view| view.learned.as_ref());
    let rows = |samples: &[Sample], set: f64| {
        let cells = move |sample: &Sample| {
            [sample.x.0, sample.x.1, sample.target, sample.predicted].map(|x| Some(f64::from(x))).into_iter()
        };
        let rows = samples.iter().take(MOST_ROWS).enumerate();
        rows.map(|(index, sample)| ((index + 1).to_string(), cells(sample).chain([Some(set)]).collect()))
            .collect::<Vec<_>>()
    };
    let (mut all, mut counts) = (Vec::new(), (0, 0));
    let has_classes = learned.and_then(|learned| learned.field.as_ref()).is_some_and(|field| field.classes > 0);
    if let Some(learned) = learned {
        all = rows(&learned.training, 0.0);
        all.extend(rows(&learned.held_out, 1.0));
        counts = (learned.training.len(), learned.held_out.len());
    }
    Table {
        caption: t_string!(i18n, learned.table, training = counts.0, held_out = counts.1, shown = all.len())
            .to_string(),
        corner: t_string!(i18n, learned.sample).to_owned(),
        columns: vec![
            "x₁".to_owned(),
            "x₂".to_owned(),
            t_string!(i18n, learned.target).to_owned(),
            t_string!(i18n, learned.predicted).to_owned(),
            t_string!(i18n, learned.set).to_owned(),
        ],
        // Classes and sets are numbered.
        counts: if has_classes { &[2, 3, 4] } else { &[4] },
        rows: all,
    }
}

/// The mark of a sample as a picture, as on the canvas: hollow for one that is held out.
pub(in crate::ui) fn sample_picture(class: usize, color: Rgb, is_hollow: bool) -> impl IntoView {
    let Rgb(red, green, blue) = color;
    let color = format!("#{red:02x}{green:02x}{blue:02x}");
    let fill = if is_hollow { "none".to_owned() } else { color.clone() };
    let path = match class_corners(class) {
        [] => "M8 3.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9z".to_owned(),
        corners => {
            let corners = corners.iter().map(|(x, y)| format!("{:.1} {:.1}", 8.0 + 4.2 * x, 8.0 + 4.2 * y));
            format!("M{}z", corners.collect::<Vec<_>>().join("L"))
        }
    };
    view! {
        <svg class="chart-mark" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path fill=fill stroke=color stroke-width="2"></path>
        </svg>
    }
}
