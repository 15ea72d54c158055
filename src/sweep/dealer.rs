//! Who makes which run: a pool of workers, each with enough to do and none with more than it is through with soon.

use std::collections::{HashMap, VecDeque};

/// Hands jobs, which are numbers from 0 on, to workers, which have numbers of their own.
#[derive(Clone, Debug, Default)]
pub struct Dealer {
    /// How much work each job is, in any unit.
    work: Vec<f64>,
    queue: VecDeque<usize>,
    /// What each worker has to do.
    out: HashMap<u32, Vec<usize>>,
    /// How often each was lost with its worker.
    losses: Vec<u8>,
    /// How much work was done, and how long that took the workers.
    done_work: f64,
    done_ms: f64,
    done: usize,
    left_work: f64,
}

/// A worker has so much to do that it is not through before more has come.
const AHEAD_MS: f64 = 160.0;

/// And at least so many jobs, however long they are.
const FEWEST: usize = 2;

/// The most at once: what small jobs take is known only after the first.
const MOST: usize = 64;

/// A job that was lost with so many workers is given up, if it was all that the last of them had to do: then it may be why.
pub const MOST_LOSSES: u8 = 3;

impl Dealer {
    /// Of jobs that are so much work each, to be made in their order.
    pub fn new(work: Vec<f64>) -> Self {
        let (queue, losses) = ((0..work.len()).collect(), vec![0; work.len()]);
        Self { left_work: work.iter().sum(), work, queue, losses, ..Self::default() }
    }

    /// What a worker is to do besides what it has, of a pool of so many. A job that was lost before is dealt alone: of several
    /// that are lost together nobody knows which one it was.
    pub fn deal(&mut self, worker: u32, workers: usize) -> Vec<usize> {
        let ahead = self.ms_per_work().map(|ms| AHEAD_MS / ms);
        let fair = self.queue.len().div_ceil(workers.max(1)).clamp(FEWEST.min(self.queue.len()), MOST);
        let has = self.out.entry(worker).or_default();
        let is_suspect = |job: &usize| self.losses[*job] > 0;
        if has.iter().any(is_suspect) {
            return Vec::new();
        }
        if self.queue.front().is_some_and(is_suspect) {
            // It waits until what the worker has is done.
            let alone: Vec<usize> =
                if has.is_empty() { self.queue.pop_front().into_iter().collect() } else { Vec::new() };
            has.extend(&alone);
            return alone;
        }
        let mut work: f64 = has.iter().map(|job| self.work[*job]).sum();
        // It is asked again when something was done: a few at a time would be a message for each.
        if has.len() >= FEWEST && ahead.is_none_or(|ahead| work > 0.5 * ahead) {
            return Vec::new();
        }
        let mut dealt = Vec::new();
        while dealt.len() < fair
            && (has.len() + dealt.len() < FEWEST || ahead.is_some_and(|ahead| work < ahead))
            && let Some(job) = self.queue.pop_front_if(|job| !is_suspect(job))
        {
            work += self.work[job];
            dealt.push(job);
        }
        has.extend(&dealt);
        dealt
    }

    /// A worker has done a job, which took it so long; `false` if it was not its to do.
    pub fn done(&mut self, worker: u32, job: usize, ms: f64) -> bool {
        let Some(has) = self.out.get_mut(&worker) else { return false };
        let Some(place) = has.iter().position(|other| *other == job) else { return false };
        has.swap_remove(place);
        self.done_work += self.work[job];
        self.done_ms += ms.max(0.0);
        self.left_work -= self.work[job];
        self.done += 1;
        true
    }

    /// A worker is let go: others make what it had to do.
    pub fn let_go(&mut self, worker: u32) {
        for job in self.out.remove(&worker).unwrap_or_default().into_iter().rev() {
            self.queue.push_front(job);
        }
    }

    /// A worker was lost: others make again what it had to do. Returns what is given up.
    pub fn lost(&mut self, worker: u32) -> Vec<usize> {
        let mut given_up = Vec::new();
        let had = self.out.remove(&worker).unwrap_or_default();
        let is_alone = had.len() == 1;
        for job in had.into_iter().rev() {
            self.losses[job] = self.losses[job].saturating_add(1);
            if is_alone && self.losses[job] >= MOST_LOSSES {
                self.left_work -= self.work[job];
                self.done += 1;
                given_up.push(job);
            } else {
                self.queue.push_front(job);
            }
        }
        given_up
    }

    /// What a worker has to do.
    pub fn out(&self, worker: u32) -> &[usize] {
        self.out.get(&worker).map_or(&[], Vec::as_slice)
    }

    /// How many jobs are done or given up, and of how many.
    pub fn counts(&self) -> (usize, usize) {
        (self.done, self.work.len())
    }

    /// Whether nothing is left to do.
    pub fn is_finished(&self) -> bool {
        self.done == self.work.len()
    }

    /// How long a pool of so many workers still takes, in milliseconds; `None` before anything is known of that.
    pub fn left_ms(&self, workers: usize) -> Option<f64> {
        Some(self.left_work.max(0.0) * self.ms_per_work()? / workers.max(1) as f64)
    }

