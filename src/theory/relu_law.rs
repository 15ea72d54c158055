//! The exact spread of the gradient's norm in ReLU networks of any width, for one sample.

use super::band::Band;
use crate::experiment::Experiment;
use crate::nn::{Activation, Initializer, Normalization, Residual};

/// The band of a bias-free ReLU network with normal weights on one sample; `None` for every other experiment.
///
/// # Formula
/// `ln ‖∂L/∂z^l‖² - ln ‖∂L/∂z^(L+1)‖²` is distributed as a sum over the layers j from l to L of independent terms
/// `ln((σ_w² / n) χ²_K)`, with K ~ Bin(n, 1/2) units of layer j switched on and σ_w² of layer j + 1. It is minus infinity
/// where in some layer no unit is on.
///
/// B. Hanin 2018, "Which neural net architectures give rise to exploding and vanishing gradients?"; B. Hanin and M. Nica
/// 2018, "Products of many large random matrices and gradients in deep neural networks".
pub fn exact_band(experiment: &Experiment) -> Option<Band> {
    let Experiment { activation, init, gain, bias_std, norm, residual, .. } = *experiment;
    let is_normal = matches!(
        init,
        Initializer::Normal | Initializer::LecunNormal | Initializer::XavierNormal | Initializer::KaimingNormal
    );
    let is_plain = norm == Normalization::None && residual == Residual::None && bias_std == 0.0;
    // An embedding is drawn in another way.
    let is_plain = is_plain && !experiment.has_embedding_layer();
    if activation != Activation::Relu || !is_normal || !is_plain || experiment.batch_size() != 1 {
        return None;
    }
    let layers = experiment.layer_specs();
    let mut band =
        Band { low: vec![0.0; layers.len()], median: vec![0.0; layers.len()], high: vec![0.0; layers.len()] };
    let mut sum = LogChiSum::new(experiment.width);
    let mut shift = 0.0;
    for index in (0..layers.len() - 1).rev() {
        let above = layers[index + 1];
        // σ_w² / n is the variance of a weight, for n is the fan-in of the layer above.
        shift += libm::log(gain * gain * init.variance(above.fan_in, above.fan_out));
        if index + 2 < layers.len() {
            sum.add_term();
        }
        let log10 = |p: f64| 0.5 * (shift + sum.quantile(p)) / std::f64::consts::LN_10;
        (band.low[index], band.median[index], band.high[index]) = (log10(0.05), log10(0.5), log10(0.95));
    }
    Some(band)
}

/// The sum of independent terms `ln χ²_K`, K ~ Bin(n, 1/2), by its density on a grid.
#[derive(Clone, Debug)]
struct LogChiSum {
    term: Density,
    sum: Density,
    /// The probability that no term is minus infinity, as it is for K = 0.
    finite: f64,
    /// That of one term.
    term_finite: f64,
}

/// A density at `first + i · step`, which vanishes outside.
#[derive(Clone, Debug)]
struct Density {
    first: f64,
    step: f64,
    values: Vec<f64>,
}

impl LogChiSum {
    /// The sum of one term.
    fn new(n: u32) -> Self {
        let term = Density::of_term(n);
        let term_finite = 1.0 - libm::ldexp(1.0, -(n as i32));
        Self { sum: term.clone(), term, finite: term_finite, term_finite }
    }

    fn add_term(&mut self) {
        self.sum = self.sum.convolved(&self.term);
        self.finite *= self.term_finite;
    }

    /// The number that the sum is below with probability p.
    fn quantile(&self, p: f64) -> f64 {
        let p = p - (1.0 - self.finite);
        if p < 0.0 { f64::NEG_INFINITY } else { self.sum.quantile(p / self.finite) }
    }
}

