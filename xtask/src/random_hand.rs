//! The hand of a random user: how each action is done in a browser.

use crate::keyboard::{press, type_text};
use crate::random_user::{Action, Gesture};
use crate::webdriver::Session;
use anyhow::Result;
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

/// What a visitor can press.
const CONTROLS: &str =
    "button, summary, select, input, a, textarea, canvas, [role=slider], [role=tab], [role=menuitem], [tabindex]";

/// What takes numbers or words.
const FIELDS: &str = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea:not([readonly])";

impl Action {
    /// Does it, and says on what. What a browser refuses (a place that is not in the window any more) is no fault.
    ///
    /// # Errors
    /// If the browser is no longer there, or does not answer.
    pub fn perform(&self, session: &Session, page: &str) -> Result<String> {
        match self {
            Self::Place(x, y, gesture) => {
                let size = session.execute("return [innerWidth, innerHeight]", &[])?;
                let side = |index: usize| size[index].as_f64().unwrap_or(1.0);
                point(session, (x * side(0), y * side(1)), (side(0), side(1)), *gesture)?;
                let under =
                    "return describe(document.elementFromPoint(arguments[0] * innerWidth, arguments[1] * innerHeight))";
                said(session, under, &[json!(x), json!(y)])
            }
            Self::Control(pick, gesture) => {
                let Some(found) = find(session, CONTROLS, *pick)? else { return Ok("nothing".into()) };
                point(session, found.center, found.window, *gesture)?;
                Ok(found.words)
            }
            Self::Press { focus, pick } => {
                let script = "
                    const focused = pick(arguments[0], arguments[1]);
                    focused?.focus();
                    const pressed = pick(arguments[0], arguments[2]);
                    const words = `${describe(pressed)}, with the focus on ${describe(focused)}`;
                    pressed?.click?.();
                    return words;";
                said(session, script, &[json!(CONTROLS), json!(focus), json!(pick)])
            }
            Self::Focus(pick) => {
                let script = "
                    const focused = pick(arguments[0], arguments[1]);
                    focused?.focus();
                    return describe(focused);";
                said(session, script, &[json!(CONTROLS), json!(pick)])
            }
            Self::Keys(chords) => {
                press(session, chords)?;
                said(session, "return describe(document.activeElement)", &[])
            }
            Self::Fill(pick, text, then) => {
                let script = "
                    const field = pick(arguments[0], arguments[1]);
                    field?.focus();
                    field?.select?.();
                    return describe(field);";
                let words = said(session, script, &[json!(FIELDS), json!(pick)])?;
                if words != "nothing" {
                    type_text(session, text)?;
                    press(session, &[("", *then)])?;
                }
                Ok(words)
            }
            Self::Choose(pick, option) => {
                let script = "
                    const control = pick('select, input[type=checkbox]', arguments[0]);
                    if (!control) return 'nothing';
                    if (control.type === 'checkbox') control.checked = !control.checked;
                    else control.selectedIndex = arguments[1] % control.options.length;
                    const words = `${describe(control)} = ${control.value}`;
                    control.dispatchEvent(new Event('input', { bubbles: true }));
                    control.dispatchEvent(new Event('change', { bubbles: true }));
                    return words;";
                said(session, script, &[json!(pick), json!(option)])
            }
            Self::Slide(pick, from, to) => {
                let Some(found) = find(session, "input[type=range], [role=slider]", *pick)? else {
                    return Ok("nothing".into());
                };
                let at = |fraction: f64| found.center.0 + (fraction - 0.5) * found.width;
                let way = (at(*to) - at(*from)) / found.window.0;
                point(session, (at(*from), found.center.1), found.window, Gesture::Drag(way, 0.0))?;
                Ok(found.words)
            }
            Self::Tab(pick) => {
                let script = "
                    const tab = pick('[role=tab]', arguments[0]);
                    const words = describe(tab);
                    tab?.click();
                    return words;";
                said(session, script, &[json!(pick)])
            }
            Self::Menu(menu, item) => {
                let script = "
                    const menu = pick('summary', arguments[0]);
                    if (!menu) return 'nothing';
                    menu.focus();
                    menu.click();
                    const items = [...menu.parentElement.querySelectorAll('button, a')];
                    const item = items[arguments[1] % items.length];
                    const words = `${describe(item)} in ${describe(menu)}`;
                    item?.click();
                    return words;";
                said(session, script, &[json!(menu), json!(item)])
            }
            Self::Link(fragment) => {
                session.execute("location.hash = arguments[0]", &[json!(fragment)])?;
                Ok(String::new())
            }
            Self::Faster => said(
                session,
                "const words = location.hash; location.hash = `${location.hash}&speed=max&run=1`; return words",
                &[],
            ),
            Self::Open(fragment) => {
                // From elsewhere, because the same page with another fragment would not be loaded again.
                session.go_to("about:blank")?;
                session.go_to(&format!("{page}#{fragment}"))?;
                Ok(String::new())
            }
            Self::Window(screen) => {
                session.set_screen(*screen)?;
                Ok(String::new())
            }
            Self::Media(feature, value) => {
                session.set_media(feature, value)?;
                Ok(String::new())
            }
            Self::Back => session.back().map(|()| String::new()),
            Self::Forward => session.forward().map(|()| String::new()),
            Self::Reload => session.reload().map(|()| String::new()),
            Self::Rest(ms) => {
                thread::sleep(Duration::from_millis(u64::from(*ms)));
                Ok(String::new())
            }
        }
    }
}

