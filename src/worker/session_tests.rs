use super::*;
use crate::look::view::Watch;
use crate::nn::Initializer;
use crate::optim::Hyper;
use crate::theory::{Band, BandSampler, Forecast, NoPrediction, predict};
use crate::train::{Quantity, StepReport, Trainer};
use std::cell::Cell;

pub(in crate::worker) const RUN_ID: u32 = 3;

pub(in crate::worker) fn small() -> Experiment {
    Experiment { depth: 2, width: 4, samples: 16, batch: crate::experiment::Batch::Size(4), ..Experiment::default() }
}

pub(in crate::worker) fn request(command: Command) -> Request {
    Request { run_id: RUN_ID, command }
}

pub(in crate::worker) fn loaded(experiment: Experiment) -> Session {
    let mut session = Session::default();
    let load = Command::Load { experiment: Box::new(experiment), changes: vec![], reached: 0, own_text: None };
    assert_eq!(session.handle(request(load), 0.0), None);
    session
}

/// A clock that is one millisecond later every time.
pub(in crate::worker) fn ticking() -> impl FnMut() -> f64 {
    let mut now = 0.0;
    move || {
        now += 1.0;
        now
    }
}

/// Trains until the run rests or waits.
pub(in crate::worker) fn finish(session: &mut Session) {
    let mut clock = ticking();
    while session.advance(&mut clock) == Next::Continue && session.goal != Goal::Rest {}
}

pub(in crate::worker) fn frame(session: &mut Session) -> (Status, Vec<Bucket>) {
    let (response, buckets) = session.take_frame().expect("a frame is due");
    assert_eq!(response.run_id, RUN_ID);
    let ResponseBody::Frame(status) = response.body else { panic!("{response:?}") };
    assert_eq!(session.handle(request(Command::FrameTaken), 0.0), None);
    (status, buckets)
}

pub(in crate::worker) fn report_after(experiment: &Experiment, steps: u64) -> StepReport {
    let mut trainer = Trainer::<f32>::new(experiment).unwrap();
    (1..steps).for_each(|_| {
        trainer.step().unwrap();
    });
    trainer.step().unwrap().clone()
}

#[test]
fn a_loaded_run_shows_its_first_gradients_and_rests() {
    let mut session = loaded(small());
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.state, status.step), (RunState::Paused, 0));
    assert_eq!(buckets.len(), 1);
    assert!(buckets[0].last.get(0, Quantity::GradZ) > 0.0);
    theories(&mut session);
    assert_eq!(session.advance(ticking()), Next::Rest);
    assert!(session.take_frame().is_none(), "nothing new to say");
}

#[test]
fn step_makes_exactly_one() {
    let mut session = loaded(small());
    frame(&mut session);
    session.handle(request(Command::Step(1)), 0.0);
    finish(&mut session);
    let (status, buckets) = frame(&mut session);
    assert_eq!((status.state, status.step), (RunState::Paused, 1));
    assert_eq!(buckets[0].last, report_after(&small(), 1));
}

#[test]
fn steps_asked_for_before_the_last_was_made_are_all_made() {
    let mut session = loaded(small());
    frame(&mut session);
    for _ in 0..7 {
        session.handle(request(Command::Step(1)), 0.0);
    }
    finish(&mut session);
    assert_eq!(session.steps(), 7);
}

#[test]
fn pause_is_obeyed_after_a_slice() {
    let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
    session.handle(request(Command::Run), 0.0);
    let mut clock = ticking();
    assert_eq!(session.advance(&mut clock), Next::Continue);
    let steps = session.steps();
    assert!((1..=10).contains(&steps), "{steps} steps of a millisecond in a slice");
    session.handle(request(Command::Pause), 10.0);
    session.advance(&mut clock);
    assert_eq!(session.steps(), steps);
    assert_eq!(frame(&mut session).0.state, RunState::Paused);
}

#[test]
fn a_pace_is_kept() {
    let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(10.0), ..small() });
    session.handle(request(Command::Run), 0.0);
    let mut now = 0.0;
    while now < 1000.0 {
        match session.advance(|| now) {
            Next::Wait(wait) => {
                assert!(wait <= 100.0);
                now += wait;
            }
            _ => drop(frame(&mut session)),
        }
    }
    assert_eq!(session.steps(), 10);
}

