use super::super::testing::{attributes, surface, svg, texts};
use super::*;

fn labels() -> Labels {
    Labels {
        place_axis: "layer".into(),
        place_axis_short: "l".into(),
        places: PlaceNames::Layers { first: 1, output: "out".into() },
        value_axis: "norm".into(),
        value_axis_short: "n".into(),
        underflow: "underflow".into(),
        strips: StripLabels::default(),
    }
}

fn data(values: &[f64]) -> Data {
    let theme = Theme::light();
    let series = Series {
        label: "grad z".into(),
        color: theme.grad_z,
        marker: Marker::Circle,
        values: values.to_vec(),
        underflow_below: Vec::new(),
    };
    Data { series: vec![series], ..Data::default() }
}

fn draw(surface: Surface, data: &Data) -> String {
    let theme = Theme::light();
    svg(surface, |backend| {
        if let Some(axes) = Axes::fit(surface, &theme, data, None) {
            axes.draw(backend, &theme, &labels());
            axes.draw_data(backend, &theme, data);
        }
    })
}

const BLUE: &str = "fill=\"#0072B2\"";

#[test]
fn marks_stand_where_the_axes_say() {
    let surface = surface(400, 300);
    let data = data(&[1e-3, 1e-2, 0.1, 1.0]);
    let axes = Axes::fit(surface, &Theme::light(), &data, None).unwrap();
    let picture = draw(surface, &data);
    let centers = |attribute| attributes(&picture, "circle", attribute, &[BLUE]);
    let xs: Vec<String> = (0..4).map(|layer| format!("{}", axes.place_to_x(layer).round())).collect();
    assert_eq!(centers("cx"), xs);
    let ys: Vec<f64> = centers("cy").iter().map(|y| y.parse().unwrap()).collect();
    assert_eq!((ys[0], ys[3]), (axes.frame.plot.bottom, axes.frame.plot.top));
    assert!((ys[1] - ys[2] - (ys[0] - ys[3]) / 3.0).abs() <= 1.0, "equal factors are equal distances");
    assert_eq!(attributes(&picture, "polyline", "points", &[]).len(), 1);
    for layer in 0..4 {
        assert_eq!(axes.x_to_place(axes.place_to_x(layer)), layer);
    }
    assert_eq!((axes.x_to_place(-1e9), axes.x_to_place(f64::NAN), axes.x_to_place(1e9)), (0, 0, 3));
}

#[test]
fn a_title_that_has_no_room_is_the_short_one() {
    let (theme, data) = (Theme::light(), data(&[0.1, 1.0]));
    let labels = Labels { value_axis: "norm of the whole matrix".into(), ..labels() };
    for (width, title, other) in [(300, "norm of the whole matrix", "n"), (150, "n", "norm of the whole matrix")] {
        let surface = surface(width, 200);
        let axes = Axes::fit(surface, &theme, &data, None).unwrap();
        let texts = texts(&svg(surface, |backend| axes.draw(backend, &theme, &labels)));
        assert!(texts.contains(&title.to_owned()) && !texts.contains(&other.to_owned()), "{width}: {texts:?}");
    }
}

#[test]
fn the_axes_are_labelled() {
    let picture = draw(surface(500, 300), &data(&[1e-3, 1e-2, 0.1, 1.0]));
    let texts = texts(&picture);
    for text in ["layer", "norm", "1", "2", "3", "out", "10", "−3", "0", "grad z"] {
        assert!(texts.iter().any(|other| other == text), "{text} is missing in {texts:?}");
    }
    assert!(!texts.iter().any(|text| text == "4"), "the output layer has no number");
}

#[test]
fn zero_infinity_and_nan_have_marks_of_their_own() {
    let surface = surface(400, 300);
    let data = data(&[0.0, 0.1, f64::INFINITY, 0.2, f64::NAN, 0.3, 0.4]);
    let axes = Axes::fit(surface, &Theme::light(), &data, None).unwrap();
    let picture = draw(surface, &data);
    let ys: Vec<f64> = attributes(&picture, "circle", "cy", &[BLUE]).iter().map(|y| y.parse().unwrap()).collect();
    assert_eq!(ys.len(), 7, "every layer has a mark");
    let plot = axes.frame.plot;
    assert!(ys[0] > plot.bottom, "zero is below the axis");
    assert!(ys[2] < plot.top && ys[4] < ys[2], "infinity and NaN are above");
    assert!([1, 3, 5, 6].iter().all(|layer| (plot.top..=plot.bottom).contains(&ys[*layer])));
    assert_eq!(attributes(&picture, "polyline", "points", &[]).len(), 1, "a lone point has no line");
    let texts = texts(&picture);
    assert!(["∞", "NaN"].iter().all(|label| texts.iter().any(|text| text == label)), "{texts:?}");
}

