//! What the recurrent weights do to a state, in words.

use crate::look::recurrent_view::{Spectrum, TimeView};
use crate::nn::recurrent::Gate;
use crate::plot::number::significant;
use crate::theory::{GradientBound, gradient_bound};
use crate::ui::chart::lag_words;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Memo, live};
use leptos::prelude::*;

/// Spectral radius and largest singular value of the recurrent weights, and where their gradient comes from, in words.
#[component]
pub(super) fn SpectrumWords() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    let words = Memo::new(move |_| {
        let level = lab.instruments.level.get();
        lab.instruments.view.with(|view| {
            let seen = view.as_deref()?.time.as_ref().filter(|time| time.level == level)?;
            Some([spectrum(i18n, seen), lag_words(i18n, seen)].join(" "))
        })
    });
    view! { <p class="inspector-words" data-spectrum>{live(move || words.get())}</p> }
}

fn spectrum(i18n: Words, seen: &TimeView) -> String {
    let short = |value: f64| significant(value, 3);
    let [plain] = &seen.blocks[..] else {
        let mut words: Vec<String> = seen.blocks.iter().map(|block| of_gate(i18n, block)).collect();
        words.push(t_string!(i18n, cell.spectrum.gated).to_owned());
        return words.join(" ");
    };
    let (radius, largest) = (short(plain.radius), short(plain.largest_singular));
    let numbers = t_string!(i18n, cell.spectrum.plain, radius = radius, largest = largest.clone()).to_string();
    let meaning = match gradient_bound(plain.largest_singular) {
        Some(GradientBound::Vanishes) => t_string!(i18n, cell.spectrum.vanishes, largest = largest).to_string(),
        Some(_) if plain.radius < 1.0 => t_string!(i18n, cell.spectrum.between).to_owned(),
        Some(_) if plain.radius >= 1.0 => t_string!(i18n, cell.spectrum.may_explode).to_owned(),
        _ => return numbers,
    };
    [numbers, meaning].join(" ")
}

fn of_gate(i18n: Words, block: &Spectrum) -> String {
    let gate = match block.gate {
        Some(Gate::Input) => "i",
        Some(Gate::Forget) => "f",
        // Both are the tanh of the cell.
        Some(Gate::Candidate) | None => "tanh",
        Some(Gate::Output) => "o",
        Some(Gate::Reset) => "r",
        Some(Gate::Update) => "z",
    };
    let (radius, largest) = (significant(block.radius, 2), significant(block.largest_singular, 2));
    t_string!(i18n, cell.spectrum.block, gate = gate, radius = radius, largest = largest).to_string()
}
