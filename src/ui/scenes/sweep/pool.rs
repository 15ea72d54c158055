//! The workers that make a map's runs: as many as the machine has room for, each fed before it is through with what it has.

use crate::sweep::border::{Border, NoBorder};
use crate::sweep::{Dealer, MOST_LOSSES, Measured, Plan};
use crate::ui::shared::storage;
use crate::worker::failure::Failure;
use crate::worker::measurer_client::{Heard, MeasurerClient};
use crate::worker::orders::{Answer, Job, Unmade};
use leptos::prelude::window;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// Where it is remembered how many workers the reader wants.
const WANTED: &str = "sweep-workers";

/// More workers than these no map has use for.
const MOST_WORKERS: usize = 16;

/// So many workers may be lost in a row without having done anything before nobody tries again: more than one job can cost.
const MOST_FAILURES: usize = 2 * MOST_LOSSES as usize;

/// When so many workers were lost that theory was asked of, it is not asked any more: before the runs that they had besides
/// are given up.
const MOST_BORDER_LOSSES: u8 = MOST_LOSSES - 1;

/// How many multiplications a slow machine makes in a millisecond.
const SLOWEST: f64 = 1e5;

/// What is heard of the pool.
pub(super) enum News {
    /// A run was made, or could not be; by its place among the plan's.
    Run(usize, Result<Measured, Unmade>),
    /// Theory's word on the map.
    Border(Result<Border, NoBorder>),
    /// All is made.
    Finished,
    /// Nothing more can be made.
    Failed(Failure),
}

/// How far the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Standing {
    /// Runs of this task that are made.
    pub made: usize,
    /// Whether a worker has begun.
    pub has_begun: bool,
    /// How long it still takes, if that is known.
    pub left_ms: Option<f64>,
    /// How long it has taken since the first worker began.
    pub elapsed_ms: f64,
    /// The share of the workers' time in which they were at a run.
    pub busy: f64,
    /// Workers.
    pub workers: usize,
}

/// A pool. When it goes, so do its workers.
pub(super) struct Pool {
    inner: Rc<Inner>,
}

struct Inner {
    me: Weak<Inner>,
    on_news: Box<dyn Fn(News)>,
    clients: RefCell<Vec<(u32, MeasurerClient)>>,
    size: Cell<usize>,
    next_worker: Cell<u32>,
    next_job: Cell<u32>,
    failures: Cell<usize>,
    task: RefCell<Option<Task>>,
}

struct Task {
    plan: Arc<Plan>,
    dealer: Dealer,
    /// The runs to be made, by their places among the plan's.
    runs: Vec<usize>,
    /// The number of the first job.
    first_job: u32,
    /// Whether theory is still to be asked.
    wants_border: bool,
    /// The worker that was asked and has not answered.
    border_of: Option<u32>,
    /// How many workers were lost that were asked.
    border_losses: u8,
    /// Whether the page knows that all runs are made: theory's word may still be to come.
    is_told: bool,
    step_ms: f64,
    began_ms: Option<f64>,
    busy_ms: f64,
}

impl Task {
    /// A worker is let go: others do what it had to do.
    fn let_go(&mut self, worker: u32) {
        self.dealer.let_go(worker);
        self.wants_border |= self.border_of.take_if(|of| *of == worker).is_some();
    }

    /// A worker was lost: others do what it had to do. Returns the runs that are given up.
    fn lost(&mut self, worker: u32) -> Vec<usize> {
        if self.border_of.take_if(|of| *of == worker).is_some() {
            self.border_losses = self.border_losses.saturating_add(1);
            self.wants_border = self.border_losses < MOST_BORDER_LOSSES;
        }
        self.dealer.lost(worker).into_iter().map(|job| self.runs[job]).collect()
    }

    /// Whether there is neither a run to be made nor a word of theory to come.
    fn is_over(&self) -> bool {
        self.dealer.is_finished() && !self.wants_border && self.border_of.is_none()
    }
}

impl Pool {
    /// A pool of so many workers, which start with the first task.
    pub(super) fn new(size: usize, on_news: impl Fn(News) + 'static) -> Self {
        let inner = Rc::new_cyclic(|me: &Weak<Inner>| Inner {
            me: me.clone(),
            on_news: Box::new(on_news),
            clients: RefCell::default(),
            size: Cell::new(size),
            next_worker: Cell::new(0),
            next_job: Cell::new(0),
            failures: Cell::new(0),
            task: RefCell::new(None),
        });
        Self { inner }
    }

