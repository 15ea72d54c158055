//! Whether the line that is drawn lies in the band that networks of the experiment's own width draw, layer by layer.

use gradient_lab::choice::Choice;
use gradient_lab::data::sequences::Corpus;
use gradient_lab::experiment::Experiment;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::nn::{Activation, Initializer, Normalization, Residual};
use gradient_lab::theory::{BandSampler, Forecast, Foreteller, NoPrediction};

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

/// What the page has of theory once so many networks were drawn; of an output layer whose ‖∂L/∂z‖ is 1.
fn forecast(experiment: &Experiment, networks: usize) -> Forecast {
    let band = BandSampler::new(experiment).and_then(|mut sampler| {
        while sampler.samples() < networks && sampler.sample_one() {}
        sampler.band()
    });
    let measured = vec![1.0; experiment.layer_count()];
    let line = Foreteller::of_layers().line(experiment, &Corpus::default());
    Forecast { measured, line, band, is_complete: true }
}

/// How far the line of theory is outside the band at the most, in decades; 0 within it, `None` without one of both.
fn beyond(forecast: &Forecast) -> Option<f64> {
    let (line, band) = (forecast.line.as_ref().ok()?, forecast.band.as_ref().ok()?.as_ref()?);
    let edges = band.low.iter().zip(&band.high);
    let distances = line
        .log10_ratios
        .iter()
        .zip(edges)
        .filter_map(|(ratio, (low, high))| ratio.map(|ratio| (low - ratio).max(ratio - high).max(0.0)));
    distances.max_by(f64::total_cmp)
}

/// Fails unless the center lies within the edges in every layer.
fn assert_center_is_inside(forecast: &Forecast, what: &str) {
    let (center, low, high) = (forecast.center(), forecast.low(), forecast.high());
    for layer in 0..center.len() {
        let (center, low, high) = (center[layer], low[layer], high[layer]);
        // Without a band there are no edges.
        let is_outside = center < low || center > high;
        assert!(!is_outside, "{what}, layer {}: {center} is not from {low} to {high}", layer + 1);
    }
}

/// Every kind of layer by the keys of a link.
fn kinds(inits: &[&str]) -> Vec<String> {
    let mut kinds = Vec::new();
    for activation in Activation::NAMES {
        for norm in Normalization::NAMES {
            for residual in Residual::NAMES {
                for init in inits {
                    kinds.push(format!("activation={activation}&norm={norm}&residual={residual}&{init}"));
                }
            }
        }
    }
    kinds
}

#[test]
fn with_skips_and_relu_the_line_is_that_of_networks_of_this_width() {
    let found =
        forecast(&experiment("depth=30&width=128&activation=relu&init=kaiming-normal&residual=add&batch=64"), 100);
    assert_eq!(beyond(&found), Some(0.0), "1.41 a layer of infinitely wide ones would be far below");
    assert!(found.has_line() && !found.has_stand_in() && found.reason().is_none());
    let total = |ratios: &dyn Fn(usize) -> f64| 10_f64.powf((ratios(0) - ratios(29)) / 29.0);
    let line = found.line.as_ref().unwrap();
    let factor = total(&|layer| line.log10_ratios[layer].unwrap());
    let band = found.band.clone().unwrap().unwrap();
    let median = total(&|layer| band.median[layer]);
    println!("line {factor}, median {median}");
    assert!((found.factor().unwrap() / factor - 1.0).abs() < 1e-9, "what is printed is of the same layers");
    assert!((factor / median - 1.0).abs() < 0.02 && (1.52..1.62).contains(&factor), "{factor} and not {median}");
}

/// Of a hundred layers whose skips are scaled by 1/√L, too: that bounds the growth of infinitely wide ones alone.
#[test]
fn past_a_hundred_scaled_skips_the_line_keeps_to_the_networks() {
    for width in [8, 32] {
        let fragment = format!("depth=100&width={width}&activation=relu&init=kaiming-normal&residual=scaled&batch=8");
        let found = forecast(&experiment(&fragment), 60);
        assert!(found.has_line(), "{fragment}: {:?} decades beyond", beyond(&found));
    }
}

