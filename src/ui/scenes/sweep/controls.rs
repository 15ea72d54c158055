//! What a map has along its axes, how many seeds, and what it shows.

use super::pool::{cores, wanted};
use super::state::Board;
use super::words;
use crate::choice::Choice;
use crate::diagnosis::Condition;
use crate::experiment::{Key, Kind, Value};
use crate::plot::number::grouped;
use crate::sweep::{Axis, MOST_STEPS, Outcome, Points};
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::reactive::{Memo, RwSignal, Signal, Views, attribute, live};
use crate::ui::shared::words as shared_words;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// The controls of a map.
#[component]
pub(super) fn Controls(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let outcome = Memo::new(move |_| board.sweep.with(|sweep| sweep.outcome));
    let is_under_way = Memo::new(move |_| board.progress.with(|progress| progress.state.is_under_way()));
    let start_words = move || match board.left() {
        0 => t_string!(i18n, sweep.control.start).to_owned(),
        1 => t_string!(i18n, sweep.control.start_one).to_owned(),
        left => t_string!(i18n, sweep.control.start_some, runs = grouped(left as u64)).to_string(),
    };
    let button = move || match is_under_way.get() {
        true => view! {
            <button type="button" class="button primary" id="sweep-cancel" on:click=move |_| board.cancel()>
                {live(move || t_string!(i18n, sweep.control.cancel))}
            </button>
        }
        .into_any(),
        false => view! {
            <button
                type="button"
                class="button primary"
                id="sweep-start"
                disabled=attribute(move || !board.has_something_to_make())
                on:click=move |_| board.start()
            >
                {live(start_words)}
            </button>
        }
        .into_any(),
    };
    let takes_steps = Memo::new(move |_| outcome.get().takes_steps());
    let limit = Memo::new(move |_| matches!(outcome.get(), Outcome::StepsTo(_)));
    let condition = Memo::new(move |_| matches!(outcome.get(), Outcome::Verdict(_)));
    view! {
        <section class="settings sweep-controls" aria-labelledby="sweep-heading">
            <div class="settings-head">
                <h2 id="sweep-heading">{live(move || t_string!(i18n, sweep.control.heading))}</h2>
            </div>
            <AxisControl board is_up=false />
            <AxisControl board is_up=true />
            <OutcomeControl board />
            {live(move || condition.get().then(|| view! { <VerdictControl board /> }))}
            {live(move || limit.get().then(|| view! {
                <Field
                    id="sweep-limit"
                    label=Signal::derive(move || t_string!(i18n, sweep.control.limit).to_owned())
                    value=Signal::derive(move || match outcome.get() {
                        Outcome::StepsTo(loss) => Value::Real(loss).to_string(),
                        _ => String::new(),
                    })
                    set=Callback::new(move |text: String| set_limit(i18n, board, &text))
                />
            }))}
            {live(move || takes_steps.get().then(|| view! {
                <Field
                    id="sweep-after"
                    label=Signal::derive(move || t_string!(i18n, sweep.control.after).to_owned())
                    value=Signal::derive(move || board.sweep.with(|sweep| sweep.after.to_string()))
                    set=Callback::new(move |text: String| set_after(i18n, board, &text))
                />
            }))}
            <Field
                id="sweep-seeds"
                label=Signal::derive(move || t_string!(i18n, sweep.control.seeds).to_owned())
                value=Signal::derive(move || board.sweep.with(|sweep| sweep.seeds.to_string()))
                set=Callback::new(move |text: String| set_seeds(i18n, board, &text))
            />
            <WorkersControl board />
            <div class="sweep-start">{live(button)}</div>
        </section>
    }
}

