//! The speed of the engine alone, as `cargo xtask bench` measures it: natively, and in a Web Worker, where the times are
//! taken by JavaScript. Each measurement is a piece of work that can be repeated.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::kernel::{Panels, activate};
use gradient_lab::nn::{Activation, Parameter};
use gradient_lab::optim::{Hyper, Optimizer, OptimizerKind, State};
use gradient_lab::run::AnyTrainer;
use std::hint::black_box;

/// Depth, width and batch of every comparison.
const CASES: [(u32, u32, u32); 4] = [(10, 16, 32), (20, 32, 64), (50, 64, 128), (100, 128, 128)];

/// What differs from those in the other networks that are measured, each beside the case that it is compared with.
const VARIANTS: [&str; 11] = [
    "depth=20&width=32&samples=64&precision=f64",
    "depth=50&width=64&samples=128&precision=f64",
    "depth=100&width=128&samples=128&precision=f64",
    "depth=50&width=64&samples=128&norm=layer",
    "depth=50&width=64&samples=128&norm=batch",
    "depth=50&width=64&samples=128&residual=add",
    "depth=50&width=60&samples=128",
    "depth=50&width=57&samples=128",
    "depth=50&width=64&samples=128&activation=gelu",
    "depth=100&width=64&samples=128",
    "depth=100&width=64&samples=128&activation=sigmoid",
];

/// Hidden units and time steps of the recurrent networks that are compared, of each model.
const RECURRENT: [(u32, u32); 2] = [(32, 50), (128, 200)];

/// What differs from those in the others that are measured, each beside the case that it is compared with: a gradient that
/// vanishes beside one that does not, stacked levels, and a loss at each time step.
const RECURRENT_VARIANTS: [&str; 7] = [
    "model=rnn&hidden=128&length=200&rec-init=orthogonal&rho=0.99",
    "model=rnn&hidden=128&length=200&rec-init=orthogonal&rho=0.3",
    "model=lstm&hidden=128&length=50&forget-bias=3",
    "model=lstm&hidden=128&length=50&forget-bias=-3",
    "model=lstm&hidden=64&length=50&stack=3",
    "model=gru&hidden=64&length=40&task=next-character",
    "model=lstm&hidden=64&length=50&precision=f64",
];

/// Entries of the matrix that activations and optimizers are measured on.
const SIDE: usize = 128;

/// One measurement.
struct Work {
    name: String,
    /// What one repetition does: floating-point operations of the matrix products, entries, or parameters.
    amount: f64,
    /// What that is counted in.
    unit: &'static str,
    repeat: Box<dyn FnMut(u32)>,
}

fn list() -> Vec<Work> {
    let mut list = vec![limit()];
    for (depth, width, batch) in CASES {
        list.push(training(&format!("depth={depth}&width={width}&samples={batch}")));
    }
    list.extend(VARIANTS.into_iter().map(training));
    for (hidden, length) in RECURRENT {
        list.extend(
            ["rnn", "lstm", "gru"].map(|model| recurrent(&format!("model={model}&hidden={hidden}&length={length}"))),
        );
    }
    list.extend(RECURRENT_VARIANTS.into_iter().map(recurrent));
    list.extend(Activation::ALL.iter().copied().map(activation));
    list.extend(OptimizerKind::ALL.iter().copied().map(optimizer));
    list
}

/// Steps of a network: forward, backward, Adam, and the report of every layer.
fn training(fragment: &str) -> Work {
    let activation = if fragment.contains("activation=") { "" } else { "activation=tanh&" };
    let common = "batch=full&init=xavier-uniform&optimizer=adam&dataset=circle&loss=mse";
    let (experiment, notices) = from_fragment(&format!("{activation}{common}&{fragment}"));
    assert!(notices.is_empty(), "{notices:?}");
    let [depth, width, batch] = [experiment.depth, experiment.width, experiment.samples].map(f64::from);
    let mut trainer = AnyTrainer::new(&experiment).expect("the case is allowed");
    Work {
        name: fragment.to_owned(),
        amount: 6.0 * batch * (width * width * (depth - 1.0) + 3.0 * width),
        unit: "FLOP",
        repeat: Box::new(move |steps| {
            for _ in 0..steps {
                trainer.step().expect("the case does not diverge");
            }
        }),
    }
}

/// Steps of a recurrent network: inputs 8 wide and the loss at the last time step, unless the fragment says other; a batch of
/// 32, Adam, and the report of every time step.
fn recurrent(fragment: &str) -> Work {
    let (experiment, notices) = from_fragment(&format!("batch=32&samples=1024&lr=1e-4&{fragment}"));
    assert!(notices.is_empty(), "{notices:?}");
    let mut trainer = AnyTrainer::new(&experiment).expect("the case is allowed");
    let spec = experiment.recurrent_spec(8).expect("a recurrent network");
    let columns = spec.cell.blocks() * spec.hidden;
    let inputs = spec.inputs + spec.hidden + (spec.stack - 1) * 2 * spec.hidden;
    Work {
        name: fragment.to_owned(),
        amount: (6 * 32 * spec.times * columns * inputs) as f64,
        unit: "FLOP",
        repeat: Box::new(move |steps| {
            for _ in 0..steps {
                trainer.step().expect("the case does not diverge");
            }
        }),
    }
}

