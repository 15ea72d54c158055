//! A map of many runs: its numbers are those of the runs alone, and it survives being cancelled, left, and robbed of a worker.

use crate::failures::Site;
use crate::harness::{PATIENCE, Page};
use crate::native;
use gradient_lab::diagnosis::Flow;
use gradient_lab::experiment::Experiment;
use gradient_lab::run::AnyTrainer;
use gradient_lab::sweep::{Plan, Sweep};
use serde_json::Value;
use std::time::Duration;
use xtask::webdriver::Screen;

/// In JavaScript, whether all runs are made.
const ALL_MADE: &str = "(({ state, step, total }) => state === 'paused' && step === total && Number(total) > 0)\
    (document.getElementById('status').dataset)";

/// So long as it takes a busy machine to make the runs of a test.
const LONG: Duration = PATIENCE.saturating_mul(4);

fn plan(base: &str, pairs: &str) -> Plan {
    let base = native::experiment(base);
    let (sweep, problems) = Sweep::from_pairs(pairs, &base);
    assert_eq!(problems, [], "{pairs}");
    Plan::new(&sweep, &base).expect("an allowed map")
}

fn open(base: &str, pairs: &str) -> Page {
    Page::open(Screen::LAPTOP, &format!("#{base}&{pairs}"))
}

/// A page with a hand on its workers.
fn open_with_hand(site: &Site, fragment: &str) -> Page {
    let page = Page::open_with_workers_in_hand(&format!("{}#{fragment}", site.server.url()));
    page.wait_until_ready();
    page
}

fn wait_until_made(page: &Page) {
    page.wait("all runs to be made", LONG, || page.eval(ALL_MADE) == Value::Bool(true));
}

fn made(page: &Page, key: &str) -> u64 {
    page.status(key)
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| page.fail(&format!("data-{key} is no number")))
}

/// The last columns of a chart's table, one for each seed, cell by cell.
fn seeds(page: &Page, chart: &str, seeds: usize) -> Vec<Vec<Option<f64>>> {
    let rows = page.data_table(chart);
    rows.into_iter().map(|(_, cells)| cells[cells.len() - seeds..].to_vec()).collect()
}

/// What the runs of a plan come to, each made alone.
fn alone(plan: &Plan, of: impl Fn(&Experiment) -> f64) -> Vec<Vec<Option<f64>>> {
    let cell = |cell: usize| (0..plan.seeds()).map(|seed| Some(of(&plan.experiment(cell, seed)?))).collect();
    (0..plan.cells.len()).map(cell).collect()
}

fn assert_same(page: &Page, told: &[Vec<Option<f64>>], want: &[Vec<Option<f64>>]) {
    let bits = |cells: &[Vec<Option<f64>>]| -> Vec<Vec<Option<u64>>> {
        cells.iter().map(|seeds| seeds.iter().map(|number| number.map(f64::to_bits)).collect()).collect()
    };
    if bits(told) != bits(want) {
        page.fail(&format!("the page says {told:?}, and the runs come to {want:?}"));
    }
}

fn factor(experiment: &Experiment) -> f64 {
    Flow::of(experiment, AnyTrainer::new(experiment).unwrap().probe().unwrap()).total
}

#[test]
fn a_map_of_nine_cells_has_the_numbers_of_its_runs() {
    let base = "activation=tanh&width=8";
    let pairs = "sweep=gain:0.5..2*3&sweep=depth:2..8*3&seeds=2";
    let page = open(base, pairs);
    wait_until_made(&page);
    assert_same(&page, &seeds(&page, "sweep-map", 2), &alone(&plan(base, pairs), factor));

    // Another outcome of the same cells, and other runs.
    page.set_control("sweep-outcome", "loss");
    page.set_control("sweep-after", "7");
    page.wait_until("runs to make", "document.getElementById('sweep-start')?.disabled === false");
    page.click("#sweep-start");
    wait_until_made(&page);
    let pairs = format!("{pairs}&outcome=loss&after=7");
    let losses = alone(&plan(base, &pairs), |experiment| native::report_at(experiment, 7).loss());
    assert_same(&page, &seeds(&page, "sweep-map", 2), &losses);
    page.wait_for_fragment(&format!("#v=1&{}&{pairs}", "width=8&activation=tanh"));

    // The accuracy is of the same runs, so none is made.
    page.set_control("sweep-outcome", "accuracy");
    page.wait_until("all to be known", ALL_MADE);
    let accuracies = alone(&plan(base, &pairs.replace("loss", "accuracy")), |experiment| {
        let mut trainer = AnyTrainer::new(experiment).unwrap();
        (0..7).for_each(|_| _ = trainer.step().unwrap());
        trainer.evaluate().training.accuracy.unwrap()
    });
    assert_same(&page, &seeds(&page, "sweep-map", 2), &accuracies);
    assert_eq!(made(&page, "made"), 0);
}

