use super::super::testing::{attributes, surface, svg, texts};
use super::*;

fn histogram(numbers: &[f64], bins: usize) -> Histogram {
    Histogram::of(numbers.iter().copied(), bins)
}

/// Numbers around `mean`, about normally spread.
fn bell(mean: f64, std: f64, count: usize) -> Vec<f64> {
    let spread = |index: usize| {
        let p = (index as f64 + 0.5) / count as f64;
        // The logistic distribution's quantiles, close enough to the normal's.
        (p / (1.0 - p)).ln() / 1.7
    };
    (0..count).map(|index| mean + std * spread(index)).collect()
}

fn labels() -> Labels {
    Labels {
        value_axis: "z before φ".into(),
        value_formula: "z".into(),
        share_axis: "% per bar".into(),
        slope_axis: "φ′".into(),
    }
}

fn marks() -> Marks {
    Marks { zeros: "exactly 0".into(), not_finite: "not finite".into(), saturated: "saturated".into() }
}

fn data<'a>(content: Content<'a>, beside: Option<&'a Histogram>) -> Data<'a> {
    Data { content, beside, color: Theme::light().grad_z, marks: marks() }
}

fn tanh_slopes(histogram: &Histogram) -> Vec<f64> {
    let place = |index: usize| histogram.low + (histogram.high - histogram.low) * index as f64 / 64.0;
    (0..=64).map(|index| 1.0 - place(index).tanh().powi(2)).collect()
}

fn draw(surface: Surface, theme: &Theme, content: Content<'_>, beside: Option<&Histogram>) -> (Option<Axes>, String) {
    let theme = &Theme { text_zoom: crate::plot::theme::SVG_TEXT_ZOOM, ..theme.clone() };
    let data = data(content, beside);
    let axes = Axes::fit(surface, theme, &data, None);
    let picture = svg(surface, |backend| {
        if let Some(axes) = &axes {
            axes.draw(backend, theme, &labels());
            axes.draw_data(backend, theme, &data);
        }
    });
    (axes, picture)
}

fn polygon_points(polygon: &str) -> Vec<(f64, f64)> {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    };
    polygon.split_whitespace().map(point).collect()
}

#[test]
fn bars_are_as_high_as_their_share() {
    let histogram = Histogram { low: 0.0, high: 5.0, counts: vec![1, 4, 2, 0, 3], ..Histogram::default() };
    let (axes, picture) =
        draw(surface(400, 240), &Theme::light(), Content { histogram: &histogram, slope: None }, None);
    let axes = axes.unwrap();
    let bars = axes.bars(&histogram);
    assert_eq!(bars.iter().map(|bar| bar.count).collect::<Vec<_>>(), [1, 4, 2, 0, 3]);
    assert_eq!((bars[1].low, bars[1].high), (1.0, 2.0));
    // Ten numbers in all, so the second bar is 40 % high.
    assert_eq!(axes.bar_to_y(&bars[1], &histogram), axes.frame.value_to_y(40.0).unwrap());
    let polygons = attributes(&picture, "polygon", "points", &["0.6"]);
    assert_eq!(polygons.len(), 2, "an empty bar is a gap");
    let corner = (axes.value_to_x(1.0).round(), axes.frame.value_to_y(40.0).unwrap().round());
    assert!(polygon_points(&polygons[0]).contains(&corner));
    for (index, bar) in bars.iter().enumerate() {
        let middle = axes.value_to_x((bar.low + bar.high) / 2.0);
        assert_eq!(axes.x_to_bar(middle, &histogram), Some(index));
    }
    assert_eq!((axes.x_to_bar(-1e9, &histogram), axes.x_to_bar(1e9, &histogram)), (Some(0), Some(4)));
    for text in ["% per bar", "z before φ", "0", "5"] {
        assert!(texts(&picture).iter().any(|other| other == text), "{text}: {:?}", texts(&picture));
    }
}

#[test]
fn the_zone_where_the_slope_is_small_is_shaded() {
    let histogram = histogram(&bell(0.0, 3.0, 512), 64);
    let slopes = tanh_slopes(&histogram);
    let content = Content { histogram: &histogram, slope: Some(Slope { values: &slopes, largest: 1.0 }) };
    let (axes, picture) = draw(surface(500, 300), &Theme::light(), content, None);
    let axes = axes.unwrap();
    // tanh′ is 0.05 at ±2.178.
    let zones = axes.saturated_zones(content.slope.unwrap(), &histogram);
    assert_eq!(zones.len(), 2);
    let near = axes.value_to_x((histogram.high - histogram.low) / 64.0) - axes.value_to_x(0.0);
    assert!((zones[0].1 - axes.value_to_x(-2.178)).abs() < near && (zones[1].0 - axes.value_to_x(2.178)).abs() < near);
    assert_eq!((zones[0].0, zones[1].1), (axes.value_to_x(histogram.low), axes.value_to_x(histogram.high)));
    assert!(texts(&picture).iter().any(|text| text == "saturated"));
    assert!(content.slope.unwrap().at(0.0, &histogram).unwrap() > 0.99);
    // Where φ′ is large nothing is shaded.
    let flat = [1.0; 65];
    assert!(axes.saturated_zones(Slope { values: &flat, largest: 1.0 }, &histogram).is_empty());
}

