use super::super::axes::*;
use super::*;
use crate::look::phase::Phase;
use crate::look::view::NetworkView;
use crate::plot::StripKind;
use crate::plot::color::Rgb;
use crate::plot::place_axis::PlaceNames;
use crate::plot::testing::{attributes, spans, surface, svg, texts};
use crate::train::{Quantity, StepReport};

/// A network of these widths, whose gradient shrinks tenfold from layer to layer towards the input.
fn network(widths: &[usize], is_whole: bool) -> NetworkView {
    let layers = widths.len() - 1;
    let sign = |i: usize| if i.is_multiple_of(3) { -1.0 } else { 1.0 };
    let numbers = |layer: usize| {
        (0..widths[layer] * widths[layer + 1]).map(|i| sign(i) * (1 + i * 7 % 10) as f32 / 10.0).collect::<Vec<f32>>()
    };
    let rows = || if is_whole { (0..layers).map(numbers).collect() } else { Vec::new() };
    NetworkView {
        widths: widths.to_vec(),
        weights: rows(),
        gradients: rows(),
        gradient_exponents: if is_whole { (0..layers).rev().map(|e| e as i32).collect() } else { Vec::new() },
        outputs: widths.iter().map(|&n| (0..n).map(|i| sign(i) * (i + 1) as f32 / n as f32).collect()).collect(),
    }
}

fn report(widths: &[usize], norm: impl Fn(usize) -> f64) -> StepReport {
    let mut report = StepReport::new(widths.len() - 1);
    for layer in 0..widths.len() - 1 {
        report.set(layer, Quantity::GradW, norm(layer));
        report.set(layer, Quantity::Weight, 1.0);
    }
    report
}

fn labels() -> Labels {
    Labels {
        input: "in".into(),
        layers: PlaceNames::Layers { first: 1, output: "out".into() },
        units: "h".into(),
        edges: "∂L/∂w".into(),
        bands: "‖∂L/∂W‖, RMS".into(),
    }
}

fn data<'a>(network: &'a NetworkView, report: Option<&'a StepReport>, shade: Shade) -> Data<'a> {
    Data { network, report, shade, pointed: NOTHING }
}

fn draw(
    at: Surface,
    theme: &Theme,
    network: &NetworkView,
    report: Option<&StepReport>,
    shade: Shade,
    pointed: Pointed,
) -> (Option<Axes>, String) {
    let data = Data { pointed, ..data(network, report, shade) };
    let axes = Axes::fit(at, theme, &data, None);
    let picture = svg(at, |backend| {
        if let Some(axes) = &axes {
            axes.draw(backend, theme, &labels());
            axes.draw_data(backend, theme, &data);
        }
    });
    (axes, picture)
}

const NOTHING: Pointed = Pointed { unit: None, phase: None };

#[test]
fn a_small_network_has_a_disc_for_each_unit_and_strokes_for_its_weights() {
    let network = network(&[2, 4, 4, 1], true);
    let (axes, picture) = draw(surface(430, 240), &Theme::light(), &network, None, Shade::Weight, NOTHING);
    let axes = axes.unwrap();
    assert!(axes.has_units());
    let centers: Vec<_> =
        attributes(&picture, "circle", "cx", &[]).into_iter().zip(attributes(&picture, "circle", "cy", &[])).collect();
    for column in 0..4 {
        for unit in 0..axes.units(column) {
            let center =
                (axes.column_to_x(column).round().to_string(), axes.unit_to_y(column, unit).round().to_string());
            assert!(centers.contains(&center), "unit {unit} of column {column}");
        }
    }
    for word in ["in", "1", "2", "out", "h", "∂L/∂w"] {
        assert!(texts(&picture).iter().any(|text| text == word), "{word}");
    }
    let strokes = attributes(&picture, "polyline", "points", &[]).len();
    assert!((3..=28).contains(&strokes), "{strokes} strokes");
}

#[test]
fn a_vanishing_gradient_fades_to_the_left() {
    let network = network(&[8, 8, 8, 8, 8, 8, 8], true);
    let axes = Axes::fit(surface(600, 300), &Theme::light(), &data(&network, None, Shade::Gradient), None).unwrap();
    let degree = |layer: usize| {
        let degrees = (0..64).map(|index| match axes.strength(axes.edge(&network, layer, index)) {
            Strength::Degree { degree, .. } => degree,
            other => panic!("{other:?}"),
        });
        degrees.max().unwrap()
    };
    let degrees: Vec<usize> = (0..6).map(degree).collect();
    assert_eq!((degrees[0], degrees[5]), (1, DEGREES));
    assert!(degrees.is_sorted(), "{degrees:?}");
    let theme = Theme::light();
    for is_negative in [false, true] {
        let contrast = |degree| hue(&theme, is_negative, degree).contrast(theme.background);
        assert!((1..DEGREES).all(|degree| contrast(degree) < contrast(degree + 1)));
    }
}

