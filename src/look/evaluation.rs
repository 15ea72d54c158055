//! What the network has learned: its answers to samples, seen and held out, and to all inputs around them.

use super::view::{Evaluation, Field, Learned, Sample, Score};
use crate::kernel::{Panels, Real};
use crate::nn::{Loss, Targets};
use crate::train::{Data, Samples, Trainer, load};

/// The most samples of each kind that are shown one by one.
const MOST_SAMPLES: usize = 400;

/// So many are shown however coarse the grid beside them is.
const FEWEST_SAMPLES: usize = 64;

/// Samples that are scored at once.
const SCORED_AT_ONCE: usize = 64;

/// An [`Evaluation`] on its way.
#[derive(Clone, Debug, Default)]
pub struct Scoring {
    pub(super) training: Tally,
    pub(super) held_out: Tally,
}

/// What was counted of some samples.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Samples that were counted.
    pub rows: usize,
    /// Answers that were asked of them: of a sequence there may be several.
    pub answers: usize,
    /// The sum of the answers' losses.
    pub loss: f64,
    pub right: usize,
    /// Answers that are no numbers, as a run's are that diverged.
    pub none: usize,
}

impl Tally {
    /// Counts answers to so many more samples.
    pub fn add<T: Real>(&mut self, samples: usize, answers: &Answers<T>, targets: &Targets<T>) {
        let rows = answers.output.rows();
        let mut grad = Panels::zeros(rows, answers.output.cols());
        self.rows += samples;
        self.answers += rows;
        self.loss += answers.loss.evaluate(&answers.output, targets, &mut grad) * rows as f64;
        for row in 0..rows {
            match answers.class(row) {
                Some(answer) => self.right += usize::from(answer == class(targets, row)),
                None => self.none += 1,
            }
        }
    }

    /// What was counted; the accuracy only where the answers are classes, and all of them numbers.
    pub fn score(&self, has_classes: bool) -> Score {
        let answers = self.answers as f64;
        let are_answers = has_classes && self.none == 0;
        Score { loss: self.loss / answers, accuracy: are_answers.then(|| self.right as f64 / answers) }
    }
}

impl<T: Real> Trainer<T> {
    /// The loss and the fraction of right answers on all samples, with the parameters after the step. A run that was not
    /// made of an experiment has no samples held out: the loss on none is NaN.
    pub fn evaluate(&self) -> Evaluation {
        let mut scoring = Scoring::default();
        loop {
            if let Some(evaluation) = self.evaluate_some(&mut scoring) {
                return evaluation;
            }
        }
    }

    /// The same in pieces that take less time than a step, all of them at the same step.
    pub fn evaluate_some(&self, scoring: &mut Scoring) -> Option<Evaluation> {
        let Data { training, held_out, classes, .. } = &*self.data;
        if scoring.training.rows < training.x.rows() {
            self.score_some(&mut scoring.training, training);
        } else {
            self.score_some(&mut scoring.held_out, held_out);
        }
        let is_done = scoring.held_out.rows == held_out.x.rows();
        is_done.then(|| Evaluation {
            step: self.steps(),
            training: scoring.training.score(classes.is_some()),
            held_out: scoring.held_out.score(classes.is_some()),
        })
    }

    /// Counts the next samples.
    fn score_some(&self, tally: &mut Tally, samples: &Samples<T>) {
        let rows: Vec<usize> = (tally.rows..samples.x.rows()).take(SCORED_AT_ONCE).collect();
        let mut x = Panels::zeros(rows.len(), samples.x.cols());
        load(&mut x, &samples.x, &rows);
        let mut targets = samples.targets_of_batch(rows.len());
        samples.load_targets(&mut targets, &rows);
        tally.add(rows.len(), &self.answers(&x), &targets);
    }

    /// What the network makes of its inputs: over a grid of `side` × `side` points that covers the samples and a tenth of
    /// their extent around them, where there are two inputs, and of some hundreds of samples, or no more than there are
    /// points.
    pub fn learned(&self, side: usize) -> Learned {
        let data = &self.data;
        let most = (side * side).clamp(FEWEST_SAMPLES, MOST_SAMPLES);
        Learned {
            field: self.field(side),
            training: self.samples(&data.training, most),
            held_out: self.samples(&data.held_out, most),
        }
    }