    fn ms_per_work(&self) -> Option<f64> {
        (self.done_work > 0.0 && self.done_ms > 0.0).then(|| self.done_ms / self.done_work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two workers until all is done, each with so many milliseconds a job; returns who did what, in its order.
    fn work_off(dealer: &mut Dealer, ms: f64) -> Vec<(u32, usize)> {
        let mut done = Vec::new();
        while !dealer.is_finished() {
            for worker in [0, 1] {
                dealer.deal(worker, 2);
                assert!(dealer.queue.is_empty() || dealer.out(worker).len() >= FEWEST, "it has enough to do");
                if let Some(&job) = dealer.out(worker).iter().min() {
                    assert!(dealer.done(worker, job, ms));
                    done.push((worker, job));
                }
            }
        }
        done
    }

    #[test]
    fn every_job_is_done_once_and_the_first_are_first() {
        for (jobs, ms) in [(0, 1.0), (1, 1.0), (3, 1.0), (400, 1.0), (400, 0.0), (40, 5_000.0)] {
            let mut dealer = Dealer::new(vec![2.0; jobs]);
            let mut done: Vec<usize> = work_off(&mut dealer, ms).into_iter().map(|(_, job)| job).collect();
            let early = done.iter().take(jobs / 4).filter(|job| **job < jobs / 2).count();
            assert!(early >= jobs / 4, "{jobs} jobs of {ms} ms: {done:?}");
            done.sort_unstable();
            assert_eq!(done, (0..jobs).collect::<Vec<_>>());
            assert_eq!(dealer.counts(), (jobs, jobs));
            assert!(dealer.left_ms(2).is_none_or(|left| left.abs() < 1e-6));
        }
    }

    #[test]
    fn small_jobs_travel_together_and_large_ones_alone() {
        let ahead = |ms: f64| {
            let mut dealer = Dealer::new(vec![1.0; 1000]);
            let first = dealer.deal(0, 2);
            assert_eq!(first.len(), FEWEST);
            first.into_iter().for_each(|job| _ = dealer.done(0, job, ms));
            dealer.deal(0, 2).len()
        };
        assert_eq!((ahead(0.1), ahead(10.0), ahead(1000.0)), (MOST, 16, FEWEST));
        // The last are shared, so that nobody has them all.
        let mut dealer = Dealer::new(vec![1.0; 12]);
        dealer.deal(0, 2).into_iter().for_each(|job| _ = dealer.done(0, job, 1.0));
        assert_eq!(dealer.deal(0, 2).len(), 5);
        assert_eq!(dealer.deal(1, 2).len(), 3);
    }

    #[test]
    fn what_was_lost_is_done_by_others_one_at_a_time() {
        let mut dealer = Dealer::new(vec![1.0; 6]);
        assert_eq!((dealer.deal(0, 2), dealer.deal(1, 2)), (vec![0, 1], vec![2, 3]));
        assert!(dealer.done(0, 0, 1.0));
        assert!(dealer.lost(0).is_empty() && dealer.lost(1).is_empty());
        assert!(!dealer.done(0, 1, 1.0), "what it still says comes too late");
        // Two workers that go for reasons of their own take nothing along.
        assert_eq!([dealer.deal(2, 2), dealer.deal(2, 2)], [vec![2], vec![]], "before what comes later, and alone");
        assert!(dealer.lost(2).is_empty());
        for job in [2, 3, 1] {
            assert_eq!(dealer.deal(3, 1), [job]);
            assert!(dealer.done(3, job, 1.0));
        }
        assert_eq!(dealer.deal(3, 1), [4, 5]);
        assert!(dealer.done(3, 4, 1.0) && dealer.done(3, 5, 1.0));
        assert!(dealer.is_finished());
    }

    #[test]
    fn a_job_that_takes_its_workers_along_is_given_up_and_no_other() {
        for workers in [1, 2, 3] {
            let mut dealer = Dealer::new(vec![1.0; 20]);
            let (mut given_up, mut done, mut next, mut lost) = (Vec::new(), Vec::new(), 0, 0);
            let mut pool: Vec<u32> = (0..workers)
                .map(|_| {
                    next += 1;
                    next
                })
                .collect();
            while !dealer.is_finished() {
                for worker in &mut pool {
                    dealer.deal(*worker, workers);
                    // The seventh ends whoever makes it.
                    match dealer.out(*worker).first().copied() {
                        Some(7) => {
                            given_up.extend(dealer.lost(*worker));
                            (next, lost) = (next + 1, lost + 1);
                            *worker = next;
                        }
                        Some(job) => {
                            assert!(dealer.done(*worker, job, 1.0));
                            done.push(job);
                        }
                        None => {}
                    }
                }
            }
            done.sort_unstable();
            assert_eq!((given_up, lost), (vec![7], usize::from(MOST_LOSSES)), "{workers} workers");
            assert_eq!(done, (0..20).filter(|job| *job != 7).collect::<Vec<_>>());
        }
    }

    #[test]
    fn who_is_let_go_leaves_no_doubt_behind() {
        let mut dealer = Dealer::new(vec![1.0; 3]);
        for worker in 0..9 {
            assert_eq!(dealer.deal(worker, 1), [0, 1]);
            dealer.let_go(worker);
        }
    }

    #[test]
    fn the_time_left_is_by_work_and_not_by_number() {
        let mut dealer = Dealer::new(vec![1.0, 1.0, 8.0, 8.0]);
        assert_eq!(dealer.left_ms(2), None);
        dealer.deal(0, 1).into_iter().for_each(|job| _ = dealer.done(0, job, 10.0));
        assert_eq!(dealer.left_ms(2), Some(80.0));
    }
}
