//! Whether wide networks do what the theory of infinitely wide ones says.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::kernel::Panels;
use gradient_lab::nn::{Activation, Initializer, LayerSpec, Linear, Loss, Mlp, Normalization, Targets};
use gradient_lab::random::{Purpose, Random};
use gradient_lab::theory::{BandSampler, MeanField, predict};
use ndarray::{Array2, Axis};

const WIDTH: usize = 1000;
const LAYERS: usize = 10;
const NETWORKS: u32 = 2;

/// The mean of ln(‖∂L/∂z^l‖ / ‖∂L/∂z^(l+1)‖) over the hidden layers of networks of a thousand units.
fn measured_log_factor(activation: Activation, gain: f64) -> f64 {
    let mut total = 0.0;
    for network in 0..NETWORKS {
        let mut random = Random::new(20, Purpose::Ensemble { network });
        let layers = (0..=LAYERS).map(|layer| {
            let is_output = layer == LAYERS;
            let spec = LayerSpec {
                fan_in: WIDTH,
                fan_out: if is_output { 1 } else { WIDTH },
                norm: Normalization::None,
                activation: if is_output { Activation::Linear } else { activation },
                residual: None,
            };
            let gain = if is_output { 1.0 } else { gain };
            (spec, Linear::random(spec.fan_in, spec.fan_out, Initializer::LecunNormal, gain, 0.0, &mut random))
        });
        let mut mlp = Mlp::<f32>::new(layers.collect(), 4);
        // Inputs of mean square 1, so that q of the first layer is σ_w².
        let mut x = Array2::from_shape_simple_fn((4, WIDTH), || random.normal());
        for mut row in x.axis_iter_mut(Axis(0)) {
            let mean_square = row.dot(&row) / WIDTH as f64;
            row /= mean_square.sqrt();
        }
        let input = mlp.input_mut(4);
        for ((row, col), x) in x.indexed_iter() {
            input.set(row, col, *x as f32);
        }
        mlp.forward();
        let targets = Targets::Values(Panels::from_array(&Array2::from_shape_fn((4, 1), |(row, _)| (row % 2) as f64)));
        let (output, grad) = mlp.output_and_grad();
        Loss::BceWithLogits.evaluate(output, &targets, grad);
        mlp.backward_z();
        let norm = |layer: usize| mlp.layers[layer].grad_z_norm();
        total += (norm(0) / norm(LAYERS - 1)).ln() / (LAYERS - 1) as f64;
    }
    total / f64::from(NETWORKS)
}

#[test]
fn a_thousand_units_pass_the_gradient_as_infinitely_many_would() {
    for &activation in Activation::ALL {
        // Away from where the factor is 1, and where the variances change from layer to layer.
        let gain = match activation {
            Activation::Linear => 0.8,
            Activation::Sigmoid => 4.0,
            Activation::Tanh => 1.6,
            Activation::Selu => 1.1,
            _ => 1.3,
        };
        let field = MeanField { activation, sigma_w2: gain * gain, sigma_b2: 0.0, bias_mean: 0.0 };
        let (mut q, mut log_chi) = (field.sigma_w2, 0.0);
        for _ in 1..LAYERS {
            log_chi += field.chi(q).ln();
            q = field.next_q(q);
        }
        let predicted = (0.5 * log_chi / (LAYERS - 1) as f64).exp();
        let measured = measured_log_factor(activation, gain).exp();
        println!(
            "{activation:?}: measured {measured:.4}, √χ {predicted:.4}: {:+.2} %",
            100.0 * (measured / predicted - 1.0)
        );
        assert!((measured / predicted - 1.0).abs() < 0.03, "{activation:?}: {measured}, not {predicted}");
    }
}

/// The line of every kind of network goes through the middle of networks of 128 units, within 0.1 decades over 12 layers;
/// that is 2 % a layer.
#[test]
fn the_line_goes_through_the_middle_of_wide_networks() {
    for fragment in [
        "v=1",
        "activation=tanh&gain=2",
        "activation=tanh&dataset=noise&bias-std=0.3&gain=1.5",
        "activation=relu&init=pytorch",
        "activation=gelu&init=playground&gain=0.5",
        "activation=elu&init=orthogonal&gain=1.2&dataset=plane",
        "activation=tanh&norm=layer",
        "activation=relu&norm=layer&init=kaiming-normal",
        "activation=gelu&residual=scaled",
        "activation=relu&init=kaiming-normal&residual=add",
        "activation=selu&init=lecun-normal&residual=add&bias-std=0.3",
        "activation=sigmoid&residual=add",
        "activation=tanh&norm=layer&residual=add",
        "activation=relu&norm=batch&init=kaiming-normal",
        "activation=relu&norm=batch&batch=8",
        "activation=leaky-relu&norm=batch&batch=full",
    ] {
        let (experiment, notices) = from_fragment(&format!("{fragment}&width=128&depth=12"));
        assert_eq!(notices, []);
        let prediction = predict(&experiment).unwrap();
        let mut sampler = BandSampler::new(&experiment).unwrap();
        for _ in 0..40 {
            sampler.sample_one();
        }
        let band = sampler.band().unwrap().unwrap();
        let mut worst = 0.0_f64;
        // The first layer, of two inputs, spreads more, and less evenly, than those within.
        for (layer, median) in prediction.layers.iter().zip(&band.median).skip(1) {
            if let Some(line) = layer.log10_ratio {
                worst = if (median - line).abs() > worst.abs() { median - line } else { worst };
            }
        }
        println!("{fragment}: {worst:+.3} decades");
        assert!(worst.abs() < 0.1, "{fragment}: the median is {worst} off the line");
    }
}
