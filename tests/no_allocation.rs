//! A step allocates nothing after the first, whatever the network and the optimizer.

use gradient_lab::choice::Choice;
use gradient_lab::experiment::{Experiment, Key};
use gradient_lab::optim::OptimizerKind;
use gradient_lab::run::AnyTrainer;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the allocations of the thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

#[allow(unsafe_code, reason = "an allocator is unsafe; this one only counts and hands on to the system's")]
// SAFETY: every call goes to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `System.alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn assert_no_allocation(fragment: &str, experiment: &Experiment) {
    let mut trainer = AnyTrainer::new(experiment).unwrap();
    trainer.step().unwrap();
    let before = ALLOCATIONS.with(Cell::get);
    // More than an epoch, with its smaller last batch.
    for _ in 0..20 {
        trainer.step().unwrap();
    }
    let allocations = ALLOCATIONS.with(Cell::get) - before;
    assert_eq!(allocations, 0, "{fragment} {:?}", experiment.optimizer);
}

#[test]
fn a_step_allocates_nothing() {
    for fragment in [
        "",
        "batch=full",
        "norm=layer&residual=add",
        "norm=batch&precision=f64",
        "batch=1&activation=gelu&clip=value",
        "amsgrad=1",
        "activation=linear&gain=0.01",
        "depth=23&width=64&activation=linear&init=normal&clip=norm",
        "model=rnn&length=12",
        "model=lstm&length=12&stack=2&window=5&task=copy&clip=norm",
        "model=gru&length=12&task=sentiment&padding=masked&precision=f64",
    ] {
        let (mut experiment, notices) = gradient_lab::experiment::share::from_fragment(fragment);
        assert_eq!(notices, []);
        experiment.samples = 100;
        for &kind in OptimizerKind::ALL {
            experiment.set_text(Key::Optimizer, kind.name()).unwrap();
            assert_no_allocation(fragment, &experiment);
        }
    }
}
