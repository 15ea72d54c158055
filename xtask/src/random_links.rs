//! Links to the page, lawful and hostile, for a random user.
//!
//! What is lawful is read in the sources of the page, so a new parameter is tried as soon as it is there.

use crate::command::root;
use crate::random_numbers::Random;
use crate::random_surfaces::Surfaces;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// What links may say.
#[derive(Debug)]
pub struct Keys(Vec<Key>, Surfaces);

#[derive(Debug, PartialEq)]
struct Key {
    name: String,
    values: Values,
    /// A word in the place of a number.
    word: Option<String>,
    /// Whether it means something of sequences alone.
    is_of_sequences: bool,
}

#[derive(Debug, PartialEq)]
enum Values {
    Integers(f64, f64),
    Reals(f64, f64),
    Names(Vec<String>),
    Switch,
}

/// What makes a network or its data large.
const SIZES: [&str; 6] = ["depth", "width", "hidden", "length", "samples", "batch"];

/// The sizes that most links keep to, of which a step takes some milliseconds.
const MOST: f64 = 40.0;

/// Texts that no parameter allows, or that are at the edge of it. What a page might write itself (`NaN`, `undefined`) is
/// spelt in other letters, so that its echo can be told from it.
const TEXTS: [&str; 30] = [
    "",
    "nan",
    "INF",
    "-INF",
    "Null",
    "Undefined",
    "-1",
    "0",
    "-0",
    "1e999",
    "1e-999",
    "4294967296",
    "18446744073709551616",
    "0x10",
    "1,5",
    "1.5.5",
    "--3",
    "+",
    ".",
    "e",
    "1e",
    "٣",
    "½",
    "−3",
    " 3 ",
    "3\u{a0}",
    "\u{202e}3",
    "full",
    "max",
    "🙂",
];

/// What someone might type where words are asked for: known and unknown ones, and texts that are long enough to learn from, in
/// some scripts, with line ends of each kind and marks that turn or join their neighbours.
const PASSAGES: [&str; 8] = [
    "the film was not as bad as they said",
    "这部电影一点也不好看",
    "zyzzyva, qat & \u{1d4d0}",
    "   \n \t\r\n  ",
    "The ferry leaves at six.\r\nWho comes at seven sees the water, and at eight the ferry again.\rIt is not in a hurry.\n",
    "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。白日依山尽，黄河入海流。欲穷千里目，更上一层楼。床前明月光，疑是地上霜。举头望明月，低头思故乡。\
        千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。",
    "أبجد هوز حطي كلمن سعفص قرشت ثخذ ضظغ \u{202e}abc\u{202c} أبجد هوز حطي كلمن سعفص قرشت ثخذ ضظغ أبجد هوز حطي كلمن",
    "👩\u{200d}🔬 e\u{301} \u{200b}\u{feff}🏳\u{fe0f}\u{200d}🌈 n\u{303} ab ba aab baa abab baba aabb bbaa abba baab ab ba aab baa abab",
];

/// Fragments, or parts of them, that nobody means well.
const GARBAGE: [&str; 22] = [
    "%",
    "%%%",
    "%zz",
    "%E0%A4%A",
    "%00",
    "%F0%9F%98%80",
    "&&&&",
    "====",
    "=",
    "&=&",
    "#",
    "##",
    "?a=b",
    "v=0",
    "v=2",
    "v=1&v=1",
    "v=99999999999999999999",
    "depth",
    "depth=",
    "=depth",
    "<img src=x onerror=alert(1)>",
    "'\";</script>",
];

impl Keys {
    /// Reads them in the table of parameters and in the lists of names.
    ///
    /// # Errors
    /// If the sources are not written as expected.
    pub fn read() -> Result<Self> {
        let sources = root().join("src");
        let table = fs::read_to_string(sources.join("experiment/table.rs")).context("no table of parameters")?;
        let mut choices = String::new();
        gather(&sources, &mut choices)?;
        let (_, rows) = table.split_once("$macro! {").context("the table has no rows")?;
        // Each row stands behind its documentation.
        let keys = rows.split("///").filter_map(|row| key(row, &choices)).collect::<Vec<_>>();
        ensure!(keys.len() > 20, "only {} parameters were understood in the table", keys.len());
        Ok(Self(keys, Surfaces::read(|choice| names(&choices, choice))?))
    }

