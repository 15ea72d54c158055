//! Recurrent networks: the gradient by time step in the place of that by layer.

use crate::harness::{PATIENCE, Page, TABS};
use crate::native;
use gradient_lab::choice::Choice;
use gradient_lab::experiment::presets::Preset;
use gradient_lab::train::Quantity;
use serde_json::{Value, json};
use xtask::webdriver::Screen;

/// The main chart of a recurrent run.
const MAIN: &str = "gradient-by-time";

#[test]
fn each_lesson_through_time_has_the_numbers_that_the_engine_has_natively() {
    let page = Page::open(Screen::LAPTOP, "");
    for &preset in Preset::ALL.iter().filter(|preset| preset.is_through_time()) {
        page.reopen(&format!("#{}", preset.fragment()));
        let (name, experiment) = (preset.name(), preset.experiment());
        page.wait_for_status("step", &experiment.step.to_string());
        let report = native::report_at(&experiment, experiment.step.into());
        assert_eq!(page.loss().to_bits(), report.loss().to_bits(), "{name}: the loss");
        assert_column(&page, 0, &report.series(Quantity::GradH).unwrap(), name);
        let title =
            page.text_of(&format!("document.querySelector('figure[data-chart={MAIN}] figcaption').textContent"));
        assert_eq!(title.trim(), "Gradient by time step", "{name}");
    }
}

#[test]
fn every_instrument_opens_for_a_recurrent_run_in_its_own_words() {
    let page = Page::open(Screen::LAPTOP, "#model=lstm&length=12&hidden=8&step=2");
    page.wait_for_status("step", "2");
    for tab in TABS {
        page.open_tab(tab);
        page.wait_until(
            &format!("something in {tab}"),
            "document.querySelector('.workbench-pane')?.textContent.trim().length > 20",
        );
        let charts =
            page.eval("[...document.querySelectorAll('figure[data-chart]')].map((figure) => figure.dataset.chart)");
        let charts = charts.as_array().unwrap();
        assert!(charts.contains(&json!(MAIN)) && !charts.contains(&json!("gradient-by-layer")), "{tab}: {charts:?}");
    }
    page.open_tab("overview");
    let hints =
        page.eval("[...document.querySelectorAll('figure .chart-stage')].map((stage) => stage.title).join(' ')");
    assert!(!hints.as_str().unwrap().contains("layer"), "{hints}");
}

#[test]
fn levels_cells_and_what_is_cut_are_in_the_table_of_the_main_chart() {
    let fragment = "model=lstm&task=adding&length=30&stack=2&hidden=8&window=10&samples=64&step=3";
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}"));
    page.wait_for_status("step", "3");
    for (id, value) in [("model", "lstm"), ("task", "adding"), ("length", "30"), ("stack", "2"), ("window", "10")] {
        assert_eq!(page.control(id).as_deref(), Some(value), "{id}");
    }
    assert_eq!(page.control("depth"), None, "layers of a perceptron");
    let report = native::report_at(&native::experiment(fragment), 3);
    let series = |level, quantity| report.series_at(level, quantity).unwrap();
    let lowest = series(0, Quantity::GradH);
    assert!(lowest[..20].iter().all(|norm| *norm == 0.0) && lowest[20..].iter().all(|norm| *norm > 0.0));
    assert_column(&page, 0, &lowest, "layer 1");
    assert_column(&page, 1, &series(1, Quantity::GradH), "layer 2");
    assert_column(&page, 2, &series(0, Quantity::GradC), "c");
    assert_column(&page, 3, &series(0, Quantity::GradZ), "z");
    let summary =
        page.text_of(&format!("document.querySelector('figure[data-chart={MAIN}] .chart-summary').textContent"));
    assert!(summary.contains("Up to time step 20 it is cut"), "{summary}");
    // The map over time has them too, level by level.
    let map = page.data_table("gradient-over-time");
    assert_eq!(map.last().map(|(_, cells)| cells.len()), Some(30));
    let choose = "
        const list = document.querySelector('figure[data-chart=gradient-over-time] select');
        list.value = arguments[0];
        list.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(choose, &["grad-w".into()]);
    let weights = page.data_table("gradient-over-time");
    let columns = weights.last().map(|(_, cells)| cells.len());
    assert_eq!(columns, Some(5), "W_ih and W_hh of two layers, and the readout");
}

#[test]
fn the_kind_of_network_is_changed_in_place_and_what_it_has_stays_its_own() {
    let page = Page::open(Screen::LAPTOP, "#depth=5&activation=relu");
    page.set_control("model", "gru");
    page.wait_until("the chart by time step", "document.querySelector('figure[data-chart=gradient-by-time] canvas')");
    page.wait_for_status("state", "paused");
    page.wait("the length of the task", PATIENCE, || page.data_table(MAIN).len() == 30);
    assert_eq!(page.control("depth"), None);
    assert_eq!(page.control("task").as_deref(), Some("first-symbol"));
    page.set_control("model", "mlp");
    page.wait_until("the chart by layer", "document.querySelector('figure[data-chart=gradient-by-layer] canvas')");
    page.wait_for_status("state", "paused");
    page.wait("the layers as they were", PATIENCE, || page.data_table("gradient-by-layer").len() == 6);
    assert_eq!(page.control("depth").as_deref(), Some("5"));
    assert_eq!(page.control("task").as_deref(), Some("points"));
}

