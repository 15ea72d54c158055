//! `cargo xtask stage`, which Trunk calls when it has put together all of the page but what it cannot make (`Trunk.toml`):
//! the modules with their parts, one style sheet of many, the first script, the licences, and the names of these files in
//! the index.

use crate::build::Profile;
use crate::command::root;
use crate::modules::{self, fingerprint};
use crate::tools::{Shrinker, Tools};
use crate::{licenses, style};
use anyhow::{Context, Result, bail, ensure};
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
    names.push(("start", start_script(profile, folder)?));
    licenses::write(folder)?;

    let index = folder.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let html = with_names(&html, &names)?;
    fs::write(&index, if html.contains(TRUNK_SERVES) { with_leave_for_trunk(&html)? } else { allowed(html)? })?;
    Ok(())
}

/// Puts names into a file.
fn name_places(file: &Path, names: &[(&str, String)]) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    fs::write(file, with_names(&text, names).with_context(|| format!("in {}", file.display()))?)?;
    Ok(())
}

/// Puts the script that says why the lab does not come, if so, into the folder; returns its name.
fn start_script(profile: Profile, folder: &Path) -> Result<String> {
    let script = fs::read(root().join("assets/start.js"))?;
    let name = format!("start-{}", fingerprint(&script));
    let path = folder.join(&name).with_extension("js");
    fs::write(&path, script)?;
    if let Some(esbuild) = (profile == Profile::Release).then(Shrinker::esbuild).transpose()?.flatten() {
        // It is for browsers of any age.
        modules::minify(&esbuild, &path, "es5")?;
    }
    Ok(name)
}

/// What the script has in it that Trunk puts into the index while it serves.
const TRUNK_SERVES: &str = "__TRUNK_";

/// The index with a policy that lets Trunk's script run and speak to Trunk. It changes with every answer, so it cannot be
/// allowed by its hash.
fn with_leave_for_trunk(html: &str) -> Result<String> {
    let leaves = [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("connect-src 'self'", "connect-src 'self' ws: wss:"),
    ];
    leaves.iter().try_fold(html.to_owned(), |html, (strict, lax)| {
        ensure!(html.matches(strict).count() >= 1, "the policy of index.html has no {strict:?}");
        // Its first place is in the policy.
        Ok(html.replacen(strict, lax, 1))
    })
}

/// The index, if its policy is strict and allows all that it has.
fn allowed(html: String) -> Result<String> {
    let markup = without_comments(&html);
    let policy = markup.split_once("http-equiv=\"Content-Security-Policy\"").map(|(_, rest)| rest);
    let policy = policy.context("index.html has no Content-Security-Policy")?.split('>').next().unwrap_or_default();
    let before = markup.find("Content-Security-Policy").unwrap_or_default();
    ensure!(!markup[..before].contains("<script") && !markup[..before].contains("<link"), "the policy must come first");
    let words = ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "style-src 'self';", "base-uri 'none'"];
    for word in words {
        ensure!(policy.contains(word), "the policy of index.html has no {word:?}: {policy}");
    }
    for tag in markup.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').context("a tag of index.html has no end")?;
        let name = tag.split_whitespace().next().unwrap_or_default();
        let is_handler = |word: &str| word.starts_with("on") && word.contains('=');
        ensure!(name != "style", "index.html has a style sheet in it, which its policy does not allow");
        ensure!(
            name != "script" || (tag.contains(" src=") && text.trim().is_empty()),
            "a script in index.html: <{tag}>"
        );
        ensure!(!tag.split_whitespace().any(|word| word.starts_with("style=") || is_handler(word)), "<{tag}> has code");
        ensure!(!tag.contains("javascript:"), "<{tag}> has code");
    }
    Ok(html)
}

fn without_comments(html: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, comment)) = rest.split_once("<!--") {
        kept.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    kept + rest
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
    fn the_index_has_a_strict_policy_and_nothing_that_it_does_not_allow() {
        let index = fs::read_to_string(root().join("index.html")).unwrap();
        allowed(index.clone()).unwrap();
        for code in [
            "<script>alert(1)</script>",
            "<script src=\"a.js\">alert(1)</script>",
            "<style>p { color: red }</style>",
            "<p style=\"color: red\">",
            "<p\n onclick=\"alert(1)\">",
            "<a href=\"javascript:alert(1)\">",
        ] {
            let with_code = index.replacen("</body>", &format!("{code}</body>"), 1);
            assert!(allowed(with_code).is_err(), "{code}");
        }
        assert!(allowed(index.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-inline'")).is_err());
        assert!(allowed(index.replace("Content-Security-Policy", "X")).is_err());
    }

    #[test]
    fn only_what_trunk_serves_may_speak_to_trunk() {
        let index = fs::read_to_string(root().join("index.html")).unwrap();
        let served = with_leave_for_trunk(&index).unwrap();
        assert!(served.contains("script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval';"), "{served}");
        assert!(served.contains("connect-src 'self' ws: wss:;"), "{served}");
        assert!(allowed(served).is_err());
    }

    #[test]
    fn what_trunk_adds_while_it_serves_asks_for_nothing() {
        let html = "<script>const url = '{{__TRUNK_ADDRESS__}}'; const f = () => {{ a: 1 }}; if (x) {{}}</script>\n";
        assert_eq!(with_names(html, &[]).unwrap(), html);
    }
}
