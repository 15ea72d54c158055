//! What all update rules share: the loop over a parameter tensor's entries, the scale of its state, and the norms.

use super::adagrad::Adagrad;
use super::adam::{Adam, AdamW, AmsGrad, bias_corrections};
use super::clip::ClipKind;
use super::hyper::Hyper;
use super::kind::OptimizerKind;
use super::momentum::{Momentum, Nesterov};
use super::rmsprop::RmsProp;
use super::rule::{Rule, Scales};
use super::sgd::Sgd;
use crate::kernel::{LANES, Lane, Panels, RUN, Real, Squares, Vector, sum_lane};
use crate::nn::{Parameter, unscale};

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
    /// ‖Δθ‖, true however small or large.
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
    /// What makes the state's first and second moment into those that the rule uses.
    corrections: (f64, f64),
    /// The factor of clipping by norm, 1 without.
    clip_factor: f64,
}

impl OptimizerKind {
    /// How many numbers the rule keeps for every entry.
    pub fn slots(self, amsgrad: bool) -> usize {
        match self {
            Self::Sgd => 0,
            Self::Momentum | Self::Nesterov | Self::Adagrad | Self::RmsProp => 1,
            Self::Adam | Self::AdamW => 2 + usize::from(amsgrad),
        }
    }
}

