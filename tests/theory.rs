//! Mean-field theory against values computed with SciPy: every number of `theory.json` in the directory that the
//! environment variable `REFERENCE_DIR` names, by default `tests/reference`. A field or a name that is not known here
//! is an error.

#[path = "support/reference_activation.rs"]
mod activation;
#[path = "support/reference_directory.rs"]
mod directory;

use activation::Activation;
use gradient_lab::theory::{self, MeanField};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "some fields are there for people")]
struct File {
    schema: String,
    generated_with: serde_json::Value,
    definitions: serde_json::Value,
    tolerance: Tolerance,
    fixed_points: Vec<FixedPoint>,
    critical: Vec<Critical>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tolerance {
    relative: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedPoint {
    activation: Activation,
    sigma_w2: f64,
    sigma_b2: f64,
    q0: f64,
    status: Status,
    q_star: Option<f64>,
    chi: Option<f64>,
    phase: Option<Phase>,
    q: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "some fields are there for people")]
struct Critical {
    activation: Activation,
    sigma_b2: f64,
    q0: f64,
    sigma_w2_searched: Option<[f64; 2]>,
    critical_sigma_w2: Option<f64>,
    q_star: Option<f64>,
    chi: Option<f64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Converged,
    Diverges,
    Marginal,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Phase {
    Ordered,
    Critical,
    Chaotic,
}

fn file() -> File {
    let path = directory::reference_directory().join("theory.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: File = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(file.schema, "mean-field-theory/1");
    file
}

/// Each number by itself, relative; where 0 is wanted, absolute.
fn assert_close(got: Option<f64>, want: Option<f64>, tolerance: f64, what: &str) {
    match (got, want) {
        (Some(got), Some(want)) => {
            let error = (got - want).abs() / if want == 0.0 { 1.0 } else { want.abs() };
            assert!(error <= tolerance, "{what}: {got:e}, not {want:e}: relative error {error:.1e}");
        }
        (None, None) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn every_recursion_and_fixed_point_is_reproduced() {
    let file = file();
    assert!(!file.fixed_points.is_empty());
    for entry in &file.fixed_points {
        let FixedPoint { activation, sigma_w2, sigma_b2, q0, .. } = *entry;
        let name = format!("{activation:?}, σ_w² = {sigma_w2}, σ_b² = {sigma_b2}");
        let field = MeanField { activation: activation.into(), sigma_w2, sigma_b2, bias_mean: 0.0 };
        let mut q = q0;
        for (layer, want) in entry.q.iter().enumerate() {
            assert_close(Some(q), Some(*want), file.tolerance.relative, &format!("{name}: q of layer {layer}"));
            q = field.next_q(q);
        }
        let point = field.fixed_point(q0);
        let settling = match entry.status {
            Status::Converged => theory::Settling::Converged,
            Status::Diverges => theory::Settling::Diverges,
            Status::Marginal => theory::Settling::Marginal,
        };
        let phase = entry.phase.map(|phase| match phase {
            Phase::Ordered => theory::Phase::Ordered,
            Phase::Critical => theory::Phase::Critical,
            Phase::Chaotic => theory::Phase::Chaotic,
        });
        assert_eq!((point.settling, point.chi.map(theory::Phase::of)), (settling, phase), "{name}");
        assert_close(point.q_star, entry.q_star, file.tolerance.relative, &format!("{name}: q*"));
        assert_close(point.chi, entry.chi, file.tolerance.relative, &format!("{name}: χ"));
    }
}

#[test]
fn every_edge_of_chaos_is_reproduced() {
    let file = file();
    assert!(!file.critical.is_empty());
    for entry in &file.critical {
        let name = format!("{:?}, σ_b² = {}", entry.activation, entry.sigma_b2);
        let activation = entry.activation.into();
        let point = theory::critical_point(activation, entry.sigma_b2);
        let tolerance = file.tolerance.relative;
        assert_close(point.map(|p| p.sigma_w2), entry.critical_sigma_w2, tolerance, &format!("{name}: σ_w²"));
        assert_close(point.and_then(|p| p.q_star), entry.q_star, tolerance, &format!("{name}: q*"));
        let chi = point.map(|point| {
            let field = MeanField { activation, sigma_w2: point.sigma_w2, sigma_b2: entry.sigma_b2, bias_mean: 0.0 };
            field.chi(point.q_star.unwrap_or(entry.q0))
        });
        assert_close(chi, entry.chi, tolerance, &format!("{name}: χ"));
    }
}
