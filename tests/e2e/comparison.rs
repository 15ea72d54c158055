//! Several runs side by side: in lock-step, each with the very numbers that it has alone.

use crate::failures::Site;
use crate::harness::{PATIENCE, Page, variable};
use crate::native;
use gradient_lab::diagnosis::Flow;
use gradient_lab::experiment::comparison::Comparison;
use gradient_lab::experiment::scene::Link;
use gradient_lab::experiment::{Experiment, Key, share};
use gradient_lab::optim::Hyper;
use gradient_lab::run::AnyTrainer;
use gradient_lab::train::Quantity;
use serde_json::Value;
use xtask::webdriver::Screen;

/// The runs of a link.
fn runs_of(fragment: &str) -> Vec<Experiment> {
    let link = Link::parse(fragment);
    let (first, notices) = share::from_fragment(&link.experiment);
    assert_eq!(notices, [], "{fragment}");
    let (comparison, notices) = Comparison::parse(&first, &link.scene_pairs);
    assert_eq!(notices, [], "{fragment}");
    std::iter::once(first).chain(comparison.others).collect()
}

/// Opens a comparison and waits until all its runs are told of at a step.
fn open(screen: Screen, fragment: &str, step: u64) -> Page {
    let page = Page::open(screen, &format!("#{fragment}"));
    wait_for_step(&page, runs_of(fragment).len(), step);
    page
}

fn wait_for_step(page: &Page, runs: usize, step: u64) {
    page.wait_until(
        &format!("{runs} runs at step {step}"),
        &format!(
            "(() => {{
                const rows = [...document.querySelectorAll('.runs-table tbody tr')];
                const at = (row) => row.querySelector('[data-number=step]').dataset.value === '{step}.0';
                return rows.length === {runs} && rows.every(at);
            }})()"
        ),
    );
}

/// A number of each run, as the table has it to the last digit; `None` where it is empty.
fn numbers(page: &Page, name: &str) -> Vec<Option<f64>> {
    let script = "
        const cells = document.querySelectorAll(`.runs-table td[data-number='${arguments[0]}']`);
        return [...cells].map((cell) => cell.dataset.value ?? null);";
    let cells = page.run(script, &[name.into()]);
    let number = |cell: &Value| cell.as_str().map(|text| text.replace("Infinity", "inf").parse().expect("a number"));
    cells.as_array().expect("cells").iter().map(number).collect()
}

/// Fails unless each run has the very numbers at a step that it has alone.
fn assert_numbers(page: &Page, runs: &[Experiment], step: u64) {
    let reports: Vec<_> = runs.iter().map(|run| native::report_at(run, step)).collect();
    let want = |of: &dyn Fn(usize) -> f64| (0..runs.len()).map(|run| Some(of(run))).collect::<Vec<_>>();
    assert_eq!(numbers(page, "step"), want(&|_| step as f64));
    assert_eq!(numbers(page, "loss"), want(&|run| reports[run].loss()), "at step {step}");
    assert_eq!(numbers(page, "gradient"), want(&|run| Flow::of(&runs[run], &reports[run]).total), "at step {step}");
    if step > 0 {
        let last = |run: usize| *reports[run].weights_series(Quantity::UpdateRatio).unwrap().last().unwrap();
        assert_eq!(numbers(page, "update-last"), want(&last), "at step {step}");
    }
}

const FOUR: &str = "v=1&depth=4&speed=max&vs=optimizer:momentum&vs=optimizer:adam&vs=activation:tanh";

#[test]
fn each_run_has_the_numbers_that_it_has_alone() {
    let runs = runs_of(FOUR);
    let page = open(Screen::LAPTOP, FOUR, 0);
    assert_numbers(&page, &runs, 0);
    for step in 1..=3 {
        page.click_button("Step");
        wait_for_step(&page, 4, step);
        assert_numbers(&page, &runs, step);
    }
    let chart = page.data_table("runs-by-layer");
    for (place, (_, cells)) in chart.iter().enumerate() {
        let want: Vec<_> = runs.iter().map(|run| Some(native::report_at(run, 3).get(place, Quantity::GradZ))).collect();
        assert_eq!(*cells, want, "layer {place}");
    }
    assert_eq!(chart.len(), 5);
}