    /// Makes runs of a plan, by their places among the plan's and in this order; and asks theory, if nobody has. Where there
    /// are none, only theory is asked.
    pub(super) fn begin(&self, plan: Arc<Plan>, runs: Vec<usize>, wants_border: bool) {
        self.cancel();
        let inner = &self.inner;
        let seeds = plan.seeds();
        let work = runs.iter().map(|run| plan.work(run / seeds)).collect();
        let step_work = runs.iter().map(|run| plan.step_work(run / seeds)).fold(0.0, f64::max);
        let first_job = inner.next_job.get();
        // By its first number theory's answer is known too, so that of a task without runs is its own.
        inner.next_job.set(first_job.wrapping_add(runs.len().max(1) as u32));
        inner.failures.set(0);
        let is_told = runs.is_empty();
        *inner.task.borrow_mut() = Some(Task {
            dealer: Dealer::new(work),
            plan,
            runs,
            first_job,
            wants_border,
            border_of: None,
            border_losses: 0,
            is_told,
            step_ms: step_work / SLOWEST,
            began_ms: None,
            busy_ms: 0.0,
        });
        inner.fill_up();
        let ready: Vec<u32> =
            inner.clients.borrow().iter().filter(|(_, client)| client.is_ready()).map(|(worker, _)| *worker).collect();
        ready.into_iter().for_each(|worker| inner.feed(worker));
    }

    /// Leaves what is not made yet.
    pub(super) fn cancel(&self) {
        if self.inner.task.take().is_some() {
            let clients = self.inner.clients.borrow();
            clients.iter().filter(|(_, client)| client.is_ready()).for_each(|(_, client)| client.forget());
        }
    }

    /// How far it is; `None` where there is nothing to do.
    pub(super) fn standing(&self) -> Option<Standing> {
        let (task, workers) = (self.inner.task.borrow(), self.inner.size.get());
        let task = task.as_ref()?;
        let elapsed_ms = task.began_ms.map_or(0.0, |began| now_ms() - began);
        Some(Standing {
            made: task.dealer.counts().0,
            has_begun: task.began_ms.is_some(),
            left_ms: task.dealer.left_ms(workers),
            elapsed_ms,
            busy: if elapsed_ms > 0.0 { task.busy_ms / (elapsed_ms * workers as f64) } else { 0.0 },
            workers,
        })
    }

    /// Another number of workers: those that are too many go, and what they had to do is done by the others.
    pub(super) fn resize(&self, size: usize) {
        let inner = &self.inner;
        inner.size.set(size);
        loop {
            let last = {
                let mut clients = inner.clients.borrow_mut();
                if clients.len() <= size { None } else { clients.pop() }
            };
            let Some((worker, client)) = last else { break };
            drop(client);
            inner.with_task(|task| task.let_go(worker));
        }
        if inner.task.borrow().is_some() {
            inner.fill_up();
            inner.feed_all();
        }
    }
}

impl Inner {
    /// Starts workers until there are enough: for theory's word alone one is.
    fn fill_up(&self) {
        let is_made = self.with_task(|task| task.dealer.is_finished()) == Some(true);
        let enough = if is_made { self.size.get().min(1) } else { self.size.get() };
        while self.clients.borrow().len() < enough {
            let worker = self.next_worker.get();
            self.next_worker.set(worker.wrapping_add(1));
            let me = self.me.clone();
            let client = MeasurerClient::start(move |heard| {
                if let Some(inner) = me.upgrade() {
                    inner.hear(worker, heard);
                }
            });
            self.clients.borrow_mut().push((worker, client));
        }
    }

    fn hear(&self, worker: u32, heard: Heard) {
        match heard {
            Heard::Said(Answer::Ready) => self.feed(worker),
            Heard::Said(Answer::Measured(done)) => {
                self.failures.set(0);
                for done in done {
                    let run = self.with_task(|task| {
                        let job = done.id.wrapping_sub(task.first_job) as usize;
                        let run = *task.runs.get(job)?;
                        task.busy_ms += done.ms;
                        task.dealer.done(worker, job, done.ms).then_some(run)
                    });
                    if let Some(run) = run.flatten() {
                        (self.on_news)(News::Run(run, done.result));
                    }
                }
                self.feed(worker);
                self.finish();
            }
            Heard::Said(Answer::Border(question, border)) => {
                let is_of_task = self.with_task(|task| {
                    let is_of_task = task.first_job == question;
                    if is_of_task {
                        task.border_of = None;
                    }
                    is_of_task
                });
                // Of an earlier task nobody wants to know.
                if is_of_task == Some(true) {
                    self.failures.set(0);
                    (self.on_news)(News::Border(border));
                }
                self.feed(worker);
                self.finish();
            }
            Heard::Said(Answer::Working | Answer::Fetching(_) | Answer::Failed(_)) => {}
            Heard::Lost(failure) => self.lose(worker, failure),
        }
    }

