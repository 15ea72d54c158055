//! Every setting of the panel does what it says, when it says so.

use crate::harness::{PATIENCE, Page};
use crate::native;
use gradient_lab::choice::Choice;
use gradient_lab::experiment::{Effect, Experiment, Key, share};
use gradient_lab::optim::Hyper;
use gradient_lab::run::AnyTrainer;
use serde_json::json;
use std::thread::sleep;
use std::time::Duration;
use xtask::webdriver::Screen;

/// Longer than the address waits for the settings to rest.
const REST: Duration = Duration::from_millis(600);

#[test]
fn what_changes_the_network_goes_into_the_address_and_begins_the_run_anew() {
    change_every(|key| key.effect() == Effect::Restart);
}

#[test]
fn what_changes_the_learning_goes_into_the_address_and_leaves_the_run_at_its_step() {
    change_every(|key| key.effect() != Effect::Restart);
}

fn change_every(is_wanted: impl Fn(&Key) -> bool) {
    let page = Page::open(Screen::LAPTOP, "");
    for key in Key::ALL.iter().copied().filter(is_wanted) {
        let base = native::where_relevant(key);
        let value = native::another_value(&base, key);
        let after = native::with(&base, key, &value.to_string());
        page.follow_fragment(&share::to_fragment(&base));
        // Where the last key left what this one begins with, the address is no other and nothing is opened.
        page.click_button("Reset");
        page.wait_for_status("step", "0");
        page.click_button("Step");
        page.wait_for_status("step", "1");
        page.wait_for_status("state", "paused");
        let entries = page.number_of("history.length");

        page.set_control(key.name(), &value.to_string());

        let pair = format!("{}={value}", key.name());
        let has_pair = format!("location.hash.slice(1).split('&').includes({})", json!(pair));
        page.wait_until(&format!("{pair} in the address"), &has_pair);
        let (shown, notices) = share::from_fragment(&page.fragment());
        assert_eq!((&shown, notices.len()), (&after, 0), "{pair}: {}", page.fragment());
        let pairs = page.fragment().split('&').count();
        let differing = Key::ALL.iter().filter(|&&key| !after.is_default(key)).count();
        assert_eq!(pairs, 1 + differing, "v and what differs from the defaults: {}", page.fragment());
        assert_eq!(page.number_of("history.length"), entries, "{pair} made an entry in the browser's history");
        assert_eq!(page.control(key.name()), Some(value.to_string()));

        let expected = if key.effect() == Effect::Restart { 0 } else { 1 };
        page.wait(&format!("step {expected} after {pair}"), PATIENCE, || page.step() == expected);
        page.wait_for_status("state", "paused");
        if key.effect() == Effect::Restart {
            let first = native::report_at(&after, 0).loss();
            page.wait(&format!("the first loss with {pair}"), PATIENCE, || page.loss().to_bits() == first.to_bits());
        }
        page.click_button("Step");
        page.wait_for_status("step", &(expected + 1).to_string());
    }
}

#[test]
fn a_setting_without_effect_is_not_on_the_page() {
    let page = Page::open(Screen::LAPTOP, "");
    let mut bases: Vec<Experiment> = Key::ALL.iter().map(|&key| native::where_relevant(key)).collect();
    bases.extend(["init=zeros", "init=pytorch", "dataset=noise", "optimizer=adamw&clip=value"].map(native::experiment));
    bases.dedup();
    for base in bases {
        page.follow_fragment(&share::to_fragment(&base));
        let ids = json!(Key::NAMES);
        let present = page.eval(&format!("{ids}.filter((id) => document.getElementById(id))"));
        let relevant: Vec<&str> = Key::ALL.iter().filter(|&&key| base.is_relevant(key)).map(|key| key.name()).collect();
        assert_eq!(present, json!(relevant), "{}", share::to_fragment(&base));
    }
    // And it comes and goes with the setting that it depends on.
    page.follow_fragment("v=1");
    assert_eq!(page.control("beta1"), None);
    page.set_control("optimizer", "adam");
    page.wait_until("β₁ under Adam", "document.getElementById('beta1')?.checkVisibility()");
    page.set_control("optimizer", "sgd");
    page.wait_until("no β₁ under SGD", "document.getElementById('beta1') === null");
}

#[test]
fn a_learning_rate_changed_live_holds_from_the_next_step_on() {
    let page = Page::open(Screen::LAPTOP, "#activation=tanh&lr=0.1");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.set_control("lr", "0.7");
    page.wait_until("the change", "location.hash.includes('lr=0.7')");
    for step in ["2", "3", "4"] {
        page.click_button("Step");
        page.wait_for_status("step", step);
    }
    let before = native::experiment("activation=tanh&lr=0.1");
    let mut trainer = AnyTrainer::new(&before).unwrap();
    trainer.step().unwrap();
    trainer.set_hyper(Hyper::of(&native::with(&before, Key::Lr, "0.7")));
    trainer.step().unwrap();
    trainer.step().unwrap();
    let loss = trainer.step().unwrap().loss();
    assert_eq!(page.loss().to_bits(), loss.to_bits(), "{} and not {loss}", page.loss());
    assert_ne!(loss, native::report_at(&before, 4).loss(), "the change must matter for this test to mean something");
}

