//! Which runs a map has, and in which order they are made.

use super::axis::{Axis, number_of};
use super::definition::Sweep;
use super::known::Known;
use super::outcome::{Need, Outcome};
use super::work::multiplications;
use crate::experiment::{Experiment, Key, Rejection, Value};

/// The runs of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The map.
    pub sweep: Sweep,
    /// What all its runs have but for the parameters of its axes.
    pub base: Experiment,
    /// The values across.
    pub across: Vec<Value>,
    /// The values from the bottom up; none where there is one axis.
    pub up: Vec<Value>,
    /// The cells row by row, the lowest first, each from the left.
    pub cells: Vec<Cell>,
    /// What is asked of each run.
    pub need: Need,
}

/// A cell of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The experiment of its first seed, or why there is none.
    pub experiment: Result<Experiment, Rejection>,
    /// Cells of level 0 are made before those of level 1, and these before those of level 2.
    pub level: u8,
}

/// Why a map is not made.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It has too much of something.
    TooLarge(Excess),
    /// The parameter changes nothing in any of its experiments.
    Irrelevant(Key),
    /// None of its experiments is allowed; of the first this is why.
    NothingAllowed(Rejection),
}

/// What a map has too much of: how much it has, and how much it may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Excess {
    /// Points of one axis.
    Points(f64, f64),
    /// Cells.
    Cells(f64, f64),
    /// Seeds of a cell.
    Seeds(f64, f64),
    /// Runs.
    Runs(f64, f64),
    /// Multiplications, about.
    Work(f64, f64),
}

/// Of more points an axis has nothing to show on a screen.
const MOST_POINTS: f64 = 200.0;

/// Of more cells each is smaller than a fingertip on any screen.
const MOST_CELLS: f64 = 2_500.0;

const MOST_SEEDS: f64 = 100.0;

/// Of more runs neither the table nor what the page keeps of them is of use.
const MOST_RUNS: f64 = 10_000.0;

/// Some hours of one core.
const MOST_WORK: f64 = 2e13;

impl Plan {
    /// The runs of a map of an experiment.
    ///
    /// # Errors
    /// Why it is not made.
    pub fn new(sweep: &Sweep, base: &Experiment) -> Result<Self, Refusal> {
        refuse_size(sweep).map_err(Refusal::TooLarge)?;
        let (across, up) = (sweep.across.values(), sweep.up.as_ref().map_or(Vec::new(), Axis::values));
        let rows = up.len().max(1);
        let cell = |index: usize| {
            let (column, row) = (index % across.len(), index / across.len());
            let mut settings = vec![(sweep.across.key, across[column])];
            settings.extend(sweep.up.as_ref().map(|axis| (axis.key, up[row])));
            let level = level(&sweep.across, column).max(sweep.up.as_ref().map_or(0, |axis| level(axis, row)));
            Cell { experiment: experiment_with(base, settings), level }
        };
        let cells: Vec<Cell> = (0..across.len() * rows).map(cell).collect();
        let plan =
            Self { sweep: sweep.clone(), base: base.clone(), across, up, cells, need: sweep.outcome.need(sweep.after) };
        plan.refuse_content()?;
        Ok(plan)
    }

    /// The experiments of its cells' first seeds, as far as they are allowed.
    pub fn experiments(&self) -> impl Iterator<Item = &Experiment> {
        self.cells.iter().filter_map(|cell| cell.experiment.as_ref().ok())
    }

    fn refuse_content(&self) -> Result<(), Refusal> {
        let allowed = || self.experiments();
        if let (None, Some(Err(rejection))) = (allowed().next(), self.cells.first().map(|cell| &cell.experiment)) {
            return Err(Refusal::NothingAllowed(rejection.clone()));
        }
        for axis in self.sweep.axes() {
            if !allowed().any(|experiment| experiment.is_relevant(axis.key)) {
                return Err(Refusal::Irrelevant(axis.key));
            }
        }
        let work = f64::from(self.sweep.seeds)
            * allowed().map(|experiment| multiplications(experiment, self.need)).sum::<f64>();
        if work > MOST_WORK { Err(Refusal::TooLarge(Excess::Work(work, MOST_WORK))) } else { Ok(()) }
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.across.len()
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.up.len().max(1)
    }

    /// Seeds of a cell.
    pub fn seeds(&self) -> usize {
        self.sweep.seeds as usize
    }

    /// The experiment of a cell with one of its seeds, counted from 0; `None` where it is not allowed.
    pub fn experiment(&self, cell: usize, seed: usize) -> Option<Experiment> {
        let experiment = self.cells.get(cell)?.experiment.as_ref().ok()?;
        Some(Experiment { seed: experiment.seed.wrapping_add(seed as u32), ..experiment.clone() })
    }

    /// The name under which a run is [`Known`].
    pub fn name(&self, cell: usize, seed: usize) -> Option<String> {
        Some(Known::name(&self.experiment(cell, seed)?, self.need))
    }

