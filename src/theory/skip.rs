//! The gradient on its way back past layers with skip connections, of n units.
//!
//! # Formula
//! `h_out = h + α φ(u)`, `g = ∂L/∂h_out`, and going back `g_in = g + α Wᵀ (φ′ ⊙ g)`. Of a layer's random weights W the
//! next one sees only `u = W h + b`: along h the weights of a unit are `(u - b) h / |h|²`, across it they are still free.
//! So `Wᵀ (φ′ ⊙ g)` is made of a part along h, which is `Σ gᵢ φ′(uᵢ) (uᵢ - bᵢ) / |h|²`, and of one across it, which
//! is as good as independent of everything else.
//!
//! The part along h is one of n, but it grows as fast as h itself: where φ has a mean, as ReLU's has, what h gains in
//! each layer is all in one direction, (1, …, 1), and h grows faster than `√(1 + α² χ)`, the factor of the part across.
//! After a few layers it outweighs the others. Layers without a skip forget h, and pass all directions alike.
//!
//! What is followed is the mean square of g, and the second moments of its components along (1, …, 1) and along h_out, to
//! first order in 1/n, over the weights of this and all later layers. Where φ is linear on each side of 0 and there are no
//! biases, `h · ∂L/∂h` is the same in every layer, as Euler's theorem says of homogeneous functions.

use super::gaussian::Moments;
use super::signal::Signal;
use crate::nn::Normalization;

/// A layer with a skip connection.
pub struct SkipLayer {
    /// α.
    pub alpha: f64,
    /// n.
    pub units: f64,
    /// σ_w² over the square of what the normalization divides z by.
    pub sigma_w2: f64,
    /// The share of the variance of z that comes of the weights, the biases having the rest.
    pub rho: f64,
    /// What is normalized.
    pub norm: Normalization,
    /// Of φ over u.
    pub moments: Moments,
    /// h.
    pub input: Signal,
    /// h_out.
    pub output: Signal,
}

/// ∂L/∂h_out of a layer, the mean over the random weights.
pub struct Gradient {
    /// Its mean square over the units.
    pub mean_square: f64,
    /// The second moments of its mean over the units, and of that of it times h_out, where h_out has mean square 1.
    along: Symmetric,
}

/// `[[a, b], [b, c]]`.
type Symmetric = [f64; 3];

impl Gradient {
    /// That of mean square 1 which has no direction.
    pub fn without_direction(output: Signal, units: f64) -> Self {
        Self { mean_square: 1.0, along: gram(output).map(|entry| entry / units) }
    }

    /// The same at mean square 1.
    pub fn normalized(self) -> Self {
        Self { mean_square: 1.0, along: self.along.map(|entry| entry / self.mean_square) }
    }
}

impl SkipLayer {
    /// The fewest units of which corrections of first order say anything.
    pub const FEWEST_UNITS: f64 = 4.0;

    /// From ∂L/∂h_out to the mean square of `φ′ ⊙ ∂L/∂h_out`, and to ∂L/∂h_in.
    pub fn back(&self, above: &Gradient) -> (f64, Gradient) {
        let Self { alpha, units, sigma_w2, input, output, .. } = *self;
        let Moments { mean, mean_square, mean_square_slope, products } = self.moments;
        let (m, out) = (input.mean_square.sqrt(), output.mean_square.sqrt());
        let r = input.mean / m;
        // g = a (1, …, 1) + b h_out / out + a rest without any direction; the second moments of a and b.
        let gram = gram(output);
        let inverse = inverse(gram);
        let parts = sandwich(inverse, above.along);
        let rest = (above.mean_square - trace(parts, gram)).max(0.0) / (1.0 - 2.0 / units);

        let slopes = [
            mean_square_slope,
            (input.mean * mean_square_slope + alpha * products.phi_square_slope) / out,
            (input.mean_square * mean_square_slope
                + 2.0 * alpha * input.mean * products.phi_square_slope
                + alpha * alpha * products.square_phi_slope)
                / output.mean_square,
        ];
        let grad_u = trace(parts, slopes) + rest * (mean_square_slope - trace(inverse, slopes) / units);

        // φ′ (u - b), which along h does what φ does with h; a normalization over the units lets no size through.
        let [x_slope, x_phi_slope, square_x_slope] = match self.norm {
            Normalization::None => [
                self.rho * products.x_slope,
                self.rho * products.x_phi_slope,
                self.rho * self.rho * products.square_x_slope
                    + sigma_w2 * input.mean_square * (1.0 - self.rho) * mean_square_slope,
            ],
            Normalization::Layer | Normalization::Batch => [0.0; 3],
        };
        // Their means with (1, …, 1) and h_out / out, and their covariances beyond these two.
        let with = |first: f64, product: f64| [first, (input.mean * first + alpha * product) / out];
        let (of_phi, of_slope) = (with(mean, mean_square), with(x_slope, x_phi_slope));
        let beyond = |product: f64, a: [f64; 2], b: [f64; 2]| product - form(inverse, a, b);
        let (phi_phi, phi_slope, slope_slope) = (
            beyond(mean_square, of_phi, of_phi),
            beyond(x_phi_slope, of_phi, of_slope),
            beyond(square_x_slope, of_slope, of_slope),
        );

        // h · g / (n m) past the layer, and what comes of the layer, by a and b.
        let past = [input.mean / m, (input.mean_square + alpha * input.mean * mean) / (m * out)];
        let through = of_slope.map(|mean| alpha * mean / m);
        let along_h = [past[0] + through[0], past[1] + through[1]];
        let along_ones = [1.0 + r * through[0], gram[1] + r * through[1]];
        let noise = rest * alpha * alpha / (units * input.mean_square);
        let across = alpha * alpha * sigma_w2 * grad_u;
        let along = [
            form(parts, along_ones, along_ones) + noise * r * r * slope_slope + across * (1.0 - r * r) / units,
            form(parts, along_ones, along_h) + noise * r * (slope_slope - phi_slope),
            form(parts, along_h, along_h) + noise * (phi_phi - 2.0 * phi_slope + slope_slope),
        ];
        let past_along_h = form(parts, past, past) + noise * phi_phi;
        let mean_square = along[2] + above.mean_square - past_along_h + across * (1.0 - 1.0 / units);
        (grad_u, Gradient { mean_square, along })
    }
}

