//! The formulas of a step with its numbers plugged in: what each is computed of, and how, so that they can be printed in a way
//! in which they come out by hand.

use super::phase::SumOfProducts;
use super::view::UnitView;
use super::weight::WeightInStep;
use crate::nn::Loss;
use crate::optim::{ClipKind, Hyper, OptimizerKind};

/// A formula with its numbers.
pub struct Formula {
    /// The numbers that it computes with, in their order.
    pub operands: Vec<f64>,
    /// What it came to in the run.
    pub result: f64,
    /// The significant digits that the result is to be read with at the least.
    pub digits: usize,
    comes_to: ComesTo,
}

/// What a formula comes to with some operands: a number between these two.
type ComesTo = Box<dyn Fn(&[f64]) -> [f64; 2]>;

/// Digits of a result that is read for its size.
const DIGITS: usize = 3;

impl Formula {
    pub(super) fn new(operands: Vec<f64>, result: f64, comes_to: impl Fn(&[f64]) -> f64 + 'static) -> Self {
        Self { operands, result, digits: DIGITS, comes_to: Box::new(move |read| [comes_to(read); 2]) }
    }

    /// A formula that comes to what its own operands give.
    fn plain(operands: Vec<f64>, comes_to: impl Fn(&[f64]) -> f64 + 'static) -> Self {
        let result = comes_to(&operands);
        Self::new(operands, result, comes_to)
    }

    /// What it comes to with other operands in the place of its own: a number between these two.
    pub fn comes_to(&self, operands: &[f64]) -> [f64; 2] {
        (self.comes_to)(operands)
    }
}

/// The sum of so many products, both of whose factors are read one after the other, and of what comes after them.
fn sum_of(written: usize, read: &[f64]) -> f64 {
    let (pairs, rest) = read.split_at(2 * written);
    pairs.chunks_exact(2).map(|pair| pair[0] * pair[1]).sum::<f64>() + rest.iter().sum::<f64>()
}

/// The operands of a sum of products.
fn operands_of(sum: &SumOfProducts) -> Vec<f64> {
    let pairs = sum.written.iter().flat_map(|(_, a, b)| [*a, *b]);
    pairs.chain((sum.others > 0).then_some(sum.others_sum)).collect()
}

/// `z = Σ h w + b`. Operands: those of [`sum_with`].
pub fn pre_activation(unit: &UnitView, sum: &SumOfProducts) -> Formula {
    sum_with(sum, &[unit.bias], unit.z)
}

/// A sum of products and of some other numbers. Operands: both factors of each product that is written out, the sum of the
/// others if there are any, and the numbers.
pub fn sum_with(sum: &SumOfProducts, numbers: &[f64], result: f64) -> Formula {
    let mut operands = operands_of(sum);
    operands.extend(numbers);
    let written = sum.written.len();
    // What stands after the products is added, whatever it is.
    Formula::new(operands, result, move |read| sum_of(written, read))
}

/// `a = φ(u)`. Operand: u.
pub fn activation(unit: &UnitView) -> Formula {
    function(unit.u, unit.a, unit.slope)
}

/// A function of one operand u, of which its value and its slope there are known.
///
/// φ of another u is a + φ′(u) δ but for at most δ², since no |φ″| is over 2, and no φ has a kink between a number and the
/// same number rounded. In f32 φ has seven digits.
pub fn function(u: f64, a: f64, slope: f64) -> Formula {
    let comes_to = move |read: &[f64]| {
        let off = read[0] - u;
        // Where φ is level at 0, as ReLU's is, it stays there.
        let room = if a == 0.0 && slope == 0.0 { 0.0 } else { off * off + 3e-7 * f64::abs(a) };
        [a + slope * off - room, a + slope * off + room]
    };
    Formula { operands: vec![u], result: a, digits: DIGITS, comes_to: Box::new(comes_to) }
}

