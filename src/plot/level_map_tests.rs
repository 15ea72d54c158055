use super::super::testing::{spans, surface, svg, texts};
use super::*;
use crate::plot::testing::attributes;

fn ravine(x: f64, y: f64) -> f64 {
    0.5 * (x * x + 20.0 * y * y)
}

fn data(paths: Vec<Walk>) -> Data<'static> {
    Data {
        key: [1.0, 20.0, 0.0, 0.0],
        value: &ravine,
        steepest: 20.0,
        view: [(-4.0, 4.0), (-2.0, 2.0)],
        stationary: (0.0, 0.0),
        start: (-3.0, 1.0),
        paths,
    }
}

fn walk(name: &str, points: &[(f64, f64)]) -> Walk {
    Walk { name: name.to_owned(), points: points.to_vec() }
}

fn draw(at: Surface, data: &Data<'_>) -> (Option<Axes>, String) {
    let theme = Theme::light();
    let axes = Axes::fit(at, &theme, data, None);
    let labels = Labels { stationary: "minimum".into() };
    let picture = svg(at, |paper| {
        if let Some(axes) = &axes {
            axes.draw(paper, &theme, &labels);
            axes.draw_data(paper, &theme, data);
        }
    });
    (axes, picture)
}

#[test]
fn a_unit_is_as_long_in_both_directions_and_all_of_the_view_is_on_the_map() {
    for (width, height) in [(600, 600), (900, 400), (300, 700)] {
        let axes = draw(surface(width, height), &data(vec![])).0.unwrap();
        let (origin, right, up) = (axes.to_place((0.0, 0.0)), axes.to_place((1.0, 0.0)), axes.to_place((0.0, 1.0)));
        assert!(((right.0 - origin.0) - (origin.1 - up.1)).abs() < 1e-9);
        for corner in [(-4.0, -2.0), (4.0, 2.0)] {
            assert!(axes.is_inside(axes.to_place(corner)), "{width} × {height}");
        }
        for point in [(-1.3, 0.4), (3.9, -1.9)] {
            let again = axes.to_point(axes.to_place(point));
            assert!((again.0 - point.0).abs() < 1e-9 && (again.1 - point.1).abs() < 1e-9);
        }
        assert_eq!(axes.to_point((f64::NEG_INFINITY, 1e9)).0, axes.view[0].0);
        let moved = axes.moved((0.0, 0.0), 1.0, -1.0);
        assert!(moved.0 > 0.0 && (moved.0 + moved.1).abs() < 1e-12);
    }
}

#[test]
fn names_stand_at_the_ends_of_paths_inside_the_map_and_do_not_touch() {
    // All end in the minimum, as they should.
    let names = ["gradient descent", "momentum", "RMSProp", "Adam"];
    let paths = names.iter().map(|name| walk(name, &[(-3.0, 1.0), (-1.0, 0.3), (0.01, 0.0)])).collect();
    let (axes, picture) = draw(surface(560, 560), &data(paths));
    let axes = axes.unwrap();
    let spans: Vec<_> = spans(&picture).into_iter().filter(|(text, ..)| names.contains(&text.as_str())).collect();
    assert_eq!(spans.len(), 4);
    for (index, (text, y, left, right)) in spans.iter().enumerate() {
        assert!(*left >= axes.plot.left && *right <= axes.plot.right + 1.0, "{text}: {left} to {right}");
        for (other, other_y, other_left, other_right) in &spans[index + 1..] {
            let is_apart = (y - other_y).abs() >= 12.0 || right <= other_left || other_right <= left;
            assert!(is_apart, "{text} and {other}");
        }
    }
    // A path that has left the map has its name at the edge.
    let (_, picture) = draw(surface(560, 560), &data(vec![walk("away", &[(-3.0, 1.0), (90.0, 1e5)])]));
    assert!(texts(&picture).iter().any(|text| text == "away"));
}

#[test]
fn paths_are_cut_at_the_edges_of_the_map() {
    let far = walk("far", &[(-3.0, 1.0), (50.0, 1.0), (-50.0, -1.0), (1e6, 1e12), (0.0, 0.0)]);
    let axes = draw(surface(500, 400), &data(vec![])).0.unwrap();
    let pieces = axes.pieces(&far.points);
    assert!(pieces.len() >= 3, "{pieces:?}");
    let near = |value: f64, low: f64, high: f64| value >= low - 1e-6 && value <= high + 1e-6;
    for (x, y) in pieces.iter().flatten() {
        assert!(near(*x, axes.plot.left, axes.plot.right) && near(*y, axes.plot.top, axes.plot.bottom), "{x} {y}");
    }
}

#[test]
fn whole_levels_are_named_and_the_map_is_made_again_only_for_another_function() {
    let (axes, picture) = draw(surface(560, 560), &data(vec![]));
    for value in ["100", "10", "1", "minimum"] {
        assert!(texts(&picture).iter().any(|text| text == value), "{value}: {:?}", texts(&picture));
    }
    assert!(attributes(&picture, "polyline", "points", &[]).len() > 5);
    let axes = axes.unwrap();
    let fit = |data: &Data<'_>| Axes::fit(surface(560, 560), &Theme::light(), data, Some(&axes)).unwrap();
    assert!(Arc::ptr_eq(&axes.ground, &fit(&data(vec![walk("a", &[(1.0, 1.0)])])).ground));
    let other = fit(&Data { key: [1.0, 21.0, 0.0, 0.0], ..data(vec![]) });
    assert!(!Arc::ptr_eq(&axes.ground, &other.ground) && axes != other);
}

#[test]
fn the_step_nearest_to_the_pointer_is_found() {
    let data = data(vec![walk("a", &[(-3.0, 1.0), (-1.0, 1.0)]), walk("b", &[(-3.0, 1.0), (2.0, -1.0), (2.0, -1.0)])]);
    let axes = draw(surface(560, 560), &data).0.unwrap();
    assert_eq!(axes.step_near(&data, axes.to_place((-1.05, 1.0))), Some((0, 1)));
    assert_eq!(axes.step_near(&data, axes.to_place((2.0, -1.0))), Some((1, 2)));
    assert_eq!(axes.step_near(&data, axes.to_place((0.0, 0.0))), None);
}

#[test]
fn anything_is_drawn_at_any_size() {
    let numbers = [0.0, -1e300, 1e300, 5e-324, 3.0];
    let points: Vec<_> = numbers.iter().flat_map(|x| numbers.iter().map(|y| (*x, *y))).collect();
    for (width, height) in [(0, 0), (1, 1), (60, 60), (150, 90), (400, 240), (3000, 80)] {
        for paths in [vec![], vec![walk("", &[])], vec![walk("one", &points), walk("two", &points[..1])]] {
            draw(surface(width, height), &data(paths));
        }
    }
}
