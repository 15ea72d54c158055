//! What recurrent cells do to each entry, over the rows of one panel: gates with their slopes, states, and the way back.

use super::activate::sigmoid;
use super::{Lane, Panels, RUN, Real, Vector, mean_and_std, sum_lane};
use std::ops::Range;

/// `h = φ(u)`, and the slope φ′(u) in the place of u.
#[inline(always)]
fn in_place<T: Real>(u: &mut [Lane<T>], h: &mut [Lane<T>], phi: impl Fn(T::Vector) -> (T::Vector, T::Vector)) {
    for (u, h) in u.iter_mut().zip(h) {
        let (value, slope) = phi(T::Vector::load(u));
        (*h, *u) = (value.store(), slope.store());
    }
}

/// `h = σ(u)`, the logistic function, and its slope in the place of u.
#[inline(never)]
pub fn sigmoid_in_place<T: Real>(u: &mut [Lane<T>], h: &mut [Lane<T>]) {
    in_place(u, h, sigmoid::<T>);
}

/// `h = tanh(u)`, and its slope in the place of u.
#[inline(never)]
pub fn tanh_in_place<T: Real>(u: &mut [Lane<T>], h: &mut [Lane<T>]) {
    in_place(u, h, T::tanh_with_slope);
}

/// `h = max(u, 0)`, and its slope, 0 at 0, in the place of u.
#[inline(never)]
pub fn relu_in_place<T: Real>(u: &mut [Lane<T>], h: &mut [Lane<T>]) {
    let (zero, one) = (T::Vector::splat(T::ZERO), T::Vector::splat(T::ONE));
    in_place(u, h, |u| {
        // NaN is neither above 0 nor not above it, and stays.
        let otherwise = u.min(zero) - u.min(zero);
        (zero.select_less(u, u, otherwise), zero.select_less(u, one, otherwise))
    });
}

/// Rows of one panel of an LSTM's state at one time step.
#[derive(Debug)]
pub struct LstmState<'a, T> {
    /// i, f, g, o.
    pub gates: [&'a [Lane<T>]; 4],
    /// c of the step before.
    pub before: &'a [Lane<T>],
    /// `c = f c_before + i g`.
    pub c: &'a mut [Lane<T>],
    /// tanh(c).
    pub tanh_c: &'a mut [Lane<T>],
    /// Its slope.
    pub slope: &'a mut [Lane<T>],
    /// `h = o tanh(c)`.
    pub h: &'a mut [Lane<T>],
}

impl<T: Real> LstmState<'_, T> {
    /// Computes c, tanh(c), its slope, and h.
    #[inline(never)]
    pub fn forward(self) {
        let Self { gates, before, c, tanh_c, slope, h } = self;
        let len = h.len();
        let ([i, f, g, o], before) = (gates.map(|gate| &gate[..len]), &before[..len]);
        let (c, tanh_c, slope) = (&mut c[..len], &mut tanh_c[..len], &mut slope[..len]);
        let load = T::Vector::load;
        for row in 0..len {
            let state = load(&f[row]) * load(&before[row]) + load(&i[row]) * load(&g[row]);
            let (value, derivative) = T::tanh_with_slope(state);
            c[row] = state.store();
            (tanh_c[row], slope[row]) = (value.store(), derivative.store());
            h[row] = (load(&o[row]) * value).store();
        }
    }
}

