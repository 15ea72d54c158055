//! Links to optimizers on surfaces, lawful and hostile, for a random user.

use crate::random_numbers::Random;
use anyhow::{Context, Result};

/// What such links may name.
#[derive(Debug)]
pub struct Surfaces {
    functions: Vec<String>,
    methods: Vec<String>,
}

impl Surfaces {
    /// Reads them by what gives the names of a closed set.
    ///
    /// # Errors
    /// If the sources are not written as expected.
    pub fn read(names: impl Fn(&str) -> Option<Vec<String>>) -> Result<Self> {
        let of = |choice: &str| names(choice).with_context(|| format!("no names of {choice}"));
        Ok(Self { functions: of("Function")?, methods: of("Method")? })
    }

    /// Pairs that mean well: a function, a start, some optimizers and their numbers.
    pub fn lawful(&self, random: &mut Random) -> String {
        let function = random.of(&self.functions).clone();
        let mut parts = vec![format!("surface={function}")];
        if ["quadratic", "ravine"].contains(&function.as_str()) {
            parts.push(format!("kappa={:.1}&angle={}", random.between(1.0, 200.0), random.below(91)));
        }
        if function == "online" {
            parts.push(format!("c={:.1}&start={:.2}", random.between(2.2, 20.0), random.between(-1.0, 1.0)));
        } else {
            parts.push(format!("start={:.2},{:.2}", random.between(-4.0, 4.0), random.between(-3.0, 3.0)));
        }
        if random.once_in(2) {
            let most = if random.once_in(10) { 10_001 } else { 300 };
            parts.push(format!("steps={}", random.below(most)));
        }
        let paths = (0..=random.below(4)).map(|_| {
            let lr = random.between(-5.0_f64, 0.5).exp2();
            format!("{}:lr={lr:.4}", random.of(&self.methods))
        });
        parts.push(format!("paths={}", paths.collect::<Vec<_>>().join(";")));
        parts.join("&")
    }

    /// Pairs that do not.
    pub fn hostile(&self, random: &mut Random, texts: &[&str]) -> String {
        let name = *random.of(&["surface", "kappa", "angle", "c", "start", "steps", "paths"]);
        let text = *random.of(texts);
        let method = random.of(&self.methods);
        let value = match random.below(4) {
            0 => text.to_owned(),
            1 => format!("{method}:lr={text};{text};{method}:{text}=1"),
            2 => format!("{text},{text}"),
            _ => random.of(&["sgd;", "adam:", ",", "1,"]).repeat(1 << random.below(12)),
        };
        format!("surface={}&{name}={value}", random.of(&self.functions))
    }
}