/// What all scripts of a user share.
const SHARED: &str = "
    const describe = (element) => {
        if (!element) return 'nothing';
        const place = element.closest('figure')?.dataset.chart ?? element.closest('[role=tabpanel]')?.id ?? '';
        const words = (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent ?? '').trim();
        const name = element.tagName.toLowerCase() + (element.id ? `#${element.id}` : '')
            + (element.type ? `[${element.type}]` : '');
        return `${name} ${JSON.stringify(words.slice(0, 40))}${place ? ` in ${place}` : ''}`;
    };
    const pick = (css, number) => {
        const all = [...document.querySelectorAll(css)]
            .filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }));
        return all.length ? all[number % all.length] : null;
    };
";

struct Found {
    center: (f64, f64),
    width: f64,
    window: (f64, f64),
    words: String,
}

/// Brings one of the elements into view.
fn find(session: &Session, css: &str, pick: u32) -> Result<Option<Found>> {
    let script = "
        const found = pick(arguments[0], arguments[1]);
        if (!found) return null;
        found.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
        const { left, top, width, height } = found.getBoundingClientRect();
        return [left + width / 2, top + height / 2, width, innerWidth, innerHeight, describe(found)];";
    let found = session.execute(&format!("{SHARED}{script}"), &[json!(css), json!(pick)])?;
    let number = |index: usize| found[index].as_f64();
    let all = (number(0), number(1), number(2), number(3), number(4));
    let (Some(x), Some(y), Some(width), Some(window_width), Some(window_height)) = all else { return Ok(None) };
    let words = found[5].as_str().unwrap_or_default().to_owned();
    Ok(Some(Found { center: (x, y), width, window: (window_width, window_height), words }))
}

fn said(session: &Session, script: &str, arguments: &[Value]) -> Result<String> {
    let said = session.execute(&format!("{SHARED}{script}"), arguments)?;
    Ok(said.as_str().unwrap_or_default().to_owned())
}

fn point(session: &Session, at: (f64, f64), window: (f64, f64), gesture: Gesture) -> Result<()> {
    let within = |(x, y): (f64, f64)| (x.clamp(1.0, window.0 - 2.0) as i64, y.clamp(1.0, window.1 - 2.0) as i64);
    let there = |(x, y): (f64, f64), ms: u32| {
        let (x, y) = within((x, y));
        json!({ "type": "pointerMove", "x": x, "y": y, "duration": ms })
    };
    let (down, up) = (json!({ "type": "pointerDown", "button": 0 }), json!({ "type": "pointerUp", "button": 0 }));
    let moved = |(dx, dy): (f64, f64)| (at.0 + dx * window.0, at.1 + dy * window.1);
    let (kind, steps) = match gesture {
        Gesture::Wheel(dx, dy) => {
            let (x, y) = within(at);
            let step = json!({ "type": "scroll", "x": x, "y": y, "deltaX": dx as i64, "deltaY": dy as i64 });
            return session.perform(json!([{ "type": "wheel", "id": "wheel", "actions": [step] }]));
        }
        Gesture::Move => ("mouse", vec![there(at, 0)]),
        Gesture::Click => ("mouse", vec![there(at, 0), down, up]),
        Gesture::DoubleClick => ("mouse", vec![there(at, 0), down.clone(), up.clone(), down, up]),
        Gesture::Drag(dx, dy) => {
            ("mouse", vec![there(at, 0), down, there(moved((dx / 2.0, dy / 2.0)), 0), there(moved((dx, dy)), 0), up])
        }
        Gesture::Tap => ("touch", vec![there(at, 0), down, up]),
        Gesture::Swipe(dx, dy) => {
            ("touch", vec![there(at, 0), down, there(moved((dx / 2.0, dy / 2.0)), 0), there(moved((dx, dy)), 0), up])
        }
    };
    let parameters = json!({ "pointerType": kind });
    session.perform(json!([{ "type": "pointer", "id": kind, "parameters": parameters, "actions": steps }]))
}
