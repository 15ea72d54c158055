//! The optimizers' rules as the page prints them: one table for all places that show one.

use crate::experiment::Experiment;
use crate::optim::OptimizerKind;

/// A rule in print: what is kept from step to step, and the step `Δw = −η top / bottom − η λ w`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How what the step is made of follows from what was kept.
    pub kept: Option<String>,
    /// What η is multiplied by.
    pub top: String,
    /// What it is divided by.
    pub bottom: Option<String>,
    /// The root in the divisor, which the rule calls so; `√v̂` where there is none.
    pub root: &'static str,
    /// Whether weight decay acts on the weights themselves; elsewhere it comes with the gradient.
    pub has_own_decay: bool,
    weight: &'static str,
}

/// The rule of an experiment's optimizer, with the letters that stand for the gradient and for what it moves.
pub fn rule_in(experiment: &Experiment, gradient: &'static str, weight: &'static str) -> Rule {
    let kind = experiment.optimizer;
    // The largest of the v as they are; the correction comes after.
    let largest = (experiment.amsgrad && kind.has_amsgrad()).then(|| "v̂ = max v / (1 − β₂ᵗ)".to_owned());
    let rule = rule_of(kind, gradient, weight);
    Rule { kept: largest.or(rule.kept), ..rule }
}

/// The same of an optimizer, without AMSGrad.
pub fn rule_of(kind: OptimizerKind, gradient: &'static str, weight: &'static str) -> Rule {
    let g = gradient;
    let squared = if g.chars().count() == 1 { format!("{g}²") } else { format!("({g})²") };
    let plain =
        |kept: Option<String>, top: String| Rule {
            kept, top, bottom: None, root: "√v̂", has_own_decay: false, weight
        };
    let divided = |kept: Option<String>, top: &str, root: &'static str| Rule {
        bottom: Some(format!("{root} + ε")),
        root,
        ..plain(kept, top.to_owned())
    };
    match kind {
        OptimizerKind::Sgd => plain(None, g.to_owned()),
        OptimizerKind::Momentum => plain(Some(format!("v ← μ v + {g}")), "v".to_owned()),
        OptimizerKind::Nesterov => plain(Some(format!("v ← μ v + {g}")), format!("({g} + μ v)")),
        OptimizerKind::Adagrad => divided(Some(format!("v ← v + {squared}")), g, "√v"),
        OptimizerKind::RmsProp => divided(Some(format!("v ← β₂ v + (1 − β₂) {squared}")), g, "√v"),
        OptimizerKind::Adam => divided(None, "m̂", "√v̂"),
        OptimizerKind::AdamW => Rule { has_own_decay: true, ..divided(None, "m̂", "√v̂") },
    }
}

impl Rule {
    /// What stands before the fraction.
    pub fn before(&self) -> String {
        format!("Δ{} = −η", self.weight)
    }

    /// What stands after it.
    pub fn after(&self) -> Option<String> {
        self.has_own_decay.then(|| format!("− η λ {}", self.weight))
    }

    /// The rule in one line.
    pub fn in_line(&self) -> String {
        let kept = self.kept.as_ref().map(|kept| format!("{kept}, "));
        let bottom = self.bottom.as_ref().map(|bottom| format!(" / ({bottom})"));
        let after = self.after().map(|after| format!(" {after}"));
        let (kept, bottom, after) = (kept.unwrap_or_default(), bottom.unwrap_or_default(), after.unwrap_or_default());
        format!("{kept}{} {}{bottom}{after}", self.before(), self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;

    #[test]
    fn rules_read_as_they_are_printed() {
        let in_line = |kind| rule_of(kind, "∂L/∂W", "W").in_line();
        assert_eq!(in_line(OptimizerKind::Sgd), "ΔW = −η ∂L/∂W");
        assert_eq!(in_line(OptimizerKind::Nesterov), "v ← μ v + ∂L/∂W, ΔW = −η (∂L/∂W + μ v)");
        assert_eq!(in_line(OptimizerKind::RmsProp), "v ← β₂ v + (1 − β₂) (∂L/∂W)², ΔW = −η ∂L/∂W / (√v + ε)");
        assert_eq!(in_line(OptimizerKind::AdamW), "ΔW = −η m̂ / (√v̂ + ε) − η λ W");
        let in_experiment = |optimizer| {
            rule_in(&Experiment { optimizer, amsgrad: true, ..Experiment::default() }, "∂L/∂W", "W").in_line()
        };
        assert_eq!(in_experiment(OptimizerKind::Adam), "v̂ = max v / (1 − β₂ᵗ), ΔW = −η m̂ / (√v̂ + ε)");
        assert_eq!(in_experiment(OptimizerKind::AdamW), "v̂ = max v / (1 − β₂ᵗ), ΔW = −η m̂ / (√v̂ + ε) − η λ W");
        assert_eq!(in_experiment(OptimizerKind::Momentum), in_line(OptimizerKind::Momentum));
        assert_eq!(rule_of(OptimizerKind::Adagrad, "g", "w").kept.as_deref(), Some("v ← v + g²"));
    }

    #[test]
    fn a_rule_divides_where_its_optimizer_adds_epsilon() {
        for &kind in OptimizerKind::ALL {
            assert_eq!(rule_of(kind, "g", "w").bottom.is_some(), kind.uses_epsilon(), "{kind:?}");
        }
    }
}
