//! The invariants of ARCHITECTURE.md that can be read off the sources.

#[path = "support/imports.rs"]
mod imports;

use imports::{Graph, by_folder, circles, imports};
use std::collections::BTreeMap;
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

const CORE: [&str; 16] = [
    "kernel",
    "nn",
    "optim",
    "data",
    "experiment",
    "train",
    "look",
    "run.rs",
    "theory",
    "surface",
    "plot",
    "diagnosis",
    "sweep",
    "decimal.rs",
    "random.rs",
    "choice.rs",
];

#[test]
fn no_markup_has_a_style_in_an_attribute() {
    let why = "the page's policy forbids it (index.html); `style:left=…` sets a property";
    assert_absent(&["ui"], &[" style=", "set_attribute(\"style\"", "inner_html="], why);
}

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
    const ABOVE_NN: [&str; 12] = [
        "theory",
        "optim",
        "experiment",
        "train",
        "look",
        "run",
        "diagnosis",
        "surface",
        "sweep",
        "plot",
        "worker",
        "ui",
    ];
    let paths = |modules: &[&str]| modules.iter().map(|module| format!("crate::{module}")).collect::<Vec<_>>();
    let below = |folder: &str, above: &[&str]| {
        let above = paths(above);
        assert_absent(&[folder], &above.iter().map(String::as_str).collect::<Vec<_>>(), "it is below them");
    };
    below("kernel", &ABOVE_NN);
    below("kernel", &["nn", "data"]);
    below("nn", &ABOVE_NN);
    below("nn", &["data"]);
    below("data", &ABOVE_NN);
    below(
        "optim",
        &["experiment", "theory", "data", "train", "look", "run", "diagnosis", "sweep", "plot", "worker", "ui"],
    );
    below("theory", &["optim", "train", "look", "run", "diagnosis", "sweep", "plot", "worker", "ui"]);
    below("experiment", &["theory", "train", "look", "run", "diagnosis", "sweep", "plot", "worker", "ui"]);
    below("train", &["theory", "look", "run", "diagnosis", "sweep", "plot", "worker", "ui"]);
    below("look", &["theory", "diagnosis", "sweep", "plot", "worker", "ui"]);
    // Its tests look at runs of either precision.
    let imports = imports(&texts());
    assert!(imports.iter().all(|(file, used)| !file.starts_with("look/") || !used.contains("run.rs")), "run is above");
    below("run.rs", &["theory", "diagnosis", "sweep", "plot", "worker", "ui"]);
    below("diagnosis", &["look", "run", "sweep", "plot", "worker", "ui"]);
    below("sweep", &["plot", "worker", "ui"]);
    below("surface", &["theory", "data", "train", "look", "run", "diagnosis", "sweep", "plot", "worker", "ui"]);
    for below_surface in ["optim", "experiment", "train", "look", "theory", "diagnosis", "sweep", "plot", "worker"] {
        below(below_surface, &["surface"]);
    }
    below("plot", &["diagnosis", "sweep", "worker", "experiment", "nn", "optim", "run"]);
    below("worker", &["diagnosis"]);
    let recurrent = ["recurrent::Cell", "recurrent::Gate", "recurrent::RecurrentInit"];
    let nn = [&["Activation", "Loss", "Normalization", "Residual"][..], &recurrent].concat();
    the_page_names_what_is_below_it("nn", &nn);
    the_page_names_what_is_below_it("optim", &["ClipKind", "Hyper", "OptimizerKind", "ScheduleKind"]);
    assert_absent(&["plot", "worker"], &["crate::ui"], "it is below the page");
    below("plot", &["theory"]);
    // Theory is worked out in the worker; the page reads what came of it.
    assert_absent(
        &["ui"],
        &[
            "theory::predict",
            "BandSampler",
            "Foreteller",
            "exact_band",
            "critical_point",
            "limit_from",
            "BorderSampler",
        ],
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
            // Several names of an inner module are each named with it.
            let (within, used) = match used.split_once("::{") {
                Some((inner, used)) if !inner.contains(['{', ',']) => (format!("{inner}::"), used),
                _ => (String::new(), used),
            };
            let used = used.trim_matches(|c| "{};".contains(c)).split(", ").map(|name| format!("{within}{name}"));
            for name in used {
                assert!(
                    names.contains(&name.as_str()),
                    "{}:{number}: {line}: it names {names:?} alone",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_page_trains_nothing_and_the_worker_draws_nothing() {
    assert_absent(
        &["ui"],
        &["crate::nn::Mlp", "crate::kernel", "crate::run", "Trainer", "Optimizer::new", "sweep::measuring"],
        "only the worker trains",
    );
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

/// The sources by their paths in `src`.
fn texts() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    sources("").iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect()
}

/// The circles of files, and those of the files and folders of each folder.
fn told_circles(graph: &Graph) -> Vec<String> {
    let mut found: Vec<String> = circles(graph).iter().map(|circle| circle.join(" → ")).collect();
    for (folder, graph) in by_folder(graph) {
        found.extend(circles(&graph).iter().map(|circle| format!("in src/{folder}: {}", circle.join(" → "))));
    }
    found
}

#[test]
fn no_file_and_no_folder_imports_in_a_circle() {
    let graph = imports(&texts());
    assert!(graph["look/trace.rs"].contains("train/trainer.rs"), "the imports are read");
    let found = told_circles(&graph);
    assert!(found.is_empty(), "these import in a circle:\n{}", found.join("\n"));
}

#[test]
fn a_circle_is_seen_however_it_is_written() {
    let circles_of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        told_circles(&imports(&files.collect()))
    };
    let root = ("lib.rs", "mod a; mod b;");
    let b = ("b.rs", "pub struct B; fn f(_: crate::a::A) {}");
    for text in ["use crate::b::B;", "use super::{b, x};", "fn f() { crate::b::g() }", "use crate::b::{self as c};"] {
        let a = format!("pub struct A; {text}");
        assert_eq!(circles_of(&[root, ("a.rs", &a), b]), ["a.rs → b.rs → a.rs", "in src/: a → b → a"], "{text}");
    }
    for text in
        ["// use crate::b::B;", "#[cfg(test)] mod tests { use crate::b::B; }", "const C: &str = \"crate::b::B\";"]
    {
        let a = format!("pub struct A; {text}");
        assert_eq!(circles_of(&[root, ("a.rs", &a), b]), [""; 0], "{text}");
    }
    // What a folder passes on counts for the file that it comes from, unless the folder's own file uses it.
    let (c, d) = (("a/c.rs", "pub struct C;"), ("a/d.rs", "use super::C;"));
    assert_eq!(circles_of(&[root, ("a/mod.rs", "mod c; mod d; pub use c::C;"), c, d, ("b.rs", "")]), [""; 0]);
    let d = ("a/d.rs", "use super::{C, f};");
    let used = ("a/mod.rs", "mod c; mod d; pub use c::C; use d::D; fn f(_: C, _: D) {}");
    let told = circles_of(&[root, used, c, d, ("b.rs", "")]);
    assert_eq!(told, ["a/d.rs → a/mod.rs → a/d.rs", "in src/a: d → mod.rs → d"]);
    // Folders may be in a circle of which no two files are.
    let (c, d) = (("a/c.rs", "use crate::b::B;"), ("a/d.rs", "pub struct D;"));
    let (b, e) = (("b/mod.rs", "mod e; pub struct B;"), ("b/e.rs", "use crate::a::d::D;"));
    assert_eq!(circles_of(&[root, ("a/mod.rs", "mod c; pub mod d;"), c, d, b, e]), ["in src/: a → b → a"]);
}
