//! The hyper-parameters that an experiment describes: those of the optimizer's next step, which may change live.

use super::Experiment;
use crate::optim::Hyper;

impl Hyper {
    /// Those of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        Self {
            lr: experiment.lr,
            momentum: experiment.momentum,
            beta1: experiment.beta1,
            beta2: experiment.beta2,
            epsilon: experiment.epsilon,
            weight_decay: experiment.weight_decay,
            schedule: experiment.schedule,
            schedule_steps: experiment.schedule_steps,
            warmup: experiment.warmup,
            clip: experiment.clip,
            clip_at: experiment.clip_at,
            amsgrad: experiment.amsgrad,
        }
    }

    /// Gives an experiment these hyper-parameters.
    pub fn give_to(&self, experiment: &mut Experiment) {
        let Self { lr, momentum, beta1, beta2, epsilon, weight_decay, .. } = *self;
        let Self { schedule, schedule_steps, warmup, clip, clip_at, amsgrad, .. } = *self;
        experiment.lr = lr;
        experiment.momentum = momentum;
        experiment.beta1 = beta1;
        experiment.beta2 = beta2;
        experiment.epsilon = epsilon;
        experiment.weight_decay = weight_decay;
        experiment.schedule = schedule;
        experiment.schedule_steps = schedule_steps;
        experiment.warmup = warmup;
        experiment.clip = clip;
        experiment.clip_at = clip_at;
        experiment.amsgrad = amsgrad;
    }
}
