//! The experiment in the address bar, so that the address is always a link to what is on the page.

use super::scene::Shown;
use super::state::Lab;
use crate::experiment::Key;
use crate::experiment::scene::Link;
use crate::optim::Hyper;
use crate::ui::reactive::effect;
use leptos::ev;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// How long the settings must rest before the address follows; browsers limit how often it may change.
const REST: Duration = Duration::from_millis(250);

/// Opens what the address says, now and whenever a link is opened in this tab, and keeps the address up to date.
pub fn follow_address(lab: Lab, shown: Shown) {
    // What the address means, in the form in which we would write it: an address that means the same stays as it is, but
    // one of which something was left out is written anew.
    let open = move || {
        let link = Link::parse(&fragment());
        let is_other_scene = shown.scene.get_untracked() != link.scene;
        lab.show(link.scene.has_run());
        // What is now shown otherwise goes on as it is.
        if !(is_other_scene && lab.shows(&link.experiment)) {
            lab.open_fragment(&link.experiment);
        }
        shown.pairs.set(link.scene_pairs);
        shown.scene.set(link.scene);
        shown.opened.update(|count| *count += 1);
        let is_whole = lab.link_notices.with_untracked(Vec::is_empty);
        if is_whole { untrack(|| present_fragment(lab, shown)) } else { String::new() }
    };
    let known = StoredValue::new(open());

    let mut write_later = debounce(REST, move |()| {
        if lab.experiment.try_with_untracked(|_| ()).is_none() {
            return;
        }
        let fragment = untrack(|| present_fragment(lab, shown));
        if known.try_get_value().is_some_and(|known| known != fragment) && write(&fragment) {
            known.try_update_value(|known| *known = fragment);
        }
    });
    effect(move || {
        lab.experiment.track();
        shown.pairs.track();
        write_later(());
    });

    // Our own writing raises no such event.
    window_event_listener(ev::hashchange, move |_| {
        let opened = open();
        known.try_update_value(|known| *known = opened);
    });
}

impl Lab {
    /// The parameter that was first changed in the present run and whose change no link tells, and the step after which it
    /// was; follows every change of either. `None` where a link to the page gives the run's own numbers.
    pub fn not_in_link(self) -> Option<(Key, u64)> {
        let (start, told) = (self.start.try_get_value()?, self.told.try_get_value()?);
        let (shown, is_visit) = (self.shown_step(), self.visited.get().is_some());
        self.experiment.with(|experiment| {
            // Another network begins at its first step.
            if !experiment.is_same_run(&start) {
                return None;
            }
            // What was set on a visit holds from there, where the run has not come to its later changes.
            let is_set_there = is_visit && Hyper::of(experiment) != Hyper::of(&told);
            let last = if is_set_there { shown } else { u64::MAX };
            let changes = self.changes.with(|changes| {
                let up_to_there = changes.iter().filter(|change| change.after_step <= last);
                up_to_there.map(|change| (change.after_step, change.hyper)).collect::<Vec<_>>()
            });
            experiment.not_in_link(Hyper::of(&start), &changes, shown)
        })
    }
}

/// The fragment of what is on the page; follows every change of it.
pub fn present_fragment(lab: Lab, shown: Shown) -> String {
    shown.pairs.with(|pairs| lab.experiment.with(|experiment| Link::fragment(experiment, pairs)))
}

/// The address of this page with another fragment.
pub fn link_with(fragment: &str) -> String {
    let address = window().location().href().unwrap_or_default();
    let base = address.split('#').next().unwrap_or_default();
    format!("{base}#{fragment}")
}

/// Opens another fragment of this page, with an entry in the browser's history.
pub fn enter(fragment: &str) {
    let _ = window().location().set_hash(fragment);
}

fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

/// Puts a fragment into the address bar without a new entry in the browser's history; `false` if it may not.
pub(super) fn write(fragment: &str) -> bool {
    let Ok(history) = window().history() else {
        return false;
    };
    history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("#{fragment}"))).is_ok()
}