#[test]
fn in_lock_step_all_runs_are_at_the_same_step_whenever_one_looks() {
    let runs = runs_of(FOUR);
    let page = open(Screen::LAPTOP, FOUR, 0);
    // Every change of the table is looked at.
    page.run(
        "window.uneven = []; window.looks = 0;
        new MutationObserver(() => {
            const cells = document.querySelectorAll('.runs-table td[data-number=step]');
            const steps = [...cells].map((cell) => cell.dataset.value);
            window.looks += 1;
            if (new Set(steps).size > 1) window.uneven.push(steps.join());
        }).observe(document.querySelector('.runs-table'), { subtree: true, childList: true, attributes: true });",
        &[],
    );
    page.click_button("Run");
    page.wait("some hundred steps", PATIENCE, || numbers(&page, "step")[0] > Some(400.0));
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    page.wait_until("all to rest", "document.querySelectorAll('tr[data-state=paused]').length === 4");
    let step = page.step();
    wait_for_step(&page, 4, step);
    assert_numbers(&page, &runs, step);
    assert!(page.number_of("window.looks") > 3.0);
    assert_eq!(page.eval("window.uneven"), serde_json::json!([]));
}

#[test]
fn pausing_scrubbing_and_going_on_act_on_all() {
    let fragment = "v=1&depth=4&step=200&vs=optimizer:adam";
    let runs = runs_of(fragment);
    let page = open(Screen::LAPTOP, fragment, 200);
    page.set_control("scrubber", "57");
    wait_for_step(&page, 2, 57);
    page.wait("the exact numbers", PATIENCE, || {
        numbers(&page, "loss") == runs.iter().map(|run| Some(native::report_at(run, 57).loss())).collect::<Vec<_>>()
    });
    page.click_button("Latest");
    wait_for_step(&page, 2, 200);
    assert_numbers(&page, &runs, 200);
    page.set_control("scrubber", "120");
    wait_for_step(&page, 2, 120);
    page.click_button("Continue from here");
    page.wait_until("the slider to end there", "document.getElementById('scrubber').max === '120'");
    page.click_button("Step");
    wait_for_step(&page, 2, 121);
    assert_numbers(&page, &runs, 121);
    page.press("r");
    wait_for_step(&page, 2, 0);
    assert_numbers(&page, &runs, 0);
}

#[test]
fn a_run_that_diverges_stays_where_it_ended_and_the_others_go_on() {
    let fragment = "v=1&depth=20&activation=relu&init=kaiming-normal&speed=max&vs=gain:2";
    let runs = runs_of(fragment);
    let end = native::divergence(&runs[1], 100).step - 1;
    let page = open(Screen::LAPTOP, fragment, 0);
    page.click_button("Run");
    page.wait("the other to go on", PATIENCE, || numbers(&page, "step")[0] > Some(100.0));
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    assert_eq!(numbers(&page, "step")[1], Some(end as f64));
    assert_eq!(page.text_of("document.querySelector('tr[data-run=B]').dataset.verdict"), "diverged");
    assert_eq!(page.text_of("document.querySelector('tr[data-run=B]').dataset.state"), "diverged");
}

#[test]
fn the_address_carries_all_runs_and_what_is_changed_in_one_is_its_difference() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&vs=", 0);
    page.click("tr[data-run=B] .run-name");
    page.wait_until("its settings", "document.querySelector('tr[data-run=B].chosen')");
    page.set_control("optimizer", "adam");
    page.wait_for_fragment("#v=1&depth=4&vs=optimizer:adam");
    let name = page.text_of("document.querySelector('tr[data-run=B] .run-name span').textContent");
    assert_eq!(name, "SGD → Adam, η 0.1 → 0.001");
    assert_eq!(page.text_of("document.querySelector('tr[data-run=A] .run-name span').textContent"), "SGD, η 0.1");
    // The settings of the first are another link.
    page.click("tr[data-run=A] .run-name");
    page.wait_until("its settings", "document.querySelector('tr[data-run=A].chosen')");
    assert_eq!(page.control("optimizer").as_deref(), Some("sgd"));
    page.set_control("depth", "5");
    page.wait_for_fragment("#v=1&depth=5&vs=depth:4,optimizer:adam");
    page.click("#pace-free");
    page.wait_for_fragment("#v=1&depth=5&vs=depth:4,optimizer:adam&pace=free");
    let runs = runs_of("v=1&depth=5&vs=depth:4,optimizer:adam");
    page.click_button("Step");
    wait_for_step(&page, 2, 1);
    assert_numbers(&page, &runs, 1);
    page.reopen("#v=1&depth=5&vs=depth:4,optimizer:adam&pace=free");
    wait_for_step(&page, 2, 0);
    assert_eq!(page.eval("document.getElementById('pace-free').checked"), Value::Bool(true));
    assert_numbers(&page, &runs, 0);
}

