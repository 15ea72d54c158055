//! The verdict in a word and a picture.

use crate::choice::Choice;
use crate::diagnosis::Condition;
use crate::ui::i18n::t_string;
use crate::ui::lab::reading::Finding;
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words::{self, Words};
use leptos::prelude::*;

/// What leads a verdict, as a word with its picture.
pub fn badge_of(i18n: Words, finding: &Finding) -> Option<AnyView> {
    Some(badge(i18n, *finding.diagnosis.conditions.first()?, Face::of(finding)))
}

pub(super) fn badge(i18n: Words, condition: Condition, face: Face) -> AnyView {
    view! {
        <p
            class="badge"
            class:weakened=condition == Condition::Healthy && face != Face::Plain
            data-condition=condition.name()
        >
            <Icon picture=picture(condition, face) />
            <span>{face.name(i18n, condition)}</span>
        </p>
    }
    .into_any()
}

/// How a gradient looks that is not ill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    /// As it should.
    Plain,
    /// Over nine tenths of it are lost on the way.
    Weakened,
    /// It arrives, at a loss far above that of guessing.
    Worse,
}

impl Face {
    /// That of what was found.
    pub(super) fn of(finding: &Finding) -> Self {
        if finding.diagnosis.flow.is_weakened() {
            Self::Weakened
        } else if finding.diagnosis.is_worse_than_guessing {
            Self::Worse
        } else {
            Self::Plain
        }
    }

    /// The word for a condition that looks so.
    pub(super) fn name(self, i18n: Words, condition: Condition) -> &'static str {
        match (condition, self) {
            (Condition::Healthy, Self::Weakened) => t_string!(i18n, page.condition.weakened),
            (Condition::Healthy, Self::Worse) => t_string!(i18n, page.condition.worse),
            (condition, _) => words::condition(i18n, condition),
        }
    }
}

fn picture(condition: Condition, face: Face) -> Picture {
    match condition {
        Condition::Healthy if face == Face::Weakened => Picture::Falling,
        Condition::Trained => Picture::Check,
        Condition::Diverged => Picture::Broken,
        Condition::Exploding => Picture::Rising,
        Condition::Dead => Picture::Struck,
        Condition::Vanishing => Picture::Falling,
        Condition::Underflow => Picture::Below,
        Condition::Saturated => Picture::Flat,
        Condition::Healthy => Picture::Level,
    }
}