#[test]
fn a_point_of_the_picture_is_a_unit() {
    for (widths, is_whole) in [(vec![2, 5, 3, 1], true), (vec![2, 40, 40, 3], false), (vec![1, 1], true)] {
        let network = network(&widths, is_whole);
        let axes = Axes::fit(surface(430, 240), &Theme::light(), &data(&network, None, Shade::Weight), None).unwrap();
        assert_eq!(axes.has_units(), is_whole);
        for (column, &units) in widths.iter().enumerate() {
            for unit in 0..units {
                let point = (axes.column_to_x(column), axes.unit_to_y(column, unit));
                assert_eq!(axes.unit_at(point.0, point.1), (column, unit));
            }
        }
        let last = widths.len() - 1;
        assert_eq!(axes.unit_at(-1e9, -1e9), (0, 0));
        assert_eq!(axes.unit_at(1e9, 1e9), (last, widths[last] - 1));
        assert_eq!(axes.unit_at(f64::NAN, f64::NAN), (0, 0));
    }
}

#[test]
fn deep_and_wide_networks_become_bands() {
    let deep: Vec<usize> = [2].into_iter().chain([10; 100]).chain([1]).collect();
    let cases = [(deep, true), (vec![2, 256, 256, 1], false)];
    for (widths, is_whole) in cases {
        let (network, report) = (network(&widths, is_whole), report(&widths, |layer| 10f64.powi(layer as i32 - 90)));
        let (axes, picture) =
            draw(surface(430, 200), &Theme::light(), &network, Some(&report), Shade::Gradient, NOTHING);
        let axes = axes.unwrap();
        assert!(!axes.has_units());
        assert_eq!(attributes(&picture, "polygon", "points", &[]).len(), widths.len() - 1);
        let theme = Theme::light();
        let luminance = |layer| axes.band_color(&theme, axes.band_value(Some(&report), layer).unwrap()).luminance();
        assert!(luminance(0) < luminance(widths.len() - 2));
        assert_eq!(axes.columns(), widths.len());
    }
}

#[test]
fn a_band_of_zeros_has_the_colour_of_zero() {
    let widths = [2, 64, 64, 1];
    let network = network(&widths, false);
    let zeros = report(&widths, |_| 0.0);
    let axes =
        Axes::fit(surface(430, 200), &Theme::light(), &data(&network, Some(&zeros), Shade::Gradient), None).unwrap();
    let theme = Theme::light();
    assert_eq!(axes.band_color(&theme, 0.0), theme.zero);
    assert_eq!(axes.band_color(&theme, f64::NAN), theme.not_a_number);
    assert_eq!(axes.specials, [StripKind::Zero]);
}

#[test]
fn a_phase_lights_what_it_is_about() {
    let lit = |phase| (0..4).filter(|layer| is_lit(phase, *layer, 4)).collect::<Vec<_>>();
    let cases: [(Option<Phase>, &[usize]); 6] = [
        (None, &[0, 1, 2, 3]),
        (Some(Phase::Forward(1)), &[1]),
        (Some(Phase::Loss), &[]),
        (Some(Phase::Backward(3)), &[3]),
        (Some(Phase::Backward(1)), &[2]),
        (Some(Phase::Update), &[0, 1, 2, 3]),
    ];
    for (phase, layers) in cases {
        assert_eq!(lit(phase), layers, "{phase:?}");
    }
}

#[test]
fn an_arrow_points_where_the_phase_goes() {
    let network = network(&[2, 4, 4, 1], true);
    let tip = |phase| {
        let pointed = Pointed { unit: Some((1, 0)), phase: Some(phase) };
        let (axes, picture) = draw(surface(430, 240), &Theme::light(), &network, None, Shade::Weight, pointed);
        let arrow = attributes(&picture, "polygon", "points", &[]).remove(0);
        let xs: Vec<f64> = arrow.split(' ').filter_map(|point| point.split(',').next()?.parse().ok()).collect();
        (axes.unwrap(), xs[0], xs[1])
    };
    let (axes, tip_x, back_x) = tip(Phase::Forward(1));
    assert_eq!(tip_x, axes.column_to_x(2).round());
    assert!(back_x < tip_x);
    let (axes, tip_x, back_x) = tip(Phase::Backward(1));
    assert_eq!(tip_x, axes.column_to_x(2).round());
    assert!(back_x > tip_x);
}

