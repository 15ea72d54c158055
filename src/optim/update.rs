//! What all update rules share: the loop over a parameter tensor's entries, the scale of its state, and the norms.

use super::{ClipKind, Hyper, OptimizerKind, adagrad, adam, momentum, rmsprop, sgd};
use crate::kernel::{LANES, Lane, Panels, RUN, Real, Vector, sum_lane};
use crate::nn::{Parameter, unscale};

/// An update rule at one step: what it makes of the gradient and the state of eight entries.
///
/// Gradient and state are carried times `2^e`, so first moments come times `2^e` and second ones times `2^2e`.
pub(super) trait Rule<V, const SLOTS: usize> {
    /// Which slot holds the first moment, if the rule has one that the report shows.
    const FIRST: Option<usize> = None;
    /// Which slot holds the second moment that the rule divides by.
    const SECOND: Option<usize> = None;

    /// What the step takes from the entries, times `2^e`, from their gradient; the state becomes that after the step.
    fn descent(&self, gradient: V, state: [&mut V; SLOTS]) -> V;

    /// Factors that make the state's first and second moment into those that the rule uses (bias correction).
    fn corrections(&self) -> (f64, f64) {
        (1.0, 1.0)
    }
}

/// The powers of two that a rule needs to know of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scales<V> {
    /// What the state of the step before is multiplied by, to be in the scale of this step's gradient.
    pub state: V,
    /// The square of it, for second moments.
    pub state_squared: V,
    /// What makes a number in the scale of the gradient a true one; 0 where that would be below all that matters.
    pub inverse: V,
}

/// The state of an optimizer for one parameter tensor, and the values that the next step gives it.
#[derive(Clone, Debug)]
pub struct State<T> {
    slots: [Vec<Lane<T>>; 3],
    /// The slots hold their moments times this power of two (the second moments times its square).
    exponent: i32,
    /// `log2` of the root mean square of the largest moment, in its scale; `None` while all are zero.
    magnitude: Option<i32>,
    next: Panels<T>,
}

/// The norms of one parameter tensor's update.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UpdateNorms {
    /// ‖Δθ‖, true however small.
    pub update: f64,
    /// ‖θ‖ after the update.
    pub value: f64,
    /// ‖m̂‖ of Adam and its relatives, ‖v‖ of the momentum methods, else 0.
    pub first_moment: f64,
    /// ‖√v̂‖ of an adaptive optimizer, else 0.
    pub second_moment: f64,
}

/// An optimizer at one step: the update rule with its hyper-parameters and what clipping makes of the gradients.
#[derive(Clone, Copy, Debug)]
pub struct Optimizer {
    kind: OptimizerKind,
    hyper: Hyper,
    /// Counted from 1.
    step: u64,
    /// The learning rate with its schedule.
    lr: f64,
    /// Adam's.
    corrections: (f64, f64),
    /// The factor of clipping by norm, 1 without.
    clip_factor: f64,
}

impl OptimizerKind {
    /// How many numbers the rule keeps for every entry.
    fn slots(self) -> usize {
        match self {
            Self::Sgd => 0,
            Self::Momentum | Self::Nesterov | Self::Adagrad | Self::RmsProp => 1,
            Self::Adam | Self::AdamW => 2,
            Self::AmsGrad => 3,
        }
    }
}

impl<T: Real> State<T> {
    /// The state before the first step, all zero.
    pub fn new(kind: OptimizerKind, parameter: &Parameter<T>) -> Self {
        let lanes = parameter.value.lanes().len();
        let slot = |index| vec![[T::ZERO; LANES]; if index < kind.slots() { lanes } else { 0 }];
        Self { slots: [slot(0), slot(1), slot(2)], exponent: 0, magnitude: None, next: parameter.value.clone() }
    }

    /// Gives the parameter the values that [`Optimizer::prepare`] computed. The values before take their place, until the
    /// next step, so that a second call undoes the first.
    pub fn commit(&mut self, parameter: &mut Parameter<T>) {
        std::mem::swap(&mut self.next, &mut parameter.value);
    }

    /// The values of the parameter's that are not in place: those to come, or once they came those before.
    pub fn other_values(&self) -> &Panels<T> {
        &self.next
    }

    /// The memory that the numbers take.
    pub fn bytes(&self) -> usize {
        self.next.bytes() + self.slots.iter().map(|slot| size_of_val(&slot[..])).sum::<usize>()
    }
}

