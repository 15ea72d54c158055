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
            /// Kind of network.
            Model model { "model", Model = Model::Mlp, one_of::<Model>(), Restart, First(Network) }
            /// Hidden layers.
            Depth depth {
                "depth", u32 = 12, integer(1, 100, Linear), Restart, First(Network), letter "D",
                when model == Model::Mlp
            }
            /// Units in every hidden layer.
            Width width {
                "width", u32 = 16, integer(1, 256, Logarithmic), Restart, First(Network), letter "n",
                when model == Model::Mlp
            }
            /// Hidden units of every recurrent layer.
            Hidden hidden {
                "hidden", u32 = 32, integer(1, 128, Logarithmic), Restart, First(Network), letter "H",
                when model.is_recurrent()
            }
            /// Activation of the hidden layers.
            Activation activation {
                "activation", Activation = model.default_activation(), one_of::<Activation>(), Restart, First(Network),
                letter "φ", only model.activation_names(), when matches!(model, Model::Mlp | Model::Rnn)
            }
            /// Distribution of the initial weights.
            Init init {
                "init", Initializer = Initializer::XavierNormal, one_of::<Initializer>(), Restart, First(Network),
                when model == Model::Mlp
            }
            /// Factor on the initial weights.
            Gain gain {
                "gain", f64 = 1.0, real(0.01, 10.0, Logarithmic), Restart, First(Network),
                when model == Model::Mlp && init != Initializer::Zeros
            }
            /// Standard deviation of the initial biases, σ_b.
            BiasStd bias_std {
                "bias-std", f64 = 0.0, real(0.0, 2.0, Linear), Restart, More(Network), letter "σ" "b",
                when model == Model::Mlp && !matches!(init, Initializer::Pytorch | Initializer::Playground)
            }
            /// Normalization before the activation.
            Norm norm {
                "norm", Normalization = Normalization::None, one_of::<Normalization>(), Restart, More(Network),
                when model == Model::Mlp
            }
            /// Skip connections around the hidden layers.
            Residual residual {
                "residual", Residual = Residual::None, one_of::<Residual>(), Restart, More(Network),
                when model == Model::Mlp
            }
            /// Distribution of the initial recurrent weights.
            RecInit rec_init {
                "rec-init", RecurrentInit = RecurrentInit::Pytorch, one_of::<RecurrentInit>(), Restart, First(Network),
                when model.is_recurrent()
            }
            /// Spectral radius of the initial recurrent weights, ρ.
            Rho rho {
                "rho", f64 = 1.0, real(0.01, 10.0, Logarithmic), Restart, First(Network), letter "ρ",
                when model.is_recurrent() && rec_init != RecurrentInit::Pytorch
            }
            /// Bias of the LSTM's forget gate, b_f.
            ForgetBias forget_bias {
                "forget-bias", f64 = 1.0, real(-10.0, 10.0, Linear), Restart, First(Network), letter "b" "f",
                when model == Model::Lstm
            }
            /// Recurrent layers on top of each other.
            Stack stack {
                "stack", u32 = 1, integer(1, 3, Linear), Restart, More(Network), when model.is_recurrent()
            }
            /// Task: what a recurrent network learns, and which language a multilayer perceptron may learn.
            Task task {
                "task", Task = model.default_task(), one_of::<Task>(), Restart, First(Data), only model.task_names()
            }
            /// Data set.
            Dataset dataset {
                "dataset", DatasetKind = DatasetKind::Circle, one_of::<DatasetKind>(), Restart, First(Data),
                when task == Task::Points
            }
            /// Time steps of a sequence, T.
            Length length {
                "length", u32 = task.default_length(), integer(2, 200, Linear), Restart, First(Network), letter "T",
                when model.is_recurrent()
            }
            /// Time steps that the gradient passes before it is cut.
            Window window {
                "window", Window = Window::Full, integer(1, 200, Linear).or(Window::FULL), Restart, More(Optimizer),
                when model.is_recurrent()
            }
            /// Language of the sentences.
            Language language {
                "language", Language = Language::English, one_of::<Language>(), Restart, First(Data),
                when task == Task::Sentiment
            }
            /// Where in the sentence the decisive word stands.
            Decisive decisive {
                "decisive", Decisive = Decisive::Late, one_of::<Decisive>(), Restart, First(Data),
                when task == Task::Sentiment
            }
            /// Where shorter sentences are filled up.
            Padding padding {
                "padding", Padding = Padding::Before, one_of::<Padding>(), Restart, First(Data),
                when task == Task::Sentiment && model.is_recurrent()
            }
            /// Numbers of the vector that stands for a word.
            Embedding embedding {
                "embedding", u32 = 16, integer(1, 64, Logarithmic), Restart, More(Network),
                when task == Task::Sentiment
            }
            /// Number of samples.
            Samples samples {
                "samples", u32 = task.default_samples(), integer(16, 2048, Logarithmic), Restart, More(Data),
                when task.has_samples()
            }
            /// Noise of labels or positions.
            Noise noise {
                "noise", f64 = 0.1, real(0.0, 0.5, Linear), Restart, More(Data),
                when task == Task::Points && dataset != DatasetKind::Noise
            }
            /// Loss function.
            Loss loss {
                "loss", Loss = task.default_loss(dataset), one_of::<Loss>(), Restart, More(Data),
                only task.loss_names(dataset)
            }
            /// Samples in a mini-batch.
            Batch batch {
                "batch", Batch = Batch::Size(32), integer(1, 2048, Logarithmic).or(Batch::FULL), Restart,
                First(Optimizer)
            }
            /// Update rule.
            Optimizer optimizer {
                "optimizer", OptimizerKind = model.default_optimizer(), one_of::<OptimizerKind>(), Restart, First(Optimizer)
            }
            /// Learning rate η.
            Lr lr {
                "lr", f64 = model.default_lr(optimizer), real(1e-6, 10.0, Logarithmic), Live, First(Optimizer), letter "η"
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
