//! Optimizers on functions of two parameters: what the update rules that train networks do there, against closed form.

use gradient_lab::choice::Choice;
use gradient_lab::random::{Purpose, Random};
use gradient_lab::surface::examples::Example;
use gradient_lab::surface::theory::{self, best, best_tuned};
use gradient_lab::surface::{
    Descent, End, Function, HyperParameter, MOST_PATHS, Method, Notice, Objective, Outcome, Setting, Tuned,
};
use proptest::prelude::*;

fn quadratic(kappa: f64, angle: f64) -> Objective {
    Objective { kappa, angle, ..Objective::new(Function::Quadratic) }
}

fn with(method: Method, lr: f64, momentum: f64) -> Tuned {
    Tuned::new(method).with(HyperParameter::Lr, lr).with(HyperParameter::Momentum, momentum)
}

fn walked(objective: Objective, tuned: Tuned, start: [f64; 2], steps: usize) -> Descent {
    let mut path = Descent::new(objective, tuned, start);
    path.advance_to(steps);
    path
}

#[test]
fn gradient_descent_on_a_quadratic_is_a_power_in_each_direction() {
    for (kappa, angle, lr) in [(10.0, 0.0, 0.18), (10.0, 30.0, 0.18), (100.0, 0.0, 0.005), (3.0, 90.0, 0.9)] {
        let (objective, start) = (quadratic(kappa, angle), [-3.5, 2.0]);
        let path = walked(objective, with(Method::Sgd, lr, 0.0), start, 200);
        let curvature = objective.curvature().unwrap();
        let from = curvature.along(start);
        for (step, made) in path.up_to(200).iter().enumerate() {
            let along = curvature.along(made.at);
            for mode in 0..2 {
                let exact = from[mode] * (1.0 - lr * curvature.lambda[mode]).powi(step as i32);
                let error = (along[mode] - exact).abs();
                // Turned, what is small in one direction is rounded by what is large in the other.
                assert!(
                    error <= 1e-12 * exact.abs() + 1e-13 * along[0].hypot(along[1]),
                    "{kappa} {angle} {step}: {along:?}, {exact}"
                );
            }
        }
    }
}

#[test]
fn the_momentum_methods_on_a_quadratic_are_their_recurrence() {
    // z' = (1 + μ − ηλ) z − μ z⁻, and Nesterov's (1 + μ)(1 − ηλ) z − μ (1 − ηλ) z⁻ (O'Donoghue and Candès 2015).
    for method in [Method::Momentum, Method::Nesterov] {
        let (lr, mu, objective, start) = (0.03, 0.8, quadratic(20.0, 0.0), [-3.0, 1.0]);
        let path = walked(objective, with(method, lr, mu), start, 300);
        for (axis, lambda) in [1.0, 20.0].into_iter().enumerate() {
            let (t, d) = match method {
                Method::Momentum => (1.0 + mu - lr * lambda, mu),
                _ => ((1.0 + mu) * (1.0 - lr * lambda), mu * (1.0 - lr * lambda)),
            };
            // PyTorch's first velocity is the first gradient.
            let first = if method == Method::Momentum { 1.0 - lr * lambda } else { 1.0 - lr * lambda * (1.0 + mu) };
            let mut exact = vec![start[axis], start[axis] * first];
            for step in 2..=300 {
                exact.push(t * exact[step - 1] - d * exact[step - 2]);
            }
            let size =
                |step: usize| exact[step.saturating_sub(3)..=step].iter().fold(0.0_f64, |most, z| most.max(z.abs()));
            for (step, made) in path.up_to(300).iter().enumerate() {
                assert!(
                    (made.at[axis] - exact[step]).abs() < 1e-10 * size(step),
                    "{method:?} axis {axis}, step {step}"
                );
            }
        }
    }
}

