//! The two WebAssembly modules: compiled, taken apart, bound to JavaScript, made small, and named.
//!
//! Trunk makes everything else of the page, and calls this through its hook (`Trunk.toml`), because between the compiler
//! and wasm-bindgen it has no room for the program that takes a module apart.
//!
//! A *part* is code that is fetched when it is first used: what `#[wasm_split(name)]` functions alone reach. Beside
//! `app-HASH_bg.wasm`, which is fetched at once, there are `app-HASH_NAME.wasm` and, where several parts share code that
//! the module itself does not use, `app-HASH_chunk_N.wasm`. The script of a module knows the fingerprint of each of its
//! parts, and the browser refuses any other file in its place: code of two builds never meets.

use crate::build::Profile;
use crate::command::{self, target_folder};
use crate::order;
use crate::tools::{Shrinker, Tools, WASM_TARGET, wasm_cargo};
use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The script that wasm-split writes; the modules import their loaders from it.
const LOADERS: &str = "./__wasm_split.js";

/// How a part is fetched and checked. In the place of wasm-split's own way, which needs a host that names the type of
/// WebAssembly files, and takes any file.
const FETCH_PART: &str = include_str!("fetch_part.js");

/// What the script of the page's module does when it is there. As a file of its own it would be one more to wait for.
const START_PAGE: &str = include_str!("start_page.js");

/// One of the two modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Module {
    /// What draws and speaks, on the page's main thread.
    Page,
    /// What trains, in a worker.
    Worker,
}

impl Module {
    const ALL: [Self; 2] = [Self::Page, Self::Worker];

    /// The binary in Cargo.toml.
    const fn bin(self) -> &'static str {
        match self {
            Self::Page => "app",
            Self::Worker => "worker",
        }
    }

    /// Its profile in Cargo.toml.
    const fn cargo_profile(self, profile: Profile) -> &'static str {
        match (self, profile) {
            (Self::Page, Profile::Release) => "page",
            (Self::Worker, Profile::Release) => "release",
            (Self::Page, Profile::Quick) => "quick-page",
            (Self::Worker, Profile::Quick) => "quick",
        }
    }

    /// Decided by gzipped bytes for the page and by speed for the worker.
    const fn wasm_opt_level(self) -> &'static str {
        match self {
            Self::Page => "-Oz",
            Self::Worker => "-O3",
        }
    }
}

/// Compiles both modules.
///
/// # Errors
/// If the compiler fails.
pub fn compile(profile: Profile) -> Result<()> {
    Module::ALL.into_iter().try_for_each(|module| {
        let mut cargo = wasm_cargo();
        cargo.args(["build", "--target", WASM_TARGET, "--bin", module.bin()]);
        cargo.args(["--profile", module.cargo_profile(profile)]);
        match module {
            Module::Page => cargo.args(["--features", "parts"]),
            // Without all that draws, which it would only wait for.
            Module::Worker => cargo.arg("--no-default-features"),
        };
        command::run(&mut cargo)
    })
}

/// Puts both modules into the folder of a page; returns their names, each with its place in the index.
///
/// # Errors
/// If a tool fails, or finds something else than was expected.
pub fn stage(tools: &Tools, profile: Profile, folder: &Path) -> Result<Vec<(&'static str, String)>> {
    compile(profile)?;
    let (wasm_opt, esbuild) = match profile {
        Profile::Release => (Shrinker::wasm_opt()?, Shrinker::esbuild()?),
        Profile::Quick => (None, None),
    };
    if profile == Profile::Release && (wasm_opt.is_none() || esbuild.is_none()) {
        println!("No npm to install binaryen and esbuild: modules and scripts stay larger than they could be.");
    }
    // The compiled module has the sources of this file in its version (build.rs), but not what this machine has of tools.
    let recipe = format!("{:?} {:?}", wasm_opt.is_some(), esbuild.is_some());
    let mut names = Vec::new();
    for module in Module::ALL {
        let compiled = target_folder()
            .join(WASM_TARGET)
            .join(module.cargo_profile(profile))
            .join(module.bin())
            .with_extension("wasm");
        // Its own name in the cache of a browser. Worker files have their version in the address's query (worker_loader.js).
        let name = match module {
            Module::Page => {
                format!("app-{}", fingerprint(&[fs::read(&compiled)?, recipe.as_bytes().to_vec()].concat()))
            }
            Module::Worker => "worker".to_owned(),
        };
        let work = target_folder().join("modules").join(format!("{}-{}", module.bin(), profile.name()));
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        let files = take_apart_and_bind(tools, &compiled, &name, &work)?;
        if let Some(wasm_opt) = &wasm_opt {
            files.optimize(wasm_opt, module.wasm_opt_level())?;
        }
        files.put_into(folder, &name)?;
        let script = folder.join(&name).with_extension("js");
        if module == Module::Page {
            let bound = fs::read_to_string(&script)?;
            ensure!(bound.contains("function __wbg_init("), "{} has no function to start it", script.display());
            fs::write(&script, bound + START_PAGE)?;
        }
        if let Some(esbuild) = &esbuild {
            minify(esbuild, &script, "es2022")?;
        }
        names.push((module.bin(), name));
    }
    Ok(names)
}