#[test]
fn a_wider_map_makes_only_what_is_new() {
    let page = open("width=4", "sweep=depth:1..9*5&seeds=2");
    wait_until_made(&page);
    assert_eq!(made(&page, "total"), 10);
    page.set_control("sweep-across-points", "9");
    page.wait_for_status("total", "18");
    assert_eq!(made(&page, "step"), 10, "what was known is shown at once");
    page.click_button("Start: 8 runs");
    wait_until_made(&page);
    assert_eq!(made(&page, "made"), 8);
    assert_same(&page, &seeds(&page, "sweep-curve", 2), &alone(&plan("width=4", "sweep=depth:1..9*9&seeds=2"), factor));
}

#[test]
fn recurrent_networks_have_a_map_with_their_curve_of_theory() {
    let (base, pairs) = ("model=rnn&rec-init=normal&hidden=6", "sweep=rho:0.5..2*3&sweep=length:4..10*3");
    let page = open(base, pairs);
    wait_until_made(&page);
    assert_same(&page, &seeds(&page, "sweep-map", 1), &alone(&plan(base, pairs), factor));
    page.wait_until("theory's word", "document.querySelector('.sweep-theory').dataset.theory === 'true'");
    let words = page.text_of("document.querySelector('.sweep-theory').textContent");
    assert!(words.contains("at a step back"), "{words}");
    // Of other recurrent weights there is none.
    page.follow_fragment("#model=rnn&rec-init=orthogonal&hidden=6&sweep=length:4..10*3");
    page.wait_until("that there is none", "document.querySelector('.sweep-theory').dataset.theory === 'false'");
    let words = page.text_of("document.querySelector('.sweep-theory').textContent");
    assert!(words.contains("orthogonal"), "{words}");
}

#[test]
fn a_ready_map_has_its_question_above_it_until_it_is_another() {
    let page = Page::open(Screen::LAPTOP, "");
    page.follow_fragment("#model=rnn&rec-init=normal&sweep=rho:0.5..2*13&sweep=length:5..60*12");
    page.wait_until("the question", "document.querySelector('.headline')?.textContent.includes('?')");
    page.set_control("sweep-seeds", "2");
    page.wait_until("twice as many runs", "document.getElementById('status').dataset.total === '312'");
    assert_ne!(page.eval("document.querySelector('.headline')"), Value::Null, "of whatever seeds");
    page.set_control("hidden", "8");
    page.wait_until("none", "document.querySelector('.headline') === null");
}

#[test]
fn a_cell_opens_its_run_and_back_leads_to_the_map() {
    let pairs = "sweep=lr:0.01..1*3&sweep=optimizer:sgd,adam&seeds=3&outcome=loss&after=6";
    let page = open("depth=2&width=6", pairs);
    if made(&page, "step") == 0 {
        page.wait_until("the map to begin", "Number(document.getElementById('status').dataset.step) > 0");
    }
    wait_until_made(&page);
    let map = page.fragment();
    let rows = page.data_table("sweep-map");
    // The second from the left in the second row from the bottom, by the keyboard.
    page.run("document.querySelector('[data-chart=sweep-map] .chart-stage').focus()", &[]);
    for key in ["Home", "ArrowRight", "ArrowUp", "Enter"] {
        page.press(key);
    }
    page.wait_until("the run", "document.querySelector('main.lab') !== null");
    page.wait_for_status("state", "paused");
    page.wait_for_status("step", "6");
    let (head, cells) = &rows[4];
    assert!(head.contains("0.1") && head.contains("Adam"), "{head}");
    let median = cells[1].expect("a median");
    page.wait_until(
        &format!("the loss {median:?} of the median run"),
        &format!("document.getElementById('status').dataset.loss === '{median:?}'"),
    );
    assert!(cells[cells.len() - 3..].contains(&Some(median)));

    page.run("history.back()", &[]);
    page.wait_until("the map", "document.querySelector('main.sweep') !== null");
    page.wait_until("all to be known", ALL_MADE);
    assert_eq!(page.fragment(), map);
    assert_eq!(made(&page, "made"), 0, "nothing is made again");
    assert_eq!(page.data_table("sweep-map"), rows);
}