/// Rows of one panel of an LSTM on the way back through one time step.
#[derive(Debug)]
pub struct LstmBackward<'a, T> {
    /// i, f, g, o.
    pub gates: [&'a [Lane<T>]; 4],
    /// c of the step before.
    pub before: &'a [Lane<T>],
    /// tanh(c).
    pub tanh_c: &'a [Lane<T>],
    /// ∂L/∂h.
    pub grad_h: &'a [Lane<T>],
    /// What of ∂L/∂c comes from the next step, `f ∂L/∂c` of that one; it becomes the same for the step before.
    pub carry: &'a mut [Lane<T>],
    /// What that is to be multiplied by.
    pub scale: T,
    /// The slopes of the gates, which become ∂L/∂a.
    pub delta: [&'a mut [Lane<T>]; 4],
    /// The slope of tanh(c), which becomes ∂L/∂c.
    pub grad_c: &'a mut [Lane<T>],
}

impl<T: Real> LstmBackward<'_, T> {
    /// Computes ∂L/∂c and ∂L/∂a, and returns the sums of their squares, in the format over at most [`RUN`] rows.
    #[inline(never)]
    pub fn backward(self) -> [f64; 2] {
        let Self { gates, before, tanh_c, grad_h, carry, scale, delta, grad_c } = self;
        let len = grad_h.len();
        let ([i, f, g, o], [d_i, d_f, d_g, d_o]) = (gates.map(|gate| &gate[..len]), delta.map(|d| &mut d[..len]));
        let (before, tanh_c) = (&before[..len], &tanh_c[..len]);
        let (carry, grad_c) = (&mut carry[..len], &mut grad_c[..len]);
        let (load, scale) = (T::Vector::load, T::Vector::splat(scale));
        let mut totals = [0.0; 2];
        for start in (0..len).step_by(RUN) {
            let mut squares = [T::Vector::splat(T::ZERO); 2];
            for row in start..(start + RUN).min(len) {
                let grad = load(&grad_h[row]);
                let (i, f, g, o) = (load(&i[row]), load(&f[row]), load(&g[row]), load(&o[row]));
                let of_c = (load(&carry[row]) * scale + grad * o * load(&grad_c[row])).without_faint();
                carry[row] = (of_c * f).without_faint().store();
                grad_c[row] = of_c.store();
                let of_o = (grad * load(&tanh_c[row]) * load(&d_o[row])).without_faint();
                let of_i = (of_c * g * load(&d_i[row])).without_faint();
                let of_f = (of_c * load(&before[row]) * load(&d_f[row])).without_faint();
                let of_g = (of_c * i * load(&d_g[row])).without_faint();
                (d_i[row], d_f[row], d_g[row], d_o[row]) = (of_i.store(), of_f.store(), of_g.store(), of_o.store());
                let [i, f, g, o] = [of_i, of_f, of_g, of_o].map(Vector::square_without_tiny);
                squares[0] = squares[0] + of_c.square_without_tiny();
                squares[1] = squares[1] + ((i + f) + (g + o));
            }
            totals.iter_mut().zip(squares).for_each(|(total, squares)| *total += sum_lane(&squares.store()));
        }
        totals
    }
}

/// Rows of one panel of a GRU at one time step.
#[derive(Debug)]
pub struct GruState<'a, T> {
    /// `q = h_before W_hn + b_hn`.
    pub q: &'a [Lane<T>],
    /// The pre-activations of r and z, and `x W_in + b_in`; they become the slopes of r, z and n.
    pub slopes: [&'a mut [Lane<T>]; 3],
    /// r, z, n.
    pub gates: [&'a mut [Lane<T>]; 3],
    /// h of the step before.
    pub before: &'a [Lane<T>],
    /// `h = (1 − z) n + z h_before`.
    pub h: &'a mut [Lane<T>],
}

impl<T: Real> GruState<'_, T> {
    /// Computes the gates with their slopes, and h.
    #[inline(never)]
    pub fn forward(self) {
        let Self { q, slopes, gates, before, h } = self;
        let len = h.len();
        let [r, z, n] = gates.map(|gate| &mut gate[..len]);
        let [u_r, u_z, u_n] = slopes.map(|slope| &mut slope[..len]);
        let (q, before, load) = (&q[..len], &before[..len], T::Vector::load);
        sigmoid_in_place(u_r, r);
        sigmoid_in_place(u_z, z);
        for row in 0..len {
            let (value, slope) = T::tanh_with_slope(load(&u_n[row]) + load(&r[row]) * load(&q[row]));
            (n[row], u_n[row]) = (value.store(), slope.store());
            let z = load(&z[row]);
            h[row] = (one_minus::<T>(z, load(&u_z[row])) * value + z * load(&before[row])).store();
        }
    }
}

/// `1 − σ` of a logistic function with the slope `σ (1 − σ)`, which does not cancel where σ is near 1.
#[inline(always)]
fn one_minus<T: Real>(sigma: T::Vector, slope: T::Vector) -> T::Vector {
    let (half, one) = (T::Vector::constant(0.5), T::Vector::splat(T::ONE));
    // Where σ is small the quotient may be none, and is not taken.
    sigma.select_less(half, one - sigma, slope / sigma.max(half))
}

