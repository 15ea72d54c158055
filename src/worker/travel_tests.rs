use super::super::inquiry::Inquiry;
use super::super::protocol::{Change, Command, Request, ResponseBody, RunState};
use super::super::session::tests::{RUN_ID, finish, frame, loaded, report_after, request, small, theories, ticking};
use super::super::session::{Next, Session};
use crate::data::sequences::Corpus;
use crate::experiment::{Experiment, Speed};
use crate::look::proof::{Check, Claim};
use crate::look::view::Watch;
use crate::nn::Initializer;
use crate::optim::Hyper;
use crate::theory::Foreteller;
use crate::train::Trainer;
use std::cell::Cell;

/// The test's run keeps its id.
const CONTINUE: Command = Command::Continue { run_id: RUN_ID };

/// Sends a command and lets the session obey it.
fn obey(session: &mut Session, command: Command) {
    session.handle(request(command), 0.0);
    finish(session);
}

#[test]
fn a_visit_shows_an_earlier_step_as_it_was_and_leaves_the_run_alone() {
    let mut session = loaded(small());
    obey(&mut session, Command::Seek(300));
    frame(&mut session);
    for step in [200, 37, 64, 0, 299] {
        obey(&mut session, Command::Visit(step));
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.state, status.step, status.head), (RunState::Paused, step, 300));
        let expected = if step == 0 { None } else { Some(report_after(&small(), step)) };
        assert_eq!(buckets.len(), 1);
        assert!(expected.is_none_or(|expected| buckets[0].last == expected), "step {step}");
    }
    obey(&mut session, Command::Visit(12));
    obey(&mut session, Command::Return);
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.step, status.head, buckets.len()), (300, 300, 0));
    obey(&mut session, Command::Step(1));
    assert_eq!(frame(&mut session).1.last().unwrap().last, report_after(&small(), 301));
}

#[test]
fn to_go_on_from_a_visit_gives_the_numbers_of_a_run_without_one() {
    // Once as it would be clicked, once before the visit has arrived.
    for arrives in [true, false] {
        let mut session = loaded(small());
        obey(&mut session, Command::Seek(300));
        frame(&mut session);
        session.handle(request(Command::Visit(137)), 0.0);
        if arrives {
            finish(&mut session);
            frame(&mut session);
        }
        session.handle(request(CONTINUE), 0.0);
        finish(&mut session);
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.step, status.head), (137, 137));
        assert_eq!(buckets.iter().map(|b| b.first_step).collect::<Vec<_>>(), [137], "what came before was told");
        assert_eq!(buckets[0].last, report_after(&small(), 137));
        obey(&mut session, Command::Step(100));
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.step, status.head, buckets[0].first_step), (237, 237, 138));
        assert_eq!(buckets.last().unwrap().last, report_after(&small(), 237));
    }
}

#[test]
fn on_the_way_back_the_run_is_told_to_be_where_it_goes_on_from() {
    for (then, last) in [(None, 137), (Some(Command::Step(2)), 139), (Some(Command::Pause), 137)] {
        let mut session = loaded(small());
        obey(&mut session, Command::Seek(300));
        frame(&mut session);
        session.handle(request(Command::Visit(137)), 0.0);
        session.handle(request(CONTINUE), 0.0);
        // From the checkpoint at 128 it has not come far yet.
        session.advance(ticking());
        let (status, buckets) = frame(&mut session);
        assert!(status.step < 137 && buckets.is_empty(), "{status:?}");
        assert_eq!((status.head, status.state), (137, RunState::Seeking));
        if let Some(command) = then.clone() {
            session.handle(request(command), 0.0);
        }
        // A visit in between changes nothing.
        obey(&mut session, Command::Visit(20));
        assert_eq!((frame(&mut session).0.step, session.head_steps()), (20, 137));
        session.handle(request(Command::Return), 0.0);
        if let Some(command) = then.clone() {
            session.handle(request(command), 0.0);
        }
        finish(&mut session);
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.step, status.head, status.state), (last, last, RunState::Paused), "{then:?}");
        assert_eq!(buckets[0].last, report_after(&small(), 137), "{then:?}");
        assert_eq!(buckets.last().unwrap().last, report_after(&small(), last), "{then:?}");
    }
}

