//! Names the build: `GRADIENT_LAB_BUILD` is the package version and a hash of all sources, compiled into the page and
//! the worker alike. The worker names it in its messages, and the worker's URL carries it too, because worker files
//! keep their names from one build to the next and a cache could otherwise pair an old worker with a new page.
//!
//! It also turns the message catalogue in `locales/` into the code that `src/ui/i18n.rs` includes.
//!
//! A hash of contents, not a time or a commit: the same sources give the same files, and an unchanged crate is not
//! compiled again.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The languages, the first of which is the default.
#[cfg(feature = "page")]
const LOCALES: [&str; 1] = ["en"];
/// The files of each language.
#[cfg(feature = "page")]
const NAMESPACES: [&str; 17] = [
    "page",
    "parameters",
    "charts",
    "workbench",
    "layer",
    "steps",
    "network",
    "learned",
    "answers",
    "proof",
    "travel",
    "through_time",
    "cell",
    "unrolled",
    "sweep",
    "surface",
    "comparison",
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut sources = Vec::new();
    for root in [
        "src",
        "locales",
        "assets",
        "build.rs",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        ".cargo/config.toml",
        // What is made of the compiled modules, and by which tools.
        "xtask/src/modules.rs",
        "xtask/src/order.rs",
        "xtask/src/fetch_part.js",
        "xtask/src/tools.rs",
    ] {
        println!("cargo:rerun-if-changed={root}");
        collect_files(Path::new(root), &mut sources)?;
    }
    sources.sort();

    let mut hash = Fnv1a::new();
    for path in &sources {
        // Neither the separator of the file system nor a checkout's line ends may change the name.
        hash.write(path.to_string_lossy().replace('\\', "/").as_bytes());
        hash.write(&fs::read(path)?.into_iter().filter(|&byte| byte != b'\r').collect::<Vec<_>>());
    }
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo:rustc-env=GRADIENT_LAB_BUILD={version}-{:012x}", hash.0 & 0xffff_ffff_ffff);
    // The modules are taken apart by the addresses of their symbols (xtask/src/modules.rs), which the linker is to keep.
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|target| target == "wasm32") {
        println!("cargo:rustc-link-arg-bins=--emit-relocs");
    }
    #[cfg(feature = "page")]
    generate_catalogue()?;
    Ok(())
}

/// Writes the typed keys of the catalogue; a key that a language lacks, or a variable that differs, is an error.
///
/// `leptos_i18n_build` would do the same, but brings a copy of the Unicode data with it.
#[cfg(feature = "page")]
fn generate_catalogue() -> Result<(), Box<dyn Error>> {
    use leptos_i18n_parser::parse_locales::options::{Config, ParseOptions};
    use leptos_i18n_parser::parse_locales::parse_locales;

    let config = Config::new(LOCALES[0])?
        .add_locales(&LOCALES[1..])?
        .add_namespaces(NAMESPACES)?
        .parse_options(ParseOptions::new().interpolate_display(true));
    let catalogue = parse_locales(None, config)?;
    for warning in catalogue.diag.warnings().iter() {
        println!("cargo:warning={warning}");
    }
    let code = leptos_i18n_codegen::gen_code(&catalogue, None, false, None, true)?;
    let path = PathBuf::from(env::var("OUT_DIR")?).join("i18n.rs");
    fs::write(path, code.to_string())?;
    Ok(())
}

fn collect_files(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect_files(&entry?.path(), files)?;
        }
    } else if path.exists() {
        files.push(path.to_owned());
    }
    Ok(())
}

/// FNV-1a, 64 bits: names builds, protects nothing.
struct Fnv1a(u64);

impl Fnv1a {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
