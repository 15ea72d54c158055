//! The map of a function of two parameters with the paths of optimizers on it, and their start, which can be moved.

use super::export::{Picture, Sheet};
use super::figure::{ChartFigure, Chosen, Go, Led, Readout, ReadoutRow};
use super::stage::{Shown, Stage};
use super::step_curves::{MOST_ROWS, rows_of};
use super::table::Table;
use crate::decimal;
use crate::plot::level_map::{Axes, Data, Labels, Walk};
use crate::plot::number::{grouped, readable, significant};
use crate::plot::series::SeriesLook;
use crate::plot::theme::Theme;
use crate::surface::{Descent, Function, Point};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, attribute, effect, element};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// The map.
#[component]
pub fn LevelMap(
    /// The paths, all on one function from one start.
    paths: RwSignal<Vec<Descent>>,
    /// The step that is shown.
    step: Memo<usize>,
    /// Their names.
    names: Memo<Vec<String>>,
    /// Moves the start.
    move_start: Callback<Point>,
    /// What the paths do, in a sentence.
    #[prop(into)]
    summary: Signal<String>,
) -> impl IntoView {
    let (i18n, stage) = (use_i18n(), Stage::new());
    let chart = Shown::<Axes, Labels>::nothing();
    let axes = chart.axes;
    let point = RwSignal::new(None::<(f64, f64)>);
    effect(move || {
        let (step, names) = (step.get(), names.get());
        let Some(look) = stage.look() else { return };
        paths.with(|paths| {
            let Some(ground) = Ground::of(paths) else { return };
            chart.show(stage, look, labels(i18n, ground.function), Some(&ground.data(paths, step, &names)));
        });
    });

    let readout = Signal::derive(move || {
        let (at, step, names, theme) = (point.get()?, step.get(), names.get(), stage.theme().get());
        paths.with(|paths| {
            let ground = Ground::of(paths)?;
            axes.with(|axes| {
                let data = ground.data(paths, step, &names);
                Some(readout(i18n, axes.as_ref()?, &ground, &data, &theme, at))
            })
        })
    });
    let go = move |go: Go| {
        let to = axes.with_untracked(|axes| {
            let axes = axes.as_ref()?;
            let (plot, from) = (axes.plot, point.get_untracked());
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
    // As exact as a pixel is.
    let begin_at = move |(x, y): (f64, f64)| {
        let pixel = axes.try_with_untracked(|axes| axes.as_ref().map(Axes::pixel)).flatten();
        let Some(pixel) = pixel else { return };
        let decimals = (-pixel.log10().floor()).clamp(0.0, 6.0) as usize;
        let rounded = |value: f64| decimal::parse(&format!("{value:.decimals$}")).unwrap_or(value) + 0.0;
        move_start.try_run([rounded(x), rounded(y)]);
    };
    let choose = move |_: Chosen| {
        if let Some(Some(point)) = point.try_get_untracked() {
            begin_at(point);
        }
        Led::Here
    };

    let table = Signal::derive(move || {
        let (step, names) = (step.get(), names.get());
        paths.with(|paths| table(i18n, paths, step, &names))
    });
    let picture = move |sheet: &mut Sheet<'_>| {
        let (step, names) = (step.get(), names.get());
        paths.with(|paths| {
            let ground = Ground::of(paths)?;
            chart.picture(sheet, |_| Some((labels(i18n, ground.function), ground.data(paths, step, &names))))
        })
    };
    view! {
        <ChartFigure
            name="level-map"
            title=Signal::derive(move || t_string!(i18n, surface.map.title).to_owned())
            stage
            readout
            go=Callback::new(go)
            choose=Callback::new(choose)
            hint=Signal::derive(move || t_string!(i18n, surface.map.hint).to_owned())
            summary
            table
            picture=Picture::new(picture)
            over=Box::new(move || view! { <Start stage axes paths begin_at=Callback::new(begin_at) /> }.into_any())
        />
    }
}

/// The start of the paths: drawn along by a mouse or a finger, or moved by the arrow keys.
#[component]
fn Start(
    stage: Stage,
    axes: RwSignal<Option<Axes>>,
    paths: RwSignal<Vec<Descent>>,
    begin_at: Callback<(f64, f64)>,
) -> impl IntoView {
    let i18n = use_i18n();
    let handle = NodeRef::<html::Div>::new();
    let start = Memo::new(move |_| {
        paths.with(|paths| paths.first().and_then(|path| path.up_to(0).first().map(|made| (made.at[0], made.at[1]))))
    });
    let place = move || {
        let (start, scale) = (start.get()?, stage.surface.get().scale);
        axes.with(|axes| {
            let axes = axes.as_ref()?;
            let (x, y) = axes.to_place(start);
            let (x, y) = (x.clamp(axes.plot.left, axes.plot.right), y.clamp(axes.plot.top, axes.plot.bottom));
            Some((x / scale, y / scale))
        })
    };
    let is_held = RwSignal::new(false);
    // Other listeners are for what is behind it.
    let on_press = move |event: ev::PointerEvent| {
        event.stop_propagation();
        event.prevent_default();
        if let Some(handle) = element(handle) {
            let _ = handle.set_pointer_capture(event.pointer_id());
            let _ = handle.focus();
        }
        is_held.set(true);
    };
    let on_move = move |event: ev::PointerEvent| {
        event.stop_propagation();
        if is_held.try_get_untracked() != Some(true) {
            return;
        }
        let Some(frame) = element(stage.frame) else { return };
        let (at, scale) = (frame.get_bounding_client_rect(), stage.surface.get_untracked().scale);
        let pixels = |client: i32, origin: f64| (f64::from(client) - origin) * scale;
        let to = axes.with_untracked(|axes| {
            let place = (pixels(event.client_x(), at.left()), pixels(event.client_y(), at.top()));
            axes.as_ref().map(|axes| axes.to_point(place))
        });
        if let Some(to) = to {
            begin_at.try_run(to);
        }
    };
    let on_release = move |event: ev::PointerEvent| {
        event.stop_propagation();
        is_held.try_set(false);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let by = if event.shift_key() { 0.2 } else { 1.0 };
        let (right, up) = match event.key().as_str() {
            "ArrowLeft" => (-by, 0.0),
            "ArrowRight" => (by, 0.0),
            "ArrowUp" => (0.0, by),
            "ArrowDown" => (0.0, -by),
            _ => return,
        };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let Some(start) = start.try_get_untracked().flatten() else { return };
        if let Some(Some(to)) = axes.try_with_untracked(|axes| axes.as_ref().map(|axes| axes.moved(start, right, up))) {
            begin_at.try_run(to);
        }
    };
    let words = move || {
        let (x, y) = start.get().unwrap_or_default();
        t_string!(i18n, surface.at, x = significant(x, 3), y = significant(y, 3))
    };
    let pixels = move |part: fn((f64, f64)) -> f64| format!("{:.1}px", place().map_or(-100.0, part));
    view! {
        <div
            class="surface-start"
            class:held=move || is_held.get()
            node_ref=handle
            tabindex="0"
            role="slider"
            aria-label=attribute(move || t_string!(i18n, surface.map.start_label))
            aria-valuemin="-10"
            aria-valuemax="10"
            aria-valuenow=attribute(move || start.get().map_or(0.0, |(x, _)| x).to_string())
            aria-valuetext=attribute(words)
            title=attribute(move || t_string!(i18n, surface.map.start_hint))
            style:left=move || pixels(|(x, _)| x)
            style:top=move || pixels(|(_, y)| y)
            on:pointerdown=on_press
            on:pointermove=on_move
            on:pointerup=on_release
            on:pointercancel=on_release
            on:click=move |event| event.stop_propagation()
            on:keydown=on_key
        ></div>
    }
}

/// The function under the paths.
struct Ground {
    function: Function,
    key: [f64; 4],
    value: Box<dyn Fn(f64, f64) -> f64>,
    slope: Box<dyn Fn(f64, f64) -> f64>,
    steepest: f64,
    stationary: (f64, f64),
    start: (f64, f64),
}

impl Ground {
    fn of(paths: &[Descent]) -> Option<Self> {
        let path = paths.first()?;
        let (objective, start) = (path.objective(), path.up_to(0).first()?.at);
        let [x, y] = objective.stationary();
        let slope = move |x: f64, y: f64| {
            let [by_x, by_y] = objective.gradient([x, y], 1);
            libm::hypot(by_x, by_y)
        };
        Some(Self {
            function: objective.function,
            key: [f64::from(objective.function as u8), objective.kappa, objective.angle, objective.c],
            value: Box::new(move |x, y| objective.value([x, y], 1)),
            slope: Box::new(slope),
            steepest: objective.curvature()?.lambda[1],
            stationary: (x, y),
            start: (start[0], start[1]),
        })
    }

    fn data<'a>(&'a self, paths: &[Descent], step: usize, names: &[String]) -> Data<'a> {
        let walk = |(path, name): (&Descent, &String)| Walk {
            name: name.clone(),
            points: path.up_to(step).iter().map(|made| (made.at[0], made.at[1])).collect(),
        };
        Data {
            key: self.key,
            value: &self.value,
            steepest: self.steepest,
            view: self.function.view(),
            stationary: self.stationary,
            start: self.start,
            paths: paths.iter().zip(names).map(walk).collect(),
        }
    }
}

