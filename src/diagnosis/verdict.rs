//! What holds at a step: the conditions, and the numbers that say so.

use super::decay::Decay;
use super::flow::Flow;
use super::kept::Kept;
use super::measured::{Measured, ZeroCause};
use super::repair::Repair;
use crate::choice::{Choice, choice};
use crate::experiment::Experiment;
use crate::train::{Divergence, History, Layout, StepReport, Weights};

choice! {
    /// What can be said of the gradient, in the order in which it leads.
    pub enum Condition {
        /// A number was not finite, and the run stopped.
        Diverged => "diverged",
        /// The loss is next to nothing beside that of guessing: what is small now, is small because all is learned.
        Trained => "trained",
        /// The gradient grows over a thousandfold on its way back, or an update outweighs its weights.
        Exploding => "exploding",
        /// More of a hidden layer's units have φ′ = 0 on the whole batch than chance explains; or at some time step of a
        /// plain recurrent network all have.
        Dead => "dead",
        /// The gradient shrinks over a thousandfold on its way back.
        Vanishing => "vanishing",
        /// Plain f32 would read a gradient as zero or denormal.
        Underflow => "underflow",
        /// Over half of the activations of a hidden layer, or of a time step of a plain recurrent network, are saturated.
        Saturated => "saturated",
        /// None of these.
        Healthy => "healthy",
    }
}

/// The verdict on one step. Places are hidden layers or time steps, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// What holds, the most severe first; [`Condition::Healthy`] alone where nothing is wrong.
    pub conditions: Vec<Condition>,
    /// What the report is of.
    pub layout: Layout,
    /// How the gradient changes on its way back.
    pub flow: Flow,
    /// What the gates alone let pass on that way; `None` where there are none, or no way.
    pub kept: Option<Kept>,
    /// The weights before the output layer with the largest ‖ΔW‖/‖W‖, and that ratio.
    pub largest_update: (Weights, f64),
    /// The place with the largest fraction of dead units, and that fraction.
    pub most_dead: (usize, f64),
    /// Places that count as dead.
    pub dead_places: usize,
    /// What makes gradients exactly zero, where some are.
    pub zero_cause: Option<ZeroCause>,
    /// How many weights, the output layer's among them, were all zero when that gradient was computed.
    pub zero_weights: usize,
    /// The place with the largest fraction of saturated activations, and that fraction.
    pub most_saturated: (usize, f64),
    /// The places whose gradient plain f32 would read as zero or denormal: first and last.
    pub underflow: Option<(usize, usize)>,
    /// Where and how the run ended, if it diverged.
    pub divergence: Option<Divergence>,
    /// What weight decay has done, where it is the cause.
    pub decay: Option<Decay>,
    /// The loss on the batch.
    pub loss: f64,
    /// The loss of the best answer that does not look at the input; see [`Situation::guess_loss`].
    pub guess_loss: f64,
    /// Whether the loss is far above that, and not only of few unlucky samples.
    pub is_worse_than_guessing: bool,
    /// What would mend the first condition, the most telling first.
    pub repairs: Vec<Repair>,
}

/// A step to be judged, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The experiment, with the hyper-parameters of the step.
    pub experiment: &'a Experiment,
    /// What was measured.
    pub report: &'a StepReport,
    /// How the run ended, if it did at this step.
    pub divergence: Option<Divergence>,
    /// What was measured at the run's first step, if that is known: what was so then, no step has done.
    pub start: Option<&'a StepReport>,
    /// The loss and the fraction of right answers on all training samples, if they are known of about this step.
    pub score: Option<(f64, Option<f64>)>,
    /// The loss of guessing: [`Experiment::guess_loss_on`] the text that the run reads.
    pub guess_loss: f64,
}

/// The fraction of the loss of guessing under which a network counts as trained.
const TRAINED: f64 = 0.01;

/// The same where every training sample is answered rightly.
const TRAINED_WITHOUT_ERROR: f64 = 0.1;

/// The samples of a batch whose loss speaks for all samples.
const TELLING_BATCH: u32 = 16;