/// The parameter of an axis and its values.
#[component]
fn AxisControl(board: Board, is_up: bool) -> impl IntoView {
    let i18n = use_i18n();
    let id = if is_up { "sweep-up" } else { "sweep-across" };
    let axis =
        Memo::new(move |_| board.sweep.with(|sweep| if is_up { sweep.up.clone() } else { Some(sweep.across.clone()) }));
    let key = Memo::new(move |_| axis.with(|axis| axis.as_ref().map(|axis| axis.key)));
    // Those that mean something in the present experiment, but for the one on the other axis.
    let keys = Memo::new(move |_| {
        let other =
            board.sweep.with(|sweep| if is_up { Some(sweep.across.key) } else { sweep.up.as_ref().map(|up| up.key) });
        let present = key.get();
        board.lab.experiment.with(|experiment| {
            let is_offered = |key: &&Key| {
                Axis::allows(**key) && Some(**key) != other && (experiment.is_relevant(**key) || Some(**key) == present)
            };
            Key::ALL.iter().filter(is_offered).copied().collect::<Vec<_>>()
        })
    });
    let set_axis = move |axis: Option<Axis>| {
        board.sweep.update(|sweep| match (is_up, axis) {
            (true, axis) => sweep.up = axis,
            (false, Some(axis)) => sweep.across = axis,
            (false, None) => {}
        });
    };
    let on_key = move |event| {
        let chosen = Key::from_name(&event_target_value(&event));
        set_axis(chosen.map(|key| board.lab.experiment.with_untracked(|experiment| Axis::of(key, experiment))));
    };
    let options = move || {
        let none = is_up.then(|| {
            view! {
                <option value="" prop:selected=move || key.get().is_none()>
                    {live(move || t_string!(i18n, sweep.control.none))}
                </option>
            }
        });
        let option = move |of: Key| {
            view! {
                <option value=of.name() prop:selected=move || key.get() == Some(of)>
                    {live(move || shared_words::label(i18n, of))}
                </option>
            }
        };
        view! { {none} {keys.get().into_iter().map(option).views()} }
    };
    let heading = move || if is_up { t_string!(i18n, sweep.control.up) } else { t_string!(i18n, sweep.control.across) };
    let label = move || {
        if is_up {
            t_string!(i18n, sweep.control.parameter_up)
        } else {
            t_string!(i18n, sweep.control.parameter_across)
        }
    };
    // Whether its values are a range, names, or a list.
    let form = Memo::new(move |_| {
        axis.with(|axis| axis.as_ref().map(|axis| (axis.key, matches!(axis.points, Points::Range { .. }))))
    });
    view! {
        <div class="control choice">
            <label for=id>{live(heading)}</label>
            <select id=id aria-label=attribute(label) on:change=on_key>{live(options)}</select>
        </div>
        {live(move || form.get().map(|(key, is_range)| match (key.kind(), is_range) {
            (_, true) => view! { <RangeControl id axis set=Callback::new(set_axis) /> }.into_any(),
            (Kind::Choice(_), false) => view! { <NamesControl board id axis set=Callback::new(set_axis) /> }.into_any(),
            _ => view! { <ListControl id axis set=Callback::new(set_axis) /> }.into_any(),
        }))}
    }
}

/// A range: from, to, and how many points.
#[component]
fn RangeControl(id: &'static str, axis: Memo<Option<Axis>>, set: Callback<Option<Axis>>) -> impl IntoView {
    let i18n = use_i18n();
    let part = move |part: usize| {
        axis.with(|axis| match axis.as_ref().map(|axis| &axis.points) {
            Some(Points::Range { from, to, count }) => {
                [Value::Real(*from).to_string(), Value::Real(*to).to_string(), count.to_string()][part].clone()
            }
            _ => String::new(),
        })
    };
    let set_part = move |place: usize, text: String| -> Option<String> {
        let mut parts = untrack(|| [part(0), part(1), part(2)]);
        parts[place] = text;
        let key = axis.with_untracked(|axis| axis.as_ref().map(|axis| axis.key))?;
        let [from, to, count] = parts;
        match Axis::parse(key, &format!("{from}..{to}*{count}")) {
            Ok(axis) => {
                set.try_run(Some(axis));
                None
            }
            Err(error) => Some(words::points_error(i18n, key, error)),
        }
    };
    view! {
        <div class="sweep-range">
            <Field
                id=match id { "sweep-up" => "sweep-up-from", _ => "sweep-across-from" }
                label=Signal::derive(move || t_string!(i18n, sweep.control.from).to_owned())
                value=Signal::derive(move || part(0))
                set=Callback::new(move |text: String| set_part(0, text))
            />
            <Field
                id=match id { "sweep-up" => "sweep-up-to", _ => "sweep-across-to" }
                label=Signal::derive(move || t_string!(i18n, sweep.control.to).to_owned())
                value=Signal::derive(move || part(1))
                set=Callback::new(move |text: String| set_part(1, text))
            />
            <Field
                id=match id { "sweep-up" => "sweep-up-points", _ => "sweep-across-points" }
                label=Signal::derive(move || t_string!(i18n, sweep.control.points).to_owned())
                value=Signal::derive(move || part(2))
                set=Callback::new(move |text: String| set_part(2, text))
            />
        </div>
    }
}

