//! A link opens what was shared, to the last bit, and a broken one is a sentence and not a broken page.

use crate::harness::{PATIENCE, Page, variable};
use crate::native;
use gradient_lab::choice::Choice;
use gradient_lab::experiment::{Experiment, Key, Kind, share};
use gradient_lab::train::Quantity;
use serde_json::Value;
use std::thread::sleep;
use std::time::Duration;
use xtask::webdriver::Screen;

#[test]
fn a_link_restores_every_control_and_can_be_shared_again() {
    // Between them they hold every key, none at its default.
    let bases = [
        "optimizer=adam&clip=norm&schedule=cosine",
        "optimizer=momentum&dataset=spiral",
        "model=lstm&task=sentiment&rec-init=normal",
        "model=rnn&task=adding&rec-init=orthogonal",
    ];
    let experiments = bases.map(|base| {
        let mut experiment = native::experiment(base);
        for &key in Key::ALL {
            // Other networks and tasks have other keys.
            let has_others = !matches!(experiment.allowed(key), Kind::Choice([_]));
            let is_of_base = !matches!(key, Key::Model | Key::Task);
            if is_of_base && has_others && experiment.is_relevant(key) && experiment.is_default(key) {
                let value = native::another_value(&experiment, key).to_string();
                experiment = native::with(&experiment, key, &value);
            }
        }
        // A small step, and paused: the numbers of a run are another test's.
        native::with(&native::with(&experiment, Key::Step, "2"), Key::Run, "0")
    });
    let page = Page::open(Screen::LAPTOP, &format!("#{}", share::to_fragment(&experiments[0])));
    for (index, experiment) in experiments.iter().enumerate() {
        let fragment = share::to_fragment(experiment);
        if index > 0 {
            page.reopen(&format!("#{fragment}"));
        }
        page.wait_for_status("step", "2");
        assert_shows(&page, experiment);
        assert_eq!(page.fragment(), format!("#{fragment}"), "the address stays as it is");
        assert_eq!(shared_link(&page), page.text_of("location.href"));
    }
}

#[test]
fn a_link_opened_in_the_same_tab_replaces_what_is_there() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=4");
    page.click_button("Run");
    page.wait("a step", PATIENCE, || page.step() > 0);
    page.follow_fragment("v=1&depth=7&activation=tanh&step=3");
    page.wait_for_status("step", "3");
    page.wait_for_status("state", "paused");
    assert_shows(&page, &native::experiment("depth=7&activation=tanh&step=3"));
    assert_eq!(page.data_table("gradient-by-layer").len(), 8);
    // The way back is the browser's own.
    page.eval("history.back()");
    page.wait_for_fragment("#v=1&depth=4");
    page.wait_until("the control to follow", "document.getElementById('depth').value === '4'");
    page.wait_for_status("step", "0");
    page.wait_for_status("state", "paused");
    assert_eq!(page.data_table("gradient-by-layer").len(), 5);
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

#[test]
fn the_share_dialog_holds_the_link_to_what_is_on_the_page() {
    let page = Page::open(Screen::LAPTOP, "");
    page.set_control("width", "24");
    page.set_control("optimizer", "adam");
    page.wait_for_fragment("#v=1&width=24&optimizer=adam");
    for step in 1..=3 {
        page.click_button("Step");
        page.wait_for_status("step", &step.to_string());
    }
    page.click_button("Share");
    page.wait_until("the link", "document.getElementById('share-link')");
    page.click_button("Use step 3");
    page.click("dialog label[for=run]");
    page.wait_until("the link to follow", "document.getElementById('share-link').value.endsWith('&step=3&run=1')");
    let link = page.text_of("document.getElementById('share-link').value");
    page.click_button("Copy link");
    page.wait_until(
        "a word on what became of it",
        "['Copied', 'Selected'].some((word) => document.querySelector('dialog .feedback').textContent.startsWith(word))",
    );
    page.press("Escape");
    page.wait_until("the dialog to close", "document.querySelector('dialog').open === false");
    let loss = page.loss();

    page.go_to("about:blank");
    page.go_to(&link);
    page.wait("the run to go on from step 3", PATIENCE, || page.status("step").is_some_and(|_| page.step() > 3));
    page.wait_for_status("state", "running");
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let row = page.data_table("loss").into_iter().find(|(head, _)| head == "step 3");
    assert_eq!(row.and_then(|(_, cells)| cells[0]), Some(loss), "step 3 is what it was where the link was made");
}

