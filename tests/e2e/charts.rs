//! What can be read from the charts and done in them.

use crate::harness::{PATIENCE, Page};
use xtask::webdriver::Screen;

#[test]
fn the_optimizer_s_chart_says_what_becomes_of_the_gradient() {
    let page = Page::open(Screen::LAPTOP, "");
    page.open_tab("optimizer");
    let reading = "document.querySelector('.step-reading').textContent";
    assert!(page.text_of(reading).contains("before the first update"), "{}", page.text_of(reading));
    page.click_button("Step");
    page.wait_until("the reading of a step", &format!("{reading}.includes('η times the gradient')"));
    let rows = page.data_table("optimizer");
    assert_eq!(rows.len(), 13);
    for (layer, cells) in rows {
        let [Some(step), Some(gradient)] = cells[..] else { panic!("{layer}: {cells:?}") };
        assert!((step / gradient - 1.0).abs() < 1e-3, "{layer}: a step of {step} η for a gradient of {gradient}");
    }
    page.assert_quiet_console();
}

#[test]
fn enter_goes_to_the_step_that_is_read_and_opens_the_layer() {
    let page = Page::open(Screen::LAPTOP, "#step=5");
    page.wait_for_status("step", "5");
    page.eval("document.querySelector('[data-chart=gradient-over-time] [role=slider]').focus()");
    page.press("Home");
    page.press("Enter");
    page.wait_for_status("step", "0");
    page.eval("document.querySelector('[data-chart=gradient-by-layer] [role=slider]').focus()");
    page.press("Home");
    page.press("Enter");
    page.wait_until("the layer's pane", "document.querySelector('[data-tab=layer]').ariaSelected === 'true'");
}

const LAYER_IS_OPEN: &str = "document.querySelector('[data-tab=layer]').ariaSelected === 'true'";

/// Gives a chart the focus.
fn focus(page: &Page, chart: &str) {
    page.eval(&format!("document.querySelector('[data-chart={chart}] [role=slider]').focus()"));
}

/// A tap on a chart, by a finger that stands still, at a share of its width and in the middle of its height.
fn tap(page: &Page, chart: &str, across: f64) {
    let script = format!(
        "const stage = document.querySelector('[data-chart={chart}] [role=slider]');
         const box = stage.getBoundingClientRect();
         const at = {{ clientX: box.left + {across} * box.width, clientY: box.top + box.height / 2, bubbles: true }};
         stage.dispatchEvent(new PointerEvent('pointerdown', {{ ...at, pointerType: 'touch' }}));
         stage.dispatchEvent(new PointerEvent('pointerup', {{ ...at, pointerType: 'touch' }}));
         stage.dispatchEvent(new PointerEvent('pointerleave', {{ ...at, pointerType: 'touch' }}));
         stage.dispatchEvent(new MouseEvent('click', at));"
    );
    page.run(&script, &[]);
}

#[test]
fn what_a_maximized_chart_opens_is_not_behind_it() {
    let page = Page::open(Screen::LAPTOP, "#step=5");
    page.wait_for_status("step", "5");
    let is_maximized = |chart: &str| format!("!!document.querySelector('[data-chart={chart}].maximized')");
    let maximize = |chart: &str| {
        page.click(&format!("[data-chart={chart}] button[aria-pressed]"));
        page.wait_until("the whole window", &is_maximized(chart));
        focus(&page, chart);
    };
    maximize("loss");
    page.press("Home");
    page.press("Enter");
    page.wait_for_status("step", "0");
    assert_eq!(page.eval(&is_maximized("loss")), true, "the chart shows the step itself");
    page.press("Escape");
    page.press("Escape");
    page.wait_until("its place again", &format!("!{}", is_maximized("loss")));
    maximize("gradient-by-layer");
    page.press("Home");
    page.press("Enter");
    page.wait_until("the layer's pane", LAYER_IS_OPEN);
    page.wait_until("its place again", &format!("!{}", is_maximized("gradient-by-layer")));
}

#[test]
fn a_layer_is_opened_by_key_from_every_chart_that_has_layers() {
    let page = Page::open(Screen::LAPTOP, "#step=5");
    page.wait_for_status("step", "5");
    focus(&page, "gradient-over-time");
    page.press("End");
    page.press("ArrowUp");
    page.eval(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', shiftKey: true, bubbles: true }))",
    );
    page.wait_until("the layer's pane", LAYER_IS_OPEN);
    // The chart is gone, and the focus is where its reader looks.
    page.wait_until("the focus", "document.activeElement.id === 'inspected-layer'");
    assert_eq!(page.text_of("document.activeElement.value"), "1");
    assert_eq!(page.status("step").as_deref(), Some("5"), "no other step is visited");
    page.open_tab("optimizer");
    focus(&page, "optimizer");
    page.press("Home");
    page.press("Enter");
    page.wait_until("the layer's pane", LAYER_IS_OPEN);
    page.wait_until("the focus", "document.activeElement.id === 'inspected-layer'");
}

#[test]
fn a_finger_reads_before_it_chooses() {
    let page = Page::open(Screen::PHONE, "#step=20");
    page.wait_for_status("step", "20");
    // Only what is in view is drawn, and can be read.
    page.eval("document.querySelector('[data-chart=loss]').scrollIntoView({ block: 'center' })");
    page.wait_until("the chart", "document.querySelector('[data-chart=loss] canvas').width > 300");
    tap(&page, "loss", 0.5);
    page.wait_until("what is read", "!!document.querySelector('[data-chart=loss] .chart-reading')");
    tap(&page, "loss", 0.6);
    assert_eq!(page.status("step").as_deref(), Some("20"), "another place is read, not chosen");
    tap(&page, "loss", 0.61);
    page.wait("the step that was read", PATIENCE, || page.step() != 20);
}

#[test]
fn one_chart_speaks_by_itself_and_another_while_it_has_the_focus() {
    let page = Page::open(Screen::LAPTOP, "");
    let live = "[...document.querySelectorAll('.chart-summary[aria-live=polite]')].map((summary) => summary.closest('figure').dataset.chart).join()";
    assert_eq!(page.text_of(live), "gradient-by-layer");
    focus(&page, "loss");
    page.wait_until("the chart with the focus", &format!("{live} === 'gradient-by-layer,loss'"));
    focus(&page, "gradient-by-layer");
    page.wait_until("the main chart alone", &format!("{live} === 'gradient-by-layer'"));
}