    fn with_task<T>(&self, read: impl FnOnce(&mut Task) -> T) -> Option<T> {
        self.task.borrow_mut().as_mut().map(read)
    }

    /// Gives a worker what it is to do next.
    fn feed(&self, worker: u32) {
        let clients = self.clients.borrow();
        let Some((_, client)) = clients.iter().find(|(other, client)| *other == worker && client.is_ready()) else {
            return;
        };
        let workers = self.size.get();
        let dealt = self.with_task(|task| {
            if std::mem::take(&mut task.wants_border) {
                let base = task.plan.base.clone();
                client.ask_border(task.first_job, &base, task.plan.sweep.pairs());
                task.border_of = Some(worker);
            }
            let seeds = task.plan.seeds();
            let dealt = task.dealer.deal(worker, workers);
            task.began_ms.get_or_insert_with(now_ms);
            let job = |job: usize| {
                let run = task.runs[job];
                let experiment = task.plan.experiment(run / seeds, run % seeds)?;
                Some(Job { id: task.first_job.wrapping_add(job as u32), experiment, need: task.plan.need })
            };
            let jobs: Vec<Job> = dealt.into_iter().filter_map(job).collect();
            let is_idle = task.dealer.out(worker).is_empty() && task.border_of != Some(worker);
            (jobs, task.step_ms, is_idle)
        });
        match dealt {
            Some((jobs, step_ms, _)) if !jobs.is_empty() => client.measure(jobs, step_ms),
            Some((_, _, true)) | None => client.rest(),
            Some(_) => {}
        }
    }

    fn feed_all(&self) {
        let workers: Vec<u32> = self.clients.borrow().iter().map(|(worker, _)| *worker).collect();
        workers.into_iter().for_each(|worker| self.feed(worker));
    }

    /// Tells once that all runs are made, and ends the task when theory's word is there too: nobody waits for that.
    fn finish(&self) {
        let is_news = self.with_task(|task| task.dealer.is_finished() && !std::mem::replace(&mut task.is_told, true));
        if is_news == Some(true) {
            (self.on_news)(News::Finished);
        }
        if self.with_task(|task| task.is_over()) == Some(true) {
            self.task.take();
        }
    }

    /// What a lost worker had to do is done by others, or given up.
    fn give_back(&self, worker: u32) {
        let given_up = self.with_task(|task| task.lost(worker));
        for run in given_up.unwrap_or_default() {
            (self.on_news)(News::Run(run, Err(Unmade::Lost)));
        }
    }

    fn lose(&self, worker: u32, failure: Failure) {
        let lost = {
            let mut clients = self.clients.borrow_mut();
            let place = clients.iter().position(|(other, _)| *other == worker);
            place.map(|place| clients.swap_remove(place))
        };
        drop(lost);
        self.give_back(worker);
        self.failures.set(self.failures.get() + 1);
        self.finish();
        let Some(is_told) = self.with_task(|task| task.is_told) else { return };
        if self.failures.get() >= MOST_FAILURES {
            self.task.take();
            self.clients.take();
            // Where only theory's word was to come, no run is the worse for it.
            if !is_told {
                (self.on_news)(News::Failed(failure));
            }
            return;
        }
        self.fill_up();
        self.feed_all();
    }
}

/// How many workers there are to choose from.
pub(super) fn cores() -> usize {
    (window().navigator().hardware_concurrency() as usize).clamp(1, MOST_WORKERS)
}

/// How many workers the reader wants, or by default: all cores but one, which is for the page; of two cores both, because the
/// page has little to do meanwhile.
pub(super) fn wanted() -> usize {
    let cores = cores();
    let default = if cores > 2 { cores - 1 } else { cores };
    let wanted = storage::load(WANTED).and_then(|text| text.parse().ok());
    wanted.filter(|wanted| (1..=MOST_WORKERS).contains(wanted)).unwrap_or(default)
}

/// Remembers how many are wanted.
pub(super) fn want(workers: usize) {
    storage::store(WANTED, &workers.to_string());
}

pub(super) fn now_ms() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |clock| clock.now())
}
