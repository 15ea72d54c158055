//! Optimizers with their hyper-parameters.

use crate::choice::choice;
use crate::experiment::{Key, Kind};
use crate::optim::{ClipKind, Hyper, OptimizerKind, ScheduleKind};

choice! {
    /// An optimizer, as the lab trains networks with it. AdamW is Adam here, where nothing decays.
    pub enum Method {
        /// Gradient descent.
        Sgd => "sgd",
        /// Polyak's heavy ball.
        Momentum => "momentum",
        /// Nesterov's accelerated gradient.
        Nesterov => "nesterov",
        /// Adagrad.
        Adagrad => "adagrad",
        /// RMSProp.
        RmsProp => "rmsprop",
        /// Adam.
        Adam => "adam",
        /// Adam with the largest second moment so far.
        AmsGrad => "amsgrad",
    }
}

choice! {
    /// A hyper-parameter of a path.
    pub enum HyperParameter {
        /// Learning rate η.
        Lr => "lr",
        /// Momentum μ.
        Momentum => "mu",
        /// Decay of the first moment.
        Beta1 => "beta1",
        /// Decay of the second moment; RMSProp's α.
        Beta2 => "beta2",
    }
}

/// An optimizer with its hyper-parameters. Those that it does not use are as they were, for one that does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuned {
    /// The optimizer.
    pub method: Method,
    values: [f64; 4],
}

impl Method {
    /// The update rule that it is.
    pub fn kind(self) -> OptimizerKind {
        match self {
            Self::Sgd => OptimizerKind::Sgd,
            Self::Momentum => OptimizerKind::Momentum,
            Self::Nesterov => OptimizerKind::Nesterov,
            Self::Adagrad => OptimizerKind::Adagrad,
            Self::RmsProp => OptimizerKind::RmsProp,
            Self::Adam | Self::AmsGrad => OptimizerKind::Adam,
        }
    }

    /// The one of an update rule; `amsgrad` as in [`Hyper`].
    pub fn of(kind: OptimizerKind, amsgrad: bool) -> Self {
        match kind {
            OptimizerKind::Sgd => Self::Sgd,
            OptimizerKind::Momentum => Self::Momentum,
            OptimizerKind::Nesterov => Self::Nesterov,
            OptimizerKind::Adagrad => Self::Adagrad,
            OptimizerKind::RmsProp => Self::RmsProp,
            OptimizerKind::Adam | OptimizerKind::AdamW if amsgrad => Self::AmsGrad,
            OptimizerKind::Adam | OptimizerKind::AdamW => Self::Adam,
        }
    }

    /// The hyper-parameters that it uses.
    pub fn parameters(self) -> &'static [HyperParameter] {
        match self {
            Self::Sgd | Self::Adagrad => &[HyperParameter::Lr],
            Self::Momentum | Self::Nesterov => &[HyperParameter::Lr, HyperParameter::Momentum],
            Self::RmsProp => &[HyperParameter::Lr, HyperParameter::Beta2],
            Self::Adam | Self::AmsGrad => &[HyperParameter::Lr, HyperParameter::Beta1, HyperParameter::Beta2],
        }
    }
}

impl HyperParameter {
    /// What it allows: the same as in networks.
    pub fn kind(self) -> Kind {
        match self {
            Self::Lr => Key::Lr,
            Self::Momentum => Key::Momentum,
            Self::Beta1 => Key::Beta1,
            Self::Beta2 => Key::Beta2,
        }
        .kind()
    }
}

impl Tuned {
    /// An optimizer with the lab's usual hyper-parameters for it.
    pub fn new(method: Method) -> Self {
        let defaults = method.kind().defaults();
        Self { method, values: [defaults.lr, 0.9, 0.9, defaults.beta2] }
    }

    /// One of its hyper-parameters.
    pub fn get(&self, parameter: HyperParameter) -> f64 {
        self.values[parameter as usize]
    }

    /// The same with another value of a hyper-parameter, which is to be one that it allows.
    pub fn with(mut self, parameter: HyperParameter, value: f64) -> Self {
        self.values[parameter as usize] = value;
        self
    }

    /// Another optimizer with the learning rate of this one's, or its own usual one where both have so different steps that
    /// it would be no comparison.
    pub fn exchanged(self, method: Method) -> Self {
        let usual = Self::new(method);
        let is_alike = |method: Method| method.kind().uses_epsilon();
        if is_alike(method) == is_alike(self.method) {
            usual.with(HyperParameter::Lr, self.get(HyperParameter::Lr))
        } else {
            usual
        }
    }

    /// The learning rate η.
    pub fn lr(&self) -> f64 {
        self.get(HyperParameter::Lr)
    }

    /// The momentum μ that its steps have: 0 of gradient descent.
    pub fn momentum(&self) -> f64 {
        if self.method.kind().uses_momentum() { self.get(HyperParameter::Momentum) } else { 0.0 }
    }

    /// The hyper-parameters of a step whose learning rate is η times `rate_factor`.
    pub(super) fn hyper(&self, rate_factor: f64) -> Hyper {
        Hyper {
            lr: self.lr() * rate_factor,
            momentum: self.get(HyperParameter::Momentum),
            beta1: self.get(HyperParameter::Beta1),
            beta2: self.get(HyperParameter::Beta2),
            epsilon: self.method.kind().defaults().epsilon,
            weight_decay: 0.0,
            schedule: ScheduleKind::Constant,
            schedule_steps: 1,
            warmup: 0,
            clip: ClipKind::None,
            clip_at: 1.0,
            amsgrad: self.method == Method::AmsGrad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn a_method_uses_what_its_update_rule_uses() {
        for &method in Method::ALL {
            let (kind, uses) = (method.kind(), |parameter| method.parameters().contains(&parameter));
            assert!(uses(HyperParameter::Lr));
            assert_eq!(uses(HyperParameter::Momentum), kind.uses_momentum(), "{method:?}");
            assert_eq!(uses(HyperParameter::Beta1), kind.uses_beta1(), "{method:?}");
            assert_eq!(uses(HyperParameter::Beta2), kind.uses_beta2(), "{method:?}");
            assert_eq!(Method::of(kind, method == Method::AmsGrad), method);
        }
    }

    #[test]
    fn usual_values_are_allowed() {
        for &method in Method::ALL {
            for &parameter in HyperParameter::ALL {
                let value = crate::experiment::Value::Real(Tuned::new(method).get(parameter));
                assert!(parameter.kind().allows(value), "{method:?} {parameter:?} {value}");
            }
        }
    }
}
