//! The instruments below the main chart, and what can be done with every chart.

use crate::harness::{CHARTS, Page, TABS};
use serde_json::{Value, json};
use xtask::webdriver::Screen;

#[test]
fn every_tab_opens_its_pane_without_complaint() {
    let page = Page::open(Screen::LAPTOP, "#step=3");
    page.wait_for_status("step", "3");
    assert_open(&page, "overview");
    for screen in [Screen::LAPTOP, Screen::PROJECTOR, Screen::PHONE] {
        page.set_screen(screen);
        for tab in TABS {
            page.open_tab(tab);
            assert_open(&page, tab);
            let case = format!("{tab} at {}×{}", screen.width, screen.height);
            let width = page.number_of("document.documentElement.scrollWidth");
            assert!(width <= f64::from(screen.width), "{case}: the page is {width} pixels wide");
            if !screen.mobile {
                let height = page.number_of("document.documentElement.scrollHeight");
                assert!(height <= f64::from(screen.height), "{case}: the page is {height} pixels high");
            }
            page.assert_quiet_console();
        }
    }
}

#[test]
fn arrow_keys_go_from_tab_to_tab_and_make_no_step() {
    let page = Page::open(Screen::LAPTOP, "");
    page.eval("document.querySelector('[data-tab=overview]').focus()");
    for (key, tab) in [
        ("ArrowRight", "layer"),
        ("ArrowRight", "optimizer"),
        ("ArrowLeft", "layer"),
        ("End", "proof"),
        ("ArrowRight", "overview"),
        ("ArrowLeft", "proof"),
        ("Home", "overview"),
    ] {
        page.press(key);
        assert_open(&page, tab);
        assert_eq!(page.text_of("document.activeElement.dataset.tab"), tab, "after {key}");
    }
    assert_eq!(page.step(), 0);
}

/// Fails unless this tab is the chosen one, the only one that the tab key comes to, and its pane has room.
fn assert_open(page: &Page, tab: &str) {
    page.wait_until(
        &format!("the pane of {tab}"),
        &format!(
            "((pane) => pane.role === 'tabpanel' && pane.firstElementChild && pane.clientHeight > 100)(document.getElementById('pane-{tab}') ?? {{}})"
        ),
    );
    let chosen = page.eval(
        "[...document.querySelectorAll('[role=tab]')].filter((tab) => tab.ariaSelected === 'true').map((tab) => tab.dataset.tab)",
    );
    assert_eq!(chosen, json!([tab]));
    let reached = "[...document.querySelectorAll('[role=tab]')].filter((tab) => tab.tabIndex === 0).map((tab) => tab.getAttribute('aria-controls'))";
    assert_eq!(page.eval(reached), json!([format!("pane-{tab}")]));
}

#[test]
fn the_workbench_can_be_enlarged_and_the_main_chart_stays() {
    let page = Page::open(Screen::LAPTOP, "#run=1");
    let height = |css: &str| page.number_of(&format!("document.querySelector('{css}').getBoundingClientRect().height"));
    let (hero, bench) = (height(".area-hero"), height(".workbench"));
    assert!(hero > bench && bench > 0.7 * hero, "at first {hero} over {bench}");
    page.click_button("Enlarge the instruments");
    page.wait_until("more room", "document.querySelector('.workbench-enlarge').ariaPressed === 'true'");
    assert!(height(".workbench") > 1.3 * bench && height(".area-hero") > 120.0);
    let scrolled = page.number_of("document.documentElement.scrollHeight");
    assert!(scrolled <= 720.0, "the page is {scrolled} pixels high");
    page.click_button("Enlarge the instruments");
    page.wait_until("the usual size", "document.querySelector('.workbench-enlarge').ariaPressed === 'false'");
    assert_eq!((height(".area-hero"), height(".workbench")), (hero, bench));
}

#[test]
fn a_maximized_chart_fills_the_window_until_escape() {
    for screen in [Screen::LAPTOP, Screen::PHONE] {
        let page = Page::open(screen, "");
        for (tab, chart) in CHARTS {
            page.open_tab(tab);
            let figure = format!("document.querySelector('figure[data-chart={chart}]')");
            let button = format!("figure[data-chart={chart}] button[aria-pressed]");
            page.wait_until(&format!("{chart} to be there"), &figure);
            page.run(&format!("{figure}.scrollIntoView({{ block: 'end' }})"), &[]);
            let size = format!("[{figure}.clientWidth, {figure}.clientHeight]");
            let before = page.eval(&size);
            page.click(&button);
            page.wait_until("the whole window", &format!("Math.abs({figure}.clientWidth - innerWidth) <= 1 && Math.abs({figure}.clientHeight - innerHeight) <= 1"));
            page.wait_until(
                "canvases that fill it",
                &format!(
                    "((stage) => stage.clientHeight > innerHeight / 2 && [...stage.querySelectorAll('canvas')].every(
                        (canvas) => Math.abs(canvas.width - stage.clientWidth * Math.min(devicePixelRatio, 3)) <= 1.5))({figure}.querySelector('.chart-stage'))"
                ),
            );
            // Nothing else is over it, nor heard, nor reached by the tab key.
            let top = format!("{figure}.contains(document.elementFromPoint(innerWidth / 2, innerHeight / 2))");
            assert_eq!(page.eval(&top), true, "{chart} lies under something");
            let others = "[...document.querySelectorAll('button, input, select')].filter((element) => !element.closest('.maximized') && element.checkVisibility({ visibilityProperty: true })).length";
            assert_eq!(page.eval(others), 0);
            let has_focus = format!("document.activeElement === document.querySelector('{button}')");
            assert_eq!(page.eval(&has_focus), true, "the focus is kept");
            page.press("Escape");
            page.wait_until(
                "its place again",
                &format!("{figure}.querySelector('button[aria-pressed]').ariaPressed === 'false'"),
            );
            assert_eq!(page.eval(&size), before, "{chart} is as it was");
            assert_eq!(page.eval(&has_focus), true, "the focus is kept on the way back");
        }
    }
}

