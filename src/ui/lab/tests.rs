//! What the lab knows of a run, without a worker.

use super::foreseen::Foreseen;
use super::instruments::Instrument;
use super::state::Lab;
use crate::choice::Choice;
use crate::diagnosis::Repair;
use crate::experiment::presets::Preset;
use crate::experiment::{Experiment, Key, StopReason};
use crate::optim::Hyper;
use crate::theory::Outlook;
use crate::worker::client::{Event, Failure};
use crate::worker::protocol::{Change, Status};
use leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

/// Does something with a lab that has no worker yet.
fn with_lab(action: impl FnOnce(Lab)) {
    Owner::new().with(|| action(Lab::new()));
}

const OUTLOOK: Outlook = Outlook { factor_per_place: 1.0, total: 1.0, beyond_readout: 1.0, is_drawn: true };

#[wasm_bindgen_test]
fn what_a_failed_worker_was_asked_is_asked_of_the_next() {
    with_lab(|lab| {
        lab.awaiting.set(false);
        let network = *Repair::ALL
            .iter()
            .find(|repair| !repair.apply(&Experiment::default()).is_same_run(&Experiment::default()))
            .expect("a repair that changes the network");
        lab.foresee(&[network]);
        let asked = lab.question.get_value();
        lab.take_failure(Failure::NotAnswering);
        lab.restart_worker();
        assert_ne!(lab.question.get_value(), asked, "it is asked again");
        assert_eq!(lab.foreseen.get_untracked(), [(network, Foreseen::Waiting)]);
        // What is known stays known.
        lab.take_outlooks(lab.question.get_value(), &[Some(OUTLOOK)]);
        let known = lab.question.get_value();
        lab.take_failure(Failure::NotAnswering);
        lab.restart_worker();
        assert_eq!(lab.question.get_value(), known);
        assert_eq!(lab.foreseen.get_untracked(), [(network, Foreseen::Outlook(OUTLOOK))]);
    });
}

#[wasm_bindgen_test]
fn a_repair_taken_back_leaves_where_the_run_stops_as_it_was_set_since() {
    with_lab(|lab| {
        lab.repair(Repair::ALL[0]);
        for (key, text) in [(Key::StopAt, "37"), (Key::StopLoss, "0.25"), (Key::Background, "1"), (Key::Speed, "5")] {
            lab.set_text(key, text).expect("allowed");
            assert_eq!(lab.repairs.with_untracked(Vec::len), 1, "{key:?} is no other experiment");
        }
        lab.undo_repair();
        let now = lab.experiment.get_untracked();
        assert_eq!((now.stop_at, now.stop_loss, now.background), (Some(37), Some(0.25), true));
        assert_eq!(now, Experiment::default().conducted_as(&now), "the rest is as it was");
        lab.repair(Repair::ALL[0]);
        lab.set_text(Key::Depth, "5").expect("allowed");
        assert_eq!(lab.repairs.with_untracked(Vec::len), 0);
    });
}

#[wasm_bindgen_test]
fn a_lesson_opens_what_its_question_is_about_and_leaves_open_what_is_where_it_needs_nothing() {
    with_lab(|lab| {
        lab.instruments.open.set(Instrument::Proof);
        lab.open(Preset::ForgetfulRnn.experiment());
        assert_eq!(lab.instruments.open.get_untracked(), Instrument::Proof);
        lab.open_fragment(Preset::NextCharacter.fragment());
        assert_eq!(lab.instruments.open.get_untracked(), Instrument::Learned);
        // Another network on the same task is no lesson.
        lab.instruments.open.set(Instrument::Overview);
        lab.open_fragment("model=gru&task=next-character");
        assert_eq!(lab.instruments.open.get_untracked(), Instrument::Overview);
    });
}

#[wasm_bindgen_test]
fn a_run_that_stops_where_the_last_one_did_is_at_rest() {
    with_lab(|lab| {
        let stopped = Status { stopped: Some(StopReason::Step), ..Status::paused_at(37) };
        let frame = || Event::Frame { status: stopped, buckets: Vec::new() };
        lab.awaiting.set(false);
        lab.running.set(true);
        lab.take(frame());
        assert!(!lab.running.get_untracked());
        // What is on its way when it goes on does not stop it; in another run it does.
        lab.running.set(true);
        lab.take(frame());
        assert!(lab.running.get_untracked());
        lab.awaiting.set(true);
        lab.take(frame());
        assert!(!lab.running.get_untracked());
    });
}

#[wasm_bindgen_test]
fn what_is_set_on_a_visit_is_told_at_the_link() {
    with_lab(|lab| {
        lab.awaiting.set(false);
        lab.status.set(Status::paused_at(90));
        let hyper = Hyper { lr: 0.25, ..Hyper::of(&Experiment::default()) };
        lab.visited.set(Some(20));
        assert_eq!(lab.not_in_link(), None);
        lab.set_text(Key::Lr, "0.5").expect("allowed");
        assert_eq!(lab.not_in_link(), Some((Key::Lr, 20)));
        // A later change is not reached from there.
        lab.changes.set(vec![Change { after_step: 50, hyper }]);
        assert_eq!(lab.not_in_link(), Some((Key::Lr, 20)));
        lab.visited.set(Some(0));
        assert_eq!(lab.not_in_link(), None);
    });
}
