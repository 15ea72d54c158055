//! Finding a browser and its driver: Chromium, for which everything is made to be tested in, or Firefox.

use crate::command::{command, find_on_path, output, run};
use crate::tools;
use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use std::env;
use std::path::PathBuf;

/// The capabilities of a browser that is driven by a program, as wasm-bindgen's test runner reads them from the package's
/// folder: no window, no first-run pages, no traffic of its own. Root, who runs most containers, can use it only without
/// the sandbox, and containers have little shared memory.
const CAPABILITIES: &str = include_str!("../../webdriver.json");

/// The variable that names the [`Kind`] of browser for the end-to-end tests.
pub const BROWSER: &str = "GRADIENT_LAB_E2E_BROWSER";

/// Whose browser it is, as far as its driver speaks differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Chromium, Chrome or a kin.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Kind {
    /// The variables that name the browser and its driver.
    #[must_use]
    pub const fn variables(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["CHROME", "CHROMEDRIVER"],
            Self::Firefox => ["FIREFOX", "GECKODRIVER"],
        }
    }

    /// Its name, in [`BROWSER`] too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chrome",
            Self::Firefox => "firefox",
        }
    }
}

/// A browser and the program that drives it.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Whose it is.
    pub kind: Kind,
    /// The browser itself.
    pub program: PathBuf,
    /// Its chromedriver or geckodriver.
    pub driver: PathBuf,
}

impl Browser {
    /// The browser of the end-to-end tests, which [`BROWSER`] names.
    ///
    /// # Errors
    /// With a sentence on how to install it, if it is missing.
    pub fn of_tests() -> Result<Self> {
        if env::var(BROWSER).is_ok_and(|name| name == Kind::Firefox.name()) { Self::firefox() } else { Self::ensure() }
    }

    /// Takes what `FIREFOX` and `GECKODRIVER` name, else what is on PATH; geckodriver is installed into the cache of tools
    /// if it is nowhere.
    ///
    /// # Errors
    /// With a sentence on how to install them, if they are missing.
    pub fn firefox() -> Result<Self> {
        let [program, driver] = Kind::Firefox.variables();
        let Some(program) = named_by(program)?.or_else(find_firefox) else {
            bail!(
                "these tests need Firefox: {}, or name the program in FIREFOX",
                if cfg!(target_os = "macos") {
                    "brew install --cask firefox"
                } else if cfg!(windows) {
                    "install it from mozilla.org"
                } else {
                    "sudo apt-get install firefox-esr (or your system's package of Firefox)"
                }
            )
        };
        let driver = match named_by(driver)?.or_else(|| find_on_path(&["geckodriver"])) {
            Some(driver) => driver,
            None => tools::geckodriver().context(
                "geckodriver is missing and could not be installed: `cargo install geckodriver`, or name it in GECKODRIVER",
            )?,
        };
        Ok(Self { kind: Kind::Firefox, program, driver })
    }

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

    /// What a driver must be told to start this browser: for Chromium `webdriver.json`, and where the browser is.
    ///
    /// # Panics
    /// If `webdriver.json` holds no options for Chromium.
    #[must_use]
    pub fn capabilities(&self) -> Value {
        match self.kind {
            Kind::Chromium => {
                let mut capabilities: Value = serde_json::from_str(CAPABILITIES).expect("webdriver.json is JSON");
                capabilities["goog:chromeOptions"]["binary"] = json!(self.program);
                capabilities
            }
            Kind::Firefox => {
                // Files that a page wants to be saved go where they are in nobody's way.
                let preferences = json!({
                    "browser.download.folderList": 2,
                    "browser.download.dir": env::temp_dir(),
                    "browser.download.start_downloads_in_tmp_dir": true,
                });
                json!({ "moz:firefoxOptions": { "binary": self.program, "args": ["-headless"], "prefs": preferences } })
            }
        }
    }

    fn find() -> Result<Option<Self>> {
        let [program, driver] = Kind::Chromium.variables();
        let program = named_by(program)?.or_else(find_chrome);
        let driver = named_by(driver)?.or_else(find_driver);
        Ok(program.zip(driver).map(|(program, driver)| Self { kind: Kind::Chromium, program, driver }))
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

fn find_firefox() -> Option<PathBuf> {
    find_on_path(&["firefox", "firefox-esr"]).or_else(|| {
        let mut places = vec![PathBuf::from("/Applications/Firefox.app/Contents/MacOS/firefox")];
        let folder = env::var_os("ProgramFiles").map(PathBuf::from);
        places.extend(folder.map(|folder| folder.join(r"Mozilla Firefox\firefox.exe")));
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
