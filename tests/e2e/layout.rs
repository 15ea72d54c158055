//! What is where: on a laptop, on an old projector and on a phone.

use crate::harness::Page;
use serde_json::Value;
use xtask::webdriver::Screen;

const SCREENS: [Screen; 3] = [Screen::LAPTOP, Screen::PROJECTOR, Screen::PHONE];

#[test]
fn nothing_essential_needs_scrolling() {
    let page = Page::open(Screen::LAPTOP, "");
    let diverging = "v=1&dataset=plane&activation=linear&depth=20&init=kaiming-normal&lr=10&step=1000";
    let fragments =
        ["v=1", "v=1&depth=100&optimizer=adam&step=3", "v=1&activation=relu&init=kaiming-normal&gain=2", diverging];
    for screen in SCREENS {
        page.set_screen(screen);
        for fragment in fragments {
            let case = format!("{fragment} at {}×{}", screen.width, screen.height);
            page.follow_fragment(fragment);
            page.wait_until("a verdict", "document.getElementById('status').dataset.verdict");
            let width = page.number_of("document.documentElement.scrollWidth");
            assert!(width <= f64::from(screen.width), "{case}: the page is {width} pixels wide");
            if screen == Screen::LAPTOP {
                let height = page.number_of("document.documentElement.scrollHeight");
                assert!(height <= f64::from(screen.height), "{case}: the page is {height} pixels high");
            }
            for figure in ["gradient-by-layer", "gradient-over-time", "loss"] {
                assert_figure_fits(&page, figure, screen, &case);
            }
            let essentials =
                [".run-buttons", "#status", ".verdict .sentence", "#depth", "#activation", "#optimizer", "#lr"];
            for css in essentials {
                let in_view = format!(
                    "((b) => b && b.width > 0 && b.height > 0 && b.left >= 0 && b.right <= {})(document.querySelector('{css}')?.getBoundingClientRect())",
                    screen.width
                );
                assert_eq!(page.eval(&in_view), true, "{case}: {css} is not to be seen");
            }
        }
    }
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
    // All that can be unfolded.
    page.run("document.querySelectorAll('details').forEach((details) => { details.open = true; })", &[]);
    ["gradient-by-layer", "gradient-over-time", "loss"].iter().for_each(|chart| page.open_data_table(chart));
    assert_named(&page, "");
    page.run("document.querySelectorAll('details').forEach((details) => { details.open = false; })", &[]);
    page.click_button("Share");
    assert_named(&page, "dialog ");
}

/// Fails if something of what can be used, in a part of the page, has no name for assistive technology.
fn assert_named(page: &Page, part: &str) {
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
    assert!(elements.len() > 4, "only {} elements", elements.len());
    let unnamed: Vec<_> = elements
        .iter()
        .zip(shown)
        .filter(|(element, _)| page.session().accessible_name(element).unwrap().trim().is_empty())
        .map(|(_, html)| html)
        .collect();
    assert!(unnamed.is_empty(), "without a name: {unnamed:#?}");
}

#[test]
fn every_chart_is_a_figure_named_by_its_title() {
    let page = Page::open(Screen::LAPTOP, "");
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
