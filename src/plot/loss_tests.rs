use super::super::testing::{attributes, spans, surface, svg, texts};
use super::*;
use crate::train::{History, StepReport};

fn history(losses: impl IntoIterator<Item = f64>) -> History {
    let mut history = History::new(64);
    for (step, loss) in losses.into_iter().enumerate() {
        let mut report = StepReport::new(2);
        report.step = step as u64;
        report.set_loss(loss);
        history.push_report(&report);
    }
    history
}

fn draw(surface: Surface, history: &History, is_log: bool) -> (Option<Axes>, String) {
    draw_all(surface, &data(history, Measure::Loss { is_log }, &[]))
}

fn data<'a>(history: &'a History, measure: Measure, evaluations: &'a [Evaluation]) -> Data<'a> {
    Data {
        measure,
        buckets: history.buckets(),
        evaluations,
        is_full_batch: false,
        has_decay: false,
        clipped: &[],
        visited: None,
    }
}

fn draw_all(surface: Surface, data: &Data<'_>) -> (Option<Axes>, String) {
    let theme = Theme::light();
    let axes = Axes::fit(surface, &theme, data, None);
    let words = ["step", "loss", "batch", "batch, smoothed", "training", "held-out"].map(str::to_owned);
    let [step_axis, value_axis, batch, smoothed, training, held_out] = words;
    let value_axis_short = value_axis.clone();
    let (smoothed, clipped, strips) = ([smoothed, "smoothed".to_owned()], String::new(), StripLabels::default());
    let labels =
        Labels { step_axis, value_axis, value_axis_short, batch, smoothed, training, held_out, clipped, strips };
    let picture = svg(surface, |backend| {
        if let Some(axes) = &axes {
            axes.draw(backend, &theme, &labels);
            axes.draw_data(backend, &theme, data);
        }
    });
    (axes, picture)
}

/// A step, and the loss and the accuracy on training samples and on held-out ones.
type Scores = (u64, [f64; 2], Option<[f64; 2]>);

fn evaluations(scores: &[Scores]) -> Vec<Evaluation> {
    let evaluation = |&(step, loss, accuracy): &Scores| {
        let [training, held_out] =
            [0, 1].map(|of| Score { loss: loss[of], accuracy: accuracy.map(|accuracy| accuracy[of]) });
        Evaluation { step, training, held_out }
    };
    scores.iter().map(evaluation).collect()
}

const BLUE: &str = "stroke=\"#0072B2\"";
const VERMILLION: &str = "stroke=\"#D55E00\"";
const GREEN: &str = "stroke=\"#009E73\"";

#[test]
fn the_line_goes_through_the_losses() {
    let history = history([0.8, 0.4, 0.2, 0.1]);
    let (axes, picture) = draw(surface(400, 240), &history, false);
    let axes = axes.unwrap();
    let line = attributes(&picture, "polyline", "points", &[]);
    let expected: Vec<String> = (0..4)
        .map(|step| {
            let y = axes.frame.value_to_y(history.buckets()[step as usize].last.loss()).unwrap();
            format!("{},{}", axes.step_to_x(step).round(), y.round())
        })
        .collect();
    assert_eq!(line, [format!("{} ", expected.join(" "))]);
    assert_eq!(axes.frame.value_to_y(0.0), Some(axes.frame.plot.bottom), "a linear axis begins at zero");
    assert!(["step", "loss", "0", "10", "0.8"].iter().all(|label| texts(&picture).iter().any(|text| text == label)));
    for step in 0..=10 {
        assert_eq!(axes.x_to_step(axes.step_to_x(step)), step);
    }
    assert_eq!((axes.x_to_step(f64::NAN), axes.x_to_step(1e9)), (0, 10));
}

#[test]
fn a_band_holds_what_thinning_left_out() {
    let history = history((0..10_000).map(|step| if step % 2 == 0 { 0.2 } else { 0.4 }));
    let (axes, picture) = draw(surface(400, 240), &history, false);
    let frame = axes.unwrap().frame;
    let band = attributes(&picture, "polygon", "points", &[]);
    assert_eq!(band.len(), 1);
    for loss in [0.2, 0.4] {
        let y = format!(",{} ", frame.value_to_y(loss).unwrap().round());
        assert!(band[0].contains(&y), "{y} is missing");
    }
}

