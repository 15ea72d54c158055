//! Running other programs.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of the package that is built: the parent of xtask's own.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the package")
}

/// Where cargo and these tools put what can be made again.
#[must_use]
pub fn target_folder() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// A command that will run in [`root`].
#[must_use]
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that runs this tool, in [`root`].
#[must_use]
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end and fails with the command line if the program does.
///
/// # Errors
/// If the program cannot be started or reports failure.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", line(command)))?;
    if !status.success() {
        bail!("failed: {}", line(command));
    }
    Ok(())
}

/// What the program prints on its standard output, without surrounding space; `None` if it is missing or fails.
#[must_use]
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program on PATH by any of its names.
#[must_use]
pub fn find_on_path(names: &[&str]) -> Option<PathBuf> {
    find_in(&env::split_paths(&env::var_os("PATH")?).collect::<Vec<_>>(), names)
}

/// The first of the names that is a program in one of the folders.
fn find_in(folders: &[PathBuf], names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        // Appended, because what follows a dot is part of the name: `chromium.chromedriver` is not `chromium`.
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        folders.iter().map(|folder| folder.join(&file)).find(|file| file.is_file())
    })
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_dot_in_a_programs_name_belongs_to_the_name() {
        let folder = env::temp_dir().join(format!("gradient-lab-programs-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let folders = [folder.clone()];
        let program = |name: &str| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        let names = ["chromedriver", "chromium.chromedriver"];

        fs::write(program("chromium"), "").unwrap();
        assert_eq!(find_in(&folders, &names), None, "the browser is not its driver");
        fs::write(program("chromium.chromedriver"), "").unwrap();
        assert_eq!(find_in(&folders, &names), Some(program("chromium.chromedriver")));
        fs::write(program("chromedriver"), "").unwrap();
        assert_eq!(find_in(&folders, &names), Some(program("chromedriver")), "the first name comes first");

        fs::remove_dir_all(&folder).unwrap();
    }
}
