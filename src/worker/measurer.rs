//! What a worker that measures does, without the browser: one run after the other, in slices of time, and theory's word on
//! a map before them, or where that takes long by turns with them.

use super::memory;
use super::orders::{Answer, Done, Job, Order, Unmade};
use super::parts::{Code, Parts};
use super::worker_part::WorkerPart;
use crate::data::sequences::Corpus;
use crate::sweep::border::{BorderSampler, NoBorder};
use crate::sweep::measuring::Measuring;
use crate::sweep::{Plan, Sweep};
use std::collections::VecDeque;

/// How long a slice of work lasts before the mailbox is looked at, unless one step takes longer. Nobody waits for a frame, so
/// it is longer than that of a training worker.
const SLICE_MS: f64 = 20.0;

/// A worker that has nothing to say says so after this time.
const SILENCE_MS: f64 = 1_000.0;

/// Makes the runs of maps.
pub struct Measurer {
    parts: Parts,
    queue: VecDeque<Job>,
    /// Jobs whose code is on its way.
    waiting: Vec<Job>,
    /// The run that is being made, and how long that has taken.
    present: Option<(u32, Measuring, f64)>,
    border: Option<(u32, BorderSampler)>,
    /// Whether it goes on with that before the runs.
    is_border_turn: bool,
    /// A map of which theory is asked whose code is on its way.
    bordering: Option<(u32, Plan)>,
    done: Vec<Done>,
    answers: Vec<Answer>,
    /// Whether runs were ordered since something was said.
    is_asked: bool,
    said_at_ms: f64,
}

impl Default for Measurer {
    fn default() -> Self {
        Self::with_parts(Parts::all())
    }
}

impl Measurer {
    /// One that has at first only what runs of multilayer perceptrons in f32 need; the parts have to be fetched.
    pub fn without_parts() -> Self {
        Self::with_parts(Parts::default())
    }

    fn with_parts(parts: Parts) -> Self {
        Self {
            parts,
            queue: VecDeque::new(),
            waiting: Vec::new(),
            present: None,
            border: None,
            is_border_turn: true,
            bordering: None,
            done: Vec::new(),
            answers: Vec::new(),
            is_asked: false,
            said_at_ms: 0.0,
        }
    }

    /// Obeys an order.
    pub fn handle(&mut self, order: Order) {
        match order {
            Order::Measure(jobs) => {
                self.queue.extend(jobs);
                self.is_asked = true;
            }
            Order::Border { question, experiment, pairs } => {
                let (sweep, _) = Sweep::from_pairs(&pairs, &experiment);
                match Plan::new(&sweep, &experiment) {
                    Ok(plan) => self.begin_border(question, plan),
                    // The page asks only of maps that it made a plan of.
                    Err(_) => self.answers.push(Answer::Border(question, Err(NoBorder::NoCode))),
                }
                self.is_asked = true;
            }
            Order::Forget => {
                self.queue.clear();
                self.waiting.clear();
                self.done.clear();
                (self.present, self.border, self.bordering) = (None, None, None);
                self.is_asked = false;
            }
        }
    }

    /// Works for a slice of time by `clock`, which tells milliseconds, and says whether there is more to do.
    pub fn advance(&mut self, mut clock: impl FnMut() -> f64) -> bool {
        let start = clock();
        let mut now = start;
        while now - start < SLICE_MS {
            let is_busy = self.present.is_some() || !self.queue.is_empty();
            let is_turn =
                |(_, sampler): &mut (u32, BorderSampler)| sampler.is_quick() || !is_busy || self.is_border_turn;
            if let Some((question, mut sampler)) = self.border.take_if(is_turn) {
                self.is_border_turn = false;
                if sampler.work() {
                    self.border = Some((question, sampler));
                } else {
                    self.answers.push(Answer::Border(question, sampler.border()));
                }
                now = clock();
                continue;
            }
            self.is_border_turn = true;
            let Some((id, mut measuring, mut ms)) = self.present.take() else {
                let Some(job) = self.queue.pop_front() else { return false };
                self.begin(job);
                // A run's data and weights are made before its first step, which takes its time.
                let before = std::mem::replace(&mut now, clock());
                if let Some((_, _, ms)) = &mut self.present {
                    *ms = now - before;
                }
                continue;
            };
            let measured = measuring.work();
            let before = std::mem::replace(&mut now, clock());
            ms += now - before;
            match measured {
                Some(measured) => self.done.push(Done { id, ms, result: Ok(measured) }),
                None => self.present = Some((id, measuring, ms)),
            }
        }
        true
    }

    /// Whether all of these parts are there; asks for those that are not.
    fn has_all(&mut self, needed: impl IntoIterator<Item = WorkerPart>) -> bool {
        let missing: Vec<WorkerPart> = needed.into_iter().filter(|part| !self.parts.is_here(*part)).collect();
        missing.iter().for_each(|part| self.parts.want(*part));
        missing.is_empty()
    }

