use super::*;
use crate::choice::Choice;
use crate::experiment::share::from_fragment;

fn prediction(fragment: &str) -> Prediction {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    predict(&experiment).unwrap_or_else(|reason| panic!("{fragment}: {reason:?}"))
}

fn assert_close(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{what}: {got}, not {want}");
}

/// The factor by which ‖∂L/∂z‖ changes from a hidden layer to the one before it, far from both ends.
fn factor(fragment: &str) -> f64 {
    let prediction = prediction(&format!("{fragment}&depth=20"));
    prediction.layers[12].chi.unwrap().sqrt()
}

#[test]
fn well_known_factors_come_out() {
    let pi = std::f64::consts::PI;
    for (fragment, want) in [
        ("v=1", 0.236),
        ("activation=relu&init=kaiming-normal", 1.0),
        ("activation=relu", 0.5_f64.sqrt()),
        ("activation=relu&init=pytorch", 0.4082),
        ("activation=relu&norm=layer&init=kaiming-normal", 1.0),
        ("activation=relu&norm=layer&init=normal&gain=3", 1.0),
        ("activation=linear&init=lecun-normal&residual=add", 2.0_f64.sqrt()),
        ("activation=tanh&init=lecun-normal&gain=0.01&residual=scaled&width=256", 1.0),
        ("activation=relu&norm=batch&samples=2048&batch=full", (pi / (pi - 1.0)).sqrt()),
        ("activation=leaky-relu&init=orthogonal&gain=1.41414286", 1.0),
    ] {
        assert_close(factor(fragment), want, 1e-3, fragment);
    }
    let limit = prediction("activation=relu&norm=batch").limit.unwrap();
    assert_close(limit.fixed_point.chi.unwrap(), pi / (pi - 1.0), 1e-12, "ReLU + BatchNorm");
    assert_eq!(limit.phase, Some(Phase::Chaotic));
    let limit = prediction("activation=relu&norm=layer&gain=0.3").limit.unwrap();
    assert_eq!((limit.phase, limit.depth_scale), (Some(Phase::Critical), Some(f64::INFINITY)));
    // Skip connections scaled by 1/√L let the gradient grow by √e at most, however deep the network: but where φ has a mean,
    // h grows by e^√L, and so does what of the gradient lies along it.
    let total = |fragment: &str| {
        let scaled = prediction(&format!("residual=scaled&depth=100&{fragment}")).layers;
        scaled[1].log10_ratio.unwrap() - scaled[99].log10_ratio.unwrap()
    };
    let linear = total("activation=linear&init=lecun-normal&width=256");
    assert!(linear > 0.2 && linear < 0.5_f64.exp().log10(), "{linear}");
    let relu = [16, 256].map(|width| total(&format!("activation=relu&init=kaiming-normal&width={width}")));
    assert!(relu[0] > 1.5 && relu[1] > 1.0 && relu[1] < relu[0] - 0.3, "{relu:?}");
}

#[test]
fn every_layer_has_the_variances_of_its_own_fans() {
    let layers = prediction("activation=tanh&depth=3&width=20&dataset=noise").layers;
    let sigma_w2: Vec<f64> = layers.iter().map(|layer| layer.sigma_w2).collect();
    for (got, want) in sigma_w2.iter().zip([2.0 * 10.0 / 30.0, 1.0, 1.0, 2.0 * 20.0 / 30.0]) {
        assert_close(*got, want, 1e-12, "σ_w²");
    }
    for (fragment, want) in [("init=pytorch", [0.5 / 3.0, 1.0 / 48.0]), ("bias-std=0.5", [0.25, 0.25])] {
        let layers = prediction(&format!("depth=2&{fragment}")).layers;
        for (layer, want) in layers.iter().zip(want) {
            assert_close(layer.sigma_b2, want, 1e-12, fragment);
        }
    }
    // z = h W + 0.1: q is the variance of h W, for linear layers and inputs of mean square 1, and 0.01.
    let playground = prediction("init=playground&activation=linear&depth=2&batch=full").layers;
    assert_close(playground[0].q, 2.0 * 0.25 / 3.0 + 0.01, 1e-9, "q of layer 1");
    assert_close(playground[1].q, 16.0 * 0.25 / 3.0 * playground[0].q + 0.01, 1e-9, "q of layer 2");
}

