//! What can be read from the charts and done in them.

use crate::harness::Page;
use xtask::webdriver::Screen;

#[test]
fn the_optimizer_s_chart_says_what_becomes_of_the_gradient() {
    let page = Page::open(Screen::LAPTOP, "");
    page.click("[data-tab=optimizer]");
    let reading = "document.querySelector('.step-reading').textContent";
    assert!(page.text_of(reading).contains("Make a step"), "{}", page.text_of(reading));
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