#[test]
fn a_run_that_goes_on_before_it_is_back_goes_back_as_fast_as_it_can() {
    let mut session = loaded(small());
    obey(&mut session, Command::Seek(300));
    frame(&mut session);
    session.handle(request(Command::SetSpeed(Speed::StepsPerSecond(1.0))), 0.0);
    session.handle(request(Command::Visit(137)), 0.0);
    session.handle(request(CONTINUE), 0.0);
    session.handle(request(Command::Run), 0.0);
    // A second would be a thousand looks at the clock.
    let mut clock = ticking();
    for _ in 0..4 {
        session.advance(&mut clock);
    }
    assert!(session.steps() >= 137, "{}", session.steps());
    assert_eq!(session.status().state, RunState::Running);
}

#[test]
fn what_was_trained_before_a_visit_is_told_after_it() {
    let mut session = loaded(small());
    obey(&mut session, Command::Seek(100));
    frame(&mut session);
    obey(&mut session, Command::Seek(120));
    session.handle(request(Command::Visit(30)), 0.0);
    assert_eq!(frame(&mut session).1.len(), 0, "on the way there");
    finish(&mut session);
    assert_eq!(frame(&mut session).1[0].last, report_after(&small(), 30));
    obey(&mut session, Command::Return);
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.step, buckets[0].first_step), (120, 101));
    assert_eq!(buckets.last().unwrap().last, report_after(&small(), 120));
}

#[test]
fn a_change_at_the_step_of_a_checkpoint_is_made_again_on_a_visit() {
    let mut session = loaded(small());
    let faster = Hyper { lr: 1.0, ..Hyper::of(&small()) };
    obey(&mut session, Command::Seek(64));
    session.handle(request(Command::SetLive(faster)), 0.0);
    obey(&mut session, Command::Seek(80));
    let there = session.run.as_ref().unwrap().trainer.report().clone();
    obey(&mut session, Command::Seek(100));
    frame(&mut session);
    obey(&mut session, Command::Visit(80));
    assert_eq!(frame(&mut session).1[0].last, there);
}

#[test]
fn changes_after_the_step_that_a_run_goes_on_from_are_forgotten() {
    let mut session = loaded(small());
    let faster = Hyper { lr: 1.0, ..Hyper::of(&small()) };
    obey(&mut session, Command::Seek(100));
    session.handle(request(Command::SetLive(faster)), 0.0);
    obey(&mut session, Command::Seek(200));
    obey(&mut session, Command::Visit(150));
    let during = frame(&mut session).1[0].last.clone();
    assert_ne!(during, report_after(&small(), 150), "the change was made again");
    // A change that comes while the run is on its way back holds from where it goes on.
    session.handle(request(Command::Visit(50)), 0.0);
    session.handle(request(CONTINUE), 0.0);
    let answer = session.handle(request(Command::SetLive(faster)), 0.0).unwrap();
    assert_eq!(answer.body, ResponseBody::LiveSet(Change { after_step: 50, hyper: faster }));
    obey(&mut session, Command::Seek(60));
    let (_, buckets) = frame(&mut session);
    let slow = buckets.iter().find(|bucket| bucket.last.step == 50).unwrap();
    assert_eq!(slow.last, report_after(&small(), 50));
    let mut trainer = Trainer::<f32>::new(&small()).unwrap();
    (0..50).for_each(|_| assert!(trainer.step().is_ok()));
    trainer.set_hyper(faster);
    (50..60).for_each(|_| assert!(trainer.step().is_ok()));
    assert_eq!(session.run.as_ref().unwrap().trainer.report().row(), trainer.report().row());
}