#[test]
fn degenerate_data_draw_something_or_nothing_but_never_panic() {
    let many: Vec<f64> = (0..101).map(|layer| 0.5 * 0.236f64.powi(100 - layer)).collect();
    let cases: [(&str, Vec<f64>, usize); 7] = [
        ("one layer", vec![0.5], 1),
        ("two layers", vec![0.5, 0.1], 2),
        ("all zero", vec![0.0; 13], 13),
        ("all NaN", vec![f64::NAN; 13], 13),
        ("all infinite", vec![f64::INFINITY; 13], 13),
        ("the whole range", vec![5e-324, 1e-300, f64::MAX], 3),
        ("no layers", vec![], 0),
    ];
    for (name, values, marks) in cases {
        let picture = draw(surface(700, 400), &data(&values));
        let in_series = attributes(&picture, "circle", "cx", &[BLUE]).len();
        // The name at the line's end repeats the mark.
        assert_eq!(in_series, if marks == 0 { 0 } else { marks + 1 }, "{name}");
    }
    let marks = attributes(&draw(surface(500, 300), &data(&many)), "circle", "cx", &[BLUE]).len();
    assert!((25..=101).contains(&marks), "{marks} marks of 101 layers");
    for (width, height) in [(0, 0), (1, 1), (50, 50), (3, 900), (900, 3)] {
        draw(surface(width, height), &data(&many));
    }
    assert_eq!(Axes::fit(surface(700, 400), &Theme::light(), &Data::default(), None), None);
}

#[test]
fn the_range_that_plain_f32_lacks_is_marked_where_it_is_in_view() {
    let limit = f64::from(f32::MIN_POSITIVE);
    let deep = Data { underflow_below: Some(limit), ..data(&[1e-60, 1e-30, 1.0]) };
    assert!(texts(&draw(surface(500, 300), &deep)).iter().any(|text| text == "underflow"));
    let shallow = Data { underflow_below: Some(limit), ..data(&[1e-20, 1e-10, 1.0]) };
    assert!(!texts(&draw(surface(500, 300), &shallow)).iter().any(|text| text == "underflow"));
}

#[test]
fn marks_that_plain_f32_would_lose_are_hollow() {
    let mut data = data(&[0.0, 1e-60, 1e-39, 1e-37, 1.0]);
    data.series[0].underflow_below = vec![f64::from(f32::MIN_POSITIVE); 5];
    let picture = draw(surface(500, 300), &data);
    let rings = attributes(&picture, "circle", "r", &[BLUE]);
    let all = attributes(&picture, "circle", "r", &["fill=\"#FFFFFF\""]);
    // Each of the four marks in the plot lies on a disc of the background, and two have a hole.
    assert_eq!((rings.len(), all.len()), (6, 4 + 2), "{picture}");
}

#[test]
fn a_prediction_is_a_band_and_a_dashed_line_that_break_at_gaps() {
    let prediction = Prediction {
        label: ("theory".into(), "step 0".into()),
        beyond: "off the axis".into(),
        center: vec![1e-2, 3e-2, f64::NAN, 0.3, 1.0],
        low: vec![1e-3, 1e-2, f64::NAN, 0.1, 0.0],
        high: vec![1e-1, 0.1, f64::NAN, 1.0, 2.0],
    };
    let data = Data { prediction: Some(prediction), ..data(&[1e-2, 3e-2, 0.1, 0.3, 1.0]) };
    let picture = draw(surface(400, 300), &data);
    assert_eq!(attributes(&picture, "polygon", "points", &["opacity=\"0.18\""]).len(), 2);
    assert!(attributes(&picture, "polyline", "points", &[]).len() > 4, "dashes");
    let wide = texts(&draw(surface(600, 300), &data));
    assert!(["theory", "step 0"].iter().all(|label| wide.iter().any(|text| text == label)), "{wide:?}");
}

fn expected(center: &[f64], low: &[f64], high: &[f64]) -> Prediction {
    let label = ("theory".to_owned(), "step 0".to_owned());
    let (center, low, high) = (center.to_vec(), low.to_vec(), high.to_vec());
    Prediction { label, beyond: "off the axis".into(), center, low, high }
}