#[test]
fn exact_zeros_are_a_spike_with_their_share() {
    let mut numbers = bell(1.0, 0.2, 100);
    numbers.extend(vec![0.0; 100]);
    let histogram = histogram(&numbers, 40);
    let (axes, picture) =
        draw(surface(400, 240), &Theme::light(), Content { histogram: &histogram, slope: None }, None);
    let axes = axes.unwrap();
    let bars = axes.bars(&histogram);
    assert_eq!((bars[0].count, bars[0].zeros), (100, 100));
    assert_eq!(bars.iter().map(|bar| bar.count - bar.zeros).sum::<u64>(), 100);
    assert_eq!(axes.bar_to_y(&bars[0], &histogram), axes.frame.plot.bottom, "the spike is no bar");
    assert!(texts(&picture).iter().any(|text| text == "50 % exactly 0"), "{:?}", texts(&picture));
    // On an edge between two bins either may hold the zeros.
    for counts in [[0, 9, 0, 0], [0, 0, 9, 0]] {
        let edge = Histogram { low: -1.0, high: 1.0, counts: counts.into(), zeros: 9, ..Histogram::default() };
        assert_eq!(super::bars(&edge, 1).iter().map(|bar| bar.count - bar.zeros).sum::<u64>(), 0);
    }
}

#[test]
fn numbers_that_are_not_finite_are_counted_above() {
    let numbers = [bell(0.0, 1.0, 20), vec![f64::NAN; 1_234]].concat();
    let histogram = histogram(&numbers, 10);
    let (axes, picture) =
        draw(surface(400, 240), &Theme::light(), Content { histogram: &histogram, slope: None }, None);
    assert_eq!(total(&histogram), 1_254);
    assert!(axes.unwrap().frame.strip_y(f64::NAN, 0).is_some());
    assert!(texts(&picture).iter().any(|text| text == "1,234 not finite"));
}

#[test]
fn a_share_without_room_at_its_spike_ends_at_the_edge() {
    let histogram = histogram(&[0.0; 20], 64);
    let (_, picture) = draw(surface(104, 150), &Theme::light(), Content { histogram: &histogram, slope: None }, None);
    assert!(texts(&picture).contains(&"100%".to_owned()), "{picture}");
    assert!(attributes(&picture, "text", "x", &["text-anchor=\"end\""]).contains(&"104".to_owned()), "{picture}");
}

#[test]
fn two_histograms_can_have_one_axis() {
    let narrow = histogram(&bell(0.0, 1e-6, 200), 64);
    let wide = histogram(&bell(0.0, 1e-2, 200), 64);
    let theme = Theme::light();
    let fit = |own, beside| {
        let content = Content { histogram: own, slope: None };
        Axes::fit(surface(400, 240), &theme, &data(content, beside), None).unwrap()
    };
    let (left, right) = (fit(&narrow, Some(&wide)), fit(&wide, Some(&narrow)));
    assert_eq!((left.values, left.power), (right.values, right.power));
    assert_ne!(fit(&narrow, None).values, left.values);
    // Bins too narrow to see are joined, and none of their numbers is lost.
    assert!(left.bars(&narrow).len() <= 2 && right.bars(&wide).len() > 20);
    assert_eq!(left.bars(&narrow).iter().map(|bar| bar.count).sum::<u64>(), 200);
}

#[test]
fn an_axis_stands_still_while_it_fits() {
    let theme = Theme::light();
    let fit = |histogram: &Histogram, previous: Option<&Axes>| {
        Axes::fit(surface(400, 240), &theme, &data(Content { histogram, slope: None }, None), previous).unwrap()
    };
    let first = fit(&histogram(&bell(0.0, 1.0, 200), 64), None);
    let later = fit(&histogram(&bell(0.0, 0.9, 200), 64), Some(&first));
    assert_eq!(first.values, later.values);
    assert_ne!(first.values, fit(&histogram(&bell(0.0, 0.1, 200), 64), Some(&later)).values);
}

#[test]
fn degenerate_histograms_and_sizes_do_not_panic() {
    let cases: [Histogram; 11] = [
        Histogram::default(),
        histogram(&[], 64),
        histogram(&[0.0; 5], 64),
        histogram(&[f64::NAN, f64::INFINITY], 64),
        histogram(&[0.5; 7], 64),
        histogram(&[1.0, 1.0 + 1e-12], 64),
        histogram(&[5e-324, 0.0], 64),
        histogram(&[-1e308, 1e308], 64),
        histogram(&[1e307, 1e308], 1),
        Histogram { low: f64::NAN, high: f64::NAN, counts: vec![1, 2], ..Histogram::default() },
        Histogram { low: 1.0, high: 0.0, counts: vec![1, 2], zeros: 9, mean: f64::NAN, ..Histogram::default() },
    ];
    for histogram in &cases {
        for (width, height) in [(0, 0), (1, 1), (110, 140), (200, 150), (700, 400), (3000, 60)] {
            for slopes in [vec![], vec![f64::NAN; 3], vec![0.0], vec![-0.1, 1.0]] {
                for largest in [0.0, 1.0, f64::NAN] {
                    let slope = Some(Slope { values: &slopes, largest });
                    for beside in [None, Some(&cases[4]), Some(&cases[7])] {
                        let content = Content { histogram, slope };
                        let (axes, _) = draw(surface(width, height), &Theme::dark(), content, beside);
                        if let Some(axes) = axes {
                            axes.x_to_bar(f64::NAN, histogram);
                        }
                    }
                }
            }
        }
    }
}