#[test]
fn nonsense_in_a_field_is_answered_at_the_field_and_the_run_keeps_its_value() {
    let page = Page::open(Screen::LAPTOP, "");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    for (key, low, high) in [("depth", "1", "100"), ("lr", "1e-6", "10"), ("batch", "1", "2,048")] {
        let kept = page.control(key).unwrap_or_else(|| panic!("no control {key}"));
        for nonsense in ["", "abc", "0", "-3", "NaN", "e5"] {
            page.click(&format!("#{key}"));
            page.press("Backspace");
            page.type_text(nonsense);
            let error = format!("document.getElementById('{key}-error')");
            page.wait_until(
                &format!("a sentence at {key}={nonsense:?}"),
                &format!("{error}.checkVisibility() && {error}.textContent.includes('Allowed')"),
            );
            let sentence = page.text_of(&format!("{error}.textContent"));
            assert!([low, high].iter().all(|bound| sentence.contains(bound)), "{key}={nonsense:?}: {sentence}");
            assert!(sentence.contains(&kept), "{key}={nonsense:?} does not say what the run keeps: {sentence}");
            assert_eq!(page.control(key).as_deref(), Some(nonsense), "what is typed is not touched");
            assert_eq!(page.text_of(&format!("document.getElementById('{key}').ariaInvalid")), "true");
            page.press("Tab");
            page.wait_until(
                "the value to come back",
                &format!("document.getElementById('{key}').value === {}", json!(kept)),
            );
            assert_eq!(page.text_of(&format!("document.getElementById('{key}').ariaInvalid")), "false");
            let stays = page.text_of(&format!("{error}.textContent"));
            assert_eq!(stays, sentence, "the sentence says why the value came back");
            page.click(&format!("#{key}"));
            page.wait_until("the sentence to go", &format!("{error}.textContent === ''"));
            page.press("Tab");
        }
    }
    sleep(REST);
    assert_eq!(page.step(), 1, "the run is kept");
    assert_eq!(page.fragment(), "", "and so is the address");

    // After all that, a number is still a number, once it is finished.
    page.click("#depth");
    page.type_text("5");
    page.press("Enter");
    page.wait_for_status("step", "0");
    page.wait_for_fragment("#v=1&depth=5");
    page.click("#lr");
    page.type_text("0,25");
    page.press("Tab");
    page.wait_for_fragment("#v=1&depth=5&lr=0.25");
}

#[test]
fn a_number_out_of_range_leaves_the_run_as_it_was_though_its_beginning_is_allowed() {
    let page = Page::open(Screen::LAPTOP, "");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.click("#depth");
    page.type_text("250");
    page.wait_until("a sentence", "document.getElementById('depth-error').checkVisibility()");
    page.press("Tab");
    sleep(REST);
    assert_eq!(page.control("depth").as_deref(), Some("12"), "the value from before");
    assert_eq!(page.step(), 1, "the run from before");
    assert_eq!(page.fragment(), "");
}

#[test]
fn a_slider_moves_with_the_keys_and_a_changed_setting_goes_back_to_its_default() {
    let page = Page::open(Screen::LAPTOP, "");
    let slider = "document.querySelector('.control:has(#depth) input[type=range]')";
    page.eval(&format!("{slider}.focus()"));
    page.press("ArrowRight");
    page.press("ArrowRight");
    page.wait_for_fragment("#v=1&depth=14");
    assert_eq!(page.control("depth").as_deref(), Some("14"));
    let name = page.session().accessible_name(&page.find(".control:has(#depth) input[type=range]")).unwrap();
    assert!(name.contains("hidden layers"), "{name}");
    page.wait("the network of 14 layers", PATIENCE, || page.data_table("gradient-by-layer").len() == 15);
    page.click(".control:has(#depth) .to-default");
    page.wait_for_fragment("#v=1");
    assert_eq!(page.control("depth").as_deref(), Some("12"));
    page.wait("the network of 12 layers", PATIENCE, || page.data_table("gradient-by-layer").len() == 13);
}

#[test]
fn rule_and_batch_are_named_together() {
    let page = Page::open(Screen::LAPTOP, "");
    for (fragment, name) in [
        ("v=1&batch=full", "Gradient descent (all samples"),
        ("v=1&batch=1", "Stochastic gradient descent"),
        ("v=1&batch=8", "Mini-batch SGD (8 samples"),
        ("v=1&optimizer=adam", "Adam"),
    ] {
        page.follow_fragment(fragment);
        page.wait_until(name, &format!("document.getElementById('method').textContent.includes('{name}')"));
    }
}