/// The size of a loss by that of guessing over which it is worse, and not only unlucky.
const WORSE_THAN_GUESSING: f64 = 1.5;

impl Situation<'_> {
    /// Whether what leads the verdict led it before the first update as well, so that no step has done it.
    pub(super) fn is_of_the_start(&self, diagnosis: &Diagnosis) -> bool {
        if self.report.step == 0 {
            return self.divergence.is_none_or(|divergence| divergence.step <= 1);
        }
        let judged = |start| Situation { report: start, divergence: None, start: None, score: None, ..*self }.judge();
        self.divergence.is_none()
            && self.start.is_some_and(|start| judged(start).conditions[0] == diagnosis.conditions[0])
    }

    /// Whether the loss shows that all is learned. The loss of few samples may be small by chance.
    fn is_trained(&self, loss: f64, guess_loss: f64, leeway: Leeway) -> bool {
        if self.report.step == 0 {
            return false;
        }
        let is_small = |loss: f64, part: f64| loss <= leeway.times * part * guess_loss;
        match self.score {
            Some((score, accuracy)) => {
                let part = if accuracy == Some(1.0) { TRAINED_WITHOUT_ERROR } else { TRAINED };
                is_small(loss, part) && is_small(score, part)
            }
            None => is_small(loss, TRAINED) && self.has_telling_batch(),
        }
    }

    fn is_worse_than_guessing(&self) -> bool {
        let limit = WORSE_THAN_GUESSING * self.guess_loss;
        let is_told = match self.score {
            Some((loss, _)) => loss > limit,
            None => self.has_telling_batch(),
        };
        self.report.loss() > limit && is_told
    }

    /// Whether the loss on the batch speaks for all samples.
    fn has_telling_batch(&self) -> bool {
        self.experiment.batch_size_at(self.report.step) >= TELLING_BATCH
    }

    /// What leads the verdict.
    pub fn leading(&self) -> Condition {
        self.judge().conditions[0]
    }

    /// The verdict without repairs.
    pub(super) fn judge(&self) -> Diagnosis {
        let Situation { experiment, report, divergence, .. } = *self;
        let flow = Flow::of(experiment, report);
        let measured = Measured::new(experiment, report);
        let (dead_places, most_dead) = measured.dead(0.0);
        let zero = (flow.zero_places > 0).then(|| measured.zero_cause());
        let mut diagnosis = Diagnosis {
            conditions: Vec::new(),
            layout: report.layout(),
            flow,
            kept: Kept::of(&flow, report),
            largest_update: measured.largest_update(),
            most_dead,
            dead_places,
            zero_cause: zero.map(|(cause, _)| cause),
            zero_weights: zero.map_or(0, |(_, weights)| weights),
            most_saturated: measured.most_saturated(),
            underflow: measured.underflow(1.0),
            divergence,
            decay: Decay::as_cause(experiment, report),
            loss: report.loss(),
            guess_loss: self.guess_loss,
            is_worse_than_guessing: self.is_worse_than_guessing(),
            repairs: Vec::new(),
        };
        diagnosis.conditions =
            Condition::ALL.iter().copied().filter(|&condition| diagnosis.holds(condition, self, EXACT)).collect();
        if diagnosis.conditions.is_empty() {
            diagnosis.conditions.push(Condition::Healthy);
        }
        diagnosis
    }
}

/// The first recorded step since which a condition has led the verdict, up to `step`. `None` where it does not lead there by
/// the reports alone. `guess_loss` is that of [`Situation`]. Of steps that were recorded together the last is judged.
///
/// At a threshold a measured number is now on one side of it and now on the other. So what has begun holds on as long as
/// the thresholds are missed by no more than a `Leeway`, and begins only where they are met.
pub fn leading_since(
    experiment: &Experiment,
    history: &History,
    step: u64,
    condition: Condition,
    guess_loss: f64,
) -> Option<u64> {
    let situation = |report| Situation { experiment, report, divergence: None, start: None, score: None, guess_loss };
    let reports = history.buckets().iter().rev().map(|bucket| &bucket.last);
    let holding =
        reports.skip_while(|report| report.step > step).take_while(|report| situation(report).holds_on(condition));
    holding.filter(|report| situation(report).judge().conditions[0] == condition).last().map(|report| report.step)
}

