//! One optimizer step taken apart: the phases that it goes through, and the sums of which they are made.

/// A phase of one optimizer step. It goes from place to place: from layer to layer of a multilayer perceptron, of which the
/// output layer is the last, or from time step to time step of a recurrent network. Places are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A place computes its output from that of the place before.
    Forward(usize),
    /// The loss is computed from the network's output.
    Loss,
    /// The gradient reaches a place from the place after it.
    Backward(usize),
    /// All parameters change.
    Update,
}

impl Phase {
    /// The first phase of every step.
    pub const FIRST: Self = Self::Forward(0);

    /// How many phases a step of a network of so many places has: there and back, the loss between and the update last.
    pub fn count(places: usize) -> usize {
        2 * places + 2
    }

    /// The phase at a place of that order, from 0; `None` beyond the last.
    pub fn at(position: usize, places: usize) -> Option<Self> {
        if position < places {
            Some(Self::Forward(position))
        } else if position == places {
            Some(Self::Loss)
        } else if position <= 2 * places {
            Some(Self::Backward(2 * places - position))
        } else {
            (position == 2 * places + 1).then_some(Self::Update)
        }
    }

    /// The place of this phase in that order, from 0.
    pub fn position(self, places: usize) -> usize {
        match self.within(places) {
            Self::Forward(place) => place,
            Self::Loss => places,
            Self::Backward(place) => 2 * places - place,
            Self::Update => 2 * places + 1,
        }
    }

    /// The phase after this one; `None` after the update.
    pub fn next(self, places: usize) -> Option<Self> {
        Self::at(self.position(places) + 1, places)
    }

    /// The phase before this one; `None` before the first.
    pub fn previous(self, places: usize) -> Option<Self> {
        Self::at(self.position(places).checked_sub(1)?, places)
    }

    /// The place that this phase is about; `None` for the loss and the update.
    pub fn place(self) -> Option<usize> {
        match self {
            Self::Forward(place) | Self::Backward(place) => Some(place),
            Self::Loss | Self::Update => None,
        }
    }

    /// The same phase at another place. The loss and the update, which are of none, stay as they are.
    pub fn with_place(self, place: usize) -> Self {
        match self {
            Self::Forward(_) => Self::Forward(place),
            Self::Backward(_) => Self::Backward(place),
            Self::Loss | Self::Update => self,
        }
    }

    /// This phase, or that of the last place where a network of so many has no such place.
    pub fn within(self, places: usize) -> Self {
        self.place().map_or(self, |place| self.with_place(place.min(places.saturating_sub(1))))
    }

    /// Its name, in which places count from 1: `forward-1`, `loss`, `backward-1`, `update`.
    pub fn name(self) -> String {
        match self {
            Self::Forward(place) => format!("forward-{}", place + 1),
            Self::Loss => "loss".into(),
            Self::Backward(place) => format!("backward-{}", place + 1),
            Self::Update => "update".into(),
        }
    }
}

/// A sum of products of which the largest are written out: Σᵢ aᵢ bᵢ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SumOfProducts {
    /// The number i and both factors of the largest products, in the order of i.
    pub written: Vec<(usize, f64, f64)>,
    /// How many products are not written out.
    pub others: usize,
    /// What those come to.
    pub others_sum: f64,
}

impl SumOfProducts {
    /// The sum of the products of two rows of numbers with at most so many written out; of the longer row the rest is
    /// left out. A single product more is written too, since it takes no more room than the word of it.
    pub fn of(a: &[f64], b: &[f64], most: usize) -> Self {
        let mut products: Vec<_> = a.iter().zip(b).enumerate().map(|(i, (&a, &b))| (i, a, b)).collect();
        let most = if products.len() == most + 1 { most + 1 } else { most };
        let others = products.len().saturating_sub(most);
        if others > 0 {
            // NaN counts as the largest: it is what decides the sum.
            products.sort_by(|(_, a, b), (_, c, d)| (c * d).abs().total_cmp(&(a * b).abs()));
        }
        let others_sum = products.drain(products.len() - others..).map(|(_, a, b)| a * b).sum();
        products.sort_by_key(|(i, ..)| *i);
        Self { written: products, others, others_sum }
    }
}

