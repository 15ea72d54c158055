//! What the scene shows: a setting, the paths that come of it, and whether they go on by themselves.

use super::words;
use crate::choice::Choice;
use crate::surface::examples::Example;
use crate::surface::{Descent, MOST_STEPS, Notice, Setting, Tuned};
use crate::ui::i18n::Words;
use crate::ui::lab::keyboard::{self, Drive};
use crate::ui::lab::scene::Shown;
use crate::ui::reactive::{Memo, RwSignal, effect};
use leptos::ev;
use leptos::prelude::*;

/// The scene's state.
#[derive(Clone, Copy)]
pub struct State {
    /// What the link describes.
    pub setting: RwSignal<Setting>,
    /// The paths of its optimizers, walked at least as far as they are shown.
    pub paths: RwSignal<Vec<Descent>>,
    /// The step that is shown.
    pub step: Memo<usize>,
    /// The last step that was shown since the paths began.
    pub farthest: RwSignal<u32>,
    /// Whether they go on by themselves.
    pub running: RwSignal<bool>,
    /// How many steps a second they make then.
    pub speed: RwSignal<u32>,
    /// What of the link could not be used.
    pub notices: RwSignal<Vec<Notice>>,
    /// The ready example that was opened, as long as its optimizers are on its function, wherever they start.
    pub example: Memo<Option<Example>>,
    opened: RwSignal<Option<Example>>,
    shown: Shown,
    /// When the last steps were made, in milliseconds, and what part of a step is still to be made.
    clock: StoredValue<(f64, f64)>,
    is_frame_planned: StoredValue<bool>,
}

/// The speeds, in steps a second.
pub const SPEEDS: [u32; 6] = [1, 5, 20, 60, 300, 1000];

impl State {
    /// What a link shows, and shows again whenever another is opened.
    pub fn new(shown: Shown) -> Self {
        let setting = RwSignal::new(Setting::default());
        let opened = RwSignal::new(None::<Example>);
        let example = Memo::new(move |_| {
            let opened = opened.get()?;
            setting.with(|setting| opened.setting().is_of_the_kind_of(setting)).then_some(opened)
        });
        let state = Self {
            setting,
            paths: RwSignal::new(Vec::new()),
            step: Memo::new(move |_| setting.with(|setting| setting.steps as usize)),
            farthest: RwSignal::new(0),
            running: RwSignal::new(false),
            speed: RwSignal::new(20),
            notices: RwSignal::new(Vec::new()),
            example,
            opened,
            shown,
            clock: StoredValue::new((0.0, 0.0)),
            is_frame_planned: StoredValue::new(false),
        };
        state.open();
        state
    }

    /// Follows links and keys for as long as the scene is shown.
    pub fn listen(self) {
        let mut last = self.shown.opened.get_untracked();
        effect(move || {
            let opened = self.shown.opened.get();
            if std::mem::replace(&mut last, opened) != opened {
                self.open();
            }
        });
        let keys = window_event_listener(ev::keydown, move |event| {
            match keyboard::wanted(&event) {
                Some(Drive::Toggle) => self.toggle(),
                Some(Drive::Step) => self.make_step(),
                Some(Drive::Reset) => self.reset(),
                None => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || keys.remove());
    }

    fn open(self) {
        let pairs = self.shown.pairs.get_untracked();
        let (setting, notices) = Setting::from_pairs(&pairs);
        let is_opened = |example: &&Example| Setting { steps: setting.steps, ..example.setting() } == setting;
        self.opened.set(Example::ALL.iter().find(is_opened).copied());
        self.running.set(false);
        self.farthest.set(setting.steps);
        self.notices.set(notices);
        self.setting.set(setting);
        self.walk();
    }

    /// Changes the setting; the paths are walked again from the start, as far as they had come.
    pub fn change(self, change: impl FnOnce(&mut Setting)) {
        if self.setting.try_update(change).is_some() {
            self.walk();
        }
    }

    /// Changes the optimizer of a path.
    pub fn change_path(self, number: usize, change: impl FnOnce(Tuned) -> Tuned) {
        self.change(|setting| {
            if let Some(tuned) = setting.paths.get_mut(number) {
                *tuned = change(*tuned);
            }
        });
    }

    /// Runs, or pauses what runs; from the end of what can be walked it begins again.
    pub fn toggle(self) {
        if self.running.get_untracked() {
            self.running.set(false);
            return;
        }
        if self.is_at_end() {
            self.reset();
        }
        self.clock.set_value((now(), 0.0));
        self.running.set(true);
        self.plan_frame();
    }

    /// Makes one step and pauses there.
    pub fn make_step(self) {
        self.running.set(false);
        self.go_on(1);
    }

    /// Back to the start.
    pub fn reset(self) {
        self.running.set(false);
        self.farthest.set(0);
        self.change(|setting| setting.steps = 0);
    }

    /// Shows a step that was made already, or walks on to it.
    pub fn show(self, step: u32) {
        self.running.set(false);
        self.change(|setting| setting.steps = step.min(MOST_STEPS));
        self.farthest.update(|farthest| *farthest = step.min(MOST_STEPS).max(*farthest));
    }

    /// The names of the paths.
    pub fn names(self, i18n: Words) -> Memo<Vec<String>> {
        Memo::new(move |_| self.setting.with(|setting| words::names(i18n, &setting.paths)))
    }

    fn go_on(self, steps: u32) {
        self.change(|setting| setting.steps = (setting.steps + steps).min(MOST_STEPS));
        let reached = self.setting.with_untracked(|setting| setting.steps);
        self.farthest.update(|farthest| *farthest = reached.max(*farthest));
        if self.is_at_end() {
            self.running.set(false);
        }
    }

    /// Whether no path can be walked farther.
    fn is_at_end(self) -> bool {
        let step = self.setting.with_untracked(|setting| setting.steps);
        let have_ended =
            self.paths.with_untracked(|paths| paths.iter().all(|path| path.diverged_by(step as usize).is_some()));
        step >= MOST_STEPS || have_ended
    }

    /// Walks the paths of the setting, keeping those that it still has, and tells the link.
    fn walk(self) {
        let setting = self.setting.get_untracked();
        self.paths.update(|paths| {
            let mut before = std::mem::take(paths);
            for tuned in &setting.paths {
                let is_it = |path: &Descent| path.is_of(setting.objective, *tuned, setting.start);
                let known = before.iter().position(is_it).map(|place| before.swap_remove(place));
                let mut path = known.unwrap_or_else(|| Descent::new(setting.objective, *tuned, setting.start));
                path.advance_to(setting.steps as usize);
                paths.push(path);
            }
        });
        self.shown.pairs.set(setting.to_pairs());
    }

    fn plan_frame(self) {
        if self.is_frame_planned.try_update_value(|planned| std::mem::replace(planned, true)) == Some(false) {
            request_animation_frame(move || {
                self.is_frame_planned.try_update_value(|planned| *planned = false);
                self.make_frame();
            });
        }
    }

    fn make_frame(self) {
        if self.running.try_get_untracked() != Some(true) {
            return;
        }
        let (time, (before, rest)) = (now(), self.clock.get_value());
        // After a pause of the browser's own the paths go on from where they are.
        let due = rest + (time - before).clamp(0.0, 250.0) / 1000.0 * f64::from(self.speed.get_untracked());
        self.clock.set_value((time, due.fract()));
        if due >= 1.0 {
            self.go_on(due as u32);
        }
        self.plan_frame();
    }
}

/// The scene's state, in its components.
pub fn use_state() -> State {
    expect_context()
}

fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}
