//! A run of a map, made piece by piece.

use super::outcome::{Measured, Need};
use crate::data::sequences::Corpus;
use crate::diagnosis::{Flow, Situation};
use crate::experiment::{Experiment, Rejection};
use crate::look::Scoring;
use crate::look::view::Evaluation;
use crate::run::AnyTrainer;
use crate::train::{Divergence, StepReport};

/// A run on its way to what is asked of it.
#[derive(Debug)]
pub struct Measuring {
    experiment: Experiment,
    need: Need,
    trainer: AnyTrainer,
    stage: Stage,
    factor: f64,
}

#[derive(Debug)]
enum Stage {
    Start,
    Train,
    Score(Scoring),
}

impl Measuring {
    /// Of an experiment's run before its first step.
    pub fn new(experiment: Experiment, need: Need, trainer: AnyTrainer) -> Self {
        Self { experiment, need, trainer, stage: Stage::Start, factor: f64::NAN }
    }

    /// Does a piece of the work, a step at the most; what the run came to, once it has.
    pub fn work(&mut self) -> Option<Measured> {
        match &mut self.stage {
            Stage::Start => {
                match self.trainer.probe() {
                    Ok(report) => self.factor = Flow::of(&self.experiment, report).total,
                    Err(divergence) => {
                        // What left the format grew beyond it.
                        self.factor = f64::INFINITY;
                        return Some(self.ended(divergence));
                    }
                }
                if self.need.steps == 0 {
                    return self.end();
                }
                self.stage = Stage::Train;
                None
            }
            Stage::Train => {
                let report = match self.trainer.step() {
                    Ok(report) => report,
                    Err(divergence) => return Some(self.ended(divergence)),
                };
                let (is_last, loss) = (report.step >= u64::from(self.need.steps), report.loss());
                if is_last || self.need.until.is_some_and(|until| loss <= until) { self.end() } else { None }
            }
            Stage::Score(scoring) => {
                let evaluation = self.trainer.evaluate_some(scoring)?;
                Some(self.came(Some(evaluation), None))
            }
        }
    }

    /// After the last step: what the run came to, unless its answers are still to be scored.
    fn end(&mut self) -> Option<Measured> {
        if !self.need.is_scored {
            return Some(self.came(None, None));
        }
        self.stage = Stage::Score(Scoring::default());
        None
    }

    fn ended(&self, divergence: Divergence) -> Measured {
        self.came(None, Some(divergence))
    }

    fn came(&self, evaluation: Option<Evaluation>, divergence: Option<Divergence>) -> Measured {
        let report: &StepReport = self.trainer.report();
        let score = evaluation.map(|evaluation| evaluation.training);
        let situation = Situation {
            experiment: &self.experiment,
            report,
            divergence,
            start: None,
            score: score.map(|score| (score.loss, score.accuracy)),
            guess_loss: self.experiment.guess_loss(),
        };
        // The measurement before the first step may have been the one that failed.
        let has_loss = divergence.is_none_or(|divergence| divergence.step > 1) || report.step > 0;
        let loss = if has_loss { report.loss() } else { f64::NAN };
        Measured {
            factor: self.factor,
            step: u32::try_from(report.step).unwrap_or(u32::MAX),
            loss,
            accuracy: score.and_then(|score| score.accuracy),
            condition: situation.leading(),
            has_reached: self.need.until.is_some_and(|until| divergence.is_none() && report.step > 0 && loss <= until),
            divergence,
        }
    }
}