#[test]
fn with_a_loss_at_every_step_the_chart_says_that_each_has_a_gradient_of_its_own() {
    let page = Page::open(Screen::LAPTOP, "#model=rnn&task=copy&length=10");
    let summary = format!("document.querySelector('figure[data-chart={MAIN}] .chart-summary').textContent");
    page.wait_until("the sentence", &format!("{summary}.includes('a gradient of its own')"));
}

#[test]
fn a_task_that_does_not_fit_the_network_is_told_with_what_does() {
    let page = Page::open(Screen::LAPTOP, "#model=mlp&task=copy");
    let notice = page.text_of("document.querySelector('[data-notice]').textContent");
    assert!(notice.contains("task = copy") && notice.contains("points, sentiment"), "{notice}");
    assert_eq!(page.control("task").as_deref(), Some("points"));
    page.reopen("#model=lstm&task=points");
    let notice = page.text_of("document.querySelector('[data-notice]').textContent");
    assert!(notice.contains("task = points") && notice.contains("first-symbol"), "{notice}");
    // What means nothing for this kind is no fault, as β₁ under SGD is none.
    page.reopen("#model=lstm&depth=30&step=1");
    page.wait_for_status("step", "1");
    assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0);
}

#[test]
fn two_hundred_time_steps_that_explode_end_in_words_that_name_the_time_step() {
    let fragment = "model=rnn&activation=relu&rec-init=normal&rho=4&length=200&step=1";
    let divergence =
        native::divergence(&native::experiment("model=rnn&activation=relu&rec-init=normal&rho=4&length=200"), 5);
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}"));
    page.wait_for_status("state", "diverged");
    page.wait_for_status("verdict", "diverged");
    let words = page.text_of("document.querySelector('.side').textContent");
    let time = divergence.time.expect("a time step");
    assert!(words.contains(&format!("time step {time}")), "not time step {time} in: {words}");
}

#[test]
fn gradients_that_were_clipped_are_in_the_chart_of_the_loss() {
    let fragment = "model=rnn&activation=relu&rec-init=identity&rho=1.2&length=60&optimizer=sgd&clip=norm&step=4";
    let page = Page::open(Screen::LAPTOP, &format!("#{fragment}"));
    page.wait_for_status("step", "4");
    let experiment = native::experiment(fragment);
    let rows = page.data_table("loss");
    let (_, last) = rows.last().unwrap();
    let norm = native::report_at(&experiment, 4).grad_norm();
    assert_eq!(last[7].map(f64::to_bits), Some(norm.to_bits()));
    assert_eq!(last[8], Some(experiment.clip_at));
    assert_eq!(rows[0].1[8], None, "before the first step nothing is clipped");
}

#[test]
fn a_phone_has_room_for_the_main_chart_and_its_words() {
    let page = Page::open(Screen::PHONE, "#model=lstm&stack=3&length=200&hidden=4&samples=32&step=1");
    page.wait_for_status("step", "1");
    let script = "
        const figure = document.querySelector('figure[data-chart=gradient-by-time]');
        const { left, right } = figure.getBoundingClientRect();
        const { width, height } = figure.querySelector('canvas').getBoundingClientRect();
        const cut = [...figure.querySelectorAll('label, figcaption, button')].filter((element) =>
            element.checkVisibility() && (element.getBoundingClientRect().right > innerWidth || element.scrollWidth > element.clientWidth + 1));
        return [left >= 0 && right <= innerWidth, width > 250 && height > 120, cut.map((element) => element.textContent)];";
    assert_eq!(page.run(script, &[]), json!([true, true, []]));
    assert_eq!(page.eval("document.documentElement.scrollWidth <= innerWidth"), Value::Bool(true));
}

/// A column of the main chart's table is a series, to the last bit.
fn assert_column(page: &Page, column: usize, series: &[f64], case: &str) {
    page.wait(&format!("the table of {case}"), PATIENCE, || {
        let table = page.data_table(MAIN);
        let cells: Vec<_> = table.iter().filter_map(|(_, cells)| *cells.get(column)?).collect();
        cells.len() == series.len() && cells.iter().zip(series).all(|(cell, norm)| cell.to_bits() == norm.to_bits())
    });
    let heads: Vec<String> = page.data_table(MAIN).into_iter().map(|(head, _)| head).collect();
    let all: Vec<String> = (1..=series.len()).map(|time| format!("time step {time}")).collect();
    assert_eq!(heads, all, "{case}");
}
