//! Which theory is whose: of each kind of network how its line is computed and its networks are drawn.

use super::NoPrediction;
use super::band::Band;
use super::layer_networks;
use super::line::Line;
use super::networks::Networks;
use super::prediction::predict_on;
use super::relu_law::exact_band;
use super::through_time;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;

/// Makes networks that are drawn as those of an experiment.
type Drawing = fn(&Experiment, &Corpus) -> Result<Box<dyn Networks>, NoPrediction>;

/// The theory of one kind of network, as pointers to its functions: whoever has one needs the code of that kind alone.
#[derive(Clone, Copy, Debug)]
pub struct Foreteller {
    line: fn(&Experiment, &Corpus) -> Result<Line, NoPrediction>,
    exact_band: fn(&Experiment) -> Option<Band>,
    networks: Drawing,
    multiplications: fn(&Experiment) -> u64,
    bytes: fn(&Experiment) -> usize,
}

impl Foreteller {
    /// Of multilayer perceptrons.
    pub fn of_layers() -> Self {
        Self {
            line: |experiment, corpus| predict_on(experiment, corpus).map(|prediction| prediction.line()),
            exact_band,
            networks: layer_networks::networks,
            multiplications: layer_networks::multiplications,
            bytes: layer_networks::bytes,
        }
    }

    /// Of recurrent networks.
    pub fn through_time() -> Self {
        Self {
            line: through_time::line,
            exact_band: |_| None,
            networks: through_time::networks,
            multiplications: through_time::multiplications,
            bytes: through_time::bytes,
        }
    }

    /// Of the kind of an experiment. Whoever names this needs the code of all kinds.
    pub fn of(experiment: &Experiment) -> Self {
        if experiment.model.is_recurrent() { Self::through_time() } else { Self::of_layers() }
    }

    /// What theory expects of a valid experiment of this kind, on the texts of a corpus.
    ///
    /// # Errors
    /// Where there is nothing to expect, with the reason.
    pub fn line(&self, experiment: &Experiment, corpus: &Corpus) -> Result<Line, NoPrediction> {
        (self.line)(experiment, corpus)
    }

    /// The band, where it is known without networks.
    pub(super) fn exact_band(&self, experiment: &Experiment) -> Option<Band> {
        (self.exact_band)(experiment)
    }

    /// Networks of a valid experiment of this kind, on its first batch.
    ///
    /// # Errors
    /// Where there is nothing to be seen of them, with the reason.
    pub(super) fn networks(&self, experiment: &Experiment, corpus: &Corpus) -> Result<Box<dyn Networks>, NoPrediction> {
        (self.networks)(experiment, corpus)
    }

    /// About how many multiplications it takes to draw a network of an experiment and to measure it.
    pub(super) fn multiplications(&self, experiment: &Experiment) -> u64 {
        (self.multiplications)(experiment)
    }

    /// The memory in bytes that drawing networks of an experiment takes at most, about.
    pub(super) fn bytes(&self, experiment: &Experiment) -> usize {
        (self.bytes)(experiment)
    }
}
