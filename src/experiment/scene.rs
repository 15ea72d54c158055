//! What a link shows: one run, several side by side, a map of many, or optimizers on a surface.
//!
//! A fragment is an experiment's pairs and then those of its scene: `#v=1&depth=20&vs=optimizer:adam`. Without pairs of a
//! scene it is the single run that it always was. What a scene's pairs say is read where that scene is, so that a first
//! visit does not fetch it.

use super::share;

/// What a link shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scene {
    /// One run.
    #[default]
    Run,
    /// Several runs, of which the experiment is the first.
    Comparison,
    /// A map of many runs, which have all but one or two parameters of the experiment.
    Sweep,
    /// Optimizers on a function of two parameters; the experiment is none of them.
    Surface,
}

impl Scene {
    /// The scenes beside the single run.
    const OTHERS: [Self; 3] = [Self::Comparison, Self::Sweep, Self::Surface];

    /// Whether it shows a run, which can be started, stepped and reset.
    pub const fn has_run(self) -> bool {
        matches!(self, Self::Run | Self::Comparison)
    }

    /// The names of its pairs. A link shows the scene whose first name it has.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Run => &[],
            Self::Comparison => &["vs", "pace"],
            Self::Sweep => &["sweep", "seeds", "outcome", "after"],
            Self::Surface => &["surface", "kappa", "angle", "c", "start", "steps", "paths"],
        }
    }
}

/// A fragment, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// What it shows.
    pub scene: Scene,
    /// The pairs of the experiment, for [`share::from_fragment`]. Those of another scene than the one it shows are among
    /// them, so that they are told of.
    pub experiment: String,
    /// The pairs of the scene, in their order.
    pub scene_pairs: String,
}

impl Link {
    /// Takes a fragment apart, with or without its `#`.
    pub fn parse(fragment: &str) -> Self {
        let pairs = |keep: &dyn Fn(&str) -> bool| {
            let fragment = fragment.strip_prefix('#').unwrap_or(fragment);
            let is_kept = |pair: &&str| keep(&form_urlencoded::parse(pair.as_bytes()).next().unwrap_or_default().0);
            fragment.split('&').filter(is_kept).collect::<Vec<_>>().join("&")
        };
        let shows = |scene: &Scene| !pairs(&|name| name == scene.names()[0]).is_empty();
        let scene = Scene::OTHERS.into_iter().find(shows).unwrap_or_default();
        Self {
            scene,
            experiment: pairs(&|name| !scene.names().contains(&name)),
            scene_pairs: pairs(&|name| scene.names().contains(&name)),
        }
    }

    /// The fragment of an experiment and a scene's pairs, without the `#`.
    pub fn fragment(experiment: &super::Experiment, scene_pairs: &str) -> String {
        let experiment = share::to_fragment(experiment);
        if scene_pairs.is_empty() { experiment } else { format!("{experiment}&{scene_pairs}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::Choice;
    use crate::experiment::Key;

    #[test]
    fn a_link_without_pairs_of_a_scene_is_that_of_a_run() {
        for fragment in ["", "#v=1&depth=3", "colour=red", "seeds=3", "v=1&pace=free&depth=2"] {
            let link = Link::parse(fragment);
            assert_eq!((link.scene, link.scene_pairs.as_str()), (Scene::Run, ""), "{fragment}");
            assert_eq!(link.experiment, fragment.trim_start_matches('#'), "{fragment}");
        }
    }

    #[test]
    fn pairs_of_a_scene_are_told_from_those_of_the_experiment_wherever_they_stand() {
        let link = Link::parse("#vs=optimizer%3Aadam&v=1&depth=3&vs=lr:0.1&pace=free&seeds=4");
        assert_eq!(link.scene, Scene::Comparison);
        assert_eq!(link.scene_pairs, "vs=optimizer%3Aadam&vs=lr:0.1&pace=free");
        assert_eq!(link.experiment, "v=1&depth=3&seeds=4");
        assert_eq!(Link::parse("v=1&sweep=depth&seeds=4").scene, Scene::Sweep);
        assert_eq!(Link::parse("surface=beale").scene, Scene::Surface);
        // Of two the first in their order counts, and the other's pairs are told of.
        assert_eq!(Link::parse("sweep=depth&vs=").experiment, "sweep=depth");
    }

    #[test]
    fn a_link_is_written_as_it_is_read() {
        let experiment = crate::experiment::Experiment::default();
        let fragment = Link::fragment(&experiment, "vs=depth:3");
        assert_eq!(fragment, "v=1&vs=depth:3");
        assert_eq!(Link::parse(&fragment).experiment, Link::fragment(&experiment, ""));
    }

    #[test]
    fn no_parameter_has_the_name_of_a_pair() {
        let names = || Scene::OTHERS.into_iter().flat_map(|scene| scene.names());
        for (index, name) in names().enumerate() {
            assert!(Key::from_name(name).is_none() && *name != "v", "{name}");
            assert!(!names().skip(index + 1).any(|other| other == name), "{name}");
        }
    }
}
