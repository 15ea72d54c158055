//! How much a visitor downloads.

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The size of one file, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSize {
    /// Path inside the folder.
    pub name: String,
    /// As it lies on the disk.
    pub raw_bytes: u64,
    /// As a server sends it with gzip.
    pub gzip_bytes: u64,
}

/// All files below a folder, sorted.
///
/// # Errors
/// If the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The sizes of all files below a folder.
///
/// # Errors
/// If a file cannot be read.
pub fn measure(folder: &Path) -> Result<Vec<FileSize>> {
    files(folder)?
        .into_iter()
        .map(|path| {
            let bytes = fs::read(&path)?;
            let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            Ok(FileSize { name, raw_bytes: bytes.len() as u64, gzip_bytes: gzipped(&bytes)?.len() as u64 })
        })
        .collect()
}

/// The bytes as a server sends them with gzip.
///
/// # Errors
/// Never: memory takes everything.
pub fn gzipped(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// What a first visit may download at the most, in bytes with gzip: what it was when this was written and a hundredth
/// more. Whoever needs more takes something else out of it first: what a first visit does not show is a part of its own
/// (`src/ui/shared/part.rs`).
pub const FIRST_LOAD_BUDGET: u64 = 534_000;

/// Whether a first visit asks for a file of the page's folder.
#[must_use]
pub fn is_in_first_load(name: &str) -> bool {
    // Parts of a module are named by what they are for, in place of the module's own `bg`.
    let is_part = name.ends_with(".wasm") && !name.ends_with("_bg.wasm");
    !is_part && name != "licenses.txt"
}

/// What a first visit downloads, in bytes with gzip.
#[must_use]
pub fn first_load(files: &[FileSize]) -> u64 {
    files.iter().filter(|file| is_in_first_load(&file.name)).map(|file| file.gzip_bytes).sum()
}

/// Checks that a built page is light enough.
///
/// # Errors
/// With what is too large, if it is over [`FIRST_LOAD_BUDGET`], or if a file cannot be read.
pub fn check_budget(folder: &Path) -> Result<()> {
    let files = measure(folder)?;
    let bytes = first_load(&files);
    ensure!(
        bytes <= FIRST_LOAD_BUDGET,
        "a first visit downloads {:.1} kB and may download {:.1} kB (xtask/src/sizes.rs):\n{}",
        bytes as f64 / 1000.0,
        FIRST_LOAD_BUDGET as f64 / 1000.0,
        rows(&files)
    );
    Ok(())
}

/// A table of all files, first those of a first visit with their sum, then the others.
///
/// # Errors
/// If a file cannot be read.
pub fn table(folder: &Path) -> Result<String> {
    Ok(rows(&measure(folder)?))
}

fn rows(files: &[FileSize]) -> String {
    let name_width = files.iter().map(|file| file.name.len()).max().unwrap_or_default();
    let row = |name: &str, raw_bytes: u64, gzip_bytes: u64| {
        format!("\n{name:name_width$}  {:>10.1}  {:>10.1}", raw_bytes as f64 / 1000.0, gzip_bytes as f64 / 1000.0)
    };
    let mut text = format!("{:name_width$}  {:>10}  {:>10}", "file", "kB", "kB gzipped");
    for (is_first, sum) in [(true, "a first visit"), (false, "fetched later, or never")] {
        let group: Vec<&FileSize> = files.iter().filter(|file| is_in_first_load(&file.name) == is_first).collect();
        for file in &group {
            text.push_str(&row(&file.name, file.raw_bytes, file.gzip_bytes));
        }
        let raw_bytes = group.iter().map(|file| file.raw_bytes).sum();
        text.push_str(&row(sum, raw_bytes, group.iter().map(|file| file.gzip_bytes).sum()));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_is_all_but_the_parts_and_the_licences() {
        let names = [
            "index.html",
            "style-1.css",
            "start-1.js",
            "app-1.js",
            "app-1_bg.wasm",
            "app-1_layer.wasm",
            "app-1_chunk_7.wasm",
            "worker_loader.js",
            "worker.js",
            "worker_bg.wasm",
            "worker_f64.wasm",
            "licenses.txt",
        ];
        let first: Vec<&str> = names.into_iter().filter(|name| is_in_first_load(name)).collect();
        let wanted = [
            "index.html",
            "style-1.css",
            "start-1.js",
            "app-1.js",
            "app-1_bg.wasm",
            "worker_loader.js",
            "worker.js",
            "worker_bg.wasm",
        ];
        assert_eq!(first, wanted);
    }

    #[test]
    fn a_page_over_the_budget_does_not_pass() {
        let folder = std::env::temp_dir().join(format!("gradient-lab-budget-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        // Bytes that gzip cannot make less of.
        let mut state = 1_u32;
        let noise: Vec<u8> = (0..FIRST_LOAD_BUDGET + 1)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        fs::write(folder.join("app-1_layer.wasm"), &noise).unwrap();
        check_budget(&folder).expect("a part is not in a first visit");
        fs::write(folder.join("app-1_bg.wasm"), &noise).unwrap();
        let error = check_budget(&folder).unwrap_err().to_string();
        fs::remove_dir_all(&folder).unwrap();
        assert!(error.contains("app-1_bg.wasm") && error.contains("may download"), "{error}");
    }
}
