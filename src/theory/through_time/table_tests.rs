//! The recursions beside networks that are drawn here, cell by cell, in their plainest form.

use super::gru;
use super::pairs::Pairs;
use super::recurrence::Recurrence;
use crate::nn::recurrent::Cell;
use crate::random::{Purpose, Random};

/// A row: cell, s², bias of the keeping gate, q_x, and what is to come out over 30 steps back, in decades: of the recursion, and
/// of networks of 128 units as they were once measured elsewhere.
type Row = (Cell, f64, f64, f64, f64, f64);

const BACK: usize = 30;
const THIRD: f64 = 1.0 / 3.0;

const TABLE: [Row; 11] = [
    (Cell::Tanh, THIRD, 0.0, 0.3, -10.01, -9.92),
    (Cell::Tanh, 1.0, 0.0, 0.3, -3.82, -3.83),
    (Cell::Tanh, 4.0, 0.0, 0.1, 1.82, 1.72),
    (Cell::Gru, THIRD, 0.0, 0.3, -6.61, -6.64),
    (Cell::Gru, 1.0, 0.0, 0.3, -4.97, -4.99),
    (Cell::Gru, 4.0, 0.0, 0.3, -1.77, -1.89),
    (Cell::Gru, THIRD, 2.0, 0.3, -1.61, -1.60),
    (Cell::Lstm, THIRD, 0.0, 0.3, -7.44, -7.50),
    (Cell::Lstm, 4.0, 0.0, 0.3, -2.62, -2.51),
    (Cell::Lstm, THIRD, 1.0, 0.3, -3.70, -3.72),
    (Cell::Lstm, THIRD, 3.0, 0.3, -1.30, -1.35),
];

fn recurrence(cell: Cell, s2: f64, keeping_bias: f64, q_x: f64) -> Recurrence {
    let times = 50;
    let mut input = Pairs::new(times);
    (1..=times).for_each(|time| input.set(time, time, q_x));
    Recurrence { cell, s2, input, bias_variance: 0.0, keeping_bias }
}

fn expected(network: &Recurrence) -> f64 {
    network.log10_ratios(BACK, f64::MAX).unwrap()[BACK]
}

/// Networks of 128 units differ from each other by 0.1 to 0.3 decades (one standard deviation), so the mean of ten is within 0.3
/// of what it should be; those that explode lie a little lower, by a tenth of a decade, for they are not as wide as that.
#[test]
fn networks_of_128_units_do_what_the_recursion_says() {
    for (cell, s2, bias, q_x, recursion, measured) in TABLE {
        let network = recurrence(cell, s2, bias, q_x);
        let got = expected(&network);
        let drawn = (0..10).map(|seed| drawn(&network, 128, seed)).sum::<f64>() / 10.0;
        println!("{cell:?}, s² = {s2:.2}, bias {bias}: {got:.2} by the recursion, {drawn:.2} of ten networks");
        assert!((got - recursion).abs() < 0.1, "{cell:?}, s² = {s2}, bias {bias}: {got}, not {recursion}");
        assert!((got - measured).abs() < 0.2, "{cell:?}, s² = {s2}, bias {bias}: {got}, not {measured}");
        assert!((got - drawn).abs() < 0.35, "{cell:?}, s² = {s2}, bias {bias}: {got}, not {drawn}");
    }
}

/// The textbook's χ, of weights that are drawn afresh at every step, misses a GRU by a decade and a half over 30 steps, whatever
/// its width.
#[test]
fn weights_that_stay_the_same_do_something_else() {
    for (s2, textbook) in [(THIRD, -8.09), (1.0, -7.13), (4.0, -3.84)] {
        let network = recurrence(Cell::Gru, s2, 0.0, 0.3);
        let step = *gru::forward(&network).steps.last().unwrap();
        let fresh = 0.5 * BACK as f64 * (step.d2 + s2 * (step.a2 + step.extra)).log10();
        assert!((fresh - textbook).abs() < 0.05, "s² = {s2}: {fresh}, not {textbook}");
        assert!(expected(&network) - fresh > 1.4, "s² = {s2}: {} and {fresh}", expected(&network));
    }
}

/// What decays or grows beyond every format, and what nothing comes to.
#[test]
fn no_network_gives_anything_but_numbers() {
    for cell in [Cell::Tanh, Cell::Relu, Cell::Gru, Cell::Lstm] {
        for s2 in [1e-4, THIRD, 100.0] {
            for bias in [-10.0, 0.0, 10.0] {
                for q_x in [0.0, 1e-6, 30.0] {
                    let mut network = recurrence(cell, s2, bias, q_x);
                    network.bias_variance = 1.0 / 300.0;
                    let ratios = network.log10_ratios(usize::MAX, f64::MAX).unwrap();
                    let what = format!("{cell:?}, s² = {s2}, bias {bias}, q_x = {q_x}: {ratios:?}");
                    assert_eq!((ratios.len(), ratios[0]), (50, 0.0), "{what}");
                    assert!(ratios.iter().all(|ratio| ratio.is_finite()), "{what}");
                }
            }
        }
    }
    let growing = recurrence(Cell::Relu, 100.0, 0.0, 0.3);
    assert_eq!(growing.log10_ratios(BACK, 1e70), None, "the states leave the format");
}

