//! What the page shows when it cannot go on because of a mistake in its own code.

use leptos::prelude::document;

/// Shows every panic on the page and in the console. `index.html` holds the words: after a panic nothing of the page's
/// own may be relied on.
pub fn show_panics() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        show(&panic.to_string());
    }));
}

fn show(words: &str) {
    let Some(alert) = document().get_element_by_id("stopped") else { return };
    if let Some(detail) = document().get_element_by_id("stopped-detail") {
        detail.set_text_content(Some(words));
    }
    // It fails only for names that no attribute may have.
    let _ = alert.remove_attribute("hidden");
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_panic_is_shown_with_its_words() {
        let alert = document().create_element("div").unwrap();
        alert.set_inner_html(include_str!("../../../index.html").split_once("</main>").unwrap().1);
        document().body().unwrap().append_child(&alert).unwrap();
        let stopped = document().get_element_by_id("stopped").expect("index.html has it");
        assert!(stopped.has_attribute("hidden"));
        show("index out of bounds");
        assert!(!stopped.has_attribute("hidden"));
        assert!(stopped.text_content().unwrap().contains("index out of bounds"));
        alert.remove();
    }
}