#[test]
fn a_far_step_is_gone_to_behind_a_progress_bar() {
    let page =
        Page::open_at(Screen::LAPTOP, &format!("{}#depth=40&width=64&step=300", variable("GRADIENT_LAB_E2E_URL")));
    page.wait_until("the bar", "document.querySelector('.status-line progress')?.max === 300");
    let words = page.text_of("document.querySelector('.status-line progress').ariaLabel");
    assert!(words.contains("300"), "{words}");
    let is_under_way =
        "((bar) => bar && bar.value > 0 && bar.value < 300)(document.querySelector('.status-line progress'))";
    page.wait_until("the bar on its way", is_under_way);
    page.wait_for_status("step", "300");
    page.wait_for_status("state", "paused");
    page.wait_until("the bar to go", "!document.querySelector('.status-line progress')");

    // Pause ends the journey where it is.
    page.go_to("about:blank");
    page.go_to(&format!("{}#depth=60&width=128&batch=full&step=1000000", variable("GRADIENT_LAB_E2E_URL")));
    page.wait_until("some steps", "Number(document.getElementById('status')?.dataset.step) >= 2");
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    assert!(page.step() < 1_000_000);
    page.wait_until("the bar to go", "!document.querySelector('.status-line progress')");
}

#[test]
fn a_step_opened_by_link_has_the_very_bits_of_stepping_there() {
    let page = Page::open(Screen::LAPTOP, "");
    for fragment in [
        "v=1&step=50",
        "v=1&depth=5&activation=tanh&dataset=spiral&optimizer=adam&precision=f64&step=30",
        "v=1&depth=6&activation=gelu&init=orthogonal&norm=layer&residual=scaled&optimizer=nesterov&clip=norm&clip-at=0.1&schedule=cosine&warmup=5&step=20",
    ] {
        page.reopen(&format!("#{fragment}"));
        let experiment = native::experiment(fragment);
        page.wait_for_status("step", &experiment.step.to_string());
        page.wait_for_status("state", "paused");
        let report = native::report_at(&experiment, experiment.step.into());
        assert_eq!(page.loss().to_bits(), report.loss().to_bits(), "{} and not {}", page.loss(), report.loss());
        let table = page.data_table("gradient-by-layer");
        assert_eq!(table.len(), report.places(), "{fragment}");
        for (layer, (head, cells)) in table.iter().enumerate() {
            for (cell, quantity) in cells.iter().zip([Quantity::GradZ, Quantity::GradW, Quantity::Update]) {
                let expected = report.get(layer, quantity);
                let shown = cell.unwrap_or_else(|| panic!("{head}: no {quantity:?}"));
                assert_eq!(
                    shown.to_bits(),
                    expected.to_bits(),
                    "{fragment}, {head}, {quantity:?}: {shown}, {expected}"
                );
            }
        }
        // And so has the step after.
        page.click_button("Step");
        page.wait_for_status("step", &(experiment.step + 1).to_string());
        let next = native::report_at(&experiment, u64::from(experiment.step) + 1).loss();
        assert_eq!(page.loss().to_bits(), next.to_bits());
    }
}

