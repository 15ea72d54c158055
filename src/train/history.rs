//! The course of a run in bounded memory.

use super::quantity::Quantity;
use super::report::StepReport;

/// Some consecutive steps, as the minimum, the maximum and the last of every number of their reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// The first step in the bucket.
    pub first_step: u64,
    /// The report of the last step in the bucket.
    pub last: StepReport,
    min: Box<[f64]>,
    max: Box<[f64]>,
}

impl Bucket {
    /// A bucket of one step.
    pub fn new(report: StepReport) -> Self {
        Self { first_step: report.step, min: report.row().into(), max: report.row().into(), last: report }
    }

    /// A bucket from its rows of numbers, as [`Bucket::rows`] gives them; `None` if they are not of one length.
    pub fn from_rows(first_step: u64, last: StepReport, min: &[f64], max: &[f64]) -> Option<Self> {
        let same_len = min.len() == last.row().len() && max.len() == last.row().len();
        same_len.then(|| Self { first_step, last, min: min.into(), max: max.into() })
    }

    /// The rows of minima and maxima, laid out as [`StepReport::row`].
    pub fn rows(&self) -> (&[f64], &[f64]) {
        (&self.min, &self.max)
    }

    /// How many steps the bucket spans.
    pub fn span(&self) -> u64 {
        self.last.step - self.first_step + 1
    }

    /// The smallest and the largest loss of its steps.
    pub fn loss_range(&self) -> (f64, f64) {
        (self.min[0], self.max[0])
    }

    /// The smallest and the largest norm that all gradients together had in its steps, before clipping.
    pub fn grad_norm_range(&self) -> (f64, f64) {
        (self.min[1], self.max[1])
    }

    /// The smallest and the largest value that a quantity of a place had, in the lowest level.
    ///
    /// # Panics
    /// As [`StepReport::get`].
    pub fn range(&self, place: usize, quantity: Quantity) -> (f64, f64) {
        self.range_at(0, place, quantity)
    }

    /// The same of any level, counted from 0 at the input.
    ///
    /// # Panics
    /// As [`StepReport::get`].
    pub fn range_at(&self, level: usize, place: usize, quantity: Quantity) -> (f64, f64) {
        let index = self.last.place_index(level, place, quantity);
        (self.min[index], self.max[index])
    }

    /// The smallest and the largest value that a quantity of some weights had.
    ///
    /// # Panics
    /// As [`StepReport::of_weights`].
    pub fn range_of_weights(&self, weights: usize, quantity: Quantity) -> (f64, f64) {
        let index = self.last.weights_index(weights, quantity);
        (self.min[index], self.max[index])
    }

    /// Takes in the steps of a later bucket of the same network.
    fn absorb(&mut self, later: &Self) {
        widen(&mut self.min, &mut self.max, &later.min, &later.max);
        self.last.step = later.last.step;
        self.last.row_mut().copy_from_slice(later.last.row());
    }
}

/// Makes ranges as wide as others are. By comparisons, which are a third of the work of `f64::min`: no report holds NaN.
fn widen(min: &mut [f64], max: &mut [f64], other_min: &[f64], other_max: &[f64]) {
    for (min, other) in min.iter_mut().zip(other_min) {
        *min = if other < min { *other } else { *min };
    }
    for (max, other) in max.iter_mut().zip(other_max) {
        *max = if other > max { *other } else { *max };
    }
}

/// A run's reports, thinned to at most a fixed number of [`Bucket`]s of roughly equal span.
///
/// When the buckets run out, neighbours are joined and the span doubles, so a run of any length fits, and no
/// minimum or maximum is ever lost.
#[derive(Clone, Debug)]
pub struct History {
    buckets: Vec<Bucket>,
    capacity: usize,
    /// How many steps a bucket may span.
    stride: u64,
}

