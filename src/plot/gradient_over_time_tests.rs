use super::super::testing::{attributes, surface, svg, texts};
use super::*;
use crate::train::{History, StepReport};

/// A run of three layers whose ‖∂L/∂z‖ is 10^-(3 - layer), and whose first layer is dead.
fn history(steps: u64) -> History {
    let mut history = History::new(64);
    for step in 0..=steps {
        let mut report = StepReport::new(3);
        report.step = step;
        for layer in 0..3 {
            report.set(layer, Quantity::GradZ, 10f64.powi(layer as i32 - 2));
        }
        report.set(0, Quantity::Dead, 1.0);
        history.push_report(&report);
    }
    history
}

fn of(quantity: Quantity) -> Mapped {
    Mapped::Places { level: 0, quantity }
}

fn axes(buckets: &[Bucket], quantity: Quantity) -> Axes {
    Axes::fit(surface(400, 240), &Theme::light(), buckets, of(quantity), None).unwrap()
}

fn pixel(image: &Image, column: usize, row: usize) -> [u8; 4] {
    let at = (row * image.columns + column) * 4;
    image.rgba[at..at + 4].try_into().unwrap()
}

#[test]
fn the_input_side_is_at_the_bottom_and_time_goes_right() {
    let history = history(7);
    let axes = axes(history.buckets(), Quantity::GradZ);
    let mut image = Image::default();
    axes.paint(&Theme::light(), history.buckets(), &mut image);
    assert_eq!((image.columns, image.rows), (11, 3), "steps 0 to 10, three layers");
    assert_eq!(pixel(&image, 0, 2), [0x44, 0x01, 0x54, 255], "layer 1 has the least gradient");
    assert_eq!(pixel(&image, 7, 0), [0xfd, 0xe7, 0x25, 255], "the output layer the most");
    assert_eq!(pixel(&image, 8, 0)[3], 0, "the future is empty");
    assert!(axes.row_to_y(0) > axes.row_to_y(2));
    for step in 0..=10 {
        assert_eq!(axes.x_to_step(axes.step_to_x(step)), step);
    }
    for layer in 0..3 {
        assert_eq!(axes.y_to_row(axes.row_to_y(layer)), layer);
    }
    assert_eq!((axes.x_to_step(f64::NAN), axes.y_to_row(-1e9), axes.y_to_row(1e9)), (0, 2, 0));
}

#[test]
fn a_step_stands_where_its_bucket_is() {
    let history = history(10_000);
    let buckets = history.buckets();
    let axes = axes(buckets, Quantity::GradZ);
    let mut image = Image::default();
    axes.paint(&Theme::light(), buckets, &mut image);
    assert_eq!(image.columns, 512);
    assert!((0..512).all(|column| (pixel(&image, column, 0)[3] > 0) == (column < 512)));
    for step in [0, 1, 4_321, 10_000] {
        let bucket = &buckets[bucket_of(buckets, step).unwrap()];
        assert!((bucket.first_step..=bucket.last.step).contains(&step));
    }
    assert_eq!(bucket_of(&[], 5), None);
}

#[test]
fn zero_infinity_and_nan_have_colours_of_their_own_and_a_legend() {
    let mut report = StepReport::new(3);
    report.set(0, Quantity::GradZ, 0.0);
    report.set(1, Quantity::GradZ, f64::NAN);
    report.set(2, Quantity::GradZ, f64::INFINITY);
    let buckets = [Bucket::new(report)];
    let (theme, axes) = (Theme::light(), axes(&buckets, Quantity::GradZ));
    let mut image = Image::default();
    axes.paint(&theme, &buckets, &mut image);
    let colors = [theme.infinite, theme.not_a_number, theme.zero].map(|Rgb(r, g, b)| [r, g, b, 255]);
    assert_eq!([0, 1, 2].map(|row| pixel(&image, 0, row)), colors);
    let picture = svg(surface(400, 240), |backend| axes.draw(backend, &theme, &Labels::default()));
    let texts = texts(&picture);
    assert!(["0", "∞", "NaN"].iter().all(|label| texts.iter().any(|text| text == label)), "{texts:?}");
}

#[test]
fn what_needs_an_update_is_empty_before_the_first_and_fractions_are_linear() {
    let history = history(3);
    let ratio = axes(history.buckets(), Quantity::UpdateRatio);
    let mut image = Image::default();
    ratio.paint(&Theme::light(), history.buckets(), &mut image);
    assert_eq!((pixel(&image, 0, 0)[3], pixel(&image, 1, 0)[3]), (0, 255));
    let dead = axes(history.buckets(), Quantity::Dead);
    assert_eq!(dead.color(&Theme::light(), 1.0), viridis(1.0));
    assert_eq!(dead.color(&Theme::light(), 0.0), viridis(0.0), "no dead unit is an ordinary value");
}

#[test]
fn the_visited_step_is_marked_across_the_map() {
    let history = history(10);
    let (theme, axes) = (Theme::light(), axes(history.buckets(), Quantity::ActivationStd));
    let picture = svg(surface(400, 240), |backend| axes.draw_visited(backend, &theme, 4));
    let lines = attributes(&picture, "rect", "x", &["fill=\"#16191D\""]);
    let left: f64 = lines[0].parse().unwrap();
    assert!((left - axes.step_to_x(4)).abs() <= 1.5, "{left}");
    assert_eq!(attributes(&picture, "polygon", "points", &[]).len(), 1);
    let beyond = svg(surface(400, 240), |backend| axes.draw_visited(backend, &theme, u64::MAX));
    let right: f64 = attributes(&beyond, "rect", "x", &[])[0].parse().unwrap();
    assert!(right <= axes.plot.right);
}

#[test]
fn equal_cells_are_drawn_as_one_rectangle() {
    let history = history(10);
    let (theme, axes) = (Theme::light(), axes(history.buckets(), Quantity::GradZ));
    let picture = svg(surface(400, 240), |backend| {
        axes.draw_data(backend, &theme, history.buckets());
    });
    assert_eq!(attributes(&picture, "rect", "width", &[]).len(), 3);
}

#[test]
fn degenerate_runs_and_sizes_do_not_panic() {
    let theme = Theme::light();
    assert_eq!(Axes::fit(surface(400, 240), &theme, &[], of(Quantity::GradZ), None), None);
    for layers in [1, 101] {
        for (width, height) in [(0, 0), (1, 1), (400, 240), (3000, 60)] {
            let buckets = [Bucket::new(StepReport::new(layers))];
            let surface = surface(width, height);
            let Some(axes) = Axes::fit(surface, &theme, &buckets, of(Quantity::GradZ), None) else { continue };
            svg(surface, |backend| {
                axes.draw(backend, &theme, &Labels::default());
                axes.draw_data(backend, &theme, &buckets);
            });
        }
    }
}
