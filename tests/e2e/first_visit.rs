//! What everyone sees first.

use crate::harness::{PATIENCE, Page};
use crate::native;
use gradient_lab::diagnosis::Flow;
use gradient_lab::experiment::Experiment;
use gradient_lab::theory::predict;
use gradient_lab::train::Quantity;
use serde_json::Value;
use xtask::webdriver::Screen;

const CHARTS: [&str; 3] = ["gradient-by-layer", "gradient-over-time", "loss"];

#[test]
fn opens_paused_with_the_first_gradients_drawn() {
    for screen in [Screen::LAPTOP, Screen::PHONE] {
        let page = Page::open(screen, "");
        page.wait_for_status("state", "paused");
        page.wait_for_status("step", "0");
        page.wait_for_status("verdict", "vanishing");
        CHARTS.iter().for_each(|chart| assert_painted(&page, chart));
        assert_eq!(page.eval("document.querySelectorAll('[data-notice]').length"), 0, "nothing to complain about");
    }
}

#[test]
fn the_first_gradient_falls_about_fourfold_a_layer_and_the_verdict_says_so() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    let table = page.data_table("gradient-by-layer");
    assert_eq!(table.len(), 13, "twelve hidden layers and the output layer: {table:?}");
    let grad_z: Vec<f64> = table.iter().map(|(head, cells)| cells[0].unwrap_or_else(|| panic!("{head}"))).collect();
    // Back from the last hidden layer to the first.
    let factor = (grad_z[11] / grad_z[0]).powf(1.0 / 11.0);
    assert!((3.0..6.0).contains(&factor), "a layer shrinks the gradient {factor}-fold: {grad_z:?}");
    for (below, above) in grad_z.iter().zip(&grad_z[1..12]) {
        assert!(below < above, "{grad_z:?}");
    }

    let sentence = page.text_of("document.querySelector('.verdict .sentence').textContent");
    assert!(sentence.contains("vanishes"), "{sentence}");
    let said = page.text_of("document.querySelector('.verdict .sentence strong').textContent");
    let measured = Flow::of(&Experiment::default(), &native::report_at(&Experiment::default(), 0)).factor;
    assert!((said.parse::<f64>().unwrap() - measured).abs() <= 0.005, "{sentence} and not {measured}");
    let total = page.text_of("document.querySelectorAll('.verdict .sentence strong')[1].textContent");
    let measured = grad_z[0] / grad_z[11];
    // It is said in two digits.
    assert!((read(&total) / measured - 1.0).abs() <= 0.05, "{total} and not {measured:e}");
}

/// The number that the page writes as `2.3×10⁻⁷`.
fn read(words: &str) -> f64 {
    let (mantissa, power) = words.split_once("×10").unwrap_or_else(|| panic!("{words:?} is no number with a power"));
    let digit = |letter| match letter {
        '⁻' => '-',
        letter => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().zip('0'..='9').find(|pair| pair.0 == letter).map_or(letter, |pair| pair.1),
    };
    let power: String = power.chars().map(digit).collect();
    format!("{mantissa}e{power}").parse().unwrap_or_else(|_| panic!("{words:?} is no number"))
}

