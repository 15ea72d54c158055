//! How the parameters of a layer are drawn before training.

use crate::choice::choice;
use crate::random::Random;
use ndarray::{Array2, Axis};

choice! {
    /// The distribution of a layer's initial weights; every one is multiplied by the experiment's gain.
    pub enum Initializer {
        /// All zero: every unit computes the same, and no gradient passes the output layer.
        Zeros => "zeros",
        /// All one: every unit of a layer computes the same and stays like the others.
        Constant => "constant",
        /// N(0, 1).
        Normal => "normal",
        /// U(-1, 1).
        Uniform => "uniform",
        /// N(0, 1 / fan_in) (LeCun et al. 1998).
        LecunNormal => "lecun-normal",
        /// U(±sqrt(6 / (fan_in + fan_out))) (Glorot and Bengio 2010).
        XavierUniform => "xavier-uniform",
        /// N(0, 2 / (fan_in + fan_out)).
        XavierNormal => "xavier-normal",
        /// U(±sqrt(6 / fan_in)) (He et al. 2015).
        KaimingUniform => "kaiming-uniform",
        /// N(0, 2 / fan_in).
        KaimingNormal => "kaiming-normal",
        /// Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014).
        Orthogonal => "orthogonal",
        /// PyTorch's default for a linear layer: U(±1 / sqrt(fan_in)), the biases too.
        Pytorch => "pytorch",
        /// TensorFlow Playground's: U(±0.5), the biases 0.1.
        Playground => "playground",
    }
}

/// Every bias of `playground`.
const PLAYGROUND_BIAS: f64 = 0.1;

impl Initializer {
    /// The variance of a weight at gain 1; where all are alike, their mean square.
    pub fn variance(self, fan_in: usize, fan_out: usize) -> f64 {
        let (fan_in, fan_out) = (fan_in as f64, fan_out as f64);
        match self {
            Self::Zeros => 0.0,
            Self::Constant | Self::Normal => 1.0,
            Self::Uniform => 1.0 / 3.0,
            Self::LecunNormal => 1.0 / fan_in,
            Self::XavierUniform | Self::XavierNormal => 2.0 / (fan_in + fan_out),
            Self::KaimingUniform | Self::KaimingNormal => 2.0 / fan_in,
            Self::Orthogonal => 1.0 / fan_in.max(fan_out),
            Self::Pytorch => 1.0 / (3.0 * fan_in),
            Self::Playground => 0.25 / 3.0,
        }
    }

    /// The mean and the variance of a bias; see [`Initializer::draw`].
    pub fn bias_moments(self, fan_in: usize, bias_std: f64) -> (f64, f64) {
        match self {
            Self::Pytorch => (0.0, 1.0 / (3.0 * fan_in as f64)),
            Self::Playground => (PLAYGROUND_BIAS, 0.0),
            _ => (0.0, bias_std * bias_std),
        }
    }

    /// The weights (fan_in, fan_out) and the biases (1, fan_out) of a layer.
    ///
    /// The weights have the standard deviation `gain · sqrt(variance)`; the biases are N(0, bias_std²), except those
    /// of `pytorch` and `playground`, which have their own.
    pub fn draw(
        self,
        fan_in: usize,
        fan_out: usize,
        gain: f64,
        bias_std: f64,
        random: &mut Random,
    ) -> (Array2<f64>, Array2<f64>) {
        let std = gain * self.variance(fan_in, fan_out).sqrt();
        let bound = std * 3.0_f64.sqrt();
        let shape = (fan_in, fan_out);
        let weight = match self {
            Self::Zeros => Array2::zeros(shape),
            Self::Constant => Array2::from_elem(shape, gain),
            Self::Normal | Self::LecunNormal | Self::XavierNormal | Self::KaimingNormal => {
                Array2::from_shape_simple_fn(shape, || std * random.normal())
            }
            Self::Uniform | Self::XavierUniform | Self::KaimingUniform | Self::Pytorch | Self::Playground => {
                Array2::from_shape_simple_fn(shape, || random.uniform(-bound, bound))
            }
            Self::Orthogonal => orthogonal(fan_in, fan_out, random) * gain,
        };
        let bias = match self {
            Self::Pytorch => {
                let bound = 1.0 / (fan_in as f64).sqrt();
                Array2::from_shape_simple_fn((1, fan_out), || random.uniform(-bound, bound))
            }
            Self::Playground => Array2::from_elem((1, fan_out), PLAYGROUND_BIAS),
            _ => Array2::from_shape_simple_fn((1, fan_out), || bias_std * random.normal()),
        };
        (weight, bias)
    }
}

/// A matrix whose rows or columns, whichever are fewer, are orthonormal, uniform among all such: a normal matrix
/// orthonormalized by Gram and Schmidt, twice over for the last digits.
fn orthogonal(rows: usize, cols: usize, random: &mut Random) -> Array2<f64> {
    let (few, many) = (rows.min(cols), rows.max(cols));
    let mut vectors = Array2::from_shape_simple_fn((few, many), || random.normal());
    for i in 0..few {
        let (done, mut rest) = vectors.view_mut().split_at(Axis(0), i);
        let mut vector = rest.row_mut(0);
        for _ in 0..2 {
            for other in done.rows() {
                let projection = vector.dot(&other);
                vector.scaled_add(-projection, &other);
            }
        }
        let norm = vector.dot(&vector).sqrt();
        vector /= norm;
    }
    if rows <= cols { vectors } else { vectors.reversed_axes() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::random::Purpose;

    #[test]
    fn weights_have_the_variance_that_the_formula_says() {
        for &initializer in Initializer::ALL {
            let mut random = Random::new(11, Purpose::Parameters { layer: 3 });
            let (weight, bias) = initializer.draw(120, 200, 1.5, 0.5, &mut random);
            let variance = weight.mapv(|w| w * w).mean().unwrap();
            let want = 2.25 * initializer.variance(120, 200);
            assert!((variance - want).abs() <= 0.03 * want, "{initializer:?}: {variance}, not {want}");
            assert_eq!(bias.dim(), (1, 200));
            let (mean, bias_variance) = initializer.bias_moments(120, 0.5);
            let got = bias.mapv(|b| (b - mean) * (b - mean)).mean().unwrap();
            assert!((got - bias_variance).abs() <= 0.2 * bias_variance, "{initializer:?}: {got}, not {bias_variance}");
        }
    }

    #[test]
    fn constant_weights_are_the_gain() {
        let mut random = Random::new(1, Purpose::Parameters { layer: 0 });
        let (weight, bias) = Initializer::Constant.draw(3, 5, 0.25, 0.0, &mut random);
        assert!(weight.iter().all(|w| *w == 0.25) && bias.iter().all(|b| *b == 0.0));
    }

    #[test]
    fn orthogonal_matrices_are_orthogonal() {
        for (rows, cols) in [(1, 1), (5, 5), (3, 9), (9, 3)] {
            let mut random = Random::new(1, Purpose::Parameters { layer: 0 });
            let w = orthogonal(rows, cols, &mut random);
            let gram = if rows <= cols { w.dot(&w.t()) } else { w.t().dot(&w) };
            let off =
                (&gram - &Array2::<f64>::eye(rows.min(cols))).mapv(f64::abs).iter().fold(0.0_f64, |a, b| a.max(*b));
            assert!(off < 1e-14, "{rows} × {cols}: {off}");
        }
    }
}
