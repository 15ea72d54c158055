//! Every lesson shows what its name says.

use crate::harness::{PATIENCE, Page};
use crate::native;
use gradient_lab::choice::Choice;
use gradient_lab::experiment::presets::Preset;
use gradient_lab::experiment::{Experiment, share};
use gradient_lab::run::AnyTrainer;
use serde_json::json;
use xtask::webdriver::Screen;

#[test]
fn every_lesson_opens_with_its_verdict() {
    let page = Page::open(Screen::LAPTOP, "");
    // All of them are looked at before any is complained of.
    let mut wrong = Vec::new();
    for &preset in Preset::ALL {
        page.reopen(&format!("#{}", preset.fragment()));
        let experiment = preset.experiment();
        let name = preset.name();
        page.wait_for_status("step", &experiment.step.to_string());
        page.wait_for_status("state", if experiment.run { "running" } else { "paused" });
        assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0, "{name} has notices");
        page.wait_until("the lesson's question", "document.querySelector('.side .question')?.textContent.length > 20");

        page.wait("a verdict", PATIENCE, || page.status("verdict").is_some());
        let verdict = page.status("verdict").unwrap();
        let expected: &[&str] = match preset {
            Preset::Vanishing | Preset::AdamVanishing => &["vanishing"],
            Preset::Exploding => &["exploding"],
            Preset::DeadRelu => &["dead"],
            // Below the range of f32 is a kind of vanishing, which leads.
            Preset::Underflow => &["vanishing", "underflow"],
            // Examples of a gradient that arrives.
            Preset::TanhXavier | Preset::ReluKaiming => &["healthy"],
            Preset::PlainSgd | Preset::Momentum | Preset::RandomRegression => &["healthy", "saturated", "trained"],
            Preset::ForgetfulRnn | Preset::LstmForgetZero | Preset::RnnEarlyWord | Preset::PaddingAfter => {
                &["vanishing"]
            }
            // Clipping bounds the step and not the gradient.
            Preset::ExplodingRnn | Preset::ClippedRnn => &["exploding"],
            Preset::Irnn | Preset::LstmForgetThree | Preset::NextCharacter => &["healthy"],
            Preset::Gru | Preset::RnnLateWord | Preset::LstmEarlyWord | Preset::LstmLateWord => &["healthy", "trained"],
        };
        if !expected.contains(&verdict.as_str()) {
            let sentence = page.text_of("document.querySelector('.verdict .sentence').textContent");
            wrong.push(format!("{name} should be {expected:?} and is {verdict}: {sentence}"));
        }
        if preset == Preset::Underflow {
            let also = "document.querySelector('.verdict .also [data-condition=underflow]')";
            page.wait_until("the layers that f32 would lose", &format!("{also}?.textContent.includes('10⁻³⁸')"));
            let grad_z = column(&page, 0);
            assert!(grad_z[0] > 0.0 && grad_z[0] < f64::from(f32::MIN_POSITIVE), "layer 1: {}", grad_z[0]);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_lesson_from_the_menu_is_its_link() {
    let page = Page::open(Screen::LAPTOP, "#colour=red");
    page.find_named("button", "Close");
    page.click_button("Lessons");
    page.wait_until("the menu", "document.querySelector('details:has(.lessons)').open");
    let names = page.eval("[...document.querySelectorAll('[data-lesson]')].map((item) => item.dataset.lesson)");
    assert_eq!(names, json!(Preset::NAMES));
    page.click("[data-lesson=exploding]");
    page.wait_until("the menu to fold", "!document.querySelector('details:has(.lessons)').open");
    page.wait_for_fragment(&format!("#{}", share::to_fragment(&Preset::Exploding.experiment())));
    page.wait_for_status("verdict", "exploding");
    assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0, "the old link's notices are gone");
    assert_eq!(page.eval("document.querySelector('[data-lesson][aria-current]').dataset.lesson"), "exploding");
    // With another setting it is another experiment.
    page.set_control("depth", "3");
    page.wait_until("the question to go", "document.querySelector('.side .question') === null");
}

/// The list is wider than what is left of the window beside its button.
#[test]
fn the_list_of_lessons_lies_inside_every_window() {
    let page = Page::open(Screen::LAPTOP, "");
    page.click_button("Lessons");
    page.wait_until("the menu", "document.querySelector('details:has(.lessons)').open");
    for width in [600, 768, 900, 1024, 1150, 1280] {
        page.set_screen(Screen { width, ..Screen::PROJECTOR });
        page.wait_until("the window", &format!("innerWidth === {width}"));
        let sides =
            "(() => { const box = document.querySelector('.dropdown-body:has(.lessons)').getBoundingClientRect();
            const button = document.querySelector('details:has(.lessons) > summary').getBoundingClientRect();
            return box.left >= 0 && box.right <= document.documentElement.clientWidth
                && box.top >= button.bottom && box.top < button.bottom + 16 && box.bottom <= innerHeight; })()";
        assert_eq!(page.eval(sides), json!(true), "at {width}");
        let scrolled = page.number_of("document.documentElement.scrollWidth");
        assert!(scrolled <= f64::from(width), "at {width} the page is {scrolled} pixels wide");
    }
}

