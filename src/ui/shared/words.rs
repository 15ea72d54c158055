//! The names of parameters and of their alternatives, from the message catalogue.

use crate::diagnosis::{Condition, Repair};
use crate::experiment::presets::Preset;
use crate::experiment::table::for_each_parameter;
use crate::experiment::{Effect, Experiment, Key, Kind, Symbol, Value};
use crate::plot::gradient_by_place::PlaceNames;
use crate::plot::number;
use crate::train::{DivergedQuantity, Layout, Weights};
use crate::ui::i18n::t_string;
use crate::worker::protocol::WorkerPart;

pub use crate::ui::i18n::Words;

macro_rules! words_of_parameters {
    ($($(#[$doc:meta])* $Key:ident $field:ident $row:tt)+) => {
        /// The label of a parameter's control.
        pub fn label(i18n: Words, key: Key) -> &'static str {
            match key { $(Key::$Key => t_string!(i18n, parameters.$field.label)),+ }
        }

        /// What a parameter means, in one line.
        pub fn hint(i18n: Words, key: Key) -> &'static str {
            match key { $(Key::$Key => t_string!(i18n, parameters.$field.hint)),+ }
        }
    };
}
for_each_parameter!(words_of_parameters);

/// What a parameter means, and whether changing it starts the run again.
pub fn full_hint(i18n: Words, key: Key) -> String {
    match key.effect() {
        Effect::Restart => t_string!(i18n, page.panel.restarts, hint = hint(i18n, key)),
        Effect::Live | Effect::Opening => hint(i18n, key).to_owned(),
    }
}

/// What a part of the worker's code is, without which there is no run.
pub fn worker_part(i18n: Words, part: WorkerPart) -> &'static str {
    match part {
        WorkerPart::Texts => t_string!(i18n, page.part.texts),
        WorkerPart::Sequences => t_string!(i18n, page.part.sequences),
        WorkerPart::SequencesDouble => t_string!(i18n, page.part.sequences_double),
        WorkerPart::Double | WorkerPart::Looks | WorkerPart::Proof => t_string!(i18n, page.part.double),
    }
}

