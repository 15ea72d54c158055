//! The invariants of ARCHITECTURE.md that can be read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    assert!(!found.is_empty(), "no sources in {folder}");
    found
}

/// The lines of a file that are code, with their numbers.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.to_owned()));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

fn assert_absent(folders: &[&str], words: &[&str], why: &str) {
    for folder in folders {
        for path in sources(folder) {
            for (number, line) in code(&path) {
                for word in words {
                    assert!(!line.contains(word), "{}:{number} names {word}: {why}", path.display());
                }
            }
        }
    }
}

const CORE: [&str; 13] = [
    "kernel",
    "nn",
    "optim",
    "data",
    "experiment",
    "train",
    "look",
    "run.rs",
    "theory",
    "plot",
    "diagnosis.rs",
    "random.rs",
    "choice.rs",
];

#[test]
fn the_core_knows_no_browser() {
    assert_absent(&CORE, &["web_sys", "js_sys", "wasm_bindgen", "leptos"], "it is tested natively");
}

#[test]
fn the_core_reads_no_clock_and_no_entropy() {
    assert_absent(&CORE, &["Instant", "SystemTime", "getrandom", "thread_rng", "OsRng"], "same experiment, same bits");
}

#[test]
fn arrows_point_one_way() {
    const ABOVE_NN: [&str; 8] = ["theory", "optim", "experiment", "train", "diagnosis", "plot", "worker", "ui"];
    let paths = |modules: &[&str]| modules.iter().map(|module| format!("crate::{module}")).collect::<Vec<_>>();
    let below = |folder: &str, above: &[&str]| {
        let above = paths(above);
        assert_absent(&[folder], &above.iter().map(String::as_str).collect::<Vec<_>>(), "it is below them");
    };
    // The kernel names the activations and nothing else of the network.
    for line in sources("kernel").iter().flat_map(|path| code(path)).map(|(_, line)| line) {
        assert!(!line.contains("crate::nn") || line.trim() == "use crate::nn::Activation;", "the kernel names {line}");
    }
    below("kernel", &ABOVE_NN);
    below("kernel", &["data"]);
    below("nn", &ABOVE_NN);
    below("nn", &["data"]);
    below("data", &ABOVE_NN);
    // The hyper-parameters of an experiment are those of an optimizer's step; no rule knows of experiments.
    below("optim", &["theory", "data", "train", "diagnosis", "plot", "worker", "ui"]);
    for path in sources("optim").iter().filter(|path| !path.ends_with("hyper.rs")) {
        assert!(code(path).iter().all(|(_, line)| !line.contains("crate::experiment")), "{}", path.display());
    }
    below("theory", &["optim", "train", "diagnosis", "plot", "worker", "ui"]);
    below("experiment", &["theory", "train", "diagnosis", "plot", "worker", "ui"]);
    below("train", &["theory", "diagnosis", "plot", "worker", "ui"]);
    below("diagnosis.rs", &["plot", "worker", "ui"]);
    below("plot", &["diagnosis", "worker", "experiment", "nn", "optim"]);
    below("worker", &["diagnosis"]);
    the_page_names_what_is_below_it("nn", &["Activation", "Loss", "Normalization", "Residual"]);
    the_page_names_what_is_below_it("optim", &["ClipKind", "Hyper", "OptimizerKind", "ScheduleKind"]);
    assert_absent(&["plot", "worker"], &["crate::ui"], "it is below the page");
    below("plot", &["theory"]);
    // Theory is worked out in the worker; the page reads what came of it.
    assert_absent(
        &["ui"],
        &["theory::predict", "BandSampler", "exact_band", "critical_point"],
        "the worker computes it",
    );
}

/// The page matches on closed sets and shows hyper-parameters; it calls no layer and no optimizer.
fn the_page_names_what_is_below_it(module: &str, names: &[&str]) {
    let path_of_module = format!("crate::{module}");
    for path in sources("ui") {
        for (number, line) in code(&path) {
            if !line.contains(&path_of_module) {
                continue;
            }
            let used = line.trim().strip_prefix(&format!("use {path_of_module}::")).unwrap_or(&line);
            let used = used.trim_matches(|c| "{};".contains(c)).split(", ");
            for name in used {
                assert!(names.contains(&name), "{}:{number}: {line}: it names {names:?} alone", path.display());
            }
        }
    }
}

#[test]
fn the_page_trains_nothing_and_the_worker_draws_nothing() {
    assert_absent(&["ui"], &["crate::nn::Mlp", "crate::kernel", "Trainer", "Optimizer::new"], "only the worker trains");
    assert_absent(&["worker"], &["crate::plot", "crate::ui", "plotters", "leptos"], "only the page draws");
}

#[test]
fn no_file_has_more_than_five_hundred_lines() {
    for path in sources("") {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}

#[test]
fn unsafe_code_is_in_the_kernel_s_vectors_alone() {
    for path in sources("").iter().filter(|path| !path.ends_with("kernel/vector.rs")) {
        for (number, line) in code(path) {
            let is_unsafe = line.contains("unsafe ") || line.contains("allow(unsafe");
            assert!(!is_unsafe, "{}:{number}: {line}", path.display());
        }
    }
}
