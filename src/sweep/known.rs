//! What was measured, by experiment: a wider grid, another outcome of the same runs or a way back asks for none of it again.

use super::outcome::{Measured, Need};
use crate::experiment::{Experiment, share};
use std::collections::HashMap;

/// What runs came to, by experiment and by what was asked of them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    runs: HashMap<String, Measured>,
}

/// Of more runs than these the memory is given back, all at once: a run takes about 200 bytes.
const MOST_RUNS: usize = 100_000;

impl Known {
    /// The name of a run and what is asked of it: what a link says of the experiment but for what changes no number.
    pub fn name(experiment: &Experiment, need: Need) -> String {
        let conducted = experiment.conducted_as(&Experiment::default());
        let until = need.until.map(|loss| format!("<{loss:e}")).unwrap_or_default();
        let scored = if need.is_scored { " scored" } else { "" };
        format!("{} {}{until}{scored}", share::to_fragment(&conducted), need.steps)
    }

    /// What a run came to, if it is known.
    pub fn get(&self, name: &str) -> Option<&Measured> {
        self.runs.get(name)
    }

    /// Keeps what a run came to.
    pub fn keep(&mut self, name: String, measured: Measured) {
        if self.runs.len() >= MOST_RUNS && !self.runs.contains_key(&name) {
            self.runs.clear();
        }
        self.runs.insert(name, measured);
    }

    /// How many runs are known.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::run;
    use super::*;
    use crate::experiment::{Key, Speed};

    const NEED: Need = Need { steps: 10, until: None, is_scored: true };

    #[test]
    fn a_run_is_known_by_all_that_changes_its_numbers_and_nothing_else() {
        let experiment = Experiment::default();
        let name = Known::name(&experiment, NEED);
        let paced = Experiment { speed: Speed::Max, step: 40, run: true, stop_at: Some(3), ..experiment.clone() };
        assert_eq!(Known::name(&paced, NEED), name);
        for (key, text) in [(Key::Seed, "8"), (Key::Depth, "13"), (Key::Lr, "0.2"), (Key::Precision, "f64")] {
            let mut other = experiment.clone();
            other.set_text(key, text).unwrap();
            assert_ne!(Known::name(&other, NEED), name, "{key:?}");
        }
        let needs = [
            Need { steps: 11, ..NEED },
            Need { until: Some(0.1), ..NEED },
            Need { until: Some(0.2), ..NEED },
            Need { is_scored: false, ..NEED },
        ];
        for need in needs {
            assert_ne!(Known::name(&experiment, need), name, "{need:?}");
        }
    }

    #[test]
    fn memory_has_an_end() {
        let mut known = Known::default();
        for index in 0..=MOST_RUNS {
            known.keep(index.to_string(), run(0.1));
        }
        assert_eq!(known.len(), 1);
        assert!(known.get(&MOST_RUNS.to_string()).is_some());
    }
}