/// The name of one alternative of a parameter, or of the word that stands for a number.
pub fn choice(i18n: Words, key: Key, name: &'static str) -> &'static str {
    known_choice(i18n, key, name).unwrap_or(name)
}

fn known_choice(i18n: Words, key: Key, name: &str) -> Option<&'static str> {
    Some(match (key, name) {
        (Key::Model, "mlp") => t_string!(i18n, parameters.model.mlp),
        (Key::Model, "rnn") => t_string!(i18n, parameters.model.rnn),
        (Key::Model, "lstm") => t_string!(i18n, parameters.model.lstm),
        (Key::Model, "gru") => t_string!(i18n, parameters.model.gru),
        (Key::RecInit, "pytorch") => t_string!(i18n, parameters.rec_init.pytorch),
        (Key::RecInit, "normal") => t_string!(i18n, parameters.rec_init.normal),
        (Key::RecInit, "orthogonal") => t_string!(i18n, parameters.rec_init.orthogonal),
        (Key::RecInit, "identity") => t_string!(i18n, parameters.rec_init.identity),
        (Key::Task, "points") => t_string!(i18n, parameters.task.points),
        (Key::Task, "first-symbol") => t_string!(i18n, parameters.task.first_symbol),
        (Key::Task, "copy") => t_string!(i18n, parameters.task.copy),
        (Key::Task, "adding") => t_string!(i18n, parameters.task.adding),
        (Key::Task, "parity") => t_string!(i18n, parameters.task.parity),
        (Key::Task, "sentiment") => t_string!(i18n, parameters.task.sentiment),
        (Key::Task, "next-character") => t_string!(i18n, parameters.task.next_character),
        (Key::Window, "full") => t_string!(i18n, parameters.window.full),
        (Key::Language, "english") => t_string!(i18n, parameters.language.english),
        (Key::Language, "chinese") => t_string!(i18n, parameters.language.chinese),
        (Key::Decisive, "early") => t_string!(i18n, parameters.decisive.early),
        (Key::Decisive, "late") => t_string!(i18n, parameters.decisive.late),
        (Key::Padding, "before") => t_string!(i18n, parameters.padding.before),
        (Key::Padding, "masked") => t_string!(i18n, parameters.padding.masked),
        (Key::Padding, "after") => t_string!(i18n, parameters.padding.after),
        (Key::Activation, "linear") => t_string!(i18n, parameters.activation.linear),
        (Key::Activation, "sigmoid") => t_string!(i18n, parameters.activation.sigmoid),
        (Key::Activation, "tanh") => t_string!(i18n, parameters.activation.tanh),
        (Key::Activation, "relu") => t_string!(i18n, parameters.activation.relu),
        (Key::Activation, "leaky-relu") => t_string!(i18n, parameters.activation.leaky_relu),
        (Key::Activation, "elu") => t_string!(i18n, parameters.activation.elu),
        (Key::Activation, "selu") => t_string!(i18n, parameters.activation.selu),
        (Key::Activation, "gelu") => t_string!(i18n, parameters.activation.gelu),
        (Key::Activation, "silu") => t_string!(i18n, parameters.activation.silu),
        (Key::Init, "zeros") => t_string!(i18n, parameters.init.zeros),
        (Key::Init, "constant") => t_string!(i18n, parameters.init.constant),
        (Key::Init, "normal") => t_string!(i18n, parameters.init.normal),
        (Key::Init, "uniform") => t_string!(i18n, parameters.init.uniform),
        (Key::Init, "lecun-normal") => t_string!(i18n, parameters.init.lecun_normal),
        (Key::Init, "xavier-uniform") => t_string!(i18n, parameters.init.xavier_uniform),
        (Key::Init, "xavier-normal") => t_string!(i18n, parameters.init.xavier_normal),
        (Key::Init, "kaiming-uniform") => t_string!(i18n, parameters.init.kaiming_uniform),
        (Key::Init, "kaiming-normal") => t_string!(i18n, parameters.init.kaiming_normal),
        (Key::Init, "orthogonal") => t_string!(i18n, parameters.init.orthogonal),
        (Key::Init, "pytorch") => t_string!(i18n, parameters.init.pytorch),
        (Key::Init, "playground") => t_string!(i18n, parameters.init.playground),
        (Key::Norm, "none") => t_string!(i18n, parameters.norm.none),
        (Key::Norm, "layer") => t_string!(i18n, parameters.norm.layer),
        (Key::Norm, "batch") => t_string!(i18n, parameters.norm.batch),
        (Key::Residual, "none") => t_string!(i18n, parameters.residual.none),
        (Key::Residual, "add") => t_string!(i18n, parameters.residual.add),
        (Key::Residual, "scaled") => t_string!(i18n, parameters.residual.scaled),
        (Key::Dataset, "circle") => t_string!(i18n, parameters.dataset.circle),
        (Key::Dataset, "xor") => t_string!(i18n, parameters.dataset.xor),
        (Key::Dataset, "gaussians") => t_string!(i18n, parameters.dataset.gaussians),
        (Key::Dataset, "spiral") => t_string!(i18n, parameters.dataset.spiral),
        (Key::Dataset, "plane") => t_string!(i18n, parameters.dataset.plane),
        (Key::Dataset, "clouds") => t_string!(i18n, parameters.dataset.clouds),
        (Key::Dataset, "spiral3") => t_string!(i18n, parameters.dataset.spiral3),
        (Key::Dataset, "ripple") => t_string!(i18n, parameters.dataset.ripple),
        (Key::Dataset, "noise") => t_string!(i18n, parameters.dataset.noise),
        (Key::Loss, "bce") => t_string!(i18n, parameters.loss.bce),
        (Key::Loss, "mse") => t_string!(i18n, parameters.loss.mse),
        (Key::Loss, "softmax") => t_string!(i18n, parameters.loss.softmax),
        (Key::Batch, "full") => t_string!(i18n, parameters.batch.full),
        (Key::Optimizer, "sgd") => t_string!(i18n, parameters.optimizer.sgd),
        (Key::Optimizer, "momentum") => t_string!(i18n, parameters.optimizer.momentum),
        (Key::Optimizer, "nesterov") => t_string!(i18n, parameters.optimizer.nesterov),
        (Key::Optimizer, "adagrad") => t_string!(i18n, parameters.optimizer.adagrad),
        (Key::Optimizer, "rmsprop") => t_string!(i18n, parameters.optimizer.rmsprop),
        (Key::Optimizer, "adam") => t_string!(i18n, parameters.optimizer.adam),
        (Key::Optimizer, "adamw") => t_string!(i18n, parameters.optimizer.adamw),
        (Key::Schedule, "constant") => t_string!(i18n, parameters.schedule.constant),
        (Key::Schedule, "step") => t_string!(i18n, parameters.schedule.step),
        (Key::Schedule, "cosine") => t_string!(i18n, parameters.schedule.cosine),
        (Key::Clip, "none") => t_string!(i18n, parameters.clip.none),
        (Key::Clip, "norm") => t_string!(i18n, parameters.clip.norm),
        (Key::Clip, "value") => t_string!(i18n, parameters.clip.value),
        (Key::StopAt, "never") => t_string!(i18n, parameters.stop_at.never),
        (Key::StopLoss, "never") => t_string!(i18n, parameters.stop_loss.never),
        (Key::Precision, "f32") => t_string!(i18n, parameters.precision.f32),
        (Key::Precision, "f64") => t_string!(i18n, parameters.precision.f64),
        (Key::Speed, "max") => t_string!(i18n, parameters.speed.max),
        _ => return None,
    })
}