impl<T: Real> State<T> {
    /// The state before the first step, all zero; of AMSGrad if `hyper` says so.
    pub fn new(kind: OptimizerKind, hyper: &Hyper, parameter: &Parameter<T>) -> Self {
        let lanes = parameter.value.lanes().len();
        let slot = |index| vec![[T::ZERO; LANES]; if index < kind.slots(hyper.amsgrad) { lanes } else { 0 }];
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

    /// What is kept of one entry's gradients after the last step, true however small: m of Adam and its relatives or v of
    /// the momentum methods, and √v, the root of the second moment (or its maximum, or sum) that an adaptive optimizer
    /// divides by, both before any correction of their bias; `None` for what the optimizer does not keep.
    pub fn moments(&self, kind: OptimizerKind, row: usize, col: usize) -> (Option<f64>, Option<f64>) {
        let has_first = kind.uses_momentum() || kind.uses_beta1();
        // The second moment that is divided by is the last that is kept.
        let second = self.slots.iter().rposition(|slot| !slot.is_empty()).filter(|_| kind.uses_epsilon());
        let panels = self.next.cols().div_ceil(LANES).max(1);
        let at = |slot: usize| {
            let lanes = &self.slots[slot];
            lanes.get(col / LANES * (lanes.len() / panels) + row).map(|lane| lane[col % LANES].to_f64())
        };
        let first = has_first.then_some(0).and_then(at).map(|m| unscale(m, self.exponent));
        (first, second.and_then(at).map(|v| unscale(v.sqrt(), self.exponent)))
    }

    /// Whether it keeps the largest second moment, as AMSGrad does.
    fn keeps_largest(&self) -> bool {
        !self.slots[2].is_empty()
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
            corrections: if kind.uses_beta1() { bias_corrections(&hyper, step) } else { (1.0, 1.0) },
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
        let wanted = if decay == 0.0 { parameter.exponent + self.lift(parameter) } else { 0 };
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
        let factor = T::Vector::constant(unscale(self.clip_factor, parameter.exponent - exponent));
        let limit = match self.hyper.clip {
            ClipKind::Value => unscale(self.hyper.clip_at, -exponent).min(1e30),
            ClipKind::None | ClipKind::Norm => f64::INFINITY,
        };
        let coupled = if self.kind == OptimizerKind::AdamW { 0.0 } else { decay };
        let preparation = (limit.is_finite() || coupled != 0.0).then(|| Preparation {
            factor,
            limit: T::Vector::constant(limit),
            coupled: T::Vector::constant(coupled),
        });
        let (hyper, lr, corrections, inverse) = (&self.hyper, self.lr, self.corrections, scales.inverse);
        let (amsgrad, decoupled) = (state.keeps_largest(), decay != coupled);
        let sums = {
            let mut each_run = |step: Step<'_, T>| over_runs(parameter, state, factor, preparation.as_ref(), step);
            match self.kind {
                OptimizerKind::Sgd => {
                    let rule = Sgd::new(lr);
                    each_run(&|rows| step(&rule, inverse, rows))
                }
                OptimizerKind::Momentum => {
                    let rule = Momentum::new(lr, hyper.momentum, scales);
                    each_run(&|rows| step(&rule, inverse, rows))
                }
                OptimizerKind::Nesterov => {
                    let rule = Nesterov::new(lr, hyper.momentum, scales);
                    each_run(&|rows| step(&rule, inverse, rows))
                }
                OptimizerKind::Adagrad => {
                    let rule = Adagrad::new(lr, hyper.epsilon, scales);
                    each_run(&|rows| step(&rule, inverse, rows))
                }
                OptimizerKind::RmsProp => {
                    let rule = RmsProp::new(lr, hyper.beta2, hyper.epsilon, scales);
                    each_run(&|rows| step(&rule, inverse, rows))
                }
                OptimizerKind::Adam | OptimizerKind::AdamW if amsgrad => {
                    let rule = AmsGrad::new(lr, hyper, corrections, scales);
                    if decoupled {
                        let rule = AdamW::new(rule, lr, hyper);
                        each_run(&|rows| step(&rule, inverse, rows))
                    } else {
                        each_run(&|rows| step(&rule, inverse, rows))
                    }
                }
                OptimizerKind::Adam | OptimizerKind::AdamW => {
                    let rule = Adam::new(lr, hyper, corrections, scales);
                    if decoupled {
                        let rule = AdamW::new(rule, lr, hyper);
                        each_run(&|rows| step(&rule, inverse, rows))
                    } else {
                        each_run(&|rows| step(&rule, inverse, rows))
                    }
                }
            }
        };
        self.norms(sums, parameter, state)
    }

    /// The power of two that brings a gradient back to about 1 that is next to nothing even in its scale, because what the
    /// layer is given is so small, or the factor of clipping.
    fn lift<T: Real>(&self, parameter: &Parameter<T>) -> i32 {
        let size = parameter.scaled_grad_size() * self.clip_factor;
        let is_tiny = size > 0.0 && size < 1024.0 * T::TINY.to_f64();
        // A factor of more would not be a number of the format.
        let most = -6 - libm::ilogb(T::MIN_POSITIVE.to_f64());
        if is_tiny { (-libm::ilogb(size)).min(most) } else { 0 }
    }

    /// The norms from the sums over all entries, and from them what the state needs to know of its size.
    fn norms<T: Real>(&self, sums: [f64; 4], parameter: &Parameter<T>, state: &mut State<T>) -> UpdateNorms {
        let [update, value, first, second] = sums;
        let least_value = (parameter.value.lanes().len() * LANES) as f64 * T::MIN_POSITIVE.to_f64();
        let value = if value.is_finite() && value >= least_value { value.sqrt() } else { state.next.norm() };
        if !(update.is_finite() && first.is_finite() && second.is_finite()) {
            return self.far_norms(value, parameter, state);
        }
        // A sum of nothing but least squares is 0. In a second moment they add up from step to step.
        let entries = parameter.value.lanes().len() * LANES;
        let least = 1.1 * entries as f64 * T::TINY.to_f64() * T::TINY.to_f64();
        let above = |least: f64, sum: f64| if sum <= least { 0.0 } else { sum };
        let (update, first) = (above(least, update), above(least, first));
        let second = above(least * self.step as f64, second);
        let mean_square = f64::max(first, second) / (parameter.value.rows() * parameter.value.cols()) as f64;
        let has_state = mean_square > 0.0 && mean_square.is_finite();
        state.magnitude = has_state.then(|| libm::ilogb(mean_square) / 2);
        let (first_correction, second_correction) = self.corrections;
        UpdateNorms {
            update: unscale(update.sqrt(), state.exponent),
            value,
            first_moment: unscale((first * first_correction * first_correction).sqrt(), state.exponent),
            second_moment: unscale((second * second_correction).sqrt(), state.exponent),
        }
    }
}

impl Optimizer {
    /// The norms where squares of the step or of the state left the format: measured again on what came of the step.
    #[cold]
    fn far_norms<T: Real>(&self, value: f64, parameter: &Parameter<T>, state: &mut State<T>) -> UpdateNorms {
        let numbers = |lanes: &'_ [Lane<T>], i: usize| lanes[i / LANES][i % LANES].to_f64();
        let (before, after) = (parameter.value.lanes(), state.next.lanes());
        let count = before.len() * LANES;
        // Halves, because the difference of two numbers of f64 may be none.
        let update = 2.0 * Squares::of(count, &|i| 0.5 * numbers(after, i) - 0.5 * numbers(before, i)).norm();
        // The first moment is in the first slot, and the second that the rule divides by in the last.
        let slots = || state.slots.iter().filter(|slot| !slot.is_empty());
        let first = slots().next().filter(|_| self.kind.uses_momentum() || self.kind.uses_beta1());
        let first = first.map_or(0.0, |slot| Squares::of_lanes(slot).norm());
        // √v̂ is infinite where v is: as in PyTorch, such an entry makes no step any more.
        let second = slots().next_back().filter(|_| self.kind.uses_epsilon());
        let second = second.map_or(0.0, |slot| Squares::of(count, &|i| numbers(slot, i).sqrt()).norm());
        let size = first.max(second) / ((parameter.value.rows() * parameter.value.cols()) as f64).sqrt();
        state.magnitude = (size > 0.0).then(|| if size.is_finite() { libm::ilogb(size) } else { i32::from(i16::MAX) });
        let (first_correction, second_correction) = self.corrections;
        UpdateNorms {
            update,
            value,
            first_moment: unscale(first * first_correction, state.exponent),
            second_moment: unscale(second * second_correction.sqrt(), state.exponent),
        }
    }
}

/// What weight decay and clipping by value make of a gradient before the rule sees it.
struct Preparation<V> {
    factor: V,
    /// Infinite without clipping.
    limit: V,
    /// λ, 0 without decay.
    coupled: V,
}

/// At most [`RUN`] rows of a tensor, all slices of one length but for the slots that the rule does not have.
struct Rows<'a, T: Real> {
    gradients: &'a [Lane<T>],
    /// What the gradients are still to be multiplied by.
    factor: T::Vector,
    values: &'a [Lane<T>],
    next: &'a mut [Lane<T>],
    slots: [&'a mut [Lane<T>]; 3],
}

/// What a rule does to some rows: it returns the sums of squares of the descent and of the new values, and of the first and
/// the second moment.
type Step<'a, T> = &'a dyn Fn(Rows<'_, T>) -> [Lane<T>; 4];

/// Does a step of all rows of a tensor, and returns its four sums over them.
///
/// What is the same for all rules is done here, once for the module and not once for every rule: each instance of a loop is
/// downloaded.
fn over_runs<T: Real>(
    parameter: &Parameter<T>,
    state: &mut State<T>,
    factor: T::Vector,
    preparation: Option<&Preparation<T::Vector>>,
    step: Step<'_, T>,
) -> [f64; 4] {
    let mut totals = [0.0; 4];
    let used = if state.slots[0].is_empty() { 2 } else { 4 };
    let mut buffer;
    let prepared: &mut [Lane<T>] = if preparation.is_some() {
        buffer = [[T::ZERO; LANES]; RUN];
        &mut buffer
    } else {
        &mut []
    };
    let gradients = parameter.grad.lanes();
    let values = parameter.value.lanes();
    let next = state.next.lanes_mut();
    for start in (0..values.len()).step_by(RUN) {
        let range = start..(start + RUN).min(values.len());
        let (mut gradients, mut factor, values) = (&gradients[range.clone()], factor, &values[range.clone()]);
        if let Some(preparation) = preparation {
            let prepared = &mut prepared[..values.len()];
            preparation.prepare(gradients, values, prepared);
            (gradients, factor) = (prepared, T::Vector::splat(T::ONE));
        }
        let slots = state.slots.each_mut().map(|slot| slot.get_mut(range.clone()).unwrap_or_default());
        let sums = step(Rows { gradients, factor, values, next: &mut next[range], slots });
        // Only the sums that the rule has: eight additions that wait for each other are long beside the rows of a plain step.
        for (total, sum) in totals.iter_mut().zip(&sums).take(used) {
            *total += sum_lane(sum);
        }
    }
    totals
}

impl<V: Vector> Preparation<V> {
    /// Rows of gradients as the rule is to see them.
    fn prepare(&self, gradients: &[Lane<V::Scalar>], values: &[Lane<V::Scalar>], prepared: &mut [Lane<V::Scalar>]) {
        for ((gradient, theta), prepared) in gradients.iter().zip(values).zip(prepared) {
            let clipped = (V::load(gradient) * self.factor).min(self.limit).max(-self.limit);
            *prepared = (clipped + self.coupled * V::load(theta)).store();
        }
    }
}

// A function of its own for every rule: what is merged into a larger one is compiled less well.
#[inline(never)]
fn step<T: Real, R: Rule<T::Vector, SLOTS>, const SLOTS: usize>(
    rule: &R,
    inverse: T::Vector,
    rows: Rows<'_, T>,
) -> [Lane<T>; 4] {
    let Rows { gradients, factor, values, next, slots } = rows;
    let len = values.len();
    let (gradients, next) = (&gradients[..len], &mut next[..len]);
    let slots = slots.map(|slot| slot.get_mut(..len).unwrap_or_default());
    let mut sums = [T::Vector::splat(T::ZERO); 4];
    for row in 0..len {
        let (gradient, theta) = (T::Vector::load(&gradients[row]), T::Vector::load(&values[row]));
        let mut kept: [T::Vector; SLOTS] = std::array::from_fn(|slot| T::Vector::load(&slots[slot][row]));
        let descent = rule.descent(gradient * factor, theta, kept.each_mut());
        let after = theta - descent * inverse;
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
    sums.map(Vector::store)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use ndarray::Array2;

    /// Two steps of every rule on gradients of about this size.
    fn norms<T: Real>(kind: OptimizerKind, amsgrad: bool, scale: f64, measure_again: bool) -> UpdateNorms {
        let hyper = Hyper {
            lr: 0.1,
            momentum: 0.9,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.0,
            schedule: super::super::schedule::ScheduleKind::Constant,
            schedule_steps: 1,
            warmup: 0,
            clip: ClipKind::None,
            clip_at: 1.0,
            amsgrad,
        };
        let numbers =
            |phase: f64| Array2::from_shape_fn((5, 11), |(i, j)| 1.5 + libm::sin(phase + (i * 11 + j) as f64));
        let mut parameter = Parameter::<T>::new(&numbers(0.5));
        let grad = Panels::from_array(&(numbers(0.1) * scale));
        parameter.set_grad(0, |panel, lanes| lanes.copy_from_slice(grad.panel(panel)));
        let mut state = State::new(kind, &hyper, &parameter);
        let mut last = UpdateNorms::default();
        for step in 1..=2 {
            let optimizer = Optimizer::new(kind, hyper, step);
            last = optimizer.prepare(&parameter, &mut state, false);
            if measure_again {
                last = optimizer.far_norms(last.value, &parameter, &mut state);
            }
            state.commit(&mut parameter);
        }
        last
    }

    fn assert_close(got: [f64; 3], want: [f64; 3], tolerance: f64, what: &str) {
        let is_close = got.iter().zip(want).all(|(got, want)| (got - want).abs() <= tolerance * want.abs());
        assert!(is_close, "{what}: {got:?}, not {want:?}");
    }

    #[test]
    fn norms_measured_again_are_those_that_were_summed() {
        let of = |norms: UpdateNorms| [norms.update, norms.first_moment, norms.second_moment];
        for &kind in OptimizerKind::ALL {
            for amsgrad in [false, true] {
                let [summed, again] = [false, true].map(|again| norms::<f64>(kind, amsgrad, 1.0, again));
                assert_close(of(again), of(summed), 1e-10, kind.name());
            }
        }
    }

    /// The plain rules' steps are as large as their gradients, to the ends of the format.
    #[test]
    fn norms_scale_with_the_gradient() {
        for kind in [OptimizerKind::Sgd, OptimizerKind::Momentum, OptimizerKind::Nesterov] {
            let want = norms::<f64>(kind, false, 1.0, false);
            let want = [want.update, want.first_moment, 1.0];
            let of = |norms: UpdateNorms, scale| {
                let is_right = f64::from(u8::from(norms.value.is_finite() && norms.value > 0.1 * norms.update));
                [norms.update / scale, norms.first_moment / scale, is_right]
            };
            for scale in [1e-36, 1e-30, 1e-22, 1e-18, 1e15, 2e19, 1e30, 3e37] {
                let got = of(norms::<f32>(kind, false, scale, false), scale);
                assert_close(got, want, 1e-5, &format!("{kind:?} at {scale:e}"));
            }
            for scale in [1e-290, 1e-162, 1e-150, 1e140, 1e154, 1e200, 1e306] {
                let got = of(norms::<f64>(kind, false, scale, false), scale);
                assert_close(got, want, 1e-12, &format!("{kind:?} at {scale:e}"));
            }
        }
    }
}
