//! What the page remembers between visits. A browser that forbids it is no reason to fail: nothing is remembered then.

use leptos::prelude::window;

/// Before every key, since other pages may share the origin.
const PREFIX: &str = "gradient-lab.";

/// What was stored under a name.
pub fn load(name: &str) -> Option<String> {
    let storage = window().local_storage().ok()??;
    storage.get_item(&format!("{PREFIX}{name}")).ok()?
}

/// Stores under a name, if the browser lets us.
pub fn store(name: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("{PREFIX}{name}"), value);
    }
}
