use super::*;
use crate::choice::Choice;
use crate::experiment::share::from_fragment;
use crate::look::learned_sequences::SequencesWatch;
use crate::look::view::{View, Watch};
use crate::optim::Hyper;
use crate::run::AnyTrainer;
use crate::train::Layout;
use crate::worker::parts::Code;
use crate::worker::protocol::{Way, decode_buckets, encode_buckets};
use crate::worker::session::tests::{RUN_ID, finish, frame, loaded, request, ticking};

const LATER: u32 = RUN_ID + 1;

fn experiment(fragment: &str) -> Experiment {
    let (experiment, notices) = from_fragment(fragment);
    assert_eq!(notices, [], "{fragment}");
    experiment
}

fn small() -> Experiment {
    experiment("model=gru&task=first-symbol&length=6&hidden=5&samples=40&batch=8")
}

fn load(experiment: &Experiment, own_text: Option<&str>) -> Command {
    let experiment = Box::new(experiment.clone());
    Command::Load { experiment, changes: vec![], reached: 0, own_text: own_text.map(str::to_owned) }
}

fn tell(session: &mut Session, run_id: u32, command: Command) {
    assert_eq!(session.handle(Request { run_id, command }, 0.0), None);
}

fn wishes(session: &mut Session) -> Vec<WorkerPart> {
    std::iter::from_fn(|| session.take_wish()).map(|(part, _)| part).collect()
}

/// The report of a step of a run on a corpus, made natively.
fn row_after(experiment: &Experiment, corpus: &Corpus, steps: u64) -> Vec<f64> {
    let mut trainer = AnyTrainer::on(experiment, corpus).unwrap();
    trainer.probe().unwrap();
    (0..steps).for_each(|_| {
        trainer.step().unwrap();
    });
    trainer.report().row().to_vec()
}

fn present_row(session: &Session) -> Vec<f64> {
    session.run.as_ref().unwrap().trainer.report().row().to_vec()
}

/// What is seen of the present run besides the scores, at rest.
fn seen(session: &mut Session) -> View {
    let mut clock = ticking();
    std::iter::from_fn(|| session.take_view(&mut clock)).map(|(_, view)| view).find(|v| v.sequences.is_some()).unwrap()
}

#[test]
fn a_run_through_time_trains_travels_and_goes_on_as_natively() {
    let mut session = loaded(small());
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.state, status.step), (RunState::Paused, 0));
    let row = buckets[0].last.row();
    assert_eq!(row, row_after(&small(), &Corpus::default(), 0));
    assert_eq!(decode_buckets(&encode_buckets(&buckets), Layout::of(&small())).as_deref(), Some(&buckets[..]));

    session.handle(request(Command::Seek(200)), 0.0);
    finish(&mut session);
    session.handle(request(Command::Visit(70)), 0.0);
    finish(&mut session);
    assert_eq!(present_row(&session), row_after(&small(), &Corpus::default(), 70));
    let hyper = Hyper { lr: 0.1, ..Hyper::of(&small()) };
    session.handle(request(Command::Continue { run_id: RUN_ID }), 0.0);
    session.handle(request(Command::SetLive(hyper)), 0.0);
    session.handle(request(Command::Step(3)), 0.0);
    finish(&mut session);
    let mut trainer = AnyTrainer::new(&small()).unwrap();
    for step in 0..73 {
        if step == 70 {
            trainer.set_hyper(hyper);
        }
        trainer.step().unwrap();
    }
    assert_eq!(present_row(&session), trainer.report().row());
    // From its start again.
    session.handle(request(Command::Seek(5)), 0.0);
    finish(&mut session);
    assert_eq!(present_row(&session), row_after(&small(), &Corpus::default(), 5));
}

#[test]
fn each_run_asks_for_the_parts_that_it_needs_and_begins_with_the_last_of_them() {
    let f64_of = |fragment: &str| experiment(&format!("{fragment}&precision=f64"));
    let text = "model=rnn&task=next-character&length=4&hidden=3&samples=16&batch=4";
    let sentiment = "task=sentiment&depth=1&width=3&batch=4";
    let own = "床前明月光，疑是地上霜。举头望明月，低头思故乡。";
    use WorkerPart::{Double, Sequences, SequencesDouble, Texts};
    for (experiment, own_text, needed) in [
        (small(), None, vec![Sequences]),
        (f64_of("model=rnn&length=4&hidden=3&samples=16&batch=4"), None, vec![SequencesDouble]),
        (experiment(text), None, vec![Sequences, Texts]),
        (experiment(text), Some(own), vec![Sequences]),
        (experiment(sentiment), None, vec![Texts]),
        (f64_of(sentiment), None, vec![Double, Texts]),
    ] {
        let code = |part| match part {
            Double => Code::double(),
            Sequences => Code::sequences(),
            SequencesDouble => Code::sequences_double(),
            Texts => Code::texts(),
            WorkerPart::Looks | WorkerPart::Proof => unreachable!("no run needs {part:?}"),
        };
        let mut session = Session::without_parts();
        tell(&mut session, RUN_ID, load(&experiment, own_text));
        tell(&mut session, RUN_ID, Command::Step(2));
        assert_eq!(wishes(&mut session), needed);
        for (index, part) in needed.iter().enumerate() {
            assert!(session.run.is_none(), "before {part:?} came");
            // Another one that comes changes nothing.
            session.arrive(Code::looks(), 0.0);
            if index == 0 {
                session.miss(*part);
                tell(&mut session, RUN_ID, Command::Fetch(*part));
                assert_eq!(wishes(&mut session), [*part], "tried again");
            }
            let told = session.arrive(code(*part), 0.0);
            assert_eq!(told[0].body, ResponseBody::Part(*part, Way::Here));
        }
        finish(&mut session);
        let corpus = Corpus { own_text: own_text.map(Into::into), ..Corpus::default() };
        assert_eq!(present_row(&session), row_after(&experiment, &corpus, 2));
        // The next of its kind begins at once.
        tell(&mut session, LATER, load(&experiment, own_text));
        assert!(session.run.is_some() && wishes(&mut session).is_empty());
    }
}