    /// Theory's word on a map, when its code is there.
    fn begin_border(&mut self, question: u32, plan: Plan) {
        if !self.has_all(parts_of_border(&plan)) {
            self.bordering = Some((question, plan));
            return;
        }
        match BorderSampler::new(plan, self.parts.through_time(), self.parts.corpus(None)) {
            Ok(sampler) => self.border = Some((question, sampler)),
            Err(reason) => self.answers.push(Answer::Border(question, Err(reason))),
        }
    }

    fn begin(&mut self, job: Job) {
        let Job { id, experiment, need } = job;
        if !self.has_all(WorkerPart::to_run(&experiment, false)) {
            self.waiting.push(Job { id, experiment, need });
            return;
        }
        let corpus: Corpus = self.parts.corpus(None);
        let made = match self.parts.maker(&experiment) {
            _ if memory::refusal(self.parts.bytes(&experiment, &corpus)).is_some() => Err(Unmade::NoRoom),
            Some(maker) => maker(&experiment, &corpus).map_err(|_| Unmade::NotAllowed),
            None => Err(Unmade::NotAllowed),
        };
        match made {
            Ok(trainer) => self.present = Some((id, Measuring::new(experiment, need, trainer), 0.0)),
            Err(reason) => self.done.push(Done { id, ms: 0.0, result: Err(reason) }),
        }
    }

    /// What is to be said now.
    pub fn take_answers(&mut self, now_ms: f64) -> Vec<Answer> {
        let mut answers = std::mem::take(&mut self.answers);
        if !self.done.is_empty() {
            answers.push(Answer::Measured(std::mem::take(&mut self.done)));
        }
        let is_at_work = self.present.is_some() || self.border.is_some();
        if answers.is_empty() && is_at_work && now_ms - self.said_at_ms >= SILENCE_MS {
            answers.push(Answer::Working);
        }
        // Whatever else is said, and whatever is ordered, lets the page expect the next word soon.
        if let Some(part) = self.awaited().filter(|_| self.is_asked || !answers.is_empty())
            && answers.last() != Some(&Answer::Fetching(part))
        {
            answers.push(Answer::Fetching(part));
        }
        if !answers.is_empty() {
            self.said_at_ms = now_ms;
            self.is_asked = false;
        }
        answers
    }

    /// The part without which nothing goes on, where all that is left to do waits for its code.
    fn awaited(&self) -> Option<WorkerPart> {
        let is_idle = self.queue.is_empty() && self.present.is_none() && self.border.is_none();
        let of_job = self.waiting.first().into_iter().flat_map(|job| WorkerPart::to_run(&job.experiment, false));
        let of_border = self.bordering.iter().flat_map(|(_, plan)| parts_of_border(plan));
        of_job.chain(of_border).find(|part| is_idle && !self.parts.is_here(*part))
    }

    /// A part that is to be fetched. Each is told once, until it did not come.
    pub fn take_wish(&mut self) -> Option<WorkerPart> {
        let part = self.parts.take_wish()?;
        self.answers.push(Answer::Fetching(part));
        Some(part)
    }

    /// A part is there: what waited for it is made, if it needs no other.
    pub fn arrive(&mut self, code: Code) {
        self.parts.arrive(code);
        self.queue.extend(self.waiting.drain(..));
        if let Some((question, plan)) = self.bordering.take() {
            self.begin_border(question, plan);
        }
    }

    /// A part did not come: what needs it is not made, and who asks again tries again.
    pub fn miss(&mut self, part: WorkerPart) {
        self.parts.miss(part);
        self.parts.forgive(part);
        let needs = |job: &Job| WorkerPart::to_run(&job.experiment, false).any(|needed| needed == part);
        let all = std::mem::take(&mut self.waiting).into_iter().chain(self.queue.drain(..));
        let (without, with): (Vec<Job>, Vec<Job>) = all.partition(needs);
        self.done.extend(without.into_iter().map(|job| Done {
            id: job.id,
            ms: 0.0,
            result: Err(Unmade::NoCode(part)),
        }));
        self.queue.extend(with);
        if let Some((question, _)) = self.bordering.take_if(|(_, plan)| parts_of_border(plan).contains(&part)) {
            self.answers.push(Answer::Border(question, Err(NoBorder::NoCode)));
        }
    }
}