/// The products of (1, …, 1) and h, each of mean square 1, with a little added that keeps them apart where h is the same
/// in all units.
fn gram(signal: Signal) -> Symmetric {
    [1.0, signal.mean / signal.mean_square.sqrt(), 1.0 + 1e-9]
}

fn inverse([a, b, c]: Symmetric) -> Symmetric {
    let determinant = a * c - b * b;
    [c / determinant, -b / determinant, a / determinant]
}

/// `xᵀ S y`.
fn form([a, b, c]: Symmetric, x: [f64; 2], y: [f64; 2]) -> f64 {
    a * x[0] * y[0] + b * (x[0] * y[1] + x[1] * y[0]) + c * x[1] * y[1]
}

/// `P S P`.
fn sandwich([a, b, c]: Symmetric, s: Symmetric) -> Symmetric {
    let rows = [[a, b], [b, c]];
    [form(s, rows[0], rows[0]), form(s, rows[0], rows[1]), form(s, rows[1], rows[1])]
}

/// The trace of the product of both.
fn trace(p: Symmetric, s: Symmetric) -> f64 {
    p[0] * s[0] + 2.0 * p[1] * s[1] + p[2] * s[2]
}

#[cfg(test)]
mod tests {
    use super::super::gaussian::moments;
    use super::*;
    use crate::nn::Activation;

    /// A layer without biases on h of mean square 1 and this mean.
    fn layer(activation: Activation, sigma_w2: f64, mean: f64, units: f64) -> SkipLayer {
        let input = Signal { mean_square: 1.0, mean, batch_variance: 0.0 };
        let moments = moments(activation, 0.0, sigma_w2);
        let mean_square = 1.0 + 2.0 * mean * moments.mean + moments.mean_square;
        let output = Signal { mean_square, mean: mean + moments.mean, batch_variance: 0.0 };
        SkipLayer { alpha: 1.0, units, sigma_w2, rho: 1.0, norm: Normalization::None, moments, input, output }
    }

    #[test]
    fn infinitely_wide_layers_pass_all_directions_alike() {
        for (activation, sigma_w2) in [(Activation::Relu, 2.0), (Activation::Tanh, 1.5), (Activation::Selu, 1.0)] {
            let layer = layer(activation, sigma_w2, 0.4, 1e9);
            let (grad_u, below) = layer.back(&Gradient::without_direction(layer.output, layer.units));
            let slope = layer.moments.mean_square_slope;
            assert!((grad_u / slope - 1.0).abs() < 1e-6, "{activation:?}: {grad_u}");
            let want = 1.0 + sigma_w2 * slope;
            assert!((below.mean_square / want - 1.0).abs() < 1e-6, "{activation:?}: {}", below.mean_square);
        }
    }

    #[test]
    fn what_lies_along_h_of_homogeneous_layers_is_the_same_below() {
        for mean in [-0.3, 0.0, 0.8] {
            let layer = layer(Activation::Relu, 2.0, mean, 16.0);
            let above = Gradient::without_direction(layer.output, layer.units);
            let (_, below) = layer.back(&above);
            // h · g over n |h|, whose square is times |h|² / n.
            let (want, got) = (above.along[2] * layer.output.mean_square, below.along[2]);
            assert!((got / want - 1.0).abs() < 1e-8, "{mean}: {got} and not {want}");
        }
    }

    #[test]
    fn in_the_end_the_gradient_grows_as_fast_as_h() {
        // Where the mean of ReLU's h over its root mean square stays the same: `(r + c) / √(2 + 2 r c) = r`, c = 1/√π.
        let c = std::f64::consts::PI.sqrt().recip();
        let mut r: f64 = 0.8;
        for _ in 0..100 {
            r = (r + c) / (2.0 + 2.0 * r * c).sqrt();
        }
        let layer = layer(Activation::Relu, 2.0, r, 128.0);
        let mut gradient = Gradient::without_direction(layer.output, layer.units);
        let mut factors = Vec::new();
        for _ in 0..60 {
            let below = layer.back(&gradient).1;
            factors.push(below.mean_square.sqrt());
            gradient = below.normalized();
        }
        let growth = layer.output.mean_square.sqrt();
        assert!((factors[0] - 2.0_f64.sqrt()).abs() < 0.01 && (factors[59] / growth - 1.0).abs() < 1e-3, "{factors:?}");
        assert!(factors.is_sorted(), "{factors:?}");
    }
}
