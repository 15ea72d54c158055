//! The scene's sentences: what each path does, in its numbers.

use crate::plot::number::{grouped, readable, short, significant};
use crate::surface::{Agreement, Descent, End, FAR, Function, HyperParameter, Method, Outcome, Tuned};
use crate::ui::i18n::{Words, t_string};

/// The name of a function.
pub fn function(i18n: Words, function: Function) -> &'static str {
    match function {
        Function::Quadratic => t_string!(i18n, surface.name.quadratic),
        Function::Ravine => t_string!(i18n, surface.name.ravine),
        Function::Rosenbrock => t_string!(i18n, surface.name.rosenbrock),
        Function::Beale => t_string!(i18n, surface.name.beale),
        Function::Saddle => t_string!(i18n, surface.name.saddle),
        Function::Online => t_string!(i18n, surface.name.online),
    }
}

/// Its formula.
pub fn formula(function: Function) -> &'static str {
    match function {
        Function::Quadratic => "f = ½ (u² + κ v²)",
        Function::Ravine => "f = √(1 + u²) − 1 + ½ κ v²",
        Function::Rosenbrock => "f = (1 − x)² + 100 (y − x²)²",
        Function::Beale => "f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
        Function::Saddle => "f = x² − y²",
        Function::Online => "fₜ = C x at t = 1, 4, 7, …; else −x; −1 ≤ x ≤ 1; ηₜ = η / √t",
    }
}

/// The name of an optimizer.
pub fn method(i18n: Words, method: Method) -> &'static str {
    match method {
        Method::Sgd => t_string!(i18n, surface.sgd),
        Method::Momentum => t_string!(i18n, parameters.optimizer.momentum),
        Method::Nesterov => t_string!(i18n, parameters.optimizer.nesterov),
        Method::Adagrad => t_string!(i18n, parameters.optimizer.adagrad),
        Method::RmsProp => t_string!(i18n, parameters.optimizer.rmsprop),
        Method::Adam => t_string!(i18n, parameters.optimizer.adam),
        Method::AmsGrad => t_string!(i18n, parameters.amsgrad.label),
    }
}

/// The name of an optimizer where there is little room.
pub fn short_method(i18n: Words, method: Method) -> &'static str {
    if method == Method::Sgd { t_string!(i18n, surface.gd) } else { self::method(i18n, method) }
}

/// The name of a hyper-parameter.
pub fn hyper_parameter(i18n: Words, parameter: HyperParameter) -> &'static str {
    match parameter {
        HyperParameter::Lr => t_string!(i18n, parameters.lr.label),
        HyperParameter::Momentum => t_string!(i18n, parameters.momentum.label),
        HyperParameter::Beta1 => t_string!(i18n, parameters.beta1.label),
        HyperParameter::Beta2 => t_string!(i18n, parameters.beta2.label),
    }
}

/// Its letter in formulas.
pub fn letter(method: Method, parameter: HyperParameter) -> &'static str {
    match parameter {
        HyperParameter::Lr => "η",
        HyperParameter::Momentum => "μ",
        HyperParameter::Beta1 => "β₁",
        HyperParameter::Beta2 if method == Method::RmsProp => "α",
        HyperParameter::Beta2 => "β₂",
    }
}

/// The names of paths: their optimizers, and of several of one kind what differs between them.
pub fn names(i18n: Words, paths: &[Tuned]) -> Vec<String> {
    let name = |tuned: &Tuned| {
        let alike = || paths.iter().filter(|other| other.method == tuned.method);
        let differs =
            |parameter: &&HyperParameter| alike().any(|other| other.get(**parameter) != tuned.get(**parameter));
        let what = tuned.method.parameters().iter().find(differs);
        let mut name = short_method(i18n, tuned.method).to_owned();
        if let Some(parameter) = what {
            name.push_str(&format!(" {} {}", letter(tuned.method, *parameter), short(tuned.get(*parameter))));
        }
        name
    };
    paths.iter().map(name).collect()
}

/// A factor a step, with so many digits that its difference to 1 has one or two.
pub fn rate(rate: f64) -> String {
    let away = (1.0 - rate).abs();
    let digits = if away >= 0.02 || away == 0.0 { 3 } else { (1.0 - away.log10()).ceil().clamp(3.0, 9.0) as usize };
    significant(rate, digits)
}

/// What all paths do, for those who do not see it.
pub fn summary(i18n: Words, paths: &[Descent], step: usize) -> String {
    let tuned = paths.iter().map(Descent::tuned).collect::<Vec<_>>();
    let sentences = names(i18n, &tuned)
        .into_iter()
        .zip(paths)
        .map(|(name, path)| format!("{name}: {}", sentence(i18n, path, step)));
    let at = t_string!(i18n, surface.at_step, step = grouped(step as u64)).to_string();
    format!("{at}. {}", sentences.collect::<Vec<_>>().join(" "))
}

