//! The formulas of a step come out by hand: each is computed again from nothing but what is printed of it.

use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Precision};
use gradient_lab::look::by_hand::{self, Formula};
use gradient_lab::look::phase::{SumOfProducts, largest};
use gradient_lab::look::view::{UnitView, Watch};
use gradient_lab::nn::{Activation, Loss};
use gradient_lab::optim::{Hyper, OptimizerKind};
use gradient_lab::plot::number::significant;
use gradient_lab::plot::worked::Worked;
use gradient_lab::run::AnyTrainer;

/// The number that a text prints.
fn read(text: &str) -> f64 {
    let digit = |c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|raised| raised == c);
    let plain: String = text
        .chars()
        .map(|c| digit(c).map_or(c, |digit| char::from(b'0' + digit as u8)))
        .filter(|c| *c != ',')
        .collect();
    let plain = plain.replace(['−', '⁻'], "-").replace("×10", "e");
    // A power of ten alone.
    let is_power = text.starts_with("10") && text.chars().nth(2).is_some_and(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(c));
    let plain = if is_power { format!("1e{}", &plain[2..]) } else { plain };
    plain.parse().unwrap_or_else(|_| panic!("{text:?}"))
}

/// How many digits a result has: without sign, leading zeros and power of ten.
fn digits(text: &str) -> usize {
    let mantissa = text.split('×').next().unwrap_or_default().replace(['−', ',', '.'], "");
    mantissa.trim_start_matches('0').len()
}

#[derive(Default)]
struct Tally {
    formulas: usize,
    rough: usize,
}

impl Tally {
    /// That a formula comes out by hand, where it does not say that it does so only nearly.
    fn check(&mut self, what: &str, formula: Formula, by_hand: impl Fn(&[f64]) -> f64) {
        let exact = formula.result;
        let worked = Worked::from(formula);
        self.formulas += 1;
        if worked.equals != "=" {
            assert_eq!(worked.equals, "≈");
            self.rough += 1;
            return;
        }
        let operands: Vec<f64> = worked.operands.iter().map(|text| read(text)).collect();
        let digits = digits(&worked.result).max(3);
        assert_eq!(significant(exact, digits), worked.result, "{what}: the result is the run's");
        assert_eq!(significant(by_hand(&operands), digits), worked.result, "{what}: {worked:?}");
    }
}

fn phi(activation: Activation, u: f64) -> f64 {
    const SCALE: f64 = 1.0507009873554805;
    const ALPHA: f64 = 1.6732632423543772;
    let sigma = 1.0 / (1.0 + (-u).exp());
    match activation {
        Activation::Linear => u,
        Activation::Sigmoid => sigma,
        Activation::Tanh => u.tanh(),
        Activation::Relu => u.max(0.0),
        Activation::LeakyRelu => u.max(0.01 * u),
        Activation::Elu => {
            if u > 0.0 {
                u
            } else {
                u.exp_m1()
            }
        }
        Activation::Selu => SCALE * if u > 0.0 { u } else { ALPHA * u.exp_m1() },
        Activation::Gelu => 0.5 * u * (1.0 + libm::erf(u / 2f64.sqrt())),
        Activation::Silu => u * sigma,
    }
}

fn sum(products: usize, read: &[f64]) -> f64 {
    (0..products).map(|i| read[2 * i] * read[2 * i + 1]).sum::<f64>() + read[2 * products..].iter().sum::<f64>()
}