/// The parts that theory's word on a map needs: that of layers is there from the beginning.
fn parts_of_border(plan: &Plan) -> Vec<WorkerPart> {
    let mut parts = Vec::new();
    let recurrent = plan.experiments().filter(|experiment| experiment.model.is_recurrent());
    for part in recurrent.flat_map(|experiment| WorkerPart::to_run(experiment, false)) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;
    use crate::sweep::Need;
    use crate::sweep::measuring::measure;

    fn job(id: u32, fragment: &str, steps: u32) -> Job {
        let (experiment, notices) = from_fragment(fragment);
        assert_eq!(notices, [], "{fragment}");
        Job { id, experiment, need: Need { steps, until: None, is_scored: steps > 0 } }
    }

    /// Works by a clock of a millisecond a look until there is nothing to do; returns all answers.
    fn work_off(measurer: &mut Measurer) -> Vec<Answer> {
        let (mut now, mut answers) = (0.0, Vec::new());
        loop {
            let goes_on = measurer.advance(|| {
                now += 1.0;
                now
            });
            answers.extend(measurer.take_answers(now));
            if !goes_on {
                return answers;
            }
        }
    }

    fn done(answers: &[Answer]) -> Vec<Done> {
        let done =
            answers.iter().filter_map(|answer| if let Answer::Measured(done) = answer { Some(done) } else { None });
        done.flatten().cloned().collect()
    }

    #[test]
    fn runs_come_to_what_they_come_to_elsewhere() {
        let jobs = vec![
            job(3, "depth=3", 5),
            job(1, "", 0),
            job(9, "model=gru&length=4&hidden=3", 2),
            job(2, "precision=f64", 1),
        ];
        let mut measurer = Measurer::default();
        measurer.handle(Order::Measure(jobs[..2].to_vec()));
        measurer.handle(Order::Measure(jobs[2..].to_vec()));
        let done = done(&work_off(&mut measurer));
        assert_eq!(done.iter().map(|done| done.id).collect::<Vec<_>>(), [3, 1, 9, 2]);
        for (done, job) in done.iter().zip(&jobs) {
            assert_eq!(done.result, Ok(measure(&job.experiment, job.need, &Corpus::default()).unwrap()));
            assert!(done.ms > 0.0);
        }
    }

    #[test]
    fn what_is_forgotten_is_not_made_and_a_slice_is_short() {
        let mut measurer = Measurer::default();
        measurer.handle(Order::Measure(vec![job(1, "depth=2", 1_000_000), job(2, "", 0)]));
        let mut now = 0.0;
        let mut clock = || {
            now += 1.0;
            now
        };
        assert!(measurer.advance(&mut clock));
        assert!(clock() <= SLICE_MS + 3.0, "the mailbox is looked at");
        measurer.handle(Order::Forget);
        assert_eq!(work_off(&mut measurer), []);
        measurer.handle(Order::Measure(vec![job(3, "", 0)]));
        assert_eq!(done(&work_off(&mut measurer)).len(), 1);
    }

    #[test]
    fn a_long_run_says_once_in_a_while_that_it_goes_on() {
        let mut measurer = Measurer::default();
        measurer.handle(Order::Measure(vec![job(1, "depth=2&width=2&samples=16&batch=16", 5_000)]));
        let answers = work_off(&mut measurer);
        let working = answers.iter().filter(|answer| **answer == Answer::Working).count();
        assert!((3..=6).contains(&working), "{working} in 5 s");
        assert!(matches!(answers.last(), Some(Answer::Measured(_))));
    }

    #[test]
    fn runs_whose_code_is_on_its_way_wait_and_the_others_do_not() {
        let mut measurer = Measurer::without_parts();
        measurer.handle(Order::Measure(vec![job(1, "model=rnn&length=4&hidden=3", 0), job(2, "", 0)]));
        assert_eq!(done(&work_off(&mut measurer)).iter().map(|done| done.id).collect::<Vec<_>>(), [2]);
        assert_eq!(measurer.take_wish(), Some(WorkerPart::Sequences));
        assert_eq!(measurer.take_wish(), None);
        assert_eq!(measurer.take_answers(0.0), [Answer::Fetching(WorkerPart::Sequences)]);
        measurer.arrive(Code::sequences());
        assert_eq!(done(&work_off(&mut measurer)).iter().map(|done| done.id).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn who_does_nothing_but_wait_for_code_says_that_last_and_again_when_more_is_ordered() {
        let mut measurer = Measurer::without_parts();
        let waits = |id: u32| job(id, "model=rnn&length=4&hidden=3", 0);
        measurer.handle(Order::Measure(vec![job(1, "", 0), waits(2), job(3, "", 0)]));
        let mut now = 0.0;
        let mut clock = || {
            now += 1.0;
            now
        };
        while measurer.advance(&mut clock) {}
        assert_eq!(measurer.take_wish(), Some(WorkerPart::Sequences));
        // As the worker's mailbox has it: the wish is told before the runs, and to the page only the last word counts.
        let answers = measurer.take_answers(0.0);
        let fetching = Answer::Fetching(WorkerPart::Sequences);
        assert!(matches!(&answers[..], [_, Answer::Measured(_), last] if *last == fetching), "{answers:?}");
        assert_eq!(measurer.take_answers(0.0), []);
        measurer.handle(Order::Measure(vec![waits(4)]));
        assert_eq!(work_off(&mut measurer), [fetching]);
        // There is other work for a while.
        measurer.handle(Order::Measure(vec![job(5, "depth=2", 1_000_000), waits(6)]));
        assert!(measurer.advance(&mut clock));
        assert_eq!(measurer.take_answers(0.0), []);
        measurer.handle(Order::Forget);
        assert_eq!(work_off(&mut measurer), []);
    }

    #[test]
    fn runs_whose_code_does_not_come_say_so_and_are_tried_again_when_asked_for_again() {
        let mut measurer = Measurer::without_parts();
        let sentiment = || job(1, "model=rnn&task=sentiment&hidden=3", 0);
        measurer.handle(Order::Measure(vec![sentiment()]));
        work_off(&mut measurer);
        let wishes: Vec<_> = std::iter::from_fn(|| measurer.take_wish()).collect();
        assert_eq!(wishes, [WorkerPart::Sequences, WorkerPart::Texts]);
        measurer.arrive(Code::sequences());
        work_off(&mut measurer);
        measurer.miss(WorkerPart::Texts);
        let said = done(&work_off(&mut measurer));
        assert_eq!(said[0].result, Err(Unmade::NoCode(WorkerPart::Texts)));
        measurer.handle(Order::Measure(vec![sentiment()]));
        work_off(&mut measurer);
        assert_eq!(measurer.take_wish(), Some(WorkerPart::Texts));
        measurer.arrive(Code::texts());
        assert!(done(&work_off(&mut measurer))[0].result.is_ok());
    }

    #[test]
    fn theory_is_asked_before_runs_are_made() {
        let mut measurer = Measurer::default();
        let (experiment, _) = from_fragment("activation=relu&init=kaiming-normal");
        let pairs = "sweep=gain:0.5..2*5&sweep=depth:2..20*3".to_owned();
        let border = Order::Border { question: 5, experiment: Box::new(experiment.clone()), pairs };
        measurer.handle(Order::Measure(vec![job(1, "", 0)]));
        measurer.handle(border);
        let answers = work_off(&mut measurer);
        assert!(matches!(&answers[0], Answer::Border(5, Ok(border)) if border.values.len() > 9), "{answers:?}");
        assert_eq!(done(&answers).len(), 1);
        let pairs = "sweep=lr:0.1,0.2".to_owned();
        measurer.handle(Order::Border { question: 6, experiment: Box::new(experiment), pairs });
        assert!(matches!(work_off(&mut measurer)[..], [Answer::Border(6, Err(_))]));
    }

    #[test]
    fn theory_of_recurrent_networks_waits_for_its_code_and_runs_do_not_wait_for_it() {
        let order = |question: u32| {
            let (experiment, notices) = from_fragment("model=rnn&rec-init=normal");
            assert_eq!(notices, []);
            let pairs = "sweep=rho:0.5..2*6&sweep=length:5..9*5".to_owned();
            Order::Border { question, experiment: Box::new(experiment), pairs }
        };
        let mut measurer = Measurer::without_parts();
        measurer.handle(order(1));
        measurer.handle(Order::Measure(vec![job(2, "", 0)]));
        assert_eq!(done(&work_off(&mut measurer)).len(), 1);
        assert_eq!(measurer.take_wish(), Some(WorkerPart::Sequences));
        assert_eq!(work_off(&mut measurer), [Answer::Fetching(WorkerPart::Sequences)]);
        measurer.miss(WorkerPart::Sequences);
        assert_eq!(work_off(&mut measurer), [Answer::Border(1, Err(NoBorder::NoCode))]);
        // Who asks again waits again.
        measurer.handle(order(3));
        work_off(&mut measurer);
        measurer.arrive(Code::sequences());
        let answers = work_off(&mut measurer);
        assert!(matches!(&answers[..], [Answer::Border(3, Ok(border))] if border.values.len() == 30), "{answers:?}");
        // While it is worked out runs are made.
        measurer.handle(order(5));
        measurer.handle(Order::Measure(vec![job(6, "", 0)]));
        let answers = work_off(&mut measurer);
        assert!(matches!(&answers[..], [Answer::Measured(_), Answer::Border(5, Ok(_))]), "{answers:?}");
        // What is forgotten is not answered.
        let mut measurer = Measurer::without_parts();
        measurer.handle(order(4));
        measurer.handle(Order::Forget);
        measurer.arrive(Code::sequences());
        assert_eq!(work_off(&mut measurer), []);
    }
}