#[test]
fn what_is_expected_off_the_axis_is_not_drawn_on_its_edge() {
    let theme = Theme::light();
    let surface = surface(600, 400);
    let lines = |center: &[f64]| {
        let data = Data { prediction: Some(expected(center, &[f64::NAN; 4], &[f64::NAN; 4])), ..data(&[0.1; 4]) };
        let axes = Axes::fit(surface, &theme, &data, None).unwrap();
        let picture = draw(surface, &data);
        let dashes = attributes(&picture, "polyline", "points", &["stroke=\"#16191D\""]);
        let points: Vec<(f64, f64)> = dashes
            .iter()
            .flat_map(|dash| dash.split_whitespace())
            .map(|point| point.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap())
            .filter(|(x, _)| *x < axes.frame.plot.right)
            .collect();
        (axes, points, texts(&picture))
    };
    // It falls 40 decades from the last layer to the third, and is far below the axis from there on.
    let (axes, points, names) = lines(&[1e-60, 1e-60, 1e-41, 0.1]);
    let plot = axes.frame.plot;
    assert!(!points.is_empty() && names.iter().any(|text| text == "step 0"));
    let (from, to) = (axes.place_to_x(2), axes.place_to_x(3));
    let at = |value: f64| axes.frame.value_to_y(value).unwrap();
    let crossing = from + (plot.bottom - at(1e-41)) / (at(0.1) - at(1e-41)) * (to - from);
    assert!(crossing > to - 0.2 * (to - from));
    assert!(points.iter().all(|(x, y)| *x >= crossing.floor() && *y <= plot.bottom), "{crossing}: {points:?}");
    assert_eq!(axes.beyond(&[1e-60, 1e-60, 1e-41, 0.1]), Some(1), "of equally far ones the last");
    assert_eq!(axes.beyond(&[0.1, 0.1, f64::NAN, 0.0]), None);
    // Where no part of it is on the axis, its name says so.
    let (axes, points, names) = lines(&[1e-60; 4]);
    assert!(points.is_empty() && axes.beyond(&[1e-60; 4]).is_some(), "{points:?}");
    assert!(names.iter().any(|text| text == "off the axis") && !names.iter().any(|text| text == "step 0"));
}

#[test]
fn a_band_off_the_axis_is_cut_where_it_leaves() {
    let surface = surface(600, 400);
    let data = |low: [f64; 3], high: [f64; 3]| {
        let prediction = Some(expected(&[f64::NAN; 3], &low, &high));
        Data { prediction, ..data(&[0.1; 3]) }
    };
    let band = |data: &Data| attributes(&draw(surface, data), "polygon", "points", &["opacity=\"0.18\""]);
    let data_below = data([1e-80, 1e-60, 1e-40], [1e-70, 1e-50, 1e-30]);
    assert_eq!(band(&data_below), [""; 0], "all below the axis");
    let data_above = data([1e-40, 1e-3, 0.1], [1e-20, 0.1, 1.0]);
    let axes = Axes::fit(surface, &Theme::light(), &data_above, None).unwrap();
    let bands = band(&data_above);
    assert_eq!(bands.len(), 1);
    let lowest = axes.frame.plot.bottom;
    for point in bands[0].split_whitespace() {
        let (x, y): (f64, f64) = point.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
        assert!(y <= lowest && x > axes.place_to_x(0).round(), "layer 1 is far below: {}", bands[0]);
    }
}

#[test]
fn a_limit_above_the_axis_has_no_line_on_its_edge() {
    let deep = Data { underflow_below: Some(1e-20), ..data(&[2e-60, 1e-59, 5e-59]) };
    let picture = draw(surface(500, 300), &deep);
    assert!(texts(&picture).iter().any(|text| text == "underflow"));
    let plot = Axes::fit(surface(500, 300), &Theme::light(), &deep, None).unwrap().frame.plot;
    let on_edge = format!(",{} ", plot.top);
    let lines = attributes(&picture, "polyline", "points", &[]);
    assert!(!lines.iter().any(|line| line.contains(&on_edge)), "{lines:?}");
}

#[test]
fn earlier_steps_trail_behind_and_fade() {
    let earlier = |scale: f64| [1e-3, 1e-2, 0.1, 1.0].map(|value| value * scale).to_vec();
    // The farthest is beyond the axis on the left, and breaks there.
    let trail = vec![earlier(0.9), earlier(0.7), earlier(0.5)];
    let data = Data { trail, ..data(&[1e-3, 1e-2, 0.1, 1.0]) };
    let surface = surface(400, 300);
    let axes = Axes::fit(surface, &Theme::light(), &data, None).unwrap();
    let picture = draw(surface, &data);
    for (opacity, scale) in [("0.6", 0.9), ("0.46", 0.7), ("0.36", 0.5)] {
        let paths = attributes(&picture, "polyline", "points", &[&format!("opacity=\"{opacity}\"")]);
        let expected: Vec<String> = (1..4)
            .map(|layer| {
                let y = axes.frame.value_to_y(scale * 10f64.powi(layer - 3)).unwrap();
                format!("{},{}", axes.place_to_x(layer as usize).round(), y.round())
            })
            .collect();
        assert_eq!(paths, [format!("{} ", expected.join(" "))], "{opacity}");
    }
    let strongest = picture.find("opacity=\"0.6\"").unwrap();
    assert!(picture.find("opacity=\"0.36\"").unwrap() < strongest, "the nearest is drawn over the others");
    assert!(strongest < picture.find("<circle").unwrap(), "and the present over all");
}