    fn field(&self, side: usize) -> Option<Field> {
        let data = &self.data;
        if side == 0 || data.training.x.cols() != 2 {
            return None;
        }
        let [first, second] = [0, 1].map(|col| {
            let samples = [&data.training.x, &data.held_out.x];
            let column = samples.into_iter().flat_map(|x| (0..x.rows()).map(move |row| x.get(row, col).to_f64()));
            column.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)))
        });
        // One scale for both, so that a circle stays one.
        let half = 0.6 * (first.1 - first.0).max(second.1 - second.0);
        let edge = |(low, high): (f64, f64), side: f64| 0.5 * (low + high) + side * half;
        let mut grid = Panels::<T>::zeros(side * side, 2);
        let share = |index: usize| if side == 1 { 0.0 } else { 2.0 * index as f64 / (side - 1) as f64 - 1.0 };
        for row in 0..side * side {
            grid.set(row, 0, T::from_f64(edge(first, share(row % side))));
            grid.set(row, 1, T::from_f64(edge(second, share(row / side))));
        }
        let answers = self.answers(&grid);
        let classes = data.classes.unwrap_or(0);
        let values = (0..side * side).map(|row| match classes {
            0 => answers.output(row, 0),
            2 => answers.probability(row),
            _ => answers.class(row).map_or(f64::NAN, |class| class as f64),
        });
        let certainty = (0..if classes > 2 { side * side } else { 0 }).map(|row| answers.certainty(row) as f32);
        Some(Field {
            side,
            low: (edge(first, -1.0) as f32, edge(second, -1.0) as f32),
            high: (edge(first, 1.0) as f32, edge(second, 1.0) as f32),
            classes,
            values: values.map(|value| value as f32).collect(),
            certainty: certainty.collect(),
        })
    }

    /// Some of the samples, evenly taken, with the network's answers.
    fn samples(&self, samples: &Samples<T>, most: usize) -> Vec<Sample> {
        let all = samples.x.rows();
        let count = all.min(most);
        let rows: Vec<usize> = (0..count).map(|index| index * all / count).collect();
        let mut x = Panels::zeros(count, samples.x.cols());
        load(&mut x, &samples.x, &rows);
        let answers = self.answers(&x);
        let sample = |(index, &row): (usize, &usize)| {
            let input = |col: usize| if col < x.cols() { x.get(index, col).to_f64() as f32 } else { 0.0 };
            let is_class = self.data.classes.is_some();
            Sample {
                x: (input(0), input(1)),
                target: match &samples.targets {
                    Targets::Values(values) if !is_class => values.get(row, 0).to_f64() as f32,
                    targets => class(targets, row) as f32,
                },
                predicted: if is_class {
                    answers.class(index).map_or(f32::NAN, |class| class as f32)
                } else {
                    answers.output(index, 0) as f32
                },
            }
        };
        rows.iter().enumerate().map(sample).collect()
    }

    pub(super) fn answers(&self, x: &Panels<T>) -> Answers<T> {
        Answers { loss: self.loss, output: self.mlp.predict_panels(x) }
    }
}

/// The right class of a sample: that with the largest target, or for a single target 0 or 1.
pub(super) fn class<T: Real>(targets: &Targets<T>, row: usize) -> usize {
    match targets {
        Targets::Classes(classes) => classes[row] as usize,
        Targets::Values(values) if values.cols() == 1 => usize::from(values.get(row, 0).to_f64() > 0.5),
        Targets::Values(values) => largest((0..values.cols()).map(|col| values.get(row, col).to_f64())),
    }
}

/// Which is the largest number; of equal ones the first.
fn largest(numbers: impl Iterator<Item = f64>) -> usize {
    let better = |best: (usize, f64), (index, x)| if x > best.1 { (index, x) } else { best };
    numbers.enumerate().fold((0, f64::NEG_INFINITY), better).0
}

/// A network's outputs, and how they are understood.
pub(super) struct Answers<T> {
    pub loss: Loss,
    /// (samples, outputs).
    pub output: Panels<T>,
}

impl<T: Real> Answers<T> {
    pub fn output(&self, row: usize, col: usize) -> f64 {
        self.output.get(row, col).to_f64()
    }

    fn outputs(&self, row: usize) -> impl Iterator<Item = f64> {
        (0..self.output.cols()).map(move |col| self.output(row, col))
    }

    /// The class that is named: of several outputs the largest, of a single one 1 where its probability is over ½. None
    /// where an output is not a number.
    pub fn class(&self, row: usize) -> Option<usize> {
        if self.outputs(row).any(f64::is_nan) {
            None
        } else if self.output.cols() == 1 {
            Some(usize::from(self.probability(row) > 0.5))
        } else {
            Some(largest(self.outputs(row)))
        }
    }

    /// The probability of class 1 that a single output stands for.
    pub fn probability(&self, row: usize) -> f64 {
        let o = self.output(row, 0);
        match self.loss {
            Loss::BceWithLogits | Loss::SoftmaxCrossEntropy => sigmoid(o),
            Loss::Mse => o.clamp(0.0, 1.0),
        }
    }

    /// The probability of a class: as [`Answers::probability`] of two, by softmax where that is in the loss, else by each output's
    /// own probability over the sum of all.
    pub fn probability_of(&self, row: usize, class: usize) -> f64 {
        if self.output.cols() == 1 {
            let p = self.probability(row);
            return if class == 1 { p } else { 1.0 - p };
        }
        let likeliest = self.outputs(row).fold(f64::NEG_INFINITY, f64::max);
        let weight = |o: f64| match self.loss {
            Loss::SoftmaxCrossEntropy => libm::exp(o - likeliest),
            Loss::BceWithLogits => sigmoid(o),
            Loss::Mse => o.clamp(0.0, 1.0),
        };
        let sum: f64 = self.outputs(row).map(weight).sum();
        // Where all say no, none is likelier than the others.
        if sum == 0.0 { 1.0 / self.output.cols() as f64 } else { weight(self.output(row, class)) / sum }
    }

    /// How sure the likeliest of K classes is, `(p − 1/K) / (1 − 1/K)`.
    fn certainty(&self, row: usize) -> f64 {
        let even = 1.0 / self.output.cols() as f64;
        (self.probability_of(row, largest(self.outputs(row))) - even) / (1.0 - even)
    }
}

/// `1 / (1 + e^-o)`.
fn sigmoid(o: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-o))
}

#[cfg(test)]
#[path = "evaluation_tests.rs"]
mod tests;
