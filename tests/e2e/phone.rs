//! A finger on a small screen.

use crate::harness::{Page, TABS};
use serde_json::{Value, json};
use xtask::webdriver::Screen;

#[test]
fn what_a_finger_reads_is_seen_and_no_page_is_wider_than_its_window() {
    let page = Page::open(Screen::PHONE, "#depth=30&step=3");
    page.wait_for_status("step", "3");
    // Two layers side by side, where there is room.
    page.open_tab("layer");
    page.set_control("compared-layer", "7");
    page.wait_until(
        "the other layer",
        "document.querySelectorAll('.inspector.comparing .inspector-layer').length === 2",
    );
    for width in [320, 344, 360, 375, 390, 412, 480, 540, 600, 640] {
        page.set_screen(Screen { width, ..Screen::PHONE });
        for tab in TABS {
            page.open_tab(tab);
            let script = "
                const [width] = arguments;
                const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
                const wrong = [];
                const look = (where) => {
                    const page = document.documentElement.scrollWidth;
                    if (page > width) wrong.push(`${where}: the page is ${page} wide`);
                    for (const pane of document.querySelectorAll('.workbench-pane > *')) {
                        if (pane.scrollWidth > pane.clientWidth + 1) wrong.push(`${where}: the pane is ${pane.scrollWidth} wide`);
                    }
                };
                await settled();
                look('at rest');
                for (const figure of document.querySelectorAll('figure[data-chart]')) {
                    const stage = figure.querySelector('.chart-stage');
                    stage.scrollIntoView({ block: 'center' });
                    await settled();
                    for (const part of [0.02, 0.3, 0.5, 0.7, 0.98]) {
                        const at = stage.getBoundingClientRect();
                        const place = { clientX: at.left + part * at.width, clientY: at.top + 0.5 * at.height };
                        const touch = { ...place, bubbles: true, pointerType: 'touch', pointerId: 7 };
                        stage.dispatchEvent(new PointerEvent('pointerdown', touch));
                        stage.dispatchEvent(new PointerEvent('pointermove', touch));
                        await settled();
                        const where = `${figure.dataset.chart} at ${part}`;
                        look(where);
                        const reading = figure.querySelector('.chart-reading');
                        const seen = reading?.getBoundingClientRect();
                        if (seen && (seen.left < 0 || seen.right > width || seen.width < 20)) {
                            wrong.push(`${where}: read from ${seen.left} to ${seen.right}`);
                        }
                        if (figure.dataset.chart === 'gradient-by-layer' && !seen) wrong.push(`${where}: nothing is read`);
                        stage.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
                    }
                }
                return wrong;";
            let script = format!("return (async (...arguments) => {{ {script} }})(...arguments)");
            let wrong = page.run(&script, &[width.into()]);
            assert_eq!(wrong, Value::Array(vec![]), "{tab} at {width}: {:#}", json!(wrong));
        }
    }
}
