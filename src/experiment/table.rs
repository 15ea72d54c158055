//! The table of parameters: each is one row here.
//!
//! **To add a parameter**, write its row below, and its `label` and `hint` under the row's field in
//! `locales/en/parameters.json`: without them the page does not compile. Its field in `Experiment`, its key in links,
//! its validation and its control follow. Then read `experiment.<field>` where it means something; what changes live
//! travels in `optim::Hyper`.
//!
//! A row says, in this order:
//!
//! ```text
//! /// What the parameter is.
//! Key field { "name-in-links", Type = default, kind, effect, place, letter "σ" "b", only names, when condition }
//! ```
//!
//! - *default*: may name fields of rows above, on which it then depends (a learning rate on the optimizer): a parameter
//!   at its default follows them.
//! - *kind*: which values are allowed, with a number's range and the scale of its slider.
//! - *effect*: when a change takes effect.
//! - *place*: where the control stands, `First(group)` in the first view and `More(group)` under *More*.
//! - *letter* (may be left out): what formulas call it, with its index.
//! - *only* (may be left out): the names that are left of the kind's when other fields rule some out.
//! - *when* (may be left out): the condition on other fields under which the parameter means anything.
//!
//! Links name the keys in the order of the rows, and controls stand in it.

/// Hands the whole table to a macro, which makes of every row what is needed where it is called.
macro_rules! for_each_parameter {
    ($macro:ident) => {
        $macro! {
            /// Hidden layers.
            Depth depth { "depth", u32 = 12, integer(1, 100, Linear), Restart, First(Network), letter "D" }
            /// Units in every hidden layer.
            Width width { "width", u32 = 16, integer(1, 256, Logarithmic), Restart, First(Network), letter "n" }
            /// Activation of the hidden layers.
            Activation activation {
                "activation", Activation = Activation::Sigmoid, one_of::<Activation>(), Restart, First(Network),
                letter "φ"
            }
            /// Distribution of the initial weights.
            Init init {
                "init", Initializer = Initializer::XavierNormal, one_of::<Initializer>(), Restart, First(Network)
            }
            /// Factor on the initial weights.
            Gain gain {
                "gain", f64 = 1.0, real(0.01, 10.0, Logarithmic), Restart, First(Network),
                when init != Initializer::Zeros
            }
            /// Standard deviation of the initial biases, σ_b.
            BiasStd bias_std {
                "bias-std", f64 = 0.0, real(0.0, 2.0, Linear), Restart, More(Network), letter "σ" "b",
                when !matches!(init, Initializer::Pytorch | Initializer::Playground)
            }
            /// Normalization before the activation.
            Norm norm { "norm", Normalization = Normalization::None, one_of::<Normalization>(), Restart, More(Network) }
            /// Skip connections around the hidden layers.
            Residual residual { "residual", Residual = Residual::None, one_of::<Residual>(), Restart, More(Network) }
            /// Data set.
            Dataset dataset {
                "dataset", DatasetKind = DatasetKind::Circle, one_of::<DatasetKind>(), Restart, First(Data)
            }
            /// Number of samples.
            Samples samples { "samples", u32 = 256, integer(16, 2048, Logarithmic), Restart, More(Data) }
            /// Noise of labels or positions.
            Noise noise {
                "noise", f64 = 0.1, real(0.0, 0.5, Linear), Restart, More(Data), when dataset != DatasetKind::Noise
            }
            /// Loss function.
            Loss loss {
                "loss", Loss = dataset.default_loss(), one_of::<Loss>(), Restart, More(Data), only dataset.loss_names()
            }
            /// Samples in a mini-batch.
            Batch batch {
                "batch", Batch = Batch::Size(32), integer(1, 2048, Logarithmic).or(Batch::FULL), Restart,
                First(Optimizer)
            }
            /// Update rule.
            Optimizer optimizer {
                "optimizer", OptimizerKind = OptimizerKind::Sgd, one_of::<OptimizerKind>(), Restart, First(Optimizer)
            }
            /// Learning rate η.
            Lr lr {
                "lr", f64 = optimizer.defaults().lr, real(1e-6, 10.0, Logarithmic), Live, First(Optimizer), letter "η"
            }
            /// Momentum μ.
            Momentum momentum {
                "momentum", f64 = 0.9, real(0.0, 0.9999, NearOne), Live, First(Optimizer), letter "μ",
                when optimizer.uses_momentum()
            }
            /// Decay of the first moment, β₁.
            Beta1 beta1 {
                "beta1", f64 = 0.9, real(0.0, 0.9999, NearOne), Live, First(Optimizer), letter "β" "1",
                when optimizer.uses_beta1()
            }
            /// Decay of the second moment, β₂ (RMSProp: α).
            Beta2 beta2 {
                "beta2", f64 = optimizer.defaults().beta2, real(0.0, 0.999_999, NearOne), Live, First(Optimizer),
                letter "β" "2", when optimizer.uses_beta2()
            }
            /// ε of the adaptive optimizers.
            Epsilon epsilon {
                "epsilon", f64 = optimizer.defaults().epsilon, real(1e-12, 1.0, Logarithmic), Live, First(Optimizer),
                letter "ε", when optimizer.uses_epsilon()
            }
            /// Whether Adam and AdamW divide by the largest second moment so far.
            Amsgrad amsgrad {
                "amsgrad", bool = false, Kind::Switch, Restart, More(Optimizer), when optimizer.has_amsgrad()
            }
            /// Weight decay λ.
            WeightDecay weight_decay {
                "weight-decay", f64 = optimizer.defaults().weight_decay, real(0.0, 1.0, LogarithmicFromZero), Live,
                More(Optimizer), letter "λ"
            }
            /// Learning-rate schedule.
            Schedule schedule {
                "schedule", ScheduleKind = ScheduleKind::Constant, one_of::<ScheduleKind>(), Live, More(Optimizer)
            }
            /// Steps of a schedule's period.
            ScheduleSteps schedule_steps {
                "schedule-steps", u32 = 1000, integer(1, 1_000_000, Logarithmic), Live, More(Optimizer),
                when schedule != ScheduleKind::Constant
            }
            /// Steps over which the learning rate rises linearly from 0.
            Warmup warmup { "warmup", u32 = 0, integer(0, 1000, Linear), Live, More(Optimizer) }
            /// Gradient clipping.
            Clip clip { "clip", ClipKind = ClipKind::None, one_of::<ClipKind>(), Live, More(Optimizer) }
            /// Threshold of the clipping.
            ClipAt clip_at {
                "clip-at", f64 = 1.0, real(1e-4, 1e4, Logarithmic), Live, More(Optimizer), letter "c",
                when clip != ClipKind::None
            }
            /// The step at which the run pauses by itself.
            StopAt stop_at {
                "stop-at", Option<u32> = None, integer(1, 1_000_000, Logarithmic).or(NEVER), Live, More(Optimizer)
            }
            /// The loss at which the run pauses by itself, or below.
            StopLoss stop_loss {
                "stop-loss", Option<f64> = None, real(0.0, 1e6, NoSlider).or(NEVER), Live, More(Optimizer)
            }
            /// Floating-point format.
            Precision precision {
                "precision", Precision = Precision::F32, one_of::<Precision>(), Restart, More(Network)
            }
            /// Seed of every random number.
            Seed seed { "seed", u32 = 7, integer(0, u32::MAX, NoSlider), Restart, More(Network) }
            /// The step at which the page opens.
            Step step { "step", u32 = 0, integer(0, 1_000_000, NoSlider), Opening, Elsewhere }
            /// Steps a second.
            Speed speed {
                "speed", Speed = Speed::StepsPerSecond(10.0), real(0.5, 1000.0, Logarithmic).or(Speed::MAX), Live,
                Elsewhere
            }
            /// Whether the run goes on while nobody can see the page.
            Background background { "background", bool = false, Kind::Switch, Opening, More(Optimizer) }
            /// Whether the run starts on opening.
            Run run { "run", bool = false, Kind::Switch, Opening, Elsewhere }
        }
    };
}
pub(crate) use for_each_parameter;