fn check_unit(tally: &mut Tally, case: &str, run: &Experiment, step: u64, unit: &UnitView) {
    let is_output = unit.layer == run.depth as usize;
    let forward = SumOfProducts::of(&unit.inputs, &unit.weights, 3);
    let written = forward.written.len();
    tally.check(&format!("{case}: z"), by_hand::pre_activation(unit, &forward), |x| sum(written, x));
    if !is_output {
        tally.check(&format!("{case}: a"), by_hand::activation(unit), |x| phi(run.activation, x[0]));
        if let Some(alpha) = unit.residual {
            let own = unit.inputs[unit.unit];
            tally.check(&format!("{case}: h"), by_hand::skip(unit, own, alpha), |x| x[0] + x[1] * x[2]);
        }
        let back = SumOfProducts::of(&unit.weights_above, &unit.deltas_above, 3);
        let written = back.written.len();
        tally.check(&format!("{case}: ∂L/∂u"), by_hand::hidden_delta(unit, &back), |x| {
            x[0] * x[1] * sum(written, &x[2..])
        });
    } else {
        let outputs = unit.network_output.len();
        let softmax = |of: usize, o: &[f64]| o[of].exp() / o.iter().map(|o| o.exp()).sum::<f64>();
        tally.check(&format!("{case}: ℓ"), by_hand::sample_loss(unit, run.loss), |x| {
            let (o, y) = x.split_at(outputs);
            let mean = |loss: &dyn Fn(f64, f64) -> f64| {
                o.iter().zip(y).map(|(o, y)| loss(*o, *y)).sum::<f64>() / outputs as f64
            };
            match run.loss {
                Loss::Mse => mean(&|o, y| (o - y).powi(2)),
                Loss::BceWithLogits => mean(&|o, y| o.max(0.0) - o * y + (-o.abs()).exp().ln_1p()),
                Loss::SoftmaxCrossEntropy => -(0..outputs).map(|k| y[k] * softmax(k, o).ln()).sum::<f64>(),
            }
        });
        let count = unit.batch * if run.loss == Loss::SoftmaxCrossEntropy { 1 } else { outputs };
        tally.check(&format!("{case}: ∂L/∂o"), by_hand::output_delta(unit, run.loss, count), |x| {
            let above = match run.loss {
                Loss::Mse => 2.0 * (x[0] - x[1]),
                Loss::BceWithLogits => 1.0 / (1.0 + (-x[0]).exp()) - x[1],
                Loss::SoftmaxCrossEntropy => x[0] - x[1],
            };
            above / count as f64
        });
    }
    let (hyper, kind) = (Hyper::of(run), run.optimizer);
    let index = largest(&unit.grad_weights).unwrap();
    let is_apart = kind == OptimizerKind::AdamW;
    let Some(update) = unit.weight(index).and_then(|w| by_hand::update(&w, kind, &hyper, step, is_apart)) else {
        assert_eq!(step, 0);
        return;
    };
    if let Some(clipped) = update.clipped {
        tally.check(&format!("{case}: clipped"), clipped, |x| x[0] * x[1] / (x[2] + 1e-6));
    }
    if let Some(decayed) = update.decayed {
        tally.check(&format!("{case}: decayed"), decayed, |x| x[0] + x[1] * x[2]);
    }
    let (by_rule, held, w) = (update.change.result, update.held, unit.weights[index]);
    // The rule with the printed m̂ and √v̂ is what the engine did, but for the rounding of its format.
    let epsilon = if run.precision == Precision::F32 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    assert!(
        (by_rule - held).abs() <= 2.0 * epsilon * w.abs() + 40.0 * epsilon * by_rule.abs(),
        "{case}: {by_rule}, {held}"
    );
    tally.check(&format!("{case}: Δw"), update.change, |x| match kind {
        OptimizerKind::Sgd | OptimizerKind::Momentum => -x[0] * x[1],
        OptimizerKind::Nesterov => -x[0] * (x[1] + x[2] * x[3]),
        _ => -x[0] * (x[1] / (x[2] + x[3])) - if x.len() > 4 { x[0] * x[4] * x[5] } else { 0.0 },
    });
    tally.check(&format!("{case}: w"), update.weight, |x| x[0] + x[1]);
}

#[test]
fn formulas_come_out_by_hand() {
    let mut fragments = vec!["depth=4&activation=tanh".to_owned(), "depth=12".to_owned()];
    for optimizer in ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "amsgrad"] {
        for rest in
            ["", "&clip=norm&clip-at=0.01", "&clip=value&clip-at=0.001&weight-decay=0.01", "&schedule=cosine&warmup=3"]
        {
            fragments.push(format!("depth=2&width=6&activation=tanh&optimizer={optimizer}{rest}"));
        }
    }
    for activation in ["linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "selu", "gelu", "silu"] {
        for rest in ["", "&norm=layer&residual=add", "&residual=scaled", "&norm=batch"] {
            fragments.push(format!("depth=3&width=5&bias-std=0.3&activation={activation}{rest}"));
        }
    }
    for data in ["xor", "spiral&loss=mse", "clouds", "spiral3&loss=bce", "plane", "ripple", "noise"] {
        for precision in ["f32", "f64"] {
            fragments.push(format!("depth=2&width=4&activation=tanh&dataset={data}&precision={precision}"));
        }
    }
    let mut tally = Tally::default();
    for fragment in &fragments {
        let (run, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        let mut trainer = AnyTrainer::new(&run).unwrap();
        trainer.probe().unwrap();
        for step in 0..=5 {
            if step > 0 {
                trainer.step().unwrap();
            }
            for layer in 0..=run.depth as usize {
                for unit in [0, 1, 2] {
                    let watch = Watch { unit: Some((layer, unit)), ..Watch::default() };
                    let Some(view) = trainer.view(&watch, 2).unit else { continue };
                    check_unit(&mut tally, &format!("{fragment} at step {step}, {layer}/{unit}"), &run, step, &view);
                }
            }
        }
    }
    let Tally { formulas, rough } = tally;
    assert!(formulas > 10_000, "{formulas}");
    // Only where the run itself has lost digits, by cancellation in f32.
    assert!(rough * 1000 < formulas, "{rough} of {formulas} come out only nearly");
}

#[test]
fn the_formula_of_the_issue_comes_out() {
    let (run, _) = from_fragment("depth=4&activation=tanh&step=3");
    let mut trainer = AnyTrainer::new(&run).unwrap();
    trainer.probe().unwrap();
    (0..3).for_each(|_| _ = trainer.step().unwrap());
    let unit = trainer.view(&Watch { unit: Some((0, 0)), ..Watch::default() }, 2).unit.unwrap();
    let sum = SumOfProducts::of(&unit.inputs, &unit.weights, 3);
    let worked = Worked::from(by_hand::pre_activation(&unit, &sum));
    let x: Vec<f64> = worked.operands.iter().map(|text| read(text)).collect();
    assert_eq!((worked.equals, worked.result.as_str()), ("=", "0.473"));
    assert_eq!(format!("{:.3}", x[0] * x[1] + x[2] * x[3] + x[4]), "0.473", "{worked:?}");
}
