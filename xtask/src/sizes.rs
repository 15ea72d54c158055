//! How much a visitor downloads.

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
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
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&bytes)?;
            let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            Ok(FileSize { name, raw_bytes: bytes.len() as u64, gzip_bytes: encoder.finish()?.len() as u64 })
        })
        .collect()
}

/// A table of all files with their sum, for people.
///
/// # Errors
/// If a file cannot be read.
pub fn table(folder: &Path) -> Result<String> {
    let mut rows = measure(folder)?;
    let total = FileSize {
        name: "total".to_owned(),
        raw_bytes: rows.iter().map(|row| row.raw_bytes).sum(),
        gzip_bytes: rows.iter().map(|row| row.gzip_bytes).sum(),
    };
    rows.push(total);
    let name_width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let mut text = format!("{:name_width$}  {:>10}  {:>10}", "file", "kB", "kB gzipped");
    for row in rows {
        let (raw_kb, gzip_kb) = (row.raw_bytes as f64 / 1000.0, row.gzip_bytes as f64 / 1000.0);
        write!(text, "\n{:name_width$}  {raw_kb:>10.1}  {gzip_kb:>10.1}", row.name)?;
    }
    Ok(text)
}