#[test]
fn measured_rates_are_those_of_theory() {
    for (kappa, angle) in [(4.0, 0.0), (10.0, 20.0), (50.0, 45.0)] {
        let objective = quadratic(kappa, angle);
        for method in [Method::Sgd, Method::Momentum, Method::Nesterov] {
            let tuned = best_tuned(method, [1.0, kappa]).unwrap();
            for tuned in [tuned, tuned.with(HyperParameter::Lr, 0.4 * tuned.lr())] {
                let path = walked(objective, tuned, [-3.0, 1.7], 2000);
                let (measured, predicted) = (path.rate(400).unwrap(), path.predicted().unwrap());
                // At the best momentum two roots are nearly one, and the power has a factor that grows with the step.
                assert!((measured / predicted - 1.0).abs() < 0.02, "{method:?} κ {kappa}: {measured}, {predicted}");
            }
        }
        let [gd, momentum] = [Method::Sgd, Method::Momentum].map(|method| best(method, [1.0, kappa]).unwrap());
        assert!((gd.rate - (kappa - 1.0) / (kappa + 1.0)).abs() < 1e-15);
        assert!((momentum.rate - (kappa.sqrt() - 1.0) / (kappa.sqrt() + 1.0)).abs() < 1e-15);
        let eta = 2.0 / (1.0 + kappa.sqrt());
        assert!((momentum.lr - eta * eta).abs() < 1e-15 && (gd.lr - 2.0 / (1.0 + kappa)).abs() < 1e-15);
    }
}

#[test]
fn the_border_of_stability_is_where_theory_has_it() {
    for method in [Method::Sgd, Method::Momentum, Method::Nesterov] {
        for momentum in [0.5, 0.9] {
            let objective = quadratic(25.0, 0.0);
            let limit = theory::limit(&with(method, 1.0, momentum), 25.0).unwrap();
            let below = walked(objective, with(method, 0.99 * limit, momentum), [-1.0, 1.0], 10_000);
            assert!(matches!(below.outcome(10_000), Outcome::Arrived { .. }), "{method:?} {:?}", below.outcome(10_000));
            let above = walked(objective, with(method, 1.01 * limit, momentum), [-1.0, 1.0], 10_000);
            assert!(
                matches!(above.outcome(60), Outcome::Growing { limit: Some(told), .. } if told == limit),
                "{method:?}"
            );
            let Outcome::Diverged { limit: Some(told), step } = above.outcome(10_000) else { panic!("{method:?}") };
            assert_eq!(told, limit);
            assert!(step < 10_000);
        }
    }
}

#[test]
fn near_any_minimum_the_rate_is_that_of_its_curvature() {
    for (function, lr) in [(Function::Ravine, 0.035), (Function::Beale, 0.03), (Function::Rosenbrock, 0.0015)] {
        let objective = Objective::new(function);
        let [x, y] = objective.stationary();
        let path = walked(objective, with(Method::Sgd, lr, 0.0), [x + 0.02, y + 0.01], 10_000);
        let (measured, predicted) = (path.rate(10_000).unwrap(), path.predicted().unwrap());
        let ratio = (1.0 - measured) / (1.0 - predicted);
        assert!((ratio - 1.0).abs() < 0.02, "{function:?}: {measured}, {predicted}");
    }
}

#[test]
fn turning_the_axes_is_nothing_to_gradient_descent_and_much_to_adam() {
    let at = |method: Method, angle: f64| {
        // The start is turned with the valley.
        let (sin, cos) = angle.to_radians().sin_cos();
        let start = [-3.0 * cos - sin, -3.0 * sin + cos];
        let path = walked(quadratic(100.0, angle), with(method, 0.01, 0.9), start, 60);
        path.up_to(60).last().unwrap().value
    };
    for method in [Method::Sgd, Method::Momentum, Method::Nesterov] {
        assert!((at(method, 45.0) / at(method, 0.0) - 1.0).abs() < 1e-9, "{method:?}");
    }
    assert!((at(Method::Adam, 45.0) / at(Method::Adam, 0.0) - 1.0).abs() > 0.1);
}

