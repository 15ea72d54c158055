//! Backpropagated gradients against central differences of the loss, in f64, for every activation and loss and for
//! what a layer can have besides.

use gradient_lab::choice::Choice;
use gradient_lab::data::Batches;
use gradient_lab::experiment::Experiment;
use gradient_lab::kernel::Panels;
use gradient_lab::nn::{Activation, Initializer, LayerSpec, Linear, Loss, Mlp, Normalization};
use gradient_lab::optim::{Hyper, OptimizerKind};
use gradient_lab::random::{Purpose, Random};
use gradient_lab::train::{DecayScope, Samples, Trainer};
use ndarray::Array2;

const SAMPLES: usize = 6;

struct Case {
    name: String,
    layers: Vec<LayerSpec>,
    loss: Loss,
}

fn layer(fan_in: usize, fan_out: usize, activation: Activation) -> LayerSpec {
    LayerSpec { fan_in, fan_out, norm: Normalization::None, activation, residual: None }
}

/// 3 inputs, two hidden layers of 5, 2 outputs; the second hidden layer takes the changes that are under test.
fn case(name: &str, activation: Activation, loss: Loss, change: impl Fn(&mut LayerSpec)) -> Case {
    let mut second = layer(5, 5, activation);
    change(&mut second);
    let layers = vec![layer(3, 5, activation), second, layer(5, 2, Activation::Linear)];
    Case { name: format!("{name} {activation:?} {loss:?}"), layers, loss }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &activation in Activation::ALL {
        for &loss in Loss::ALL {
            cases.push(case("plain", activation, loss, |_| {}));
        }
        cases.push(case("LayerNorm", activation, Loss::Mse, |layer| layer.norm = Normalization::Layer));
        cases.push(case("BatchNorm", activation, Loss::Mse, |layer| layer.norm = Normalization::Batch));
        cases.push(case("skip", activation, Loss::Mse, |layer| layer.residual = Some(0.7)));
        cases.push(case("all", activation, Loss::SoftmaxCrossEntropy, |layer| {
            (layer.norm, layer.residual) = (Normalization::Layer, Some(1.3));
        }));
    }
    // Several panels of eight columns, and one work space for layers of many widths.
    for &norm in Normalization::ALL {
        for residual in [None, Some(0.7)] {
            let widths = [3, 17, 17, 5, 12, 12, 2];
            let pairs = widths.windows(2).map(|pair| LayerSpec {
                norm,
                residual: residual.filter(|_| pair[0] == pair[1]),
                ..layer(pair[0], pair[1], Activation::Tanh)
            });
            let name = format!("many widths {norm:?} {residual:?}");
            cases.push(Case { name, layers: pairs.collect(), loss: Loss::Mse });
        }
    }
    cases
}

fn network(case: &Case) -> Mlp<f64> {
    let layers = case.layers.iter().enumerate().map(|(index, spec)| {
        let mut random = Random::new(3, Purpose::Parameters { layer: index as u32 });
        (*spec, Linear::random(spec.fan_in, spec.fan_out, Initializer::LecunNormal, 1.3, 0.5, &mut random))
    });
    Mlp::new(layers.collect(), SAMPLES)
}

/// The loss and the gradients of a network on fixed samples, by the trainer.
fn probe(case: &Case, mlp: &Mlp<f64>) -> Trainer<f64> {
    let mut random = Random::new(9, Purpose::Data);
    let x = Array2::from_shape_simple_fn((SAMPLES, 3), || random.normal());
    let samples = match case.loss {
        Loss::SoftmaxCrossEntropy => Samples::with_classes(&x, (0..SAMPLES as u32).map(|i| i % 2).collect()),
        Loss::BceWithLogits => {
            Samples::with_values(&x, &Array2::from_shape_fn((SAMPLES, 2), |(i, j)| ((i + j) % 2) as f64))
        }
        Loss::Mse => Samples::with_values(&x, &Array2::from_shape_simple_fn((SAMPLES, 2), || random.normal())),
    };
    let batches = Batches::new(SAMPLES, SAMPLES, 0);
    let hyper = Hyper::of(&Experiment::default());
    Trainer::with_network(mlp.clone(), samples, batches, case.loss, OptimizerKind::Sgd, hyper, DecayScope::All)
}

fn loss(case: &Case, mlp: &Mlp<f64>) -> f64 {
    probe(case, mlp).probe().unwrap().loss()
}

#[test]
fn gradients_agree_with_finite_differences() {
    for case in cases() {
        let mlp = network(&case);
        let mut trainer = probe(&case, &mlp);
        trainer.probe().unwrap();
        for layer in 0..mlp.layers.len() {
            for (index, parameter) in trainer.mlp().layers[layer].parameters().enumerate() {
                let gradient = parameter.grad_array();
                for ((row, col), got) in gradient.indexed_iter() {
                    let value = parameter.value.get(row, col);
                    // The loss with this entry moved.
                    let shifted = |shift: f64| {
                        let mut moved = mlp.clone();
                        let mut parameters = moved.layers[layer].parameters_mut();
                        let values: &mut Panels<f64> = &mut parameters.nth(index).unwrap().value;
                        values.set(row, col, value + shift);
                        drop(parameters);
                        loss(&case, &moved)
                    };
                    // Central differences of fourth order.
                    let h = 1e-4;
                    let want = (8.0 * (shifted(h) - shifted(-h)) - (shifted(2.0 * h) - shifted(-2.0 * h))) / (12.0 * h);
                    let tolerance = 1e-8 * want.abs().max(1e-2);
                    assert!(
                        (got - want).abs() <= tolerance,
                        "{}: layer {}, parameter {index}, entry ({row}, {col}): {got:e}, not {want:e}",
                        case.name,
                        layer + 1
                    );
                }
            }
        }
    }
}

#[test]
fn without_the_parameters_the_gradients_of_z_are_the_same() {
    for case in cases() {
        let mut trainer = probe(&case, &network(&case));
        trainer.probe().unwrap();
        let norms = |backward: fn(&mut Mlp<f64>)| {
            let mut mlp = trainer.mlp().clone();
            mlp.forward();
            let (_, grad) = mlp.output_and_grad();
            for (row, col) in (0..SAMPLES).flat_map(|row| [(row, 0), (row, 1)]) {
                grad.set(row, col, 1e-3 * (row + 2 * col) as f64);
            }
            backward(&mut mlp);
            mlp.layers.iter().map(|layer| layer.grad_z_norm().to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(norms(Mlp::backward_z), norms(|mlp| mlp.backward(|_, _| {})), "{}", case.name);
    }
}
