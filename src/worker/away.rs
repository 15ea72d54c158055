//! What a session does while nobody can see the page: nothing, after a minute.

use super::protocol::ResponseBody;
use super::session::{Goal, Session};

/// How long a run goes on while the page is hidden.
const LONGEST_MS: f64 = 60_000.0;

impl Session {
    /// The page was hidden, or is seen again.
    pub(super) fn hide(&mut self, is_hidden: bool, now_ms: f64) {
        self.hidden_since_ms = if is_hidden { self.hidden_since_ms.or(Some(now_ms)) } else { None };
    }

    /// Something begins: it has its minute too, if the run rested before.
    pub(super) fn note_beginning(&mut self, now_ms: f64) {
        if let (Goal::Rest, Some(since_ms)) = (self.goal, &mut self.hidden_since_ms) {
            *since_ms = now_ms;
        }
    }

    /// Whether training is held until the page is seen again. A run that goes on by itself is paused for good, and the
    /// page told; a way to a step goes on when somebody can see it.
    pub(super) fn is_held(&mut self, now_ms: f64) -> bool {
        if self.hidden_since_ms.is_none_or(|since_ms| now_ms - since_ms < LONGEST_MS) {
            return false;
        }
        if self.goal == Goal::Train {
            self.set_goal(Goal::Rest, now_ms);
            self.inquiry.tell(ResponseBody::Away { step: self.steps() });
        }
        self.goal != Goal::Rest
    }
}

#[cfg(test)]
mod tests {
    use super::super::protocol::{Command, RunState};
    use super::super::session::tests::{RUN_ID, frame, loaded, request, small};
    use super::super::session::{Next, Session};
    use super::*;
    use crate::experiment::{Experiment, Speed};

    /// Works until this time, by a clock of a millisecond a step.
    fn work_until(session: &mut Session, now_ms: &mut f64, end_ms: f64) {
        while *now_ms < end_ms {
            let next = session.advance(|| {
                *now_ms += 1.0;
                *now_ms
            });
            if next != Next::Continue {
                *now_ms += 100.0;
            }
        }
    }

    fn tell(session: &mut Session, command: Command, now_ms: f64) {
        assert_eq!(session.handle(request(command), now_ms), None);
    }

    #[test]
    fn a_run_that_nobody_sees_pauses_after_a_minute_and_says_at_which_step() {
        for speed in [Speed::Max, Speed::StepsPerSecond(2.0)] {
            let mut session = loaded(Experiment { speed, ..small() });
            tell(&mut session, Command::Run, 0.0);
            let mut now_ms = 0.0;
            work_until(&mut session, &mut now_ms, 10_000.0);
            tell(&mut session, Command::Hidden(true), now_ms);
            // To hear it again changes nothing.
            tell(&mut session, Command::Hidden(true), now_ms + 30_000.0);
            work_until(&mut session, &mut now_ms, 69_000.0);
            assert_eq!(session.status().state, RunState::Running, "for a minute it goes on");
            work_until(&mut session, &mut now_ms, 71_000.0);
            let step = session.steps();
            assert_eq!(session.take_answer().map(|said| said.body), Some(ResponseBody::Away { step }));
            work_until(&mut session, &mut now_ms, 200_000.0);
            assert_eq!((session.status().state, session.steps()), (RunState::Paused, step));
            assert_eq!(session.take_answer(), None, "it is said once");

            tell(&mut session, Command::Hidden(false), now_ms);
            let (status, buckets) = frame(&mut session);
            assert_eq!((status.step, buckets.last().map(|bucket| bucket.last.step)), (step, Some(step)));
            tell(&mut session, Command::Run, now_ms);
            work_until(&mut session, &mut now_ms, 400_000.0);
            assert!(session.steps() > step, "and it goes on from there when told to");
        }
    }

    #[test]
    fn a_glance_elsewhere_changes_nothing() {
        let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(2.0), ..small() });
        tell(&mut session, Command::Run, 0.0);
        let mut now_ms = 0.0;
        for _ in 0..5 {
            tell(&mut session, Command::Hidden(true), now_ms);
            let until = now_ms + 59_000.0;
            work_until(&mut session, &mut now_ms, until);
            tell(&mut session, Command::Hidden(false), now_ms);
        }
        assert_eq!((session.status().state, session.take_answer()), (RunState::Running, None));
    }

    #[test]
    fn what_begins_in_a_hidden_page_has_its_minute() {
        let mut session = Session::default();
        // Before any run: it is the page's, whatever its run.
        assert_eq!(
            session.handle(super::super::protocol::Request { run_id: 0, command: Command::Hidden(true) }, 0.0),
            None
        );
        let load = Command::Load { experiment: Box::new(small()), changes: vec![], reached: 0, own_text: None };
        assert_eq!(session.handle(super::super::protocol::Request { run_id: RUN_ID, command: load }, 80_000.0), None);
        tell(&mut session, Command::Run, 90_000.0);
        let mut now_ms = 90_000.0;
        work_until(&mut session, &mut now_ms, 149_000.0);
        assert_eq!(session.status().state, RunState::Running);
        work_until(&mut session, &mut now_ms, 151_000.0);
        assert_eq!(session.status().state, RunState::Paused);
    }

    #[test]
    fn a_way_to_a_step_is_held_and_goes_on_when_seen() {
        let mut session = loaded(small());
        tell(&mut session, Command::Hidden(true), 0.0);
        tell(&mut session, Command::Seek(1_000_000), 0.0);
        let mut now_ms = 0.0;
        work_until(&mut session, &mut now_ms, 62_000.0);
        let held_at = session.steps();
        work_until(&mut session, &mut now_ms, 200_000.0);
        assert_eq!((session.steps(), session.take_answer()), (held_at, None));
        assert_eq!(session.status().seek_target, Some(1_000_000));
        tell(&mut session, Command::Hidden(false), now_ms);
        work_until(&mut session, &mut now_ms, 201_000.0);
        assert!(session.steps() > held_at);
    }
}
