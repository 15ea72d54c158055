//! Whether theory's line through time lies where networks of the experiment's own size do.

use gradient_lab::data::sequences::Corpus;
use gradient_lab::diagnosis::Flow;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::experiment::{Experiment, Model};
use gradient_lab::theory::{BandSampler, Forecast, Foreteller, Line, NoPrediction, Outlook, OutlookSampler};
use gradient_lab::train::{Quantity, RecurrentTrainer};

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn line(experiment: &Experiment) -> Result<Line, NoPrediction> {
    Foreteller::through_time().line(experiment, &Corpus::default())
}

/// What the page has of theory once so many networks were drawn; of a last time step whose ‖∂L/∂h‖ is 1.
fn forecast(experiment: &Experiment, networks: usize) -> Forecast {
    let band = BandSampler::new(experiment).and_then(|mut sampler| {
        while sampler.samples() < networks && sampler.sample_one() {}
        sampler.band()
    });
    let measured = vec![1.0; experiment.length as usize];
    Forecast { measured, line: line(experiment), band, is_complete: true }
}

/// Where the line and the band are at the first time step, and how far the line is beyond the band at the most.
fn told(found: &Forecast) -> String {
    let band = found.band.as_ref().ok().and_then(Option::as_ref);
    let line = found.line.as_ref().ok();
    let at_first = line.map(|line| line.log10_ratios[0].unwrap());
    let beyond = line.zip(band).map(|(line, band)| {
        let edges = band.low.iter().zip(&band.high).zip(&line.log10_ratios);
        edges.map(|((low, high), ratio)| (low - ratio.unwrap()).max(ratio.unwrap() - high)).fold(0.0_f64, f64::max)
    });
    format!(
        "line {at_first:.2?}, band {:.2?}, beyond {beyond:.3?}",
        band.map(|band| (band.low[0], band.median[0], band.high[0]))
    )
}

/// Every cell with every initialization that has a line, at widths and biases in turn: what is drawn lies within the edges, and it
/// is the line that is drawn, but for the few of which networks of the experiment's size do something else.
#[test]
fn the_line_lies_in_its_band() {
    let cells = ["model=rnn", "model=rnn&activation=relu", "model=gru", "model=lstm", "model=lstm&forget-bias=3"];
    let inits = ["v=1", "rec-init=normal&rho=0.5", "rec-init=normal&rho=1.2", "rec-init=normal&rho=3"];
    let tasks = ["length=14", "task=parity&length=12", "task=adding&length=16", "task=sentiment&embedding=4"];
    let (mut all, mut left) = (0, 0);
    for (index, cell) in cells.into_iter().enumerate() {
        for (other, init) in inits.into_iter().enumerate() {
            let (hidden, task) = ([16, 40, 8, 24][(index + other) % 4], tasks[(index + 2 * other + index / 4) % 4]);
            let fragment = format!("{cell}&{init}&hidden={hidden}&batch=8&{task}");
            let found = forecast(&experiment(&fragment), 24);
            let (center, low, high) = (found.center(), found.low(), found.high());
            for time in 0..center.len() {
                let [center, low, high] = [center[time], low[time], high[time]];
                assert!(low <= center && center <= high, "{fragment}, time step {time}: {center}, not {low} to {high}");
            }
            all += 1;
            if found.line_leaves_band() {
                left += 1;
                println!("{fragment}: {}", told(&found));
                assert!(found.has_stand_in() && found.factor().is_none(), "{fragment}");
                assert_eq!(found.reason(), Some(NoPrediction::Width), "{fragment}");
            }
        }
    }
    assert!(left <= all / 5, "{left} of {all} lines leave their band");
}

#[test]
fn where_nothing_was_derived_there_is_no_line_but_a_median() {
    for (fragment, reason) in [
        ("model=rnn&rec-init=orthogonal", NoPrediction::DependentWeights),
        ("model=rnn&activation=relu&rec-init=identity", NoPrediction::DependentWeights),
        ("model=gru&task=copy", NoPrediction::EveryStep),
        ("model=lstm&task=next-character", NoPrediction::EveryStep),
        ("model=lstm&stack=2", NoPrediction::Levels),
        ("model=lstm&task=sentiment&padding=after", NoPrediction::Padding),
        ("model=lstm&task=sentiment&padding=masked", NoPrediction::Padding),
    ] {
        // No sentence has 20 words: of masked padding nothing comes to the last step.
        let experiment = experiment(&format!("{fragment}&hidden=6&length=20&batch=8"));
        let found = Forecast { measured: measured(&experiment), ..forecast(&experiment, 19) };
        assert_eq!((found.line.clone(), found.reason()), (Err(reason), Some(reason)), "{fragment}");
        assert!(found.has_stand_in() && found.says_something(), "{fragment}: {found:?}");
        assert!(found.standing(0).is_some() && found.center()[0] > 0.0, "{fragment}: {found:?}");
        assert_eq!(found.measured[19] == 0.0, fragment.contains("masked"), "{fragment}");
    }
    let overflow = experiment("model=rnn&activation=relu&rec-init=normal&rho=10&hidden=32&length=200");
    assert_eq!(line(&overflow), Err(NoPrediction::Overflow));
    let no_text = Foreteller::through_time().line(&experiment("model=rnn&task=sentiment"), &Corpus::NONE);
    assert_eq!(no_text, Err(NoPrediction::NoText));
}