#[test]
fn a_run_that_was_held_up_does_not_race() {
    let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(100.0), ..small() });
    session.handle(request(Command::Run), 0.0);
    session.advance(|| 0.0);
    session.advance(|| 60_000.0);
    assert!(session.steps() <= 30, "{} steps at once after a minute's sleep", session.steps());
}

#[test]
fn requests_of_an_older_run_are_dropped() {
    let mut session = loaded(small());
    frame(&mut session);
    for command in [Command::Run, Command::Step(5), Command::Seek(9), Command::SetLive(Hyper::of(&small()))] {
        let stale = Request { run_id: RUN_ID - 1, command };
        assert_eq!(session.handle(stale, 0.0), None);
    }
    finish(&mut session);
    assert_eq!(session.steps(), 0);
}

#[test]
fn no_frame_comes_before_the_last_was_taken() {
    let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
    assert!(session.take_frame().is_some());
    session.handle(request(Command::Step(1000)), 0.0);
    finish(&mut session);
    assert!(session.take_frame().is_none());
    session.handle(request(Command::FrameTaken), 0.0);
    let (response, buckets) = session.take_frame().unwrap();
    assert!(matches!(response.body, ResponseBody::Frame(Status { step: 1000, .. })));
    assert!(buckets.len() <= BUCKETS_PER_FRAME);
    assert_eq!(buckets.iter().map(Bucket::span).sum::<u64>(), 1000, "every step is in some bucket");
}

#[test]
fn seeking_back_and_forth_gives_the_numbers_of_stepping_there() {
    let mut session = loaded(small());
    for target in [20, 7, 30] {
        session.handle(request(Command::Seek(target)), 0.0);
        finish(&mut session);
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.state, status.step), (RunState::Paused, target));
        assert_eq!(buckets.last().unwrap().last, report_after(&small(), target));
    }
}

#[test]
fn changes_made_live_are_made_again_by_a_seek() {
    let mut session = loaded(small());
    session.handle(request(Command::Seek(5)), 0.0);
    finish(&mut session);
    let hyper = Hyper { lr: 1.0, ..Hyper::of(&small()) };
    let answer = session.handle(request(Command::SetLive(hyper)), 0.0).unwrap();
    assert_eq!(answer.body, ResponseBody::LiveSet(Change { after_step: 5, hyper }));
    session.handle(request(Command::Seek(12)), 0.0);
    finish(&mut session);
    let before = frame(&mut session).1.last().unwrap().last.clone();
    session.handle(request(Command::Seek(8)), 0.0);
    finish(&mut session);
    session.handle(request(Command::Seek(12)), 0.0);
    finish(&mut session);
    assert_eq!(frame(&mut session).1.last().unwrap().last, before);
    assert_ne!(before, report_after(&small(), 12));
}

#[test]
fn a_diverged_run_says_where_and_goes_no_further() {
    let mut experiment = small();
    experiment.set_text(crate::experiment::Key::Dataset, "plane").unwrap();
    experiment.activation = crate::nn::Activation::Linear;
    (experiment.lr, experiment.speed) = (10.0, Speed::Max);
    let mut session = loaded(experiment);
    frame(&mut session);
    session.handle(request(Command::Run), 0.0);
    finish(&mut session);
    let (status, _) = frame(&mut session);
    assert_eq!(status.state, RunState::Diverged);
    let divergence = status.divergence.unwrap();
    assert_eq!(divergence.step, status.step + 1);
    session.handle(request(Command::Run), 0.0);
    finish(&mut session);
    assert_eq!(session.steps(), status.step);
}

#[test]
fn nonsense_is_refused_in_words() {
    let mut session = Session::default();
    let experiment = Box::new(Experiment { depth: 0, ..small() });
    let answer = session
        .handle(request(Command::Load { experiment, changes: vec![], reached: 0, own_text: None }), 0.0)
        .unwrap();
    let ResponseBody::Failed(words) = answer.body else { panic!("{answer:?}") };
    assert!(words.contains("depth"), "{words}");
    session.handle(request(Command::Run), 0.0);
    assert_eq!(session.advance(ticking()), Next::Rest);
}