impl Density {
    /// Of `ln χ²_K` given K ≥ 1, normalized.
    ///
    /// `ln χ²_k` has the density `e^(k x / 2 - e^x / 2) / (2^(k/2) Γ(k/2))`.
    fn of_term(n: u32) -> Self {
        // A quarter of the narrowest component's deviation, √(2/n): sums over the grid are exact to many digits.
        let step = 0.25 * (2.0 / f64::from(n)).sqrt();
        let n = f64::from(n);
        let log_weights: Vec<(f64, f64)> = (1..=n as u32)
            .map(|k| {
                let k = f64::from(k);
                let choices = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0);
                (k, choices - (n + 0.5 * k) * std::f64::consts::LN_2 - libm::lgamma(0.5 * k))
            })
            .collect();
        let value = |x: f64| {
            let exponential = libm::exp(x);
            log_weights.iter().map(|(k, log)| libm::exp(log + 0.5 * (k * x - exponential))).sum::<f64>()
        };
        // From below the smallest that matters, e^(x/2) of χ²_1 being under 1e-12, to above the largest.
        let (first, last) = (-56.0, libm::log(n + 12.0 * n.sqrt() + 60.0));
        let count = ((last - first) / step) as usize + 1;
        let values = (0..count).map(|index| value(first + step * index as f64)).collect();
        Self { first, step, values }.trimmed()
    }

    /// Without the tails that do not count, and with integral 1.
    fn trimmed(mut self) -> Self {
        let total: f64 = self.values.iter().sum();
        let counts = |value: &f64| *value > 1e-14 * total;
        let first = self.values.iter().position(counts).unwrap_or(0);
        let last = self.values.iter().rposition(counts).unwrap_or(0);
        self.values = self.values[first..=last].iter().map(|value| value / (total * self.step)).collect();
        self.first += self.step * first as f64;
        self
    }

    /// The density of the sum of both.
    fn convolved(&self, other: &Self) -> Self {
        let mut values = vec![0.0; self.values.len() + other.values.len() - 1];
        for (i, a) in self.values.iter().enumerate() {
            for (value, b) in values[i..].iter_mut().zip(&other.values) {
                *value += a * b;
            }
        }
        Self { first: self.first + other.first, step: self.step, values }.trimmed()
    }

    fn quantile(&self, p: f64) -> f64 {
        let mut below = 0.0;
        for (index, value) in self.values.iter().enumerate() {
            let part = value * self.step;
            if below + part >= p && part > 0.0 {
                // The part lies around its point of the grid.
                return self.first + self.step * (index as f64 - 0.5 + (p - below) / part);
            }
            below += part;
        }
        self.first + self.step * self.values.len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    fn moments(density: &Density) -> (f64, f64) {
        let points = || density.values.iter().enumerate().map(|(i, p)| (density.first + density.step * i as f64, p));
        let mean = points().map(|(x, p)| x * p * density.step).sum::<f64>();
        (mean, points().map(|(x, p)| (x - mean).powi(2) * p * density.step).sum())
    }

    /// E ln χ²_k = ψ(k/2) + ln 2 and Var ln χ²_k = ψ′(k/2), by their recurrences from k = 1 and 2.
    fn log_chi_moments(k: u32) -> (f64, f64) {
        const EULER: f64 = 0.577_215_664_901_532_9;
        let pi_squared = std::f64::consts::PI.powi(2);
        let (mut x, mut psi, mut psi_prime) =
            if k % 2 == 1 { (0.5, -EULER - 4.0_f64.ln(), pi_squared / 2.0) } else { (1.0, -EULER, pi_squared / 6.0) };
        while 2.0 * x < f64::from(k) {
            psi += 1.0 / x;
            psi_prime -= 1.0 / (x * x);
            x += 1.0;
        }
        (psi + 2.0_f64.ln(), psi_prime)
    }

    #[test]
    fn the_density_of_a_term_has_its_exact_mean_and_variance() {
        for n in [1_u32, 2, 3, 8, 16, 64, 256] {
            let choices = |k: u32| (0..k).fold(0.5_f64.powi(n as i32), |c, i| c * f64::from(n - i) / f64::from(i + 1));
            let alive: f64 = (1..=n).map(choices).sum();
            let mean = (1..=n).map(|k| choices(k) * log_chi_moments(k).0).sum::<f64>() / alive;
            let square = |k| log_chi_moments(k).1 + (log_chi_moments(k).0 - mean).powi(2);
            let variance = (1..=n).map(|k| choices(k) * square(k)).sum::<f64>() / alive;
            let got = moments(&Density::of_term(n));
            assert!(
                (got.0 - mean).abs() < 1e-8 && (got.1 / variance - 1.0).abs() < 1e-8,
                "{n}: {got:?} {mean} {variance}"
            );
            let mut sum = LogChiSum::new(n);
            for _ in 1..30 {
                sum.add_term();
            }
            let got = moments(&sum.sum);
            assert!((got.0 / (30.0 * mean) - 1.0).abs() < 1e-6, "{n}: {got:?} {mean}");
            assert!((got.1 / (30.0 * variance) - 1.0).abs() < 1e-6, "{n}: {got:?} {variance}");
        }
    }

    #[test]
    fn thirty_layers_of_sixteen_units_spread_as_hanin_says() {
        let mut sum = LogChiSum::new(16);
        for _ in 1..30 {
            sum.add_term();
        }
        let (mean, variance) = moments(&sum.sum);
        let log10 = |x: f64| 0.5 * x / std::f64::consts::LN_10;
        let (mean, deviation) = (log10(mean + 30.0 * (2.0_f64 / 16.0).ln()), log10(variance.sqrt()));
        assert!((mean + 1.15).abs() < 0.01 && (deviation - 0.77).abs() < 0.01, "{mean} ± {deviation}");
    }

    #[test]
    fn only_plain_relu_networks_on_one_sample_have_an_exact_band() {
        let band = |fragment: &str| exact_band(&from_fragment(fragment).0);
        let plain = "activation=relu&init=kaiming-normal&batch=1&depth=30";
        let exact = band(plain).unwrap();
        assert_eq!((exact.low[30], exact.median[30], exact.high[30]), (0.0, 0.0, 0.0));
        assert!((exact.median[0] + 1.15).abs() < 0.05, "{}", exact.median[0]);
        for other in ["batch=2", "bias-std=0.1", "init=pytorch", "norm=layer", "residual=add", "activation=tanh"] {
            assert_eq!(band(&format!("{plain}&{other}")), None, "{other}");
        }
        // With two units a layer, most networks of this depth are dead.
        let narrow = band("activation=relu&init=kaiming-normal&batch=1&depth=30&width=2").unwrap();
        assert_eq!((narrow.low[0], narrow.median[0]), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        assert!(narrow.low[29].is_infinite() && narrow.median[29].is_finite(), "{narrow:?}");
    }
}
