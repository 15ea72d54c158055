//! In a dedicated worker, every recorded experiment has the bits that it has natively.
#![cfg(target_arch = "wasm32")]

#[path = "support/bits.rs"]
mod bits;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn recorded_bits_are_computed_in_a_worker() {
    bits::check();
}