#[test]
fn cancelled_runs_stop_and_what_was_made_is_kept() {
    let pairs = "sweep=gain:0.5..2*6&sweep=depth:10..30*6&outcome=loss&after=300";
    let page = open("width=48&activation=tanh", pairs);
    assert_eq!(page.status("state").as_deref(), Some("paused"), "so much does not begin by itself");
    page.click_button("Start: 36 runs");
    page.wait("a few runs to be made", LONG, || made(&page, "step") >= 3);
    page.click_button("Cancel");
    page.wait_for_status("state", "paused");
    let kept = made(&page, "step");
    assert!(kept < 36, "{kept}");
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(made(&page, "step"), kept);
    // What is left can be made.
    page.set_control("sweep-after", "2");
    page.click_button("Start: 36 runs");
    wait_until_made(&page);
    page.set_control("sweep-after", "300");
    page.wait_for_status("step", &kept.to_string());
}

#[test]
fn the_runs_of_a_lost_worker_are_made_by_others() {
    let site = Site::without("nothing");
    let (base, pairs) = ("width=48&activation=tanh", "sweep=gain:0.5..2*4&sweep=depth:10..30*4&outcome=loss&after=500");
    let page = open_with_hand(&site, &format!("{base}&{pairs}"));
    page.set_control("sweep-workers", "2");
    page.click_button("Start: 16 runs");
    page.wait("a run to be made", LONG, || made(&page, "step") >= 1);
    assert_eq!(page.number_of("workers.length"), 3.0, "the page's own and two that measure");
    page.crash_worker(1);
    page.wait("another in its place", PATIENCE, || page.number_of("workers.length") == 4.0);
    // One that goes without a word is missed after a while.
    page.eval("workers[2].terminate()");
    wait_until_made(&page);
    assert_eq!((made(&page, "step"), made(&page, "total")), (16, 16), "none is given up that another can make");
    let losses = alone(&plan(base, pairs), |experiment| native::report_at(experiment, 500).loss());
    assert_same(&page, &seeds(&page, "sweep-map", 1), &losses);
    assert_eq!(page.eval("document.querySelector('[data-notice]')"), Value::Null);
}

#[test]
fn a_map_of_a_billion_cells_is_refused_with_its_size() {
    let site = Site::without("nothing");
    let page = open_with_hand(&site, "sweep=depth:1..100*10000&sweep=gain:0.5..2*100000");
    let notice = "document.querySelector('[data-notice=sweep-refused]')";
    page.wait_until("the refusal", notice);
    let words = page.text_of(&format!("{notice}.textContent"));
    assert!(words.contains("1,000,000,000 cells") && words.contains("2,500"), "{words}");
    assert_eq!(page.number_of("workers.length"), 1.0);
    assert_eq!(page.eval("document.getElementById('sweep-start').disabled"), Value::Bool(true));
    // It is mended where it is wrong.
    page.set_control("sweep-across-points", "3");
    page.set_control("sweep-up-points", "3");
    page.wait_until("the map", "document.querySelector('[data-chart=sweep-map]')");
    page.click_button("Start: 9 runs");
    wait_until_made(&page);
    assert!(page.number_of("workers.length") > 1.0);
}

#[test]
fn nonsense_is_told_and_changes_nothing() {
    let page = Page::open(Screen::LAPTOP, "#width=4&sweep=colour:1..2*3&sweep=depth:1..3*3&seeds=none&outcome=joy");
    let notice = "document.querySelector('[data-notice=bad-sweep]')?.textContent";
    page.wait_until("the notice", notice);
    let words = page.text_of(notice);
    for part in ["colour", "none", "joy"] {
        assert!(words.contains(part), "{words}");
    }
    wait_until_made(&page);
    page.wait_for_fragment("#v=1&width=4&sweep=depth:1..3*3");
    for (id, text) in [
        ("sweep-across-from", "0"),
        ("sweep-across-to", "deep"),
        ("sweep-across-points", "-3"),
        ("sweep-seeds", "1e9"),
        ("sweep-seeds", "0"),
    ] {
        page.set_control(id, text);
        page.wait_until(
            &format!("what is wrong with {text:?}"),
            &format!("document.getElementById('{id}-error').textContent"),
        );
        assert_ne!(page.control(id).as_deref(), Some(text), "the value comes back");
        assert_eq!(page.fragment(), "#v=1&width=4&sweep=depth:1..3*3");
    }
}