/// Where the number farthest from zero stands; `None` where there is none.
pub fn largest(numbers: &[f64]) -> Option<usize> {
    let by_size = |&a: &usize, &b: &usize| numbers[a].abs().total_cmp(&numbers[b].abs()).then(b.cmp(&a));
    (0..numbers.len()).max_by(by_size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_goes_forward_then_back_then_updates() {
        let names = |layers: usize| {
            let phases = std::iter::successors(Some(Phase::FIRST), |phase| phase.next(layers));
            phases.map(Phase::name).collect::<Vec<_>>()
        };
        assert_eq!(names(1), ["forward-1", "loss", "backward-1", "update"]);
        assert_eq!(
            names(3),
            ["forward-1", "forward-2", "forward-3", "loss", "backward-3", "backward-2", "backward-1", "update"]
        );
        for layers in [1, 2, 13, 101] {
            assert_eq!(names(layers).len(), Phase::count(layers));
        }
    }

    #[test]
    fn the_way_back_is_the_same_way() {
        for layers in [1, 2, 13, 101] {
            for position in 0..Phase::count(layers) {
                let phase = Phase::at(position, layers).unwrap();
                assert_eq!(phase.position(layers), position, "{phase:?} of {layers}");
                assert_eq!(
                    phase.next(layers).and_then(|next| next.previous(layers)),
                    phase.next(layers).map(|_| phase)
                );
            }
            assert_eq!(Phase::FIRST.previous(layers), None);
            assert_eq!(Phase::Update.next(layers), None);
            assert_eq!(Phase::at(Phase::count(layers), layers), None);
        }
    }

    #[test]
    fn a_phase_of_a_deeper_network_becomes_one_of_the_last_layer() {
        let cases = [
            (Phase::Forward(9), Phase::Forward(2)),
            (Phase::Backward(9), Phase::Backward(2)),
            (Phase::Loss, Phase::Loss),
            (Phase::Update, Phase::Update),
        ];
        for (phase, within) in cases {
            assert_eq!(phase.within(3), within);
            assert_eq!(phase.next(3), within.next(3));
        }
    }

    #[test]
    fn the_largest_products_are_written_and_the_rest_is_summed() {
        let a = [1.0, -3.0, 0.5, 2.0, 0.0, 4.0];
        let b = [1.0, 1.0, 0.5, -1.0, 7.0, 0.5];
        let sum = SumOfProducts::of(&a, &b, 3);
        assert_eq!(sum.written, [(1, -3.0, 1.0), (3, 2.0, -1.0), (5, 4.0, 0.5)]);
        assert_eq!((sum.others, sum.others_sum), (3, 1.25));
        for most in 0..8 {
            let sum = SumOfProducts::of(&a, &b, most);
            let written: f64 = sum.written.iter().map(|(_, a, b)| a * b).sum();
            assert_eq!(written + sum.others_sum, -1.75, "{most} written out");
            assert_ne!(sum.others, 1, "one product more is written");
        }
    }

    #[test]
    fn sums_of_anything_are_written() {
        assert_eq!(SumOfProducts::of(&[], &[1.0], 4), SumOfProducts::default());
        let sum = SumOfProducts::of(&[1.0, f64::NAN, 2.0], &[1.0; 3], 1);
        assert_eq!((sum.written[0].0, sum.others), (1, 2));
        let sum = SumOfProducts::of(&[f64::INFINITY, 0.0, 1.0], &[1.0; 3], 1);
        assert_eq!((sum.written[0].0, sum.others_sum), (0, 1.0));
    }

    #[test]
    fn the_largest_is_farthest_from_zero() {
        let cases: [(&[f64], Option<usize>); 5] = [
            (&[], None),
            (&[0.0, 0.0], Some(0)),
            (&[1.0, -3.0, 2.0], Some(1)),
            (&[2.0, -2.0], Some(0)),
            (&[9.0, f64::NAN], Some(1)),
        ];
        for (numbers, place) in cases {
            assert_eq!(largest(numbers), place, "{numbers:?}");
        }
    }
}