/// Lets a resting session work until it has nothing to do; what it says of theory.
pub(in crate::worker) fn theories(session: &mut Session) -> Vec<Forecast> {
    let mut clock = ticking();
    let mut told = Vec::new();
    loop {
        let next = session.advance(&mut clock);
        if session.take_frame().is_some() {
            session.handle(request(Command::FrameTaken), 0.0);
        }
        told.extend(session.take_theory().map(|response| forecast(response, RUN_ID)));
        if next == Next::Rest {
            return told;
        }
    }
}

fn forecast(response: Response, run_id: u32) -> Forecast {
    assert_eq!(response.run_id, run_id);
    let ResponseBody::Theory(forecast) = response.body else { panic!("{response:?}") };
    *forecast
}

fn whole_band(experiment: &Experiment) -> Option<Band> {
    let mut sampler = BandSampler::new(experiment).unwrap();
    while sampler.sample_one() {}
    sampler.band().unwrap()
}

#[test]
fn line_and_band_come_while_the_run_rests_after_its_first_frame() {
    let mut session = loaded(small());
    session.advance(ticking());
    assert_eq!(session.take_theory(), None, "the page waits for the frame");
    frame(&mut session);
    let told = theories(&mut session);
    assert_eq!(told[0].line, predict(&small()).map(|prediction| prediction.line()));
    let measured = report_after(&small(), 1).series(Quantity::GradZ).unwrap();
    assert!(told.iter().all(|forecast| forecast.measured == measured));
    let bands: Vec<_> = told.iter().filter_map(|forecast| forecast.band.clone().unwrap()).collect();
    assert!((2..=8).contains(&bands.len()), "{} bands", bands.len());
    assert_eq!(bands.last(), whole_band(&small()).as_ref());
    let complete: Vec<bool> = told.iter().map(|forecast| forecast.is_complete).collect();
    assert_eq!(
        complete.iter().rposition(|complete| !complete),
        Some(complete.len() - 2),
        "only the last: {complete:?}"
    );
}

#[test]
fn theory_waits_until_somebody_can_read_it() {
    let mut session = loaded(small());
    frame(&mut session);
    session.handle(request(Command::Watch(Watch { unseen: true, ..Watch::default() })), 0.0);
    assert_eq!(theories(&mut session), []);
    session.handle(request(Command::Step(3)), 0.0);
    assert_eq!(theories(&mut session), []);
    assert_eq!(session.steps(), 3);
    session.handle(request(Command::Watch(Watch::default())), 0.0);
    assert!(theories(&mut session).last().is_some_and(|forecast| forecast.is_complete));
}

#[test]
fn a_recurrent_run_has_its_forecast_and_its_outlooks() {
    let (experiment, _) = crate::experiment::share::from_fragment("model=gru&hidden=6&length=8&samples=16&batch=4");
    let mut session = loaded(experiment.clone());
    frame(&mut session);
    session.handle(request(Command::Predict(1, vec![Experiment { length: 4, ..experiment.clone() }])), 0.0);
    let told = theories(&mut session).pop().unwrap();
    assert!(told.has_line() && told.is_complete && told.measured.len() == 8, "{told:?}");
    assert_eq!(told.band.unwrap(), whole_band(&experiment));
    let ResponseBody::Predicted(1, outlooks) = session.take_answer().unwrap().body else { panic!("no outlook") };
    assert!(outlooks[0].is_some_and(|outlook| outlook.is_drawn && outlook.total > 0.0 && outlook.total < 1.0));
}

#[test]
fn where_there_is_no_theory_it_is_said() {
    let mut session = loaded(Experiment { init: Initializer::Zeros, ..small() });
    let told = theories(&mut session).pop().unwrap();
    assert_eq!((told.line, told.band), (Err(NoPrediction::ZeroWeights), Err(NoPrediction::ZeroWeights)));
    assert!(told.is_complete);
}