#[test]
fn who_begins_on_the_ridge_of_the_saddle_never_leaves_it() {
    let objective = Objective::new(Function::Saddle);
    for &method in Method::ALL {
        let tuned = with(method, 0.05, 0.9);
        let path = walked(objective, tuned, [-1.5, 0.0], 500);
        assert!(path.up_to(500).iter().all(|made| made.at[1] == 0.0), "{method:?}");
        assert!(matches!(path.outcome(500), Outcome::OnRidge { .. }), "{method:?}");
        // A hair beside it they all do; only gradient descent and momentum by a factor that theory knows.
        let path = walked(objective, tuned, [-1.5, 1e-6], 2000);
        assert!(matches!(path.outcome(2000), Outcome::Left { .. }), "{method:?}: {:?}", path.outcome(2000));
        if let Some(predicted) = path.predicted() {
            let measured = path.rate(60).unwrap();
            assert!((measured / predicted - 1.0).abs() < 1e-3, "{method:?}: {measured}, {predicted}");
        }
    }
}

#[test]
fn on_reddis_losses_adam_goes_to_the_worst_end_and_amsgrad_to_the_best() {
    // Theorem 1 of Reddi, Kale and Kumar 2018: β₁ = 0, β₂ = 1 / (1 + C²), η_t = η / √t with η < √(1 − β₂).
    for (c, lr, start) in [(3.0, 0.5, 0.0), (3.0, 0.9, -1.0), (3.0, 0.5, 1.0), (10.0, 0.9, 0.0)] {
        let objective = Objective { c, ..Objective::new(Function::Online) };
        let tuned = |method| {
            Tuned::new(method)
                .with(HyperParameter::Lr, lr)
                .with(HyperParameter::Beta1, 0.0)
                .with(HyperParameter::Beta2, 1.0 / (1.0 + c * c))
        };
        let [adam, amsgrad] =
            [Method::Adam, Method::AmsGrad].map(|method| walked(objective, tuned(method), [start, 0.0], 10_000));
        // After each third step, x is 1, once it has come there.
        let x = |path: &Descent, step: usize| path.up_to(step).last().unwrap().at[0];
        assert!((9_000..9_999).step_by(3).all(|step| x(&adam, step) == 1.0), "C {c}: {}", x(&adam, 9_000));
        let worst = (9_000..10_000).map(|step| x(&amsgrad, step)).fold(-1.0, f64::max);
        assert!(worst < -0.9, "C {c}: {worst}");
        // At 1 each round of three steps loses 2 (C − 2) more than at −1.
        let regret = adam.mean_regret(10_000).unwrap();
        assert!((regret / (2.0 * (c - 2.0) / 3.0) - 1.0).abs() < 0.1, "C {c}: {regret}");
        assert!(amsgrad.mean_regret(10_000).unwrap() < 0.1 * regret, "C {c}");
        let Outcome::Online { x: told, regret: told_regret, end } = adam.outcome(10_000) else {
            panic!("it is online")
        };
        assert_eq!((told, told_regret, end), (x(&adam, 10_000), regret, Some(End::Worst)));
        let end_of = |path: &Descent| match path.outcome(10_000) {
            Outcome::Online { end, .. } => end,
            other => panic!("{other:?}"),
        };
        assert_eq!(end_of(&amsgrad), Some(End::Best));
        // Where a path begins is not where it ends.
        let Outcome::Online { end, .. } = adam.outcome(1) else { panic!("it is online") };
        assert_eq!(end, None);
    }
    // The regret is the sum of losses less that of the best.
    let objective = Objective::new(Function::Online);
    let path = walked(objective, Tuned::new(Method::Adam), [0.5, 0.0], 50);
    let made = path.up_to(50);
    let losses: f64 = (1..=50).map(|step| objective.value(made[step - 1].at, step as u64)).sum();
    let best: f64 = (1..=50).map(|step| objective.value([-1.0, 0.0], step as u64)).sum();
    assert!((path.mean_regret(50).unwrap() - (losses - best) / 50.0).abs() < 1e-12);
    assert_eq!(path.mean_regret(0), None);
}

