use super::super::protocol::{Command, RunState};
use super::super::session::Session;
use super::super::session::tests::{RUN_ID, finish, frame, loaded, report_after, request, small, ticking};
use crate::experiment::{Experiment, Speed, Stop, StopReason};

/// A run at full speed that is to pause somewhere, told to run.
fn running(stop: Stop) -> Session {
    let mut session = loaded(Experiment { speed: Speed::Max, stop_at: stop.at, stop_loss: stop.loss, ..learning() });
    frame(&mut session);
    session.handle(request(Command::Run), 0.0);
    session
}

/// An experiment whose loss falls.
fn learning() -> Experiment {
    Experiment { activation: crate::nn::Activation::Tanh, batch: crate::experiment::Batch::Full, lr: 0.5, ..small() }
}

#[test]
fn a_run_stops_by_itself_at_a_step_and_goes_on() {
    let mut session = running(Stop { at: Some(37), loss: None });
    finish(&mut session);
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.state, status.step, status.stopped), (RunState::Paused, 37, Some(StopReason::Step)));
    assert_eq!(buckets.last().unwrap().last, report_after(&learning(), 37));
    session.handle(request(Command::Run), 0.0);
    assert_eq!(session.status().stopped, None);
    session.advance(ticking());
    assert!(session.steps() > 40 && !session.is_at_rest(), "it stops once: {}", session.steps());
    // A place that is set live counts too, and one that has passed does not.
    let next = session.steps() + 25;
    session.handle(request(Command::SetStop(Stop { at: Some(next as u32), loss: None })), 0.0);
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (next, Some(StopReason::Step)));
    session.handle(request(Command::SetStop(Stop { at: Some(5), loss: None })), 0.0);
    session.handle(request(Command::Run), 0.0);
    session.advance(ticking());
    assert!(!session.is_at_rest());
}

#[test]
fn a_run_stops_by_itself_at_the_first_step_with_a_loss() {
    let losses: Vec<f64> = (1..60).map(|step| report_after(&learning(), step).loss()).collect();
    let limit = losses[30];
    let first = losses.iter().position(|loss| *loss <= limit).unwrap() as u64 + 1;
    let mut session = running(Stop { at: None, loss: Some(limit) });
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (first, Some(StopReason::Loss(limit))));
    // Who goes on is not stopped at the next step, whose loss is lower still.
    session.handle(request(Command::Run), 0.0);
    session.advance(ticking());
    assert!(session.steps() > first + 3 && !session.is_at_rest());
    // Another loss is another wish; and so is the same one in a run that begins again.
    session.handle(request(Command::SetStop(Stop { at: None, loss: Some(1e6) })), 0.0);
    let steps = session.steps();
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (steps + 1, Some(StopReason::Loss(1e6))));
    session.handle(request(Command::Seek(0)), 0.0);
    session.handle(request(Command::Run), 0.0);
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (1, Some(StopReason::Loss(1e6))));
}

#[test]
fn where_a_run_stops_is_no_bar_to_going_there_or_farther() {
    let mut session = loaded(Experiment { stop_at: Some(10), stop_loss: Some(1e6), speed: Speed::Max, ..learning() });
    for target in [10, 25] {
        session.handle(request(Command::Seek(target)), 0.0);
        finish(&mut session);
        assert_eq!((session.steps(), session.status().stopped), (target, None));
    }
    session.handle(request(Command::Step(3)), 0.0);
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (28, None));
    // From a visit to a step before it, the run comes by it again.
    session.handle(request(Command::SetStop(Stop { at: Some(10), loss: None })), 0.0);
    session.handle(request(Command::Visit(4)), 0.0);
    finish(&mut session);
    session.handle(request(Command::Continue { run_id: RUN_ID }), 0.0);
    session.handle(request(Command::Run), 0.0);
    finish(&mut session);
    assert_eq!((session.steps(), session.status().stopped), (10, Some(StopReason::Step)));
}