#[test]
fn adam_moves_every_layer_of_the_vanishing_network() {
    let page = Page::open(Screen::LAPTOP, &format!("#{}", Preset::AdamVanishing.fragment()));
    let opened_at = u64::from(Preset::AdamVanishing.experiment().step);
    page.wait_for_status("step", &opened_at.to_string());
    for step in opened_at + 1..=opened_at + 5 {
        page.click_button("Step");
        page.wait_for_status("step", &step.to_string());
    }
    page.wait_for_status("verdict", "vanishing");
    let (gradient, update) = (column(&page, 1), column(&page, 2));
    assert!(gradient[1] / gradient[11] < 1e-3, "the gradient vanishes: {gradient:?}");
    assert!(update[1] / update[11] > 0.1, "and the weights move all the same: {update:?}");
}

#[test]
fn momentum_is_faster_than_plain_sgd_and_random_targets_are_learnt_by_heart() {
    let loss_after = |preset: Preset, steps: u64| {
        let mut trainer = AnyTrainer::new(&preset.experiment()).unwrap();
        // Mini-batches differ, so a mean over many.
        let losses = (0..steps).map(|_| trainer.step().unwrap().loss()).skip(steps as usize - 100);
        losses.sum::<f64>() / 100.0
    };
    let (plain, momentum) = (loss_after(Preset::PlainSgd, 3_000), loss_after(Preset::Momentum, 3_000));
    assert!(momentum < 0.7 * plain, "after 3000 steps the loss is {plain} with SGD and {momentum} with momentum");

    let page = Page::open(Screen::LAPTOP, &format!("#{}", Preset::RandomRegression.fragment()));
    page.wait_for_status("step", "100");
    let losses: Vec<f64> = page.data_table("loss").iter().filter_map(|(_, cells)| cells[0]).collect();
    let (first, last) = (losses[0], losses[losses.len() - 1]);
    assert_eq!(last.to_bits(), page.loss().to_bits());
    assert!(last < 0.95 * first, "the loss falls from {first} to {last}");
}

#[test]
fn a_repair_repairs_and_can_be_taken_back() {
    let page = Page::open(Screen::LAPTOP, "");
    for step in 1..=4 {
        page.click_button("Step");
        page.wait_for_status("step", &step.to_string());
    }
    page.wait_for_status("verdict", "vanishing");
    let before = page.loss();
    page.click_button("ReLU with Kaiming weights");
    page.wait_for_status("verdict", "healthy");
    page.wait_for_status("step", "4");
    let repaired = native::experiment("activation=relu&init=kaiming-normal");
    assert_eq!(page.loss().to_bits(), native::report_at(&repaired, 4).loss().to_bits(), "at the same step, to compare");
    page.wait_for_fragment(&format!("#{}", share::to_fragment(&repaired)));
    page.click_button("Undo: ReLU with Kaiming weights");
    page.wait_for_status("verdict", "vanishing");
    page.wait_for_status("step", "4");
    assert_eq!(page.loss().to_bits(), before.to_bits());
    page.wait_for_fragment(&format!("#{}", share::to_fragment(&Experiment::default())));
}

/// One column of the hero's table.
fn column(page: &Page, index: usize) -> Vec<f64> {
    let table = page.data_table("gradient-by-layer");
    table.into_iter().map(|(head, cells)| cells[index].unwrap_or_else(|| panic!("{head} has no number"))).collect()
}