#[test]
fn training_at_full_speed_gives_theory_a_fiftieth_of_the_time() {
    let steps_within = |with_theory: bool| {
        let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
        if !with_theory {
            session.forecaster = None;
        }
        frame(&mut session);
        session.handle(request(Command::Run), 0.0);
        let now = Cell::new(0.0);
        let mut has_band = false;
        while now.get() < 20_000.0 {
            session.advance(|| now.replace(now.get() + 0.5));
            let news = session.take_theory();
            has_band |= news.is_some_and(|response| forecast(response, RUN_ID).band.unwrap().is_some());
        }
        (session.steps() as f64, has_band)
    };
    let ((alone, _), (beside, has_band)) = (steps_within(false), steps_within(true));
    // A look at the clock costs half a millisecond here, and theory takes some.
    assert!(beside > 0.97 * alone, "{beside} steps and not {alone}");
    assert!(has_band, "of a hundred networks there is a band");
}

#[test]
fn a_paced_run_has_its_band_between_the_steps() {
    let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(10.0), ..small() });
    frame(&mut session);
    session.handle(request(Command::Run), 0.0);
    let now = Cell::new(0.0);
    let mut told = None;
    while now.get() < 1000.0 {
        if let Next::Wait(wait) = session.advance(|| now.replace(now.get() + 0.5)) {
            now.set(now.get() + wait);
        }
        drop(session.take_frame());
        session.handle(request(Command::FrameTaken), 0.0);
        told = session.take_theory().or(told);
        assert!(session.steps() as f64 >= (now.get() / 100.0 - 1.0).floor(), "{} at {}", session.steps(), now.get());
    }
    assert!((10..=11).contains(&session.steps()));
    assert!(forecast(told.unwrap(), RUN_ID).band.unwrap().is_some());
}

#[test]
fn a_paced_run_is_hardly_slowed_by_networks_that_take_longer_than_its_pauses() {
    let within_40_s = |experiments: Vec<Experiment>| {
        let mut session = loaded(Experiment { speed: Speed::StepsPerSecond(10.0), ..small() });
        session.forecaster = None;
        session.handle(request(Command::Run), 0.0);
        session.handle(request(Command::Predict(1, experiments)), 0.0);
        let (now, mut answers) = (Cell::new(0.0), 0);
        while now.get() < 40_000.0 {
            // A look at the clock takes a millisecond, and a network 400: where no step is due, the fourth look is its end.
            let (is_early, mut looks) = (now.get() < session.next_step_at, 0);
            let next = session.advance(|| {
                looks += 1;
                let network_ms = if is_early && looks == 4 { 400.0 } else { 0.0 };
                now.set(now.get() + network_ms + 1.0);
                now.get() - 1.0
            });
            answers += usize::from(session.take_answer().is_some());
            // A frame that was taken wakes it too.
            match (session.take_frame(), next) {
                (None, Next::Wait(wait)) => now.set(now.get() + wait),
                _ => drop(session.handle(request(Command::FrameTaken), now.get())),
            }
        }
        (session.steps(), answers)
    };
    let ((alone, _), (beside, answers)) = (within_40_s(vec![]), within_40_s(vec![small(); 9]));
    assert!((395..=405).contains(&alone), "{alone} steps");
    assert!(beside as f64 > 0.92 * alone as f64, "{beside} steps and not {alone}");
    assert!(answers >= 1, "it goes on all the same");
}

#[test]
fn networks_that_take_long_wait_for_a_pause_and_are_few_or_none() {
    // Every look at the clock is so much later.
    let bands_at = |tick_ms: f64| {
        let mut session = loaded(Experiment { speed: Speed::Max, ..small() });
        frame(&mut session);
        let now = Cell::new(0.0);
        let advance = |session: &mut Session| session.advance(|| now.replace(now.get() + tick_ms));
        session.handle(request(Command::Run), 0.0);
        for _ in 0..200 {
            advance(&mut session);
            assert_eq!(session.take_theory(), None, "nothing beside steps of {tick_ms} ms");
        }
        session.handle(request(Command::Pause), now.get());
        let mut told = None;
        loop {
            let next = advance(&mut session);
            session.take_frame();
            told = session.take_theory().or(told);
            if next == Next::Rest {
                break forecast(told.unwrap(), RUN_ID);
            }
        }
    };
    let few = bands_at(30.0);
    assert!(few.is_complete && few.band.unwrap().is_some_and(|band| Some(band) != whole_band(&small())));
    let none = bands_at(300.0);
    assert!(none.is_complete && none.line.is_ok() && none.band == Ok(None));
}

