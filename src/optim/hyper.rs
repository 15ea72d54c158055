//! The hyper-parameters that may change during a run, and each optimizer's own defaults.

use super::clip::ClipKind;
use super::kind::OptimizerKind;
use super::schedule::{self, ScheduleKind};
use serde::{Deserialize, Serialize};

/// Everything about an update that may change between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hyper {
    /// Learning rate η, before the schedule.
    pub lr: f64,
    /// Momentum μ.
    pub momentum: f64,
    /// Decay of the first moment, β₁.
    pub beta1: f64,
    /// Decay of the second moment, β₂; RMSProp's α.
    pub beta2: f64,
    /// ε, outside the root.
    pub epsilon: f64,
    /// Weight decay λ: decoupled in AdamW, added to the gradient in the others.
    pub weight_decay: f64,
    /// Schedule of the learning rate.
    pub schedule: ScheduleKind,
    /// Its period in steps.
    pub schedule_steps: u32,
    /// Steps of linear warm-up.
    pub warmup: u32,
    /// Clipping.
    pub clip: ClipKind,
    /// Its threshold c.
    pub clip_at: f64,
    /// Whether Adam and AdamW divide by the largest second moment so far: AMSGrad. An optimizer's state is made for it or
    /// not, so this alone never changes during a run.
    pub amsgrad: bool,
}

impl Hyper {
    /// The learning rate of a step, counted from 1, with its schedule.
    pub fn lr_at(&self, step: u64) -> f64 {
        self.lr * schedule::factor(self.schedule, self.schedule_steps, self.warmup, step)
    }
}

/// Defaults that differ between optimizers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Defaults {
    /// Learning rate.
    pub lr: f64,
    /// β₂, or α of RMSProp.
    pub beta2: f64,
    /// ε.
    pub epsilon: f64,
    /// Weight decay.
    pub weight_decay: f64,
}

impl OptimizerKind {
    /// The optimizer's own defaults: PyTorch's, except that SGD, which has none there, takes 0.1, and the momentum
    /// methods a tenth of it, since their steps are 1 / (1 − μ) times as long.
    pub fn defaults(self) -> Defaults {
        let (lr, beta2, epsilon, weight_decay) = match self {
            Self::Sgd => (0.1, 0.999, 1e-8, 0.0),
            Self::Momentum | Self::Nesterov => (0.01, 0.999, 1e-8, 0.0),
            Self::Adagrad => (0.01, 0.999, 1e-10, 0.0),
            Self::RmsProp => (0.01, 0.99, 1e-8, 0.0),
            Self::Adam => (0.001, 0.999, 1e-8, 0.0),
            Self::AdamW => (0.001, 0.999, 1e-8, 0.01),
        };
        Defaults { lr, beta2, epsilon, weight_decay }
    }

    /// Whether μ matters.
    pub fn uses_momentum(self) -> bool {
        matches!(self, Self::Momentum | Self::Nesterov)
    }

    /// Whether β₁ matters.
    pub fn uses_beta1(self) -> bool {
        matches!(self, Self::Adam | Self::AdamW)
    }

    /// Whether the optimizer has AMSGrad as a switch.
    pub fn has_amsgrad(self) -> bool {
        self.uses_beta1()
    }

    /// Whether β₂ (RMSProp: α) matters.
    pub fn uses_beta2(self) -> bool {
        self.uses_beta1() || self == Self::RmsProp
    }

    /// Whether ε matters.
    pub fn uses_epsilon(self) -> bool {
        self.uses_beta2() || self == Self::Adagrad
    }
}