#[test]
fn the_trail_goes_back_in_doubling_distances() {
    assert_eq!(trail_of(100).collect::<Vec<_>>(), [99, 98, 96, 92, 84, 68]);
    assert_eq!(trail_of(4).collect::<Vec<_>>(), [3, 2, 0]);
    assert_eq!(trail_of(0).count(), 0);
}

#[test]
fn a_level_is_in_view_with_its_name() {
    let level = Level { value: 1e-8, label: "ε = 10⁻⁸".into() };
    let data = Data { level: Some(level), ..data(&[0.1, 1.0, 1.0]) };
    let surface = surface(400, 300);
    let axes = Axes::fit(surface, &Theme::light(), &data, None).unwrap();
    assert_eq!(axes.range.exponents(), (-8, 0));
    let picture = draw(surface, &data);
    let plot = axes.frame.plot;
    let dashes = attributes(&picture, "polyline", "points", &["stroke=\"#16191D\""]);
    assert!(dashes.len() > 10 && dashes.iter().all(|dash| dash.contains(&format!(",{} ", plot.bottom))), "{dashes:?}");
    assert!(texts(&picture).iter().any(|text| text == "ε = 10⁻⁸"));
    for value in [0.0, f64::NAN, f64::INFINITY, -1.0] {
        let level = Some(Level { value, label: "ε".into() });
        assert!(!texts(&draw(surface, &Data { level, ..data.clone() })).iter().any(|text| text == "ε"), "{value}");
    }
}

#[test]
fn what_is_expected_far_away_leaves_the_measured_readable() {
    let with = |center: f64, low: f64, high: f64| {
        let prediction = expected(&[center; 3], &[low; 3], &[high; 3]);
        let data = Data { prediction: Some(prediction), ..data(&[1e-4, 1e-2, 0.9]) };
        Axes::fit(surface(600, 400), &Theme::light(), &data, None).unwrap().range.exponents()
    };
    assert_eq!(with(1e-3, 1e-4, 1e-2), (-4, 0), "nothing to add");
    assert_eq!(with(2e-5, 2e-6, 1e-4), (-6, 0), "the band is in view");
    assert_eq!(with(1e-60, 0.0, 1e-20), (-6, 0));
    assert_eq!(with(1e60, 1e-3, f64::INFINITY), (-4, 2));
    assert_eq!(with(f64::NAN, f64::NAN, f64::NAN), (-4, 0));
    // Where nothing is measured that has a place, the expected has the axis.
    let prediction = expected(&[1e-9], &[1e-10], &[1e-7]);
    let data = Data { prediction: Some(prediction), ..data(&[0.0]) };
    let axes = Axes::fit(surface(600, 400), &Theme::light(), &data, None).unwrap();
    assert_eq!(axes.range.exponents(), (-10, -7));
}

#[test]
fn the_axes_stand_still_while_values_change_a_little() {
    let (surface, theme) = (surface(600, 400), Theme::light());
    let first = Axes::fit(surface, &theme, &data(&[1.1e-5, 1e-3, 0.5]), None).unwrap();
    let second = Axes::fit(surface, &theme, &data(&[2e-4, 1e-3, 0.9]), Some(&first)).unwrap();
    assert_eq!(first, second);
    let other_depth = Axes::fit(surface, &theme, &data(&[2e-4, 1e-3]), Some(&first)).unwrap();
    assert_ne!(first.range, other_depth.range);
}

#[test]
fn names_at_line_ends_keep_apart() {
    assert_eq!(spread(&[], 10.0, (0.0, 100.0)), [0f64; 0]);
    assert_eq!(spread(&[50.0], 10.0, (0.0, 100.0)), [50.0]);
    assert_eq!(spread(&[50.0, 50.0], 10.0, (0.0, 100.0)), [45.0, 55.0]);
    assert_eq!(spread(&[98.0, 99.0, 100.0], 10.0, (0.0, 100.0)), [80.0, 90.0, 100.0]);
    assert_eq!(spread(&[0.0, 0.0], 10.0, (0.0, 100.0)), [0.0, 10.0]);
    assert_eq!(spread(&[10.0, 60.0], 10.0, (0.0, 100.0)), [10.0, 60.0]);
}