/// A module and its parts, with the script that loads them.
struct Files {
    main: PathBuf,
    script: PathBuf,
    loaders: PathBuf,
    parts: Vec<PathBuf>,
}

fn take_apart_and_bind(tools: &Tools, compiled: &Path, name: &str, work: &Path) -> Result<Files> {
    let (split, bound) = (work.join("split"), work.join("bound"));
    fs::create_dir_all(&split)?;
    let mut wasm_split = tools.wasm_split()?;
    command::run(wasm_split.args(["--target", "web", "--out-name", name]).arg(compiled).arg(&split))?;
    let mut bindgen = tools.wasm_bindgen()?;
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", name, "--out-dir"]);
    command::run(bindgen.arg(&bound).arg(split.join(name).with_extension("wasm")))?;
    let main = bound.join(format!("{name}_bg.wasm"));
    let is_part = |path: &PathBuf| {
        let file = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        file.ends_with(".wasm") && (file.starts_with("split_") || file.starts_with("chunk_"))
    };
    let parts = crate::sizes::files(&split)?.into_iter().filter(is_part).collect();
    Ok(Files { main, script: bound.join(name).with_extension("js"), loaders: split.join(LOADERS), parts })
}

impl Files {
    fn optimize(&self, wasm_opt: &Shrinker, level: &str) -> Result<()> {
        for module in std::iter::once(&self.main).chain(&self.parts) {
            optimize(wasm_opt, level, module)?;
        }
        Ok(())
    }

    fn put_into(&self, folder: &Path, name: &str) -> Result<()> {
        let mut loaders = fs::read_to_string(&self.loaders)?;
        for part in &self.parts {
            let file = part.file_name().and_then(OsStr::to_str).context("a part has a name")?;
            let bytes = fs::read(part)?;
            let public = format!("{name}_{}", file.trim_start_matches("split_"));
            let integrity = format!("sha256-{}", BASE64.encode(Sha256::digest(&bytes)));
            let fetch = format!("fetch(new URL(\"./{file}\", import.meta.url))");
            ensure!(loaders.contains(&fetch), "{} does not fetch {file}", self.loaders.display());
            loaders = loaders.replace(&fetch, &format!("fetchPart(\"./{public}\", \"{integrity}\")"));
            fs::write(folder.join(public), bytes)?;
        }
        let script = fs::read_to_string(&self.script)?;
        let script = with_loaders(&script, &loaders).with_context(|| format!("{}", self.script.display()))?;
        fs::write(folder.join(name).with_extension("js"), script)?;
        fs::copy(&self.main, folder.join(format!("{name}_bg.wasm")))?;
        Ok(())
    }
}

/// Makes a module smaller or faster, and what is sent of it smaller yet.
///
/// # Errors
/// If wasm-opt fails.
pub fn optimize(wasm_opt: &Shrinker, level: &str, module: &Path) -> Result<()> {
    let optimized = module.with_extension("wasm.opt");
    let run = |pass: &str| {
        command::run(
            wasm_opt.command().args([pass, "--quiet"]).args(WASM_FEATURES).arg(module).arg("-o").arg(&optimized),
        )
    };
    run(level)?;
    fs::write(module, order::named_by_likeness(&fs::read(&optimized)?)?)?;
    run("--reorder-functions-by-name")?;
    fs::rename(&optimized, module)?;
    Ok(())
}