/// A list of values that are written.
#[component]
fn ListControl(id: &'static str, axis: Memo<Option<Axis>>, set: Callback<Option<Axis>>) -> impl IntoView {
    let i18n = use_i18n();
    let set_list = move |text: String| -> Option<String> {
        let key = axis.with_untracked(|axis| axis.as_ref().map(|axis| axis.key))?;
        match Axis::parse(key, &text) {
            Ok(axis) => {
                set.try_run(Some(axis));
                None
            }
            Err(error) => Some(words::points_error(i18n, key, error)),
        }
    };
    view! {
        <div class="sweep-list">
            <Field
                id=match id { "sweep-up" => "sweep-up-values", _ => "sweep-across-values" }
                label=Signal::derive(move || t_string!(i18n, sweep.control.values).to_owned())
                value=Signal::derive(move || axis.with(|axis| axis.as_ref().map(Axis::points_text)).unwrap_or_default())
                set=Callback::new(set_list)
            />
        </div>
    }
}

/// The names that an axis has, each to be ticked.
#[component]
fn NamesControl(
    board: Board,
    id: &'static str,
    axis: Memo<Option<Axis>>,
    set: Callback<Option<Axis>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let names = Memo::new(move |_| {
        let key = axis.with(|axis| axis.as_ref().map(|axis| axis.key));
        let kind = key.map(|key| board.lab.experiment.with(|experiment| experiment.allowed(key)));
        let allowed: &[&'static str] = if let Some(Kind::Choice(names)) = kind { names } else { &[] };
        (key, allowed.to_vec())
    });
    let ticked = move |name: &'static str| {
        axis.with(|axis| axis.as_ref().is_some_and(|axis| axis.values().contains(&Value::Name(name))))
    };
    let tick = move |name: &'static str, is_ticked: bool| {
        let (key, all) = names.get_untracked();
        let Some(key) = key else { return };
        // In the order of the list; at least one remains.
        let values: Vec<Value> = all
            .into_iter()
            .filter(|other| if *other == name { is_ticked } else { untrack(|| ticked(other)) })
            .map(Value::Name)
            .collect();
        if values.is_empty() {
            // The box was unticked by the browser, and is ticked again.
            return set.try_run(axis.get_untracked()).unwrap_or_default();
        }
        set.try_run(Some(Axis { key, points: Points::List(values) }));
    };
    let name_box = move |key: Key, name: &'static str| {
        view! {
            <label>
                <input
                    type="checkbox"
                    id=format!("{id}-{name}")
                    prop:checked=move || ticked(name)
                    on:change=move |event| tick(name, event_target_checked(&event))
                />
                {live(move || shared_words::choice(i18n, key, name))}
            </label>
        }
    };
    view! {
        <div class="sweep-names">
            {live(move || {
                let (key, names) = names.get();
                key.map(|key| names.into_iter().map(|name| name_box(key, name)).views())
            })}
        </div>
    }
}

/// What the map shows.
#[component]
fn OutcomeControl(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let place = Memo::new(move |_| {
        board.sweep.with(|sweep| match sweep.outcome {
            Outcome::Factor => 0,
            Outcome::Loss => 1,
            Outcome::Accuracy => 2,
            Outcome::StepsTo(_) => 3,
            Outcome::Verdict(_) => 4,
        })
    });
    const NAMES: [&str; 5] = ["factor", "loss", "accuracy", "steps", "verdict"];
    let words = move |place: usize| match place {
        0 => t_string!(i18n, sweep.control.outcomes.factor),
        1 => t_string!(i18n, sweep.control.outcomes.loss),
        2 => t_string!(i18n, sweep.control.outcomes.accuracy),
        3 => t_string!(i18n, sweep.control.outcomes.steps),
        _ => t_string!(i18n, sweep.control.outcomes.verdict),
    };
    let on_change = move |event| {
        let outcome = match &*event_target_value(&event) {
            "loss" => Outcome::Loss,
            "accuracy" => Outcome::Accuracy,
            "steps" => Outcome::StepsTo(0.1),
            "verdict" => Outcome::Verdict(Condition::Vanishing),
            _ => Outcome::Factor,
        };
        board.sweep.update(|sweep| sweep.outcome = outcome);
    };
    let option = move |of: usize| {
        view! {
            <option value=NAMES[of] prop:selected=move || place.get() == of>{live(move || words(of))}</option>
        }
    };
    view! {
        <div class="control choice">
            <label for="sweep-outcome">{live(move || t_string!(i18n, sweep.control.outcome))}</label>
            <select id="sweep-outcome" on:change=on_change>{(0..NAMES.len()).map(option).views()}</select>
        </div>
    }
}