/// The heights of the only line of the batches with these attributes besides.
fn heights(picture: &str, having: &[&str]) -> Vec<f64> {
    // The piece in the legend is level and has two points.
    let lines = attributes(picture, "polyline", "points", having);
    let lines: Vec<_> = lines.iter().filter(|points| points.split_whitespace().count() > 2).collect();
    assert_eq!(lines.len(), 1, "{having:?}");
    lines[0].split_whitespace().map(|point| point.split(',').nth(1).unwrap().parse().unwrap()).collect()
}

#[test]
fn a_smoothed_line_lies_over_the_raw_one_and_is_called_so() {
    let history = self::history((0..60).map(|step| if step % 2 == 0 { 0.2 } else { 0.4 }));
    // α of a span of 1.2 numbers, on a logarithmic axis of the logarithms.
    let alpha = 2.0 / 2.2;
    for (is_log, expected) in [(true, 0.2 * 2f64.powf(alpha)), (false, 0.2 + 0.2 * alpha)] {
        let (axes, picture) = draw(surface(400, 240), &history, is_log);
        let frame = axes.unwrap().frame;
        let raw = heights(&picture, &[BLUE, "opacity=\"0.45\""]);
        let smoothed = heights(&picture, &[BLUE, "opacity=\"1\""]);
        assert_eq!((raw.len(), smoothed.len()), (60, 60));
        let spread = |heights: &[f64]| {
            let last = &heights[30..];
            last.iter().fold(0.0, |a: f64, y| a.max(*y)) - last.iter().fold(f64::MAX, |a, y| a.min(*y))
        };
        assert!(spread(&smoothed) < 0.95 * spread(&raw), "{} of {}", spread(&smoothed), spread(&raw));
        assert_eq!(smoothed[1], frame.value_to_y(expected).unwrap().round(), "log: {is_log}");
        assert!(texts(&picture).iter().any(|text| text == "batch, smoothed"), "{:?}", texts(&picture));
    }
}

#[test]
fn a_smoothed_line_stays_at_the_losses_of_a_logarithmic_axis() {
    // Nine decades down in a fifth of the run, and level from there on.
    let loss = |step: i32| 10f64.powf(-9.0 * (f64::from(step) / 100.0).min(1.0));
    let mut history = History::new(512);
    for step in 0..512 {
        let mut report = StepReport::new(2);
        report.step = step as u64;
        report.set_loss(loss(step));
        history.push_report(&report);
    }
    let picture = draw(surface(900, 400), &history, true).1;
    let raw = heights(&picture, &[BLUE, "opacity=\"0.45\""]);
    let smoothed = heights(&picture, &[BLUE, "opacity=\"1\""]);
    // An average of the numbers was two decades above them where they become level, and half a decade 20 steps later.
    let decade = (raw[0] - raw[511]).abs() / 9.0;
    let most = raw.iter().zip(&smoothed).map(|(raw, smoothed)| (raw - smoothed).abs()).fold(0.0, f64::max);
    assert!(most < 0.6 * decade, "{most} of {decade} a decade");
    assert!((raw[120] - smoothed[120]).abs() < 0.05 * decade + 1.0);
}

#[test]
fn of_full_batches_the_line_is_what_was_measured() {
    let history = history((0..64).map(|step| 10f64.powi(-step / 8)));
    let latest = history.latest().unwrap().step;
    let scores: Vec<Scores> = (0..=latest).map(|step| (step, [10f64.powi(-(step as i32) / 8); 2], None)).collect();
    let found = evaluations(&scores);
    for is_log in [true, false] {
        let data = Data { is_full_batch: true, ..data(&history, Measure::Loss { is_log }, &found) };
        let (axes, picture) = draw_all(surface(600, 300), &data);
        let frame = axes.unwrap().frame;
        let line = heights(&picture, &[BLUE, "opacity=\"1\""]);
        let measured: Vec<f64> =
            history.buckets().iter().map(|b| frame.value_to_y(b.last.loss()).unwrap().round()).collect();
        assert_eq!(line, measured, "log: {is_log}");
        assert_eq!(line, heights(&picture, &[VERMILLION, "opacity=\"1\""]), "it lies on that of the training samples");
        let names = texts(&picture);
        assert!(names.iter().any(|text| text == "batch") && !names.iter().any(|text| text == "batch, smoothed"));
    }
}

