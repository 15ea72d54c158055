//! How the gradient goes back through time where a state is kept by a gate and the same weights act at every time step.
//!
//! # Formula
//! Of one unit, s steps back from the last: `x_{s+1} = D x_s + β η_s`, where x is the gradient that the gate D keeps, and η_s
//! what comes to the unit through the weights, normal with the covariance K(s, s′). Weights that were drawn afresh at each
//! step would make the η independent of x and of each other; they are not:
//!
//! ```text
//! G(s)     = E x_s²,   X(s, r) = E[x_s η_r] = E D X(s−1, r) + E β K(s−1, r),   X(0, ·) = 0
//! K(s, s)  = s² (E A² + extra) G(s) + s² around K(s−1, s−1)
//! K(s, s′) = s² (E A_s′ E[A D]_s / E D_s + ties) (Π E D) G(s) + s² (E A_s′ E A_s + ties) Σ_r E β (Π E D) X(s, r)
//! G(s+1)   = E D² G(s) + 2 E D E β X(s, s) + E β² K(s, s)
//! ```
//!
//! Of a GRU x is ∂L/∂h, of an LSTM the whole of ∂L/∂c, and ∂L/∂h the η before β.

use super::recurrence::{Forward, Recurrence, Step};
use crate::nn::recurrent::Cell;

/// ln of the mean square of ∂L/∂h_{T−k} over that of ∂L/∂h_T for k from 0 to `back`, which is below T.
pub(super) fn log_squares(network: &Recurrence, forward: &Forward, back: usize) -> Vec<f64> {
    let Forward { steps, ties } = forward;
    let (s2, times) = (network.s2, steps.len());
    let is_lstm = network.cell == Cell::Lstm;
    let at = |back: usize| -> &Step { &steps[times - 1 - back] };
    let mut log_squares = vec![0.0];
    // Logarithm of what G, X and K are all multiplied by.
    let mut log_scale = 0.0;
    let mut g = at(0).beta2;
    let mut x = vec![0.0; back];
    let mut k = vec![0.0; back];
    let mut through = 1.0;
    for s in 0..back {
        let step = at(s);
        if s > 0 {
            let beta = step.beta;
            for r in s..back {
                x[r] = at(s - 1).d * x[r] + beta * k[r];
            }
        }
        through = s2 * ((step.a2 + step.extra) * g + step.around * through);
        k[s] = through;
        let (mut product, mut sum) = (1.0, 0.0);
        for later in s + 1..back {
            // The gates between, and what came in at the step before.
            if later > s + 1 {
                product *= at(later - 1).d;
            }
            sum = at(later - 1).d * sum + at(later).beta * x[later - 1];
            let tie = ties.get(times - s, times - later);
            let (a, other) = (step.a, at(later).a);
            k[later] = s2 * (product * (other * step.m + tie * step.d) * g + (a * other + tie) * sum);
        }
        let next_beta = at(s + 1);
        g = step.d2 * g + 2.0 * step.d * next_beta.beta * x[s] + next_beta.beta2 * through;
        log_squares.push(log_scale + libm::log(if is_lstm { through } else { g }));
        if !(1e-60..1e60).contains(&g) && g > 0.0 {
            log_scale += libm::log(g);
            let scale = 1.0 / g;
            x.iter_mut().chain(&mut k).for_each(|number| *number *= scale);
            through *= scale;
            g = 1.0;
        }
    }
    log_squares
}