    /// All runs as cell and seed, in the order in which they are to be made.
    pub fn runs(&self) -> Vec<(usize, usize)> {
        let mut cells: Vec<usize> = (0..self.cells.len()).filter(|cell| self.cells[*cell].experiment.is_ok()).collect();
        cells.sort_by_key(|cell| self.cells[*cell].level);
        cells.into_iter().flat_map(|cell| (0..self.seeds()).map(move |seed| (cell, seed))).collect()
    }

    /// About how many multiplications a run of a cell takes.
    pub fn work(&self, cell: usize) -> f64 {
        let experiment = self.cells.get(cell).and_then(|cell| cell.experiment.as_ref().ok());
        experiment.map_or(0.0, |experiment| multiplications(experiment, self.need))
    }

    /// About how many multiplications a step of a cell's runs takes.
    pub fn step_work(&self, cell: usize) -> f64 {
        let experiment = self.cells.get(cell).and_then(|cell| cell.experiment.as_ref().ok());
        experiment.map_or(0.0, |experiment| multiplications(experiment, Outcome::Factor.need(0)))
    }

    /// The numbers that stand for a cell in a table: those of its values that are numbers.
    pub fn numbers(&self, cell: usize) -> (Option<f64>, Option<f64>) {
        let (column, row) = (cell % self.columns(), cell / self.columns());
        (self.across.get(column).copied().and_then(number_of), self.up.get(row).copied().and_then(number_of))
    }
}

fn refuse_size(sweep: &Sweep) -> Result<(), Excess> {
    let cells: f64 = sweep.axes().map(|axis| axis.count() as f64).product();
    let points = sweep.axes().map(|axis| axis.count() as f64).fold(0.0, f64::max);
    let seeds = f64::from(sweep.seeds);
    if cells > MOST_CELLS {
        return Err(Excess::Cells(cells, MOST_CELLS));
    }
    if points > MOST_POINTS {
        return Err(Excess::Points(points, MOST_POINTS));
    }
    if seeds > MOST_SEEDS {
        return Err(Excess::Seeds(seeds, MOST_SEEDS));
    }
    if cells * seeds > MOST_RUNS { Err(Excess::Runs(cells * seeds, MOST_RUNS)) } else { Ok(()) }
}

/// An experiment with other values of some parameters, set in the order of the keys, as a link sets them.
pub fn experiment_with(base: &Experiment, mut settings: Vec<(Key, Value)>) -> Result<Experiment, Rejection> {
    let mut experiment = base.conducted_as(&Experiment::default());
    settings.sort_by_key(|(key, _)| *key as usize);
    for (key, value) in &settings {
        experiment.set(*key, *value)?;
    }
    // What a later one brought along may not take an earlier one back.
    match settings.into_iter().find(|(key, value)| experiment.get(*key) != *value) {
        Some((key, value)) => experiment.set(key, value).map(|()| experiment),
        None => Ok(experiment),
    }
}

