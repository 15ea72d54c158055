//! How numbers of any size are sorted into bins.

use serde::{Deserialize, Serialize};

/// How often numbers fall into bins of equal width.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Histogram {
    /// The lower edge of the first bin.
    pub low: f64,
    /// The upper edge of the last bin; above `low`.
    pub high: f64,
    /// How many numbers each bin holds.
    pub counts: Vec<u32>,
    /// How many numbers are exactly zero; they are in their bin too.
    pub zeros: u32,
    /// How many numbers are not finite; they are in no bin.
    pub not_finite: u32,
    /// The least and the largest of the finite numbers, which the bins may reach beyond; `None` where there are none.
    pub extremes: Option<(f64, f64)>,
    /// The mean of the finite numbers.
    pub mean: f64,
    /// Their standard deviation (by n).
    pub std: f64,
}

impl Histogram {
    /// The histogram of some numbers, with so many bins (one at the least).
    ///
    /// The bins reach from the least finite number to the largest; where there are numbers of both signs they are symmetric
    /// about 0, so that with an odd number of bins 0 is in the middle of one. Where all numbers are equal, or nearly, the
    /// range is widened about them, and without any number it is -1 to 1.
    pub fn of(values: impl Iterator<Item = f64> + Clone, bins: usize) -> Self {
        let (mut least, mut largest) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut zeros, mut not_finite, mut count) = (0, 0, 0_u64);
        for x in values.clone() {
            if x.is_finite() {
                (least, largest) = (least.min(x), largest.max(x));
                zeros += u32::from(x == 0.0);
                count += 1;
            } else {
                not_finite += 1;
            }
        }
        let (low, high) = range(least, largest);
        let mut counts = vec![0; bins.max(1)];
        // Sums and differences of the numbers as they are may leave the range of f64, those of their shares may not.
        let unit = if count == 0 { 1.0 } else { least.abs().max(largest.abs()) };
        let unit = if unit > 0.0 { unit } else { 1.0 };
        let (start, width) = (low / unit, high / unit - low / unit);
        let finite = || values.clone().filter(|x| x.is_finite()).map(|x| x / unit);
        let mut sum = 0.0;
        for x in finite() {
            let bin = ((x - start) / width * counts.len() as f64) as usize;
            let last = counts.len() - 1;
            counts[bin.min(last)] += 1;
            sum += x;
        }
        let mean = sum / count.max(1) as f64;
        let squares: f64 = finite().map(|x| (x - mean) * (x - mean)).sum();
        let std = (squares / count.max(1) as f64).sqrt();
        let extremes = (count > 0).then_some((least, largest));
        Self { low, high, counts, zeros, not_finite, extremes, mean: mean * unit, std: std * unit }
    }

    /// What numbers there are.
    pub fn extent(&self) -> Extent {
        let count: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        match self.extremes {
            None => Extent::Nothing,
            Some((value, _)) if count == 1 && self.not_finite == 0 => Extent::One(value),
            Some((least, largest)) if least == largest && self.not_finite == 0 => Extent::Alike(least),
            Some((least, largest)) => Extent::Between(least, largest),
        }
    }
}

/// What the numbers of a histogram are, whatever its bins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// None of them is finite, or there are none.
    Nothing,
    /// There is one.
    One(f64),
    /// All are the same.
    Alike(f64),
    /// The least and the largest of the finite ones.
    Between(f64, f64),
}

