//! Time travel: any step of the run is shown, and the run goes on from there exactly.

use crate::harness::{PATIENCE, Page};
use crate::native;
use gradient_lab::experiment::{Experiment, Key};
use gradient_lab::optim::Hyper;
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::{Divergence, Quantity, StepReport};
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
    page.wait("some steps", PATIENCE, || page.step() > 300);
    for step in ["5", "250", "77", "0", "120"] {
        page.set_control("scrubber", step);
    }
    let experiment = native::experiment("");
    assert_shows(&page, 120, native::report_at(&experiment, 120).loss());
    // Run goes on from what is shown.
    page.click_button("Run");
    page.wait("the run to go on", PATIENCE, || page.step() > 130);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let step = page.step();
    assert_shows(&page, step, native::report_at(&experiment, step).loss());
}

#[test]
fn a_diverged_run_shows_its_last_steps_and_where_it_ended() {
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
    assert_says_where(&page, &experiment, &divergence);

    // It went wrong with the first step, so the way back is a run of its own.
    page.click("[data-way=lower-lr]");
    page.wait_for_status("state", "paused");
    assert_eq!(page.control("lr").as_deref(), Some("0.3"));
    assert_eq!(page.step(), 0);
    let slower = native::with(&experiment, Key::Lr, "0.3");
    page.click_button("Step");
    assert_shows(&page, 1, native::report_at(&slower, 1).loss());
}

/// Fails unless the verdict names the step and the layer in which a run ended.
fn assert_says_where(page: &Page, experiment: &Experiment, divergence: &Divergence) {
    let place = match divergence.layer {
        Some(layer) if layer > experiment.depth as usize => "in the output layer,".to_owned(),
        Some(layer) => format!("in layer {layer},"),
        None => panic!("a run that ends in no layer says none: {divergence}"),
    };
    let place = format!("at step {}: {place}", divergence.step);
    let sentence = "document.querySelector('.verdict .sentence').textContent";
    page.wait_until(&format!("{place:?} in the verdict"), &format!("{sentence}.includes('{place}')"));
}

/// Goes well for a while, and ends in a hidden layer.
const LATE: &str =
    "v=1&activation=leaky-relu&init=kaiming-normal&depth=4&optimizer=momentum&dataset=xor&lr=0.3&speed=60";

/// Runs [`LATE`] to its end and takes one of the ways back; then the page shows the last good step, of which this
/// gives the step and a trainer that has made it, and the report in which the loss was seen to be good.
fn take_a_way_back(way: &str) -> (Page, Experiment, StepReport, AnyTrainer) {
    let experiment = native::experiment(LATE);
    let divergence = native::divergence(&experiment, 1000);
    assert!(divergence.step > 20, "{divergence}: too early for this test to mean something");
    let reports: Vec<StepReport> = (0..divergence.step).map(|step| native::report_at(&experiment, step)).collect();
    let is_good = |report: &&StepReport| report.loss() <= reports[0].loss();
    // A report is of the parameters before its update, which may be the one that did the harm.
    let good = reports.iter().rfind(is_good).unwrap().clone();
    assert!(good.step > 10 && good.step + 1 < divergence.step, "the last good step is {}", good.step);

    let page = Page::open(Screen::LAPTOP, &format!("#{LATE}&run=1"));
    page.wait_for_status("state", "diverged");
    assert_eq!(page.step(), divergence.step - 1);
    assert_says_where(&page, &experiment, &divergence);
    page.wait_until("three ways back", "document.querySelectorAll('[data-way]').length === 3");
    let words = page.text_of("document.querySelector('.post-mortem p').textContent");
    let shown = good.step - 1;
    assert!(words.contains(&format!("After step {shown} all was well")), "{words}");
    page.click(&format!("[data-way={way}]"));
    assert_shows(&page, shown, reports[shown as usize].loss());
    // Up to there, the run is what it was.
    for chart in ["loss", "gradient-over-time"] {
        assert_eq!(steps_of(&page, chart, shown), (0..=shown).collect::<Vec<_>>(), "{chart}");
    }
    let losses: Vec<Option<f64>> = page.data_table("loss").iter().map(|(_, cells)| cells[0]).collect();
    for (cell, report) in losses.iter().zip(&reports[..=shown as usize]) {
        assert_eq!(*cell, Some(report.loss()), "step {}", report.step);
    }
    let mut trainer = AnyTrainer::new(&experiment).unwrap();
    for _ in 0..shown {
        trainer.step().unwrap();
    }
    (page, experiment, good, trainer)
}

/// The steps up to one of which a chart over time has a row.
fn steps_of(page: &Page, chart: &str, up_to: u64) -> Vec<u64> {
    let heads = page.data_table(chart).into_iter().map(|(head, _)| head);
    let steps = heads.map(|head| {
        head.trim_start_matches("step ").parse().unwrap_or_else(|_| panic!("{chart}: {head:?} is no step"))
    });
    steps.filter(|&step| step <= up_to).collect()
}

