use super::super::protocol::{Command, Request, RunState};
use super::super::session::Next;
use super::super::session::tests::{finish, frame, loaded, report_after, request, small, ticking};
use super::*;
use crate::experiment::{Experiment, Speed};

fn tell(session: &mut Session, command: Command) {
    assert_eq!(session.handle(request(command), 0.0), None);
}

fn fast() -> Session {
    let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
    frame(&mut session);
    session
}

#[test]
fn a_run_waits_where_it_meets_the_others_and_tells_nothing_on_its_way() {
    let mut session = fast();
    tell(&mut session, Command::Meet(Some(40)));
    tell(&mut session, Command::Run);
    let mut clock = ticking();
    while session.advance(&mut clock) == Next::Continue {
        assert!(session.steps() == 40 || session.take_frame().is_none(), "at step {}", session.steps());
    }
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.state, status.step), (RunState::Running, 40), "it waits, and goes on by itself");
    assert_eq!(buckets.last().map(|bucket| &bucket.last), Some(&report_after(&small(), 40)));
    assert_eq!(buckets.iter().map(|bucket| bucket.span()).sum::<u64>(), 40, "no step is lost");
    assert_eq!((session.advance(&mut clock), session.steps()), (Next::Rest, 40));
    assert!(session.take_frame().is_none(), "nothing is new");

    tell(&mut session, Command::Meet(Some(43)));
    finish(&mut session);
    assert_eq!(frame(&mut session).0.step, 43);
    // Behind where it is there is nothing to wait for, and without a step it goes as far as it likes.
    tell(&mut session, Command::Meet(Some(5)));
    finish(&mut session);
    assert_eq!(session.steps(), 43);
    tell(&mut session, Command::Meet(None));
    session.advance(&mut clock);
    assert!(session.steps() > 43 && session.take_frame().is_some());
}

#[test]
fn single_steps_pauses_and_ways_to_a_step_need_no_meeting() {
    let mut session = fast();
    tell(&mut session, Command::Meet(Some(0)));
    tell(&mut session, Command::Step(2));
    finish(&mut session);
    assert_eq!(frame(&mut session).0.step, 2);
    tell(&mut session, Command::Seek(30));
    finish(&mut session);
    assert_eq!(frame(&mut session).0.step, 30);
    tell(&mut session, Command::Run);
    tell(&mut session, Command::Pause);
    finish(&mut session);
    assert_eq!((frame(&mut session).0.state, session.steps()), (RunState::Paused, 30));
}

#[test]
fn a_run_that_stops_by_itself_stops_before_a_meeting_too() {
    let mut session = fast();
    tell(&mut session, Command::SetStop(crate::experiment::Stop { at: Some(7), loss: None }));
    tell(&mut session, Command::Meet(Some(10)));
    tell(&mut session, Command::Run);
    finish(&mut session);
    let (status, _) = frame(&mut session);
    assert_eq!((status.state, status.step, status.stopped.is_some()), (RunState::Paused, 7, true));
}

#[test]
fn where_runs_meet_is_the_pages_whatever_its_run() {
    let mut session = Session::default();
    assert_eq!(session.handle(Request { run_id: 0, command: Command::Meet(Some(3)) }, 0.0), None);
    assert_eq!(session.handle(Request { run_id: 0, command: Command::Share(4) }, 0.0), None);
    let load = Command::Load { experiment: Box::new(small()), changes: vec![], reached: 0, own_text: None };
    tell(&mut session, load);
    tell(&mut session, Command::SetSpeed(Speed::Max));
    tell(&mut session, Command::Run);
    finish(&mut session);
    assert_eq!((session.steps(), session.together.runs()), (3, 4));
}

#[test]
fn what_a_step_takes_is_told_without_what_was_waited_for() {
    let mut session = fast();
    assert_eq!(session.status().step_ms, 0.0);
    tell(&mut session, Command::Meet(Some(10)));
    tell(&mut session, Command::Run);
    let mut now = 0.0;
    // The clock goes a millisecond between two looks at it, and a second while the run waits.
    for meeting in (10..200).step_by(10) {
        tell(&mut session, Command::Meet(Some(meeting)));
        while session.advance(|| {
            now += 1.0;
            now
        }) == Next::Continue
        {}
        now += 1_000.0;
    }
    let step_ms = session.status().step_ms;
    assert!((1.0..2.5).contains(&step_ms), "{step_ms} ms");
    assert!(session.status().bytes > 0);
}
