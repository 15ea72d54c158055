//! `cargo xtask stage`, which Trunk calls when it has put together all of the page but what it cannot make (`Trunk.toml`):
//! the modules with their parts, one style sheet of many, the licences, and the names of these files in the index.

use crate::build::Profile;
use crate::command::root;
use crate::modules::{self, fingerprint};
use crate::tools::Tools;
use crate::{licenses, style};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::{env, fs};

/// The variable that tells how to compile.
pub const PROFILE: &str = "GRADIENT_LAB_PROFILE";

/// The link that keeps Trunk from compiling by itself. It says nothing to a browser.
const NO_RUST: &str = "data-trunk-skip";

/// Finishes the page in Trunk's folder.
///
/// # Errors
/// If it was not called by Trunk, or something cannot be made.
pub fn run() -> Result<()> {
    let folder = env::var_os("TRUNK_STAGING_DIR").context("this command is for Trunk to call: cargo xtask build")?;
    let folder = Path::new(&folder);
    let profile = match env::var(PROFILE) {
        Ok(name) => Profile::from_name(&name).with_context(|| format!("{PROFILE}={name} is no profile"))?,
        Err(_) => Profile::Release,
    };
    let mut names = modules::stage(&Tools::ensure()?, profile, folder)?;
    let bytes = fs::metadata(folder.join("worker_bg.wasm"))?.len().to_string();
    name_places(&folder.join("worker_loader.js"), &[("workerbytes", bytes)])?;
    let sheet = style::joined(&root().join("style/main.css"))?;
    let name = format!("style-{}", fingerprint(sheet.as_bytes()));
    fs::write(folder.join(&name).with_extension("css"), sheet)?;
    names.push(("style", name));
    licenses::write(folder)?;

    name_places(&folder.join("index.html"), &names)
}

/// Puts names into a file.
fn name_places(file: &Path, names: &[(&str, String)]) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    fs::write(file, with_names(&text, names).with_context(|| format!("in {}", file.display()))?)?;
    Ok(())
}

/// A text with a name wherever it says `{{…}}`.
fn with_names(html: &str, names: &[(&str, String)]) -> Result<String> {
    let mut html: String =
        html.lines().filter(|line| !line.contains(NO_RUST)).map(|line| format!("{line}\n")).collect();
    for (place, name) in names {
        html = html.replace(&format!("{{{{{place}}}}}"), name);
    }
    if let Some(place) = html.split("{{").skip(1).find_map(place_of) {
        bail!("it asks for {{{{{place}}}}}, which is not made");
    }
    Ok(html)
}

/// The place that a text after `{{` names. Trunk's own script, which it puts into the index while it serves, has such
/// braces too, but none around a word like ours.
fn place_of(text: &str) -> Option<&str> {
    let (place, _) = text.split_once("}}")?;
    (!place.is_empty() && place.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_gets_its_names_and_loses_the_link_for_trunk() {
        let html = "<link data-trunk data-trunk-skip rel=\"rust\">\n<link href=\"./{{style}}.css\">\n./{{app}}.js\n";
        let names = [("style", "style-1".to_owned()), ("app", "app-2".to_owned())];
        assert_eq!(with_names(html, &names).unwrap(), "<link href=\"./style-1.css\">\n./app-2.js\n");
        let error = with_names(html, &names[..1]).unwrap_err().to_string();
        assert!(error.contains("{{app}}"), "{error}");
    }

    #[test]
    fn what_trunk_adds_while_it_serves_asks_for_nothing() {
        let html = "<script>const url = '{{__TRUNK_ADDRESS__}}'; const f = () => {{ a: 1 }}; if (x) {{}}</script>\n";
        assert_eq!(with_names(html, &[]).unwrap(), html);
    }
}
