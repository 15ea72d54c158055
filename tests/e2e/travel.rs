//! Time travel: any step of the run is shown, and the run goes on from there exactly.

use crate::harness::Page;
use crate::native;
use gradient_lab::experiment::Key;
use gradient_lab::train::Quantity;
use xtask::webdriver::Screen;

#[test]
fn to_scrub_back_and_continue_gives_the_numbers_of_an_uninterrupted_run() {
    let page = Page::open(Screen::LAPTOP, "#step=400");
    page.wait_for_status("step", "400");
    page.wait_for_status("state", "paused");
    let experiment = native::experiment("step=400");
    page.set_control("scrubber", "137");
    assert_shows(&page, 137, native::report_at(&experiment, 137).loss());
    let hero: Vec<Option<f64>> = page.data_table("gradient-by-layer").iter().map(|(_, cells)| cells[0]).collect();
    let grad_z = native::report_at(&experiment, 137).series(Quantity::GradZ).unwrap();
    assert_eq!(hero, grad_z.into_iter().map(Some).collect::<Vec<_>>());
    // The run itself is where it was.
    page.click_button("Latest");
    assert_shows(&page, 400, native::report_at(&experiment, 400).loss());
    page.set_control("scrubber", "250");
    assert_shows(&page, 250, native::report_at(&experiment, 250).loss());
    page.click_button("Continue from here");
    page.wait_until("the slider to end there", "document.getElementById('scrubber').max === '250'");
    for step in 251..=253 {
        page.click_button("Step");
        assert_shows(&page, step, native::report_at(&experiment, step).loss());
    }
}

fn assert_shows(page: &Page, step: u64, loss: f64) {
    page.wait_for_status("step", &step.to_string());
    page.wait_until(
        &format!("the loss {loss:?} of step {step}"),
        &format!("document.getElementById('status').dataset.loss === '{loss:?}'"),
    );
    page.wait_for_status("state", "paused");
}

#[test]
fn a_slider_dragged_while_the_run_goes_on_stops_it_where_it_is_dropped() {
    let page = Page::open(Screen::LAPTOP, "#speed=max&run=1");
    page.wait("some steps", crate::harness::PATIENCE, || page.step() > 300);
    for step in ["5", "250", "77", "0", "120"] {
        page.set_control("scrubber", step);
    }
    let experiment = native::experiment("");
    assert_shows(&page, 120, native::report_at(&experiment, 120).loss());
    // Run goes on from what is shown.
    page.click_button("Run");
    page.wait("the run to go on", crate::harness::PATIENCE, || page.step() > 130);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let step = page.step();
    assert_shows(&page, step, native::report_at(&experiment, step).loss());
}

#[test]
fn a_diverged_run_shows_its_last_steps_and_three_ways_back() {
    let fragment = "v=1&activation=tanh&depth=6&gain=4&dataset=ripple&optimizer=momentum&lr=3&speed=max";
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}&run=1"));
    page.wait_for_status("state", "diverged");
    let experiment = native::experiment(fragment);
    let divergence = native::divergence(&experiment, 1000);
    assert_eq!(page.step(), divergence.step - 1);
    page.wait_until("the last steps", "document.querySelectorAll('.last-steps tbody tr').length > 2");
    let last = native::report_at(&experiment, divergence.step - 1);
    let shown =
        page.text_of("[...document.querySelectorAll('.last-steps tr')].at(-1).querySelector('td').dataset.value");
    assert_eq!(shown.parse(), Ok(last.loss()));
    let layer = match divergence.layer {
        Some(layer) if layer > experiment.depth as usize => "output layer".to_owned(),
        Some(layer) => layer.to_string(),
        None => String::new(),
    };
    page.wait_until(
        "the layer",
        &format!("document.querySelector('.verdict .sentence').textContent.includes('{layer}')"),
    );

    page.click("[data-way=lower-lr]");
    page.wait_for_status("state", "paused");
    assert_eq!(page.control("lr").as_deref(), Some("0.3"));
    let step = page.step();
    let slower = native::with(&experiment, Key::Lr, "0.3");
    page.click_button("Step");
    assert_eq!(step, 0, "it went wrong with the first step");
    assert_shows(&page, 1, native::report_at(&slower, 1).loss());
}

#[test]
fn repairs_say_what_theory_expects_of_them() {
    let page = Page::open(Screen::LAPTOP, "");
    let factor = "document.querySelector('.repair .expected-factor')?.dataset.factor";
    page.wait_until("a factor", factor);
    // tanh with Xavier weights, in the middle of twelve layers.
    let factor = page.text_of(factor).parse::<f64>().unwrap();
    assert!((0.85..1.0).contains(&factor), "{factor}");
}