#[test]
fn the_predicted_line_and_its_band_are_there_without_a_click_and_hold_the_measurement() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_until("the band", "document.querySelector('.theory')?.dataset.standing");
    let (experiment, report) = (Experiment::default(), native::report_at(&Experiment::default(), 0));
    let output = report.get(report.places() - 1, Quantity::GradZ);
    let line = predict(&experiment).unwrap();
    let table = page.data_table("gradient-by-layer");
    for ((head, cells), layer) in table.iter().zip(&line.layers) {
        let expected = output * 10f64.powf(layer.log10_ratio.unwrap());
        let [shown, low, high] = [3, 4, 5].map(|column| cells[column].unwrap_or_else(|| panic!("{head}: {cells:?}")));
        assert!((shown / expected - 1.0).abs() < 1e-9, "{head}: {shown} and not {expected}");
        assert!(low <= high, "{head}: from {low} to {high}");
    }
    let (_, cells) = &table[0];
    let [measured, low, high] = [0, 4, 5].map(|column| cells[column].unwrap());
    assert!(low < measured && measured < high, "{measured} from {low} to {high}");
    assert_eq!(page.text_of("document.querySelector('.theory').dataset.standing"), "inside");
    let said = page.text_of("document.querySelector('.theory').textContent");
    assert!(said.contains("inside") && said.contains("0.236"), "{said}");

    // Theory speaks of step 0, and stays what it was.
    page.click_button("Step");
    page.wait_for_status("step", "1");
    let later = page.data_table("gradient-by-layer");
    assert_eq!(later[0].1[3], cells[3]);
    page.follow_fragment("v=1&init=zeros");
    page.wait_until("the reason", "document.querySelector('.theory')?.textContent.includes('zero weights')");
    assert!(page.data_table("gradient-by-layer").iter().all(|(_, cells)| cells[3].is_none()));
}

#[test]
fn the_line_that_theory_expects_lies_in_its_own_band_or_the_median_stands_in() {
    let shown = |fragment: &str| {
        let page = Page::open(Screen::LAPTOP, fragment);
        page.wait_until("the band", "document.querySelector('.theory')?.dataset.standing");
        for (head, cells) in page.data_table("gradient-by-layer") {
            let [center, low, high] =
                [3, 4, 5].map(|column| cells[column].unwrap_or_else(|| panic!("{head}: {cells:?}")));
            assert!((low..=high).contains(&center), "{fragment}, {head}: {center} is not from {low} to {high}");
        }
        page
    };
    let said = "document.querySelector('.theory').textContent";
    // 1.41 of infinitely wide layers, about 1.6 of these.
    let page = shown("#depth=30&width=64&activation=relu&init=kaiming-normal&residual=add&batch=16");
    assert!(page.text_of(said).contains("inside"), "{}", page.text_of(said));
    let page = shown("#depth=50&width=4&activation=linear&init=lecun-normal");
    page.wait_until("the stand-in", &format!("{said}.includes('do not follow') && {said}.includes('median')"));
    assert!(!page.text_of(said).contains('χ'), "{}", page.text_of(said));

    // Of the output layer there is no range: it is what the others are measured by.
    page.eval("document.querySelector('[data-chart=gradient-by-layer] [role=slider]').focus()");
    let reading = "document.querySelector('[data-chart=gradient-by-layer] .chart-reading')?.textContent";
    page.press("Home");
    page.wait_until("the range of layer 1", &format!("{reading}?.includes('90 %')"));
    page.press("End");
    page.wait_until("the output layer without one", &format!("{reading} && !{reading}.includes('90 %')"));
}

/// Fails unless both canvases of a chart, axes and data, hold something.
fn assert_painted(page: &Page, chart: &str) {
    // Read through a canvas of our own: the browser warns of pages that read their own often.
    let script = "
        const figure = document.querySelector(`figure[data-chart='${arguments[0]}']`);
        figure.scrollIntoView();
        return [...figure.querySelectorAll('canvas')].map((canvas) => {
            if (!canvas.width || !canvas.height) return 0;
            const copy = document.createElement('canvas');
            Object.assign(copy, { width: canvas.width, height: canvas.height });
            const context = copy.getContext('2d', { willReadFrequently: true });
            context.drawImage(canvas, 0, 0);
            const pixels = context.getImageData(0, 0, copy.width, copy.height).data;
            let painted = 0;
            for (let i = 3; i < pixels.length; i += 4) painted += pixels[i] > 0;
            return painted;
        });";
    // Charts out of view are drawn when they come into view.
    page.wait(&format!("axes and data of {chart} to be drawn"), PATIENCE, || {
        let counts = page.run(script, &[chart.into()]);
        let counts: Vec<u64> = counts.as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        counts.len() == 2 && counts[0] > 500 && counts[1] > 10
    });
}