#[test]
fn a_moving_average_begins_anew_after_what_is_not_finite() {
    type Case = (&'static [f64], f64, bool, &'static [f64]);
    let cases: [Case; 7] = [
        (&[], 3.0, false, &[]),
        (&[1.0, 2.0, 4.0], 1.0, false, &[1.0, 2.0, 4.0]),
        (&[1.0, 3.0, 3.0], 3.0, false, &[1.0, 2.0, 2.5]),
        (&[1.0, f64::INFINITY, 3.0, 5.0], 3.0, false, &[1.0, f64::NAN, 3.0, 4.0]),
        (&[f64::NAN, 1.0], 0.0, false, &[f64::NAN, 1.0]),
        (&[1.0, 100.0, 0.0, 10.0], 3.0, true, &[1.0, 10.0, f64::NAN, 10.0]),
        (&[-1.0, 100.0, 1.0], 3.0, true, &[f64::NAN, 100.0, 10.0]),
    ];
    for (values, span, is_log, expected) in cases {
        let averages: Vec<f64> = moving_average(values.iter().copied(), span, is_log).collect();
        assert_eq!(format!("{averages:?}"), format!("{expected:?}"), "{values:?}");
    }
}

#[test]
fn evaluations_far_apart_are_marked_however_many_there_are() {
    let history = history((0..1000).map(|_| 0.5));
    // Fifty at the start, then none for most of the run, and one at its end.
    let scores: Vec<Scores> = (0..50).chain([999]).map(|step| (step, [0.4, 0.6], None)).collect();
    let found = evaluations(&scores);
    let (axes, picture) = draw_all(surface(600, 300), &data(&history, Measure::Loss { is_log: false }, &found));
    let x = axes.unwrap().step_to_x(49).round();
    let diamonds = attributes(&picture, "polygon", "points", &["fill=\"#D55E00\""]);
    let is_there = diamonds.iter().any(|points| points.starts_with(&format!("{x},")));
    assert!(is_there && diamonds.len() < 20, "{diamonds:?}");
}

#[test]
fn a_loss_of_zero_within_a_bucket_is_marked() {
    let history = history((0..256).map(|step| if step == 100 { 0.0 } else { 0.5 }));
    let (axes, picture) = draw(surface(400, 240), &history, true);
    let floor = axes.unwrap().frame.plot.bottom;
    let ys: Vec<f64> = attributes(&picture, "circle", "cy", &[]).iter().map(|y| y.parse().unwrap()).collect();
    assert_eq!(ys.iter().filter(|y| **y > floor).count(), 1, "{ys:?}");
}

#[test]
fn training_and_held_out_samples_have_lines_apart() {
    let history = history([0.8, 0.4, 0.2, 0.1]);
    // The last is of a step that the run has gone back from.
    let found = evaluations(&[
        (0, [0.9, 1.0], Some([0.5, 0.45])),
        (2, [0.3, 0.5], Some([0.75, 0.7])),
        (9, [0.1, 0.1], Some([1.0, 1.0])),
    ]);
    for (measure, [training, held_out]) in
        [(Measure::Loss { is_log: false }, [[0.9, 0.3], [1.0, 0.5]]), (Measure::Accuracy, [[50.0, 75.0], [45.0, 70.0]])]
    {
        let (axes, picture) = draw_all(surface(500, 240), &data(&history, measure, &found));
        let axes = axes.unwrap();
        let place = |step: u64, value: f64| {
            format!("{},{}", axes.step_to_x(step).round(), axes.frame.value_to_y(value).unwrap().round())
        };
        // The first of each colour is the legend's.
        let solid = attributes(&picture, "polyline", "points", &[VERMILLION]);
        assert_eq!(solid[1..], [format!("{} {} ", place(0, training[0]), place(2, training[1]))], "{measure:?}");
        let dashes = attributes(&picture, "polyline", "points", &[GREEN]);
        assert!(dashes.len() > 4 && dashes.iter().any(|dash| dash.starts_with(&place(0, held_out[0]))), "{dashes:?}");
        let names = texts(&picture);
        assert!(["training", "held-out"].iter().all(|name| names.iter().any(|text| text == name)), "{names:?}");
        let is_loss = measure != Measure::Accuracy;
        assert_eq!(names.iter().any(|text| text == "batch"), is_loss);
        assert_eq!(!attributes(&picture, "polyline", "points", &[BLUE]).is_empty(), is_loss);
        if !is_loss {
            assert!(["0", "40", "100"].iter().all(|tick| names.iter().any(|text| text == tick)), "{names:?}");
        }
    }
    let without = texts(&draw(surface(500, 240), &history, false).1);
    assert!(!without.iter().any(|text| text == "training"), "there is no legend of one line");
}