/// The edges of a histogram of numbers from `least` to `largest`; of none where `least` is above `largest`.
fn range(least: f64, largest: f64) -> (f64, f64) {
    let magnitude = least.abs().max(largest.abs());
    if least > largest || magnitude == 0.0 {
        return (-1.0, 1.0);
    }
    let (low, high) = if least < 0.0 && largest > 0.0 { (-magnitude, magnitude) } else { (least, largest) };
    // Edges closer than that have no axis: their labels would all be alike.
    if high - low > 1e-9 * magnitude {
        return (low, high);
    }
    let half = (0.5 * magnitude).max(f64::MIN_POSITIVE);
    ((low - half).max(-f64::MAX), (high + half).min(f64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[f64]) -> Histogram {
        Histogram::of(values.iter().copied(), 41)
    }

    #[test]
    fn the_range_holds_the_numbers_whatever_they_are() {
        let (max, tiny) = (f64::MAX, 5e-324);
        let cases: [(&[f64], (f64, f64)); 15] = [
            (&[], (-1.0, 1.0)),
            (&[f64::NAN, f64::INFINITY], (-1.0, 1.0)),
            (&[0.0, 0.0], (-1.0, 1.0)),
            (&[2.0, 2.0], (1.0, 3.0)),
            (&[-2.0], (-3.0, -1.0)),
            (&[1.0, 3.0, f64::NAN], (1.0, 3.0)),
            (&[0.0, 3.0], (0.0, 3.0)),
            (&[-1.0, 3.0], (-3.0, 3.0)),
            (&[-4.0, 3.0], (-4.0, 4.0)),
            (&[1e-300, 3e-300], (1e-300, 3e-300)),
            (&[1e-300], (0.5e-300, 1.5e-300)),
            (&[1e300, -1e300], (-1e300, 1e300)),
            (&[max, -max], (-max, max)),
            (&[max], (0.5 * max, max)),
            (&[tiny, -tiny], (-tiny, tiny)),
        ];
        for (values, range) in cases {
            let histogram = histogram(values);
            assert_eq!((histogram.low, histogram.high), range, "{values:?}");
            let finite = values.iter().filter(|x| x.is_finite()).count();
            assert_eq!(histogram.counts.iter().sum::<u32>() as usize, finite, "{values:?}");
            assert_eq!(histogram.not_finite as usize, values.len() - finite, "{values:?}");
            assert!(histogram.mean.is_finite() && histogram.std.is_finite(), "{values:?}: {histogram:?}");
            if values.contains(&histogram.low) {
                assert!(histogram.counts[0] > 0, "{values:?}: {histogram:?}");
            }
            if values.contains(&histogram.high) {
                assert!(histogram.counts[40] > 0, "{values:?}: {histogram:?}");
            }
        }
        for value in [tiny, 1e-310, f64::MIN_POSITIVE, 1e300] {
            for value in [value, -value] {
                let histogram = histogram(&[value; 3]);
                assert!(histogram.low < value && value < histogram.high || value.abs() > 1e307, "{value}");
                assert!(histogram.low < histogram.high && histogram.high.is_finite(), "{value}: {histogram:?}");
                assert_eq!(histogram.counts.iter().max(), Some(&3), "{value}");
            }
        }
    }

    #[test]
    fn what_is_said_of_the_numbers_is_theirs_and_not_the_bins() {
        let (nan, infinite) = (f64::NAN, f64::INFINITY);
        let cases: [(&[f64], Extent); 10] = [
            (&[], Extent::Nothing),
            (&[nan, infinite], Extent::Nothing),
            (&[0.0, -0.0, 0.0], Extent::Alike(0.0)),
            (&[0.0], Extent::One(0.0)),
            (&[2.37], Extent::One(2.37)),
            (&[2.37, 2.37], Extent::Alike(2.37)),
            (&[0.0, 0.0, nan], Extent::Between(0.0, 0.0)),
            (&[-0.3, 0.7], Extent::Between(-0.3, 0.7)),
            (&[1.0, 1.0 + 1e-12], Extent::Between(1.0, 1.0 + 1e-12)),
            (&[infinite, 5e-324, -f64::MAX], Extent::Between(-f64::MAX, 5e-324)),
        ];
        for (values, extent) in cases {
            assert_eq!(histogram(values).extent(), extent, "{values:?}");
        }
    }

    #[test]
    fn zero_is_in_the_middle_of_a_bin_of_both_signs() {
        let histogram = histogram(&[-0.3, 0.0, -0.0, 1e-9, -1e-9, 0.7]);
        assert_eq!((histogram.counts[20], histogram.zeros), (4, 2));
        assert_eq!((histogram.counts[40], histogram.counts.iter().sum::<u32>()), (1, 6));
    }

    #[test]
    fn each_number_is_in_its_bin() {
        let values: Vec<f64> = (0..820).map(|i| (f64::from(i) + 0.5) / 820.0).chain([0.0, 1.0]).collect();
        let counts = histogram(&values).counts;
        assert_eq!((counts[0], counts[40]), (21, 21));
        assert!(counts[1..40].iter().all(|count| *count == 20), "{counts:?}");
    }

    #[test]
    fn mean_and_deviation_do_not_cancel() {
        for scale in [1e-310, 1e-200, 1.0, 1e200, 1e307] {
            let values = [1.0, 2.0, 3.0, 6.0].map(|x| x * scale);
            let Histogram { mean, std, .. } = histogram(&values);
            // Under the normal range of f64 fewer digits are left.
            let tolerance = if scale < 1e-300 { 1e-12 } else { 1e-14 };
            assert!((mean / scale / 3.0 - 1.0).abs() <= tolerance, "{scale}: {mean}");
            assert!((std / scale / 3.5_f64.sqrt() - 1.0).abs() <= tolerance, "{scale}: {std}");
        }
        let shifted: Vec<f64> = (0..100).map(|i| 1e8 + f64::from(i % 2)).collect();
        let Histogram { mean, std, .. } = histogram(&shifted);
        assert!((mean - 1e8 - 0.5).abs() < 1e-6 && (std - 0.5).abs() < 1e-6, "{mean} {std}");
        assert_eq!(histogram(&[0.1; 7]).std, 0.0);
    }

    #[test]
    fn without_bins_there_is_one() {
        assert_eq!(Histogram::of([1.0, 2.0].into_iter(), 0).counts, [2]);
    }
}
