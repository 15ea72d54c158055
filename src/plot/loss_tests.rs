use super::super::testing::{attributes, surface, svg, texts};
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
    let theme = Theme::light();
    let axes = Axes::fit(surface, &theme, history.buckets(), is_log, None);
    let labels = Labels { step_axis: "step".into(), value_axis: "loss".into(), strips: StripLabels::default() };
    let picture = svg(surface, |backend| {
        if let Some(axes) = &axes {
            axes.draw(backend, &theme, &labels).unwrap();
            axes.draw_data(backend, &theme, history.buckets()).unwrap();
        }
    });
    (axes, picture)
}

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
            for is_log in [false, true] {
                draw(surface(width, height), &history, is_log);
            }
        }
    }
}