/// Fails unless single steps, and then *Run*, go on from the step that is shown as this trainer does.
fn assert_goes_on_as(page: &Page, trainer: &mut AnyTrainer) {
    for _ in 0..3 {
        let report = trainer.step().unwrap();
        page.click_button("Step");
        assert_shows(page, report.step, report.loss());
    }
    let step = page.step();
    page.click_button("Run");
    page.wait("the run to go on", PATIENCE, || page.step() >= step + 5);
    assert_eq!(steps_of(page, "loss", step), (0..=step).collect::<Vec<_>>(), "what went before is still there");
}

#[test]
fn rewound_a_diverged_run_goes_the_same_way_again() {
    let (page, experiment, _, mut trainer) = take_a_way_back("rewind");
    assert_eq!(page.control("lr").as_deref(), Some("0.3"));
    assert_goes_on_as(&page, &mut trainer);
    page.wait_for_status("state", "diverged");
    assert_eq!(page.step(), native::divergence(&experiment, 1000).step - 1);
}

#[test]
fn a_diverged_run_goes_on_with_clipping_from_its_last_good_step() {
    let (page, experiment, good, mut trainer) = take_a_way_back("clip");
    assert_eq!(page.control("clip").as_deref(), Some("norm"));
    let clip_at = format!("{:.1e}", good.grad_norm()).parse::<f64>().unwrap();
    let shown = page.control("clip-at").unwrap();
    assert_eq!(shown.parse(), Ok(clip_at), "the norm of all gradients there");
    let clipped = native::with(&native::with(&experiment, Key::Clip, "norm"), Key::ClipAt, &shown);
    trainer.set_hyper(Hyper::of(&clipped));
    assert_goes_on_as(&page, &mut trainer);
}

#[test]
fn a_diverged_run_goes_on_with_a_tenth_of_the_learning_rate_from_its_last_good_step() {
    let (page, experiment, _, mut trainer) = take_a_way_back("lower-lr");
    assert_eq!(page.control("lr").as_deref(), Some("0.03"));
    trainer.set_hyper(Hyper::of(&native::with(&experiment, Key::Lr, "0.03")));
    assert_goes_on_as(&page, &mut trainer);
}

/// Takes so long for a step that the worker is still on its way to a visited step when the next wish arrives.
const SLOW: &str = "v=1&depth=100&width=96&batch=128&activation=tanh&speed=max";

/// Runs [`SLOW`] for a dozen steps; then, in one turn of the page's event loop, moves the slider to step 3 and clicks a
/// button of the run.
fn go_on_at_once_from_step_3(button: usize) -> Page {
    let page = Page::open(Screen::LAPTOP, &format!("#{SLOW}&run=1"));
    page.wait("a dozen steps", PATIENCE, || page.step() >= 12);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let script = "
        const [slider, status] = [document.getElementById('scrubber'), document.getElementById('status')];
        window.steps = [];
        const note = () => steps.push(Number(status.dataset.step));
        new MutationObserver(note).observe(status, { attributeFilter: ['data-step'] });
        slider.value = '3';
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelectorAll('.run-buttons button')[arguments[0]].click();";
    page.run(script, &[button.into()]);
    page
}

#[test]
fn a_step_made_before_a_visit_has_arrived_is_made_from_there() {
    let page = go_on_at_once_from_step_3(1);
    assert_shows(&page, 4, native::report_at(&native::experiment(SLOW), 4).loss());
    // It stays there, whatever is still under way.
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert_eq!(page.step(), 4);
    for chart in ["gradient-over-time", "loss"] {
        assert_eq!(steps_of(&page, chart, u64::MAX), [0, 1, 2, 3, 4], "{chart}");
    }
}

#[test]
fn a_run_begun_before_a_visit_has_arrived_goes_on_from_there() {
    let page = go_on_at_once_from_step_3(0);
    page.wait_for_status("state", "running");
    page.wait_until("some steps from there", "steps.some((step) => step > 4)");
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let shown = page.eval("steps");
    let first = page.number_of("steps.find((step) => step > 3)");
    assert!(first < 12.0, "it goes on where it was, and not from the slider's step: {shown}");
    let step = page.step();
    assert_shows(&page, step, native::report_at(&native::experiment(SLOW), step).loss());
    for chart in ["gradient-over-time", "loss"] {
        assert_eq!(steps_of(&page, chart, u64::MAX), (0..=step).collect::<Vec<_>>(), "{chart}");
    }
}

#[test]
fn repairs_say_what_theory_expects_of_them() {
    let page = Page::open(Screen::LAPTOP, "");
    let factor = "document.querySelector('.repair .expected-factor')?.dataset.factor";
    page.wait_until("a factor", factor);
    // tanh with Xavier weights, in the middle of twelve layers.
    let factor = page.text_of(factor).parse::<f64>().unwrap();
    assert!((0.85..1.0).contains(&factor), "{factor}");
    let hint = page.text_of("document.querySelector('.repair .expected-factor').title");
    assert!(hint.contains("median of networks of this size"), "{hint}");
}