#[test]
fn a_run_that_is_added_comes_to_where_the_others_are_and_one_is_kept_alone() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&step=30&vs=optimizer:adam", 30);
    page.click("tr[data-run=B] .run-name");
    page.click_button("Add a run");
    wait_for_step(&page, 3, 30);
    page.wait_for_fragment("#v=1&depth=4&step=30&vs=optimizer:adam&vs=optimizer:adam");
    page.set_control("lr", "0.01");
    page.wait_for_fragment("#v=1&depth=4&step=30&vs=optimizer:adam&vs=optimizer:adam,lr:0.01");
    page.click("[data-remove=B]");
    wait_for_step(&page, 2, 30);
    page.wait_for_fragment("#v=1&depth=4&step=30&vs=optimizer:adam,lr:0.01");
    // Without the first the next is the first.
    page.click("[data-keep=B]");
    page.wait_until("one run", "document.querySelector('.runs-table') === null");
    page.wait_for_fragment("#v=1&depth=4&optimizer=adam&lr=0.01&step=30");
    page.wait_for_status("state", "paused");
    assert_eq!(page.step(), 30);
    // It was changed at step 30, and is Adam's as it was up to there.
    assert_eq!(page.loss(), native::report_at(&native::experiment("depth=4&optimizer=adam"), 30).loss());
    page.run("history.back()", &[]);
    page.wait_until("two runs again", "document.querySelectorAll('.runs-table tbody tr').length === 2");
}

#[test]
fn without_the_first_the_next_takes_its_place() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&step=20&vs=optimizer:adam&vs=optimizer:momentum", 20);
    page.click("[data-remove=A]");
    wait_for_step(&page, 2, 20);
    page.wait_for_fragment("#v=1&depth=4&optimizer=adam&step=20&vs=optimizer:momentum");
    let runs = runs_of("v=1&depth=4&optimizer=adam&vs=optimizer:momentum");
    page.wait_until("both to rest", "document.querySelectorAll('tr[data-state=paused]').length === 2");
    assert_numbers(&page, &runs, 20);
    page.click_button("Step");
    wait_for_step(&page, 2, 21);
    assert_numbers(&page, &runs, 21);
}

#[test]
fn the_present_run_is_compared_from_the_list_and_goes_on() {
    let page = Page::open(Screen::LAPTOP, "#depth=4");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.click_button("Compare");
    page.wait_until("the list", "document.querySelector('[data-comparison=present]')");
    page.click("[data-comparison=present]");
    wait_for_step(&page, 2, 1);
    assert_numbers(&page, &runs_of("v=1&depth=4&vs="), 1);
    page.run("history.back()", &[]);
    page.wait_until("the run alone", "document.querySelector('.runs-table') === null");
    assert_eq!(page.step(), 1);
    page.click_button("Step");
    page.wait_for_status("step", "2");
}

#[test]
fn what_of_a_link_cannot_be_used_is_told_and_the_rest_is_shown() {
    let fragment = "v=1&depth=4&vs=depth:1e9,colour:red&vs=depth:3&vs=&vs=&vs=&pace=fast";
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}"));
    wait_for_step(&page, 4, 0);
    let told = page.text_of("document.querySelector('.runs .notice').textContent");
    for word in ["depth", "1e9", "colour", "Four are shown", "fast"] {
        assert!(told.contains(word), "{word} in {told:?}");
    }
    page.wait_for_fragment("#v=1&depth=4&vs=&vs=depth:3&vs=");
}

#[test]
fn layers_and_time_steps_stand_apart() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&vs=model:rnn,length:6", 0);
    for chart in ["runs-by-layer", "runs-by-time"] {
        page.wait_until(chart, &format!("document.querySelector('figure[data-chart={chart}]')"));
    }
    assert!(page.text_of("document.querySelector('.runs-apart').textContent").contains("cannot share an axis"));
    assert_eq!(page.data_table("runs-by-time").len(), 6);
    assert_eq!(page.data_table("runs-by-layer").len(), 5);
}

#[test]
fn the_instruments_are_of_the_run_that_is_chosen() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&vs=model:lstm,length:6", 0);
    page.click("tr[data-run=B] .run-name");
    page.click("#runs-closely");
    page.wait_until("its instruments", "document.querySelector('[data-tab=cell]')");
    page.click("tr[data-run=A] .run-name");
    page.wait_until("those of the other", "document.querySelector('[data-tab=layer]')");
    page.open_tab("layer");
    assert_eq!(page.eval("document.querySelectorAll('#depth').length"), Value::from(1));
}