/// What truncation cuts off is exactly zero, by the line and in every network.
#[test]
fn beyond_the_window_there_is_exactly_nothing() {
    let whole = line(&experiment("model=gru&length=20&hidden=16")).unwrap();
    let truncated = experiment("model=gru&length=20&hidden=16&window=6");
    let cut = line(&truncated).unwrap();
    assert_eq!(cut.log10_ratios[..14], [Some(f64::NEG_INFINITY); 14]);
    assert_eq!(cut.log10_ratios[14..], whole.log10_ratios[14..]);
    let found = forecast(&truncated, 19);
    assert_eq!(found.high()[..14], [0.0; 14]);
    assert!(found.has_line() && !found.has_stand_in() && found.reason().is_none() && found.low()[14] > 0.0);
    assert_eq!((found.center()[13], found.center()[19]), (0.0, 1.0));
    let expected = 10_f64.powf(cut.log10_ratios[14].unwrap() / 5.0);
    assert!((found.factor().unwrap() / expected - 1.0).abs() < 1e-12, "{:?}, not {expected}", found.factor());
    assert_eq!(line(&experiment("model=rnn&length=5&window=1")).unwrap().factor, None);
}

/// Beside it stands the factor that was measured from there on.
#[test]
fn the_factor_is_of_the_steps_at_which_there_is_text() {
    let experiment = experiment("model=lstm&task=sentiment&hidden=16&length=30");
    let first = experiment.way().places.start;
    assert!(first > 0);
    let line = line(&experiment).unwrap();
    // Of an LSTM from two steps before the last, where the gradient has come from the readout into the cell.
    let total = 10_f64.powf(line.log10_ratios[first].unwrap() - line.log10_ratios[27].unwrap());
    let power = line.factor.unwrap().powi((27 - first) as i32);
    assert!((power / total - 1.0).abs() < 1e-9, "{power}, not {total}");
}

fn outlook(fragment: &str) -> Outlook {
    let mut sampler = OutlookSampler::new(&experiment(fragment));
    while sampler.sample_one() {}
    sampler.outlook().unwrap()
}

#[test]
fn gates_and_other_weights_bring_the_gradient_back_into_range() {
    let total = |fragment: &str| outlook(&format!("length=30&hidden=24&batch=8&{fragment}")).total;
    assert!(total("model=rnn") < 1e-6);
    assert!(total("model=rnn&rec-init=normal&rho=6") > 1e4);
    for better in [
        "model=lstm&forget-bias=3",
        "model=rnn&rec-init=orthogonal",
        "model=rnn&activation=relu&rec-init=identity",
        "model=rnn&window=5",
    ] {
        assert!((1e-3..=1e3).contains(&total(better)), "{better}: {}", total(better));
    }
    let cut = outlook("model=rnn&length=30&hidden=24&batch=8&window=5");
    assert!((cut.factor_per_place.powi(4) / cut.total - 1.0).abs() < 1e-9 && cut.is_drawn, "{cut:?}");
}

/// ‖∂L/∂h‖ of each time step, as the trainer measures it before the first step.
fn measured(experiment: &Experiment) -> Vec<f64> {
    let mut trainer = RecurrentTrainer::<f32>::new(experiment, &Corpus::default()).unwrap();
    trainer.probe().unwrap().series(Quantity::GradH).unwrap()
}