impl Optimizer {
    /// The optimizer at a step, counted from 1.
    pub fn new(kind: OptimizerKind, hyper: Hyper, step: u64) -> Self {
        Self {
            kind,
            hyper,
            step,
            lr: hyper.lr_at(step),
            corrections: adam::bias_corrections(&hyper, step),
            clip_factor: 1.0,
        }
    }

    /// Whether an update depends on the norm of all gradients together, which is known only after the backward pass.
    pub fn needs_grad_norm(&self) -> bool {
        self.hyper.clip == ClipKind::Norm
    }

    /// Clips to the norm if the gradients together have the norm `grad_norm`.
    pub fn set_grad_norm(&mut self, grad_norm: f64) {
        // As PyTorch's clip_grad_norm_, whose 1e-6 keeps a norm of zero from dividing.
        self.clip_factor = (self.hyper.clip_at / (grad_norm + 1e-6)).min(1.0);
    }

    /// Computes the parameter's next values, which [`State::commit`] puts in place. The parameter stays as it is, so
    /// an update that is not finite can be refused.
    ///
    /// `decays` says whether weight decay applies to the parameter.
    pub fn prepare<T: Real>(&self, parameter: &Parameter<T>, state: &mut State<T>, decays: bool) -> UpdateNorms {
        let decay = if decays { self.hyper.weight_decay } else { 0.0 };
        // A gradient that decay is added to is of the parameter's own size, and so is its state.
        let wanted = if decay == 0.0 { parameter.exponent } else { 0 };
        // The state may not leave the format when the scale rises; a state of zeros cannot.
        let (exponent, rescale) = match state.magnitude {
            None => (wanted, 0),
            Some(magnitude) => {
                let exponent = wanted.min(state.exponent + (20 - magnitude).clamp(0, 40));
                (exponent, exponent - state.exponent)
            }
        };
        let scales = Scales {
            state: T::Vector::splat(T::power_of_two(rescale)),
            state_squared: T::Vector::splat(T::power_of_two(2 * rescale)),
            // Beyond 2^-66 no entry would notice, and the product with the root of the least second moment be denormal.
            inverse: T::Vector::splat(if exponent > 66 { T::ZERO } else { T::power_of_two(-exponent) }),
        };
        state.exponent = exponent;
        let context = Context {
            gradient_factor: T::Vector::constant(unscale(self.clip_factor, parameter.exponent - exponent)),
            clip_value: (self.hyper.clip == ClipKind::Value)
                .then(|| T::Vector::constant(unscale(self.hyper.clip_at, -exponent).min(1e30))),
            coupled: T::Vector::constant(if self.kind == OptimizerKind::AdamW { 0.0 } else { decay }),
            decoupled: T::Vector::constant(if self.kind == OptimizerKind::AdamW { self.lr * decay } else { 0.0 }),
            is_plain: decay == 0.0 && self.hyper.clip != ClipKind::Value,
            inverse: scales.inverse,
            exponent,
            step: self.step,
        };
        let (hyper, lr) = (&self.hyper, self.lr);
        match self.kind {
            OptimizerKind::Sgd => run(&sgd::Sgd::new(lr), &context, parameter, state),
            OptimizerKind::Momentum => {
                run(&momentum::Momentum::new(lr, hyper.momentum, scales), &context, parameter, state)
            }
            OptimizerKind::Nesterov => {
                run(&momentum::Nesterov::new(lr, hyper.momentum, scales), &context, parameter, state)
            }
            OptimizerKind::Adagrad => {
                run(&adagrad::Adagrad::new(lr, hyper.epsilon, scales), &context, parameter, state)
            }
            OptimizerKind::RmsProp => {
                run(&rmsprop::RmsProp::new(lr, hyper.beta2, hyper.epsilon, scales), &context, parameter, state)
            }
            OptimizerKind::Adam | OptimizerKind::AdamW => {
                run(&adam::Adam::new(lr, hyper, self.corrections, scales), &context, parameter, state)
            }
            OptimizerKind::AmsGrad => {
                run(&adam::AmsGrad::new(lr, hyper, self.corrections, scales), &context, parameter, state)
            }
        }
    }
}

/// What happens to a gradient before the rule sees it, and to a descent after.
struct Context<V> {
    gradient_factor: V,
    clip_value: Option<V>,
    coupled: V,
    decoupled: V,
    /// Whether there is no weight decay and no clipping by value.
    is_plain: bool,
    inverse: V,
    exponent: i32,
    step: u64,
}