#[test]
fn who_swings_back_over_the_saddle_has_not_left_it() {
    let path = walked(Objective::new(Function::Saddle), with(Method::Momentum, 0.05, 0.9), [10.0, 0.5], 200);
    let below = |step: usize| path.up_to(step).last().unwrap().value < -1.0;
    let first = (0..200).find(|step| below(*step)).unwrap();
    let back = (first..200).find(|step| !below(*step)).expect("it swings back");
    assert!(matches!(path.outcome(first), Outcome::Left { step } if step == first));
    assert!(!matches!(path.outcome(back), Outcome::Left { .. }), "{:?}", path.outcome(back));
    let Outcome::Left { step } = path.outcome(200) else { panic!("{:?}", path.outcome(200)) };
    assert!(step > back && (step..=200).all(below) && !below(step - 1), "since {step}");
}

#[test]
fn a_path_over_the_minimum_has_a_rate() {
    let tuned = with(Method::Momentum, 0.1, 0.99);
    let path = walked(quadratic(10.0, 0.0), tuned, [0.0, 2.0], 2000);
    assert_eq!(path.up_to(1).last().unwrap().at, [0.0, 0.0], "it comes upon it at once");
    let (measured, predicted) = (path.rate(2000).unwrap(), path.predicted().unwrap());
    assert!((measured / predicted - 1.0).abs() < 2e-3, "{measured}, {predicted}");
    // Who stays there has come at once, which is no rate.
    let path = walked(quadratic(1.0, 0.0), with(Method::Sgd, 1.0, 0.0), [1.0, 2.0], 50);
    assert_eq!(path.rate(50), None);
    assert!(matches!(path.outcome(50), Outcome::Arrived { since: 1, .. }), "{:?}", path.outcome(50));
}

#[test]
fn what_is_said_of_a_path_is_so() {
    // (function, start, optimizer, steps, what is to be said)
    type Case = (Objective, [f64; 2], Tuned, usize, fn(Outcome) -> bool);
    let of = Objective::new;
    let cases: [Case; 10] = [
        (quadratic(10.0, 0.0), [-3.0, 2.0], with(Method::Sgd, 0.1, 0.0), 3, |outcome| outcome == Outcome::Early),
        (quadratic(10.0, 0.0), [-3.0, 2.0], with(Method::Sgd, 0.19, 0.0), 40, |outcome| {
            matches!(outcome, Outcome::Nearing { zigzags: true, .. })
        }),
        (quadratic(10.0, 0.0), [-3.0, 2.0], with(Method::Sgd, 0.02, 0.0), 40, |outcome| {
            matches!(outcome, Outcome::Nearing { zigzags: false, .. })
        }),
        // On the border of stability it goes to and fro for ever; and so does it with steps of one length.
        (
            quadratic(10.0, 0.0),
            [-3.0, 2.0],
            with(Method::Sgd, 0.2, 0.0),
            400,
            |outcome| matches!(outcome, Outcome::Hovering { within } if (within - 2.0).abs() < 1e-6),
        ),
        (
            quadratic(10.0, 0.0),
            [-3.03, 2.02],
            with(Method::RmsProp, 0.1, 0.0).with(HyperParameter::Beta2, 0.0),
            400,
            |outcome| matches!(outcome, Outcome::Hovering { within } if within > 0.05 && within < 0.15),
        ),
        // In the valley of Rosenbrock's function it creeps, and is not about the minimum.
        (of(Function::Rosenbrock), [-1.5, 2.5], with(Method::Sgd, 0.001, 0.0), 100, |outcome| {
            matches!(outcome, Outcome::Nearing { .. })
        }),
        // Beale's function has a saddle at (0, 1).
        (of(Function::Beale), [0.0, 1.0 + 1e-9], with(Method::Sgd, 0.01, 0.0), 20, |outcome| {
            matches!(outcome, Outcome::Nearing { .. } | Outcome::Descending { .. } | Outcome::Standing { .. })
        }),
        (
            of(Function::Beale),
            [0.5, 1.5],
            with(Method::Adagrad, 0.5, 0.0),
            30,
            |outcome| matches!(outcome, Outcome::Standing { distance, .. } if distance > 3.0),
        ),
        (quadratic(1.0, 0.0), [-3.0, 2.0], with(Method::Sgd, 1.0, 0.0), 1, |outcome| {
            outcome == Outcome::Arrived { since: 1, rate: None }
        }),
        (of(Function::Beale), [9.0, 9.0], with(Method::Sgd, 1.0, 0.0), 9, |outcome| {
            matches!(outcome, Outcome::Diverged { limit: Some(_), .. })
        }),
    ];
    for (objective, start, tuned, steps, is_so) in cases {
        let path = walked(objective, tuned, start, steps);
        assert!(is_so(path.outcome(steps)), "{objective:?} {tuned:?} at {steps}: {:?}", path.outcome(steps));
    }
}