#[test]
fn small_changes_are_seen() {
    let ends = |losses: &[f64], is_log| {
        let history = history(losses.iter().copied());
        let frame = draw(surface(400, 240), &history, is_log).0.unwrap().frame;
        (frame.y_to_value(frame.plot.bottom), frame.y_to_value(frame.plot.top))
    };
    let cases: [(&[f64], bool, (f64, f64)); 6] = [
        (&[0.6, 0.5], false, (0.5, 0.6)),
        (&[0.6, 0.1], false, (0.0, 0.6)),
        (&[0.6, 0.5], true, (0.5, 0.6)),
        (&[0.6, 0.15], true, (0.1, 1.0)),
        (&[0.6, 0.001], true, (0.001, 1.0)),
        (&[0.6, 0.0], false, (0.0, 0.6)),
    ];
    for (losses, is_log, (low, high)) in cases {
        let ends = ends(losses, is_log);
        let is_near = (ends.0 - low).abs() < 0.051 * high && (ends.1 - high).abs() < 0.051 * high;
        assert!(is_near, "{losses:?}: {ends:?}");
    }
}

#[test]
fn the_visited_step_is_marked() {
    let history = history([0.8, 0.4, 0.2, 0.1]);
    for visited in [Some(1), None] {
        let data = Data { visited, ..data(&history, Measure::Accuracy, &[]) };
        let (axes, picture) = draw_all(surface(400, 240), &data);
        let triangles = attributes(&picture, "polygon", "points", &[]);
        assert_eq!(triangles.len(), usize::from(visited.is_some()));
        if let Some(step) = visited {
            let x = axes.unwrap().step_to_x(step).round();
            assert!(triangles[0].starts_with(&format!("{x},")), "{triangles:?}");
        }
    }
}

#[test]
fn the_end_of_a_diverged_run_is_marked() {
    let history = history([0.5, 2.0, 1e30, f64::INFINITY, f64::NAN]);
    for is_log in [false, true] {
        let (axes, picture) = draw(surface(400, 240), &history, is_log);
        let ys: Vec<f64> = attributes(&picture, "circle", "cy", &[]).iter().map(|y| y.parse().unwrap()).collect();
        assert_eq!(ys.len(), 2);
        assert!(ys[1] < ys[0] && ys[0] < axes.unwrap().frame.plot.top, "infinity and NaN are above the plot");
    }
}

#[test]
fn degenerate_runs_and_sizes_do_not_panic() {
    let runs: [&[f64]; 6] = [&[], &[0.5], &[0.0; 5], &[f64::NAN; 5], &[1e-300, 1e300], &[-1.0, 1.0]];
    for losses in runs {
        let history = history(losses.iter().copied());
        for (width, height) in [(0, 0), (1, 1), (400, 240), (3000, 60)] {
            for measure in [Measure::Loss { is_log: false }, Measure::Loss { is_log: true }, Measure::Accuracy] {
                let scores = [(0, [f64::NAN, 0.0], None), (1, [f64::INFINITY, -1.0], Some([0.0, f64::NAN]))];
                for found in [evaluations(&scores), Vec::new()] {
                    let data = Data { visited: Some(u64::MAX), ..data(&history, measure, &found) };
                    draw_all(surface(width, height), &data);
                }
            }
        }
    }
}