#[test]
fn equal_seeds_are_proved_to_give_an_equal_start() {
    let page = open(Screen::LAPTOP, "v=1&depth=4&vs=optimizer:adam&vs=activation:relu&vs=model:rnn,length:6,seed:8", 0);
    page.click("#runs-closely");
    page.open_tab("proof");
    page.click("[data-claim=same-start] button");
    page.wait_until("the proof", "document.querySelector('[data-claim=same-start]').dataset.result === 'pass'");
    let lines = page.text_of("document.querySelector('.start-claim').textContent");
    assert!(lines.contains("B: 10 of 10") && lines.contains("C: 10 of 10"), "{lines}");
    assert!(lines.contains("D: ") && lines.contains("others"), "{lines}");
}

#[test]
fn in_a_hidden_tab_all_runs_pause_and_go_on_together() {
    let site = Site::without("nothing");
    site.hurry_worker(500);
    let page =
        Page::open_at(Screen::LAPTOP, &format!("{}#v=1&depth=2&width=4&speed=1&vs=optimizer:adam", site.server.url()));
    wait_for_step(&page, 2, 0);
    page.click_button("Run");
    page.wait("a step", PATIENCE, || page.step() >= 1);
    page.hide(true);
    page.wait_until("all to pause", "document.querySelectorAll('tr[data-state=paused]').length === 2");
    page.wait_until("the notice", "document.querySelectorAll('[data-notice=away]').length === 1");
    page.hide(false);
    let step = page.step();
    wait_for_step(&page, 2, step);
    page.click_button("Run on");
    page.wait("steps of both", PATIENCE, || numbers(&page, "step").iter().all(|now| *now > Some(step as f64 + 3.0)));
    page.click_button("Pause");
    page.wait_until("all to rest", "document.querySelectorAll('tr[data-state=paused]').length === 2");
    let step = page.step();
    wait_for_step(&page, 2, step);
    assert_numbers(&page, &runs_of("v=1&depth=2&width=4&vs=optimizer:adam"), step);
}

#[test]
fn where_one_worker_fails_the_others_go_on_and_it_comes_back_to_them() {
    let fragment = "v=1&depth=4&vs=optimizer:adam&vs=optimizer:momentum";
    let runs = runs_of(fragment);
    let page = Page::open_with_workers_in_hand(&format!("{}#{fragment}", variable("GRADIENT_LAB_E2E_URL")));
    wait_for_step(&page, 3, 0);
    page.click_button("Step");
    wait_for_step(&page, 3, 1);
    page.crash_worker(1);
    page.wait_until("it to fail", "document.querySelector('tr[data-run=B]').dataset.state === 'failed'");
    let notice = "document.querySelector('[data-notice=worker-failed]')";
    assert!(page.text_of(&format!("{notice}.textContent")).contains("a loose wire"));
    page.click_button("Step");
    page.wait("the others to go on", PATIENCE, || {
        let steps = numbers(&page, "step");
        (steps[0], steps[2]) == (Some(2.0), Some(2.0))
    });
    page.click_button("Restart at step 1");
    page.wait_until("the notice to go", &format!("{notice} === null"));
    wait_for_step(&page, 3, 2);
    assert_numbers(&page, &runs, 2);
}

#[test]
fn what_is_changed_live_in_one_run_holds_there_and_is_said() {
    let fragment = "v=1&depth=4&step=3&vs=optimizer:adam";
    let runs = runs_of(fragment);
    let page = open(Screen::LAPTOP, fragment, 3);
    page.click("tr[data-run=B] .run-name");
    page.wait_until("its settings", "document.querySelector('tr[data-run=B].chosen')");
    page.set_control("lr", "0.01");
    page.wait_for_fragment("#v=1&depth=4&step=3&vs=optimizer:adam,lr:0.01");
    page.click_button("Step");
    wait_for_step(&page, 2, 4);
    let mut changed = AnyTrainer::new(&runs[1]).unwrap();
    for _ in 0..3 {
        changed.step().unwrap();
    }
    changed.set_hyper(Hyper::of(&native::with(&runs[1], Key::Lr, "0.01")));
    let want = [native::report_at(&runs[0], 4).loss(), changed.step().unwrap().loss()].map(Some);
    assert_eq!(numbers(&page, "loss"), want);
    let remark = page.text_of("document.querySelector('[data-remark=changed]').textContent");
    assert!(remark.contains('B') && remark.contains("step 3"), "{remark}");
}

