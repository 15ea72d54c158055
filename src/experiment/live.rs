//! What was changed while a run went on, and a link to the run does not tell.

use super::{Effect, Experiment, Key};
use crate::choice::Choice;
use crate::optim::Hyper;

impl Experiment {
    /// The parameter that was first changed in a run on its way to this experiment, and the step after which it was. A link
    /// holds the present values from step 0 on, so from there its numbers are others; `None` where they are the same.
    ///
    /// `start` are the hyper-parameters that the run began with, `changes` those that replaced them, each after a step, oldest
    /// first. What this experiment has besides holds after step `shown`, from which the run will go on. A parameter that means
    /// nothing beside the others changes no number.
    pub fn not_in_link(&self, start: Hyper, changes: &[(u64, Hyper)], shown: u64) -> Option<(Key, u64)> {
        let with = |hyper: &Hyper| {
            let mut experiment = self.clone();
            hyper.give_to(&mut experiment);
            experiment
        };
        // The parameter in which what holds is another than this experiment says.
        let first_other = |held: &Self| {
            let is_other = |key: &Key| {
                let matters = self.is_relevant(*key) || held.is_relevant(*key);
                key.effect() == Effect::Live && matters && held.get(*key) != self.get(*key)
            };
            Key::ALL.iter().copied().find(is_other)
        };
        let mut held = with(&start);
        for (index, (after_step, hyper)) in changes.iter().enumerate() {
            if let Some(key) = first_other(&held).filter(|_| *after_step > 0) {
                // It may have been another parameter that was changed there, and this one later.
                let later = changes[index..].iter().find(|(_, hyper)| with(hyper).get(key) != held.get(key));
                return Some((key, later.map_or(*after_step, |(step, _)| *step)));
            }
            held = with(hyper);
        }
        first_other(&held).filter(|_| shown > 0).map(|key| (key, shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::share::from_fragment;

    fn lost(changes: &[(u64, &str)]) -> Option<(Key, u64)> {
        let hyper = |fragment: &str| Hyper::of(&from_fragment(fragment).0);
        let present = from_fragment(changes.last().map_or("", |(_, fragment)| fragment)).0;
        let changes: Vec<_> = changes.iter().map(|(step, fragment)| (*step, hyper(fragment))).collect();
        present.not_in_link(hyper(""), &changes, 100)
    }

    #[test]
    fn what_is_set_on_a_visit_is_no_change_of_the_run_yet_and_not_in_its_link_either() {
        let set = |fragment: &str, changes: &[(u64, &str)], shown: u64| {
            let hyper = |fragment: &str| Hyper::of(&from_fragment(fragment).0);
            let changes: Vec<_> = changes.iter().map(|(step, fragment)| (*step, hyper(fragment))).collect();
            from_fragment(fragment).0.not_in_link(hyper(""), &changes, shown)
        };
        assert_eq!(set("lr=0.5", &[], 20), Some((Key::Lr, 20)));
        // From the start the link tells it all.
        assert_eq!(set("lr=0.5", &[], 0), None);
        assert_eq!(set("clip=norm", &[(0, "lr=0.5")], 20), Some((Key::Lr, 20)));
        // An earlier change is told first.
        assert_eq!(set("lr=0.5&clip=norm", &[(10, "lr=0.5")], 20), Some((Key::Lr, 10)));
        assert_eq!(set("momentum=0.5&clip-at=3", &[], 20), None);
        assert_eq!(set("", &[], 20), None);
    }

    #[test]
    fn a_link_does_not_tell_what_was_changed_on_the_way() {
        assert_eq!(lost(&[]), None);
        assert_eq!(lost(&[(40, "lr=0.5")]), Some((Key::Lr, 40)));
        assert_eq!(lost(&[(40, "clip=norm"), (90, "clip=norm&lr=0.5")]), Some((Key::Lr, 90)));
        // Before the first step it is all that the link says; and so is what was taken back at once.
        assert_eq!(lost(&[(0, "lr=0.5")]), None);
        assert_eq!(lost(&[(0, "lr=0.5"), (0, "lr=0.2")]), None);
        // What was taken back later held for some steps.
        assert_eq!(lost(&[(10, "lr=0.5"), (20, "")]), Some((Key::Lr, 20)));
        // SGD has no momentum, and without clipping there is no threshold.
        assert_eq!(lost(&[(10, "momentum=0.5&clip-at=3")]), None);
        assert_eq!(lost(&[(10, "clip=value&clip-at=3")]), Some((Key::Clip, 10)));
    }
}
