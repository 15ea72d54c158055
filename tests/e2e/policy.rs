//! The page's own Content-Security-Policy, under which all of it works, and those of hosts, under which it says what does
//! not.

use crate::harness::{CHARTS, Page, TABS, variable};
use crate::instruments::export;
use serde_json::{Value, json};
use std::path::Path;
use xtask::server::Server;
use xtask::webdriver::Screen;

#[test]
fn the_page_stops_at_nothing_of_its_own_policy() {
    let page = Page::open_at(Screen::LAPTOP, "about:blank");
    let source = "
        window.violations = [];
        addEventListener('securitypolicyviolation', (event) => violations.push(
            `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`), true);";
    page.session().cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).unwrap();
    page.reopen("#step=2&optimizer=adam");
    let policy = page.text_of("document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]').content");
    for rule in ["script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "object-src 'none'", "base-uri 'none'"] {
        assert!(policy.split("; ").any(|other| other == rule), "{rule:?} is not in {policy:?}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");

    page.wait_for_status("step", "2");
    // A file is saved as by a reader, but stays in the page.
    page.run("HTMLAnchorElement.prototype.click = () => {}", &[]);
    for tab in TABS {
        page.open_tab(tab);
        for (_, chart) in CHARTS.iter().filter(|(on, _)| *on == tab) {
            let items: &[&str] = if *chart == "learned" { &["Save as PNG"] } else { &["Save as PNG", "Save as SVG"] };
            items.iter().for_each(|item| export(&page, chart, item));
            page.open_data_table(chart);
        }
    }
    page.open_tab("proof");
    page.click_button("Check this network now");
    page.wait_until("the checks", "!document.querySelector('[data-result=unchecked]')");
    page.set_control("precision", "f64");
    page.wait_until_ready();
    page.click("#theme");
    page.click_button("Share");
    page.press("Escape");
    page.click_button("Run");
    page.wait_for_status("state", "running");
    page.click_button("Pause");
    assert_eq!(page.eval("violations"), json!([]));
}

#[test]
fn the_reading_stands_at_the_line_though_styles_in_attributes_are_forbidden() {
    let page = Page::open(Screen::LAPTOP, "");
    let script = "
        const stage = document.querySelector('figure[data-chart=gradient-by-layer] .chart-stage');
        const at = stage.getBoundingClientRect();
        const x = at.left + arguments[0] * at.width;
        stage.dispatchEvent(new PointerEvent('pointermove', { clientX: x, clientY: at.top + 50, bubbles: true, pointerType: 'mouse' }));
        return new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => {
            const [line, numbers] = ['-line', ''].map((part) => stage.querySelector(`.chart-reading${part}`).getBoundingClientRect());
            resolve([x - line.left, numbers.left - line.right, line.left - numbers.right, line.height]);
        })));";
    for part in [0.2, 0.5, 0.9] {
        let measured = page.run(script, &[part.into()]);
        let [away, right, left, height] = [0, 1, 2, 3].map(|index| measured[index].as_f64().unwrap_or(f64::NAN));
        // Within half a layer of the pointer.
        assert!(away.abs() < 60.0 && height > 50.0, "{measured}");
        let beside = right.max(left);
        assert!((5.0..30.0).contains(&beside), "the numbers stand beside the line: {measured}");
    }
}

#[test]
fn a_host_that_forbids_webassembly_is_named() {
    let server = serve("script-src 'self'");
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.expect_in_console("ontent Security Policy");
    page.wait_until("a sentence", "document.querySelector('#start [role=alert]')");
    let said = "document.querySelector('#start [role=alert]').textContent";
    page.wait_until("its cause", &format!("{said}.includes('Content-Security-Policy')"));
    let said = page.text_of(said);
    assert!(said.contains("script-src 'self' 'wasm-unsafe-eval'"), "{said}");
}

#[test]
fn a_host_that_forbids_scripts_leaves_a_sentence() {
    let server = serve("script-src 'none'");
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.expect_in_console("ontent Security Policy");
    page.expect_in_console("preload");
    let idle = "document.getElementById('start-idle')";
    page.wait_until("the sentence", &format!("getComputedStyle({idle}).visibility === 'visible'"));
    let said = page.text_of(&format!("{idle}.textContent"));
    assert!(said.contains("Content-Security-Policy") && said.contains("'wasm-unsafe-eval'"), "{said}");
}

#[test]
fn a_host_that_forbids_the_style_sheet_is_named_beside_the_lab() {
    let server = serve("style-src 'none'");
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    page.expect_in_console("ontent Security Policy");
    page.wait_until_ready();
    page.wait_until("the sentence", "document.getElementById('blocked')?.hidden === false");
    let said = page.text_of("document.getElementById('blocked').textContent");
    assert!(said.contains("style-src 'self'"), "{said}");
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

#[test]
fn a_host_with_a_policy_that_allows_enough_is_not_complained_of() {
    let server = serve("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    let page = Page::open_at(Screen::LAPTOP, &server.url());
    // The icon, which is in the page.
    page.expect_in_console("data:image");
    page.wait_until_ready();
    page.click_button("Step");
    page.wait_for_status("step", "1");
    assert_eq!(page.eval("document.getElementById('blocked').hidden"), Value::Bool(true));
}

fn serve(policy: &str) -> Server {
    let headers = [("Cache-Control", "no-cache"), ("Content-Security-Policy", policy)];
    Server::start(Path::new(&variable("GRADIENT_LAB_E2E_DIST")), "/lab/", &headers).expect("a free port")
}
