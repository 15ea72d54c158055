//! What the paths have come to: their numbers beside those of theory, and a sentence for each.

use super::state::use_state;
use super::words;
use crate::plot::number::{exact, readable, short};
use crate::plot::series::SeriesLook;
use crate::surface::{Descent, Function, Method, theory};
use crate::ui::chart::{follow_theme, mark_picture};
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{Memo, Views, live};
use leptos::prelude::*;

/// The table and the sentences.
#[component]
pub fn Readout(
    /// The names of the paths.
    names: Memo<Vec<String>>,
) -> impl IntoView {
    let (state, i18n, theme) = (use_state(), use_i18n(), follow_theme());
    let function = Memo::new(move |_| state.setting.with(|setting| setting.objective.function));
    let heads = move || {
        let distance = match function.get() {
            Function::Saddle => t_string!(i18n, surface.head.ridge),
            _ => t_string!(i18n, surface.head.distance),
        };
        let heads = match function.get() {
            Function::Online => vec!["x", t_string!(i18n, surface.head.regret)],
            _ => vec!["f", distance, t_string!(i18n, surface.head.measured), t_string!(i18n, surface.head.predicted)],
        };
        heads.into_iter().map(|head| view! { <th scope="col">{head}</th> }).views()
    };
    let cells = move |path: &Descent, step: usize| {
        let made = path.up_to(step);
        let now = made[made.len() - 1];
        let numbers = match path.objective().function {
            Function::Online => {
                vec![(Some(now.at[0]), readable as fn(f64) -> String), (path.mean_regret(made.len() - 1), readable)]
            }
            _ => vec![
                (Some(now.value), readable as fn(f64) -> String),
                (Some(path.measured(now.at)), readable),
                (path.rate(step), words::rate),
                (path.predicted(), words::rate),
            ],
        };
        let cell = |(number, text): (Option<f64>, fn(f64) -> String)| match number {
            Some(number) => view! { <td data-value=exact(number)>{text(number)}</td> }.into_any(),
            None => view! { <td>"–"</td> }.into_any(),
        };
        numbers.into_iter().map(cell).views()
    };
    let rows = move || {
        let (step, names, theme) = (state.step.get(), names.get(), theme.get());
        state.paths.with(|paths| {
            let columns = if function.get() == Function::Online { "3" } else { "5" };
            let row = |(number, (path, name)): (usize, (&Descent, &String))| {
                let look = SeriesLook::of(&theme, number);
                view! {
                    <tbody data-path=(number + 1).to_string()>
                        <tr>
                            <th scope="row">{mark_picture(look.marker, look.color)} {name.clone()}</th>
                            {cells(path, step)}
                        </tr>
                        <tr class="surface-sentence">
                            <td colspan=columns>{words::sentence(i18n, path, step)}</td>
                        </tr>
                    </tbody>
                }
            };
            paths.iter().zip(&names).enumerate().map(row).views()
        })
    };
    let note = move || match function.get() {
        Function::Quadratic => None,
        Function::Saddle | Function::Online => None,
        Function::Ravine | Function::Rosenbrock | Function::Beale => {
            Some(view! { <p class="surface-note">{t_string!(i18n, surface.near)}</p> })
        }
    };
    view! {
        <section class="surface-readout">
            <table class="surface-table">
                <thead>
                    <tr>
                        <th scope="col">{live(move || t_string!(i18n, surface.head.path))}</th>
                        {live(heads)}
                    </tr>
                </thead>
                {live(rows)}
            </table>
            {live(note)}
            <Theory />
        </section>
    }
}

/// What theory says of the quadratic, for the methods that it speaks of.
#[component]
fn Theory() -> impl IntoView {
    let (state, i18n) = (use_state(), use_i18n());
    let shown = move || {
        let (objective, paths) = state.setting.with(|setting| (setting.objective, setting.paths.clone()));
        let curvature = objective.curvature().filter(|_| objective.function == Function::Quadratic)?;
        let has = |method: Method| paths.iter().find(|tuned| tuned.method == method);
        let row = |method: Method| {
            let best = theory::best(method, curvature.lambda)?;
            // The limit depends on the momentum: that of the path, or else the best.
            let tuned = has(method).copied().or_else(|| theory::best_tuned(method, curvature.lambda))?;
            let limit = theory::limit(&tuned, curvature.lambda[1])?;
            let numbers = [limit, best.lr, best.momentum, best.rate];
            let cells = numbers.into_iter().enumerate().map(|(column, number)| {
                let text = match column {
                    2 if method == Method::Sgd => "–".to_owned(),
                    3 => words::rate(number),
                    _ => readable(number),
                };
                view! { <td data-value=exact(number)>{text}</td> }
            });
            Some(view! {
                <tr data-theory=crate::choice::Choice::name(method)>
                    <th scope="row">{words::short_method(i18n, method)}</th>
                    {cells.views()}
                </tr>
            })
        };
        let methods = [Method::Sgd, Method::Momentum, Method::Nesterov];
        let shown = methods.into_iter().filter(|method| *method != Method::Nesterov || has(*method).is_some());
        let heads = [
            t_string!(i18n, surface.theory.stable),
            t_string!(i18n, surface.theory.lr),
            t_string!(i18n, surface.theory.momentum),
            t_string!(i18n, surface.theory.rate),
        ];
        let title = t_string!(
            i18n,
            surface.theory.title,
            least = short(curvature.lambda[0]),
            most = short(curvature.lambda[1])
        );
        Some(view! {
            <table class="surface-table surface-theory">
                <caption>{title}</caption>
                <thead>
                    <tr>
                        <td></td>
                        {heads.map(|head| view! { <th scope="col">{head}</th> }).views()}
                    </tr>
                </thead>
                <tbody>{shown.filter_map(row).views()}</tbody>
            </table>
        })
    };
    live(shown)
}
