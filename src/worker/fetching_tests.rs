use super::*;
use crate::experiment::{Experiment, Precision, Speed};
use crate::look::proof::Check;
use crate::look::view::Watch;
use crate::optim::Hyper;
use crate::run::AnyTrainer;
use crate::worker::session::Next;
use crate::worker::session::tests::{RUN_ID, finish, frame, request, small, ticking};

const LATER: u32 = RUN_ID + 1;

fn double() -> Experiment {
    Experiment { precision: Precision::F64, ..small() }
}

fn load(experiment: Experiment) -> Command {
    Command::Load { experiment: Box::new(experiment), changes: vec![], reached: 0, own_text: None }
}

/// Has no answer at once.
fn tell(session: &mut Session, run_id: u32, command: Command) {
    assert_eq!(session.handle(Request { run_id, command }, 0.0), None);
}

/// Works until there is nothing left to do, and returns what was said.
fn rest(session: &mut Session) -> Vec<ResponseBody> {
    let (mut clock, mut said) = (ticking(), Vec::new());
    for _ in 0..100_000 {
        let next = session.advance(&mut clock);
        if session.take_frame().is_some() {
            tell(session, session.run_id, Command::FrameTaken);
        }
        session.take_theory();
        said.extend(session.take_answer().map(|response| response.body));
        session.take_view(&mut clock);
        if next == Next::Rest {
            return said;
        }
    }
    panic!("it never rests");
}

/// The parts that are to be fetched now.
fn wishes(session: &mut Session) -> Vec<WorkerPart> {
    let mut wishes = Vec::new();
    while let Some((part, told)) = session.take_wish() {
        assert_eq!(told.body, ResponseBody::Part(part, Way::Coming));
        wishes.push(part);
    }
    wishes
}

/// The report of a step, made natively.
fn report_after(experiment: &Experiment, steps: u64) -> Vec<f64> {
    let mut trainer = AnyTrainer::new(experiment).unwrap();
    for _ in 0..steps {
        trainer.step().unwrap();
    }
    trainer.report().row().to_vec()
}

fn checks(said: &[ResponseBody]) -> Option<&[Check]> {
    said.iter().find_map(|body| if let ResponseBody::Proof { checks, .. } = body { Some(&checks[..]) } else { None })
}

#[test]
fn a_run_in_f32_needs_no_part() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(small()));
    tell(&mut session, RUN_ID, Command::Watch(Watch { evaluation: true, ..Watch::default() }));
    tell(&mut session, RUN_ID, Command::Step(3));
    finish(&mut session);
    assert_eq!(frame(&mut session).1.last().unwrap().last.row(), report_after(&small(), 3));
    assert_eq!(wishes(&mut session), []);
}

#[test]
fn a_run_that_waits_for_its_code_has_no_news_of_the_run_before() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(small()));
    tell(&mut session, RUN_ID, Command::SetSpeed(Speed::Max));
    tell(&mut session, RUN_ID, Command::Run);
    let mut clock = ticking();
    assert!(session.take_frame().is_some());
    // The page is busy with that frame, and there is more to tell.
    session.advance(&mut clock);
    assert!(session.steps() > 0);
    tell(&mut session, LATER, load(double()));
    session.advance(&mut clock);
    assert_eq!(session.take_frame(), None, "there is no such run yet");
}

#[test]
fn what_is_asked_of_a_run_in_f64_waits_for_its_code_and_is_done_in_order() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(double()));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
    let changed = Hyper { lr: 0.25, ..Hyper::of(&double()) };
    tell(&mut session, RUN_ID, Command::Step(2));
    assert_eq!(rest(&mut session), []);
    tell(&mut session, RUN_ID, Command::SetLive(changed));
    tell(&mut session, RUN_ID, Command::Step(1));
    tell(&mut session, RUN_ID - 1, Command::Step(7));
    assert_eq!((session.steps(), session.take_frame()), (0, None));
    assert_eq!(wishes(&mut session), [], "it is fetched once");

    let told: Vec<ResponseBody> = session.arrive(Code::double(), 0.0).into_iter().map(|told| told.body).collect();
    assert_eq!(told[0], ResponseBody::Part(WorkerPart::Double, Way::Here));
    // The step was asked for before the change, which holds from where the run stood then.
    assert!(matches!(&told[1..], [ResponseBody::LiveSet(change)] if change.hyper == changed), "{told:?}");
    finish(&mut session);
    let mut trainer = AnyTrainer::new(&double()).unwrap();
    trainer.set_hyper(changed);
    for _ in 0..3 {
        trainer.step().unwrap();
    }
    assert_eq!(frame(&mut session).1.last().unwrap().last, *trainer.report());

    tell(&mut session, LATER, load(double()));
    tell(&mut session, LATER, Command::Step(2));
    finish(&mut session);
    assert_eq!(session.run.as_ref().unwrap().trainer.report().row(), report_after(&double(), 2));
    tell(&mut session, LATER, Command::Watch(Watch { layers: vec![0], ..Watch::default() }));
    assert!(session.take_view(&mut ticking()).is_some_and(|(_, view)| view.layers.len() == 1));
    assert_eq!(wishes(&mut session), [], "with it comes how it is looked at");
}

#[test]
fn a_run_in_f32_does_not_wait_for_the_code_that_another_waited_for() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(double()));
    tell(&mut session, RUN_ID, Command::Step(5));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
    tell(&mut session, LATER, load(small()));
    tell(&mut session, LATER, Command::Step(1));
    finish(&mut session);
    assert_eq!((session.run_id, session.steps()), (LATER, 1));
    // The code comes all the same, and changes nothing of the run.
    assert_eq!(session.arrive(Code::double(), 0.0).len(), 1);
    assert_eq!(rest(&mut session), []);
    assert_eq!(session.run.as_ref().unwrap().trainer.report().row(), report_after(&small(), 1));
}

