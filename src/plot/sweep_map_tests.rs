use super::super::testing::{attributes, surface, svg, texts};
use super::*;

fn along(title: &str, count: usize, is_of_numbers: bool) -> Along {
    let labels =
        (0..count).map(|index| if is_of_numbers { index.to_string() } else { format!("name {index}") }).collect();
    Along { title: title.into(), labels, is_of_numbers }
}

fn data(columns: usize, rows: usize, cell: impl Fn(usize) -> Cell) -> Data {
    Data {
        across: along("gain", columns, true),
        up: along("depth", rows, true),
        cells: (0..columns * rows).map(cell).collect(),
        shading: Shading::Factor,
        curves: Vec::new(),
    }
}

fn draw(at: Surface, data: &Data) -> (Option<Axes>, String) {
    let theme = Theme::light();
    let axes = Axes::fit(at, &theme, data, None);
    let labels =
        Labels { value_axis: "factor".into(), diverged: "diverged".into(), never: "never".into(), ..Labels::default() };
    let picture = svg(at, |paper| {
        if let Some(axes) = &axes {
            axes.draw(paper, &theme, &labels);
            axes.draw_data(paper, &theme, data);
        }
    });
    (axes, picture)
}

#[test]
fn every_cell_that_is_known_is_drawn_where_it_is_read() {
    let data = data(4, 3, |index| if index == 5 { Cell::Unknown } else { Cell::Number(1.0) });
    let (axes, picture) = draw(surface(500, 300), &data);
    let axes = axes.unwrap();
    let neutral = "fill=\"#F7F7F7\"";
    // The bar of colours has it too.
    let cells = attributes(&picture, "rect", "width", &[neutral]);
    let of_cells = cells.iter().filter(|width| width.parse::<f64>().unwrap() > 40.0).count();
    assert_eq!(of_cells, 11);
    for column in 0..4 {
        for row in 0..3 {
            assert_eq!(axes.cell_at(axes.point((column as f64, row as f64))), (column, row));
        }
    }
    assert_eq!((axes.cell_at((-1e9, 1e9)), axes.cell_at((1e9, -1e9))), ((0, 0), (3, 2)));
    assert!(["gain", "depth", "factor"].iter().all(|word| texts(&picture).iter().any(|text| text == word)));
}

#[test]
fn factors_of_either_side_differ_by_hue_and_by_sign() {
    let theme = Theme::light();
    let data = data(3, 1, |index| Cell::Number([1e-5, 1.0, 1e5][index]));
    let (axes, picture) = draw(surface(500, 300), &data);
    let axes = axes.unwrap();
    let [low, one, high] = [1e-5, 1.0, 1e5].map(|number| axes.color(&theme, Cell::Number(number)).unwrap());
    assert!(low.2 > low.0 && high.0 > high.2 && one.luminance() > 0.8, "{low:?} {one:?} {high:?}");
    // A minus is one stroke, a plus two.
    assert_eq!(attributes(&picture, "polyline", "points", &[]).len(), 3);
    // As far to both sides, however far the numbers are.
    let far = super::super::sweep_map::Shading::Factor.scale([1e-200, 3.0].into_iter(), None);
    assert_eq!((far.position(1e-6), far.position(1.0), far.position(1e6)), (Some(0.0), Some(0.5), Some(1.0)));
}

#[test]
fn what_has_no_place_on_the_scale_has_a_colour_and_a_word_of_its_own() {
    let cells = [Cell::Number(0.0), Cell::Number(f64::NAN), Cell::Number(f64::INFINITY), Cell::Diverged, Cell::Never];
    let data = data(5, 1, |index| cells[index]);
    let (axes, picture) = draw(surface(600, 300), &data);
    let axes = axes.unwrap();
    assert_eq!(axes.specials, Special::ALL);
    let theme = Theme::light();
    let color = |cell| axes.color(&theme, cell).unwrap();
    assert_eq!(color(cells[0]), color(cells[1]), "nothing arrives");
    for (one, other) in [(0, 2), (0, 3), (2, 3), (3, 4), (0, 4)] {
        assert_ne!(color(cells[one]), color(cells[other]));
    }
    let words = texts(&picture);
    assert!(["diverged", "never", "∞", "0"].iter().all(|word| words.iter().any(|text| text == word)), "{words:?}");
    // And none that does not occur.
    assert!(
        !texts(&draw(surface(600, 300), &super::tests::data(2, 1, |_| Cell::Number(2.0))).1).contains(&"never".into())
    );
}

#[test]
fn a_curve_is_drawn_over_the_cells_with_its_label() {
    let line = vec![(1.0, 0.0), (1.2, 1.0), (1.3, 2.0)];
    let curve = Curve { lines: vec![line], label: "χ = 1".into(), is_dashed: false };
    let data = Data { curves: vec![curve], ..data(4, 3, |_| Cell::Number(1.0)) };
    let (axes, picture) = draw(surface(500, 300), &data);
    let (x, y) = axes.unwrap().point((1.0, 0.0));
    let lines = attributes(&picture, "polyline", "points", &[]);
    assert_eq!(lines.len(), 2, "the line and what sets it off");
    assert!(lines.iter().all(|line| line.starts_with(&format!("{:.0},{:.0}", x, y))), "{lines:?} begin at {x} {y}");
    assert!(texts(&picture).contains(&"χ = 1".into()));
}

#[test]
fn anything_is_drawn_at_any_size() {
    let curve = Curve { lines: vec![vec![], vec![(9.0, -9.0), (0.0, 1.0)]], label: "l".into(), is_dashed: true };
    for (columns, rows) in [(1, 1), (1, 50), (50, 50), (200, 2), (0, 3)] {
        for (width, height) in [(0, 0), (1, 1), (150, 90), (390, 240), (3000, 80)] {
            for shading in [Shading::Factor, Shading::Size, Shading::Share] {
                let data = Data {
                    shading,
                    curves: vec![curve.clone()],
                    ..data(columns, rows, |index| Cell::Number(index as f64))
                };
                draw(surface(width, height), &data);
                draw(
                    surface(width, height),
                    &Data { across: along("a", columns, false), up: along("b", rows, false), ..data },
                );
            }
        }
    }
}
