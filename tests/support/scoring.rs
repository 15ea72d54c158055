//! How well a recurrent network answers, counted sequence by sequence.

use gradient_lab::data::sequences::SequenceSet;
use gradient_lab::kernel::{Panels, Real};
use gradient_lab::nn::{Loss, Targets};
use gradient_lab::train::{RecurrentTrainer, SequenceBatch};

/// The mean loss over some sequences, and the share of all that was asked that is answered rightly: the class of the
/// largest output; of a single output that its sign says, or under a squared error a number nearer to the target than 0.04.
pub fn score<T: Real>(trainer: &RecurrentTrainer<T>, set: &SequenceSet) -> (f64, f64) {
    const AT_ONCE: usize = 64;
    let mut batch = SequenceBatch::new(trainer.network().spec, set, AT_ONCE, trainer.loss());
    let (mut loss, mut right, mut asked) = (0.0, 0, 0);
    let sequences: Vec<usize> = (0..set.samples).collect();
    for some in sequences.chunks(AT_ONCE) {
        batch.load(set, some);
        loss += batch.forward(trainer.network()) * some.len() as f64;
        let output = batch.unrolled().output();
        asked += output.rows();
        right += (0..output.rows()).filter(|&row| is_right(trainer.loss(), output, batch.targets(), row)).count();
    }
    (loss / set.samples as f64, right as f64 / asked as f64)
}

fn is_right<T: Real>(loss: Loss, output: &Panels<T>, targets: &Targets<T>, row: usize) -> bool {
    let o = |col: usize| output.get(row, col).to_f64();
    match targets {
        Targets::Classes(classes) => {
            let class = classes[row] as usize;
            (0..output.cols()).all(|other| other == class || o(other) < o(class))
        }
        Targets::Values(values) if loss == Loss::Mse => (o(0) - values.get(row, 0).to_f64()).abs() < 0.04,
        Targets::Values(values) => (o(0) > 0.0) == (values.get(row, 0).to_f64() > 0.5),
    }
}