fn run<T: Real, R: Rule<T::Vector, SLOTS>, const SLOTS: usize>(
    rule: &R,
    context: &Context<T::Vector>,
    parameter: &Parameter<T>,
    state: &mut State<T>,
) -> UpdateNorms {
    // An instance of its own for what is usual, so that nothing is computed that changes nothing.
    let (factor, coupled) = (context.gradient_factor, context.coupled);
    match context.clip_value {
        _ if context.is_plain => run_instance::<T, R, SLOTS, true>(rule, context, parameter, state, |g, _| g * factor),
        None => {
            run_instance::<T, R, SLOTS, false>(rule, context, parameter, state, |g, theta| g * factor + coupled * theta)
        }
        Some(limit) => run_instance::<T, R, SLOTS, false>(rule, context, parameter, state, |g, theta| {
            (g * factor).min(limit).max(-limit) + coupled * theta
        }),
    }
}

// A function of its own for every rule: what is merged into a larger one is compiled less well.
#[inline(never)]
fn run_instance<T: Real, R: Rule<T::Vector, SLOTS>, const SLOTS: usize, const IS_PLAIN: bool>(
    rule: &R,
    context: &Context<T::Vector>,
    parameter: &Parameter<T>,
    state: &mut State<T>,
    prepared: impl Fn(T::Vector, T::Vector) -> T::Vector,
) -> UpdateNorms {
    let (mut update, mut value, mut first, mut second) = (0.0, 0.0, 0.0, 0.0);
    let gradients = parameter.grad.lanes();
    let values = parameter.value.lanes();
    let next = state.next.lanes_mut();
    for start in (0..values.len()).step_by(RUN) {
        let range = start..(start + RUN).min(values.len());
        let (gradients, values, next) = (&gradients[range.clone()], &values[range.clone()], &mut next[range.clone()]);
        let slots = state.slots.each_mut().map(|slot| slot.get_mut(range.clone()).unwrap_or_default());
        let mut sums = [T::Vector::splat(T::ZERO); 4];
        for row in 0..values.len() {
            let (gradient, theta) = (T::Vector::load(&gradients[row]), T::Vector::load(&values[row]));
            let mut kept: [T::Vector; SLOTS] = std::array::from_fn(|slot| T::Vector::load(&slots[slot][row]));
            let mut descent = rule.descent(prepared(gradient, theta), kept.each_mut());
            if !IS_PLAIN {
                descent = descent + context.decoupled * theta;
            }
            let after = theta - descent * context.inverse;
            next[row] = after.store();
            sums[0] = sums[0] + descent.square_of_at_least_tiny();
            sums[1] = sums[1] + after * after;
            if let Some(slot) = R::FIRST {
                sums[2] = sums[2] + kept[slot].square_of_at_least_tiny();
            }
            if let Some(slot) = R::SECOND {
                sums[3] = sums[3] + kept[slot];
            }
            for (slot, kept) in kept.iter().enumerate() {
                slots[slot][row] = kept.store();
            }
        }
        let sums = sums.map(Vector::store);
        update += sum_lane(&sums[0]);
        value += sum_lane(&sums[1]);
        first += sum_lane(&sums[2]);
        second += sum_lane(&sums[3]);
    }
    // A sum of nothing but least squares is 0. In a second moment they add up from step to step.
    let least = 1.1 * (values.len() * LANES) as f64 * T::TINY.to_f64() * T::TINY.to_f64();
    let above = |least: f64, sum: f64| if sum <= least { 0.0 } else { sum };
    let (update, first) = (above(least, update), above(least, first));
    let second = above(least * context.step as f64, second);
    let mean_square = f64::max(first, second) / (parameter.value.rows() * parameter.value.cols()) as f64;
    let has_state = mean_square > 0.0 && mean_square.is_finite();
    state.magnitude = has_state.then(|| libm::ilogb(mean_square) / 2);
    let (first_correction, second_correction) = rule.corrections();
    UpdateNorms {
        update: unscale(update.sqrt(), context.exponent),
        value: value.sqrt(),
        first_moment: unscale((first * first_correction * first_correction).sqrt(), context.exponent),
        second_moment: unscale((second * second_correction).sqrt(), context.exponent),
    }
}