/// `h = h_in + α a`. Operands: the unit's own input, α, a.
pub fn skip(unit: &UnitView, own: f64, alpha: f64) -> Formula {
    Formula::new(vec![own, alpha, unit.a], unit.output, |read| read[0] + read[1] * read[2])
}

/// The loss of the first sample: its outputs are the operands, and then its targets.
pub fn sample_loss(unit: &UnitView, loss: Loss) -> Formula {
    loss_of(&unit.network_output, &unit.target, unit.sample_loss, loss)
}

/// The loss of some outputs against their targets: both are the operands, the outputs first.
pub fn loss_of(output: &[f64], target: &[f64], result: f64, loss: Loss) -> Formula {
    let count = output.len().min(target.len());
    let operands = output[..count].iter().chain(&target[..count]).copied().collect();
    Formula::new(operands, result, move |read| {
        let (outputs, targets) = read.split_at(count);
        let pairs = || outputs.iter().zip(targets);
        match loss {
            Loss::Mse => pairs().map(|(o, y)| (o - y) * (o - y)).sum::<f64>() / count as f64,
            Loss::BceWithLogits => {
                pairs().map(|(o, y)| o.max(0.0) - o * y + (1.0 + (-o.abs()).exp()).ln()).sum::<f64>() / count as f64
            }
            // By the logarithm of the sum, because a probability may be too small for its own.
            Loss::SoftmaxCrossEntropy => {
                let largest = outputs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = outputs.iter().map(|o| (o - largest).exp()).sum();
                pairs().map(|(o, y)| y * (sum.ln() + largest - o)).sum()
            }
        }
    })
}

/// ∂L/∂z of an output: `2 (o − y) / N`, `(σ(o) − y) / N`, or for classes `(p − y) / N` with `p = softmax(o)`. Operands: o or
/// p, and y; N is `count`.
pub fn output_delta(unit: &UnitView, loss: Loss, count: usize) -> Formula {
    let (outputs, count) = (&unit.network_output, count.max(1) as f64);
    let at = |numbers: &[f64]| numbers.get(unit.unit).copied().unwrap_or(f64::NAN);
    let (o, y) = (at(outputs), at(&unit.target));
    let first = if loss == Loss::SoftmaxCrossEntropy { softmax(o, outputs) } else { o };
    Formula::new(vec![first, y], unit.delta, move |read| {
        let above = match loss {
            Loss::Mse => 2.0 * (read[0] - read[1]),
            Loss::BceWithLogits => sigma(read[0]) - read[1],
            Loss::SoftmaxCrossEntropy => read[0] - read[1],
        };
        above / count
    })
}

/// ∂L/∂u of a hidden unit: `α φ′ (Σ w δ + s)`. Operands: α, φ′, those of the sum as in [`pre_activation`], and s where part of
/// the gradient goes around the layer above.
pub fn hidden_delta(unit: &UnitView, sum: &SumOfProducts) -> Formula {
    let mut operands = vec![unit.residual.unwrap_or(1.0), unit.slope];
    operands.extend(operands_of(sum));
    operands.extend(unit.bypass);
    let written = sum.written.len();
    Formula::new(operands, unit.grad_u, move |read| read[0] * read[1] * sum_of(written, &read[2..]))
}

/// An update of one weight, in the numbers that its rule is made of.
pub struct Update {
    /// What clipping by norm makes of the gradient, `g c / (‖g‖ + 10⁻⁶)`: operands g, c and ‖g‖. `None` where it leaves it.
    pub clipped: Option<Formula>,
    /// The gradient that clipping by value makes; `None` where it leaves it.
    pub limited: Option<f64>,
    /// What weight decay adds to it, `g + λ w`: operands g, λ and w. `None` where it adds nothing.
    pub decayed: Option<Formula>,
    /// Δw by the rule. Operands: η; for Nesterov g, μ and v; else what is at the top of the rule; of an adaptive optimizer √v̂
    /// and ε; where weight decay acts on the weights themselves λ and w.
    pub change: Formula,
    /// Δw, the difference of the weights as the format holds them.
    pub held: f64,
    /// `w ← w + Δw`, of what the format holds. Operands: w and Δw.
    pub weight: Formula,
}

