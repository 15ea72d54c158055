//! The instruments of recurrent networks.

use crate::harness::{CHARTS_THROUGH_TIME, PATIENCE, Page, TABS};
use serde_json::Value;
use xtask::webdriver::Screen;

/// A small network before its first step, paused.
const LINK: &str = "#model=lstm&hidden=6&length=8&samples=64&batch=8";

#[test]
fn each_instrument_of_a_recurrent_network_has_its_charts_and_their_numbers() {
    for screen in [Screen::LAPTOP, Screen::PHONE] {
        let page = Page::open(screen, LINK);
        for (tab, chart) in CHARTS_THROUGH_TIME {
            page.open_tab(tab);
            let canvas = format!("document.querySelector('figure[data-chart={chart}] canvas')");
            page.wait_until(&format!("{chart} to be drawn"), &format!("{canvas}?.width > 1"));
            let reads =
                format!("document.querySelector('figure[data-chart={chart}] .chart-summary').textContent !== ''");
            page.wait_until(&format!("{chart} to say what it shows"), &reads);
        }
    }
}

#[test]
fn a_step_is_gone_through_slowly_there_and_back() {
    let page = Page::open(Screen::LAPTOP, LINK);
    page.open_tab("network");
    let stands = |phase: &str| {
        page.wait_until(phase, &format!("document.querySelector('.slow').dataset.phase === '{phase}'"));
    };
    stands("forward-1");
    for phase in ["forward-2", "forward-3"] {
        page.press(".");
        stands(phase);
    }
    page.press(",");
    stands("forward-2");
    for _ in 2..=8 {
        page.press(".");
    }
    stands("loss");
    page.press(".");
    stands("backward-8");
    page.wait_until("its gradient", "document.querySelector('[data-slow=grad-h]')?.dataset.value !== undefined");
    for _ in 0..8 {
        page.press(".");
    }
    stands("update");
}

/// What an instrument shows of one kind of network may be asked for once more when the reports are already of the other.
#[test]
fn every_instrument_stays_open_when_the_network_becomes_one_of_the_other_kind() {
    let page = Page::open(Screen::LAPTOP, "#depth=9");
    for tab in TABS {
        for fragment in ["depth=9&speed=max&run=1", "model=gru&length=9&stack=2&speed=max&run=1", "depth=2&samples=16"]
        {
            page.open_tab(tab);
            page.follow_fragment(fragment);
            let kind = if fragment.contains("gru") { "gradient-by-time" } else { "gradient-by-layer" };
            page.wait_until(kind, &format!("document.querySelector('figure[data-chart={kind}] canvas')?.width > 1"));
            if fragment.contains("run=1") {
                page.wait("some steps", PATIENCE, || page.step() > 20);
            }
            page.assert_quiet_console();
            assert_eq!(
                page.eval("document.getElementById('stopped').checkVisibility()"),
                Value::Bool(false),
                "{tab}: {fragment}"
            );
        }
    }
}