#[test]
fn a_machine_with_one_core_is_told_of_and_its_runs_take_turns() {
    let page = Page::open_at(Screen::LAPTOP, "about:blank");
    let one_core = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 1 });";
    page.session().prepare_documents(one_core).unwrap();
    page.reopen("#v=1&depth=4&vs=optimizer:adam");
    wait_for_step(&page, 2, 0);
    assert!(page.text_of("document.querySelector('[data-remark=one-core]').textContent").contains("core"));
    page.click_button("Step");
    wait_for_step(&page, 2, 1);
    // A map has one worker then.
    page.follow_fragment("v=1&width=4&sweep=depth:1..4*4");
    page.wait_until("the map", "document.getElementById('status').dataset.total === '4'");
    page.wait_until("its runs", "document.getElementById('status').dataset.step === '4'");
    assert_eq!(page.status("workers").as_deref(), Some("1"));
}

#[test]
fn a_comparison_that_is_left_leaves_an_ordinary_run() {
    for way in ["back", "keep", "lesson"] {
        let page = Page::open(Screen::LAPTOP, "#v=1&depth=4");
        page.follow_fragment("v=1&depth=4&step=20&speed=max&vs=optimizer:adam&vs=lr:10");
        wait_for_step(&page, 3, 20);
        // The head belongs to one run after the other.
        for run in ["B", "C", "A", "C"] {
            page.click(&format!("tr[data-run={run}] .run-name"));
            page.wait_until("it to be chosen", &format!("document.querySelector('tr[data-run={run}].chosen')"));
        }
        match way {
            "back" => _ = page.run("history.back()", &[]),
            "keep" => page.click("[data-keep=A]"),
            _ => page.follow_fragment("v=1&depth=4"),
        }
        page.wait_until("one run", "document.querySelector('.runs-table') === null");
        let step = if way == "keep" { 20 } else { 0 };
        page.wait_for_status("step", &step.to_string());
        // What belonged to the others has gone by now.
        std::thread::sleep(std::time::Duration::from_millis(300));
        page.click_button("Step");
        page.wait_for_status("step", &(step + 1).to_string());
        assert_eq!(page.loss(), native::report_at(&native::experiment("depth=4"), step + 1).loss(), "{way}");
        page.press("r");
        page.wait_for_status("step", "0");
    }
}

#[test]
fn the_slider_is_over_the_run_that_has_come_the_farthest() {
    let fragment = "v=1&depth=20&activation=relu&init=kaiming-normal&speed=max&vs=gain:2";
    let page = open(Screen::LAPTOP, fragment, 0);
    page.click_button("Run");
    page.wait("the other to go on", PATIENCE, || numbers(&page, "step")[0] > Some(60.0));
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let steps = numbers(&page, "step");
    // Though the run that ended is chosen.
    page.click("tr[data-run=B] .run-name");
    page.wait_until("it to be chosen", "document.querySelector('tr[data-run=B].chosen')");
    assert_eq!(page.number_of("Number(document.getElementById('scrubber').max)"), steps[0].unwrap());
    page.set_control("scrubber", "1");
    page.wait("the first step of both", PATIENCE, || numbers(&page, "step") == [Some(1.0), Some(1.0)]);
    page.set_control("scrubber", &steps[0].unwrap().to_string());
    page.wait("the last step of each", PATIENCE, || numbers(&page, "step") == steps);
}

#[test]
fn no_window_is_too_narrow_for_four_runs() {
    let fragment = "v=1&depth=4&step=20&speed=max&vs=optimizer:momentum,batch:16&vs=optimizer:adam,batch:16&vs=lr:10";
    let page = open(Screen::LAPTOP, fragment, 20);
    for width in [400, 600, 700, 760, 800, 875, 959, 960, 1024, 1180, 1280] {
        page.set_screen(Screen { width, ..Screen::PROJECTOR });
        page.wait_until("the window", &format!("innerWidth === {width}"));
        let scrolled = page.number_of("document.documentElement.scrollWidth");
        assert!(scrolled <= f64::from(width), "at {width} the page is {scrolled} pixels wide");
        let cut = "[...document.querySelectorAll('.runs-table td, .run-verdict > *')].filter((cell) => {
            const box = cell.getBoundingClientRect();
            return box.width > 0 && box.right > document.querySelector('.runs-table').getBoundingClientRect().right + 1;
        }).length";
        assert_eq!(page.number_of(cut), 0.0, "at {width}");
    }
}