/// A value as the page shows it.
pub fn value(i18n: Words, key: Key, value: Value) -> String {
    match value {
        Value::Name(name) => choice(i18n, key, name).to_owned(),
        other => other.to_string(),
    }
}

/// A parameter's letter with its index, which is lowered as far as there are such forms of it.
pub fn letter((letter, index): Symbol) -> String {
    match index {
        Some("1") => format!("{letter}₁"),
        Some("2") => format!("{letter}₂"),
        Some(index) => format!("{letter}_{index}"),
        None => letter.to_owned(),
    }
}

/// What a parameter allows, as a sentence without its full stop.
pub fn allowed(i18n: Words, kind: Kind) -> String {
    match kind {
        Kind::Integer { min, max, word: None, .. } => {
            t_string!(i18n, page.allowed.integer, min = number::grouped(min.into()), max = number::grouped(max.into()))
        }
        Kind::Integer { min, max, word: Some(word), .. } => t_string!(
            i18n,
            page.allowed.integer_or,
            min = number::grouped(min.into()),
            max = number::grouped(max.into()),
            word = word
        ),
        Kind::Real { min, max, word: None, .. } => {
            t_string!(i18n, page.allowed.real, min = Value::Real(min).to_string(), max = Value::Real(max).to_string())
        }
        Kind::Real { min, max, word: Some(word), .. } => t_string!(
            i18n,
            page.allowed.real_or,
            min = Value::Real(min).to_string(),
            max = Value::Real(max).to_string(),
            word = word
        ),
        Kind::Choice([name]) => t_string!(i18n, page.allowed.only, names = *name),
        Kind::Choice(names) => t_string!(i18n, page.allowed.choice, names = names.join(", ")),
        Kind::Switch => t_string!(i18n, page.allowed.switch).to_owned(),
    }
}

