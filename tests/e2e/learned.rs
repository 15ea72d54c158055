//! What the network makes of its inputs, and how well.

use crate::harness::Page;
use crate::native;
use gradient_lab::run::AnyTrainer;
use serde_json::json;
use xtask::webdriver::Screen;

/// The values in a row of the scores: on the training samples, and on those held out.
fn scores(page: &Page, row: &str) -> Vec<Option<f64>> {
    let values = page.run(
        "return [...document.querySelectorAll(`[data-score=${arguments[0]}] td`)].map((cell) => cell.dataset.value)",
        &[row.into()],
    );
    values.as_array().into_iter().flatten().map(|value| value.as_str().and_then(|value| value.parse().ok())).collect()
}

#[test]
fn the_scores_are_the_engine_s_at_every_step_that_is_shown() {
    let fragment = "v=1&depth=2&width=6&activation=tanh&optimizer=adam&dataset=xor&step=40";
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}"));
    page.wait_for_status("step", "40");
    page.open_tab("learned");
    let assert_shows = |step: u64| {
        let mut trainer = AnyTrainer::new(&native::experiment(fragment)).expect("an allowed experiment");
        for _ in 0..step {
            trainer.step().expect("a finite step");
        }
        let expected = trainer.evaluate();
        let losses = vec![Some(expected.training.loss), Some(expected.held_out.loss)];
        let patience = std::time::Duration::from_secs(10);
        page.wait(&format!("the scores of step {step}"), patience, || scores(&page, "loss") == losses);
        assert_eq!(scores(&page, "accuracy"), [expected.training.accuracy, expected.held_out.accuracy]);
    };
    assert_shows(40);
    page.press("s");
    assert_shows(41);
    page.run(
        "const slider = document.getElementById('scrubber');
         slider.value = arguments[0];
         slider.dispatchEvent(new Event('input', { bubbles: true }));",
        &[json!("12")],
    );
    page.wait_for_status("step", "12");
    assert_shows(12);
    page.assert_quiet_console();
}
