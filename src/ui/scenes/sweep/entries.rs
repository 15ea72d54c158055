//! The ready maps in the list of scenes.

use crate::experiment::{Experiment, scene::Link, share};
use crate::sweep::Sweep;
use crate::ui::i18n::{Words, t_string, use_i18n};
use crate::ui::lab::use_lab;
use crate::ui::reactive::{Views, attribute, live};
use leptos::prelude::*;

/// A ready map: its name in tests, the experiment's pairs, and the map's.
struct Ready {
    name: &'static str,
    experiment: &'static str,
    pairs: &'static str,
}

/// All of them, in their order.
const READY: [Ready; 9] = [
    Ready {
        name: "depth-gain",
        experiment: "width=64&activation=tanh",
        pairs: "sweep=gain:0.5..4*20&sweep=depth:2..59*20",
    },
    Ready {
        name: "depth-gain-relu",
        experiment: "width=64&activation=relu&init=kaiming-normal",
        pairs: "sweep=gain:0.5..2*20&sweep=depth:2..59*20",
    },
    Ready {
        name: "sigmas",
        experiment: "depth=20&width=64&activation=tanh&init=lecun-normal",
        pairs: "sweep=gain:0.5..3*16&sweep=bias-std:0..1*11",
    },
    Ready {
        name: "optimizers",
        experiment: "depth=4&activation=tanh",
        pairs: "sweep=lr:1e-4..1*9&sweep=optimizer:sgd,momentum,nesterov,adagrad,rmsprop,adam&seeds=3&outcome=loss&after=200",
    },
    Ready {
        name: "activations",
        experiment: "width=32",
        pairs: "sweep=activation:sigmoid,tanh,relu,elu,selu,gelu,silu&sweep=depth:2..40*20&seeds=3",
    },
    Ready {
        name: "width-depth",
        experiment: "activation=relu&init=kaiming-normal",
        pairs: "sweep=width:1..64*7&sweep=depth:1..28*10&seeds=20&outcome=verdict:dead&after=0",
    },
    Ready { name: "rho", experiment: "model=rnn&rec-init=normal", pairs: "sweep=rho:0.5..2*13&sweep=length:5..60*12" },
    Ready {
        name: "luck",
        experiment: "width=4&activation=relu&init=kaiming-normal",
        pairs: "sweep=depth:2..20*10&seeds=20",
    },
    Ready {
        name: "born-dead",
        experiment: "width=2&activation=relu&init=kaiming-normal",
        pairs: "sweep=depth:1..20*20&seeds=20&outcome=verdict:dead&after=0",
    },
];

impl Ready {
    fn words(&self, i18n: Words) -> [&'static str; 2] {
        match self.name {
            "depth-gain" => {
                [t_string!(i18n, sweep.entry.depth_gain.name), t_string!(i18n, sweep.entry.depth_gain.question)]
            }
            "depth-gain-relu" => [
                t_string!(i18n, sweep.entry.depth_gain_relu.name),
                t_string!(i18n, sweep.entry.depth_gain_relu.question),
            ],
            "sigmas" => [t_string!(i18n, sweep.entry.sigmas.name), t_string!(i18n, sweep.entry.sigmas.question)],
            "optimizers" => {
                [t_string!(i18n, sweep.entry.optimizers.name), t_string!(i18n, sweep.entry.optimizers.question)]
            }
            "activations" => {
                [t_string!(i18n, sweep.entry.activations.name), t_string!(i18n, sweep.entry.activations.question)]
            }
            "width-depth" => {
                [t_string!(i18n, sweep.entry.width_depth.name), t_string!(i18n, sweep.entry.width_depth.question)]
            }
            "rho" => [t_string!(i18n, sweep.entry.rho.name), t_string!(i18n, sweep.entry.rho.question)],
            "luck" => [t_string!(i18n, sweep.entry.luck.name), t_string!(i18n, sweep.entry.luck.question)],
            _ => [t_string!(i18n, sweep.entry.born_dead.name), t_string!(i18n, sweep.entry.born_dead.question)],
        }
    }

    fn fragment(&self) -> String {
        format!("v={}&{}&{}", share::VERSION, self.experiment, self.pairs)
    }
}

/// The question of the ready map that this is, with whatever seeds.
pub(super) fn question_of(i18n: Words, base: &Experiment, sweep: &Sweep) -> Option<&'static str> {
    let is_it = |ready: &&Ready| {
        let (its_base, _) = share::from_fragment(ready.experiment);
        let its_base = its_base.conducted_as(base);
        let (its_sweep, _) = Sweep::from_pairs(ready.pairs, &its_base);
        its_base == *base && Sweep { seeds: sweep.seeds, ..its_sweep } == *sweep
    };
    READY.iter().find(is_it).map(|ready| ready.words(i18n)[1])
}

/// The ready maps, the first around what is on the page.
#[component]
pub fn Entries() -> impl IntoView {
    let (lab, i18n) = (use_lab(), use_i18n());
    // A map is of the run's first steps, however far it has come.
    let present = move || {
        lab.experiment.with(|experiment| {
            let base = experiment.conducted_as(&Experiment::default());
            Link::fragment(&base, &Sweep::of(&base).pairs())
        })
    };
    let item = move |ready: &'static Ready| {
        view! {
            <li>
                <a href=format!("#{}", ready.fragment()) data-sweep=ready.name>
                    <strong>{live(move || ready.words(i18n)[0])}</strong>
                    <span>{live(move || ready.words(i18n)[1])}</span>
                </a>
            </li>
        }
    };
    view! {
        <section>
            <h2>{live(move || t_string!(i18n, sweep.entry.heading))}</h2>
            <ul class="lessons">
                <li>
                    <a href=attribute(move || format!("#{}", present())) data-sweep="present">
                        <strong>{live(move || t_string!(i18n, sweep.entry.present.name))}</strong>
                        <span>{live(move || t_string!(i18n, sweep.entry.present.question))}</span>
                    </a>
                </li>
                {READY.iter().map(item).views()}
            </ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::READY;
    use crate::experiment::share::from_fragment;
    use crate::sweep::{Plan, Sweep};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn every_ready_map_is_made() {
        for ready in &READY {
            let (base, notices) = from_fragment(ready.experiment);
            let (sweep, problems) = Sweep::from_pairs(ready.pairs, &base);
            assert_eq!((notices, problems), (vec![], vec![]), "{}", ready.name);
            assert_eq!(sweep.pairs(), ready.pairs, "{}", ready.name);
            assert!(Plan::new(&sweep, &base).is_ok(), "{}", ready.name);
        }
    }
}
