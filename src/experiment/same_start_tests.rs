use super::*;
use crate::experiment::share::from_fragment;

fn same(one: &str, other: &str) -> SameStart {
    let run = |fragment: &str| {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        experiment
    };
    SameStart::of(&run(one), &run(other))
}

const ALL: SameStart = SameStart { seed: true, weights: true, data: true, batches: true };

#[test]
fn what_takes_no_part_in_a_purpose_changes_nothing_of_it() {
    for (one, other, want) in [
        ("", "", ALL),
        ("", "seed=8", SameStart::default()),
        ("", "optimizer=adam&lr=3&activation=tanh&norm=layer&residual=add&clip=norm", ALL),
        ("", "batch=8", SameStart { batches: false, ..ALL }),
        ("batch=full", "batch=256", ALL),
        ("", "depth=13", SameStart { weights: false, ..ALL }),
        ("", "init=orthogonal", SameStart { weights: false, ..ALL }),
        ("", "noise=0", SameStart { data: false, ..ALL }),
        ("", "samples=64", SameStart { data: false, batches: false, ..ALL }),
        ("", "dataset=xor", SameStart { weights: false, data: false, ..ALL }),
        ("", "precision=f64", SameStart { weights: false, data: false, ..ALL }),
        ("model=rnn", "model=lstm", SameStart { weights: false, ..ALL }),
        ("model=rnn", "model=rnn&length=9", SameStart { data: false, ..ALL }),
        ("model=lstm", "model=lstm&forget-bias=3", SameStart { weights: false, ..ALL }),
        ("model=lstm", "model=lstm&rho=2&optimizer=sgd", ALL),
        ("model=lstm&task=sentiment", "model=lstm&task=sentiment&padding=after", SameStart { data: false, ..ALL }),
    ] {
        assert_eq!(same(one, other), want, "{one:?} and {other:?}");
        assert_eq!(same(other, one), want, "{other:?} and {one:?}");
    }
}
