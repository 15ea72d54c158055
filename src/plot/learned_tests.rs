use super::super::testing::{attributes, surface, svg, texts};
use super::*;

const ALL: Choices = Choices { training: true, held_out: true };

fn sample(x: (f32, f32), target: f32, predicted: f32) -> Sample {
    Sample { x, target, predicted }
}

fn field(classes: usize, value: impl Fn(f32, f32) -> f32) -> Field {
    const SIDE: usize = 21;
    let at = |index: usize| -2.0 + 4.0 * index as f32 / (SIDE - 1) as f32;
    let cells = (0..SIDE * SIDE).map(|index| (at(index % SIDE), at(index / SIDE)));
    let certainty = if classes > 2 { vec![0.5; SIDE * SIDE] } else { Vec::new() };
    let values = cells.map(|(x, y)| value(x, y)).collect();
    Field { side: SIDE, low: (-2.0, -2.0), high: (2.0, 2.0), classes, values, certainty }
}

/// A disc of class 1: one sample of each set in it and one outside, of which one is named wrongly.
fn disc() -> Learned {
    Learned {
        field: Some(field(2, |x, y| 1.0 / (1.0 + (4.0 * (x.hypot(y) - 1.0)).exp()))),
        training: vec![sample((0.0, 0.0), 1.0, 1.0), sample((1.5, 1.5), 0.0, 0.0)],
        held_out: vec![sample((0.5, 0.0), 1.0, 1.0), sample((-1.5, 1.0), 0.0, 1.0)],
    }
}

fn draw(surface: Surface, learned: &Learned, choices: Choices) -> (Option<Axes>, String) {
    draw_themed(surface, &Theme::light(), learned, choices)
}

fn draw_themed(surface: Surface, theme: &Theme, learned: &Learned, choices: Choices) -> (Option<Axes>, String) {
    let axes = Axes::fit(surface, theme, learned, None);
    let labels =
        Labels { x_axis: "x₁".into(), y_axis: "x₂".into(), value_axis: "P(1)".into(), ..Labels::default() };
    let picture = svg(surface, |backend| {
        if let Some(axes) = &axes {
            axes.draw(backend, theme, &labels);
            axes.draw_data(backend, theme, learned, choices);
        }
    });
    (axes, picture)
}