/// The verdict whose share is shown.
#[component]
fn VerdictControl(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let present = move || board.sweep.with(|sweep| sweep.outcome);
    let on_change = move |event| {
        if let Some(condition) = Condition::from_name(&event_target_value(&event)) {
            board.sweep.update(|sweep| sweep.outcome = Outcome::Verdict(condition));
        }
    };
    let option = move |of: Condition| {
        view! {
            <option value=of.name() prop:selected=move || present() == Outcome::Verdict(of)>
                {live(move || shared_words::condition(i18n, of))}
            </option>
        }
    };
    view! {
        <div class="control choice">
            <label for="sweep-verdict">{live(move || t_string!(i18n, sweep.control.verdict))}</label>
            <select id="sweep-verdict" on:change=on_change>
                {Condition::ALL.iter().copied().map(option).views()}
            </select>
        </div>
    }
}

/// How many workers make the runs.
#[component]
fn WorkersControl(board: Board) -> impl IntoView {
    let i18n = use_i18n();
    let chosen = RwSignal::new(wanted());
    let on_change = move |event| {
        if let Ok(workers) = event_target_value(&event).parse() {
            chosen.set(workers);
            board.resize(workers);
        }
    };
    let option = move |workers: usize| {
        view! { <option value=workers prop:selected=move || chosen.get() == workers>{workers}</option> }
    };
    view! {
        <div class="control choice">
            <label for="sweep-workers" title=attribute(move || t_string!(i18n, sweep.control.workers_hint))>
                {live(move || t_string!(i18n, sweep.control.workers))}
            </label>
            <select
                id="sweep-workers"
                title=attribute(move || t_string!(i18n, sweep.control.workers_hint))
                on:change=on_change
            >
                {(1..=cores().max(wanted())).map(option).views()}
            </select>
        </div>
    }
}

/// A field to type in. What is not allowed changes nothing: a sentence says why, and leaving the field brings the value back.
#[component]
fn Field(
    id: &'static str,
    label: Signal<String>,
    value: Signal<String>,
    /// Sets it, and says why not.
    set: Callback<String, Option<String>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let draft = RwSignal::new(None::<String>);
    let wrong = RwSignal::new(None::<String>);
    let shown = move || draft.get().unwrap_or_else(|| value.get());
    let finish = move || {
        let Some(Some(text)) = draft.try_get_untracked() else { return };
        let said = set.try_run(text.replace(',', if id.ends_with("values") { "," } else { "." })).flatten();
        if said.is_none() {
            draft.try_set(None);
        }
        wrong.try_set(said);
    };
    let on_keydown = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => finish(),
        "Escape" => {
            draft.set(None);
            wrong.set(None);
        }
        _ => {}
    };
    let on_input = move |event| {
        draft.set(Some(event_target_value(&event)));
        wrong.set(None);
    };
    let on_change = move |event| {
        draft.set(Some(event_target_value(&event)));
        finish();
    };
    let on_blur = move |_| {
        finish();
        draft.try_set(None);
    };
    let error_id = format!("{id}-error");
    view! {
        <div class="control number" class:wrong=move || wrong.with(Option::is_some)>
            <label for=id>{live(move || label.get())}</label>
            <input
                type="text"
                id=id
                autocomplete="off"
                spellcheck="false"
                prop:value=shown
                aria-invalid=attribute(move || wrong.with(Option::is_some).to_string())
                aria-describedby=error_id.clone()
                on:input=on_input
                on:change=on_change
                on:keydown=on_keydown
                on:blur=on_blur
            />
            <p
                class="field-error"
                id=error_id
                role="alert"
                data-notice=attribute(move || wrong.with(Option::is_some).then_some("bad-field"))
            >
                {live(move || {
                    let stays = t_string!(i18n, sweep.wrong.stays, value = value.get()).to_string();
                    wrong.get().map(|wrong| [wrong, stays].join(" "))
                })}
            </p>
        </div>
    }
}

fn set_seeds(i18n: Words, board: Board, text: &str) -> Option<String> {
    match text.trim().parse::<u32>() {
        Ok(seeds) if seeds > 0 => {
            board.sweep.update(|sweep| sweep.seeds = seeds);
            None
        }
        _ => Some(t_string!(i18n, sweep.wrong.seeds).to_owned()),
    }
}

fn set_after(i18n: Words, board: Board, text: &str) -> Option<String> {
    match text.trim().parse::<u32>() {
        Ok(steps) if steps <= MOST_STEPS => {
            board.sweep.update(|sweep| sweep.after = steps);
            None
        }
        _ => Some(t_string!(i18n, sweep.wrong.after).to_owned()),
    }
}

fn set_limit(i18n: Words, board: Board, text: &str) -> Option<String> {
    match crate::sweep::outcome_of(&format!("steps:{text}")) {
        Some(outcome) => {
            board.sweep.update(|sweep| sweep.outcome = outcome);
            None
        }
        None => Some(t_string!(i18n, sweep.wrong.limit).to_owned()),
    }
}