#[test]
fn the_legend_is_whole_and_beside_the_title_or_below_it() {
    let history = self::history((0..64).map(|step| if step % 2 == 0 { 0.2 } else { 0.4 }));
    let found = evaluations(&[(0, [0.9, 1.0], None), (60, [0.3, 0.5], None)]);
    let theme = Theme { text_zoom: crate::plot::theme::SVG_TEXT_ZOOM, ..Theme::light() };
    for width in [240, 280, 330, 400, 520, 640, 900] {
        for (has_decay, is_full_batch) in [(false, false), (true, false), (true, true), (false, true)] {
            let data = data(&history, Measure::Loss { is_log: true }, &found);
            let data = Data { has_decay, is_full_batch, ..data };
            let axes = Axes::fit(surface(width, 240), &theme, &data, None).unwrap();
            let titles = if has_decay {
                ["loss, decay not counted (log scale)", "loss, decay not counted"]
            } else {
                ["loss (log scale)", "loss"]
            };
            let [value_axis, value_axis_short] = titles.map(str::to_owned);
            let labels = Labels {
                value_axis,
                value_axis_short,
                batch: "batch".to_owned(),
                smoothed: ["batch, smoothed", "smoothed"].map(str::to_owned),
                training: "training".to_owned(),
                held_out: "held-out".to_owned(),
                ..Labels::default()
            };
            let picture = svg(surface(width, 240), |backend| axes.draw(backend, &theme, &labels));
            // Where each text stands, by its name.
            let place = |name: &str| {
                let at = texts(&picture).iter().position(|text| text == name)?;
                let of = |attribute: &str| attributes(&picture, "text", attribute, &[])[at].parse::<f64>().unwrap();
                Some((of("x"), of("y")))
            };
            let of_any = |names: &[&'static str]| {
                let found = names.iter().find_map(|name| Some((*name, place(name)?)));
                found.unwrap_or_else(|| panic!("none of {names:?} in {:?}", texts(&picture)))
            };
            let (_, first) = of_any(if is_full_batch { &["batch"] } else { &["batch, smoothed", "smoothed"] });
            // Before each is its mark, and no name reaches into that of the next.
            let names = ["batch", "batch, smoothed", "smoothed", "training", "held-out"];
            let found = spans(&picture).into_iter().filter(|span| names.contains(&span.0.as_str()));
            let mut spans: Vec<_> = found.collect();
            spans.sort_by(|one, other| one.2.total_cmp(&other.2));
            assert_eq!(spans.len(), 3);
            for pair in spans.windows(2) {
                let room = pair[1].2 - pair[0].3;
                assert!(room >= 1.1 * axes.frame.em, "{width}: {room} between {pair:?}");
            }
            assert!(first.0 >= 0.9 * axes.frame.em, "{width}: it begins at {first:?}");
            let (words, title) = of_any(&titles);
            let end = title.0 + 0.5 * axes.frame.em * words.len() as f64;
            assert!(end <= f64::from(width), "{width}: {words} ends at {end}");
            assert!(first.1 > title.1 || first.0 > end, "{width}, {has_decay}: {first:?} is in the title to {end}");
        }
    }
}

#[test]
fn steps_that_were_clipped_are_marked_where_they_are_and_named() {
    let history = history((0..=10).map(|step| 1.0 / (step + 1) as f64));
    let clipped: Vec<bool> = (0..=10).map(|step| step == 3 || step == 7).collect();
    let (theme, surface) = (Theme::light(), surface(700, 300));
    let drawn = |measure, clipped: &[bool]| {
        let data = Data { clipped, ..data(&history, measure, &[]) };
        let axes = Axes::fit(surface, &theme, &data, None).unwrap();
        let labels = Labels { clipped: "clipped".into(), ..Labels::default() };
        let picture = svg(surface, |backend| {
            axes.draw(backend, &theme, &labels);
            axes.draw_data(backend, &theme, &data);
        });
        let marks = attributes(&picture, "rect", "x", &["fill=\"#CC79A7\""]);
        (axes, marks, texts(&picture).contains(&"clipped".to_owned()))
    };
    let (axes, marks, is_named) = drawn(Measure::Loss { is_log: true }, &clipped);
    assert_eq!((marks.len(), is_named), (2 + 1, true), "two steps, and the legend");
    for step in [3, 7] {
        let near = |x: &String| (x.parse::<f64>().unwrap() - axes.step_to_x(step)).abs() <= 2.0;
        assert!(marks.iter().any(near), "step {step} in {marks:?}");
    }
    let (_, marks, is_named) = drawn(Measure::Loss { is_log: true }, &[false; 11]);
    assert_eq!((marks.len(), is_named), (0, false));
    let (_, marks, is_named) = drawn(Measure::Accuracy, &clipped);
    assert_eq!((marks.len(), is_named), (0, false), "the accuracy is not of the steps' gradients");
}