#[test]
fn every_control_has_its_effect_on_the_link() {
    let page = open("width=4&depth=3&activation=tanh", "sweep=gain:1..2*2");
    wait_until_made(&page);
    let base = "#v=1&depth=3&width=4&activation=tanh";
    let steps = [
        ("sweep-up", "depth", "sweep=gain:1..2*2&sweep=depth:1..12*12"),
        ("sweep-up-to", "4", "sweep=gain:1..2*2&sweep=depth:1..4*12"),
        ("sweep-up-points", "2", "sweep=gain:1..2*2&sweep=depth:1..4*2"),
        ("sweep-across", "activation", ""),
        ("sweep-across-linear", "0", ""),
        ("sweep-across", "momentum", ""),
        ("sweep-across", "lr", "sweep=lr:0.01..1*9&sweep=depth:1..4*2"),
        ("sweep-outcome", "steps", "sweep=lr:0.01..1*9&sweep=depth:1..4*2&outcome=steps:0.1"),
        ("sweep-limit", "0.5", "sweep=lr:0.01..1*9&sweep=depth:1..4*2&outcome=steps:0.5"),
        ("sweep-after", "20", "sweep=lr:0.01..1*9&sweep=depth:1..4*2&outcome=steps:0.5&after=20"),
        ("sweep-seeds", "2", "sweep=lr:0.01..1*9&sweep=depth:1..4*2&seeds=2&outcome=steps:0.5&after=20"),
        (
            "sweep-outcome",
            "verdict",
            "sweep=lr:0.01..1*9&sweep=depth:1..4*2&seeds=2&outcome=verdict:vanishing&after=20",
        ),
        ("sweep-verdict", "dead", "sweep=lr:0.01..1*9&sweep=depth:1..4*2&seeds=2&outcome=verdict:dead&after=20"),
        ("sweep-up", "", "sweep=lr:0.01..1*9&seeds=2&outcome=verdict:dead&after=20"),
    ];
    for (id, value, pairs) in steps {
        if id == "sweep-across" && value == "momentum" {
            // Plain SGD has none, so it is not offered.
            let has = page.eval("document.querySelector('#sweep-across option[value=momentum]')");
            assert_eq!(has, Value::Null);
            continue;
        }
        page.set_control(id, value);
        if !pairs.is_empty() {
            page.wait_for_fragment(&format!("{base}&{pairs}"));
        }
    }
    // Opened anew it is the same map.
    page.reopen(&page.fragment());
    page.wait_until("the controls", "document.getElementById('sweep-verdict')?.value === 'dead'");
    assert_eq!(page.control("sweep-seeds").as_deref(), Some("2"));
    wait_until_made(&page);
    // What the axis sets, and what no run of a map has use for, has no control.
    for id in ["lr", "stop-at", "background"] {
        assert_eq!(page.control(id), None, "{id}");
    }
    assert!(page.control("depth").is_some());
}

#[test]
fn theory_is_asked_though_all_runs_are_known() {
    let page = open("width=4&activation=tanh", "sweep=gain:0.5..2*4&sweep=depth:1..9*5");
    wait_until_made(&page);
    let theory = "document.querySelector('.sweep-theory').dataset.theory === 'true'";
    page.wait_until("theory's word", theory);
    // Another map of runs that were all made.
    page.set_control("sweep-up-points", "3");
    page.wait_until("the smaller map", "document.getElementById('status').dataset.total === '12'");
    assert_eq!((made(&page, "step"), made(&page, "made")), (12, 0));
    page.wait_until("theory's word on it", theory);
    assert_eq!(page.status("state").as_deref(), Some("paused"));
    assert_eq!(made(&page, "made"), 0);
}
