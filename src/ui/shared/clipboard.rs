//! The browser's clipboard.

use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;

/// Whether the browser took the text into its clipboard. It does so only on secure pages, and has no clipboard at all
/// on others.
pub async fn write(text: &str) -> bool {
    let navigator = window().navigator();
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