/// Makes a script smaller, which browsers of an age may read.
///
/// # Errors
/// If esbuild fails.
pub fn minify(esbuild: &Shrinker, script: &Path, age: &str) -> Result<()> {
    command::run(
        esbuild
            .command()
            .arg(script)
            .args([
                "--minify",
                "--log-level=warning",
                "--log-override:duplicate-object-key=silent",
                "--allow-overwrite",
            ])
            .arg(format!("--target={age}"))
            .arg(format!("--outfile={}", script.display())),
    )
}

/// The script of a module with the loaders of its parts in it: as a file of their own they would be one more to wait
/// for, and would import the module's script by a name without its version.
fn with_loaders(script: &str, loaders: &str) -> Result<String> {
    const EXPORT: &str = "export const ";
    // One for each part, of the same file.
    let imports: Vec<&str> =
        script.lines().filter(|line| line.starts_with("import ") && line.contains(LOADERS)).collect();
    if imports.is_empty() {
        ensure!(!loaders.contains(EXPORT), "the script asks for no loader, and there are some");
        return Ok(script.to_owned());
    }
    let own = "import { initSync } from ";
    ensure!(loaders.lines().filter(|line| line.starts_with("import ")).all(|line| line.starts_with(own)), "{loaders}");
    let names: Vec<&str> = loaders
        .lines()
        .filter_map(|line| line.strip_prefix(EXPORT))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let body: String = loaders
        .lines()
        .filter(|line| !line.starts_with(own))
        .map(|line| format!("{}\n", line.replace(EXPORT, "const ")))
        .collect::<String>()
        .replace("WebAssembly.instantiateStreaming(src, imports)", "WebAssembly.instantiate(await src, imports)");
    ensure!(!body.contains("Streaming"), "the loaders instantiate in an unknown way");
    // It calls `initSync`, which is there before anything runs, wherever it stands.
    let object =
        format!("const partLoaders = (() => {{\n{FETCH_PART}{body}return {{ {} }};\n}})();\n", names.join(", "));
    let mut joined = script.to_owned();
    for (index, import) in imports.into_iter().enumerate() {
        let name = import.strip_prefix("import * as ").and_then(|rest| rest.split_once(" from ")).map(|(name, _)| name);
        let name = name.with_context(|| format!("cannot read {import:?}"))?;
        let object = if index == 0 { object.as_str() } else { "" };
        joined = joined.replacen(&format!("{import}\n"), &format!("{object}const {name} = partLoaders;\n"), 1);
    }
    Ok(joined)
}

/// A short name for contents.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "import * as import1 from \"./__wasm_split.js\"\nimport * as import2 from \"./__wasm_split.js\"\n\nfunction initSync() {}\nexport { initSync };\n";
    const PARTS: &str = "import { initSync } from \"./app.js\";\n\
        export const __wasm_split_load_layer = wrap(() => { const src = fetchPart(\"./a\", \"b\");\n\
        return async (imports) => (WebAssembly.instantiateStreaming(src, imports)); });\n";

    #[test]
    fn the_loaders_become_an_object_of_the_script() {
        let joined = with_loaders(SCRIPT, PARTS).unwrap();
        assert!(joined.starts_with("const partLoaders = (() => {\n"), "{joined}");
        assert!(joined.contains("\nconst import1 = partLoaders;\nconst import2 = partLoaders;\n"), "{joined}");
        assert!(joined.contains("\nconst __wasm_split_load_layer = wrap("), "{joined}");
        assert!(joined.contains("return { __wasm_split_load_layer };"), "{joined}");
        assert!(!joined.contains("__wasm_split.js") && !joined.contains("Streaming"), "{joined}");
        assert!(joined.contains("export { initSync };"), "the rest stays: {joined}");
    }

    #[test]
    fn a_module_without_parts_keeps_its_script() {
        assert_eq!(
            with_loaders("export {};\n", "import { initSync } from \"./worker.js\";\n").unwrap(),
            "export {};\n"
        );
    }

    #[test]
    fn loaders_that_nobody_asks_for_are_an_error() {
        assert!(with_loaders("export {};\n", PARTS).is_err());
    }
}
