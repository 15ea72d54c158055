//! The programs that a build needs beside cargo: where they are kept, and how they get there.
//!
//! They live in a cache of this user, each in a folder named by its version, and never replace what is installed
//! elsewhere: `$GRADIENT_LAB_TOOLS`, else `gradient-lab/tools` in the system's usual place for caches. A tool of the very
//! version that is already on PATH is used as it is.

use crate::command::{cargo, command, find_on_path, output, root, run};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The target that the page is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The last Trunk that Rust 1.95 compiles.
const TRUNK_VERSION: &str = "0.21.14";

/// The program that takes a module apart; it understands what `wasm_split_helpers` of Cargo.lock leaves in the module.
pub const WASM_SPLIT_VERSION: &str = "0.2.4";

/// What drives Firefox, for `cargo xtask test --firefox` alone.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// The release of npm's `binaryen` that is installed for its wasm-opt.
const BINARYEN_VERSION: &str = "132.0.0";

/// The release of npm's `esbuild`.
const ESBUILD_VERSION: &str = "0.25.12";

/// The installed tools, as folders that go on PATH before everything else.
#[derive(Debug)]
pub struct Tools {
    folders: Vec<PathBuf>,
}

impl Tools {
    /// Finds all that building the page takes, and installs what is missing.
    ///
    /// # Errors
    /// If something is missing and cannot be installed.
    pub fn ensure() -> Result<Self> {
        ensure_wasm_target()?;
        let mut folders = Vec::new();
        // Without its default features Trunk cannot download anything, and needs no TLS library to be compiled.
        let trunk = ["--locked", "--no-default-features"];
        folders.extend(ensure_cargo_tool("trunk", "trunk", TRUNK_VERSION, &trunk)?);
        let split = ["--locked", "--features", "build-binary"];
        folders.extend(ensure_cargo_tool("wasm_split_cli_support", "wasm-split-cli", WASM_SPLIT_VERSION, &split)?);
        let wasm_bindgen = locked_version("wasm-bindgen")?;
        // Its published lock file names dependencies that no longer resolve, so it is installed without `--locked`.
        folders.extend(ensure_cargo_tool("wasm-bindgen-cli", "wasm-bindgen-test-runner", &wasm_bindgen, &[])?);
        Ok(Self { folders })
    }

    /// Trunk, whose hook finds all other tools on its PATH.
    ///
    /// # Errors
    /// If PATH cannot be extended.
    pub fn trunk(&self) -> Result<Command> {
        let mut trunk = command("trunk");
        // Trunk reads NO_COLOR as a boolean flag and stops at the customary "1".
        self.put_on_path(&mut trunk)?.env_remove("NO_COLOR");
        Ok(trunk)
    }

    /// [`wasm_cargo`] with the test runner of wasm-bindgen on its PATH.
    ///
    /// # Errors
    /// If PATH cannot be extended.
    pub fn test_cargo(&self) -> Result<Command> {
        let mut cargo = wasm_cargo();
        self.put_on_path(&mut cargo)?;
        Ok(cargo)
    }

    /// wasm-bindgen itself.
    ///
    /// # Errors
    /// If PATH cannot be extended.
    pub fn wasm_bindgen(&self) -> Result<Command> {
        let mut wasm_bindgen = command("wasm-bindgen");
        self.put_on_path(&mut wasm_bindgen)?;
        Ok(wasm_bindgen)
    }

    /// What takes a module apart.
    ///
    /// # Errors
    /// If PATH cannot be extended.
    pub fn wasm_split(&self) -> Result<Command> {
        let mut wasm_split = command("wasm-split-cli");
        self.put_on_path(&mut wasm_split)?;
        Ok(wasm_split)
    }

    fn put_on_path<'a>(&self, command: &'a mut Command) -> Result<&'a mut Command> {
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(self.folders.iter().cloned().chain(env::split_paths(&inherited)))?;
        Ok(without_flags(command).env("PATH", path))
    }
}

/// Cargo for the browser's target.
#[must_use]
pub fn wasm_cargo() -> Command {
    let mut cargo = cargo();
    without_flags(&mut cargo);
    cargo
}

/// Compiler flags from the environment would replace those of `.cargo/config.toml`, and with them the SIMD that the
/// results depend on; so commands for the browser never see them.
fn without_flags(command: &mut Command) -> &mut Command {
    command.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS")
}

/// Installs rustfmt and clippy if they are missing.
///
/// # Errors
/// If one is missing and rustup cannot install it.
pub fn ensure_lints() -> Result<()> {
    for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output(cargo().args([subcommand, "--version"])).is_none() {
            run(command("rustup").args(["component", "add", component]))
                .with_context(|| format!("{component} is missing: install it with rustup"))?;
        }
    }
    Ok(())
}

