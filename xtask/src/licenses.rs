//! The licences of all that is compiled into the page and the worker, in one file beside them: most ask that their text
//! goes along with every copy.

use crate::command::{cargo, command};
use crate::tools::WASM_SPLIT_VERSION;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Something that is compiled in, with the texts of its licence.
#[derive(Clone, Debug, PartialEq)]
struct Work {
    name: String,
    version: String,
    /// Its licence as an SPDX expression, `MIT OR Apache-2.0`.
    expression: String,
    /// Who holds the copyright, where its package has no text that says so.
    holders: String,
    texts: Vec<String>,
}

/// Writes `licenses.txt` into a folder: name, version and licence of everything that is compiled in, and every text
/// once.
///
/// # Errors
/// If cargo cannot tell what is compiled in, a file cannot be read or written, or neither a package nor this file has
/// the text of a licence.
pub fn write(folder: &Path) -> Result<()> {
    let mut works = standard_library()?;
    let of_rust = works.len();
    let compiled = compiled_packages()?;
    let metadata = lines_of(cargo().args([
        "metadata",
        "--format-version=1",
        "--filter-platform=wasm32-unknown-unknown",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is no JSON")?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    for package in packages {
        let of = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        if compiled.contains(&(of("name"), of("version"))) {
            let authors: Vec<&str> =
                package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let manifest = PathBuf::from(of("manifest_path"));
            let package_folder = manifest.parent().context("a manifest lies in no folder")?;
            let texts = texts_in(package_folder, package["license_file"].as_str())?;
            let (name, version, expression) = (of("name"), of("version"), of("license"));
            works.push(Work { holders: holders(&name, &authors), name, version, expression, texts });
        }
    }
    ensure!(works.len() == compiled.len() + of_rust, "cargo tree and cargo metadata name different packages");
    fs::write(folder.join("licenses.txt"), report(works)?)?;
    Ok(())
}

/// Name and version of every package that is compiled into the WebAssembly; not what runs at build time alone.
fn compiled_packages() -> Result<HashSet<(String, String)>> {
    // Not the graph of `cargo metadata`: that joins the features of all members and targets, and so names packages that
    // are never compiled.
    let tree = lines_of(cargo().args([
        "tree",
        "--package=gradient-lab",
        "--edges=normal,no-proc-macro",
        "--target=wasm32-unknown-unknown",
        "--prefix=none",
        "--no-dedupe",
        "--locked",
    ]))?;
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    };
    tree.lines().map(|line| package(line).with_context(|| format!("cargo tree says {line:?}"))).collect()
}

/// What comes with the compiler and is no package of the graph: the standard library, and of what it is made from the
/// parts that WebAssembly has. Rust's own `COPYRIGHT-library.html` says what each is under.
fn standard_library() -> Result<Vec<Work>> {
    const PARTS: [(&str, &str, &str); 4] = [
        ("Rust standard library", "(MIT OR Apache-2.0) AND Unicode-3.0", "The Rust Project Contributors"),
        (
            "Rust compiler_builtins",
            "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
            "the contributors to compiler_builtins and, of what comes from musl, Rich Felker, et al.",
        ),
        ("Rust dlmalloc", "MIT OR Apache-2.0", "Alex Crichton"),
        ("Rust hashbrown", "MIT OR Apache-2.0", "Amanieu d'Antras"),
    ];
    let said = lines_of(command("rustc").arg("--version"))?;
    let version = said.split_whitespace().nth(1).context("rustc does not say its version")?;
    let work = |(name, expression, holders): (&str, &str, &str)| Work {
        name: name.to_owned(),
        version: version.to_owned(),
        expression: expression.to_owned(),
        holders: holders.to_owned(),
        texts: Vec::new(),
    };
    let mut works: Vec<Work> = PARTS.map(work).into();
    // Of the scripts: the loaders of the parts.
    let holders = "Greg Johnston, Jeremy Maitin-Shepard, Martin Molzer";
    let loaders = work(("wasm_split_cli_support", "MIT OR Apache-2.0", holders));
    works.push(Work { version: WASM_SPLIT_VERSION.to_owned(), ..loaders });
    Ok(works)
}

/// The names of a manifest's authors, without their addresses.
fn holders(name: &str, authors: &[&str]) -> String {
    let names: Vec<&str> = authors.iter().map(|author| author.split('<').next().unwrap_or_default().trim()).collect();
    let names = names.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ");
    if names.is_empty() { format!("the authors of {name}") } else { names }
}

/// The texts in the folder of a package, by the names that such files have, and the one that its manifest names.
fn texts_in(folder: &Path, named: Option<&str>) -> Result<Vec<String>> {
    const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "COPYRIGHT", "NOTICE"];
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        if NAMES.iter().any(|start| name.starts_with(start)) && path.is_file() && !is_code {
            paths.push(path);
        }
    }
    paths.extend(named.map(|named| folder.join(named)).filter(|path| !paths.contains(path)));
    paths.sort();
    let mut texts = Vec::new();
    let mut says_what_is_allowed = false;
    for path in paths {
        let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
        // A link of the repository that was packed as what it points to: `../LICENSE`.
        if text.split_whitespace().nth(1).is_none() {
            continue;
        }
        // A notice alone says who, not what is allowed: the standard text has to stand in.
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        says_what_is_allowed |= !name.starts_with("NOTICE") && !name.starts_with("COPYRIGHT");
        texts.push(text);
    }
    Ok(if says_what_is_allowed { texts } else { Vec::new() })
}

