//! What recurrent networks learn, and what they do not.

use gradient_lab::data::sequences::Corpus;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::look::view::Evaluation;
use gradient_lab::train::RecurrentTrainer;

/// How well the run of a link does after some steps.
fn after(fragment: &str, steps: u64) -> Evaluation {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
    for _ in 0..steps {
        trainer.step().unwrap();
    }
    let evaluation = trainer.evaluate();
    println!("{fragment}: {evaluation:?}");
    evaluation
}

/// The share of held-out sequences that are answered rightly.
fn accuracy(fragment: &str, steps: u64) -> f64 {
    after(fragment, steps).held_out.accuracy.unwrap()
}

#[test]
fn the_link_to_lstm_learns() {
    assert!(accuracy("model=lstm", 700) > 0.95);
}

/// The link of [`the_link_to_lstm_learns`] is of 30 steps; at 60 the forget gates have to begin wider open.
#[test]
fn lstm_keeps_the_first_symbol_for_sixty_steps_and_a_plain_network_does_not() {
    let same = "length=60&samples=1024&seed=7";
    assert!(accuracy(&format!("model=lstm&forget-bias=6&{same}"), 900) > 0.8);
    // One of eight symbols is right by chance.
    assert!(accuracy(&format!("model=rnn&{same}"), 900) < 0.2);
}

#[test]
fn lstm_learns_sentences_of_both_languages_and_both_orders() {
    for language in ["english", "chinese"] {
        for decisive in ["early", "late"] {
            let fragment = format!("model=lstm&task=sentiment&language={language}&decisive={decisive}");
            assert!(accuracy(&fragment, 300) > 0.9, "{fragment}");
        }
    }
}

/// The lessons of the early and the late word, and of padding after the text.
#[test]
fn a_plain_network_learns_the_late_word_alone() {
    assert!(accuracy("model=rnn&task=sentiment", 300) > 0.9);
    let early = accuracy("model=rnn&task=sentiment&decisive=early", 300);
    assert!((0.4..0.6).contains(&early), "{early}");
}
