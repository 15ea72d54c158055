//! `cargo xtask build`: the page as static files.

use crate::command::{self, root, target_folder};
use crate::sizes;
use crate::tools::{Tools, WASM_TARGET, WasmOpt, ensure_wasm_target, wasm_cargo};
use anyhow::Result;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

/// What the compiler's own output uses. Nothing more: in particular no relaxed SIMD, whose results differ by machine.
const WASM_FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// How the page is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// For people: link-time optimization, then wasm-opt if there is one.
    Release,
    /// For developing and for the end-to-end tests: the same code and the same results, compiled in a third of the time,
    /// larger and a little slower.
    Quick,
}

impl Profile {
    /// Its name in Cargo.toml.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }
}

/// Builds `dist/` and prints the sizes.
///
/// # Errors
/// If a tool or the build fails.
pub fn run() -> Result<()> {
    let dist = build(&tools_and_page(Profile::Release)?, Profile::Release)?;
    println!("{}", sizes::table(&dist)?);
    println!("Ready: {} (static files for any host and any sub-path)", dist.display());
    Ok(())
}

/// Builds the page and returns its folder.
///
/// # Errors
/// If the compiler, Trunk or wasm-opt fails.
pub fn build(tools: &Tools, profile: Profile) -> Result<PathBuf> {
    compile(profile)?;
    let dist = match profile {
        Profile::Release => root().join("dist"),
        // Never over the folder that someone may be about to publish.
        Profile::Quick => target_folder().join("e2e-dist"),
    };
    fs::create_dir_all(&dist)?;
    let mut trunk = tools.trunk()?;
    trunk.args(["build", "--release", "--log", "warn", "--cargo-profile", profile.name(), "--dist"]).arg(&dist);
    // Nothing is left to compile, only to wait for each other's locks.
    command::run(trunk.env("CARGO_TERM_QUIET", "true"))?;
    if profile == Profile::Release {
        optimize(&dist)?;
    }
    Ok(dist)
}

/// Finds the tools and compiles the page, which needs none of them, meanwhile: on a new machine both take minutes.
///
/// # Errors
/// If a tool is missing and cannot be installed, or the compiler fails.
pub fn tools_and_page(profile: Profile) -> Result<Tools> {
    ensure_wasm_target()?;
    thread::scope(|scope| {
        let tools = scope.spawn(Tools::ensure);
        let page = compile(profile);
        let tools = tools.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        page.map(|()| tools)
    })
}

/// Compiles both modules at once. Trunk, which compiles them one after the other, then finds them ready.
fn compile(profile: Profile) -> Result<()> {
    let mut cargo = wasm_cargo();
    cargo.args(["build", "--target", WASM_TARGET, "--profile", profile.name(), "--bin", "app", "--bin", "worker"]);
    command::run(&mut cargo)
}

/// Makes the modules of a folder smaller and faster, if there is a wasm-opt.
///
/// # Errors
/// If it fails.
pub fn optimize(dist: &Path) -> Result<()> {
    let Some(wasm_opt) = WasmOpt::find()? else {
        println!("No wasm-opt (binaryen) and no npm to install it: the modules stay larger than they could be.");
        return Ok(());
    };
    for module in sizes::files(dist)?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "wasm")) {
        let optimized = module.with_extension("wasm.opt");
        command::run(wasm_opt.command().arg("-O3").args(WASM_FEATURES).arg(&module).arg("-o").arg(&optimized))?;
        fs::rename(&optimized, &module)?;
    }
    Ok(())
}