#[test]
fn examples_are_links_in_their_shortest_form() {
    for &example in Example::ALL {
        let (setting, notices) = Setting::from_pairs(example.pairs());
        assert_eq!(notices, [], "{example:?}");
        assert_eq!(setting.to_pairs(), example.pairs(), "{example:?}");
        assert!(!example.pairs().contains('%'), "{example:?}");
    }
    for &function in Function::ALL {
        let usual = Setting::new(function);
        assert_eq!(Setting::from_pairs(&usual.to_pairs()), (usual.clone(), vec![]));
        assert_eq!(Setting::from_pairs(&format!("surface={}", function.name())).0, usual);
    }
}

#[test]
fn examples_answer_their_questions() {
    let outcomes = |example: Example, step: usize| -> Vec<Outcome> {
        let (setting, _) = Setting::from_pairs(example.pairs());
        setting.paths.iter().map(|tuned| walked(setting.objective, *tuned, setting.start, step).outcome(step)).collect()
    };
    let arrived = |outcome: &Outcome| match outcome {
        Outcome::Arrived { since, .. } => Some(*since),
        _ => None,
    };
    let [best, slow] = outcomes(Example::BestRate, 400)[..] else { panic!("two paths") };
    assert!(arrived(&best).unwrap() * 3 < arrived(&slow).unwrap());
    let ill = outcomes(Example::IllConditioned, 1000);
    assert!(arrived(&ill[0]).unwrap() > 8 * arrived(&best).unwrap() && arrived(&ill[1]).is_none(), "{ill:?}");
    let too_large = outcomes(Example::TooLarge, 100);
    assert!(
        matches!(too_large[..], [Outcome::Nearing { .. }, Outcome::Growing { limit: Some(0.2), .. }]),
        "{too_large:?}"
    );
    let momentum = outcomes(Example::BestMomentum, 1000);
    assert!(arrived(&momentum[1]).unwrap() * 5 < arrived(&momentum[0]).unwrap(), "{momentum:?}");
    let (setting, _) = Setting::from_pairs(Example::BestMomentum.pairs());
    for tuned in setting.paths {
        assert_eq!(Some(tuned), best_tuned(tuned.method, [1.0, 100.0]), "the best, as the page would round it");
    }
    let ravine = outcomes(Example::Ravine, 1000);
    assert!(arrived(&ravine[1]) < arrived(&ravine[0]), "{ravine:?}");
    let turned = outcomes(Example::Turned, 500);
    assert!(arrived(&turned[0]).is_some() && arrived(&turned[1]).is_none(), "{turned:?}");
    for example in [Example::Rosenbrock, Example::Beale] {
        assert!(outcomes(example, 2000).iter().any(|outcome| arrived(outcome).is_some()), "{example:?}");
    }
    let saddle = outcomes(Example::Saddle, 40);
    assert!(
        matches!(
            saddle[..],
            [Outcome::Leaving { .. }, Outcome::Left { .. }, Outcome::Left { .. }, Outcome::Left { .. }]
        ),
        "{saddle:?}"
    );
    let online = outcomes(Example::Online, 500);
    assert!(
        matches!(
            online[..],
            [Outcome::Online { end: Some(End::Worst), .. }, Outcome::Online { end: Some(End::Best), .. }]
        ),
        "{online:?}"
    );
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_is_kept() {
    let usual = Setting::default();
    let told = |pairs: &str| Setting::from_pairs(pairs);
    let (setting, notices) = told("surface=hill&paths=sgd:lr=0.1");
    assert_eq!(setting.objective, usual.objective);
    assert_eq!(setting.paths, [with(Method::Sgd, 0.1, 0.9)]);
    assert!(matches!(&notices[..], [Notice::BadValue { name, given, .. }] if name == "surface" && given == "hill"));
    // Numbers out of their range, or none.
    for (pair, name) in [
        ("kappa=0.5", "kappa"),
        ("kappa=NaN", "kappa"),
        ("angle=91", "angle"),
        ("steps=1e9", "steps"),
        ("start=1", "start"),
        ("start=1,2,3", "start"),
        ("start=1,99", "start"),
        ("start=", "start"),
        ("paths=", "paths"),
        ("paths=adamw", "paths"),
        ("paths=sgd:lr=99", "sgd:lr"),
        ("paths=sgd:lr", "sgd:lr"),
        ("paths=adam:beta1=1", "adam:beta1"),
    ] {
        let (setting, notices) = told(&format!("surface=quadratic&{pair}"));
        assert!(matches!(&notices[..], [Notice::BadValue { name: told, .. }] if told == name), "{pair}: {notices:?}");
        assert_eq!((setting.objective, setting.start, setting.steps), (usual.objective, usual.start, 0), "{pair}");
        assert!(!setting.paths.is_empty());
    }
    // What has no use where it stands.
    for (pairs, name, by) in [
        ("surface=beale&kappa=3", "kappa", "beale"),
        ("surface=saddle&angle=3", "angle", "saddle"),
        ("surface=quadratic&c=3", "c", "quadratic"),
        ("surface=beale&paths=sgd:mu=0.9", "mu", "sgd"),
        ("surface=beale&paths=adam:rate=1", "rate", "adam"),
    ] {
        let (_, notices) = told(pairs);
        assert_eq!(notices, [Notice::NotUsed { name: name.to_owned(), by }], "{pairs}");
    }
    let (setting, notices) = told("surface=beale&paths=sgd;adam;sgd;adam;sgd;sgd:lr=0.2");
    assert_eq!((setting.paths.len(), notices), (MOST_PATHS, vec![Notice::TooManyPaths(2)]));
    let (setting, notices) = told("surface=beale&steps=3&surface=saddle&steps=4&steps=4");
    assert_eq!((setting.objective.function, setting.steps), (Function::Saddle, 4));
    assert_eq!(notices.len(), 2);
    assert!(notices.iter().all(|notice| matches!(notice, Notice::Repeated { .. })));
    // However much there is to tell, it fits on the page.
    let (_, notices) = told(&format!("surface=beale&paths={}", "x;".repeat(100_000)));
    assert!(notices.len() <= 2, "the same is told once: {notices:?}");
    let many: String = (0..1000).map(|index| format!("x{index};")).collect();
    let (_, notices) = told(&format!("surface=beale&paths={many}"));
    assert_eq!((notices.len(), notices.last()), (7, Some(&Notice::More(995))), "1000 names and an empty one");
}

#[test]
fn how_a_link_is_written_does_not_matter() {
    let plain = Setting::from_pairs("surface=quadratic&start=-1,2&paths=sgd:lr=0.1;adam:lr=0.2,beta1=0.5").0;
    for other in [
        "paths=sgd:lr=0.1;adam:lr=0.2,beta1=0.5&start=-1,2&surface=quadratic",
        "surface=Quadratic&start=-1%2C2&paths=sgd%3Alr%3D0.1%3Badam%3Abeta1%3D0.5%2Clr%3D2e-1",
        "surface=quadratic&start= -1 , 2 &paths= SGD : lr = 0.1 ; adam : lr=0.2 , beta1=0.5,",
    ] {
        assert_eq!(Setting::from_pairs(other), (plain.clone(), vec![]), "{other}");
    }
}

fn setting() -> impl Strategy<Value = Setting> {
    let tuned =
        (0..Method::ALL.len(), 0.0..1.0_f64, 0.0..0.999_f64, 0.0..0.999_f64).prop_map(|(method, lr, beta1, beta2)| {
            let method = Method::ALL[method];
            method.parameters().iter().fold(Tuned::new(method), |tuned, parameter| {
                let value = match parameter {
                    HyperParameter::Lr => 10f64.powf(-6.0 + 7.0 * lr),
                    HyperParameter::Momentum | HyperParameter::Beta1 => beta1,
                    HyperParameter::Beta2 => beta2,
                };
                tuned.with(*parameter, value)
            })
        });
    let numbers = (0..Function::ALL.len(), 1.0..1000.0_f64, 0..=90_u32, 2.1..100.0_f64, 0..=10_000_u32);
    let start = (-1.0..1.0_f64, -1.0..1.0_f64);
    (numbers, start, prop::collection::vec(tuned, 1..=MOST_PATHS)).prop_map(|(numbers, (x, y), paths)| {
        let (function, kappa, angle, c, steps) = numbers;
        let mut setting = Setting { paths, steps, ..Setting::new(Function::ALL[function]) };
        let (function, objective) = (setting.objective.function, &mut setting.objective);
        if function.has_kappa() {
            (objective.kappa, objective.angle) = (kappa, angle.into());
        }
        if function.is_online() {
            objective.c = c;
        }
        setting.start = if function.is_online() { [x, 0.0] } else { [10.0 * x, 10.0 * y] };
        setting
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_setting_survives_the_round_trip(setting in setting()) {
        let pairs = setting.to_pairs();
        let (again, notices) = Setting::from_pairs(&pairs);
        prop_assert_eq!(notices, []);
        prop_assert_eq!(&again, &setting, "{}", pairs);
    }

    #[test]
    fn every_text_gives_a_setting_that_can_be_walked(text in "\\PC*") {
        let (setting, _) = Setting::from_pairs(&format!("surface=saddle&{text}"));
        prop_assert!((1..=MOST_PATHS).contains(&setting.paths.len()));
    }
}

#[test]
fn any_setting_can_be_walked_and_told() {
    let mut random = Random::new(8, Purpose::Data);
    for &function in Function::ALL {
        for &method in Method::ALL {
            for _ in 0..40 {
                let mut objective = Objective::new(function);
                (objective.kappa, objective.angle) = (1.0 + 999.0 * random.unit(), (90.0 * random.unit()).round());
                let tuned = Tuned::new(method)
                    .with(HyperParameter::Lr, 10f64.powf(-6.0 + 7.0 * random.unit()))
                    .with(HyperParameter::Momentum, random.unit())
                    .with(HyperParameter::Beta1, 0.999 * random.unit())
                    .with(HyperParameter::Beta2, 0.999_99 * random.unit());
                let start = [20.0 * random.unit() - 10.0, 20.0 * random.unit() - 10.0];
                let path = walked(objective, tuned, start, 300);
                for step in [0, 1, 2, 5, 6, 7, 30, 299, 300] {
                    let numbers = match path.outcome(step) {
                        Outcome::Early | Outcome::Diverged { .. } => vec![],
                        Outcome::Growing { rate, .. }
                        | Outcome::Descending { rate }
                        | Outcome::Nearing { rate, .. } => vec![rate],
                        Outcome::Arrived { rate, .. } => rate.into_iter().collect(),
                        Outcome::Hovering { within } => vec![within],
                        Outcome::Standing { distance, slope } => vec![distance, slope],
                        Outcome::OnRidge { distance } => vec![distance],
                        Outcome::Leaving { across, rate } => vec![across, rate],
                        Outcome::Left { .. } => vec![],
                        Outcome::Online { x, regret, .. } => vec![x, regret],
                    };
                    assert!(
                        numbers.iter().all(|number| number.is_finite()),
                        "{objective:?} {tuned:?} {start:?} {step}"
                    );
                    assert!(path.up_to(step).iter().all(|made| made.value.is_finite()));
                }
            }
        }
    }
}