fn hex(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

#[test]
fn the_plane_is_a_square_and_points_are_read_where_they_stand() {
    for (width, height) in [(330, 205), (700, 560), (300, 500)] {
        let axes = draw(surface(width, height), &disc(), ALL).0.unwrap();
        assert_eq!(axes.plot.width(), axes.plot.height());
        assert!(axes.plot.width() > 0.55 * f64::from(width.min(height)), "{width}×{height}: {:?}", axes.plot);
        for point in [(0.0, 0.0), (-1.3, 0.7)] {
            let again = axes.to_point(axes.to_place(point));
            assert!((again.0 - point.0).abs() < 1e-9 && (again.1 - point.1).abs() < 1e-9);
        }
        assert_eq!(axes.to_point((-1e9, 1e9)), axes.to_point((axes.plot.left, axes.plot.bottom)));
        assert!(axes.to_place((1.0, 0.0)).0 > axes.to_place((0.0, 0.0)).0);
        assert!(axes.to_place((0.0, 1.0)).1 < axes.to_place((0.0, 0.0)).1);
    }
}

#[test]
fn ticks_are_round_numbers_within_the_ends() {
    let labels = |ends, most| ticks_between(ends, most).into_iter().map(|(_, label)| label.text()).collect::<Vec<_>>();
    assert_eq!(labels((-2.1, 2.1), 4), ["−2", "0", "2"]);
    assert_eq!(labels((-2.1, 2.1), 8), ["−2", "−1", "0", "1", "2"]);
    assert_eq!(labels((0.0, 1.0), 3), ["0.0", "0.5", "1.0"]);
}

#[test]
fn answers_are_those_of_the_nearest_cell() {
    let mut learned = disc();
    learned.field = Some(field(0, |x, y| x + 10.0 * y));
    for ((x, y), expected) in [((0.04, -0.03), 0.0), ((1.0, 1.0), 11.0), ((9.0, -9.0), -18.0), ((f64::NAN, 0.0), -2.0)]
    {
        let Answer { at, value, certainty } = answer_near(&learned, x, y).unwrap();
        assert!((value - expected).abs() < 1e-5 && certainty.is_none(), "({x}, {y}): {value}");
        // What is said to be the answer at a point is of that point.
        assert!((at.0 + 10.0 * at.1 - value).abs() < 1e-5, "{at:?}: {value}");
    }
    learned.field = Some(field(3, |_, _| 2.0));
    let answer = answer_near(&learned, 0.0, 0.0).unwrap();
    assert_eq!((answer.value, answer.certainty), (2.0, Some(0.5)));
    learned.field = None;
    assert_eq!(answer_near(&learned, 0.0, 0.0), None);
}

#[test]
fn the_image_has_the_largest_x2_on_top() {
    let theme = Theme::light();
    let learned = Learned { field: Some(field(2, |x, y| if y > 1.0 && x < -1.0 { 1.0 } else { 0.5 })), ..disc() };
    let axes = Axes::fit(surface(400, 300), &theme, &learned, None).unwrap();
    let mut image = Image::default();
    axes.paint(&theme, &learned, &mut image);
    assert_eq!((image.columns, image.rows, image.rgba.len()), (21, 21, 21 * 21 * 4));
    let Rgb(red, green, blue) = axes.color(&theme, 1.0, 1.0);
    assert_eq!(image.rgba[..4], [red, green, blue, 255], "at the upper left");
    let background = theme.background;
    assert_eq!(image.rgba[image.rgba.len() - 4..], [background.0, background.1, background.2, 255]);
}

#[test]
fn two_classes_diverge_from_the_background() {
    for theme in [Theme::light(), Theme::dark()] {
        let axes = Axes::fit(surface(400, 300), &theme, &disc(), None).unwrap();
        assert_eq!(axes.color(&theme, 0.5, 1.0), theme.background);
        let contrasts: Vec<f64> = [0.0, 0.25, 0.5, 0.75, 1.0]
            .iter()
            .map(|p| axes.color(&theme, *p, 1.0).contrast(theme.background))
            .collect();
        assert!(contrasts[0] > contrasts[1] && contrasts[1] > 1.0, "{contrasts:?}");
        assert!(contrasts[4] > contrasts[3] && contrasts[3] > 1.0, "{contrasts:?}");
        assert_eq!(axes.color(&theme, f64::NAN, 1.0), theme.not_a_number);
    }
}

#[test]
fn several_classes_fade_with_their_certainty() {
    let theme = Theme::light();
    let learned = Learned { field: Some(field(4, |_, _| 3.0)), ..disc() };
    let axes = Axes::fit(surface(400, 300), &theme, &learned, None).unwrap();
    let colors: Vec<Rgb> = (0..4).map(|class| axes.color(&theme, f64::from(class), 1.0)).collect();
    for (index, color) in colors.iter().enumerate() {
        assert!(!colors[..index].contains(color));
        let faint = axes.color(&theme, index as f64, 0.1);
        assert!(faint.contrast(theme.background) < color.contrast(theme.background));
    }
    let shapes: Vec<_> = (0..4).map(class_corners).collect();
    assert!((1..4).all(|class| !shapes[..class].contains(&shapes[class])), "shapes differ too");
}

#[test]
fn samples_stand_at_their_inputs_and_the_line_between_the_classes() {
    let (axes, picture) = draw(surface(400, 300), &disc(), ALL);
    let axes = axes.unwrap();
    let circles = |choices| {
        let picture = draw(surface(400, 300), &disc(), choices).1;
        attributes(&picture, "circle", "cx", &[]).len()
    };
    // The class 0 stands as discs: edge and middle, hollow a third, wrong a fourth.
    let none = Choices { training: false, held_out: false };
    assert_eq!(circles(none), 0);
    assert_eq!(circles(Choices { training: true, ..none }), 2);
    assert_eq!(circles(Choices { held_out: true, ..none }), 4, "hollow, and wrong");
    let (x, y) = axes.to_place((-1.5, 1.0));
    let heavy = format!("fill=\"{}\"", hex(Theme::light().text));
    assert_eq!(attributes(&picture, "circle", "cx", &[&heavy]), [format!("{}", x.round())]);
    assert_eq!(attributes(&picture, "circle", "cy", &[&heavy]), [format!("{}", y.round())]);
    let lines = attributes(&picture, "polyline", "points", &[]);
    assert_eq!(lines.len(), 1, "one closed line");
    let unit = axes.to_place((1.0, 0.0)).0 - axes.to_place((0.0, 0.0)).0;
    let middle = axes.to_place((0.0, 0.0));
    for point in lines[0].split_whitespace() {
        let (x, y) = point.split_once(',').unwrap();
        let radius = (x.parse::<f64>().unwrap() - middle.0).hypot(y.parse::<f64>().unwrap() - middle.1);
        assert!((radius / unit - 1.0).abs() < 0.05, "{point}");
    }
    assert!(["x₁", "x₂", "P(1)", "−2", "0"].iter().all(|label| texts(&picture).iter().any(|text| text == label)));
}

#[test]
fn a_sample_that_fits_has_the_colour_of_the_surface() {
    let theme = Theme::light();
    let plane = |x: f32, y: f32| 0.5 * x - 0.25 * y;
    let samples = [(-1.0, 1.0), (0.4, 0.2), (1.8, -1.8)].map(|(x, y)| sample((x, y), plane(x, y), plane(x, y)));
    let learned = Learned { field: Some(field(0, plane)), training: samples.to_vec(), held_out: samples.to_vec() };
    let (axes, picture) = draw(surface(400, 300), &learned, ALL);
    let axes = axes.unwrap();
    for sample in samples {
        let answer = answer_near(&learned, sample.x.0.into(), sample.x.1.into()).unwrap().value;
        assert_eq!(axes.color(&theme, answer, 1.0), axes.color(&theme, sample.target.into(), 1.0));
    }
    let hollow = attributes(&picture, "circle", "cx", &["fill=\"none\""]);
    assert_eq!((hollow.len(), attributes(&picture, "circle", "cx", &[]).len()), (3, 6));
}

#[test]
fn an_end_of_the_colours_that_stands_for_more_is_pointed() {
    let with = |scale: f32| {
        let samples = [sample((-1.0, 0.0), -1.0, 0.0), sample((1.0, 0.0), 1.0, 0.0)];
        Learned { field: Some(field(0, |x, _| scale * x.max(-0.1))), training: samples.to_vec(), held_out: Vec::new() }
    };
    for (scale, beyond, corners) in [(0.4, (false, false), 0), (40.0, (true, true), 2), (4.0, (false, true), 1)] {
        let (axes, picture) = draw(surface(400, 300), &with(scale), ALL);
        assert_eq!(axes.unwrap().beyond, beyond, "{scale}");
        assert_eq!(attributes(&picture, "polygon", "points", &[]).len(), corners, "{scale}");
    }
}

#[test]
fn answers_stand_against_targets_where_there_is_no_plane() {
    let learned = Learned {
        field: None,
        training: vec![sample((0.0, 0.0), 1.0, 1.0), sample((0.0, 0.0), -1.0, f32::NAN)],
        held_out: vec![sample((0.0, 0.0), 0.5, -0.5)],
    };
    let (axes, picture) = draw(surface(400, 300), &learned, ALL);
    let axes = axes.unwrap();
    let (left, bottom) = axes.to_place((0.5, 0.5));
    assert!((left - axes.plot.left - (axes.plot.bottom - bottom)).abs() < 1e-9, "right answers are on the diagonal");
    assert_eq!(attributes(&picture, "polyline", "points", &[]).len(), 1, "the diagonal");
    let ys: Vec<f64> = attributes(&picture, "circle", "cy", &[]).iter().map(|y| y.parse().unwrap()).collect();
    assert_eq!(ys.len(), 3);
    assert!(ys[1] < axes.plot.top, "NaN is above the plot");
    let near = axes.sample_near(&learned, ALL, (0.52, -0.5)).unwrap();
    assert_eq!(near.0, SampleId { is_held_out: true, index: 0 });
    assert_eq!(axes.sample_near(&learned, Choices { held_out: false, ..ALL }, (0.52, -0.5)), None);
}

#[test]
fn of_many_samples_as_many_are_shown_as_have_room() {
    let many = vec![sample((0.0, 0.0), 1.0, 1.0); 2048];
    let learned = Learned { training: many.clone(), held_out: many, ..disc() };
    for (width, least, most) in [(1400, 800, 800), (200, 20, 200)] {
        let axes = Axes::fit(surface(width, width), &Theme::light(), &learned, None).unwrap();
        let shown: Vec<SampleId> = axes.shown(&learned, ALL).map(|(id, _)| id).collect();
        assert!((least..=most).contains(&shown.len()), "{width}: {}", shown.len());
        assert!(shown.iter().filter(|id| !id.is_held_out).all(|id| id.index < 2048));
        assert!(shown[shown.len() - 1].index > 1900, "from the first to nearly the last");
    }
}

#[test]
fn degenerate_fields_and_sizes_do_not_panic() {
    let flat = |side: usize, value: f32, low: f32, high: f32, classes| {
        Some(Field {
            side,
            low: (low, low),
            high: (high, high),
            classes,
            values: vec![value; side * side],
            certainty: vec![],
        })
    };
    let fields = [
        None,
        flat(0, 0.0, 0.0, 1.0, 2),
        flat(1, 0.3, 0.0, 0.0, 2),
        flat(3, f32::NAN, -1.0, 1.0, 2),
        flat(3, f32::INFINITY, -1.0, 1.0, 0),
        flat(3, 7.0, f32::NAN, 1.0, 3),
        flat(3, -1.0, 1.0, -1.0, 4),
        Some(Field { values: vec![1.0; 2], ..flat(3, 0.0, 0.0, 1.0, 2).unwrap() }),
    ];
    let odd = [f32::NAN, f32::INFINITY, -1.0, 0.0, 1e30];
    let samples: Vec<Sample> = odd.iter().map(|value| sample((*value, *value), *value, -*value)).collect();
    for field in fields {
        for samples in [vec![], samples.clone(), vec![sample((0.0, 0.0), 0.0, 0.0)]] {
            let learned = Learned { field: field.clone(), training: samples.clone(), held_out: samples };
            for (width, height) in [(0, 0), (1, 1), (400, 240), (3000, 60)] {
                let axes = draw(surface(width, height), &learned, ALL).0;
                if let Some(axes) = axes {
                    axes.sample_near(&learned, ALL, (0.0, 0.0));
                    answer_near(&learned, f64::NAN, 1e300);
                }
            }
        }
    }
}

#[test]
fn the_regions_of_several_classes_differ_by_shapes_too() {
    // Class 1 to the left, class 2 to the right: squares and triangles.
    let learned = Learned { field: Some(field(3, |x, _| if x < 0.0 { 1.0 } else { 2.0 })), ..disc() };
    let (axes, picture) = draw(surface(500, 400), &learned, Choices { training: false, held_out: false });
    let plot = axes.unwrap().plot;
    let points = |tag: &String| {
        let points = tag.split(' ').filter_map(|point| point.split_once(','));
        points.filter_map(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?))).collect::<Vec<(f64, f64)>>()
    };
    let shapes: Vec<Vec<(f64, f64)>> = attributes(&picture, "polygon", "points", &[]).iter().map(points).collect();
    let middle = (plot.left + plot.right) / 2.0;
    let inside = |shape: &&Vec<(f64, f64)>| shape.iter().all(|(x, _)| *x < plot.right);
    let (mut left, mut right) = (0, 0);
    for shape in shapes.iter().filter(inside) {
        let is_left = shape[0].0 < middle - 6.0;
        let is_right = shape[0].0 > middle + 6.0;
        // A polygon may name its first corner twice.
        let corners = shape.iter().skip(1).filter(|corner| **corner != shape[0]).count() + 1;
        assert!(!is_left || corners == 4, "{shape:?}");
        assert!(!is_right || corners == 3, "{shape:?}");
        left += usize::from(is_left);
        right += usize::from(is_right);
    }
    assert!(left > 10 && right > 10, "{left} and {right}");
    // And so does the legend, which has all three.
    for class in ["0", "1", "2"] {
        assert!(texts(&picture).iter().any(|text| text == class), "{class}");
    }
    let beside = shapes.iter().filter(|shape| shape.iter().all(|(x, _)| *x > plot.right)).count();
    assert_eq!(beside, 2, "a square and a triangle; the disc is a circle");
}