#[test]
fn the_ratio_is_the_product_of_all_factors() {
    for fragment in ["v=1", "activation=tanh&gain=2&dataset=spiral", "norm=layer&residual=add", "init=playground"] {
        let layers = prediction(fragment).layers;
        let last = layers.len() - 1;
        assert_eq!((layers[last].chi, layers[last].log10_ratio), (None, Some(0.0)), "{fragment}");
        let mut log10 = 0.0;
        for layer in layers[..last].iter().rev() {
            log10 += 0.5 * layer.chi.unwrap().log10();
            assert!((layer.log10_ratio.unwrap() - log10).abs() < 1e-9, "{fragment}: {layer:?} not {log10}");
        }
    }
    // Without normalization and skips, on one sample, χ is what the recursion says.
    let layers = prediction("activation=gelu&batch=1&gain=1.3&bias-std=0.2").layers;
    for pair in layers[..12].windows(2) {
        let field =
            MeanField { activation: Activation::Gelu, sigma_w2: pair[1].sigma_w2, sigma_b2: 0.04, bias_mean: 0.0 };
        assert_close(pair[0].chi.unwrap(), field.chi(pair[0].q), 1e-12, "χ");
        assert_close(pair[1].q, field.next_q(pair[0].q), 1e-12, "q");
    }
}

#[test]
fn where_nothing_can_be_said_the_reason_is_given() {
    let reason = |fragment: &str| predict(&from_fragment(fragment).0).err();
    assert_eq!(reason("init=zeros&bias-std=1"), Some(NoPrediction::ZeroWeights));
    assert_eq!(reason("init=constant&bias-std=1"), Some(NoPrediction::EqualWeights));
    assert_eq!(reason("norm=batch&batch=1"), Some(NoPrediction::FewSamples));
    assert_eq!(reason("norm=batch&batch=7"), Some(NoPrediction::FewSamples));
    assert_eq!(reason("norm=layer&width=3"), Some(NoPrediction::FewUnits));
    assert_eq!(reason("activation=linear&init=normal&gain=10&depth=100"), Some(NoPrediction::Overflow));
    // What overflows in f32 may be well within f64.
    let large = "activation=relu&init=normal&gain=10&depth=40";
    assert_eq!(reason(large), Some(NoPrediction::Overflow));
    assert_eq!(reason(&format!("{large}&precision=f64")), None);

    let told = |fragment: &str| {
        let prediction = prediction(fragment);
        let told = prediction.layers.iter().map(|layer| layer.log10_ratio.is_some()).collect::<Vec<_>>();
        assert_eq!(prediction.missing.is_some(), told.contains(&false), "{fragment}");
        assert!(prediction.limit.is_some() || fragment.contains("residual"), "{fragment}");
        told.iter().filter(|told| **told).count()
    };
    assert_eq!(told("norm=batch&activation=relu&depth=12"), 8);
    assert_eq!(told("norm=batch&activation=relu&depth=4"), 1);
    // The embedding, which has no normalization, is one layer more before the same ones.
    assert_eq!(told("norm=batch&activation=relu&depth=12&task=sentiment"), 8);
    assert_eq!(told("norm=batch&activation=tanh&task=sentiment"), 1);
    assert_eq!(told("norm=batch&activation=tanh"), 1);
    assert_eq!(told("norm=batch&activation=relu&residual=add"), 1);
    assert_eq!(told("norm=layer&activation=tanh"), 13);
}

#[test]
fn every_experiment_gives_finite_numbers_or_a_reason() {
    let mut fragments = Vec::new();
    for activation in Activation::NAMES {
        for init in Initializer::NAMES {
            for rest in [
                "gain=0.01&depth=100",
                "gain=10&depth=100&width=256",
                "gain=10&depth=30&norm=layer",
                "gain=0.01&depth=30&norm=batch",
                "gain=3&depth=40&residual=add",
                "gain=3&precision=f64&residual=scaled&norm=layer",
                "bias-std=2&depth=1&width=1&batch=1",
            ] {
                fragments.push(format!("activation={activation}&init={init}&{rest}&samples=16"));
            }
        }
    }
    let mut predicted = 0;
    for fragment in &fragments {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, []);
        let Ok(prediction) = predict(&experiment) else { continue };
        predicted += 1;
        for (index, layer) in prediction.layers.iter().enumerate() {
            let LayerPrediction { sigma_w2, sigma_b2, q, mean_square_slope, chi, log10_ratio } = *layer;
            let numbers = [sigma_w2, sigma_b2, q, mean_square_slope, chi.unwrap_or(0.0), log10_ratio.unwrap_or(0.0)];
            assert!(numbers.iter().all(|x| x.is_finite()), "{fragment}, layer {}: {layer:?}", index + 1);
        }
        if let Some(limit) = prediction.limit {
            let FixedPoint { q_star, chi, .. } = limit.fixed_point;
            assert!(q_star.is_none_or(f64::is_finite) && chi.is_none_or(f64::is_finite), "{fragment}: {limit:?}");
            assert!(limit.depth_scale.is_none_or(|scale| scale > 0.0), "{fragment}: {limit:?}");
        }
    }
    assert!(predicted * 2 > fragments.len(), "{predicted} of {}", fragments.len());
}
