//! One step, slowly: the numbers in the formulas are those of the engine.

use crate::harness::Page;
use crate::native;
use gradient_lab::look::view::{UnitView, Watch};
use gradient_lab::run::AnyTrainer;
use xtask::webdriver::Screen;

const SHALLOW: &str = "v=1&depth=2&width=5&activation=tanh&step=3";

/// What a unit does in a step of an experiment.
fn unit_at(fragment: &str, step: u64, unit: (usize, usize)) -> UnitView {
    let mut trainer = AnyTrainer::new(&native::experiment(fragment)).expect("an allowed experiment");
    trainer.probe().expect("a finite start");
    for _ in 0..step {
        trainer.step().expect("a finite step");
    }
    trainer.view(&Watch { unit: Some(unit), ..Watch::default() }, 2).unit.expect("there is such a unit")
}

fn wait_for(page: &Page, phase: &str, step: u64) {
    page.wait_until(
        &format!("phase {phase} of step {step}"),
        &format!(
            "(({{ dataset, ariaBusy }}) => dataset.phase === '{phase}' && dataset.step === '{step}' && ariaBusy === 'false')(document.querySelector('.slow') ?? {{ dataset: {{}} }})"
        ),
    );
}

fn assert_reads(page: &Page, name: &str, value: f64) {
    let shown = page.text_of(&format!("document.querySelector('[data-slow={name}]').dataset.value"));
    assert_eq!(shown.parse(), Ok(value), "{name}");
}

#[test]
fn every_phase_of_a_step_shows_the_engine_s_numbers() {
    let page = Page::open(Screen::LAPTOP, &format!("#{SHALLOW}"));
    page.wait_for_status("step", "3");
    page.open_tab("network");
    for layer in 0..3 {
        wait_for(&page, &format!("forward-{}", layer + 1), 3);
        let unit = unit_at(SHALLOW, 3, (layer, 0));
        assert_reads(&page, "z", unit.z);
        if layer < 2 {
            assert_reads(&page, "a", unit.a);
        }
        page.press(".");
    }
    wait_for(&page, "loss", 3);
    assert_reads(&page, "loss", page.loss());
    assert_reads(&page, "sample-loss", unit_at(SHALLOW, 3, (0, 0)).sample_loss);
    for layer in (0..3).rev() {
        page.click_button("Next");
        wait_for(&page, &format!("backward-{}", layer + 1), 3);
        let unit = unit_at(SHALLOW, 3, (layer, 0));
        assert_reads(&page, "delta", unit.delta);
        let largest = unit.grad_weights.iter().fold(0.0, |most: f64, g| most.max(g.abs()));
        let sign = if unit.grad_weights.contains(&largest) { 1.0 } else { -1.0 };
        assert_reads(&page, "grad", sign * largest);
    }
    page.press(".");
    wait_for(&page, "update", 3);
    let unit = unit_at(SHALLOW, 3, (0, 0));
    let largest =
        (0..unit.updates.len()).max_by(|&a, &b| unit.grad_weights[a].abs().total_cmp(&unit.grad_weights[b].abs()));
    assert_reads(&page, "update", unit.updates[largest.expect("it has weights")]);
    page.press(",");
    wait_for(&page, "backward-1", 3);
    // Beyond the update the run makes its next step.
    page.press(".");
    wait_for(&page, "update", 3);
    page.press(".");
    wait_for(&page, "forward-1", 4);
    assert_reads(&page, "z", unit_at(SHALLOW, 4, (0, 0)).z);
    page.assert_quiet_console();
}

#[test]
fn an_embedding_is_a_layer_of_its_own() {
    const ON_WORDS: &str = "v=1&task=sentiment&depth=2&width=5&embedding=4&step=3";
    let page = Page::open(Screen::LAPTOP, &format!("#{ON_WORDS}"));
    page.wait_for_status("step", "3");
    let names = ["embedding", "layer 1", "layer 2", "output layer"];
    page.open_tab("network");
    for (layer, name) in names.iter().enumerate() {
        wait_for(&page, &format!("forward-{}", layer + 1), 3);
        let unit = unit_at(ON_WORDS, 3, (layer, 0));
        assert_reads(&page, "z", unit.z);
        assert!(page.text_of("document.getElementById('slow-title').textContent").contains(name), "{layer}");
        let has_activation = page.eval("!!document.querySelector('[data-slow=a]')");
        assert_eq!(has_activation, layer == 1 || layer == 2, "{layer}");
        page.press(".");
    }
    let rows: Vec<String> = page.data_table("network").into_iter().map(|(name, _)| name).collect();
    assert_eq!(rows, names);
}

#[test]
fn the_first_step_is_made_where_its_update_is_shown() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=1&width=3");
    page.open_tab("network");
    wait_for(&page, "forward-1", 0);
    (0..5).for_each(|_| page.press("."));
    wait_for(&page, "update", 0);
    assert_eq!(page.eval("document.querySelector('[data-slow=update]')"), serde_json::Value::Null);
    page.press(".");
    wait_for(&page, "update", 1);
    assert_eq!(page.step(), 1);
    page.press(".");
    wait_for(&page, "forward-1", 2);
}

#[test]
fn all_parameters_are_listed_with_the_numbers_of_the_engine() {
    let page = Page::open(Screen::LAPTOP, &format!("#{SHALLOW}"));
    page.wait_for_status("step", "3");
    page.open_tab("network");
    wait_for(&page, "forward-1", 3);
    page.click_button("All parameters");
    page.wait_until("the table", "document.querySelector('[data-parameters] tbody tr')");
    let mut trainer = AnyTrainer::new(&native::experiment(SHALLOW)).expect("an allowed experiment");
    trainer.probe().expect("a finite start");
    (0..3).for_each(|_| _ = trainer.step().expect("a finite step"));
    let list = trainer.view(&Watch { parameters: true, ..Watch::default() }, 2).parameters.expect("a list");
    let expected: Vec<[f64; 2]> = list
        .tensors
        .iter()
        .flat_map(|t| t.before.iter().zip(&t.after))
        .map(|(before, after)| [*before, *after])
        .collect();
    let shown = page.run(
        "return [...document.querySelectorAll('[data-parameters] tbody tr')]
            .map((row) => [...row.querySelectorAll('[data-value]')].map((cell) => cell.dataset.value))",
        &[],
    );
    let shown: Vec<[String; 2]> = serde_json::from_value(shown).expect("two numbers a row");
    let shown: Vec<[f64; 2]> = shown.iter().map(|row| [0, 1].map(|at| row[at].parse().expect("a number"))).collect();
    assert_eq!(shown, expected);
    assert_eq!(shown.len(), list.count);
    page.assert_quiet_console();
}

/// Where the numbers were read in a deeper network is no place in the next one.
#[test]
fn the_place_that_is_read_may_go_with_its_network() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=37&width=4");
    page.open_tab("network");
    let reading = "figure[data-chart=network] .chart-stage";
    page.wait_until("the network", &format!("document.querySelector('{reading}')"));
    page.run(&format!("document.querySelector('{reading}').focus()"), &[]);
    page.press("End");
    page.wait_until("a reading", "document.querySelector('figure[data-chart=network] .chart-reading')");
    for fragment in ["v=1&depth=3&width=4", "v=1&depth=3&width=2", "v=1&depth=1&width=1"] {
        page.follow_fragment(fragment);
        page.click_button("Step");
        page.wait_for_status("step", "1");
        assert_eq!(page.eval("document.getElementById('stopped').hidden"), true, "{fragment}");
    }
}
