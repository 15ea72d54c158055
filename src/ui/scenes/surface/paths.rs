//! The optimizers: which they are, their hyper-parameters, one more, one less.

use super::number_row::NumberRow;
use super::state::use_state;
use super::words;
use crate::choice::Choice;
use crate::plot::number::short;
use crate::plot::series::SeriesLook;
use crate::surface::{Function, HyperParameter, MOST_PATHS, Method, Tuned, theory};
use crate::ui::chart::{follow_theme, mark_picture};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, Signal, Views, attribute, live};
use crate::ui::shared::icon::{Icon, Picture};
use leptos::prelude::*;

/// The controls of all paths.
#[component]
pub fn PathControls(
    /// The names of the paths.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let (state, i18n) = (use_state(), use_i18n());
    let count = Memo::new(move |_| state.setting.with(|setting| setting.paths.len()));
    let add = move |_| {
        state.change(|setting| {
            // One that is not there yet, with the learning rate of its like if that is.
            let is_new = |method: &&Method| setting.paths.iter().all(|tuned| tuned.method != **method);
            let order =
                [Method::Sgd, Method::Momentum, Method::Adam, Method::RmsProp, Method::Nesterov, Method::Adagrad];
            let method = order.iter().find(is_new).copied().unwrap_or(Method::Sgd);
            let tuned = setting.paths.last().map_or_else(|| Tuned::new(method), |last| last.exchanged(method));
            if setting.paths.len() < MOST_PATHS {
                setting.paths.push(tuned);
            }
        });
    };
    view! {
        <div class="surface-paths">
            {live(move || (0..count.get()).map(|number| view! { <Path number names /> }).views())}
            <button type="button" class="button" id="add-path" disabled=attribute(move || count.get() >= MOST_PATHS) on:click=add>
                {live(move || t_string!(i18n, surface.add))}
            </button>
        </div>
    }
}

#[component]
fn Path(number: usize, names: Memo<Vec<String>>) -> impl IntoView {
    let (state, i18n, theme) = (use_state(), use_i18n(), follow_theme());
    // Of one that was taken away, the last controls still ask.
    let tuned = Memo::new(move |_| {
        state.setting.with(|setting| setting.paths.get(number).copied().unwrap_or_else(|| Tuned::new(Method::Sgd)))
    });
    let method = Memo::new(move |_| tuned.get().method);
    let name = move || names.with(|names| names.get(number).cloned().unwrap_or_default());
    let is_last = Memo::new(move |_| state.setting.with(|setting| setting.paths.len() == 1));
    let choose = move |event| {
        if let Some(method) = Method::from_name(&event_target_value(&event)) {
            state.change_path(number, |tuned| tuned.exchanged(method));
        }
    };
    let option = move |&one: &Method| {
        view! {
            <option value=one.name() prop:selected=move || method.get() == one>
                {live(move || words::short_method(i18n, one))}
            </option>
        }
    };
    let remove = move |_| {
        state.change(|setting| {
            if setting.paths.len() > 1 && number < setting.paths.len() {
                setting.paths.remove(number);
            }
        });
    };
    let best = Memo::new(move |_| {
        let objective = state.setting.with(|setting| setting.objective);
        let curvature = objective.curvature().filter(|_| objective.function == Function::Quadratic)?;
        theory::best_tuned(method.get(), curvature.lambda)
    });
    let best_button = move || {
        let best = best.get()?;
        let words = move || {
            let [lr, momentum] =
                [HyperParameter::Lr, HyperParameter::Momentum].map(|parameter| short(best.get(parameter)));
            match best.method {
                Method::Sgd => t_string!(i18n, surface.best_hint, lr = lr),
                _ => t_string!(i18n, surface.best_momentum_hint, lr = lr, momentum = momentum),
            }
        };
        Some(view! {
            <button
                type="button"
                class="button quiet surface-best"
                title=attribute(words)
                disabled=attribute(move || tuned.get() == best)
                on:click=move |_| state.change_path(number, |_| best)
            >
                {t_string!(i18n, surface.best)}
            </button>
        })
    };
    let row = move |parameter: HyperParameter| {
        let value = Memo::new(move |_| tuned.get().get(parameter));
        let set = Callback::new(move |value| state.change_path(number, |tuned| tuned.with(parameter, value)));
        let label = Signal::derive(move || words::letter(method.get(), parameter).to_owned());
        let hint = Signal::derive(move || {
            t_string!(i18n, surface.of_path, parameter = words::hyper_parameter(i18n, parameter), path = name())
                .to_string()
        });
        let id = format!("{}-{}", parameter.name(), number + 1);
        view! { <NumberRow id label hint kind=parameter.kind() value set /> }
    };
    view! {
        <fieldset class="surface-path" data-path=(number + 1).to_string() data-method=attribute(move || method.get().name())>
            <div class="surface-path-head">
                {live(move || {
                    let look = SeriesLook::of(&theme.get(), number);
                    mark_picture(look.marker, look.color)
                })}
                <select
                    id=format!("method-{}", number + 1)
                    aria-label=attribute(move || t_string!(i18n, surface.method, number = number + 1))
                    title=attribute(move || words::method(i18n, method.get()))
                    on:change=choose
                >
                    {Method::ALL.iter().map(option).views()}
                </select>
                {live(best_button)}
                <button
                    type="button"
                    class="button quiet icon-only surface-remove"
                    aria-label=attribute(move || t_string!(i18n, surface.remove, path = name()))
                    title=attribute(move || t_string!(i18n, surface.remove, path = name()))
                    disabled=attribute(move || is_last.get())
                    on:click=remove
                >
                    <Icon picture=Picture::Close />
                </button>
            </div>
            {live(move || method.get().parameters().iter().map(|parameter| row(*parameter)).views())}
        </fieldset>
    }
}