#[test]
fn a_seek_comes_before_theory_and_theory_is_of_the_start() {
    let mut session = loaded(small());
    frame(&mut session);
    session.handle(request(Command::Seek(40)), 0.0);
    let mut clock = ticking();
    while session.steps() < 40 {
        assert_eq!(session.take_theory(), None);
        session.advance(&mut clock);
    }
    let told = theories(&mut session);
    assert_eq!(told[0].measured, report_after(&small(), 1).series(Quantity::GradZ).unwrap());
    assert!(told.last().unwrap().is_complete);
    // The way back is the same run.
    session.handle(request(Command::Seek(3)), 0.0);
    finish(&mut session);
    assert_eq!((session.steps(), theories(&mut session)), (3, vec![]));
}

#[test]
fn a_new_run_ends_the_work_on_the_last_ones_theory() {
    let mut session = loaded(small());
    frame(&mut session);
    while session.take_theory().is_none() {
        session.advance(ticking());
    }
    let other = Experiment { width: 5, ..small() };
    let load = Command::Load { experiment: Box::new(other.clone()), changes: vec![], reached: 0, own_text: None };
    session.handle(Request { run_id: RUN_ID + 1, command: load }, 0.0);
    assert_eq!(session.take_theory(), None);
    session.take_frame();
    let mut told = None;
    while session.advance(ticking()) == Next::Continue {
        told = session.take_theory().or(told);
    }
    let told = forecast(session.take_theory().or(told).unwrap(), RUN_ID + 1);
    assert_eq!(told.band, Ok(whole_band(&other)));
}

#[test]
fn a_run_of_another_worker_goes_back_to_its_step_and_tells_only_what_is_new() {
    let (first, later) = (Hyper { lr: 0.7, ..Hyper::of(&small()) }, Hyper { lr: 0.3, ..Hyper::of(&small()) });
    let mut expected = Trainer::<f32>::new(&small()).unwrap();
    for step in 0..80 {
        match step {
            20 => expected.set_hyper(first),
            71 => expected.set_hyper(later),
            _ => {}
        }
        expected.step().unwrap();
    }
    // Once undisturbed; once paused, looked at elsewhere, and meant to be opened at a later step, all on the way.
    for is_disturbed in [false, true] {
        let mut session = Session::default();
        let changes = vec![Change { after_step: 20, hyper: first }];
        let load = Command::Load { experiment: Box::new(small()), changes, reached: 71, own_text: None };
        session.handle(request(load), 0.0);
        let (status, buckets) = frame(&mut session);
        assert_eq!(
            (status.state, status.step, status.head),
            (RunState::Seeking, 0, 71),
            "it counts as having been there"
        );
        assert_eq!((status.seek_target, buckets.len()), (Some(71), 0), "what the page has is not told again");
        let mut clock = ticking();
        while session.steps() < 30 {
            session.advance(&mut clock);
        }
        if is_disturbed {
            session.handle(request(Command::Seek(500)), 0.0);
            session.handle(request(Command::Visit(12)), 0.0);
            finish(&mut session);
            let (status, buckets) = frame(&mut session);
            assert_eq!((status.step, status.head, buckets[0].last.step), (12, 71, 12));
            session.handle(request(Command::Return), 0.0);
            session.handle(request(Command::Pause), 0.0);
        }
        // Set on the way, it holds from the step that was reached.
        let Some(told) = session.handle(request(Command::SetLive(later)), 0.0) else { panic!("no word of the change") };
        assert_eq!(told.body, ResponseBody::LiveSet(Change { after_step: 71, hyper: later }));
        finish(&mut session);
        let (status, buckets) = frame(&mut session);
        assert_eq!((status.state, status.step, status.head), (RunState::Paused, 71, 71));
        assert_eq!(buckets.iter().map(|bucket| bucket.first_step).collect::<Vec<_>>(), [71]);
        session.handle(request(Command::Step(9)), 0.0);
        finish(&mut session);
        let (_, buckets) = frame(&mut session);
        assert_eq!(buckets.last().unwrap().last, *expected.report(), "{is_disturbed}");
    }
}