    /// A fragment without `#` that means well: some parameters with values that they allow.
    pub fn lawful(&self, random: &mut Random) -> String {
        let is_large = random.once_in(25);
        let mut parts = Vec::new();
        // Most of what is there asks which kind of network it is.
        if random.once_in(3)
            && let Some(model) = self.0.iter().find(|key| key.name == "model")
        {
            let model = model.lawful(random, is_large);
            let has_sequences = model != "mlp";
            parts.push(format!("model={model}"));
            // And of what means something of sequences alone, two or three hardly ever come together by chance.
            if has_sequences && let Some(task) = self.0.iter().find(|key| key.name == "task") {
                parts.push(format!("task={}", task.lawful(random, is_large)));
                let of_sequences = self.0.iter().filter(|key| key.is_of_sequences).collect::<Vec<_>>();
                for _ in 0..random.below(4) {
                    let key = random.of(&of_sequences);
                    parts.push(format!("{}={}", key.name, key.lawful(random, is_large)));
                }
            }
        }
        let count = 1 + random.below(8);
        for _ in 0..count {
            let key = random.of(&self.0);
            parts.push(format!("{}={}", key.name, key.lawful(random, is_large)));
        }
        // Large networks are for those who ask for them, not for a product of two middling sizes.
        for name in SIZES {
            if is_large && random.once_in(2) {
                let key = self.0.iter().find(|key| key.name == name);
                parts.extend(key.map(|key| format!("{name}={}", key.lawful(random, true))));
            }
        }
        if random.once_in(3) {
            parts.push("speed=max&run=1".into());
        }
        if random.once_in(12) {
            parts.push(self.1.lawful(random));
        } else if random.once_in(10) {
            parts.extend(self.swept(random));
        } else if random.once_in(6) {
            parts.extend(self.compared(random, is_large));
        }
        parts.join("&")
    }

    /// Runs beside the first, each by what it differs in.
    fn compared(&self, random: &mut Random, is_large: bool) -> Vec<String> {
        let run = |random: &mut Random| {
            let difference = |random: &mut Random| {
                let key = random.of(&self.0);
                format!("{}:{}", key.name, key.lawful(random, is_large))
            };
            let differences: Vec<String> = (0..random.below(4)).map(|_| difference(random)).collect();
            format!("vs={}", differences.join(","))
        };
        let mut parts: Vec<String> = (0..=random.below(3)).map(|_| run(random)).collect();
        if random.once_in(2) {
            parts.push("pace=free".into());
        }
        parts
    }

    /// A map of some runs: one or two parameters with a few values each.
    fn swept(&self, random: &mut Random) -> Vec<String> {
        let axis = |random: &mut Random| {
            let key = random.of(&self.0);
            let values: Vec<String> = (0..=random.below(4)).map(|_| key.lawful(random, false)).collect();
            let is_range = matches!(key.values, Values::Integers(..) | Values::Reals(..)) && random.once_in(2);
            let values = match (is_range, values.first(), values.last()) {
                (true, Some(from), Some(to)) => format!("{from}..{to}*{}", 1 + random.below(6)),
                _ => values.join(","),
            };
            format!("sweep={}:{values}", key.name)
        };
        let mut parts: Vec<String> = (0..=random.below(2)).map(|_| axis(random)).collect();
        if random.once_in(2) {
            parts.push(format!("seeds={}", 1 + random.below(4)));
        }
        if random.once_in(2) {
            let outcome = random.of(&["factor", "loss", "accuracy", "steps:0.3", "verdict:dead", "verdict:trained"]);
            parts.push(format!("outcome={outcome}&after={}", random.below(20)));
        }
        parts
    }

    /// A fragment without `#` that does not.
    pub fn hostile(&self, random: &mut Random) -> String {
        let mut parts = Vec::new();
        for _ in 0..=random.below(6) {
            let key = &random.of(&self.0).name;
            let text = random.of(&TEXTS);
            parts.push(match random.below(8) {
                0 | 1 => format!("{key}={text}"),
                // Repeated.
                2 => format!("{key}={text}&{key}={}", random.of(&TEXTS)),
                // With a name of a sibling.
                3 => format!("{key}={}", random.of(&self.0).lawful(random, false)),
                4 => format!("{}={text}", random.of(&["colour", "Depth", "depth ", "__proto__", "constructor", ""])),
                5 if random.once_in(2) => format!("vs={key}:{text},{text}:{key},{}", random.of(&GARBAGE)),
                5 if random.once_in(2) => {
                    let (from, to, count) = (random.of(&TEXTS), random.of(&TEXTS), random.of(&TEXTS));
                    format!("sweep={key}:{from}..{to}*{count}&seeds={text}&outcome={text}&after={text}")
                }
                5 => (*random.of(&GARBAGE)).to_owned(),
                6 => format!("{key}={}", random.of(&["9", "a", "%41", "&a"]).repeat(1 << random.below(13))),
                _ if random.once_in(3) => self.1.hostile(random, &TEXTS),
                _ => self.lawful(random),
            });
        }
        // A megabyte of nothing.
        if random.once_in(150) {
            parts.push("a&v=2&".repeat(170_000));
        }
        parts.join("&")
    }

    /// What someone might type into a field.
    pub fn typed(&self, random: &mut Random) -> String {
        match random.below(5) {
            0 => (*random.of(&TEXTS)).to_owned(),
            1 => random.of(&["9", "x", "1.", "-"]).repeat(1 + random.below(40)),
            2 => (*random.of(&PASSAGES)).to_owned(),
            _ => random.of(&self.0).lawful(random, false),
        }
    }
}

