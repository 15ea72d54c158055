//! How well each cell does on each task at the shipped settings: the share of right answers to held-out sequences.
//!
//! `cargo run --release --no-default-features --example task_accuracy [STEPS]`; of *adding* a sum is right that is less than
//! 0.04 off.

#[path = "../tests/support/scoring.rs"]
mod scoring;

use gradient_lab::data::sequences::Corpus;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::train::RecurrentTrainer;

const CELLS: [(&str, &str); 4] = [
    ("RNN tanh", "model=rnn"),
    ("IRNN", "model=rnn&activation=relu&rec-init=identity"),
    ("LSTM", "model=lstm"),
    ("GRU", "model=gru"),
];

const TASKS: [&str; 9] = [
    "task=first-symbol",
    "task=first-symbol&length=60",
    "task=copy",
    "task=adding",
    "task=parity",
    "task=sentiment",
    "task=sentiment&decisive=early",
    "task=sentiment&language=chinese&decisive=early",
    "task=next-character",
];

/// The loss and the share of right answers after some steps; `None` where the run diverged.
fn learned(fragment: &str, steps: u64) -> Option<(f64, f64)> {
    let (experiment, _) = from_fragment(fragment);
    let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).ok()?;
    for _ in 0..steps {
        trainer.step().ok()?;
    }
    Some(scoring::score(&trainer, &trainer.data().held_out))
}

fn main() {
    let steps = std::env::args().nth(1).and_then(|steps| steps.parse().ok()).unwrap_or(1500);
    println!("| after {steps} steps | {} |", CELLS.map(|(name, _)| name).join(" | "));
    println!("| --- |{}", " ---: |".repeat(CELLS.len()));
    for task in TASKS {
        let cells = CELLS.map(|(_, cell)| match learned(&format!("{cell}&{task}"), steps) {
            Some((loss, right)) => format!("{:.1} % ({loss:.3})", 100.0 * right),
            None => "diverged".to_owned(),
        });
        println!("| {task} | {} |", cells.join(" | "));
    }
}
