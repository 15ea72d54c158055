//! What is where: on a laptop, on an old projector and on a phone.

use crate::harness::{CHARTS, Page, TABS};
use serde_json::{Value, json};
use xtask::webdriver::Screen;

const SCREENS: [Screen; 3] = [Screen::LAPTOP, Screen::PROJECTOR, Screen::PHONE];

/// What every visitor needs: the run, what happens, the first thing to try, and the settings that matter most.
const ESSENTIALS: [&str; 8] = [
    ".run-buttons",
    "#status",
    ".verdict .sentence",
    ".side .repairs button",
    "#depth",
    "#activation",
    "#optimizer",
    "#lr",
];

#[test]
fn nothing_essential_needs_scrolling() {
    let page = Page::open(Screen::LAPTOP, "");
    let diverging = "v=1&dataset=plane&activation=linear&depth=20&init=kaiming-normal&lr=10&step=1000";
    let fragments =
        ["v=1", "v=1&depth=100&optimizer=adam&step=3", "v=1&activation=relu&init=kaiming-normal&gain=2", diverging];
    let mut out_of_view = Vec::new();
    for screen in SCREENS {
        page.set_screen(screen);
        for fragment in fragments {
            let case = format!("{fragment} at {}×{}", screen.width, screen.height);
            page.follow_fragment(fragment);
            page.wait_until("a verdict", "document.getElementById('status').dataset.verdict");
            page.wait_until("a repair", "document.querySelector('.side .repairs button')");
            let width = page.number_of("document.documentElement.scrollWidth");
            assert!(width <= f64::from(screen.width), "{case}: the page is {width} pixels wide");
            if screen == Screen::LAPTOP {
                let height = page.number_of("document.documentElement.scrollHeight");
                assert!(height <= f64::from(screen.height), "{case}: the page is {height} pixels high");
            }
            for figure in ["gradient-by-layer", "gradient-over-time", "loss"] {
                assert_figure_fits(&page, figure, screen, &case);
            }
            for css in ESSENTIALS {
                out_of_view.extend(out_of_view_of(&page, css, screen).map(|why| format!("{case}: {css} {why}")));
            }
        }
    }
    assert!(out_of_view.is_empty(), "{out_of_view:#?}");
}

/// What is wrong with an element's place: outside the screen's width or, on a laptop, cut off by what scrolls around it.
fn out_of_view_of(page: &Page, css: &str, screen: Screen) -> Option<String> {
    let script = "
        const element = [...document.querySelectorAll(arguments[0])].find((element) => element.checkVisibility());
        if (!element) return 'is not there';
        const { left, top, right, bottom } = element.getBoundingClientRect();
        if (right <= left || bottom <= top) return 'has no room';
        if (left < 0 || right > innerWidth) return `reaches from ${left} to ${right} across`;
        if (!arguments[1]) return null;
        if (top < 0 || bottom > innerHeight) return `reaches from ${top} to ${bottom} of ${innerHeight} down`;
        for (let around = element.parentElement; around; around = around.parentElement) {
            if (getComputedStyle(around).overflowY === 'visible') continue;
            const edge = around.getBoundingClientRect();
            if (top < edge.top || bottom > edge.bottom) {
                return `reaches from ${top} to ${bottom} down, in .${around.className} from ${edge.top} to ${edge.bottom}`;
            }
        }
        return null;";
    page.run(script, &[css.into(), (screen == Screen::LAPTOP).into()]).as_str().map(str::to_owned)
}

