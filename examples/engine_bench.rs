//! Steps per second of the engine natively, on the cases of every comparison: forward, backward, Adam, and the report
//! of every layer. Run by `cargo xtask bench`.

use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::train::AnyTrainer;
use std::time::Instant;

/// Depth, width and batch.
const CASES: [(u32, u32, u32); 4] = [(10, 16, 32), (20, 32, 64), (50, 64, 128), (100, 128, 128)];

fn main() {
    println!("{:>16} {:>10} {:>12} {:>10}", "case", "precision", "steps/s", "GFLOP/s");
    for (depth, width, batch) in CASES {
        for precision in ["f32", "f64"] {
            let (experiment, _) = from_fragment(&format!(
                "depth={depth}&width={width}&batch=full&samples={batch}&activation=tanh&optimizer=adam&dataset=plane&precision={precision}"
            ));
            let steps_per_second = measure(&experiment);
            let flops = 6.0 * f64::from(batch * (width * width * (depth - 1) + 3 * width));
            let name = format!("{depth}×{width}, {batch}");
            println!("{name:>16} {precision:>10} {steps_per_second:>12.1} {:>10.2}", flops * steps_per_second / 1e9);
        }
    }
}

/// The best of five half-second rounds: what disturbs a measurement makes it slower.
fn measure(experiment: &Experiment) -> f64 {
    let mut trainer = AnyTrainer::new(experiment).expect("the case is allowed");
    let mut round = || {
        let (start, mut steps) = (Instant::now(), 0);
        while start.elapsed().as_secs_f64() < 0.5 {
            trainer.step().expect("the case does not diverge");
            steps += 1;
        }
        f64::from(steps) / start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| round()).fold(0.0, f64::max)
}