/// Keeps the files that the page makes, instead of saving them, and what it copies.
pub const KEEP_FILES: &str = "
    window.files = [];
    const blobs = new Map();
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
        const url = make(blob);
        blobs.set(url, blob);
        return url;
    };
    HTMLAnchorElement.prototype.click = function () {
        files.push({ name: this.download, blob: blobs.get(this.href) });
    };
    window.copied = null;
    Object.defineProperty(navigator, 'clipboard', {
        configurable: true,
        value: { writeText: async (text) => { window.copied = text; } },
    });";

#[test]
fn every_chart_is_saved_as_a_picture() {
    let page = Page::open(Screen::LAPTOP, "#step=12");
    page.wait_for_status("step", "12");
    page.run(KEEP_FILES, &[]);
    for (tab, chart) in CHARTS {
        show(&page, tab, chart);
        // What the network has learned is a picture of as many colours as points, which an SVG file would not bear.
        if chart != "learned" {
            assert_saved_as_svg(&page, chart);
        }
        assert_saved_as_png(&page, chart);
    }
}

/// Opens a chart's tab and waits until the chart has numbers.
fn show(page: &Page, tab: &str, chart: &str) {
    page.open_tab(tab);
    let figure = format!("document.querySelector('figure[data-chart={chart}]')");
    page.wait_until(&format!("{chart} to be there"), &figure);
    page.open_data_table(chart);
    page.click(&format!("figure[data-chart={chart}] button[aria-expanded]"));
    page.wait_until("the table to fold", &format!("!{figure}.querySelector('table')"));
}

fn assert_saved_as_svg(page: &Page, chart: &str) {
    page.wait_until(
        &format!("the sentence of {chart}"),
        &format!("document.querySelector('figure[data-chart={chart}] .chart-summary').textContent !== ''"),
    );
    export(page, chart, "Save as SVG");
    page.wait_until("the SVG", "files.length === 1");
    let script = "
            return files[0].blob.text().then((text) => {
                const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
                const { width, height } = svg.documentElement.viewBox.baseVal;
                const texts = [...svg.querySelectorAll('text')].map((text) => text.textContent.trim());
                return [files[0].name, files[0].blob.type, svg.querySelector('parsererror') === null, width, height,
                    svg.querySelector('title').textContent, svg.querySelector('desc').textContent, texts,
                    svg.querySelectorAll('polyline, polygon, rect').length];
            });";
    let file = page.run(script, &[]);
    assert_eq!(file[0], format!("{chart}-step-12.svg"));
    assert_eq!((&file[1], &file[2]), (&json!("image/svg+xml"), &json!(true)), "{file}");
    let stage = format!("document.querySelector('figure[data-chart={chart}] .chart-stage')");
    assert_eq!(file[3].as_f64(), Some(page.number_of(&format!("{stage}.clientWidth"))));
    assert_eq!(file[4].as_f64(), Some(page.number_of(&format!("{stage}.clientHeight"))));
    let title = page.text_of(&format!("document.getElementById('{chart}-title').textContent"));
    assert_eq!(file[5], title);
    let summary =
        page.text_of(&format!("document.querySelector('figure[data-chart={chart}] .chart-summary').textContent"));
    assert_eq!(file[6], summary, "{chart}");
    if ["gradient-by-layer", "gradient-over-time", "loss"].contains(&chart) {
        assert!(summary.contains("tep 12"), "{chart} is described by {summary:?}");
    }
    assert!(file[7].as_array().unwrap().len() > 5, "{chart} has the texts {}", file[7]);
    // All bars of a histogram are one polygon.
    let fewest = if chart.starts_with("histogram") { 5 } else { 10 };
    assert!(file[8].as_u64().unwrap() > fewest, "{chart} has {} shapes", file[8]);

    page.eval("files.length = 0");
}