/// The name of a condition.
pub fn condition(i18n: Words, condition: Condition) -> &'static str {
    match condition {
        Condition::Diverged => t_string!(i18n, page.condition.diverged),
        Condition::Trained => t_string!(i18n, page.condition.trained),
        Condition::Exploding => t_string!(i18n, page.condition.exploding),
        Condition::Dead => t_string!(i18n, page.condition.dead),
        Condition::Vanishing => t_string!(i18n, page.condition.vanishing),
        Condition::Underflow => t_string!(i18n, page.condition.underflow),
        Condition::Saturated => t_string!(i18n, page.condition.saturated),
        Condition::Healthy => t_string!(i18n, page.condition.healthy),
    }
}

/// What a repair changes.
pub fn repair(i18n: Words, repair: Repair) -> &'static str {
    match repair {
        Repair::TanhXavier => t_string!(i18n, page.repair.tanh_xavier),
        Repair::ReluKaiming => t_string!(i18n, page.repair.relu_kaiming),
        Repair::UnitGain => t_string!(i18n, page.repair.unit_gain),
        Repair::FittingInit => t_string!(i18n, page.repair.fitting_init),
        Repair::Orthogonal => t_string!(i18n, page.repair.orthogonal),
        Repair::Wider => t_string!(i18n, page.repair.wider),
        Repair::NoDecay => t_string!(i18n, page.repair.no_decay),
        Repair::LeakyUnits => t_string!(i18n, page.repair.leaky_units),
        Repair::LowerLr => t_string!(i18n, page.repair.lower_lr),
        Repair::ClipNorm => t_string!(i18n, page.repair.clip_norm),
        Repair::LeakyRelu => t_string!(i18n, page.repair.leaky_relu),
        Repair::Skip => t_string!(i18n, page.repair.skip),
        Repair::LayerNorm => t_string!(i18n, page.repair.layer_norm),
        Repair::Lstm => t_string!(i18n, page.repair.lstm),
        Repair::Gru => t_string!(i18n, page.repair.gru),
        Repair::ForgetBias => t_string!(i18n, page.repair.forget_bias),
        Repair::OrthogonalRecurrent => t_string!(i18n, page.repair.orthogonal_recurrent),
        Repair::UnitRadius => t_string!(i18n, page.repair.unit_radius),
        Repair::Irnn => t_string!(i18n, page.repair.irnn),
        Repair::TanhCell => t_string!(i18n, page.repair.tanh_cell),
        Repair::ShortWindow => t_string!(i18n, page.repair.short_window),
        Repair::PadBefore => t_string!(i18n, page.repair.pad_before),
        Repair::PadMasked => t_string!(i18n, page.repair.pad_masked),
    }
}

/// The quantity in which a run diverged.
pub fn diverged_quantity(i18n: Words, quantity: DivergedQuantity) -> &'static str {
    match quantity {
        DivergedQuantity::Activation => t_string!(i18n, page.quantity.activation),
        DivergedQuantity::Loss => t_string!(i18n, page.quantity.loss),
        DivergedQuantity::GradZ => t_string!(i18n, page.quantity.grad_z),
        DivergedQuantity::Grad => t_string!(i18n, page.quantity.grad),
        DivergedQuantity::Update => t_string!(i18n, page.quantity.update),
        DivergedQuantity::State => t_string!(i18n, page.quantity.state),
        DivergedQuantity::GradState => t_string!(i18n, page.quantity.grad_state),
    }
}