/// By how much thresholds may be missed: ratios and losses by a factor, shares of units by a difference.
#[derive(Clone, Copy, Debug)]
struct Leeway {
    times: f64,
    share: f64,
}

/// Thresholds as they are.
const EXACT: Leeway = Leeway { times: 1.0, share: 0.0 };

/// What a condition that has begun may miss them by. From batch to batch of 32 samples a ratio that is level in the mean
/// varies by some factor of two.
const LENIENT: Leeway = Leeway { times: 3.0, share: 0.1 };

/// By how much others must meet them to end it.
const STRICT: Leeway = Leeway { times: 1.0 / 3.0, share: -0.1 };

impl Situation<'_> {
    /// Whether a condition that has led before still leads.
    fn holds_on(&self, condition: Condition) -> bool {
        let diagnosis = self.judge();
        let leads = Condition::ALL.iter().find(|&&other| {
            let leeway = if other == condition { LENIENT } else { STRICT };
            diagnosis.holds(other, self, leeway)
        });
        *leads.unwrap_or(&Condition::Healthy) == condition
    }
}

impl Diagnosis {
    fn is_from_zero(&self) -> bool {
        self.zero_cause == Some(ZeroCause::ZeroWeights)
    }

    /// Whether a step changes some weights by more than their size. Those that began at zero grow by many times it, and are
    /// small all the same.
    pub fn update_explodes(&self) -> bool {
        self.update_explodes_within(EXACT)
    }

    fn update_explodes_within(&self, leeway: Leeway) -> bool {
        self.largest_update.1 * leeway.times > 1.0 && !self.is_from_zero()
    }

    /// Whether a gradient that changes by this total, and by that much without the readout's steps, is what a repair must
    /// bring about.
    pub fn is_mended_at(&self, total: f64, beyond_readout: f64) -> bool {
        let is_weakened = self.conditions[0] == Condition::Healthy && self.flow.is_weakened();
        let repaired = Flow { total, beyond_readout, ..self.flow };
        Flow::is_in_range(total) && !(is_weakened && repaired.is_weakened())
    }

    fn holds(&self, condition: Condition, situation: &Situation<'_>, leeway: Leeway) -> bool {
        let measured = || Measured::new(situation.experiment, situation.report);
        match condition {
            Condition::Diverged => self.divergence.is_some(),
            Condition::Trained => !self.update_explodes() && situation.is_trained(self.loss, self.guess_loss, leeway),
            Condition::Exploding => self.flow.explodes_within(leeway.times) || self.update_explodes_within(leeway),
            // Weights of zero make every z zero, so that no unit has had its chance yet.
            Condition::Dead => measured().dead(leeway.share).0 > 0 && !self.is_from_zero(),
            Condition::Vanishing => self.flow.vanishes_within(leeway.times),
            Condition::Underflow => measured().underflow(leeway.times).is_some(),
            Condition::Saturated => self.most_saturated.1 > 0.5 - leeway.share,
            Condition::Healthy => false,
        }
    }

    /// Whether the gradient's factor, which leads no verdict and follows none, is worth saying all the same: where all is
    /// learned, and nothing else speaks of it.
    pub fn keeps_factor(&self) -> bool {
        let says = |condition: &Condition| match condition {
            Condition::Exploding => self.flow.explodes(),
            condition => *condition == Condition::Vanishing,
        };
        self.conditions[0] == Condition::Trained && !self.conditions.iter().any(says)
    }

    /// Whether weight decay is the cause of what leads the verdict.
    pub fn is_of_decay(&self) -> bool {
        let Some(decay) = self.decay else {
            return false;
        };
        match self.conditions[0] {
            Condition::Diverged | Condition::Saturated => decay.drives_away(),
            Condition::Exploding => decay.drives_away() && !self.flow.explodes(),
            Condition::Vanishing | Condition::Underflow => !decay.drives_away(),
            Condition::Healthy => self.flow.is_weakened() && !decay.drives_away(),
            Condition::Dead | Condition::Trained => false,
        }
    }
}
