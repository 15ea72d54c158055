//! What recurrent networks learn, and what they do not.

#[path = "support/scoring.rs"]
mod scoring;

use gradient_lab::data::sequences::Corpus;
use gradient_lab::experiment::share::from_fragment;
use gradient_lab::train::RecurrentTrainer;

/// The share of held-out sequences that the run of a link answers rightly after some steps.
fn accuracy(fragment: &str, steps: u64) -> f64 {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    let mut trainer = RecurrentTrainer::<f32>::new(&experiment, &Corpus::default()).unwrap();
    for _ in 0..steps {
        trainer.step().unwrap();
    }
    let (loss, accuracy) = scoring::score(&trainer, &trainer.data().held_out);
    println!("{fragment}: held-out loss {loss:.4}, accuracy {accuracy:.3}");
    accuracy
}

#[test]
fn the_link_to_lstm_learns() {
    assert!(accuracy("model=lstm", 1000) > 0.95);
}

/// The forget gates begin wide open: at 1, where [`the_link_to_lstm_learns`] begins, σ(1)^60 of the gradient would arrive.
#[test]
fn lstm_keeps_the_first_symbol_for_sixty_steps_and_a_plain_network_does_not() {
    let same = "length=60&samples=1024&lr=0.007&seed=3";
    assert!(accuracy(&format!("model=lstm&forget-bias=6&{same}"), 900) > 0.95);
    // One of eight symbols is right by chance, and hardly more than that are.
    assert!(accuracy(&format!("model=rnn&{same}"), 900) < 0.25);
}

#[test]
fn lstm_learns_the_sentences_of_both_languages() {
    for key in ["language=english", "language=chinese", "decisive=early"] {
        assert!(accuracy(&format!("model=lstm&task=sentiment&{key}"), 300) > 0.9, "{key}");
    }
}

/// The lessons of the early and the late word.
#[test]
fn a_plain_network_learns_the_late_word_alone() {
    assert!(accuracy("model=rnn&task=sentiment", 300) > 0.9);
    let early = accuracy("model=rnn&task=sentiment&decisive=early", 300);
    assert!((0.4..0.6).contains(&early), "{early}");
}