#[test]
fn the_line_lies_in_its_band_with_every_kind_of_layer() {
    for (index, kind) in
        kinds(&["init=kaiming-normal", "init=xavier-normal", "v=1&init=pytorch&gain=1.5"]).iter().enumerate()
    {
        // Every kind at one width of four, and every width with every kind of initialization, in turn.
        let width = [16, 64, 3, 128][(index + index / 3) % 4];
        let fragment = format!("{kind}&width={width}&depth=12");
        assert_center_is_inside(&forecast(&experiment(&fragment), 40), &fragment);
    }
}

/// Layers so narrow that the line of wide ones leaves the band: the median of the networks is drawn, and not called theory.
#[test]
fn where_few_units_do_something_else_their_median_stands_in() {
    let mut stand_ins = 0;
    for (index, kind) in kinds(&["init=lecun-normal", "init=kaiming-uniform", "init=playground"]).iter().enumerate() {
        let fragment = format!("{kind}&width={}&depth=40&batch=8", 1 + (index + index / 3) % 4);
        let found = forecast(&experiment(&fragment), 40);
        assert_center_is_inside(&found, &fragment);
        if found.line_leaves_band() {
            stand_ins += 1;
            assert!(found.has_stand_in() && !found.has_line() && found.factor().is_none(), "{fragment}");
            assert_eq!(found.reason(), Some(NoPrediction::Width), "{fragment}");
        }
    }
    println!("{stand_ins} stand-ins");
    assert!(stand_ins > 10, "{stand_ins}");
    // Each layer of four linear units loses a little, which the mean of squares does not: 1.00 a layer of wide ones.
    let found = forecast(&experiment("depth=50&width=4&activation=linear&init=lecun-normal"), 40);
    let line = found.line.as_ref().unwrap();
    assert!((line.factor.unwrap() - 1.0).abs() < 1e-9 && found.line_leaves_band(), "{line:?}");
}

/// Over all kinds, initializations, widths and some depths; takes minutes, and prints where theory's own line leaves the
/// band, so that the median of the networks stands in for it.
#[test]
#[ignore = "takes minutes"]
fn the_line_lies_in_its_band_everywhere() {
    let filter = std::env::var("KIND").unwrap_or_default();
    let widths = std::env::var("WIDTHS").unwrap_or("16,64,128".into());
    let depths = std::env::var("DEPTHS").unwrap_or("12,30".into());
    let mut inits: Vec<String> = Initializer::NAMES.iter().map(|name| format!("init={name}")).collect();
    inits.extend(
        ["init=lecun-normal&bias-std=0.3", "init=xavier-normal&gain=2", "init=kaiming-normal&gain=0.5"]
            .map(String::from),
    );
    let inits: Vec<&str> = inits.iter().map(String::as_str).collect();
    let (mut all, mut left) = (0, 0);
    for width in widths.split(',') {
        for depth in depths.split(',') {
            for kind in kinds(&inits).iter().filter(|kind| kind.contains(&filter)) {
                let fragment = format!("{kind}&width={width}&depth={depth}");
                let found = forecast(&experiment(&fragment), 60);
                assert_center_is_inside(&found, &fragment);
                let Some(beyond) = beyond(&found) else { continue };
                all += 1;
                if found.line_leaves_band() {
                    left += 1;
                    println!("{beyond:.3} {fragment}");
                }
            }
        }
    }
    println!("{left} of {all} lines leave their band");
}

/// A perceptron on words: first of all the vectors that stand for them, whose mean is shorter the more words there are.
#[test]
fn sentences_have_a_line_from_their_embedding_on() {
    for (fragment, log10_total) in [
        ("task=sentiment&depth=6&width=32&activation=relu&init=kaiming-normal", 0.3),
        ("task=sentiment&depth=8&embedding=4", 6.0),
        // The first LayerNorm divides by what the mean of several vectors is left with.
        ("task=sentiment&language=chinese&depth=4&width=24&activation=tanh&norm=layer", 1.0),
    ] {
        let experiment = experiment(fragment);
        let found = forecast(&experiment, 40);
        assert_center_is_inside(&found, fragment);
        assert!(found.has_line() && found.measured.len() == experiment.layer_count(), "{fragment}: {found:?}");
        let total = found.center()[1].log10() - found.center()[experiment.depth as usize].log10();
        assert!(total.abs() < log10_total, "{fragment}: {total}");
    }
    let no_text = Foreteller::of_layers().line(&experiment("task=sentiment"), &Corpus::NONE);
    assert_eq!(no_text, Err(NoPrediction::NoText));
}