/// The standard texts under which a work may be passed on that brings none.
///
/// # Errors
/// If there is no standard text here for a licence that the expression demands.
fn standard_texts(work: &Work) -> Result<Vec<String>> {
    const APACHE: &str = include_str!("../../LICENSE-APACHE");
    const MIT: &str = include_str!("../../LICENSE-MIT");
    const LLVM: &str = include_str!("../licenses/LLVM-exception.txt");
    const UNICODE: &str = include_str!("../licenses/Unicode-3.0.txt");
    let is_operator = |word: &&str| matches!(*word, "OR" | "AND" | "WITH");
    let words: Vec<&str> = work.expression.split([' ', '/', '(', ')']).filter(|word| !word.is_empty()).collect();
    let licences: Vec<&str> = words.iter().copied().filter(|word| !is_operator(word)).collect();
    let mut texts = Vec::new();
    for &licence in &licences {
        match licence {
            "Apache-2.0" => texts.push(APACHE.to_owned()),
            "LLVM-exception" => texts.push(LLVM.to_owned()),
            "Unicode-3.0" => texts.push(UNICODE.to_owned()),
            "MIT" => {
                let ours =
                    MIT.lines().find(|line| line.starts_with("Copyright")).context("LICENSE-MIT names nobody")?;
                texts.push(MIT.replace(ours, &format!("Copyright (c) {}", work.holders)));
            }
            _ => {}
        }
    }
    // Of alternatives one is enough.
    let is_choice = !words.contains(&"AND") && !words.contains(&"WITH");
    if texts.is_empty() || (!is_choice && texts.len() < licences.len()) {
        let Work { name, version, expression, .. } = work;
        bail!(
            "{name} {version} ({expression:?}) has no licence file, and xtask/src/licenses.rs no standard text for it"
        );
    }
    Ok(texts)
}

/// The file: a list of all works, each with the numbers of its texts, and below it the texts.
fn report(mut works: Vec<Work>) -> Result<String> {
    let is_ours = |work: &Work| work.name == "gradient-lab";
    works.sort_by(|a, b| (!is_ours(a), &a.name, &a.version).cmp(&(!is_ours(b), &b.name, &b.version)));
    let mut list =
        String::from("What is compiled into Gradient Lab, under which licence, and where below its texts stand.\n\n");
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for work in &works {
        let own = if work.texts.is_empty() { &standard_texts(work)? } else { &work.texts };
        let mut numbers = Vec::new();
        for text in own {
            let index = texts.iter().position(|(other, _)| is_same_text(other, text)).unwrap_or_else(|| {
                texts.push((text.clone(), Vec::new()));
                texts.len() - 1
            });
            let users = &mut texts[index].1;
            let user = format!("{} {}", work.name, work.version);
            if !users.contains(&user) {
                users.push(user);
                numbers.push(format!("[{}]", index + 1));
            }
        }
        let licence = if work.expression.is_empty() { "see its text" } else { &work.expression };
        writeln!(list, "{} {}: {licence} {}", work.name, work.version, numbers.concat())?;
    }
    for (index, (text, users)) in texts.iter().enumerate() {
        let rule = "=".repeat(80);
        let text = text.trim_start_matches('\u{feff}').replace('\r', "");
        let lines: Vec<&str> = text.trim_matches('\n').lines().map(str::trim_end).collect();
        write!(list, "\n{rule}\n[{}] {}\n{rule}\n\n{}\n", index + 1, users.join(", "), lines.join("\n"))?;
    }
    Ok(list)
}

