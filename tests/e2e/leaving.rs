//! What goes from the page while somebody uses it: an element that has the focus is told as it goes, and some are spoken to
//! when they have gone.

use crate::harness::{Page, TABS};
use serde_json::{Value, json};
use xtask::webdriver::Screen;

/// Lets the page take in what was done, and tells whether it goes on.
const SETTLE: &str = "
    const settled = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
    const stops = () => document.getElementById('stopped').hidden ? null : document.getElementById('stopped-detail').textContent;
    const used = (within) => [...document.querySelectorAll(within)].flatMap((part) => [...part.querySelectorAll(
        'a[href], button, input, select, summary, textarea, [tabindex]')]);
    const open = async (tab, from) => {
        document.querySelector(`[data-tab=${tab}]`).click();
        for (let frame = 0; frame < 200 && used('.workbench-pane').length <= from; frame++) await settled();
    };";

#[test]
fn what_has_the_focus_may_go_with_its_pane() {
    let page = Page::open(Screen::LAPTOP, "#step=2");
    page.wait_for_status("step", "2");
    for tab in TABS {
        page.open_tab(tab);
        let other = if tab == "proof" { "overview" } else { "proof" };
        page.open_tab(other);
        // Each element of the pane in turn: as it stands there, after it was pressed, and what unfolds then.
        for way in ["focus", "press", "within"] {
            let script = format!(
                "{SETTLE}
                const [tab, other, way] = arguments;
                await open(tab, 0);
                for (let frame = 0; frame < 10; frame++) await settled();
                const count = used('.workbench-pane').length;
                for (let index = 0; index < count; index++) {{
                    await open(tab, index);
                    const element = used('.workbench-pane')[index];
                    if (!element) continue;
                    if (way !== 'focus' && element.matches('summary, .chart-tool')) element.click();
                    if (way === 'within') await settled();
                    const all = way === 'within' ? used('.workbench-pane .dropdown[open] > div') : [];
                    (all.at(-1) ?? element).focus();
                    document.querySelector(`[data-tab=${{other}}]`).click();
                    await settled();
                    if (stops()) return `${{element.outerHTML.slice(0, 80)}}: ${{stops()}}`;
                }}
                return count;"
            );
            let script = format!("return (async (...arguments) => {{ {script} }})(...arguments)");
            let went = page.run(&script, &[tab.into(), other.into(), way.into()]);
            let least = if tab == "proof" { 1 } else { 6 };
            assert!(went.as_u64().is_some_and(|went| went >= least), "{tab}, {way}: {went}");
        }
    }
}

#[test]
fn what_has_gone_may_still_be_spoken_to() {
    let page = Page::open(Screen::LAPTOP, "#step=2");
    page.wait_for_status("step", "2");
    for tab in TABS {
        page.open_tab(tab);
        let script = format!(
            "{SETTLE}
            const [tab] = arguments;
            const all = [...document.querySelectorAll('.workbench-pane, .workbench-pane *')];
            document.querySelector(`[data-tab=${{tab === 'overview' ? 'proof' : 'overview'}}]`).click();
            await settled();
            const at = {{ bubbles: true, cancelable: true, clientX: 200, clientY: 400 }};
            for (const element of all.filter((element) => !element.isConnected)) {{
                for (const key of ['Enter', 'Escape', 'ArrowLeft', 'ArrowUp', 'Home', 'r', '.']) {{
                    element.dispatchEvent(new KeyboardEvent('keydown', {{ ...at, key }}));
                }}
                for (const kind of ['pointerdown', 'pointermove', 'click', 'pointerleave']) {{
                    element.dispatchEvent(new PointerEvent(kind, {{ ...at, pointerType: 'touch' }}));
                    element.dispatchEvent(new PointerEvent(kind, {{ ...at, pointerType: 'mouse' }}));
                }}
                for (const kind of ['input', 'change', 'toggle', 'focus', 'blur', 'focusin', 'focusout']) {{
                    element.dispatchEvent(new FocusEvent(kind, {{ ...at, relatedTarget: document.body }}));
                }}
                if (stops()) return `${{element.outerHTML.slice(0, 100)}}: ${{stops()}}`;
            }}
            dispatchEvent(new Event('resize'));
            await settled();
            return stops();"
        );
        let script = format!("return (async (...arguments) => {{ {script} }})(...arguments)");
        assert_eq!(page.run(&script, &[tab.into()]), Value::Null, "after {tab}");
    }
}

#[test]
fn a_field_may_go_while_a_number_is_typed_into_it() {
    let page = Page::open(Screen::LAPTOP, "#clip=norm&optimizer=momentum&v=1");
    for (field, control, value) in [("clip-at", "clip", "none"), ("momentum", "optimizer", "sgd")] {
        let script = "
            const [field, control] = [...arguments].slice(0, 2).map((id) => document.getElementById(id));
            field.closest('details')?.setAttribute('open', '');
            field.focus();
            field.value = '0.';
            field.dispatchEvent(new Event('input', { bubbles: true }));
            control.value = arguments[2];
            control.dispatchEvent(new Event('change', { bubbles: true }));";
        page.run(script, &[field.into(), control.into(), value.into()]);
        page.wait_until("the field to go", &format!("document.getElementById('{field}') === null"));
        assert_eq!(page.eval("document.getElementById('stopped').hidden"), json!(true), "{field}");
    }
    page.click_button("Step");
    page.wait_for_status("step", "1");
}