/// A chart is inside the screen's width (on a laptop inside the screen), has room to be read, and its canvases fill it.
fn assert_figure_fits(page: &Page, figure: &str, screen: Screen, case: &str) {
    let script = "
        const figure = document.querySelector(`figure[data-chart='${arguments[0]}']`);
        const { left, top, right, bottom } = figure.getBoundingClientRect();
        const [canvas] = figure.querySelectorAll('canvas');
        const { width, height } = canvas.getBoundingClientRect();
        return [left, top, right, bottom, width, height];";
    let place = page.run(script, &[figure.into()]);
    let place: Vec<f64> = place.as_array().unwrap().iter().map(|side| side.as_f64().unwrap()).collect();
    let [left, top, right, bottom, width, height] = place[..] else { panic!("{place:?}") };
    assert!(left >= 0.0 && right <= f64::from(screen.width), "{case}: {figure} reaches from {left} to {right}");
    assert!(width >= 150.0 && height >= 80.0, "{case}: {figure} is drawn in {width} by {height} pixels");
    if screen == Screen::LAPTOP {
        assert!(top >= 0.0 && bottom <= f64::from(screen.height), "{case}: {figure} reaches from {top} to {bottom}");
    }
}

#[test]
fn everything_that_can_be_used_has_a_name() {
    let page = Page::open(Screen::LAPTOP, "#optimizer=adam&clip=norm&schedule=cosine&colour=red&depth=0&step=2");
    page.wait_for_status("step", "2");
    let unfold = |is_open: bool| {
        let script = "document.querySelectorAll('details').forEach((details) => { details.open = arguments[0]; })";
        page.run(script, &[is_open.into()]);
    };
    for tab in TABS {
        page.open_tab(tab);
        for (_, chart) in CHARTS.iter().filter(|(on, _)| *on == tab) {
            page.open_data_table(chart);
        }
        // All that can be unfolded.
        unfold(true);
        assert_named(&page, "", tab);
        unfold(false);
    }
    page.click_button("Share");
    page.wait_until("the dialog", "document.querySelector('dialog[open] #share-link')");
    assert_named(&page, "dialog ", "the dialog");
}

/// Fails if something of what can be used, in a part of the page, has no name for assistive technology.
fn assert_named(page: &Page, part: &str, place: &str) {
    const USABLE: [&str; 8] =
        ["button", "input", "select", "textarea", "a[href]", "summary", "[tabindex]", "[role=slider]"];
    let css = USABLE.map(|usable| format!("{part}{usable}")).join(", ");
    // Marked, so that the lists here and there are one.
    let script = "
        const all = [...document.querySelectorAll(arguments[0])].filter((element) => element.checkVisibility({ visibilityProperty: true }));
        document.querySelectorAll('[data-e2e]').forEach((element) => element.removeAttribute('data-e2e'));
        all.forEach((element) => element.setAttribute('data-e2e', ''));
        return all.map((element) => element.outerHTML.slice(0, 200));";
    let shown = page.run(script, &[css.into()]);
    let shown = shown.as_array().unwrap();
    let elements = page.session().elements("[data-e2e]").unwrap();
    assert_eq!(elements.len(), shown.len());
    assert!(elements.len() > 4, "only {} elements in {place}", elements.len());
    let unnamed: Vec<_> = elements
        .iter()
        .zip(shown)
        .filter(|(element, _)| page.session().accessible_name(element).unwrap().trim().is_empty())
        .map(|(_, html)| html)
        .collect();
    assert!(unnamed.is_empty(), "without a name in {place}: {unnamed:#?}");
}

