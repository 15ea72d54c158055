//! `cargo xtask serve`: the page on this machine, built again after every change.

use crate::build::{Profile, tools_and_page, trunk};
use crate::command::target_folder;
#[cfg(unix)]
use anyhow::Context as _;
use anyhow::Result;
#[cfg(unix)]
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What `cargo xtask serve` was asked for.
#[derive(Debug)]
pub struct Options {
    /// The port on this machine.
    pub port: u16,
    /// Whether to open the page in the user's browser.
    pub open: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 8080, open: false }
    }
}

/// Serves until it is interrupted.
///
/// # Errors
/// If a tool cannot be installed or the server cannot start.
pub fn run(options: &Options) -> Result<()> {
    println!("Gradient Lab: http://127.0.0.1:{}/ (as soon as it is built; Ctrl-C ends it)", options.port);
    let tools = tools_and_page(Profile::Quick)?;
    let mut trunk = trunk(&tools, Profile::Quick)?;
    trunk.args(["serve", "--release", "--log", "warn"]);
    // Its own folder: `dist/` is what `cargo xtask build` made, perhaps to be published.
    trunk.arg("--dist").arg(target_folder().join("served")).args(["--port", &options.port.to_string()]);
    if options.open {
        trunk.arg("--open");
    }
    hand_over(&mut trunk)
}

/// Becomes the server, so that whoever ends this process ends it.
#[cfg(unix)]
fn hand_over(trunk: &mut Command) -> Result<()> {
    Err(trunk.exec()).context("cannot start Trunk")
}

/// Waits for the server to end.
#[cfg(not(unix))]
fn hand_over(trunk: &mut Command) -> Result<()> {
    crate::command::run(trunk)
}
