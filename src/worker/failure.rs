//! Why a worker cannot go on, as far as the page can know.

/// Why a worker cannot go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It did not start: blocked, or its files are missing.
    CannotStart,
    /// It may not start in a frame that has no origin.
    Sandboxed,
    /// A Content-Security-Policy does not allow it.
    Forbidden,
    /// It is of another build than the page.
    VersionMismatch,
    /// It stopped, for this reason.
    Crashed(String),
    /// It has not answered for a long time.
    NotAnswering,
}

/// What browsers say, in lower case, when there is no memory: for a module's, for the numbers that are handed over, or for
/// the module itself.
const NO_MEMORY: [&str; 7] = [
    "out of memory",
    "allocation failed",
    "allocation size overflow",
    "allocate memory",
    "capacity overflow",
    "maximum memory size",
    "array length",
];

/// What they say where a refused allocation ended the module: by the instruction of this name. So does a panic end, but that
/// has told its own words before, in which the name may stand too.
const TRAP: &str = "unreachable";

/// What a panic's own words begin with.
const PANIC: &str = "panicked at";

/// What browsers say of code that a policy does not allow to run.
const FORBIDDEN: [&str; 3] = ["content security policy", "content-security-policy", "unsafe-eval"];

impl Failure {
    /// What an error means that ended a worker before it was ready. Where its script did not come there are no words.
    pub fn at_start(words: Option<String>) -> Self {
        match words {
            Some(words) if tells_of_memory(&words) => Self::Crashed(words),
            Some(words) if holds_any(&words, &FORBIDDEN) => Self::Forbidden,
            _ => Self::CannotStart,
        }
    }

    /// Whether it needed more memory than the browser gives.
    pub fn is_of_memory(&self) -> bool {
        matches!(self, Self::Crashed(words) if tells_of_memory(words))
    }

    /// What it is called in `data-cause`.
    pub fn name(&self) -> &'static str {
        match self {
            _ if self.is_of_memory() => "memory",
            Self::CannotStart => "cannot-start",
            Self::Sandboxed => "sandboxed",
            Self::Forbidden => "forbidden",
            Self::VersionMismatch => "version-mismatch",
            Self::Crashed(_) => "crashed",
            Self::NotAnswering => "not-answering",
        }
    }
}

fn tells_of_memory(words: &str) -> bool {
    holds_any(words, &NO_MEMORY) || (holds_any(words, &[TRAP]) && !holds_any(words, &[PANIC]))
}

fn holds_any(words: &str, signs: &[&str]) -> bool {
    let words = words.to_ascii_lowercase();
    signs.iter().any(|sign| words.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_memory_is_known_in_the_words_of_every_browser() {
        for words in [
            "Uncaught RuntimeError: unreachable",
            "RuntimeError: unreachable executed",
            "RuntimeError: Unreachable code should not be executed (evaluating 'n.advance(e)')",
            "Uncaught RangeError: Array buffer allocation failed",
            "Uncaught RangeError: Invalid typed array length: 536870912",
            "RangeError: Out of memory",
            "InternalError: allocation size overflow",
            "Uncaught RangeError: WebAssembly.Memory.grow(): Maximum memory size exceeded",
            "RangeError: WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance",
            "panicked at library/alloc/src/raw_vec.rs:28:5:\ncapacity overflow",
        ] {
            assert!(Failure::Crashed(words.to_owned()).is_of_memory(), "{words}");
            assert!(Failure::at_start(Some(words.to_owned())).is_of_memory(), "{words}");
        }
        for words in [
            "panicked at src/worker/runtime.rs:122:43:\nalready borrowed",
            "panicked at src/worker/session.rs:200:9:\ninternal error: entered unreachable code",
            "Uncaught Error: panicked at src/nn/mlp.rs:7:9:\ninternal error: entered unreachable code: no layer",
            "Uncaught RuntimeError: memory access out of bounds",
            "Uncaught RangeError: Maximum call stack size exceeded",
            "Uncaught RuntimeError: integer divide by zero",
            "a loose wire",
        ] {
            assert!(!Failure::Crashed(words.to_owned()).is_of_memory(), "{words}");
        }
    }

    #[test]
    fn a_policy_is_no_missing_file() {
        let words = "Uncaught CompileError: WebAssembly.instantiateStreaming(): Refused to compile or instantiate \
            WebAssembly module because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script in the \
            following Content Security Policy directive";
        assert_eq!(Failure::at_start(Some(words.to_owned())), Failure::Forbidden);
        assert_eq!(Failure::at_start(Some("Failed to fetch".to_owned())), Failure::CannotStart);
        assert_eq!(Failure::at_start(None), Failure::CannotStart);
    }
}
