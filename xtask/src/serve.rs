//! `cargo xtask serve`: the page on this machine, built again after every change.

use crate::command::run as run_command;
use crate::tools::Tools;
use anyhow::Result;

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
    let mut trunk = Tools::ensure()?.trunk()?;
    // Release: an unoptimized engine would be some fifty times slower than what the page is about.
    trunk.args(["serve", "--release", "--log", "warn", "--port", &options.port.to_string()]);
    if options.open {
        trunk.arg("--open");
    }
    println!("Gradient Lab: http://127.0.0.1:{}/ (as soon as it is built; Ctrl-C ends it)", options.port);
    run_command(&mut trunk)
}
