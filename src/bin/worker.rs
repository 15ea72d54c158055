//! Starts the training worker.

#[cfg(target_arch = "wasm32")]
fn main() {
    worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The training worker runs in a browser: cargo xtask serve");
}

/// A stand-in for the training: counts the steps it is asked for.
#[cfg(target_arch = "wasm32")]
mod worker {
    use js_sys::Function;

    pub fn start() {
        let body = r#"
            let step = 0;
            self.onmessage = () => self.postMessage(++step);
            self.postMessage("ready");
        "#;
        Function::new_no_args(body)
            .call0(&wasm_bindgen::JsValue::NULL)
            .expect("the worker starts");
    }
}
