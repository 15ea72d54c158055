//! Finding Chromium and its driver.

use crate::command::{command, find_on_path, output, run};
use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use std::env;
use std::path::PathBuf;

/// The capabilities of a browser that is driven by a program, as wasm-bindgen's test runner reads them from the package's
/// folder: no window, no first-run pages, no traffic of its own. Root, who runs most containers, can use it only without
/// the sandbox, and containers have little shared memory.
const CAPABILITIES: &str = include_str!("../../webdriver.json");

/// A browser and the program that drives it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium, Chrome or a kin.
    pub chrome: PathBuf,
    /// Its chromedriver.
    pub driver: PathBuf,
}

impl Browser {
    /// Takes what `CHROME` and `CHROMEDRIVER` name, else what is found in the usual places, else (as root on Debian)
    /// what the system's packages give.
    ///
    /// # Errors
    /// With a sentence on how to install them, if they are missing.
    pub fn ensure() -> Result<Self> {
        if let Some(browser) = Self::find()? {
            return Ok(browser);
        }
        if let Some(apt) = find_on_path(&["apt-get"])
            && output(command("id").arg("-u")).as_deref() == Some("0")
        {
            println!("Installing Chromium and its driver with apt-get (once)");
            let apt = || {
                let mut apt = command(&apt);
                apt.env("DEBIAN_FRONTEND", "noninteractive");
                apt
            };
            // Old package lists may be enough, and some mirror is always down; the installation decides.
            let _ = apt().args(["update", "--quiet"]).status();
            run(apt().args(["install", "--yes", "--quiet", "--no-install-recommends", "chromium", "chromium-driver"]))?;
            if let Some(browser) = Self::find()? {
                return Ok(browser);
            }
        }
        bail!(
            "the browser tests need Chromium (or Chrome) and its chromedriver: {}, or name both programs in CHROME and CHROMEDRIVER",
            if cfg!(target_os = "macos") {
                "brew install --cask google-chrome chromedriver"
            } else if cfg!(windows) {
                "install Google Chrome, then npm install --global chromedriver"
            } else {
                "sudo apt-get install chromium chromium-driver (or your system's packages of these names)"
            }
        )
    }

    /// What a driver must be told to start this browser: `webdriver.json`, and where the browser is.
    ///
    /// # Panics
    /// If `webdriver.json` holds no options for Chromium.
    #[must_use]
    pub fn capabilities(&self) -> Value {
        let mut capabilities: Value = serde_json::from_str(CAPABILITIES).expect("webdriver.json is JSON");
        capabilities["goog:chromeOptions"]["binary"] = json!(self.chrome);
        capabilities
    }

    fn find() -> Result<Option<Self>> {
        let chrome = named_by("CHROME")?.or_else(find_chrome);
        let driver = named_by("CHROMEDRIVER")?.or_else(find_driver);
        Ok(chrome.zip(driver).map(|(chrome, driver)| Self { chrome, driver }))
    }
}

fn named_by(variable: &str) -> Result<Option<PathBuf>> {
    let Some(path) = env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    ensure!(path.is_file(), "{variable} names {}, which is no file", path.display());
    Ok(Some(path))
}

fn find_chrome() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    find_on_path(&names).or_else(|| {
        let mut places = vec![
            PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
            PathBuf::from("/Applications/Chromium.app/Contents/MacOS/Chromium"),
        ];
        for variable in ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"] {
            places.extend(
                env::var_os(variable).map(|folder| PathBuf::from(folder).join(r"Google\Chrome\Application\chrome.exe")),
            );
        }
        places.into_iter().find(|place| place.is_file())
    })
}

fn find_driver() -> Option<PathBuf> {
    find_on_path(&["chromedriver", "chromium.chromedriver"]).or_else(|| {
        let mut places = vec![
            PathBuf::from("/usr/lib/chromium/chromedriver"),
            PathBuf::from("/usr/lib/chromium-browser/chromedriver"),
            PathBuf::from("/opt/homebrew/bin/chromedriver"),
            PathBuf::from("/usr/local/bin/chromedriver"),
        ];
        // Machines of continuous integration name the folder so.
        let folder = env::var_os("CHROMEWEBDRIVER").map(PathBuf::from);
        places.extend(folder.map(|folder| folder.join("chromedriver").with_extension(env::consts::EXE_EXTENSION)));
        places.into_iter().find(|place| place.is_file())
    })
}