/// The name of a lesson.
pub fn lesson(i18n: Words, preset: Preset) -> &'static str {
    match preset {
        Preset::Vanishing => t_string!(i18n, page.lesson.vanishing.name),
        Preset::TanhXavier => t_string!(i18n, page.lesson.tanh_xavier.name),
        Preset::ReluKaiming => t_string!(i18n, page.lesson.relu_kaiming.name),
        Preset::Exploding => t_string!(i18n, page.lesson.exploding.name),
        Preset::DeadRelu => t_string!(i18n, page.lesson.dead_relu.name),
        Preset::AdamVanishing => t_string!(i18n, page.lesson.adam_vanishing.name),
        Preset::PlainSgd => t_string!(i18n, page.lesson.plain_sgd.name),
        Preset::Momentum => t_string!(i18n, page.lesson.momentum.name),
        Preset::RandomRegression => t_string!(i18n, page.lesson.random_regression.name),
        Preset::Underflow => t_string!(i18n, page.lesson.underflow.name),
        Preset::ForgetfulRnn => t_string!(i18n, page.lesson.forgetful_rnn.name),
        Preset::ExplodingRnn => t_string!(i18n, page.lesson.exploding_rnn.name),
        Preset::ClippedRnn => t_string!(i18n, page.lesson.clipped_rnn.name),
        Preset::Irnn => t_string!(i18n, page.lesson.irnn.name),
        Preset::LstmForgetZero => t_string!(i18n, page.lesson.lstm_forget_zero.name),
        Preset::LstmForgetThree => t_string!(i18n, page.lesson.lstm_forget_three.name),
        Preset::Gru => t_string!(i18n, page.lesson.gru.name),
        Preset::RnnEarlyWord => t_string!(i18n, page.lesson.rnn_early_word.name),
        Preset::RnnLateWord => t_string!(i18n, page.lesson.rnn_late_word.name),
        Preset::LstmEarlyWord => t_string!(i18n, page.lesson.lstm_early_word.name),
        Preset::LstmLateWord => t_string!(i18n, page.lesson.lstm_late_word.name),
        Preset::PaddingAfter => t_string!(i18n, page.lesson.padding_after.name),
        Preset::NextCharacter => t_string!(i18n, page.lesson.next_character.name),
    }
}

/// The question that a lesson puts to the class.
pub fn question(i18n: Words, preset: Preset) -> &'static str {
    match preset {
        Preset::Vanishing => t_string!(i18n, page.lesson.vanishing.question),
        Preset::TanhXavier => t_string!(i18n, page.lesson.tanh_xavier.question),
        Preset::ReluKaiming => t_string!(i18n, page.lesson.relu_kaiming.question),
        Preset::Exploding => t_string!(i18n, page.lesson.exploding.question),
        Preset::DeadRelu => t_string!(i18n, page.lesson.dead_relu.question),
        Preset::AdamVanishing => t_string!(i18n, page.lesson.adam_vanishing.question),
        Preset::PlainSgd => t_string!(i18n, page.lesson.plain_sgd.question),
        Preset::Momentum => t_string!(i18n, page.lesson.momentum.question),
        Preset::RandomRegression => t_string!(i18n, page.lesson.random_regression.question),
        Preset::Underflow => t_string!(i18n, page.lesson.underflow.question),
        Preset::ForgetfulRnn => t_string!(i18n, page.lesson.forgetful_rnn.question),
        Preset::ExplodingRnn => t_string!(i18n, page.lesson.exploding_rnn.question),
        Preset::ClippedRnn => t_string!(i18n, page.lesson.clipped_rnn.question),
        Preset::Irnn => t_string!(i18n, page.lesson.irnn.question),
        Preset::LstmForgetZero => t_string!(i18n, page.lesson.lstm_forget_zero.question),
        Preset::LstmForgetThree => t_string!(i18n, page.lesson.lstm_forget_three.question),
        Preset::Gru => t_string!(i18n, page.lesson.gru.question),
        Preset::RnnEarlyWord => t_string!(i18n, page.lesson.rnn_early_word.question),
        Preset::RnnLateWord => t_string!(i18n, page.lesson.rnn_late_word.question),
        Preset::LstmEarlyWord => t_string!(i18n, page.lesson.lstm_early_word.question),
        Preset::LstmLateWord => t_string!(i18n, page.lesson.lstm_late_word.question),
        Preset::PaddingAfter => t_string!(i18n, page.lesson.padding_after.question),
        Preset::NextCharacter => t_string!(i18n, page.lesson.next_character.question),
    }
}

