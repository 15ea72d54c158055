//! The style sheets as one file: each file is a request more, and a phone on a school's Wi-Fi waits for every one.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// The sheet at `path` with those that it imports in their places, without comments and indentation.
///
/// # Errors
/// If a sheet cannot be read.
pub fn joined(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut style = String::new();
    for line in without_comments(&text).lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("@import \"").and_then(|rest| rest.strip_suffix("\";")) {
            Some(import) => style.push_str(&joined(&path.with_file_name(import))?),
            None => {
                style.push_str(line);
                style.push('\n');
            }
        }
    }
    Ok(style)
}

/// The same sheet without its comments. A string that holds the beginning of one would be cut, and is an error to write.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, comment)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::root;

    #[test]
    fn comments_and_indentation_go_and_rules_stay() {
        assert_eq!(without_comments("a /* b */ { c: d }/* e\n */\nf {}"), "a  { c: d }\nf {}");
    }

    #[test]
    fn every_sheet_is_imported_once() {
        let main = fs::read_to_string(root().join("style/main.css")).unwrap();
        for entry in fs::read_dir(root().join("style")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let imports = main.matches(&format!("@import \"{name}\";")).count();
            assert_eq!(imports, usize::from(name != "main.css"), "{name}");
        }
        let style = joined(&root().join("style/main.css")).unwrap();
        assert!(!style.contains("@import") && !style.contains("/*"), "all are in their places");
        assert_eq!(style.matches('{').count(), style.matches('}').count());
    }
}