#[test]
fn the_words_that_are_seen_on_a_control_are_in_its_name() {
    let page = Page::open(Screen::LAPTOP, "#step=2");
    page.wait_for_status("step", "2");
    page.wait_until("a factor beside a repair", "document.querySelector('.repair .expected-factor')");
    for tab in TABS {
        page.open_tab(tab);
        let script = "
            document.querySelectorAll('[data-e2e]').forEach((element) => element.removeAttribute('data-e2e'));
            const all = [...document.querySelectorAll('button, a[href], summary')].filter((element) =>
                element.checkVisibility({ visibilityProperty: true }) && /\\p{Alphabetic}/u.test(element.innerText));
            all.forEach((element) => element.setAttribute('data-e2e', ''));
            return all.map((element) => element.innerText);";
        let seen = page.run(script, &[]);
        let seen: Vec<String> = seen.as_array().unwrap().iter().map(|text| words(text.as_str().unwrap())).collect();
        let elements = page.session().elements("[data-e2e]").unwrap();
        assert_eq!(elements.len(), seen.len());
        assert!(seen.len() > 10, "only {seen:?}");
        for (element, seen) in elements.iter().zip(seen) {
            let name = words(&page.session().accessible_name(element).unwrap());
            assert!(name.contains(&seen), "in {tab} {seen:?} is seen on what is named {name:?}");
        }
    }
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[test]
fn every_chart_is_a_figure_named_by_its_title() {
    let page = Page::open(Screen::LAPTOP, "#step=2");
    page.wait_for_status("step", "2");
    for tab in TABS {
        page.open_tab(tab);
        // The main chart stands above every tab.
        let on_tab = |&&(on, chart): &&(&str, &str)| on == tab || chart == "gradient-by-layer";
        let mut expected: Vec<&str> = CHARTS.iter().filter(on_tab).map(|(_, chart)| *chart).collect();
        expected.sort_unstable();
        let charts =
            "[...document.querySelectorAll('figure[data-chart]')].map((figure) => figure.dataset.chart).sort()";
        assert_eq!(page.eval(charts), json!(expected), "the charts of {tab}");
        for chart in expected {
            let figure = format!("figure[data-chart={chart}]");
            let title = page.text_of(&format!("document.querySelector('{figure} figcaption').textContent"));
            let name = page.session().accessible_name(&page.find(&figure)).unwrap();
            assert!(!name.is_empty() && name == title.trim(), "{chart} is named {name:?} under the title {title:?}");
        }
    }
    page.open_tab("overview");
    let names = ["gradient-by-layer", "gradient-over-time", "loss"]
        .map(|chart| page.session().accessible_name(&page.find(&format!("figure[data-chart={chart}]"))).unwrap());
    assert_eq!(names, ["Gradient by layer", "Gradient over time", "Loss"]);
}

#[test]
fn fingers_find_the_run_bar() {
    let page = Page::open(Screen::PHONE, "");
    let script = "
        const small = [];
        for (const target of document.querySelectorAll('.run-bar button, .run-bar input, .run-bar select')) {
            if (!target.checkVisibility() || target.disabled) continue;
            const { width, height } = target.getBoundingClientRect();
            if (width < 40 || height < 40) small.push(`${target.outerHTML.slice(0, 120)}: ${width} by ${height}`);
        }
        return small;";
    assert_eq!(page.run(script, &[]), Value::Array(vec![]), "targets under 40 by 40 pixels");
    // A tap is a click.
    page.click_button("Step");
    page.wait_for_status("step", "1");
}

/// What is cut on the page: texts that end in an ellipsis or run out of their box, and names in lists wider than the list.
const CUT: &str = "
    const found = [];
    const pen = document.createElement('canvas').getContext('2d');
    for (const element of document.querySelectorAll('body *')) {
        // What is there for the ear alone is a pixel wide.
        if (!element.checkVisibility() || element.clientWidth <= 1) continue;
        const style = getComputedStyle(element);
        if (element.localName === 'select') {
            pen.font = style.font;
            const arrow = style.appearance === 'none' ? 0 : 16;
            const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
            for (const option of element.options) {
                const width = pen.measureText(option.text).width;
                if (width > room + 1) found.push(`${element.id || element.closest('[data-chart]')?.dataset.chart}: “${option.text}” has ${room} of ${width} pixels`);
            }
        } else if (style.textOverflow === 'ellipsis' && element.scrollWidth > element.clientWidth + 1) {
            found.push(`${element.id || element.className}: “${element.textContent.trim()}” is cut`);
        }
    }
    const status = document.getElementById('status');
    const line = status.parentElement;
    if (status.scrollWidth > line.clientWidth + 1) found.push(`the status “${status.textContent}” is wider than its line`);
    const bar = document.querySelector('.top').getBoundingClientRect();
    if (status.getBoundingClientRect().bottom > bar.bottom) found.push('the status is below its bar');
    return found;";

#[test]
fn no_name_and_no_number_is_cut() {
    let mut cut = Vec::new();
    let page = Page::open(Screen::LAPTOP, "");
    for screen in SCREENS {
        page.set_screen(screen);
        for fragment in [
            "v=1&activation=leaky-relu&init=kaiming-uniform&optimizer=adam",
            "v=1&depth=1&width=1&speed=max&run=1",
            "v=1&model=lstm&stack=2&rec-init=identity&length=6&task=sentiment&padding=after",
        ] {
            page.follow_fragment(fragment);
            page.wait_until("a verdict", "document.getElementById('status').dataset.verdict");
            if fragment.contains("run=1") {
                page.wait_until("thousands of steps", "+document.getElementById('status').dataset.step > 20000");
            }
            for tab in TABS {
                page.open_tab(tab);
                page.wait_until("a chart", "document.querySelector('.workbench-pane')?.textContent.trim()");
                let found: Vec<String> = serde_json::from_value(page.run(CUT, &[])).expect("a list");
                cut.extend(
                    found.into_iter().map(|what| format!("{tab} at {}×{}: {what}", screen.width, screen.height)),
                );
            }
        }
    }
    cut.dedup();
    assert!(cut.is_empty(), "{cut:#?}");
}

/// The cells of the open instrument's tables that reach out of what scrolls around them.
const CUT_CELLS: &str = "
    const cells = [...document.querySelectorAll('.workbench-pane :is(.learned-scores, [data-parameters]) :is(th, td)')];
    const cut = cells.filter((cell) => {
        const pane = cell.closest('.learned-words, .slow-body').getBoundingClientRect();
        const box = cell.getBoundingClientRect();
        return box.right > pane.right + 1 || box.left < pane.left - 1 || cell.scrollWidth > cell.clientWidth + 1;
    });
    if (!cells.length) return ['there is no table'];
    return cut.slice(0, 3).map((cell) => `“${cell.textContent}” is cut`);";

#[test]
fn no_name_and_no_number_of_a_table_is_cut() {
    let page = Page::open(Screen::LAPTOP, "#v=1&depth=1&width=3&optimizer=adam&precision=f64&step=2");
    page.wait_for_status("step", "2");
    let mut cut = Vec::new();
    let mut look = |on: &str, screen: Screen| {
        let found: Vec<String> = serde_json::from_value(page.run(CUT_CELLS, &[])).expect("a list");
        cut.extend(found.into_iter().map(|what| format!("{on} at {}×{}: {what}", screen.width, screen.height)));
    };
    for screen in SCREENS {
        page.set_screen(screen);
        page.open_tab("learned");
        page.wait_until("the scores", "document.querySelector('[data-score=loss] td[data-value]')");
        look("learned", screen);
        // As wide as a loss after a long training.
        page.run(
            "document.querySelectorAll('[data-score=loss] td').forEach((cell) => cell.textContent = '6.57×10⁻¹²')",
            &[],
        );
        look("learned", screen);
        page.open_tab("network");
        page.wait_until("a step", "document.querySelector('.slow-scene .formula')");
        page.run("document.getElementById('all-parameters').click()", &[]);
        page.wait_until("the table", "document.querySelector('[data-parameters] tbody tr')");
        look("network", screen);
        let has_one_name = "[...document.querySelectorAll('.slow *')]
            .filter((element) => !element.children.length && element.checkVisibility() && element.textContent.trim() === 'All parameters').length";
        assert_eq!(page.eval(has_one_name), json!(1));
        // On a phone the chart and its slider stay over what scrolls, the place where a click would go among it.
        page.run("document.getElementById('all-parameters').click()", &[]);
        page.wait_until("the picture", "document.querySelector('.network-picture').checkVisibility()");
    }
    assert!(cut.is_empty(), "{cut:#?}");
}
