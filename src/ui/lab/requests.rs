//! What the page asks for besides the run itself: a layer to be inspected, a proof, what becomes of the gradient with repairs, and
//! parts of the worker's code that did not come.

use super::foreseen::Foreseen;
use super::instruments::Instrument;
use super::state::{Lab, Opening};
use crate::diagnosis::Repair;
use crate::theory::Outlook;
use crate::worker::client::WorkerClient;
use crate::worker::protocol::{Way, WorkerPart};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

impl Lab {
    /// Opens a layer (from 0) in the layer inspector, or a time step in the cells. Where what had the focus went with
    /// another instrument, the inspector has it then.
    pub fn open_layer(self, layer: usize) {
        if self.measured.with_untracked(|experiment| experiment.model.is_recurrent()) {
            self.instruments.time.set(Some(layer));
        } else {
            self.instruments.layer.set(layer);
        }
        self.instruments.open.set(Instrument::Layer);
        self.instruments.is_focus_due.set_value(true);
        self.focus_inspector();
    }

    /// Gives the layer inspector the focus if it was opened so, as soon as it is there: it may have to be fetched first.
    pub fn focus_inspector(self) {
        request_animation_frame(move || {
            let page = document();
            let Some(choice) = page.get_element_by_id("inspected-layer") else { return };
            let is_due = self.instruments.is_focus_due.try_update_value(std::mem::take) == Some(true);
            let is_lost = page.active_element() == page.body().map(Into::into);
            if is_due
                && is_lost
                && let Ok(choice) = choice.dyn_into::<HtmlElement>()
            {
                let _ = choice.focus();
            }
        });
    }

    /// Checks what is claimed of the run, at the step that is shown; the run pauses for it.
    pub fn prove(self) {
        // A run whose code has not come cannot be checked.
        let has_code = untrack(|| self.absent_to_run()).is_none();
        if has_code && self.failure.with_untracked(Option::is_none) {
            self.running.set(false);
            if let Some(opening) = self.opening.get_value() {
                // It is checked where it is opened, and rests there.
                self.opening.set_value(Some(Opening { run: false, ..opening }));
            }
            self.no_room.set(None);
            self.instruments.proving.set(Some(0.0));
            self.tell(WorkerClient::prove);
        }
    }

    /// Asks what becomes of the gradient after each of these repairs, for those that change the network.
    pub fn foresee(self, repairs: &[Repair]) {
        let experiment = self.experiment.get_untracked();
        let asked = repairs.iter().map(|repair| (*repair, repair.apply(&experiment)));
        let asked: Vec<_> = asked.filter(|(_, repaired)| !repaired.is_same_run(&experiment)).collect();
        let question = self.question.get_value().wrapping_add(1);
        self.question.set_value(question);
        self.foreseen.set(asked.iter().map(|(repair, _)| (*repair, Foreseen::Waiting)).collect());
        if !asked.is_empty() {
            self.tell(|client| client.predict(question, asked.into_iter().map(|(_, repaired)| repaired).collect()));
        }
    }

    /// Asks again, where an answer is still due that will not come: to who has failed, or for steps that are forgotten.
    pub(super) fn foresee_again(self) {
        let asked = self.foreseen.get_untracked();
        if asked.iter().any(|(_, found)| *found == Foreseen::Waiting) {
            self.foresee(&asked.iter().map(|(repair, _)| *repair).collect::<Vec<_>>());
        }
    }

    pub(super) fn take_outlooks(self, question: u32, outlooks: &[Option<Outlook>]) {
        // An answer to an earlier question may have been on its way.
        if self.question.try_get_value() == Some(question) {
            self.foreseen.try_update(|foreseen| {
                for ((_, place), outlook) in foreseen.iter_mut().zip(outlooks) {
                    *place = outlook.map_or(Foreseen::Nothing, Foreseen::Outlook);
                }
            });
        }
    }

    /// The part of the worker's code for which the run waits, and where that is; follows every change of it. Of several one
    /// that did not come.
    pub fn absent_to_run(self) -> Option<(WorkerPart, Way)> {
        let has_own_text = self.own_text_in_use().is_some();
        let needed: Vec<_> = self.experiment.with(|now| WorkerPart::to_run(now, has_own_text).collect());
        self.absent_of(&needed)
    }

    /// The same of the part that looks at the run.
    pub fn absent_to_look(self) -> Option<(WorkerPart, Way)> {
        self.absent_of(&[self.experiment.with(WorkerPart::to_look)])
    }

    /// The same of the part that checks it.
    pub fn absent_to_prove(self) -> Option<(WorkerPart, Way)> {
        self.absent_of(&[self.experiment.with(WorkerPart::to_prove)])
    }

    fn absent_of(self, needed: &[WorkerPart]) -> Option<(WorkerPart, Way)> {
        self.absent_parts.with(|absent| {
            let mut needed = absent.iter().filter(|(part, _)| needed.contains(part)).copied();
            needed.clone().find(|(_, way)| *way == Way::Missing).or_else(|| needed.next())
        })
    }

    /// Tries again to get a part that did not come, and what was asked of it.
    pub fn fetch_again(self, part: WorkerPart) {
        self.tell(|client| client.fetch(part));
    }

    pub(super) fn take_part(self, part: WorkerPart, way: Way) {
        self.absent_parts.try_update(|absent| {
            absent.retain(|(other, _)| *other != part);
            if way != Way::Here {
                absent.push((part, way));
            }
        });
    }
}
