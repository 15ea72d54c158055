//! What a GRU does on its way forward, when the same weights act at every time step.
//!
//! # Formula
//! `h_t = z_t h_{t−1} + (1 − z_t) n_t` with `n = tanh(x + r u)`, `u = W_n h + b_hn`. As in an LSTM, the candidates of two time
//! steps are correlated:
//!
//! ```text
//! S(t, t′) = E[1 − n²]_t E[1 − n²]_t′ q_x(t, t′) + E[r (1 − n²)]_t E[r (1 − n²)]_t′ (s² Q(t−1, t′−1) + Var b_hn)
//! R(t, t′) = E z_t R(t−1, t′) + E[1 − z]_t S(t, t′)                       of h_t and n_t′, t < t′
//! Q(t, t)  = E z² Q(t−1, t−1) + 2 E[z (1 − z)] R(t−1, t) + E[(1 − z)²] E n²
//! Q(t, t′) = E z_t′ Q(t, t′−1) + E[1 − z]_t′ R(t, t′)
//! ```

use super::expectation::{GateMoments, expect, logistic};
use super::pairs::Pairs;
use super::recurrence::{Forward, Recurrence, Step};

/// The expectations of every time step.
pub(super) fn forward(network: &Recurrence) -> Forward {
    let Recurrence { s2, input, bias_variance, .. } = network;
    let times = input.times();
    let mut q = Pairs::new(times);
    let mut steps = Vec::with_capacity(times);
    let (mut keeps, mut candidates) = (Vec::<GateMoments>::new(), Vec::<Candidate>::new());
    let mut r = vec![0.0; times + 1];
    for time in 1..=times {
        let (before, from_input) = (q.get(time - 1, time - 1), input.get(time, time));
        let v = s2 * before + from_input + 2.0 * bias_variance;
        let keep = GateMoments::new(network.keeping_bias, v);
        let variances = [v, from_input + bias_variance, s2 * before + bias_variance];
        // Where hardly anything changes any more, neither do they; they are the dear ones.
        let same = candidates.last().filter(|last| last.is_of(variances)).copied();
        let candidate = same.unwrap_or_else(|| Candidate::new(variances));
        let mut previous = r[0];
        for (other, r) in r.iter_mut().enumerate().take(time).skip(1) {
            let of_input = input.get(other, time) + bias_variance;
            let of_state = s2 * q.get(other - 1, time - 1) + bias_variance;
            let earlier = candidates[other - 1];
            let s = earlier.slope * candidate.slope * of_input + earlier.reset_slope * candidate.reset_slope * of_state;
            *r = keeps[other - 1].mean * previous + (1.0 - keeps[other - 1].mean) * s;
            previous = *r;
        }
        let square_off = 1.0 - 2.0 * keep.mean + keep.square;
        let covariance = r[time - 1];
        let square = keep.square * before + 2.0 * keep.slope * covariance + square_off * candidate.square;
        q.set(time, time, square);
        for (other, r) in r.iter().enumerate().take(time).skip(1) {
            q.set(other, time, keep.mean * q.get(other, time - 1) + (1.0 - keep.mean) * r);
        }
        steps.push(Step {
            d: keep.mean,
            d2: keep.square,
            a: (1.0 - keep.mean) * candidate.reset_slope,
            a2: square_off * candidate.square_reset_slope,
            m: keep.slope * candidate.reset_slope,
            extra: keep.square_slope * (before + candidate.square - 2.0 * covariance)
                + square_off * candidate.square_of_reset,
            beta: 1.0,
            beta2: 1.0,
            around: 0.0,
        });
        keeps.push(keep);
        candidates.push(candidate);
    }
    Forward { steps, ties: Pairs::new(times) }
}

/// Expectations of the candidate n and of the reset gate r, over their three independent parts.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    variances: [f64; 3],
    /// E n².
    square: f64,
    /// E\[1 − n²\].
    slope: f64,
    /// E\[r (1 − n²)\].
    reset_slope: f64,
    /// E\[r² (1 − n²)²\].
    square_reset_slope: f64,
    /// E\[(1 − n²)² u² (r (1 − r))²\].
    square_of_reset: f64,
}

impl Candidate {
    /// Of the variances of the reset gate's pre-activation, of x and of u.
    fn new(variances: [f64; 3]) -> Self {
        let [gate, of_x, of_u] = variances;
        let [square, slope, reset_slope, square_reset_slope, square_of_reset] = expect(0.0, gate, |a| {
            let (on, off) = (logistic(a), logistic(-a));
            let variance = of_x + on * on * of_u;
            // u given x + r u: a part of that, and the rest independent of it.
            let (part, rest) =
                (on * of_u / variance.max(f64::MIN_POSITIVE), of_u * of_x / variance.max(f64::MIN_POSITIVE));
            let [square, slope, square_slope, square_u] = expect(0.0, variance, |p| {
                let n = libm::tanh(p);
                let slope = 1.0 - n * n;
                [n * n, slope, slope * slope, slope * slope * (part * part * p * p + rest)]
            });
            [square, slope, on * slope, on * on * square_slope, on * on * off * off * square_u]
        });
        Self { variances, square, slope, reset_slope, square_reset_slope, square_of_reset }
    }

    /// Whether it is of these variances, or near enough.
    fn is_of(&self, variances: [f64; 3]) -> bool {
        self.variances.iter().zip(variances).all(|(own, other)| (own - other).abs() <= 1e-4 * own)
    }
}
