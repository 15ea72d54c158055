//! What an LSTM does on its way forward, when the same weights act at every time step.
//!
//! # Formula
//! The cell is a sum of candidates, `c_t = f_t c_{t−1} + i_t g_t`. The same weights make the candidates of all time steps,
//! so those are correlated as what they are made of is, and what the cell sums up does not average out:
//!
//! ```text
//! S(t, t′) = E[1 − g²]_t E[1 − g²]_t′ (s² Q(t−1, t′−1) + q_x(t, t′))        covariance of two candidates
//! R(t, t′) = E f_t R(t−1, t′) + E i_t S(t, t′)                            of c_t and g_t′, t < t′
//! C(t, t)  = E f² C(t−1, t−1) + 2 E f E i R(t−1, t) + E i² E g²
//! C(t, t′) = E f_t′ C(t, t′−1) + E i_t′ R(t, t′)
//! Q(t, t′) = E o_t E o_t′ E[tanh c_t tanh c_t′],   Q(t, t) = E o² E tanh(c)²
//! ```

use super::expectation::{GateMoments, TanhMoments};
use super::pairs::Pairs;
use super::recurrence::{Forward, Recurrence, Step};

/// The expectations of every time step.
pub(super) fn forward(network: &Recurrence) -> Forward {
    let Recurrence { s2, input, .. } = network;
    let times = input.times();
    let of_bias = 2.0 * network.bias_variance;
    let (mut c, mut q) = (Pairs::new(times), Pairs::new(times));
    let mut steps: Vec<Step> = Vec::with_capacity(times);
    let (mut forgets, mut inputs) = (Vec::<GateMoments>::new(), Vec::<GateMoments>::new());
    let (mut candidates, mut cells) = (Vec::<TanhMoments>::new(), Vec::<TanhMoments>::new());
    let mut r = vec![0.0; times + 1];
    for time in 1..=times {
        let v = s2 * q.get(time - 1, time - 1) + input.get(time, time);
        let (forget, gate) = (GateMoments::new(network.keeping_bias, v), GateMoments::new(0.0, v + of_bias));
        let candidate = TanhMoments::new(v + of_bias);
        for other in 1..time {
            let covariance = s2 * q.get(other - 1, time - 1) + input.get(other, time) + of_bias;
            let s = candidates[other - 1].slope * candidate.slope * covariance;
            r[other] = forgets[other - 1].mean * r[other - 1] + inputs[other - 1].mean * s;
        }
        let before = c.get(time - 1, time - 1);
        let square =
            forget.square * before + 2.0 * forget.mean * gate.mean * r[time - 1] + gate.square * candidate.square;
        c.set(time, time, square);
        let cell = TanhMoments::new(square);
        for other in 1..time {
            let covariance = forget.mean * c.get(other, time - 1) + gate.mean * r[other];
            c.set(other, time, covariance);
            let correlation = covariance / (c.get(other, other) * square).sqrt().max(f64::MIN_POSITIVE);
            q.set(other, time, gate.mean * inputs[other - 1].mean * cells[other - 1].product(&cell, correlation));
        }
        q.set(time, time, gate.square * cell.square);
        let a = gate.mean * candidate.slope;
        steps.push(Step {
            d: forget.mean,
            d2: forget.square,
            a,
            a2: gate.square * candidate.square_slope,
            m: forget.mean * a,
            extra: candidate.square * gate.square_slope + before * forget.square_slope,
            beta: gate.mean * cell.slope,
            beta2: gate.square * cell.square_slope,
            around: cell.square * gate.square_slope,
        });
        forgets.push(forget);
        inputs.push(gate);
        candidates.push(candidate);
        cells.push(cell);
    }
    // The forget gate's path has the cell before it in it, which is nearly the same at the next step.
    let mut ties = Pairs::new(times);
    for one in 2..=times {
        for other in one..=times {
            ties.set(one, other, forgets[one - 1].slope * forgets[other - 1].slope * c.get(one - 1, other - 1));
        }
    }
    Forward { steps, ties }
}
