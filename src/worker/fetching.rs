//! What a session does about parts of its code that are not there yet: it asks for them, and what needs them waits.

use super::parts::{Code, Parts};
use super::protocol::{Command, Request, Response, ResponseBody, Way, WorkerPart};
use super::session::Session;

/// Those without which some runs are none.
const OF_RUNS: [WorkerPart; 4] =
    [WorkerPart::Double, WorkerPart::Sequences, WorkerPart::SequencesDouble, WorkerPart::Texts];

impl Session {
    /// A session that has at first only what runs of multilayer perceptrons in f32 need; the parts have to be fetched.
    pub fn without_parts() -> Self {
        Self::with_parts(Parts::default())
    }

    /// The request, if it belongs to the present run and can be obeyed at once. Those to a run whose code is on its way
    /// wait, in their order.
    pub(super) fn admit(&mut self, request: Request) -> Option<Request> {
        match &request.command {
            Command::Load { .. } => {
                // It takes the place of a run that waits, with all that was asked of that.
                self.waiting.clear();
                let needed = parts_of(&request);
                // Another run that needs what did not come is another try, once there was one that did not need it.
                let others = OF_RUNS.into_iter().filter(|part| !needed.contains(part));
                others.for_each(|part| self.parts.forgive(part));
                if needed.iter().all(|part| self.parts.is_here(*part)) {
                    return Some(request);
                }
                self.forget_run(request.run_id);
                needed.into_iter().for_each(|part| self.parts.want(part));
            }
            // It is the page's, whatever its run.
            Command::Hidden(_) | Command::Meet(_) | Command::Share(_) => return Some(request),
            _ if request.run_id != self.run_id => return None,
            Command::Continue { run_id } if !self.waiting.is_empty() => self.run_id = *run_id,
            Command::Fetch(_) => return Some(request),
            _ if self.waiting.is_empty() => return Some(request),
            _ => {}
        }
        self.waiting.push(request);
        None
    }

    /// The parts that the run that waits needs.
    fn awaited(&self) -> Vec<WorkerPart> {
        self.waiting.first().map(parts_of).unwrap_or_default()
    }

    /// Tries again to get a part that did not come.
    pub(super) fn fetch_again(&mut self, part: WorkerPart) {
        self.parts.forgive(part);
        if self.awaited().contains(&part) {
            self.parts.want(part);
        }
    }

    /// Asks for the parts without which something that was asked for cannot be done.
    pub(super) fn want_parts(&mut self) {
        let Some(run) = &self.run else { return };
        if self.inquiry.is_proving() {
            self.parts.want(WorkerPart::to_prove(&run.experiment));
        }
        if self.lookout.wants_view() {
            self.parts.want(WorkerPart::to_look(&run.experiment));
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
        let awaited = self.awaited();
        if awaited.contains(&code.part()) && awaited.iter().all(|part| self.parts.is_here(*part)) {
            let waiting = std::mem::take(&mut self.waiting);
            answers.extend(waiting.into_iter().filter_map(|request| self.handle(request, now_ms)));
        }
        answers
    }

    /// A part did not come. What waits for it goes on waiting, but for the checks, which are given up.
    pub fn miss(&mut self, part: WorkerPart) -> Response {
        self.parts.miss(part);
        if self.run.as_ref().is_some_and(|run| WorkerPart::to_prove(&run.experiment) == part) {
            self.inquiry.give_up_proof();
        }
        self.response(ResponseBody::Part(part, Way::Missing))
    }
}

/// The parts without which a run that is to be loaded is none.
fn parts_of(request: &Request) -> Vec<WorkerPart> {
    match &request.command {
        Command::Load { experiment, own_text, .. } => WorkerPart::to_run(experiment, own_text.is_some()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[path = "fetching_tests.rs"]
mod tests;