#[test]
fn any_network_is_drawn_at_any_size() {
    let mut broken = network(&[2, 4, 1], true);
    broken.weights[0].fill(f32::NAN);
    broken.weights[1].fill(f32::INFINITY);
    broken.gradients[0].fill(0.0);
    broken.gradients[1].fill(f32::NEG_INFINITY);
    broken.outputs[1].fill(f32::NAN);
    let mut zeros = network(&[2, 4, 1], true);
    zeros.weights.iter_mut().chain(&mut zeros.gradients).chain(&mut zeros.outputs).for_each(|row| row.fill(0.0));
    let mut torn = network(&[2, 4, 1], true);
    torn.gradients.pop();
    torn.outputs.clear();
    torn.gradient_exponents.clear();
    let mut far = network(&[2, 4, 1], true);
    far.gradient_exponents = vec![400, -400];
    let none = NetworkView { widths: vec![], ..network(&[1, 1], false) };
    let deep = network(&[1; 102], true);
    let phases =
        [Phase::Forward(1), Phase::Forward(99), Phase::Loss, Phase::Backward(0), Phase::Backward(99), Phase::Update];
    for network in [broken, zeros, torn, far, none, deep, network(&[1, 1], true), network(&[0, 1], true)] {
        for (width, height) in [(0, 0), (1, 1), (320, 160), (720, 600), (3000, 60)] {
            for shade in [Shade::Weight, Shade::Gradient] {
                for phase in phases {
                    let pointed = Pointed { unit: Some((7, 7)), phase: Some(phase) };
                    draw(surface(width, height), &Theme::dark(), &network, None, shade, pointed);
                }
            }
        }
    }
}

#[test]
fn the_scale_stays_while_the_numbers_stay_near() {
    let first = network(&[4, 4, 4], true);
    let fit = |network: &NetworkView, previous: Option<&Axes>| {
        Axes::fit(surface(430, 240), &Theme::light(), &data(network, None, Shade::Gradient), previous).unwrap()
    };
    let before = fit(&first, None);
    let mut smaller = first.clone();
    smaller.gradients.iter_mut().flatten().for_each(|g| *g *= 0.5);
    assert_eq!(fit(&smaller, Some(&before)).scale, before.scale);
}

#[test]
fn a_negative_line_is_interrupted_and_a_positive_one_is_not() {
    let gaps = |weights: [f32; 2]| {
        let mut network = network(&[2, 1], true);
        network.weights[0] = weights.to_vec();
        let (_, picture) = draw(surface(430, 240), &Theme::light(), &network, None, Shade::Weight, NOTHING);
        let Rgb(red, green, blue) = Theme::light().background;
        let fill = format!("fill=\"#{red:02X}{green:02X}{blue:02X}\"");
        attributes(&picture, "circle", "cx", &[&fill]).len()
    };
    let legend_and_units = gaps([1.0, 1.0]);
    assert_eq!(gaps([1.0, -1.0]), legend_and_units + 1);
    assert_eq!(gaps([-1.0, -0.5]), legend_and_units + 2);
}

#[test]
fn the_legend_is_whole_at_any_width() {
    let theme = Theme { text_zoom: crate::plot::theme::SVG_TEXT_ZOOM, ..Theme::light() };
    let mut far = network(&[2, 4, 4, 1], true);
    far.gradients[0][0] = 1e-20;
    far.gradients[2][0] = f32::NAN;
    let bands = network(&[2, 256, 256, 1], false);
    let report = report(&bands.widths, |layer| [0.0, 1e-12, f64::INFINITY][layer]);
    for network in [&network(&[2, 4, 4, 1], true), &far, &bands] {
        for width in [200, 236, 252, 300, 345, 430, 900] {
            for shade in [Shade::Weight, Shade::Gradient] {
                let (axes, picture) = draw(surface(width, 240), &theme, network, Some(&report), shade, NOTHING);
                let axes = axes.expect("room for it");
                let legend: Vec<_> =
                    spans(&picture).into_iter().filter(|(_, y, ..)| *y > axes.plot.bottom + 1.5 * axes.em).collect();
                assert!(legend.len() >= 3, "{width}: {legend:?}");
                for (text, _, _, end) in &legend {
                    assert!(*end <= f64::from(width), "{width}, {shade:?}: “{text}” ends at {end}: {legend:?}");
                }
                for pair in legend.windows(2).filter(|pair| pair[0].1 == pair[1].1) {
                    assert!(pair[0].3 <= pair[1].2, "{width}, {shade:?}: {pair:?}");
                }
            }
        }
    }
}

#[test]
fn the_loss_has_its_place_beside_the_last_unit() {
    let network = network(&[2, 1, 1], true);
    for width in [240, 345, 430] {
        let pointed = Pointed { unit: Some((1, 0)), phase: Some(Phase::Loss) };
        let (axes, picture) = draw(surface(width, 240), &Theme::light(), &network, None, Shade::Weight, pointed);
        let axes = axes.unwrap();
        let at = texts(&picture).iter().position(|text| text == "L").unwrap();
        let x: f64 = attributes(&picture, "text", "x", &[])[at].parse().unwrap();
        let beside = axes.column_to_x(2) + axes.radius.unwrap().max(0.9 * axes.em) + 3.0;
        assert!(x - 0.4 * axes.em > beside, "{width}: L at {x}, the unit to {beside}");
        let ends: Vec<f64> = attributes(&picture, "rect", "x", &[])
            .iter()
            .zip(attributes(&picture, "rect", "width", &[]))
            .map(|(x, width)| x.parse::<f64>().unwrap() + width.parse::<f64>().unwrap())
            .collect();
        // The first is the background.
        let light = ends[1..].iter().copied().fold(0.0, f64::max);
        assert!(light > x + 0.4 * axes.em && light < f64::from(width), "{width}: the light ends at {light}");
    }
}
