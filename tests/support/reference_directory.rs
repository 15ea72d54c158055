//! Where the reference files are.

use std::path::PathBuf;

/// The directory that the environment variable `REFERENCE_DIR` names, by default `tests/reference`.
pub fn reference_directory() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference");
    std::env::var_os("REFERENCE_DIR").map_or_else(|| default.into(), PathBuf::from)
}