/// What a path does at a step.
pub fn sentence(i18n: Words, path: &Descent, step: usize) -> String {
    let tuned = path.tuned();
    let of_rate = |measured: f64| {
        let text = rate(measured);
        match path.agreement(step, measured) {
            Some(Agreement::Agrees) => t_string!(i18n, surface.say.as_predicted, rate = text).to_string(),
            Some(Agreement::InTheEnd(predicted)) => {
                t_string!(i18n, surface.say.predicted_later, rate = text, predicted = rate(predicted)).to_string()
            }
            None => t_string!(i18n, surface.say.rate, rate = text).to_string(),
        }
    };
    let because = |limit: Option<f64>| {
        let limit = limit?;
        let (lr, limit) = (short(tuned.lr()), readable(limit));
        let formula = match tuned.method {
            Method::Sgd => "2/λₙ",
            Method::Momentum => "2 (1 + μ)/λₙ",
            _ => "2 (1 + μ)/((1 + 2μ) λₙ)",
        };
        Some(match path.objective().function {
            Function::Quadratic => {
                t_string!(i18n, surface.say.over_limit, lr = lr, limit = limit, formula = formula).to_string()
            }
            _ => t_string!(i18n, surface.say.over_limit_near, lr = lr, limit = limit, formula = formula).to_string(),
        })
    };
    match path.outcome(step) {
        Outcome::Early => t_string!(i18n, surface.say.early).to_owned(),
        Outcome::Diverged { step, limit } => joined([
            Some(
                t_string!(i18n, surface.say.diverged, step = grouped(step as u64), far = grouped(FAR as u64))
                    .to_string(),
            ),
            because(limit),
        ]),
        Outcome::Growing { rate, limit } => {
            joined([Some(t_string!(i18n, surface.say.growing, rate = of_rate(rate)).to_string()), because(limit)])
        }
        Outcome::Arrived { since, rate } => joined([
            Some(t_string!(i18n, surface.say.arrived, since = grouped(since as u64)).to_string()),
            rate.map(|rate| t_string!(i18n, surface.say.goes_on, rate = of_rate(rate)).to_string()),
        ]),
        Outcome::Nearing { rate, zigzags } => joined([
            Some(t_string!(i18n, surface.say.nearing, rate = of_rate(rate)).to_string()),
            halving(i18n, rate),
            zigzags.then(|| t_string!(i18n, surface.say.zigzags).to_owned()),
        ]),
        Outcome::Descending { rate: factor } => {
            t_string!(i18n, surface.say.descending, rate = rate(factor)).to_string()
        }
        Outcome::Hovering { within } => t_string!(i18n, surface.say.hovering, within = readable(within)).to_string(),
        Outcome::Standing { distance, slope } => {
            t_string!(i18n, surface.say.standing, slope = readable(slope), distance = readable(distance)).to_string()
        }
        Outcome::OnRidge { distance } => {
            t_string!(i18n, surface.say.on_ridge, distance = readable(distance)).to_string()
        }
        Outcome::Leaving { across, rate } => {
            t_string!(i18n, surface.say.leaving, across = readable(across), rate = of_rate(rate)).to_string()
        }
        Outcome::Left { step: left } => {
            let left = grouped(left as u64);
            match path.diverged_by(step) {
                Some(end) => {
                    let (end, far) = (grouped(end as u64), grouped(FAR as u64));
                    t_string!(i18n, surface.say.left_ended, step = left, end = end, far = far).to_string()
                }
                None => t_string!(i18n, surface.say.left, step = left).to_string(),
            }
        }
        Outcome::Online { x, regret, end } => {
            let (at, regret) = (readable(x), readable(regret));
            match end {
                Some(End::Worst) => {
                    let end = readable(2.0 * (path.objective().c - 2.0) / 3.0);
                    t_string!(i18n, surface.say.worst, x = at, regret = regret, end = end).to_string()
                }
                Some(End::Best) => t_string!(i18n, surface.say.best, x = at, regret = regret).to_string(),
                None => t_string!(i18n, surface.say.between, x = at, regret = regret).to_string(),
            }
        }
    }
}

/// In how many steps the distance halves, where a factor near 1 tells little.
fn halving(i18n: Words, rate: f64) -> Option<String> {
    let steps = -(2f64.ln()) / rate.ln();
    (rate > 0.97 && rate < 1.0)
        .then(|| t_string!(i18n, surface.say.halves, steps = grouped(steps.round() as u64)).to_string())
}

fn joined<const N: usize>(sentences: [Option<String>; N]) -> String {
    sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
