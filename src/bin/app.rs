//! Starts the page.

#[cfg(target_arch = "wasm32")]
fn main() {
    page::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("Gradient Lab runs in a browser: cargo xtask serve");
}

/// A stand-in for the page: a worker that counts steps, and the hooks that the tests rely on.
#[cfg(target_arch = "wasm32")]
mod page {
    use js_sys::Function;

    pub fn start() {
        let url = concat!("./worker_loader.js?v=", env!("GRADIENT_LAB_BUILD"));
        let body = r#"
            document.body.insertAdjacentHTML("beforeend",
                '<p id="status" data-state="loading" data-step=""></p><button id="run">Run</button><button id="step">Step</button>');
            const status = document.getElementById("status").dataset;
            const run = document.getElementById("run");
            const worker = new Worker(url, { type: "module", name: "training" });
            worker.onerror = (event) => { status.state = "failed"; console.error(event.message); };
            worker.onmessage = ({ data }) => {
                if (data === "ready") {
                    status.step = 0;
                    status.state = "paused";
                    if (location.hash.includes("run=1")) run.click();
                } else {
                    status.step = data;
                    if (status.state === "running") worker.postMessage("step");
                }
            };
            document.getElementById("step").onclick = () => worker.postMessage("step");
            run.onclick = () => {
                status.state = status.state === "running" ? "paused" : "running";
                run.textContent = status.state === "running" ? "Pause" : "Run";
                if (status.state === "running") worker.postMessage("step");
            };
        "#;
        let script = Function::new_with_args("url", body);
        script
            .call1(&wasm_bindgen::JsValue::NULL, &url.into())
            .expect("the page starts");
    }
}
