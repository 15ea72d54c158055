//! What a session does about parts of its code that are not there yet: it asks for them, and what needs them waits.

use super::parts::{Code, Parts};
use super::protocol::{Command, Request, Response, ResponseBody, Way, WorkerPart};
use super::session::Session;
use crate::experiment::Precision;

impl Session {
    /// A session that has at first only what every run needs, in f32; the parts have to be fetched.
    pub fn without_parts() -> Self {
        Self::with_parts(Parts::default())
    }

    /// The request, if it belongs to the present run and can be obeyed at once. Those to a run whose code is on its way
    /// wait, in their order.
    pub(super) fn admit(&mut self, request: Request) -> Option<Request> {
        match &request.command {
            Command::Load { experiment, .. } => {
                // It takes the place of a run that waits, with all that was asked of that.
                self.waiting.clear();
                if self.parts.maker(experiment.precision).is_some() {
                    if experiment.precision == Precision::F32 {
                        self.parts.forgive(WorkerPart::Double);
                    }
                    return Some(request);
                }
                self.forget_run(request.run_id);
                self.parts.want(WorkerPart::Double);
            }
            // It is the page's, whatever its run.
            Command::Hidden(_) => return Some(request),
            _ if request.run_id != self.run_id => return None,
            Command::Continue { run_id } if !self.waiting.is_empty() => self.run_id = *run_id,
            Command::Fetch(_) => return Some(request),
            _ if self.waiting.is_empty() => return Some(request),
            _ => {}
        }
        self.waiting.push(request);
        None
    }

    /// Tries again to get a part that did not come.
    pub(super) fn fetch_again(&mut self, part: WorkerPart) {
        self.parts.forgive(part);
        if part == WorkerPart::Double && !self.waiting.is_empty() {
            self.parts.want(part);
        }
    }

    /// Asks for the parts without which something that was asked for cannot be done.
    pub(super) fn want_parts(&mut self) {
        if self.inquiry.is_proving() {
            self.parts.want(WorkerPart::Proof);
        }
        let is_single = self.run.as_ref().is_some_and(|run| run.experiment.precision == Precision::F32);
        if is_single && self.lookout.wants_view() {
            self.parts.want(WorkerPart::Looks);
        }
    }

    /// A part that is to be fetched, and what is to be said of it. Each is told once, until it did not come.
    pub fn take_wish(&mut self) -> Option<(WorkerPart, Response)> {
        let part = self.parts.take_wish()?;
        Some((part, self.response(ResponseBody::Part(part, Way::Coming))))
    }

    /// A part is there: what waited for it is obeyed. Returns what is to be said.
    pub fn arrive(&mut self, code: Code, now_ms: f64) -> Vec<Response> {
        self.parts.arrive(code);
        let mut answers = vec![self.response(ResponseBody::Part(code.part(), Way::Here))];
        if code.part() == WorkerPart::Double {
            let waiting = std::mem::take(&mut self.waiting);
            answers.extend(waiting.into_iter().filter_map(|request| self.handle(request, now_ms)));
        }
        answers
    }

    /// A part did not come. What waits for it goes on waiting, but for the checks, which are given up.
    pub fn miss(&mut self, part: WorkerPart) -> Response {
        self.parts.miss(part);
        if part == WorkerPart::Proof {
            self.inquiry.give_up_proof();
        }
        self.response(ResponseBody::Part(part, Way::Missing))
    }
}

#[cfg(test)]
#[path = "fetching_tests.rs"]
mod tests;
