//! `cargo xtask build`: the page as static files.

use crate::command::{self, root, target_folder};
use crate::tools::{Shrinker, Tools, ensure_wasm_target};
use crate::{modules, sizes, stage};
use anyhow::Result;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, thread};

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
    /// Its name, in folders and for Trunk's hook. Cargo's profiles are those of the modules ([`modules`]).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }

    /// The profile of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Release, Self::Quick].into_iter().find(|profile| profile.name() == name)
    }
}

/// Builds `dist/` and prints the sizes.
///
/// # Errors
/// If a tool or the build fails, or a first visit would download more than it may.
pub fn run() -> Result<()> {
    let dist = build(&tools_and_page(Profile::Release)?, Profile::Release)?;
    println!("{}", sizes::table(&dist)?);
    if Shrinker::wasm_opt()?.is_some() && Shrinker::esbuild()?.is_some() {
        sizes::check_budget(&dist)?;
    } else {
        println!("Not held against the budget of a first visit, which is for what npm's tools make smaller.");
    }
    println!("Ready: {} (static files for any host and any sub-path)", dist.display());
    Ok(())
}

/// Builds the page and returns its folder.
///
/// # Errors
/// If the compiler, Trunk or wasm-opt fails.
pub fn build(tools: &Tools, profile: Profile) -> Result<PathBuf> {
    let dist = match profile {
        Profile::Release => root().join("dist"),
        // Never over the folder that someone may be about to publish.
        Profile::Quick => target_folder().join("e2e-dist"),
    };
    fs::create_dir_all(&dist)?;
    let mut trunk = trunk(tools, profile)?;
    command::run(trunk.args(["build", "--release", "--log", "warn", "--dist"]).arg(&dist))?;
    Ok(dist)
}

/// Trunk, whose hook, [`stage`], is told this profile.
///
/// # Errors
/// If PATH cannot be extended.
pub fn trunk(tools: &Tools, profile: Profile) -> Result<Command> {
    let mut trunk = tools.trunk()?;
    trunk.env(stage::PROFILE, profile.name());
    Ok(trunk)
}

/// Finds the tools and compiles the page, which needs none of them, meanwhile: on a new machine both take minutes.
///
/// # Errors
/// If a tool is missing and cannot be installed, or the compiler fails.
pub fn tools_and_page(profile: Profile) -> Result<Tools> {
    ensure_wasm_target()?;
    thread::scope(|scope| {
        let tools = scope.spawn(Tools::ensure);
        let page = modules::compile(profile);
        let tools = tools.join().unwrap_or_else(|panic| resume_unwind(panic))?;
        page.map(|()| tools)
    })
}