#[test]
fn half_of_all_runs_lie_below_the_outlook_and_nine_of_ten_in_the_band() {
    for (fragment, factors) in [
        ("model=rnn&hidden=12&length=12&batch=8&samples=16", Some(11)),
        ("model=gru&hidden=8&task=adding&length=12&batch=8&samples=16", Some(11)),
        ("model=lstm&hidden=8&forget-bias=2&length=12&batch=8&samples=16", Some(11)),
        // The verdict compares with the place where most sentences end, which is not the same in all networks.
        ("model=rnn&rec-init=orthogonal&rho=0.8&hidden=8&task=sentiment&padding=masked&batch=128", None),
    ] {
        let experiment = experiment(fragment);
        let Outlook { factor_per_place, total, beyond_readout, is_drawn } = outlook(fragment);
        assert!(is_drawn, "{fragment}");
        if let Some(factors) = factors {
            let averaged = factors - if experiment.model == Model::Lstm { 2 } else { 0 };
            assert!((factor_per_place.powi(averaged) / beyond_readout - 1.0).abs() < 1e-9, "{fragment}");
        }
        let found = forecast(&experiment, 200);
        let band = found.band.as_ref().unwrap().as_ref().unwrap();
        let runs = (500..600).map(|seed| measured(&Experiment { seed, ..experiment.clone() }));
        let runs: Vec<Vec<f64>> = runs.collect();
        let totals: Vec<f64> = runs.iter().map(|norms| Flow::along(&experiment.way(), norms).total).collect();
        let below = totals.iter().filter(|run| **run < total).count();
        // The band is over the last place with a gradient.
        let ratio = |norms: &[f64]| norms[0].log10() - norms.iter().rfind(|norm| **norm > 0.0).unwrap().log10();
        let inside = runs.iter().filter(|run| (band.low[0]..=band.high[0]).contains(&ratio(run))).count();
        println!("{fragment}: {total:.3e} in all; {below} of 100 runs below, {inside} in the band");
        // As in tests/outlook.rs: below the median of 31 networks are 50 % ± 9 %, and of 100 runs ± 5 % more; in a band of 200
        // networks are 90 % ± 2 %, and of 100 runs ± 3 % more.
        assert!((20..=80).contains(&below), "{fragment}: {below} of 100 are below {total}");
        // The band is of the first batch, and other seeds have sentences of other lengths there.
        let is_to_be_inside = factors.is_some();
        assert!(!is_to_be_inside || (78..=99).contains(&inside), "{fragment}: {inside} of 100 are in the band");
    }
}

#[test]
fn the_smallest_and_the_largest_settings_give_no_panic() {
    for (index, cell) in ["model=rnn", "model=rnn&activation=relu", "model=gru", "model=lstm"].into_iter().enumerate() {
        for shape in ["hidden=1&length=2", "hidden=1&length=200", "hidden=5&length=200&window=199"] {
            for init in ["v=1", "rec-init=normal&rho=0.01", "rec-init=normal&rho=10", "rec-init=identity&rho=10"] {
                let task = ["task=first-symbol", "task=parity", "task=adding"][index % 3];
                let bias = if cell == "model=lstm" { "&forget-bias=-10" } else { "" };
                let fragment = format!("{cell}&{shape}&{init}&{task}{bias}&batch=2&samples=16");
                let experiment = experiment(&fragment);
                let found = forecast(&experiment, 19);
                if let Ok(line) = &found.line {
                    assert!(line.log10_ratios.iter().all(|ratio| ratio.is_some_and(|r| !r.is_nan())), "{fragment}");
                    assert_eq!(line.log10_ratios.last(), Some(&Some(0.0)), "{fragment}");
                }
                assert_eq!(found.center().len(), experiment.length as usize);
            }
        }
    }
}

/// The widest sweep; takes minutes, and prints where theory's own line leaves the band.
#[test]
#[ignore = "takes minutes"]
fn the_line_lies_in_its_band_everywhere() {
    let filter = std::env::var("KIND").unwrap_or_default();
    let hidden = std::env::var("HIDDEN").unwrap_or("8,32,128".into());
    let networks = std::env::var("NETWORKS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let cells = [
        "model=rnn",
        "model=rnn&activation=relu",
        "model=gru",
        "model=lstm",
        "model=lstm&forget-bias=0",
        "model=lstm&forget-bias=3",
        "model=lstm&forget-bias=-3",
    ];
    let inits =
        ["v=1", "rec-init=normal&rho=0.3", "rec-init=normal", "rec-init=normal&rho=1.5", "rec-init=normal&rho=4"];
    let tasks = ["task=first-symbol&length=30", "task=adding&length=40", "task=parity&length=20", "task=sentiment"];
    let (mut all, mut left) = (0, 0);
    for hidden in hidden.split(',') {
        for cell in cells {
            for init in inits {
                for task in tasks {
                    let fragment = format!("{cell}&{init}&hidden={hidden}&{task}");
                    if !fragment.contains(&filter) {
                        continue;
                    }
                    let found = forecast(&experiment(&fragment), networks);
                    all += 1;
                    left += usize::from(found.line_leaves_band());
                    let mark = if found.line_leaves_band() { "LEFT" } else { "" };
                    println!("{mark} {fragment}: {}", told(&found));
                }
            }
        }
    }
    println!("{left} of {all} lines leave their band");
}