#[test]
fn a_run_that_diverged_tells_its_last_steps_and_can_go_back() {
    let mut experiment = small();
    experiment.set_text(crate::experiment::Key::Dataset, "plane").unwrap();
    experiment.activation = crate::nn::Activation::Linear;
    (experiment.lr, experiment.speed) = (10.0, Speed::Max);
    let mut session = loaded(experiment);
    obey(&mut session, Command::Run);
    let (status, _) = frame(&mut session);
    let (response, last) = session.take_ending().unwrap();
    assert_eq!(response.body, ResponseBody::Ending);
    assert!(session.take_ending().is_none());
    let steps: Vec<u64> = last.iter().map(|bucket| bucket.last.step).collect();
    let first = (status.step + 1).saturating_sub(steps.len() as u64);
    assert_eq!(steps, (first..=status.step).collect::<Vec<_>>());
    obey(&mut session, Command::Visit(0));
    assert_eq!((frame(&mut session).0.state, session.steps()), (RunState::Paused, 0));
    obey(&mut session, Command::Return);
    assert_eq!(frame(&mut session).0.state, RunState::Diverged);
    obey(&mut session, Command::Visit(0));
    session.handle(request(CONTINUE), 0.0);
    session.handle(request(Command::SetLive(Hyper { lr: 1e-3, ..Hyper::of(&small()) })), 0.0);
    obey(&mut session, Command::Step(50));
    assert_eq!((frame(&mut session).0.state, session.steps()), (RunState::Paused, 50));
}

#[test]
fn what_is_watched_is_seen_at_rest_and_on_the_way_to_a_step_the_scores_at_even_distances() {
    let mut session = loaded(small());
    frame(&mut session);
    session.handle(request(Command::Watch(Watch { layers: vec![1], evaluation: true, ..Watch::default() })), 0.0);
    let mut seen = Vec::new();
    let mut look = |session: &mut Session| {
        let mut clock = ticking();
        while session.advance(&mut clock) == Next::Continue {
            session.take_frame();
            session.handle(request(Command::FrameTaken), 0.0);
            if let Some((_, view)) = session.take_view(&mut clock) {
                seen.push((view.step, view.layers.len(), view.evaluation.is_some()));
            }
        }
    };
    look(&mut session);
    session.handle(request(Command::Seek(100)), 0.0);
    look(&mut session);
    session.handle(request(Command::Visit(5)), 0.0);
    look(&mut session);
    let at_rest = |step| [(step, 1, false), (step, 0, true)];
    let on_the_way: Vec<_> = (0..100).step_by(4).map(|step| (step, 0, true)).collect();
    assert_eq!(seen, [&at_rest(0)[..], &on_the_way, &at_rest(100), &at_rest(5)].concat());
}

fn ask(question: u32, experiments: Vec<Experiment>) -> Request {
    request(Command::Predict(question, experiments))
}

#[test]
fn what_is_asked_is_answered() {
    let mut session = loaded(small());
    obey(&mut session, Command::Seek(20));
    let deep = Experiment { depth: 12, ..small() };
    session.handle(ask(5, vec![deep, Experiment { init: Initializer::Zeros, ..small() }]), 0.0);
    session.handle(request(Command::Prove), 0.0);
    theories(&mut session);
    let ResponseBody::Predicted(5, first) = session.take_answer().unwrap().body else { panic!("no outlook") };
    let ResponseBody::Predicted(5, outlooks) = session.take_answer().unwrap().body else { panic!("no outlooks") };
    assert_eq!(first, outlooks[..1], "the first is told before the others are known");
    let [Some(deep), Some(zeros)] = outlooks[..] else { panic!("{outlooks:?}") };
    assert!(deep.is_drawn && (deep.factor_per_place - 0.22).abs() < 0.03, "{deep:?}");
    assert_eq!((zeros.factor_per_place, zeros.total), (0.0, 0.0));
    let mut progress = 0.0;
    let checks = loop {
        match session.take_answer().unwrap().body {
            ResponseBody::Proving { progress: more } => {
                assert!(more > progress && more < 1.0, "{more} after {progress}");
                progress = more;
            }
            ResponseBody::Proof { step, checks, .. } => break (step, checks),
            other => panic!("{other:?}"),
        }
    };
    assert!(progress > 0.5 && checks.0 == 20, "{progress} {checks:?}");
    let holds = |check: &Check| check.found.map_or(check.claim == Claim::WeightGradient, |found| found.holds());
    assert!(checks.1.iter().all(holds), "{checks:?}");
    assert_eq!(session.take_answer(), None);
}