/// Numbers between -3 and 3.
fn matrix() -> Panels<f32> {
    Panels::from_array(&ndarray::Array2::from_shape_fn((SIDE, SIDE), |(i, j)| {
        ((i * 7 + j * 13) % 97) as f64 / 16.0 - 3.0
    }))
}

/// Something done to every entry of a matrix.
fn over_matrix(name: String, unit: &'static str, mut once: impl FnMut() + 'static) -> Work {
    Work { name, amount: (SIDE * SIDE) as f64, unit, repeat: Box::new(move |times| (0..times).for_each(|_| once())) }
}

fn activation(activation: Activation) -> Work {
    let (u, mut h, mut slope) = (matrix(), matrix(), matrix());
    over_matrix(format!("activation {}", activation.name()), "entry", move || {
        for panel in 0..u.panels() {
            activate::activate(activation, u.panel(panel), h.panel_mut(panel), slope.panel_mut(panel));
        }
        black_box(&h);
    })
}

fn optimizer(kind: OptimizerKind) -> Work {
    let mut parameter = Parameter::<f32>::new(&matrix().to_array());
    parameter.grad = matrix();
    let hyper = Hyper { lr: 1e-4, ..Hyper::of(&Experiment::default()) };
    let mut state = State::new(kind, &hyper, &parameter);
    let optimizer = Optimizer::new(kind, hyper, 10);
    over_matrix(format!("optimizer {}", kind.name()), "parameter", move || {
        black_box(optimizer.prepare(&parameter, &mut state, true));
    })
}

/// Multiplications and additions in registers, none waiting for another: what the machine can do at the most.
fn limit() -> Work {
    const CHAINS: usize = 12;
    Work {
        name: "limit".to_owned(),
        amount: (CHAINS * 4) as f64,
        unit: "FLOP",
        repeat: Box::new(|times| {
            #[cfg(target_arch = "wasm32")]
            {
                use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat};
                let (factor, summand) = (f32x4_splat(black_box(1.0)), f32x4_splat(black_box(0.0)));
                let mut sums = [f32x4_splat(black_box(1.0)); CHAINS];
                for _ in 0..times {
                    for pair in sums.chunks_exact_mut(2) {
                        pair[0] = f32x4_mul(pair[0], factor);
                        pair[1] = f32x4_add(pair[1], summand);
                    }
                }
                black_box(sums);
            }
            #[cfg(not(target_arch = "wasm32"))]
            {
                let (factor, summand) = (black_box([1.0_f32; 4]), black_box([0.0_f32; 4]));
                let mut sums = [black_box([1.0_f32; 4]); CHAINS];
                for _ in 0..times {
                    for pair in sums.chunks_exact_mut(2) {
                        for i in 0..4 {
                            pair[0][i] *= factor[i];
                            pair[1][i] += summand[i];
                        }
                    }
                }
                black_box(sums);
            }
        }),
    }
}

/// Natively the times are taken here: one line a measurement, `name <tab> unit <tab> amount <tab> seconds`.
#[cfg(not(target_arch = "wasm32"))]
fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    for mut work in
        list().into_iter().filter(|work| only.is_empty() || only.iter().any(|word| work.name.contains(word)))
    {
        let mut times = 1;
        let mut seconds = |times: u32| {
            let start = std::time::Instant::now();
            (work.repeat)(times);
            start.elapsed().as_secs_f64()
        };
        while seconds(times) < 0.05 {
            times *= 2;
        }
        // The best of five rounds: what disturbs a measurement makes it slower.
        let best = (0..5).map(|_| seconds(times * 4)).fold(f64::INFINITY, f64::min) / f64::from(times * 4);
        println!("{}\t{}\t{}\t{best:e}", work.name, work.unit, work.amount);
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}

/// In a worker JavaScript takes the times.
#[cfg(target_arch = "wasm32")]
mod worker {
    use std::cell::RefCell;
    use wasm_bindgen::prelude::wasm_bindgen;

    thread_local! {
        static LIST: RefCell<Vec<super::Work>> = RefCell::new(super::list());
    }

    /// One line a measurement: `name <tab> unit <tab> amount`.
    #[wasm_bindgen]
    pub fn measurements() -> String {
        let line = |work: &super::Work| format!("{}\t{}\t{}", work.name, work.unit, work.amount);
        LIST.with_borrow(|list| list.iter().map(line).collect::<Vec<_>>().join("\n"))
    }

    /// Does the work of one measurement, by its place in [`measurements`], so many times.
    #[wasm_bindgen]
    pub fn repeat(index: usize, times: u32) {
        LIST.with_borrow_mut(|list| (list[index].repeat)(times));
    }
}
