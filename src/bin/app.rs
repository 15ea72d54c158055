//! Starts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    gradient_lab::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Gradient Lab runs in a browser: cargo xtask serve");
}
