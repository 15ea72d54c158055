//! Which source file imports which, read off the sources, and the circles among them.
//!
//! Read are the paths that begin with `crate`, `super`, `self` or a module of the file itself, in `use` declarations and
//! wherever else they stand. A path counts for the file that has the item: through re-exports to where they come from,
//! or for the module's own file. What a file declares or only passes on (`mod x;`, `pub use x::Y;`) it does not import.
//! Tests may import anything, so `#[cfg(test)]` and `*_tests.rs` are left out.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path from the crate's root: `["plot", "frame"]`; the root's is empty.
type Module = Vec<String>;

/// Who imports whom.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// A source file as a module.
struct File {
    name: String,
    tokens: Vec<String>,
    /// The modules that it declares.
    children: BTreeSet<String>,
    /// The names that it passes on from its own modules, with their paths.
    passed_on: BTreeMap<String, Module>,
}

/// The imports between source files, given as their paths in `src` with their texts.
pub fn imports(sources: &BTreeMap<String, String>) -> Graph {
    let mut files: BTreeMap<Module, File> = sources
        .iter()
        .filter(|(name, _)| !name.ends_with("_tests.rs") && !name.starts_with("bin/"))
        .map(|(name, text)| {
            let tokens = without_tests(tokens(text));
            let file = File { name: name.clone(), children: children(&tokens), passed_on: BTreeMap::new(), tokens };
            (module_of(name), file)
        })
        .collect();
    for (module, file) in &mut files {
        file.passed_on = passed_on(module, file);
    }
    let mut graph = Graph::new();
    for (module, file) in &files {
        let found = graph.entry(file.name.clone()).or_default();
        for path in paths(module, file) {
            let imported = &files[&resolve(&files, &path)].name;
            if *imported != file.name {
                found.insert(imported.clone());
            }
        }
    }
    graph
}

/// The circles: the shortest one through every node that is in any and not in one told before.
pub fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for start in graph.keys() {
        if !found.iter().flatten().any(|told| told == start) {
            found.extend(circle_through(graph, start));
        }
    }
    found
}

/// The imports between the files and folders of each folder: for every folder its name and its graph. A folder's own
/// `mod.rs` stands beside the others as a file.
pub fn by_folder(graph: &Graph) -> BTreeMap<String, Graph> {
    let mut folders: BTreeMap<String, Graph> = BTreeMap::new();
    for (from, imported) in graph {
        for to in imported {
            let (a, b) = (places(from), places(to));
            let shared = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
            let folder = folders.entry(a[..shared].join("/")).or_default();
            let names = [&a[shared], &b[shared]].map(|name| name.clone());
            folder.entry(names[1].clone()).or_default();
            folder.entry(names[0].clone()).or_default().insert(names[1].clone());
        }
    }
    folders
}

/// The folders on the way to a file, and the file; `x.rs` is a part of the folder `x` that it declares the modules of.
fn places(file: &str) -> Vec<String> {
    let mut places: Vec<String> = file.split('/').map(str::to_owned).collect();
    let last = places.pop().unwrap_or_default();
    if last != "mod.rs" {
        places.push(last.trim_end_matches(".rs").to_owned());
    }
    places.push("mod.rs".into());
    places
}