impl Key {
    fn lawful(&self, random: &mut Random, is_large: bool) -> String {
        if let Some(word) = &self.word
            && random.once_in(4)
        {
            return word.clone();
        }
        match &self.values {
            Values::Integers(low, high) => {
                let is_size = SIZES.contains(&self.name.as_str());
                let high = if is_size && !is_large { high.min(low + MOST) } else { *high };
                // A far step is far away: most are near.
                let high = if self.name == "step" && !random.once_in(20) { high.min(500.0) } else { high };
                match random.below(6) {
                    0 => low.to_string(),
                    1 => high.to_string(),
                    _ => logarithmic(random, low.max(1.0), high).round().to_string(),
                }
            }
            Values::Reals(low, high) => match random.below(6) {
                0 => low.to_string(),
                1 => high.to_string(),
                _ if *low > 0.0 => format!("{:.2e}", logarithmic(random, *low, *high).clamp(low * 1.01, high * 0.99)),
                _ => format!("{:.3}", random.between(*low, *high)),
            },
            Values::Names(names) => random.of(names).clone(),
            Values::Switch => random.of(&["0", "1"]).to_string(),
        }
    }
}

/// A number from one to the other, of which each decade is as likely.
fn logarithmic(random: &mut Random, low: f64, high: f64) -> f64 {
    random.between(low.ln(), high.ln()).exp()
}

/// Adds the text of every source.
fn gather(folder: &Path, text: &mut String) -> Result<()> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            gather(&path, text)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(path)?);
        }
    }
    Ok(())
}

/// The parameter of a row `Key field { "name", Type = default, kind, … }`.
fn key(row: &str, choices: &str) -> Option<Key> {
    let (_, row) = row.split_once('{')?;
    let mut quoted = row.splitn(3, '"');
    let (_, name, rest) = (quoted.next()?, quoted.next()?, quoted.next()?);
    let numbers = |kind: &str| {
        let (_, rest) = rest.split_once(kind)?;
        let mut numbers = rest.split([',', ')']).map(|number| match number.trim() {
            "u32::MAX" => Some(f64::from(u32::MAX)),
            number => number.replace('_', "").parse().ok(),
        });
        Some((numbers.next()??, numbers.next()??))
    };
    let values = if let Some((low, high)) = numbers(" integer(") {
        Values::Integers(low, high)
    } else if let Some((low, high)) = numbers(" real(") {
        Values::Reals(low, high)
    } else if let Some((_, kind)) = rest.split_once("one_of::<") {
        Values::Names(names(choices, kind.split('>').next()?)?)
    } else if rest.contains("Kind::Switch") {
        Values::Switch
    } else {
        return None;
    };
    // Constants bear the name of their word.
    let word = rest.split_once(".or(").and_then(|(_, word)| word.split(')').next()?.rsplit("::").next());
    let condition = rest.split_once("when ").map_or("", |(_, condition)| condition);
    let is_of_sequences =
        ["is_recurrent", "Model::Lstm", "Task::Sentiment"].iter().any(|word| condition.contains(word));
    Some(Key { name: name.to_owned(), values, word: word.map(str::to_lowercase), is_of_sequences })
}

/// The names that `choice!` declares for a type.
fn names(choices: &str, choice: &str) -> Option<Vec<String>> {
    let (_, members) = choices.split_once(&format!("    pub enum {choice} {{\n"))?;
    let (members, _) = members.split_once("\n    }")?;
    let name = |line: &str| Some(line.split_once("=> \"")?.1.split('"').next()?.to_owned());
    Some(members.lines().filter_map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_the_table_is_understood() {
        let Keys(keys, _) = Keys::read().unwrap();
        let table = fs::read_to_string(root().join("src/experiment/table.rs")).unwrap();
        let (_, rows) = table.split_once("$macro! {").unwrap();
        assert_eq!(keys.len(), rows.split("///").filter(|row| row.contains('{')).count(), "one a row");
        let key = |name: &str| keys.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(key("depth").values, Values::Integers(1.0, 100.0));
        assert_eq!(key("seed").values, Values::Integers(0.0, f64::from(u32::MAX)));
        assert_eq!(key("lr").values, Values::Reals(1e-6, 10.0));
        assert_eq!(key("batch").word.as_deref(), Some("full"));
        assert_eq!(key("speed").word.as_deref(), Some("max"));
        assert_eq!(key("window").word.as_deref(), Some("full"));
        assert_eq!(key("stop-loss").word.as_deref(), Some("never"));
        assert_eq!(key("run").values, Values::Switch);
        let Values::Names(activations) = &key("activation").values else { panic!("names") };
        assert!(activations.contains(&"leaky-relu".to_owned()), "{activations:?}");
        for name in ["rec-init", "rho", "forget-bias", "stack", "length", "window", "language", "padding"] {
            assert!(key(name).is_of_sequences, "{name}");
        }
        assert!(["width", "task", "batch", "lr"].iter().all(|name| !key(name).is_of_sequences));
        assert!(keys.iter().all(|key| !matches!(&key.values, Values::Names(names) if names.len() < 2)));
    }

    #[test]
    fn the_same_numbers_give_the_same_link() {
        let keys = Keys::read().unwrap();
        for action in 0..50 {
            let mut random = Random::new(3, action);
            let mut again = random.clone();
            assert_eq!(keys.lawful(&mut random), keys.lawful(&mut again));
            assert_eq!(keys.hostile(&mut random), keys.hostile(&mut again));
        }
    }
}