/// The number of a layer of a multilayer perceptron whose weights these are; see [`Layout::number`].
pub fn layer_of(layout: Layout, weights: Weights) -> usize {
    if let Weights::Layer(layer) = weights { layout.number(layer) } else { 1 }
}

/// A place's name: that of a layer, which is its number unless it is the embedding or the output layer, or the number of a
/// time step.
pub fn place_name(i18n: Words, layout: Layout, place: usize) -> String {
    match layout {
        Layout::Layers { layers, .. } if place + 1 == layers => t_string!(i18n, charts.output_layer).to_owned(),
        Layout::Layers { .. } if layout.is_embedding(place) => t_string!(i18n, charts.embedding).to_owned(),
        Layout::Layers { .. } => t_string!(i18n, charts.layer, number = layout.number(place)).to_string(),
        Layout::Times { .. } => t_string!(i18n, charts.time_step, number = place + 1).to_string(),
    }
}

/// What is written at the ticks of an axis of places.
pub fn place_names(i18n: Words, layout: Layout) -> PlaceNames {
    match layout {
        Layout::Layers { .. } => {
            PlaceNames::Layers { first: layout.number(0), output: t_string!(i18n, charts.output_tick).to_owned() }
        }
        Layout::Times { .. } => PlaceNames::Times,
    }
}

/// The number of a recurrent layer (from 0) as an index of letters: `⁽²⁾`.
pub fn level_index(level: usize) -> &'static str {
    ["⁽¹⁾", "⁽²⁾", "⁽³⁾"].get(level).copied().unwrap_or_default()
}

/// The letters of some weights, which are the same in every language, and the number of their level where there are others.
pub fn weights_name(i18n: Words, layout: Layout, weights: Weights) -> String {
    let of_level = |letters: &'static str, level: usize| match layout.levels() {
        1 => letters.to_owned(),
        _ => format!("{letters}{}", level_index(level)),
    };
    match weights {
        Weights::Layer(layer) => place_name(i18n, layout, layer),
        Weights::Embedding => t_string!(i18n, charts.embedding).to_owned(),
        Weights::Input(level) => of_level("Wᵢₕ", level),
        Weights::Recurrent(level) => of_level("Wₕₕ", level),
        Weights::Readout => "Wₕₒ".to_owned(),
    }
}

/// The name of a layer (from 0) of an experiment's network.
pub fn layer_name_in(i18n: Words, experiment: &Experiment, layer: usize) -> String {
    place_name(i18n, Layout::of(experiment), layer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::ui::i18n::{provide_words, use_i18n};
    use leptos::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_letter_has_its_index_below() {
        let letters = [("λ", None), ("β", Some("1")), ("β", Some("2")), ("W", Some("hh"))].map(super::letter);
        assert_eq!(letters, ["λ", "β₁", "β₂", "W_hh"]);
    }

    #[wasm_bindgen_test]
    fn every_alternative_has_a_name_in_the_catalogue() {
        #[component]
        fn Check() -> impl IntoView {
            let i18n = use_i18n();
            for &key in Key::ALL {
                let names: &[&str] = match key.kind() {
                    Kind::Choice(names) => names,
                    Kind::Integer { word, .. } | Kind::Real { word, .. } => {
                        &word.map_or(vec![], |word| vec![word]).leak()[..]
                    }
                    Kind::Switch => &[],
                };
                for name in names {
                    assert!(untrack(|| known_choice(i18n, key, name)).is_some(), "{key:?} {name}");
                }
            }
        }
        let body = document().body().expect("tests run on a page");
        mount_to(body, || {
            provide_words();
            view! { <Check /> }
        })
        .forget();
    }
}