fn labels(i18n: Words, function: Function) -> Labels {
    let stationary = match function.has_minimum() {
        true => t_string!(i18n, surface.map.minimum),
        false => t_string!(i18n, surface.map.saddle),
    };
    Labels { stationary: stationary.to_owned() }
}

/// The function at a point, or at the step of a path that is there.
fn readout(i18n: Words, axes: &Axes, ground: &Ground, data: &Data<'_>, theme: &Theme, at: (f64, f64)) -> Readout {
    let row = |label: &str, value: String| ReadoutRow { mark: None, label: label.to_owned(), value };
    let near = axes.step_near(data, axes.to_place(at));
    let point = near.map_or(at, |(path, step)| data.paths[path].points[step]);
    let (mut rows, mut title) =
        (Vec::new(), t_string!(i18n, surface.at, x = significant(point.0, 3), y = significant(point.1, 3)));
    if let Some((path, step)) = near {
        let look = SeriesLook::of(theme, path);
        let label = std::mem::replace(&mut title, data.paths[path].name.clone());
        let step = t_string!(i18n, charts.step, step = grouped(step as u64));
        rows.push(ReadoutRow { mark: Some((look.marker, look.color)), label: step, value: label });
    }
    rows.push(row("f", readable((ground.value)(point.0, point.1))));
    rows.push(row("‖∇f‖", readable((ground.slope)(point.0, point.1))));
    let place = axes.to_place(point);
    let across = ((place.0 - axes.plot.left) / axes.plot.width() * 40.0).clamp(0.0, 40.0);
    Readout {
        x: place.0,
        span: (axes.plot.top, axes.plot.bottom),
        y: Some(place.1),
        points: Vec::new(),
        title,
        rows,
        place: (across.round() as u64, 40),
    }
}

fn table(i18n: Words, paths: &[Descent], step: usize, names: &[String]) -> Table {
    let columns = names.iter().flat_map(|name| ["x", "y", "f"].map(|letter| format!("{letter}, {name}")));
    let row = |step: usize| {
        let of = |path: &Descent| match path.up_to(step).get(step) {
            Some(made) => [Some(made.at[0]), Some(made.at[1]), Some(made.value)],
            None => [None; 3],
        };
        (grouped(step as u64), paths.iter().flat_map(of).collect())
    };
    Table {
        caption: t_string!(i18n, surface.map.table, most = grouped(MOST_ROWS as u64)),
        corner: t_string!(i18n, surface.step).to_owned(),
        columns: columns.collect(),
        counts: &[],
        rows: rows_of(step).map(row).collect(),
    }
}