/// log10 of the norm 30 steps back over the last of a network of `hidden` units.
fn drawn(network: &Recurrence, hidden: usize, seed: u32) -> f64 {
    let mut random = Random::new(seed, Purpose::Data);
    let blocks = network.cell.blocks();
    let std = (network.s2 / hidden as f64).sqrt();
    let weights: Vec<Vec<f64>> =
        (0..blocks).map(|_| (0..hidden * hidden).map(|_| std * random.normal()).collect()).collect();
    let times = network.input.times();
    // W h, W is (from, to).
    let product = |w: &[f64], h: &[f64]| -> Vec<f64> {
        let mut to = vec![0.0; hidden];
        for (row, h) in w.chunks(hidden).zip(h) {
            to.iter_mut().zip(row).for_each(|(to, w)| *to += w * h);
        }
        to
    };
    let back = |w: &[f64], g: &[f64]| -> Vec<f64> {
        w.chunks(hidden).map(|row| row.iter().zip(g).map(|(w, g)| w * g).sum()).collect()
    };
    let mut h = vec![0.0; hidden];
    let mut c = vec![0.0; hidden];
    // Of every time step what the backward pass needs.
    let mut kept: Vec<Vec<Vec<f64>>> = Vec::new();
    let sigmoid = |u: f64| 1.0 / (1.0 + (-u).exp());
    for time in 1..=times {
        let q: Vec<Vec<f64>> = weights.iter().map(|w| product(w, &h)).collect();
        let std = network.input.get(time, time).sqrt();
        let x: Vec<Vec<f64>> = (0..blocks).map(|_| (0..hidden).map(|_| std * random.normal()).collect()).collect();
        let mut row: Vec<Vec<f64>> = Vec::new();
        match network.cell {
            Cell::Tanh | Cell::Relu => {
                let is_relu = network.cell == Cell::Relu;
                let z: Vec<f64> = (0..hidden).map(|i| q[0][i] + x[0][i]).collect();
                h = z.iter().map(|z| if is_relu { z.max(0.0) } else { z.tanh() }).collect();
                row.push(h.iter().map(|h| if is_relu { f64::from(*h > 0.0) } else { 1.0 - h * h }).collect());
            }
            Cell::Gru => {
                let r: Vec<f64> = (0..hidden).map(|i| sigmoid(q[0][i] + x[0][i])).collect();
                let z: Vec<f64> = (0..hidden).map(|i| sigmoid(q[1][i] + x[1][i] + network.keeping_bias)).collect();
                let n: Vec<f64> = (0..hidden).map(|i| (x[2][i] + r[i] * q[2][i]).tanh()).collect();
                // D, and what of ∂L/∂h each product takes: of r, z, n.
                let slope = |i: usize| (1.0 - z[i]) * (1.0 - n[i] * n[i]);
                row.push(z.clone());
                row.push((0..hidden).map(|i| slope(i) * q[2][i] * r[i] * (1.0 - r[i])).collect());
                row.push((0..hidden).map(|i| (h[i] - n[i]) * z[i] * (1.0 - z[i])).collect());
                row.push((0..hidden).map(|i| slope(i) * r[i]).collect());
                h = (0..hidden).map(|i| (1.0 - z[i]) * n[i] + z[i] * h[i]).collect();
            }
            Cell::Lstm => {
                let gate = |b: usize, bias: f64| -> Vec<f64> {
                    (0..hidden).map(|i| sigmoid(q[b][i] + x[b][i] + bias)).collect()
                };
                let (i_, f, o) = (gate(0, 0.0), gate(1, network.keeping_bias), gate(3, 0.0));
                let g: Vec<f64> = (0..hidden).map(|i| (q[2][i] + x[2][i]).tanh()).collect();
                let next: Vec<f64> = (0..hidden).map(|i| f[i] * c[i] + i_[i] * g[i]).collect();
                let tanh: Vec<f64> = next.iter().map(|c| c.tanh()).collect();
                // f, β, and what the gates i, f, g take of ∂L/∂c, o of ∂L/∂h.
                row.push(f.clone());
                row.push((0..hidden).map(|i| o[i] * (1.0 - tanh[i] * tanh[i])).collect());
                row.push((0..hidden).map(|i| g[i] * i_[i] * (1.0 - i_[i])).collect());
                row.push((0..hidden).map(|i| c[i] * f[i] * (1.0 - f[i])).collect());
                row.push((0..hidden).map(|i| i_[i] * (1.0 - g[i] * g[i])).collect());
                row.push((0..hidden).map(|i| tanh[i] * o[i] * (1.0 - o[i])).collect());
                h = (0..hidden).map(|i| o[i] * tanh[i]).collect();
                c = next;
            }
        }
        kept.push(row);
    }
    let mut grad: Vec<f64> = (0..hidden).map(|_| random.normal()).collect();
    let norm = |grad: &[f64]| grad.iter().map(|g| g * g).sum::<f64>().sqrt();
    let start = norm(&grad);
    let mut grad_c = vec![0.0; hidden];
    let times_each = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a * b).collect() };
    for row in kept.iter().rev().take(BACK) {
        let mut below = vec![0.0; hidden];
        let mut add = |part: Vec<f64>| below.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        match network.cell {
            Cell::Tanh | Cell::Relu => add(back(&weights[0], &times_each(&row[0], &grad))),
            Cell::Gru => {
                add(times_each(&row[0], &grad));
                (0..3).for_each(|block| add(back(&weights[block], &times_each(&row[block + 1], &grad))));
            }
            Cell::Lstm => {
                (0..hidden).for_each(|i| grad_c[i] += row[1][i] * grad[i]);
                (0..3).for_each(|block| add(back(&weights[block], &times_each(&row[block + 2], &grad_c))));
                add(back(&weights[3], &times_each(&row[5], &grad)));
                (0..hidden).for_each(|i| grad_c[i] *= row[0][i]);
            }
        }
        grad = below;
    }
    (norm(&grad) / start).log10()
}