#[test]
fn a_bad_link_is_told_in_one_notice_and_the_page_lives() {
    let long_value = "7".repeat(100_000);
    let many_keys: String = (0..10_000).map(|n| format!("&key{n}=1")).collect();
    // The fragment, the kind of its notice, and what that must say.
    let cases: &[(&str, &str, &[&str])] = &[
        ("#v=1&colour=red", "unknown-key", &["colour"]),
        ("#depth=1e9", "bad-value", &["depth", "1e9", "1", "100"]),
        ("#lr=NaN", "bad-value", &["lr", "NaN", "1e-6", "10"]),
        ("#lr=", "bad-value", &["lr", "1e-6", "10"]),
        ("#depth", "bad-value", &["depth", "1", "100"]),
        ("#activation=sigmoids&init=xavier", "bad-value", &["sigmoids", "xavier", "tanh", "lecun-normal"]),
        ("#run=yes", "bad-value", &["run", "yes", "0 or 1"]),
        ("#batch=0", "bad-value", &["batch", "0", "2,048", "full"]),
        ("#dataset=plane&loss=bce", "bad-value", &["loss", "bce", "mse"]),
        ("#depth=%00", "bad-value", &["depth"]),
        ("#depth=%E0%A4%A&seed=%", "bad-value", &["depth", "seed", "%"]),
        ("#%zz=1", "unknown-key", &["%zz"]),
        ("#<img src=x onerror=alert(1)>=1", "unknown-key", &["img"]),
        ("#batch=full&batch=3", "repeated-key", &["batch = 3", "full"]),
        ("#v=99", "newer-version", &["99"]),
        ("#v=99999999999999999999", "newer-version", &["99999"]),
        (&format!("#depth={long_value}"), "bad-value", &["depth", "777", "100"]),
        (&format!("#v=1{many_keys}"), "unknown-key", &["key0"]),
    ];
    let page = Page::open(Screen::LAPTOP, "");
    for (index, (fragment, kind, words)) in cases.iter().enumerate() {
        // By turns as a link from elsewhere and as one on the page.
        if index % 3 == 0 {
            page.reopen(fragment);
        } else {
            page.follow_fragment(fragment);
        }
        let case = &fragment[..fragment.len().min(60)];
        page.wait_for_status("state", "paused");
        let kinds = page.eval("[...document.querySelectorAll('[data-notice]')].map((notice) => notice.dataset.notice)");
        assert_eq!(kinds, serde_json::json!([kind]), "one notice of {case}");
        let text = page.text_of("document.querySelector('[data-notice]').textContent");
        assert!(words.iter().all(|word| text.contains(word)), "{case}: {words:?} should be in {text:?}");
        assert!(text.len() < 1_000, "{case}: {} letters are too many for a notice", text.len());
        let role = page.text_of("document.querySelector('[data-notice]').getAttribute('role')");
        assert!(["status", "alert"].contains(&role.as_str()), "{role}");
        assert_eq!(page.eval("document.querySelector('.notices img, .notices script')"), Value::Null, "{case}");

        page.click_button("Step");
        page.wait_for_status("step", "1");
        page.click_button("Close");
        page.wait_until("the notice to go", "document.querySelector('[data-notice]') === null");
        sleep(Duration::from_millis(50));
        assert_eq!(page.step(), 1, "closing a notice changes nothing else");
    }
    assert_shows(&page, &Experiment::default());
}

#[test]
fn a_link_of_a_megabyte_opens_and_is_told_in_few_words() {
    let page = Page::open(Screen::LAPTOP, "");
    for piece in ["a&v=2&", "depth=3&depth=4&", "%E0%A4%A&", "\u{202e}&#&\0&"] {
        let script = "location.hash = arguments[0].repeat(1_000_000 / arguments[0].length)";
        page.run(script, &[piece.into()]);
        page.wait_until("a notice", "document.querySelector('[data-notice]')");
        page.wait_for_status("state", "paused");
        let text = page.text_of("document.querySelector('.notices').textContent");
        assert!(text.len() < 1_000, "{piece:?}: {} letters are too many", text.len());
        page.click_button("Step");
        page.wait_for_status("step", "1");
        page.follow_fragment("v=1&width=9");
        assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0, "{piece:?}");
    }
}

#[test]
fn what_a_bad_link_says_rightly_is_kept() {
    let page = Page::open(Screen::LAPTOP, "#depth=1e9&activation=tanh&colour=red&width=8&v=1");
    assert_shows(&page, &native::experiment("activation=tanh&width=8"));
    // The next change writes the link as it should have been.
    page.set_control("width", "9");
    page.wait_for_fragment("#v=1&width=9&activation=tanh");
    page.follow_fragment("v=1&width=10");
    assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0, "a good link has no notices");
}

/// Fails unless every control that matters shows the experiment's value.
fn assert_shows(page: &Page, experiment: &Experiment) {
    for &key in Key::ALL {
        let expected = experiment.is_relevant(key).then(|| experiment.get(key).to_string());
        assert_eq!(page.control(key.name()), expected, "{}", key.name());
    }
}

/// The link of the Share dialog, which is open only for this.
fn shared_link(page: &Page) -> String {
    page.click_button("Share");
    page.wait_until("the link", "document.querySelector('dialog[open] #share-link')");
    let link = page.text_of("document.getElementById('share-link').value");
    page.press("Escape");
    page.wait_until("the dialog to close", "document.querySelector('dialog').open === false");
    link
}