/// Of an axis every fourth value is of level 0, of the others every second of level 1. Names stand for nothing but
/// themselves, so all of them are of level 0.
fn level(axis: &Axis, index: usize) -> u8 {
    match index {
        _ if !axis.is_of_numbers() || index.is_multiple_of(4) => 0,
        _ if index.is_multiple_of(2) => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::{from_fragment, to_fragment};
    use crate::optim::OptimizerKind;
    use std::collections::HashSet;

    fn plan_on(base: &str, pairs: &str) -> Result<Plan, Refusal> {
        let (base, notices) = from_fragment(base);
        let (sweep, problems) = Sweep::from_pairs(pairs, &base);
        assert_eq!((notices, problems), (vec![], vec![]), "{base:?} {pairs}");
        Plan::new(&sweep, &base)
    }

    fn plan(pairs: &str) -> Result<Plan, Refusal> {
        plan_on("", pairs)
    }

    #[test]
    fn every_cell_is_the_experiment_that_its_link_says() {
        let plan = plan_on("activation=tanh&step=20&run=1", "sweep=depth:1..9*3&sweep=gain:0.5..2*3&seeds=2").unwrap();
        assert_eq!((plan.columns(), plan.rows(), plan.cells.len(), plan.runs().len()), (3, 3, 9, 18));
        let links: Vec<String> = (0..9).map(|cell| to_fragment(&plan.experiment(cell, 1).unwrap())).collect();
        assert_eq!(links[0], "v=1&depth=1&activation=tanh&gain=0.5&seed=8");
        assert_eq!(links[5], "v=1&depth=9&activation=tanh&seed=8", "the second row from the bottom, on the right");
        assert_eq!(links.iter().collect::<HashSet<_>>().len(), 9);
        for link in &links {
            assert_eq!(to_fragment(&from_fragment(link).0), *link);
        }
    }

    #[test]
    fn what_depends_on_an_axis_follows_unless_it_is_one() {
        let plan = plan("sweep=optimizer:sgd,adam").unwrap();
        let lr = |cell| plan.experiment(cell, 0).unwrap().lr;
        assert_eq!((lr(0), lr(1)), (OptimizerKind::Sgd.defaults().lr, OptimizerKind::Adam.defaults().lr));
        for pairs in ["sweep=lr:0.1,0.01&sweep=optimizer:sgd,adam", "sweep=optimizer:adam,sgd&sweep=lr:0.01,0.1"] {
            let plan = super::tests::plan(pairs).unwrap();
            for (cell, _) in plan.runs() {
                let experiment = plan.experiment(cell, 0).unwrap();
                for (axis, values, place) in [
                    (&plan.sweep.across, &plan.across, cell % 2),
                    (plan.sweep.up.as_ref().unwrap(), &plan.up, cell / 2),
                ] {
                    assert_eq!(experiment.get(axis.key), values[place], "{pairs} {cell}");
                }
            }
        }
    }

    #[test]
    fn coarse_cells_come_first_and_every_run_once() {
        let plan = plan("sweep=depth:1..30*10&sweep=gain:0.5..2*7&seeds=3").unwrap();
        let runs = plan.runs();
        assert_eq!(runs.iter().collect::<HashSet<_>>().len(), 10 * 7 * 3);
        let levels: Vec<u8> = runs.iter().map(|(cell, _)| plan.cells[*cell].level).collect();
        assert!(levels.is_sorted() && levels[0] == 0 && levels[levels.len() - 1] == 2);
        assert_eq!(levels.iter().filter(|level| **level == 0).count(), 3 * 2 * 3, "columns 0, 4, 8 and rows 0, 4");
        let named = super::tests::plan("sweep=depth:1..3*2&sweep=activation:tanh,relu,sigmoid").unwrap();
        assert_eq!(named.runs().iter().map(|run| run.0).collect::<Vec<_>>(), [0, 2, 4, 1, 3, 5]);
    }

    #[test]
    fn what_is_too_large_is_refused_with_its_size_before_it_is_made() {
        let refused = |pairs: &str| plan(pairs).err();
        let too_large = |excess| Some(Refusal::TooLarge(excess));
        assert_eq!(
            refused("sweep=depth:1..100*10000&sweep=gain:0.5..2*100000"),
            too_large(Excess::Cells(1e9, MOST_CELLS))
        );
        let most = u64::MAX;
        assert!(matches!(
            refused(&format!("sweep=depth:1..100*{most}&sweep=gain:0.5..2*{most}")),
            Some(Refusal::TooLarge(Excess::Cells(cells, _))) if cells > 1e38
        ));
        assert_eq!(refused("sweep=gain:0.5..2*201"), too_large(Excess::Points(201.0, MOST_POINTS)));
        assert_eq!(refused("sweep=gain:0.5..2*2&seeds=4294967295"), too_large(Excess::Seeds(4294967295.0, MOST_SEEDS)));
        assert_eq!(refused("sweep=gain:0.5..2*200&seeds=51"), too_large(Excess::Runs(10_200.0, MOST_RUNS)));
        assert!(matches!(
            refused("sweep=width:256..256*1&sweep=depth:80..100*20&seeds=100&outcome=loss&after=1000000"),
            Some(Refusal::TooLarge(Excess::Work(..)))
        ));
        assert!(plan("sweep=gain:0.5..2*50&sweep=depth:1..50*50&seeds=4").is_ok());
    }

    #[test]
    fn what_changes_nothing_and_what_is_never_allowed_is_refused() {
        assert_eq!(plan("sweep=hidden:1..9*3").err(), Some(Refusal::Irrelevant(Key::Hidden)));
        assert_eq!(plan("sweep=momentum:0.5,0.9").err(), Some(Refusal::Irrelevant(Key::Momentum)));
        assert!(plan("sweep=momentum:0.5,0.9&sweep=optimizer:sgd,momentum").is_ok(), "in some of its cells it does");
        let refused = plan("sweep=task:copy,adding").err();
        assert!(matches!(refused, Some(Refusal::NothingAllowed(Rejection { key: Key::Task, .. }))), "{refused:?}");
        // Some of them are, and the others are cells without runs.
        let some = plan("sweep=loss:bce,mse,softmax").unwrap();
        let allowed: Vec<bool> = some.cells.iter().map(|cell| cell.experiment.is_ok()).collect();
        assert!(allowed.contains(&true) && allowed.contains(&false) && some.runs().len() < 3, "{allowed:?}");
    }

    #[test]
    fn a_wider_map_has_the_runs_of_the_narrower_one() {
        let names = |pairs: &str| -> HashSet<String> {
            let plan = plan(pairs).unwrap();
            plan.runs().into_iter().map(|(cell, seed)| plan.name(cell, seed).unwrap()).collect()
        };
        let narrow = names("sweep=depth:2..10*5&sweep=gain:1,2&seeds=2");
        let wide = names("sweep=gain:0.5,1,2,3&sweep=depth:1..20*20&seeds=3");
        assert_eq!(narrow.len(), 20);
        assert!(narrow.is_subset(&wide));
        // Another outcome of the same runs asks for none.
        let of = |outcome: &str| names(&format!("sweep=depth:2..10*5&outcome={outcome}&after=10"));
        assert_eq!(of("loss"), of("verdict:vanishing"));
        assert_eq!(of("loss"), of("accuracy"));
        assert!(of("loss").is_disjoint(&of("steps:0.1")));
    }
}