/// Rows of one panel of a GRU on the way back through one time step.
#[derive(Debug)]
pub struct GruBackward<'a, T> {
    /// r, z, n.
    pub gates: [&'a [Lane<T>]; 3],
    /// h of the step before.
    pub before: &'a [Lane<T>],
    /// ∂L/∂h.
    pub grad_h: &'a [Lane<T>],
    /// Becomes `z ∂L/∂h`, what of ∂L/∂h of the step before does not come through the product.
    pub carry: &'a mut [Lane<T>],
    /// `q = h_before W_hn + b_hn`, which becomes ∂L/∂q.
    pub q: &'a mut [Lane<T>],
    /// The slopes of r, z and n, which become ∂L/∂a.
    pub delta: [&'a mut [Lane<T>]; 3],
}

impl<T: Real> GruBackward<'_, T> {
    /// Computes ∂L/∂a and ∂L/∂q, and returns the sum of the squares of ∂L/∂a, in the format over at most [`RUN`] rows.
    #[inline(never)]
    pub fn backward(self) -> f64 {
        let Self { gates, before, grad_h, carry, q, delta } = self;
        let len = grad_h.len();
        let ([r, z, n], [d_r, d_z, d_n]) = (gates.map(|gate| &gate[..len]), delta.map(|d| &mut d[..len]));
        let (before, carry, q, load) = (&before[..len], &mut carry[..len], &mut q[..len], T::Vector::load);
        let mut total = 0.0;
        for start in (0..len).step_by(RUN) {
            let mut squares = T::Vector::splat(T::ZERO);
            for row in start..(start + RUN).min(len) {
                let grad = load(&grad_h[row]);
                let (r, z, n) = (load(&r[row]), load(&z[row]), load(&n[row]));
                let slope_z = load(&d_z[row]);
                carry[row] = (grad * z).without_faint().store();
                let of_n = (grad * one_minus::<T>(z, slope_z) * load(&d_n[row])).without_faint();
                let of_z = (grad * (load(&before[row]) - n) * slope_z).without_faint();
                let of_r = (of_n * load(&q[row]) * load(&d_r[row])).without_faint();
                q[row] = (of_n * r).without_faint().store();
                (d_r[row], d_z[row], d_n[row]) = (of_r.store(), of_z.store(), of_n.store());
                let [of_r, of_z, of_n] = [of_r, of_z, of_n].map(Vector::square_without_tiny);
                squares = squares + (of_r + of_z + of_n);
            }
            total += sum_lane(&squares.store());
        }
        total
    }
}

/// `grad = scale · (grad_of_next + carry) + direct_scale · grad`, the last only where there is such a gradient from above;
/// returns the sum of the squares, in the format over at most [`RUN`] rows.
#[inline(never)]
pub fn gather_gradient<T: Real>(
    grad: &mut [Lane<T>],
    direct_scale: Option<T>,
    from_next: &[Lane<T>],
    carry: &[Lane<T>],
    scale: T,
) -> f64 {
    let len = grad.len();
    let (from_next, carry, load) = (&from_next[..len], &carry[..len], T::Vector::load);
    let scale = T::Vector::splat(scale);
    let mut total = 0.0;
    for start in (0..len).step_by(RUN) {
        let mut squares = T::Vector::splat(T::ZERO);
        for row in start..(start + RUN).min(len) {
            let mut sum = (load(&from_next[row]) + load(&carry[row])) * scale;
            if let Some(direct_scale) = direct_scale {
                // What vanished beside the gradient from above is not carried on as a denormal number.
                sum = sum.forget_tiny() + load(&grad[row]) * T::Vector::splat(direct_scale);
            }
            // Nor what vanished in one sequence or unit beside the others.
            let sum = sum.without_faint();
            grad[row] = sum.store();
            squares = squares + sum.square_without_tiny();
        }
        total += sum_lane(&squares.store());
    }
    total
}

/// `grad ← scale · grad`; returns the sum of the squares, in the format over at most [`RUN`] rows.
pub fn scale_gradient<T: Real>(grad: &mut [Lane<T>], scale: T) -> f64 {
    let scale = T::Vector::splat(scale);
    let mut total = 0.0;
    for run in grad.chunks_mut(RUN) {
        let mut squares = T::Vector::splat(T::ZERO);
        for lane in run {
            let x = (T::Vector::load(lane) * scale).without_faint();
            *lane = x.store();
            squares = squares + x.square_without_tiny();
        }
        total += sum_lane(&squares.store());
    }
    total
}

/// `delta ← grad ⊙ delta`, which was the slope; returns the sum of the squares, in the format over at most [`RUN`] rows.
#[inline(never)]
pub fn multiply_slope<T: Real>(grad: &[Lane<T>], delta: &mut [Lane<T>]) -> f64 {
    let mut total = 0.0;
    for (grad, delta) in grad.chunks(RUN).zip(delta.chunks_mut(RUN)) {
        let mut squares = T::Vector::splat(T::ZERO);
        for (grad, delta) in grad.iter().zip(delta) {
            let x = (T::Vector::load(grad) * T::Vector::load(delta)).without_faint();
            *delta = x.store();
            squares = squares + x.square_without_tiny();
        }
        total += sum_lane(&squares.store());
    }
    total
}