/// A program that makes files smaller, from npm. A page without it is only larger, so it is used where npm is at hand, and
/// never one on PATH: another version may lack a pass, and writes other bytes.
#[derive(Debug)]
pub struct Shrinker {
    /// A program and its first arguments.
    words: Vec<PathBuf>,
}

impl Shrinker {
    /// binaryen's wasm-opt, for modules.
    ///
    /// # Errors
    /// If the cache cannot be written.
    pub fn wasm_opt() -> Result<Option<Self>> {
        Self::from_npm("wasm-opt", "binaryen", BINARYEN_VERSION)
    }

    /// esbuild, for scripts.
    ///
    /// # Errors
    /// If the cache cannot be written.
    pub fn esbuild() -> Result<Option<Self>> {
        Self::from_npm("esbuild", "esbuild", ESBUILD_VERSION)
    }

    /// The program of an npm package, kept in the cache. `None` without npm.
    fn from_npm(program: &str, package: &str, version: &str) -> Result<Option<Self>> {
        let Some(node) = find_on_path(&["node"]) else {
            return Ok(None);
        };
        let folder = cache()?.join(format!("{package}-{version}"));
        let script = folder.join("node_modules").join(package).join("bin").join(program);
        if !script.exists() {
            println!("Installing {package} {version} in {} (once)", folder.display());
            fs::create_dir_all(&folder)?;
            let installed = command(if cfg!(windows) { "npm.cmd" } else { "npm" })
                .args(["install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts", "--prefix"])
                .arg(&folder)
                .arg(format!("{package}@{version}"))
                .status();
            if !installed.is_ok_and(|status| status.success()) {
                return Ok(None);
            }
        }
        Ok(Some(Self { words: vec![node, script] }))
    }

    /// A command that wants its flags and files.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = command(&self.words[0]);
        command.args(&self.words[1..]);
        command
    }
}

/// Installs the compiler's libraries for [`WASM_TARGET`] if they are missing.
///
/// # Errors
/// If they are missing and rustup cannot install them.
pub fn ensure_wasm_target() -> Result<()> {
    // The compiler knows best; a toolchain need not come from rustup.
    let libraries = output(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", WASM_TARGET]))
        .with_context(|| format!("the compiler's target {WASM_TARGET} is missing: install it with rustup"))
}

/// The folder of the crate's programs, installed there if need be; `None` if PATH already has `program` of that version.
fn ensure_cargo_tool(package: &str, program: &str, version: &str, flags: &[&str]) -> Result<Option<PathBuf>> {
    if output(command(program).arg("--version")).is_some_and(|text| text.split_whitespace().any(|word| word == version))
    {
        return Ok(None);
    }
    let folder = cache()?.join(format!("{package}-{version}"));
    let programs = folder.join("bin");
    if !programs.join(program).with_extension(env::consts::EXE_EXTENSION).is_file() {
        println!("Installing {package} {version} in {} (once; a few minutes)", folder.display());
        let mut install = cargo();
        install.args(["install", "--quiet", package, "--version", version, "--root"]).arg(&folder).args(flags);
        // They run for moments, so they are compiled for a quick install and not for speed.
        install
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env_remove("CARGO_TARGET_DIR");
        run(without_flags(&mut install))?;
    }
    Ok(Some(programs))
}

/// The program that drives Firefox, installed if need be.
///
/// # Errors
/// If it cannot be installed.
pub fn geckodriver() -> Result<PathBuf> {
    let folder = ensure_cargo_tool("geckodriver", "geckodriver", GECKODRIVER_VERSION, &["--locked"])?;
    let program = Path::new("geckodriver").with_extension(env::consts::EXE_EXTENSION);
    // On PATH already, if nothing was installed.
    Ok(folder.map_or_else(|| program.clone(), |folder| folder.join(&program)))
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    parse_locked_version(&lock, package).with_context(|| format!("{package} is not in Cargo.lock"))
}

fn parse_locked_version(lock: &str, package: &str) -> Option<String> {
    let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(line.trim_matches('"').to_owned())
}

/// The folder that holds the tools.
fn cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("GRADIENT_LAB_TOOLS") {
        return Ok(folder.into());
    }
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Caches"))
    } else {
        variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))
    };
    match caches {
        Some(caches) => Ok(caches.join("gradient-lab/tools")),
        None => bail!("no home folder to keep the tools in: set GRADIENT_LAB_TOOLS to a folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_and_of_no_namesake() {
        let lock = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.1\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
dependencies = [\"wasm-bindgen-macro\"]
";
        assert_eq!(parse_locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(parse_locked_version(lock, "trunk"), None);
    }
}
