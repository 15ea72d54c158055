//! The workers that make a map's runs: as many as the machine has room for, each fed before it is through with what it has.

use crate::sweep::border::{Border, NoBorder};
use crate::sweep::{Dealer, Measured, Plan};
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

/// So many workers may be lost in a row without having done anything before nobody tries again.
const MOST_FAILURES: usize = 3;

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
    step_ms: f64,
    began_ms: Option<f64>,
    busy_ms: f64,
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

    /// Makes runs of a plan, by their places among the plan's and in this order; and asks theory, if nobody has.
    pub(super) fn begin(&self, plan: Arc<Plan>, runs: Vec<usize>, wants_border: bool) {
        self.cancel();
        let inner = &self.inner;
        let seeds = plan.seeds();
        let work = runs.iter().map(|run| plan.work(run / seeds)).collect();
        let step_work = runs.iter().map(|run| plan.step_work(run / seeds)).fold(0.0, f64::max);
        let first_job = inner.next_job.get();
        inner.next_job.set(first_job.wrapping_add(runs.len() as u32));
        inner.failures.set(0);
        *inner.task.borrow_mut() = Some(Task {
            dealer: Dealer::new(work),
            plan,
            runs,
            first_job,
            wants_border,
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
            inner.give_back(worker);
        }
        if inner.task.borrow().is_some() {
            inner.fill_up();
            inner.feed_all();
        }
    }
}

impl Inner {
    /// Starts workers until there are enough.
    fn fill_up(&self) {
        while self.clients.borrow().len() < self.size.get() {
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
                // Of an earlier task nobody wants to know.
                if self.with_task(|task| task.first_job) == Some(question) {
                    (self.on_news)(News::Border(border));
                }
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
            (jobs, task.step_ms, task.dealer.out(worker).is_empty())
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

    fn finish(&self) {
        if self.with_task(|task| task.dealer.is_finished()) == Some(true) {
            (self.on_news)(News::Finished);
            self.task.take();
        }
    }

    /// What a worker had to do is done by others, or given up.
    fn give_back(&self, worker: u32) {
        let given_up = self.with_task(|task| {
            let jobs = task.dealer.lost(worker);
            jobs.into_iter().map(|job| task.runs[job]).collect::<Vec<_>>()
        });
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
        if self.task.borrow().is_none() {
            return;
        }
        self.finish();
        if self.failures.get() >= MOST_FAILURES {
            self.task.take();
            self.clients.take();
            return (self.on_news)(News::Failed(failure));
        }
        if self.task.borrow().is_some() {
            self.fill_up();
            self.feed_all();
        }
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