#[test]
fn what_did_not_come_is_tried_again_after_a_run_that_did_not_need_it() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(&small(), None));
    assert_eq!(wishes(&mut session), [WorkerPart::Sequences]);
    session.miss(WorkerPart::Sequences);
    tell(&mut session, LATER, load(&Experiment { hidden: 7, ..small() }, None));
    assert_eq!(wishes(&mut session), [], "a slider is no other try");
    tell(&mut session, LATER + 1, load(&Experiment::default(), None));
    assert!(session.run.is_some(), "what needs no part begins at once");
    tell(&mut session, LATER + 2, load(&small(), None));
    assert_eq!(wishes(&mut session), [WorkerPart::Sequences]);
}

#[test]
fn the_user_s_own_text_stays_with_the_run_wherever_it_goes() {
    let run = experiment("model=lstm&task=next-character&length=5&hidden=4&samples=16&batch=4");
    let own = "Ein Text in beliebiger Sprache: ein Text, der nirgends hingeschickt wird. 🙂";
    let corpus = Corpus { shipped: None, own_text: Some(own.into()) };
    let mut session = Session::default();
    tell(&mut session, RUN_ID, load(&run, Some(own)));
    tell(&mut session, RUN_ID, Command::Seek(90));
    finish(&mut session);
    for (command, step) in [(Command::Visit(10), 10), (Command::Return, 90), (Command::Seek(3), 3)] {
        tell(&mut session, RUN_ID, command);
        finish(&mut session);
        assert_eq!(present_row(&session), row_after(&run, &corpus, step), "at {step}");
    }
    tell(&mut session, RUN_ID, Command::Watch(Watch { learned: true, ..Watch::default() }));
    let text = seen(&mut session).sequences.unwrap().text.unwrap();
    assert!(text.prompt.chars().chain(text.written.chars()).all(|written| own.contains(written)), "{text:?}");
}

#[test]
fn a_text_that_does_not_do_ends_no_worker() {
    let run = experiment("model=lstm&task=next-character&length=5&hidden=4&samples=16&batch=4");
    let mut session = loaded(small());
    for bad in ["", "short", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
        assert!(run.bad_text(bad).is_some(), "the page says so");
        let told = session.handle(Request { run_id: LATER, command: load(&run, Some(bad)) }, 0.0).unwrap();
        assert!(matches!(told.body, ResponseBody::Failed(_)), "{told:?}");
    }
    tell(&mut session, LATER, load(&small(), None));
    assert!(session.run.is_some());
}

#[test]
fn a_sentence_of_the_reader_s_own_is_answered_at_rest() {
    for fragment in ["model=lstm&hidden=4", "depth=1&width=3", "depth=1&width=3&precision=f64"] {
        let mut session = loaded(experiment(&format!("{fragment}&task=sentiment&batch=8")));
        let sequences = SequencesWatch { seed: 1, sentence: "The soup was Delicious xyzzy".to_owned() };
        tell(&mut session, RUN_ID, Command::Watch(Watch { learned: true, sequences, ..Watch::default() }));
        let sentences = seen(&mut session).sequences.unwrap().sentences.unwrap();
        let own = sentences.own.unwrap();
        assert_eq!(own.words.last(), Some(&("xyzzy".to_owned(), false)), "{fragment}");
        assert!(own.words[..4].iter().all(|(_, is_known)| *is_known), "{fragment}: {own:?}");
        assert!(own.probability.is_some_and(|p| (0.0..=1.0).contains(&p)), "{fragment}");
        assert!(sentences.count > 100 && sentences.wrong <= sentences.count, "{fragment}");
    }
}

#[test]
fn every_task_is_scored_and_seen() {
    for task in crate::data::sequences::Task::NAMES.iter().filter(|task| **task != "points") {
        let mut session =
            loaded(experiment(&format!("model=rnn&task={task}&length=8&hidden=3&samples=24&batch=8&stack=2")));
        tell(&mut session, RUN_ID, Command::Watch(Watch { learned: true, evaluation: true, ..Watch::default() }));
        let mut clock = ticking();
        let views: Vec<View> = (0..500).filter_map(|_| session.take_view(&mut clock)).map(|(_, view)| view).collect();
        let evaluation = views.iter().find_map(|view| view.evaluation).expect("scores");
        assert!(evaluation.held_out.loss.is_finite() && evaluation.training.loss.is_finite(), "{task}");
        assert_eq!(evaluation.held_out.accuracy.is_none(), *task == "adding", "{task}");
        let seen = views.iter().find_map(|view| view.sequences.as_ref()).expect("answers");
        assert_eq!(seen.shown.is_empty(), *task == "sentiment", "{task}");
        assert_eq!(seen.text.is_some(), *task == "next-character", "{task}");
    }
}