/// What the run of an experiment comes to, all at once.
///
/// # Errors
/// As [`AnyTrainer::on`].
pub fn measure(experiment: &Experiment, need: Need, corpus: &Corpus) -> Result<Measured, Rejection> {
    let mut measuring = Measuring::new(experiment.clone(), need, AnyTrainer::on(experiment, corpus)?);
    loop {
        if let Some(measured) = measuring.work() {
            return Ok(measured);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::definition::Sweep;
    use super::super::outcome::{Came, Outcome};
    use super::super::plan::Plan;
    use super::super::summary::Summary;
    use super::*;
    use crate::diagnosis::Condition;
    use crate::experiment::share::from_fragment;

    fn measured(fragment: &str, steps: u32, until: Option<f64>) -> Measured {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        let is_scored = steps > 0 && until.is_none();
        measure(&experiment, Need { steps, until, is_scored }, &Corpus::default()).unwrap()
    }

    #[test]
    fn a_run_of_a_map_has_the_numbers_of_the_run_alone() {
        for fragment in ["", "activation=tanh&optimizer=adam", "precision=f64&depth=3", "model=lstm&length=8&hidden=4"]
        {
            let (experiment, _) = from_fragment(fragment);
            let mut alone = AnyTrainer::new(&experiment).unwrap();
            let factor = Flow::of(&experiment, alone.probe().unwrap()).total;
            assert_eq!(measured(fragment, 0, None).factor.to_bits(), factor.to_bits(), "{fragment}");
            let losses: Vec<f64> = (0..12).map(|_| alone.step().unwrap().loss()).collect();
            let run = measured(fragment, 12, None);
            assert_eq!((run.step, run.loss.to_bits()), (12, losses[11].to_bits()), "{fragment}");
            assert_eq!(run.accuracy, alone.evaluate().training.accuracy, "{fragment}");
            assert_eq!(run.factor.to_bits(), factor.to_bits());
            // Up to the first step whose loss is no more than that of step 5.
            let first = losses.iter().position(|loss| *loss <= losses[4]).unwrap() + 1;
            let reached = measured(fragment, 12, Some(losses[4]));
            assert_eq!((reached.has_reached, reached.step as usize), (true, first), "{fragment}");
            let never = measured(fragment, 12, Some(0.0));
            assert_eq!((never.has_reached, never.step), (false, 12));
        }
    }

    #[test]
    fn a_network_that_is_not_trained_has_an_accuracy_where_that_is_asked() {
        for fragment in ["", "precision=f64&depth=3", "model=lstm&length=8&hidden=4"] {
            let (experiment, _) = from_fragment(fragment);
            let need = Outcome::Accuracy.need(0);
            let run = measure(&experiment, need, &Corpus::default()).unwrap();
            let alone = AnyTrainer::new(&experiment).unwrap().evaluate().training.accuracy;
            assert!(alone.is_some(), "{fragment}");
            assert_eq!((run.step, run.accuracy), (0, alone), "{fragment}");
            assert_eq!(Outcome::Accuracy.of(&run), Came::To(alone.unwrap()));
            // It is the same run, so the rest is the same too.
            let unscored = measured(fragment, 0, None);
            let bits = |run: &Measured| (run.factor.to_bits(), run.loss.to_bits());
            assert_eq!(bits(&run), bits(&unscored));
            assert_eq!(unscored.accuracy, None);
        }
    }

    #[test]
    fn a_run_that_diverges_says_where() {
        let fragment = "lr=10&optimizer=sgd&activation=linear&loss=mse&dataset=plane&gain=3";
        let run = measured(fragment, 1000, None);
        let divergence = run.divergence.expect("it diverges");
        assert_eq!((run.condition, u64::from(run.step) + 1), (Condition::Diverged, divergence.step));
        assert!(run.loss.is_finite() && run.factor.is_finite());
        // Before its first step, too.
        let run = measured("gain=10&activation=linear&depth=100&init=normal&width=64", 5, None);
        assert_eq!((run.step, run.factor, run.condition), (0, f64::INFINITY, Condition::Diverged));
        assert!(run.divergence.is_some() && run.loss.is_nan());
    }

    /// The share of seeds of which a condition leads the verdict before the first step.
    fn share(fragment: &str, condition: &str, seeds: u32) -> f64 {
        let (base, _) = from_fragment(fragment);
        let pairs = format!("sweep=depth:{}..{0}*1&seeds={seeds}&outcome=verdict:{condition}&after=0", base.depth);
        let plan = Plan::new(&Sweep::from_pairs(&pairs, &base).0, &base).unwrap();
        let outcome = plan.sweep.outcome;
        let seeds: Vec<Option<Came>> = plan
            .runs()
            .into_iter()
            .map(|(cell, seed)| {
                let experiment = plan.experiment(cell, seed).unwrap();
                Some(outcome.of(&measure(&experiment, plan.need, &Corpus::NONE).unwrap()))
            })
            .collect();
        Summary::of(outcome, &seeds).unwrap().mean
    }

    #[test]
    fn nine_of_ten_narrow_deep_relu_networks_are_born_dead() {
        let dead = share("activation=relu&init=kaiming-normal&width=2&depth=10", "dead", 100);
        assert!((0.82..=0.98).contains(&dead), "{dead}");
        let wide = share("activation=relu&init=kaiming-normal&width=32&depth=10", "dead", 30);
        assert!(wide < 0.1, "{wide}");
        let vanishing = share("activation=sigmoid&depth=10", "vanishing", 20);
        assert!(vanishing == 1.0, "{vanishing}");
    }
}