/// `target = bias + w[symbol]` of each row's symbol: the product of a one-hot vector with a matrix.
#[inline(never)]
pub fn add_chosen<T: Real>(w: &[Lane<T>], symbols: &[u16], bias: &Lane<T>, target: &mut [Lane<T>]) {
    let bias = T::Vector::load(bias);
    for (target, &symbol) in target.iter_mut().zip(symbols) {
        *target = (bias + T::Vector::load(&w[usize::from(symbol)])).store();
    }
}

/// `grad[symbol] ← grad[symbol] + d` of each row's symbol: the product of one-hot vectors, transposed, with a matrix. Symbol 0
/// is passed over where it is padding.
#[inline(never)]
pub fn add_to_chosen<T: Real>(grad: &mut [Lane<T>], symbols: &[u16], has_padding: bool, d: &[Lane<T>]) {
    for (d, &symbol) in d.iter().zip(symbols) {
        if !(has_padding && symbol == 0) {
            let grad = &mut grad[usize::from(symbol)];
            *grad = (T::Vector::load(grad) + T::Vector::load(d)).store();
        }
    }
}

/// `lanes ← factor · lanes` of a power of two, and 0 where that is below [`Real::FAINT`].
pub fn multiply<T: Real>(lanes: &mut [Lane<T>], factor: T) {
    // Known before the product is made, which would be denormal otherwise.
    let least = T::Vector::splat((T::FAINT / factor).max(T::MIN_POSITIVE));
    let (factor, zero) = (T::Vector::splat(factor), T::Vector::splat(T::ZERO));
    for lane in lanes {
        let x = T::Vector::load(lane);
        *lane = (x.abs().select_less(least, zero, x) * factor).store();
    }
}

/// Adds the rows of D up: `sum ← sum + Σ rows`.
#[inline(never)]
pub fn add_rows<T: Real>(sum: &mut Lane<T>, rows: &[Lane<T>]) {
    let mut total = T::Vector::load(sum);
    for row in rows {
        total = total + T::Vector::load(row);
    }
    *sum = total.store();
}

/// The mean and the standard deviation of all entries of some rows.
pub fn mean_and_std_of_rows<T: Real>(of: &Panels<T>, rows: Range<usize>) -> (f64, f64) {
    let pivot = of.panel(0)[rows.start][0];
    let splat = T::Vector::splat;
    let (mut sums, mut squares_of_all) = (0.0, 0.0);
    for panel in 0..of.panels() {
        let cols = of.panel_cols(panel);
        for run in of.panel(panel)[rows.clone()].chunks(RUN) {
            let [mut sum, mut squares] = [splat(T::ZERO); 2];
            for lane in run {
                let difference = T::Vector::load(lane) - splat(pivot);
                sum = sum + difference;
                squares = squares + difference * difference;
            }
            sums += sum_lane_of(&sum.store(), cols);
            squares_of_all += sum_lane_of(&squares.store(), cols);
        }
    }
    let count = rows.len() * of.cols();
    let mean = sums / count as f64;
    let std = (squares_of_all / count as f64 - mean * mean).max(0.0).sqrt();
    // Sums and squares leave the format before the states do, upwards and downwards.
    let entry = |i: usize| of.get(rows.start + i / of.cols(), i % of.cols()).to_f64();
    let has_lost_digits =
        squares_of_all < count as f64 * T::MIN_POSITIVE.to_f64() && (0..count).any(|i| entry(i) != pivot.to_f64());
    if has_lost_digits || !(sums.is_finite() && squares_of_all.is_finite()) {
        return mean_and_std(count, &entry);
    }
    (pivot.to_f64() + mean, std)
}

/// The sum of all entries of some rows of a panel.
#[inline(never)]
pub fn sum_of_rows<T: Real>(rows: &[Lane<T>], cols: usize) -> f64 {
    let mut total = 0.0;
    for run in rows.chunks(RUN) {
        let mut sum = T::Vector::splat(T::ZERO);
        for lane in run {
            sum = sum + T::Vector::load(lane);
        }
        total += sum_lane_of(&sum.store(), cols);
    }
    total
}

/// How many entries of some rows of a panel are below the threshold.
#[inline(never)]
pub fn count_below<T: Real>(rows: &[Lane<T>], threshold: T, cols: usize) -> f64 {
    let splat = T::Vector::splat;
    let (zero, one, threshold) = (splat(T::ZERO), splat(T::ONE), splat(threshold));
    let mut sum = zero;
    for lane in rows {
        sum = sum + T::Vector::load(lane).select_less(threshold, one, zero);
    }
    sum_lane_of(&sum.store(), cols)
}

/// The sum of the first `cols` of a lane, in f64.
fn sum_lane_of<T: Real>(lane: &Lane<T>, cols: usize) -> f64 {
    lane[..cols].iter().map(|x| x.to_f64()).sum()
}