fn assert_saved_as_png(page: &Page, chart: &str) {
    export(page, chart, "Save as PNG");
    let stage = format!("document.querySelector('figure[data-chart={chart}] .chart-stage')");
    page.wait_until("the PNG", "files.length === 1");
    let script = "
            return createImageBitmap(files[0].blob).then((picture) => {
                const canvas = new OffscreenCanvas(picture.width, picture.height);
                const context = canvas.getContext('2d', { willReadFrequently: true });
                context.drawImage(picture, 0, 0);
                const pixels = context.getImageData(0, 0, picture.width, picture.height).data;
                const colours = new Set();
                let isOpaque = true;
                for (let i = 0; i < pixels.length; i += 4) {
                    colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
                    isOpaque &&= pixels[i + 3] === 255;
                }
                const result = [files[0].name, files[0].blob.type, picture.width, picture.height, isOpaque, colours.size];
                files.length = 0;
                return result;
            });";
    let file = page.run(script, &[]);
    assert_eq!(file[0], format!("{chart}-step-12.png"));
    assert_eq!((&file[1], &file[4]), (&json!("image/png"), &json!(true)), "{file}");
    assert_eq!(file[2], page.eval(&format!("{stage}.querySelector('canvas').width")));
    assert_eq!(file[3], page.eval(&format!("{stage}.querySelector('canvas').height")));
    assert!(file[5].as_u64().unwrap() > 20, "{chart} has {} colours", file[5]);
}

#[test]
fn the_numbers_of_every_chart_are_copied_to_the_last_digit() {
    let page = Page::open(Screen::LAPTOP, "#step=5");
    page.wait_for_status("step", "5");
    page.run(KEEP_FILES, &[]);
    for (tab, chart) in CHARTS {
        show(&page, tab, chart);
        page.eval("window.copied = null");
        export(&page, chart, "Copy as CSV");
        page.wait_until("the text", "copied !== null");
        page.wait_until(
            "a word on it",
            "[...document.querySelectorAll('.chart-said')].some((said) => said.textContent === 'Copied')",
        );
        let copied = page.text_of("copied");
        let mut lines = copied.split_terminator("\r\n");
        let heads = lines.next().unwrap_or_default();
        let table = page.data_table(chart);
        let columns =
            page.number_of(&format!("document.querySelectorAll('figure[data-chart={chart}] thead th').length"));
        // A head with a comma is in quotation marks: every other piece between them is outside.
        let commas: usize = heads.split('"').step_by(2).map(|outside| outside.matches(',').count()).sum();
        assert_eq!(commas as f64 + 1.0, columns, "{heads}");
        // The ends of theory's band move while more networks are drawn.
        let steady = if chart == "gradient-by-layer" { 4 } else { usize::MAX };
        let lines: Vec<&str> = lines.collect();
        assert_eq!(lines.len(), table.len(), "{copied}");
        for (line, (head, cells)) in lines.iter().zip(&table) {
            let mut fields = line.split(',');
            assert_eq!(fields.next(), Some(head.as_str()));
            let numbers: Vec<Option<f64>> = fields.map(|field| field.replace("Infinity", "inf").parse().ok()).collect();
            assert!(numbers.len() == cells.len(), "{line}");
            assert!(numbers.iter().zip(cells).take(steady).all(|(number, cell)| number == cell), "{line}: {cells:?}");
        }
    }
}

#[test]
fn where_the_browser_does_not_copy_the_reader_can() {
    let page = Page::open(Screen::LAPTOP, "");
    page.run("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => { throw new Error('no'); } } })", &[]);
    export(&page, "loss", "Copy as CSV");
    page.wait_until("the text", "document.activeElement.tagName === 'TEXTAREA'");
    let selected = "((field) => field.value.slice(field.selectionStart, field.selectionEnd))(document.activeElement)";
    let text = page.text_of(selected);
    assert!(text.starts_with("step,") && text.lines().count() == 2, "{text:?}");
    page.press("Escape");
    page.wait_until(
        "the chart again",
        "!document.querySelector('.chart-copy') && document.activeElement.classList.contains('chart-stage')",
    );
}

/// Chooses from a chart's *Export* list.
pub fn export(page: &Page, chart: &str, item: &str) {
    let list = format!("figure[data-chart={chart}] .chart-tools details");
    page.click(&format!("{list} > summary"));
    let script = "
        const button = [...document.querySelectorAll(`${arguments[0]} button`)].find((button) => button.textContent.trim() === arguments[1]);
        button?.setAttribute('data-e2e-chosen', '');
        return Boolean(button?.checkVisibility());";
    let found = page.run(script, &[list.clone().into(), item.into()]);
    assert_eq!(found, Value::Bool(true), "{chart} does not offer {item:?}");
    page.click(&format!("{list} [data-e2e-chosen]"));
    page.run("document.querySelector('[data-e2e-chosen]').removeAttribute('data-e2e-chosen')", &[]);
    page.wait_until("the list to fold", &format!("!document.querySelector('{list}').open"));
}
