//! Where memory ends: what only saves time is given up first, what does not fit is said, and the run goes on.

use gradient_lab::experiment::{Batch, Experiment, share};
use gradient_lab::run::AnyTrainer;
use gradient_lab::worker::failure::Failure;
use gradient_lab::worker::protocol::{Command, Need, Request, ResponseBody, RunState};
use gradient_lab::worker::session::{Next, Session};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Has so much memory and no more, as a browser's.
struct Limited {
    used: AtomicUsize,
    limit: AtomicUsize,
}

#[allow(unsafe_code, reason = "an allocator is unsafe; this one only counts, and refuses or hands on to the system's")]
// SAFETY: every call is refused, as it may be, or goes to `System` unchanged.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = self.used.fetch_add(layout.size(), Ordering::Relaxed);
        if used + layout.size() > self.limit.load(Ordering::Relaxed) {
            self.used.fetch_sub(layout.size(), Ordering::Relaxed);
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `System.alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static MEMORY: Limited = Limited { used: AtomicUsize::new(0), limit: AtomicUsize::new(usize::MAX) };

/// Leaves so many bytes more than are used now.
fn leave(bytes: usize) {
    MEMORY.limit.store(MEMORY.used.load(Ordering::Relaxed).saturating_add(bytes), Ordering::Relaxed);
}

const MEGABYTE: usize = 1 << 20;

/// Does what is asked, until nothing is left to do; what was said meanwhile, the last status first.
fn obey(session: &mut Session, run_id: u32, command: Command) -> (Option<ResponseBody>, Vec<ResponseBody>) {
    let mut now_ms = 0.0;
    let mut clock = || {
        now_ms += 1.0;
        now_ms
    };
    let answer = session.handle(Request { run_id, command }, 0.0);
    let mut said: Vec<ResponseBody> = answer.into_iter().map(|response| response.body).collect();
    let mut status = None;
    loop {
        let next = session.advance(&mut clock);
        if let Some((response, _)) = session.take_frame() {
            status = Some(response.body);
            session.handle(Request { run_id: response.run_id, command: Command::FrameTaken }, 0.0);
        }
        session.take_theory();
        session.take_view(&mut clock);
        said.extend(std::iter::from_fn(|| session.take_answer()).map(|response| response.body));
        if next == Next::Rest {
            return (status, said);
        }
    }
}

/// The step at which a run rests, and its latest.
fn rests_at(status: Option<ResponseBody>) -> (u64, u64) {
    match status {
        Some(ResponseBody::Frame(status)) if status.state == RunState::Paused => (status.step, status.head),
        other => panic!("it does not rest: {other:?}"),
    }
}

/// Whether networks were drawn for the one experiment that was asked for.
fn is_drawn(said: &[ResponseBody]) -> bool {
    match said {
        [ResponseBody::Predicted(_, outlooks)] => matches!(outlooks[..], [Some(outlook)] if outlook.is_drawn),
        other => panic!("no outlook: {other:?}"),
    }
}

fn load(experiment: &Experiment) -> Command {
    Command::Load { experiment: Box::new(experiment.clone()), changes: vec![], reached: 0, own_text: None }
}

/// One test, because all share one memory.
#[test]
fn a_run_that_fits_is_ended_by_nothing_that_it_can_do_without() {
    // Large in memory, and quick: nothing is drawn, neither its weights nor networks like it.
    let (experiment, notices) = share::from_fragment("depth=40&width=256&batch=1&samples=16&init=zeros");
    assert_eq!(notices, []);
    let bytes = AnyTrainer::new(&experiment).unwrap().bytes();
    assert!(bytes > 24 * MEGABYTE, "{bytes}: two checkpoints of it do not fit where this test lets one in");

    let mut session = Session::default();
    obey(&mut session, 1, load(&experiment));
    // For one checkpoint, and what must stay free; five would be kept where there is more.
    leave(bytes + bytes / 2 + 16 * MEGABYTE);
    assert_eq!(rests_at(obey(&mut session, 1, Command::Step(400)).0), (400, 400));

    // A visit has room once the checkpoints are given up.
    let (status, said) = obey(&mut session, 1, Command::Visit(100));
    assert_eq!((rests_at(status), said), ((100, 400), vec![]));
    assert_eq!(rests_at(obey(&mut session, 1, Command::Return).0), (400, 400));

    // Five copies have none, and are not begun.
    let (_, said) = obey(&mut session, 1, Command::Prove);
    assert_eq!(said, [ResponseBody::NoRoom(Need::Proof)]);

    // With room for nothing at all the run goes on, an earlier step of it is refused, and can be gone on from.
    leave(8 * MEGABYTE);
    assert_eq!(rests_at(obey(&mut session, 1, Command::Step(200)).0), (600, 600));
    let other = Command::Predict(1, vec![Experiment::default()]);
    assert!(!is_drawn(&obey(&mut session, 1, other.clone()).1), "it is left to theory");
    let (_, said) = obey(&mut session, 1, Command::Visit(70));
    assert_eq!(said, [ResponseBody::NoRoom(Need::Visit)]);
    let (status, _) = obey(&mut session, 1, Command::Continue { run_id: 2 });
    assert_eq!(rests_at(status), (70, 70));
    assert_eq!(rests_at(obey(&mut session, 2, Command::Step(1)).0), (71, 71));

    // Where there is memory all is as ever.
    leave(usize::MAX);
    let (status, said) = obey(&mut session, 2, Command::Visit(3));
    assert_eq!((rests_at(status), said), ((3, 71), vec![]));
    assert!(is_drawn(&obey(&mut session, 2, other).1));

    // A run that does not fit is not begun, in words by which the page knows why; another that does is.
    let (large, notices) = share::from_fragment("model=lstm&hidden=128&length=200&batch=256&samples=256");
    assert_eq!(notices, []);
    leave(128 * MEGABYTE);
    let (status, said) = obey(&mut session, 3, load(&large));
    assert_eq!(status, None);
    match &said[..] {
        [ResponseBody::Failed(words)] => assert!(Failure::Crashed(words.clone()).is_of_memory(), "{words}"),
        other => panic!("{other:?}"),
    }
    let (_, said) = obey(&mut session, 3, Command::Run);
    assert_eq!(said, []);
    // Small enough to be quick too.
    let small = Experiment { batch: Batch::Size(2), hidden: 2, length: 4, ..large };
    assert_eq!(rests_at(obey(&mut session, 4, load(&small)).0), (0, 0));
}