fn times(values: &[f64], marks: PlaceMarks) -> (Axes, String) {
    let (surface, theme) = (surface(600, 400), Theme::light());
    let data = Data { marks, ..data(values) };
    let labels = Labels { places: PlaceNames::Times, ..labels() };
    let axes = Axes::fit(surface, &theme, &data, None).unwrap();
    let picture = svg(surface, |backend| {
        axes.draw(backend, &theme, &labels);
        axes.draw_data(backend, &theme, &data);
    });
    (axes, picture)
}

#[test]
fn time_steps_are_numbered_to_the_last_as_many_as_have_room() {
    let (_, picture) = times(&[0.5; 7], PlaceMarks::default());
    let texts_of_seven = texts(&picture);
    assert!(["1", "7"].iter().all(|number| texts_of_seven.iter().any(|text| text == number)), "{texts_of_seven:?}");
    assert!(!texts_of_seven.contains(&"out".to_owned()));
    let (axes, picture) = times(&[0.5; 200], PlaceMarks::default());
    let numbers: Vec<u32> = texts(&picture).iter().filter_map(|text| text.parse().ok()).filter(|n| *n > 1).collect();
    assert!(numbers.contains(&200) && (4..=14).contains(&numbers.len()), "{numbers:?}");
    assert_eq!(axes.x_to_place(axes.place_to_x(199)), 199);
}

#[test]
fn a_gradient_that_is_cut_is_hatched_and_no_zero() {
    let values = [0.0, 0.0, 0.0, 0.1, 0.5, 1.0];
    let cut = PlaceMarks { cut: 3, cuts_after: vec![3], cut_word: "cut".into(), ..PlaceMarks::default() };
    let (axes, picture) = times(&values, cut);
    assert!(texts(&picture).contains(&"cut".to_owned()));
    assert_eq!(axes.frame.strip_y(0.0, 0), None, "there is no strip of zeros");
    // Three marks and the one at the line's name.
    assert_eq!(attributes(&picture, "circle", "cx", &[BLUE]).len(), 3 + 1);
    let middle = axes.frame.plot.left + axes.frame.plot.width() / 2.0;
    let lines = attributes(&picture, "polyline", "points", &["stroke=\"#8B95A1\""]);
    let xs = lines.iter().flat_map(|line| line.split_whitespace()).map(|point| point.split(',').next().unwrap());
    assert!(!lines.is_empty() && xs.map(|x| x.parse::<f64>().unwrap()).all(|x| x <= middle + 1.0), "{lines:?}");
    // A zero that nothing cut is one.
    let (axes, picture) = times(&values, PlaceMarks::default());
    assert!(axes.frame.strip_y(0.0, 0).is_some());
    assert_eq!(attributes(&picture, "circle", "cx", &[BLUE]).len(), 6 + 1);
}

#[test]
fn padding_is_as_dark_as_sentences_have_it_and_what_is_far_has_its_words() {
    let far = Far { until: 2, is_more: false, words: ["under a thousandth of the last".into(), "under".into()] };
    let padding = vec![1.0, 0.5, 0.0, 0.0];
    let marks = PlaceMarks { padding, padding_word: "padding".into(), far: Some(far), ..PlaceMarks::default() };
    let (axes, picture) = times(&[1e-9, 1e-6, 0.1, 1.0], marks.clone());
    let shades = attributes(&picture, "rect", "opacity", &["fill=\"#8B95A1\""]);
    let shades: Vec<f64> = shades.iter().filter_map(|shade| shade.parse().ok()).filter(|shade| *shade < 1.0).collect();
    assert_eq!(shades, [0.3, 0.15]);
    let words = texts(&picture);
    assert!(words.contains(&"padding".to_owned()) && words.contains(&"under".to_owned()), "{words:?}");
    assert!(!words.contains(&"under a thousandth of the last".to_owned()), "there is no room for it");
    assert!(axes.frame.plot.width() > 0.0);
    // No size makes it fall over.
    for (width, height) in [(0, 0), (90, 90), (3000, 120)] {
        let (surface, theme) = (surface(width, height), Theme::dark());
        let data = Data { marks: PlaceMarks { cut: 9, ..marks.clone() }, ..data(&[0.0, 1e-6, 0.1, 1.0]) };
        let Some(axes) = Axes::fit(surface, &theme, &data, None) else { continue };
        svg(surface, |backend| axes.draw_data(backend, &theme, &data));
    }
}