/// The update of a weight in a step, or `None` where none was made.
///
/// `has_own_decay` says whether weight decay acts on the weights themselves.
pub fn update(
    in_step: &WeightInStep,
    kind: OptimizerKind,
    hyper: &Hyper,
    step: u64,
    has_own_decay: bool,
) -> Option<Update> {
    let (held, w) = (in_step.update?, in_step.value);
    let mut g = in_step.grad;
    let (mut clipped, mut limited, mut decayed) = (None, None, None);
    match hyper.clip {
        // As PyTorch's clip_grad_norm_.
        ClipKind::Norm if in_step.grad_norm + CLIP_EPSILON > hyper.clip_at => {
            let by_norm = |read: &[f64]| read[0] * read[1] / (read[2] + CLIP_EPSILON);
            let formula = Formula::plain(vec![g, hyper.clip_at, in_step.grad_norm], by_norm);
            g = formula.result;
            clipped = Some(formula);
        }
        ClipKind::Value if g.abs() > hyper.clip_at => {
            g = g.clamp(-hyper.clip_at, hyper.clip_at);
            limited = Some(g);
        }
        ClipKind::None | ClipKind::Norm | ClipKind::Value => {}
    }
    let decay = hyper.weight_decay;
    if decay != 0.0 && !has_own_decay {
        let formula = Formula::plain(vec![g, decay, w], |read| read[0] + read[1] * read[2]);
        g = formula.result;
        decayed = Some(formula);
    }
    let correction = |beta: f64| {
        let power = beta.powi(step.min(i32::MAX as u64) as i32);
        if kind.uses_beta1() { 1.0 / (1.0 - power) } else { 1.0 }
    };
    let first = in_step.first_moment.map(|m| m * correction(hyper.beta1));
    let root = in_step.second_root.map(|root| root * correction(hyper.beta2).sqrt());
    let lr = hyper.lr_at(step);
    let change = match (first, root) {
        (Some(v), None) if kind == OptimizerKind::Nesterov => {
            Formula::plain(vec![lr, g, hyper.momentum, v], |read| -read[0] * (read[1] + read[2] * read[3]))
        }
        (first, None) => Formula::plain(vec![lr, first.unwrap_or(g)], |read| -read[0] * read[1]),
        (first, Some(root)) => {
            let mut operands = vec![lr, first.unwrap_or(g), root, hyper.epsilon];
            operands.extend([decay, w].into_iter().filter(|_| has_own_decay && decay != 0.0));
            Formula::plain(operands, |read| {
                let pull = if let [.., decay, w] = read[4..] { decay * w } else { 0.0 };
                -read[0] * (read[1] / (read[2] + read[3]) + pull)
            })
        }
    };
    // As many digits as show that w is another number.
    let mut weight = Formula::plain(vec![w, held], |read| read[0] + read[1]);
    let decades = (weight.result / held).abs().log10().ceil();
    weight.digits = if decades.is_finite() { (decades + 1.0).clamp(DIGITS as f64, 17.0) as usize } else { DIGITS };
    Some(Update { clipped, limited, decayed, change, held, weight })
}

/// What keeps clipping by norm from dividing by zero.
const CLIP_EPSILON: f64 = 1e-6;

/// `e^o / Σ e^oₖ`
fn softmax(o: f64, outputs: &[f64]) -> f64 {
    1.0 / outputs.iter().map(|other| (other - o).exp()).sum::<f64>()
}

/// `1 / (1 + e^−o)`
fn sigma(o: f64) -> f64 {
    1.0 / (1.0 + (-o).exp())
}