impl History {
    /// An empty history of at most `capacity` buckets.
    ///
    /// # Panics
    /// If `capacity` is under 3: the measurement before the first step keeps a bucket of its own.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity >= 3, "a history needs room for three buckets");
        Self { buckets: Vec::with_capacity(capacity), capacity, stride: 1 }
    }

    /// Adds the steps after those already there. A report of the step that is already last replaces nothing and is
    /// left out.
    pub fn push(&mut self, bucket: Bucket) {
        if self.buckets.last().is_some_and(|last| last.last.step >= bucket.last.step) {
            return;
        }
        if !self.join_last(&bucket) {
            if self.buckets.len() == self.capacity {
                self.halve();
            }
            if !self.join_last(&bucket) {
                self.buckets.push(bucket);
            }
        }
    }

    /// The same for one report, without allocating where it only widens the last bucket.
    pub fn push_report(&mut self, report: &StepReport) {
        match self.buckets.last_mut() {
            Some(last) if last.last.step >= report.step => {}
            Some(last) if report.step - last.first_step < self.stride && last.first_step > 0 => {
                widen(&mut last.min, &mut last.max, report.row(), report.row());
                last.last.step = report.step;
                last.last.row_mut().copy_from_slice(report.row());
            }
            _ => self.push(Bucket::new(report.clone())),
        }
    }

    /// Forgets the steps after one. A bucket that goes beyond it is forgotten whole, for nobody knows which of its numbers
    /// came before.
    pub fn forget_after(&mut self, step: u64) {
        self.buckets.retain(|bucket| bucket.last.step <= step);
    }

    /// Forgets all steps.
    pub fn clear(&mut self) {
        self.buckets.clear();
        self.stride = 1;
    }

    /// Takes the buckets out, oldest first.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Bucket> {
        self.stride = 1;
        self.buckets.drain(..)
    }

    /// The buckets, oldest first.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// The bucket that a step is in, or the nearest before it; `None` where there is none.
    pub fn at(&self, step: u64) -> Option<&Bucket> {
        self.buckets.get(bucket_of(&self.buckets, step)?)
    }

    /// The report of the latest step.
    pub fn latest(&self) -> Option<&StepReport> {
        self.buckets.last().map(|bucket| &bucket.last)
    }

    /// Whether there is no step yet.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    fn join_last(&mut self, bucket: &Bucket) -> bool {
        let stride = self.stride;
        let Some(last) = self.buckets.last_mut() else { return false };
        let fits = last.can_join(bucket, stride);
        if fits {
            last.absorb(bucket);
        }
        fits
    }

    fn halve(&mut self) {
        while self.buckets.len() == self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.buckets.dedup_by(|later, earlier| {
                let fits = earlier.can_join(later, stride);
                if fits {
                    earlier.absorb(later);
                }
                fits
            });
        }
    }
}

/// The place of the bucket that a step is in, or of the nearest before it; `None` where there is none.
pub fn bucket_of(buckets: &[Bucket], step: u64) -> Option<usize> {
    buckets.partition_point(|bucket| bucket.first_step <= step).checked_sub(1)
}

impl Bucket {
    /// Whether both together span at most `stride` steps. The measurement before the first step, which has no
    /// update, stays in a bucket of its own.
    fn can_join(&self, later: &Self, stride: u64) -> bool {
        self.first_step > 0 && later.last.step - self.first_step < stride
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(step: u64, loss: f64) -> StepReport {
        let mut report = StepReport::new(2);
        report.step = step;
        report.set_loss(loss);
        report.set(1, Quantity::GradZ, loss * 10.0);
        report
    }

    #[test]
    fn a_long_run_fits_and_keeps_its_extremes() {
        let mut history = History::new(8);
        for step in 0..10_000 {
            let loss = if step == 4321 { -5.0 } else { (step % 7) as f64 };
            history.push_report(&report(step, loss));
        }
        assert!(history.buckets().len() <= 8);
        assert_eq!(history.latest().unwrap().step, 9_999);
        let lowest = history.buckets().iter().map(|b| b.loss_range().0).fold(f64::INFINITY, f64::min);
        assert_eq!(lowest, -5.0);
        let lowest = history.buckets().iter().map(|b| b.range(1, Quantity::GradZ).0).fold(f64::INFINITY, f64::min);
        assert_eq!(lowest, -50.0);
        let mut next = 0;
        for bucket in history.buckets() {
            assert_eq!(bucket.first_step, next, "no step is lost or counted twice");
            next = bucket.last.step + 1;
        }
        assert_eq!(next, 10_000);
    }

    #[test]
    fn the_measurement_before_the_first_step_stays_apart() {
        let mut history = History::new(3);
        for step in 0..1000 {
            history.push_report(&report(step, 1.0));
        }
        assert_eq!(history.buckets()[0].span(), 1);
        assert_eq!(history.buckets()[0].last.step, 0);
    }

    #[test]
    fn what_comes_after_a_step_is_forgotten() {
        let mut history = History::new(8);
        (0..100).for_each(|step| history.push_report(&report(step, 1.0)));
        let (first, last) = history.at(50).map(|bucket| (bucket.first_step, bucket.last.step)).unwrap();
        assert!((first..last).contains(&50), "the step is within a bucket");
        history.forget_after(50);
        assert_eq!(history.latest().unwrap().step, first - 1);
        history.push_report(&report(50, 1.0));
        assert_eq!((history.latest().unwrap().step, history.at(70).unwrap().last.step), (50, 50));
        assert_eq!(History::new(3).at(0), None);
    }

    #[test]
    fn a_step_is_taken_once() {
        let mut history = History::new(4);
        history.push_report(&report(3, 1.0));
        history.push_report(&report(3, 2.0));
        history.push(Bucket::new(report(2, 2.0)));
        assert_eq!(history.buckets().len(), 1);
        assert_eq!(history.latest().unwrap().loss(), 1.0);
    }

    #[test]
    fn thinning_twice_is_thinning_once() {
        let mut outbox = History::new(4);
        let mut page = History::new(8);
        for step in 1..=1000 {
            outbox.push_report(&report(step, f64::from(step as u32)));
            if step % 37 == 0 {
                outbox.drain().for_each(|bucket| page.push(bucket));
            }
        }
        outbox.drain().for_each(|bucket| page.push(bucket));
        assert_eq!(page.latest().unwrap().step, 1000);
        assert_eq!(page.buckets()[0].first_step, 1);
        assert!(page.buckets().windows(2).all(|pair| pair[0].last.step + 1 == pair[1].first_step));
    }
}