/// The shortest way from a node back to it, with the node at both ends.
fn circle_through(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = std::collections::VecDeque::from([start]);
    while let Some(node) = waiting.pop_front() {
        for next in graph.get(node).into_iter().flatten() {
            if next == start {
                let mut way = vec![start.to_owned(), node.to_owned()];
                while way[way.len() - 1] != start {
                    let last = before[way[way.len() - 1].as_str()];
                    way.push(last.to_owned());
                }
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(next.as_str()) {
                before.insert(next, node);
                waiting.push_back(next);
            }
        }
    }
    None
}

fn module_of(file: &str) -> Module {
    let mut module: Module = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

/// The file that has what a path names.
fn resolve(files: &BTreeMap<Module, File>, path: &[String]) -> Module {
    let mut module = Module::new();
    for (place, name) in path.iter().enumerate() {
        let file = &files[&module];
        let mut child = module.clone();
        child.push(name.clone());
        if file.children.contains(name) && files.contains_key(&child) {
            module = child;
        } else if let Some(origin) = file.passed_on.get(name) {
            return resolve(files, &[&origin[..], &path[place + 1..]].concat());
        } else {
            break;
        }
    }
    module
}

/// The modules `mod x;` that a file declares.
fn children(tokens: &[String]) -> BTreeSet<String> {
    let declared = tokens.windows(3).filter(|three| three[0] == "mod" && three[2] == ";");
    declared.map(|three| three[1].clone()).collect()
}

/// The names that a file passes on from its own modules, `pub use x::{Y, Z as W};`, with what they stand for.
fn passed_on(module: &Module, file: &File) -> BTreeMap<String, Module> {
    let mut found = BTreeMap::new();
    for (start, end) in uses(&file.tokens) {
        if !is_public(&file.tokens, start) {
            continue;
        }
        for (path, name) in leaves(&file.tokens[start + 1..end]) {
            if !is_rooted(&file.children, &path[0]) {
                continue;
            }
            let path = absolute(module, &path);
            if path.len() > module.len() && path.starts_with(module) {
                found.insert(name, path);
            }
        }
    }
    found
}

/// The absolute paths that a file names and does not only pass on.
fn paths(module: &Module, file: &File) -> Vec<Module> {
    let uses = uses(&file.tokens);
    let outside: Vec<&String> = file
        .tokens
        .iter()
        .enumerate()
        .filter(|(index, _)| !uses.iter().any(|(start, end)| (start..end).contains(&index)))
        .map(|(_, token)| token)
        .collect();
    let mut found = Vec::new();
    let mut index = 0;
    while index < file.tokens.len() {
        if let Some((start, end)) = uses.iter().find(|(start, _)| *start == index) {
            for (path, name) in leaves(&file.tokens[start + 1..*end]) {
                if is_rooted(&file.children, &path[0]) {
                    let path = absolute(module, &path);
                    let is_passed_on = is_public(&file.tokens, *start) && file.passed_on.get(&name) == Some(&path);
                    if !is_passed_on || outside.contains(&&name) {
                        found.push(path);
                    }
                }
            }
            index = *end;
        } else {
            let begins = file.tokens.get(index + 1).is_some_and(|next| next == "::");
            let goes_on = index > 0 && file.tokens[index - 1] == "::";
            if begins && !goes_on && is_rooted(&file.children, &file.tokens[index]) {
                let mut path = vec![file.tokens[index].clone()];
                while file.tokens.get(index + 1).is_some_and(|next| next == "::") {
                    path.extend(file.tokens.get(index + 2).cloned());
                    index += 2;
                }
                found.push(absolute(module, &path));
            }
            index += 1;
        }
    }
    found
}

fn is_rooted(children: &BTreeSet<String>, first: &str) -> bool {
    matches!(first, "crate" | "super" | "self") || children.contains(first)
}

/// The path from the crate's root; of one that begins with a module of the file itself too.
fn absolute(module: &Module, path: &[String]) -> Module {
    let mut absolute = if path[0] == "crate" { Module::new() } else { module.clone() };
    for (index, name) in path.iter().enumerate() {
        match name.as_str() {
            "crate" | "self" if index == 0 => {}
            "super" => _ = absolute.pop(),
            _ => absolute.push(name.clone()),
        }
    }
    absolute
}

/// Where each `use` stands, and the `;` that ends it.
fn uses(tokens: &[String]) -> Vec<(usize, usize)> {
    let starts = tokens.iter().enumerate().filter(|(_, token)| *token == "use").map(|(index, _)| index);
    let end = |start: usize| start + tokens[start..].iter().position(|token| token == ";").unwrap_or(0);
    // `impl Trait + use<…>` is another word.
    starts.filter(|&start| tokens[start + 1] != "<").map(|start| (start, end(start))).collect()
}

/// Whether the item that begins here is public to anyone: `pub use` or `pub(…) use`.
fn is_public(tokens: &[String], start: usize) -> bool {
    start > 0 && (tokens[start - 1] == "pub" || tokens[start - 1] == ")")
}

/// The paths of a `use`, each with the name that it brings; `*` brings the module itself.
fn leaves(tokens: &[String]) -> Vec<(Module, String)> {
    let mut found = Vec::new();
    let mut path = Module::new();
    let mut index = 0;
    while index < tokens.len() {
        match tokens[index].as_str() {
            "::" | "*" => {}
            "as" => {
                let name = tokens[index + 1].clone();
                return vec![(path, name)];
            }
            "{" => {
                let (mut depth, mut begin) = (0, index + 1);
                for at in index..tokens.len() {
                    match tokens[at].as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    if (depth == 1 && tokens[at] == ",") || depth == 0 {
                        for (rest, name) in leaves(&tokens[begin..at]) {
                            let is_self = rest == ["self"];
                            let rest = if is_self { Module::new() } else { rest };
                            let name = if is_self { path.last().cloned().unwrap_or_default() } else { name };
                            found.push(([path.clone(), rest].concat(), name));
                        }
                        begin = at + 1;
                    }
                    if depth == 0 {
                        break;
                    }
                }
                return found;
            }
            name => path.push(name.to_owned()),
        }
        index += 1;
    }
    if let Some(name) = path.last().cloned() {
        found.push((path, name));
    }
    found
}

/// The tokens without the items that are compiled for tests alone.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut index = 0;
    while index < tokens.len() {
        if tokens[index..].iter().take(MARK.len()).eq(MARK.iter()) {
            let mut depth = 0;
            loop {
                match tokens[index].as_str() {
                    "{" | "(" | "[" => depth += 1,
                    "}" | ")" | "]" => depth -= 1,
                    _ => {}
                }
                let ends = tokens[index] == ";" || tokens[index] == "}";
                index += 1;
                if depth == 0 && ends || index == tokens.len() {
                    break;
                }
            }
        } else {
            kept.push(tokens[index].clone());
            index += 1;
        }
    }
    kept
}

/// Words, `::` and single signs, without comments, literals and lifetimes.
fn tokens(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let at = |index: usize| letters.get(index).copied().unwrap_or('\0');
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut found: Vec<String> = Vec::new();
    let mut index = 0;
    while index < letters.len() {
        let letter = at(index);
        let start = index;
        if letter == '/' && at(index + 1) == '/' {
            while index < letters.len() && at(index) != '\n' {
                index += 1;
            }
        } else if letter == '/' && at(index + 1) == '*' {
            index += 2;
            while index < letters.len() && !(at(index - 1) == '*' && at(index) == '/' && index > start + 2) {
                index += 1;
            }
            index += 1;
        } else if letter == 'r'
            && (at(index + 1) == '"' || (at(index + 1) == '#' && matches!(at(index + 2), '"' | '#')))
        {
            let hashes = letters[index + 1..].iter().take_while(|letter| **letter == '#').count();
            index += hashes + 2;
            let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            while index < letters.len() && !letters[index..].starts_with(&end) {
                index += 1;
            }
            index += end.len();
        } else if letter == '"' {
            index += 1;
            while index < letters.len() && at(index) != '"' {
                index += if at(index) == '\\' { 2 } else { 1 };
            }
            index += 1;
        } else if letter == '\'' {
            // 'a' and '\n' are letters, 'a without an end is a lifetime.
            if at(index + 1) == '\\' {
                index += 3;
                while index < letters.len() && at(index) != '\'' {
                    index += 1;
                }
                index += 1;
            } else if at(index + 2) == '\'' {
                index += 3;
            } else {
                index += 1;
                while is_word(at(index)) {
                    index += 1;
                }
            }
        } else if is_word(letter) {
            while is_word(at(index)) {
                index += 1;
            }
            found.push(letters[start..index].iter().collect());
        } else if letter == ':' && at(index + 1) == ':' {
            found.push("::".into());
            index += 2;
        } else {
            if !letter.is_whitespace() {
                found.push(letter.into());
            }
            index += 1;
        }
    }
    found
}
