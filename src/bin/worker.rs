//! Starts the training worker, or one that makes the runs of a map, and names the parts of its code that are fetched when they are first asked for.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    use gradient_lab::worker::{measurer_runtime, runtime};
    if measurer_runtime::is_wanted() {
        parts::measure();
        return Ok(());
    }
    runtime::start(parts::fetch)
}

/// What only these functions reach is not in the worker's first download. They are here and not in the library, because
/// in that the page would have them too.
#[cfg(target_arch = "wasm32")]
mod parts {
    use gradient_lab::worker::measurer_runtime;
    use gradient_lab::worker::parts::Code;
    use gradient_lab::worker::protocol::WorkerPart;
    use std::pin::Pin;
    use wasm_bindgen_futures::spawn_local;
    use wasm_split_helpers::{SplitLoaderError as NotFetched, wasm_split};

    #[wasm_split(double, fallible)]
    fn double() -> Result<Code, NotFetched> {
        Ok(Code::double())
    }

    #[wasm_split(looks, fallible)]
    fn looks() -> Result<Code, NotFetched> {
        Ok(Code::looks())
    }

    #[wasm_split(proof, fallible)]
    fn proof() -> Result<Code, NotFetched> {
        Ok(Code::proof())
    }

    #[wasm_split(sequences, fallible)]
    fn sequences() -> Result<Code, NotFetched> {
        Ok(Code::sequences())
    }

    #[wasm_split(sequences_double, fallible)]
    fn sequences_double() -> Result<Code, NotFetched> {
        Ok(Code::sequences_double())
    }

    #[wasm_split(texts, fallible)]
    fn texts() -> Result<Code, NotFetched> {
        Ok(Code::texts())
    }

    #[wasm_split(measuring, fallible)]
    fn measuring() -> Result<bool, NotFetched> {
        Ok(measurer_runtime::start(fetch).is_ok())
    }

    /// Begins to measure, when the code for it has come.
    pub fn measure() {
        spawn_local(async {
            if !measuring().await.unwrap_or(false) {
                measurer_runtime::tell_that_it_is_missing();
            }
        });
    }

    /// Why a part does not come is in the browser's console.
    pub fn fetch(part: WorkerPart) -> Pin<Box<dyn Future<Output = Option<Code>>>> {
        Box::pin(async move {
            match part {
                WorkerPart::Double => double().await,
                WorkerPart::Looks => looks().await,
                WorkerPart::Proof => proof().await,
                WorkerPart::Sequences => sequences().await,
                WorkerPart::SequencesDouble => sequences_double().await,
                WorkerPart::Texts => texts().await,
            }
            .ok()
        })
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The training worker runs in a browser: cargo xtask serve");
}