/// Whether two texts differ in nothing but their spaces and line ends.
fn is_same_text(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

/// What a program prints; what it complains of is shown.
fn lines_of(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {name}"))?;
    ensure!(output.status.success(), "{name} failed");
    String::from_utf8(output.stdout).with_context(|| format!("{name} prints no text"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::root;

    fn work(name: &str, expression: &str, texts: &[&str]) -> Work {
        Work {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            expression: expression.to_owned(),
            holders: holders(name, &["Ada <ada@example.org>"]),
            texts: texts.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    #[test]
    fn the_same_text_is_printed_once_for_all_that_use_it() {
        let works = vec![work("b", "Zlib", &["Do as\r\nyou like.\r\n"]), work("a", "Zlib", &["Do as you\n like."])];
        let report = report(works).unwrap();
        assert_eq!(report.matches("Do as").count(), 1);
        assert!(report.contains("a 1.0.0: Zlib [1]\nb 1.0.0: Zlib [1]\n"), "{report}");
        assert!(report.contains("\n[1] a 1.0.0, b 1.0.0\n"), "{report}");
        assert!(!report.contains('\r'));
    }

    #[test]
    fn a_package_without_a_text_gets_the_standard_one_in_its_authors_names() {
        let report = report(vec![work("a", "MIT", &[])]).unwrap();
        assert!(report.contains("Copyright (c) Ada\n"), "{report}");
        assert!(report.contains("Permission is hereby granted"), "{report}");
        assert_eq!(holders("a", &[]), "the authors of a");
    }

    #[test]
    fn of_alternatives_one_known_text_is_enough_but_nothing_is_left_out() {
        assert_eq!(standard_texts(&work("a", "MIT/Apache-2.0", &[])).unwrap().len(), 2);
        assert_eq!(standard_texts(&work("a", "Unlicense OR MIT", &[])).unwrap().len(), 1);
        assert_eq!(standard_texts(&work("a", "Apache-2.0 WITH LLVM-exception", &[])).unwrap().len(), 2);
        for expression in ["", "Zlib", "(MIT OR Apache-2.0) AND Zlib", "MIT WITH GCC-exception-3.1"] {
            let error = standard_texts(&work("a", expression, &[])).unwrap_err().to_string();
            assert!(error.contains(&format!("a 1.0.0 ({expression:?})")), "{error}");
        }
    }

    #[test]
    fn a_notice_or_a_link_alone_is_no_licence() {
        let folder = std::env::temp_dir().join(format!("gradient-lab-licenses-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [
            ("NOTICE", "Ada made it."),
            ("LICENSE", "../LICENSE\n"),
            ("license.rs", "fn main() {}"),
            ("terms.txt", "Be kind."),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        assert_eq!(texts_in(&folder, None).unwrap(), Vec::<String>::new());
        assert_eq!(texts_in(&folder, Some("terms.txt")).unwrap(), ["Ada made it.", "Be kind."]);
        fs::write(folder.join("License-MIT"), "You may.").unwrap();
        assert_eq!(texts_in(&folder, None).unwrap(), ["You may.", "Ada made it."]);
        fs::remove_dir_all(&folder).unwrap();
    }

    /// The page as it is: every package that is compiled in, and nothing of this machine.
    #[test]
    fn the_file_names_all_that_is_compiled_in() {
        let folder = std::env::temp_dir().join(format!("gradient-lab-licenses-file-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write(&folder).unwrap();
        let report = fs::read_to_string(folder.join("licenses.txt")).unwrap();
        write(&folder).unwrap();
        assert_eq!(fs::read_to_string(folder.join("licenses.txt")).unwrap(), report, "the same every time");
        fs::remove_dir_all(&folder).unwrap();

        let lines: Vec<&str> = report.lines().collect();
        for (name, version) in compiled_packages().unwrap() {
            let start = format!("{name} {version}: ");
            assert!(lines.iter().any(|line| line.starts_with(&start) && line.ends_with(']')), "{start}");
        }
        for name in ["gradient-lab", "Rust standard library", "leptos", "ndarray", "wasm-bindgen"] {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{name} "))), "{name}");
        }
        for name in ["serde_derive", "leptos_macro", "proptest", "ureq"] {
            assert!(!lines.iter().any(|line| line.starts_with(&format!("{name} "))), "{name} is not compiled in");
        }
        assert!(!lines.contains(&"../LICENSE"), "a link is no text");
        let root = root().to_string_lossy();
        let cargo_home = std::env::var("CARGO_HOME").unwrap_or_else(|_| ".cargo/registry".to_owned());
        assert!(!report.contains(&*root) && !report.contains(&cargo_home), "a path of this machine");
    }
}
