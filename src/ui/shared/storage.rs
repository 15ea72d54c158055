//! What the page remembers between visits, or in one tab when it is loaded again. A browser that forbids it is no reason to
//! fail: nothing is remembered then.

use leptos::prelude::window;
use web_sys::Storage;

/// Before every key, since other pages may share the origin.
const PREFIX: &str = "gradient-lab.";

/// What was stored under a name.
pub fn load(name: &str) -> Option<String> {
    get(window().local_storage().ok()??, name)
}

/// Stores under a name, if the browser lets us.
pub fn store(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        set(&storage, name, value);
    }
}

/// What was stored in this tab under a name.
pub fn load_in_tab(name: &str) -> Option<String> {
    get(window().session_storage().ok()??, name)
}

/// Stores under a name as long as this tab is open, if the browser lets us. No other tab sees it, nor a later visit.
pub fn store_in_tab(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        set(&storage, name, value);
    }
}

fn get(storage: Storage, name: &str) -> Option<String> {
    storage.get_item(&format!("{PREFIX}{name}")).ok()?
}

fn set(storage: &Storage, name: &str, value: &str) {
    let _ = storage.set_item(&format!("{PREFIX}{name}"), value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn what_is_stored_in_a_tab_is_there_and_in_no_later_visit() {
        let text = "春 \u{1F33F}\nund Zeilen".repeat(1_000);
        store_in_tab("test", &text);
        assert_eq!(load_in_tab("test"), Some(text));
        assert_eq!(load("test"), None);
        store_in_tab("test", "");
        assert_eq!(load_in_tab("test").as_deref(), Some(""));
    }
}