#[test]
fn a_run_that_goes_on_gives_its_checks_up() {
    let leave = [Command::Run, Command::Step(1), Command::Visit(3), Command::Seek(25)];
    for command in leave {
        let mut session = loaded(small());
        obey(&mut session, Command::Seek(20));
        session.handle(request(Command::Prove), 0.0);
        let mut clock = ticking();
        // So long that they have begun and are not at their end.
        for _ in 0..6 {
            session.take_frame();
            session.handle(request(Command::FrameTaken), 0.0);
            session.advance(&mut clock);
        }
        session.handle(request(command.clone()), 0.0);
        let answers: Vec<_> = std::iter::from_fn(|| session.take_answer()).map(|answer| answer.body).collect();
        assert_eq!(answers.last(), Some(&ResponseBody::ProofGivenUp), "{command:?}");
    }
}

#[test]
fn what_theory_expects_is_said_beside_a_run_at_a_gentle_pace() {
    let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(10.0), ..small() });
    session.handle(request(Command::Run), 0.0);
    session.handle(ask(2, vec![Experiment { depth: 12, ..small() }; 3]), 0.0);
    let mut clock = ticking();
    for _ in 0..200 {
        session.advance(&mut clock);
        session.take_frame();
        session.handle(request(Command::FrameTaken), 0.0);
    }
    let answers = std::iter::from_fn(|| session.take_answer()).map(|answer| answer.body);
    let Some(ResponseBody::Predicted(2, outlooks)) = answers.last() else { panic!("no outlooks") };
    assert_eq!(outlooks.len(), 3);
    assert!(outlooks[0].is_some_and(|outlook| outlook.is_drawn));
    assert!(!session.is_at_rest());
}

#[test]
fn a_network_that_takes_longer_than_there_is_before_a_step_has_a_tenth_of_the_time() {
    let mut inquiry = Inquiry::default();
    let layers = Some(Foreteller::of_layers());
    inquiry.predict(1, vec![(layers, Experiment { depth: 12, ..small() })], Corpus::NONE);
    assert!(inquiry.may_draw_before_a_step(100.0, 0.0), "what it takes is not known yet");
    let mut looks = [0.0, 500.0].into_iter();
    inquiry.work_beside_training(&mut || looks.next().unwrap());
    assert!(inquiry.may_draw_before_a_step(600.0, 500.0));
    assert!(!inquiry.may_draw_before_a_step(100.0, 4_999.0) && inquiry.may_draw_before_a_step(100.0, 5_000.0));
    // Another question does not begin at once either.
    inquiry.predict(2, vec![(layers, small())], Corpus::NONE);
    assert!(!inquiry.may_draw_before_a_step(100.0, 4_999.0));
}

#[test]
fn an_outlook_on_networks_that_take_long_is_theorys_and_holds_nobody_up() {
    // Every look at the clock is so much later.
    let answer_at = |tick_ms: f64| {
        let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
        session.handle(request(Command::Run), 0.0);
        session.handle(ask(1, vec![Experiment { depth: 12, ..small() }]), 0.0);
        let now = Cell::new(0.0);
        let mut slices = 0;
        loop {
            session.advance(|| now.replace(now.get() + tick_ms));
            slices += 1;
            if let Some(answer) = session.take_answer() {
                let ResponseBody::Predicted(_, outlooks) = answer.body else { panic!("{answer:?}") };
                return (outlooks[0].unwrap().is_drawn, slices, session.steps());
            }
            assert!(slices < 10_000, "no answer");
        }
    };
    let (is_drawn, slices, steps) = answer_at(0.5);
    assert!(is_drawn && slices >= 31 && steps > 300, "a tenth of the time: {slices} slices, {steps} steps");
    assert!(!answer_at(600.0).0, "five networks would take three seconds");
}
