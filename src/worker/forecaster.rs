//! How a run's forecast is made beside the training: piece by piece, in time that nobody else wants.

use super::memory::has_room;
use crate::data::sequences::Corpus;
use crate::experiment::Experiment;
use crate::theory::{BandSampler, Forecast, Foreteller, NoPrediction};

/// How long the drawing of networks may take altogether.
const LONGEST_MS: f64 = 4_000.0;

/// By the first networks it is not judged how long the others take: their code is compiled while they are drawn.
pub(super) const TRIAL_MS: f64 = 500.0;

/// A network that takes longer than this is drawn only while the run rests, where nobody waits for the next step.
const QUICK_MS: f64 = 20.0;

/// Of the time of a run at full speed, so much is the forecast's.
const SHARE: f64 = 0.02;

/// Makes the forecast of one run.
pub(super) struct Forecaster {
    foreteller: Foreteller,
    corpus: Corpus,
    forecast: Forecast,
    stage: Stage,
    has_news: bool,
    /// What the last piece of work took, and all networks together.
    last_ms: f64,
    drawing_ms: f64,
    /// The memory that a network takes, about.
    bytes: usize,
    /// The networks at which the band is next worth telling.
    tell_at: usize,
    /// Beside a run at full speed there is no work before this.
    not_before_ms: f64,
}

enum Stage {
    Line(Box<Experiment>),
    Sampler(Box<Experiment>),
    Band(Box<BandSampler>),
    Done,
}

impl Forecaster {
    /// Of an experiment of the foreteller's kind on the texts of a corpus, whose norms at step 0 these are.
    pub(super) fn new(foreteller: Foreteller, experiment: &Experiment, corpus: &Corpus, measured: Vec<f64>) -> Self {
        Self {
            foreteller,
            corpus: corpus.clone(),
            // Nothing yet, which is never told.
            forecast: Forecast { measured, line: Err(NoPrediction::Overflow), band: Ok(None), is_complete: false },
            stage: Stage::Line(Box::new(experiment.clone())),
            has_news: false,
            last_ms: 0.0,
            drawing_ms: 0.0,
            bytes: 0,
            tell_at: BandSampler::FEWEST,
            not_before_ms: 0.0,
        }
    }

    /// The same where a network takes so much memory: without that there is no band.
    pub(super) fn with_bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// Whether there is work left.
    pub(super) fn is_unfinished(&self) -> bool {
        !matches!(self.stage, Stage::Done)
    }

    /// Whether the next piece of work fits before a step that is due in `spare_ms`, where a step takes `step_ms`: to
    /// draw a network takes about as long.
    pub(super) fn fits(&self, spare_ms: f64, step_ms: f64) -> bool {
        let expected_ms = self.last_ms.max(step_ms);
        self.is_unfinished() && expected_ms <= QUICK_MS && expected_ms < spare_ms
    }

    /// Whether the next piece of work may be done beside a run at full speed.
    pub(super) fn may_interrupt(&self, now_ms: f64, step_ms: f64) -> bool {
        now_ms >= self.not_before_ms && self.fits(f64::INFINITY, step_ms)
    }

    /// Does one piece of work: the line, or one network.
    pub(super) fn work(&mut self, mut clock: impl FnMut() -> f64) {
        let start_ms = clock();
        let is_drawing = matches!(self.stage, Stage::Band(_));
        self.stage = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Line(experiment) => {
                self.forecast.line = self.foreteller.line(&experiment, &self.corpus);
                self.has_news = true;
                Stage::Sampler(experiment)
            }
            Stage::Sampler(_) if !has_room(self.bytes) => Stage::Done,
            Stage::Sampler(experiment) => match BandSampler::by(&self.foreteller, &experiment, &self.corpus) {
                Ok(sampler) => Stage::Band(Box::new(sampler)),
                Err(reason) => {
                    self.forecast.band = Err(reason);
                    Stage::Done
                }
            },
            Stage::Band(mut sampler) => {
                let wants_more = sampler.sample_one();
                let spent_ms = self.drawing_ms + clock() - start_ms;
                // What is too slow for a whole band in time is not gone on with.
                let drawn = sampler.samples().max(1);
                let has_time = spent_ms < LONGEST_MS
                    && (drawn >= BandSampler::FEWEST
                        || spent_ms < TRIAL_MS
                        || spent_ms / drawn as f64 * BandSampler::FEWEST as f64 <= LONGEST_MS);
                let goes_on = wants_more && has_time;
                if !goes_on || sampler.samples() >= self.tell_at {
                    self.forecast.band = sampler.band();
                    self.tell_at = 2 * sampler.samples();
                    self.has_news = true;
                }
                if goes_on { Stage::Band(sampler) } else { Stage::Done }
            }
            Stage::Done => Stage::Done,
        };
        if !self.is_unfinished() {
            self.forecast.is_complete = true;
            self.has_news = true;
        }
        self.last_ms = clock() - start_ms;
        if is_drawing {
            self.drawing_ms += self.last_ms;
        }
        self.not_before_ms = start_ms + self.last_ms / SHARE;
    }

    /// The forecast, if there is news in it.
    pub(super) fn take_news(&mut self) -> Option<Forecast> {
        std::mem::take(&mut self.has_news).then(|| self.forecast.clone())
    }
}