#[test]
fn a_run_whose_code_did_not_come_waits_for_another_try() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(double()));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
    assert_eq!(session.miss(WorkerPart::Double).body, ResponseBody::Part(WorkerPart::Double, Way::Missing));
    tell(&mut session, RUN_ID, Command::Step(2));
    tell(&mut session, RUN_ID, Command::Fetch(WorkerPart::Looks));
    assert_eq!((rest(&mut session), wishes(&mut session)), (vec![], vec![]), "nobody asked for it again");
    tell(&mut session, RUN_ID, Command::Fetch(WorkerPart::Double));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
    session.arrive(Code::double(), 0.0);
    finish(&mut session);
    assert_eq!(frame(&mut session).1.last().unwrap().last.row(), report_after(&double(), 2));
}

#[test]
fn f64_chosen_again_after_f32_is_another_try() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(double()));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
    session.miss(WorkerPart::Double);
    // Another experiment in f64, as a slider brings one with every frame, is none.
    tell(&mut session, LATER, load(Experiment { depth: 3, ..double() }));
    assert_eq!(wishes(&mut session), []);
    tell(&mut session, LATER + 1, load(small()));
    tell(&mut session, LATER + 2, load(double()));
    assert_eq!(wishes(&mut session), [WorkerPart::Double]);
}

#[test]
fn checks_are_made_when_their_code_has_come() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(small()));
    tell(&mut session, RUN_ID, Command::Step(2));
    finish(&mut session);
    tell(&mut session, RUN_ID, Command::Prove);
    assert_eq!(wishes(&mut session), [WorkerPart::Proof]);
    assert_eq!(rest(&mut session), [], "it rests until they come");
    session.arrive(Code::proof(), 0.0);
    let said = rest(&mut session);
    let mut whole = Session::default();
    whole.handle(request(load(small())), 0.0);
    whole.handle(request(Command::Step(2)), 0.0);
    finish(&mut whole);
    whole.handle(request(Command::Prove), 0.0);
    let expected = rest(&mut whole);
    assert!(checks(&said).is_some_and(|checks| checks.len() == 4), "{said:?}");
    assert_eq!(checks(&said), checks(&expected));
    tell(&mut session, RUN_ID, Command::Prove);
    assert!(checks(&rest(&mut session)).is_some());
    assert_eq!(wishes(&mut session), [], "it is there");
}

#[test]
fn checks_whose_run_goes_on_or_is_another_are_not_made() {
    for (run_id, commands) in [(RUN_ID, vec![Command::Step(1)]), (LATER, vec![load(small())])] {
        let mut session = Session::without_parts();
        tell(&mut session, RUN_ID, load(small()));
        tell(&mut session, RUN_ID, Command::Prove);
        assert_eq!(wishes(&mut session), [WorkerPart::Proof]);
        let is_same = run_id == RUN_ID;
        commands.into_iter().for_each(|command| tell(&mut session, run_id, command));
        finish(&mut session);
        assert_eq!(rest(&mut session), if is_same { vec![ResponseBody::ProofGivenUp] } else { vec![] });
        session.arrive(Code::proof(), 0.0);
        assert_eq!(rest(&mut session), []);
    }
}

#[test]
fn checks_whose_code_does_not_come_are_given_up_and_can_be_asked_for_again() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(small()));
    tell(&mut session, RUN_ID, Command::Prove);
    assert_eq!(wishes(&mut session), [WorkerPart::Proof]);
    assert_eq!(session.miss(WorkerPart::Proof).body, ResponseBody::Part(WorkerPart::Proof, Way::Missing));
    assert_eq!(rest(&mut session), [ResponseBody::ProofGivenUp]);
    tell(&mut session, RUN_ID, Command::Prove);
    assert_eq!(wishes(&mut session), [WorkerPart::Proof]);
    session.arrive(Code::proof(), 0.0);
    assert!(checks(&rest(&mut session)).is_some());
}

#[test]
fn a_view_waits_for_its_code_and_scores_do_not() {
    let mut session = Session::without_parts();
    tell(&mut session, RUN_ID, load(small()));
    let watch = Watch { layers: vec![1], learned: true, evaluation: true, ..Watch::default() };
    tell(&mut session, RUN_ID, Command::Watch(watch));
    assert_eq!(wishes(&mut session), [WorkerPart::Looks]);
    let mut clock = ticking();
    let (_, view) = session.take_view(&mut clock).unwrap();
    assert!(view.evaluation.is_some() && view.layers.is_empty());
    assert_eq!(session.take_view(&mut clock), None);
    assert_eq!(rest(&mut session), []);

    session.miss(WorkerPart::Looks);
    tell(&mut session, RUN_ID, Command::Step(1));
    finish(&mut session);
    assert_eq!(wishes(&mut session), []);
    tell(&mut session, RUN_ID, Command::Fetch(WorkerPart::Looks));
    assert_eq!(wishes(&mut session), [WorkerPart::Looks]);
    session.arrive(Code::looks(), 0.0);
    let (_, view) = session.take_view(&mut clock).unwrap();
    let mut trainer = AnyTrainer::new(&small()).unwrap();
    trainer.step().unwrap();
    let expected = trainer.view(&Watch { layers: vec![1], ..Watch::default() }, 48);
    assert_eq!((view.step, &view.layers), (1, &expected.layers));
    assert!(view.learned.is_some());
}
