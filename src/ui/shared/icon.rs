//! The pictures on buttons and badges. They are decoration: whoever shows one says the same in words.

use crate::ui::reactive::{Signal, attribute};
use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// A triangle: go.
    Play,
    /// Two bars: wait.
    Pause,
    /// A triangle before a bar: one step.
    Step,
    /// An arrow round to its beginning.
    Reset,
    /// An arrow out of a box.
    Share,
    /// A cross: close.
    Close,
    /// An arrow back.
    Undo,
    /// The sun: light.
    Sun,
    /// The moon: dark.
    Moon,
    /// A screen: as the system says.
    Screen,
    /// Bars that fall away: vanishing.
    Falling,
    /// Bars that rise: exploding.
    Rising,
    /// Level bars: healthy.
    Level,
    /// A struck-out circle: dead.
    Struck,
    /// A curve that flattens: saturated.
    Flat,
    /// A dashed floor with an arrow under it: below the range.
    Below,
    /// A cross in a ring: diverged.
    Broken,
    /// Rows and columns: the numbers.
    Table,
    /// An arrow into a tray: take along.
    Export,
    /// Corners that point outward: fill the window.
    Maximize,
    /// Corners that point inward: back to its place.
    Restore,
    /// An arrow up and down: more height.
    Taller,
    /// A tick: holds.
    Check,
    /// A short line: not claimed.
    Dash,
}

impl Picture {
    /// The outline in a square of 16 units, drawn with a stroke.
    fn path(self) -> &'static str {
        match self {
            Self::Play => "M5 3.2v9.6L12.6 8z",
            Self::Pause => "M5.2 3.5v9M10.8 3.5v9",
            Self::Step => "M3.5 3.5v9L10 8zM12.5 3.5v9",
            Self::Reset => "M3.2 8a4.8 4.8 0 1 0 1.6-3.6L3 6M3 2.8V6h3.2",
            Self::Share => "M8 9.5v-7M5.2 5 8 2.2 10.8 5M4 8H3v5.5h10V8h-1",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Undo => "M6 3.5 3 6.5l3 3M3 6.5h6.2a3.6 3.6 0 0 1 0 7.2H6",
            Self::Sun => {
                "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.2v1.4M8 13.4v1.4M1.2 8h1.4M13.4 8h1.4M3.2 3.2l1 1M11.8 11.8l1 1M12.8 3.2l-1 1M4.2 11.8l-1 1"
            }
            Self::Moon => "M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7",
            Self::Screen => "M2.2 3h11.6v7.8H2.2zM5.5 13.4h5",
            Self::Falling => "M2.5 13v-1M6.2 13v-2.4M9.8 13V8M13.5 13V3",
            Self::Rising => "M2.5 13V3M6.2 13V8M9.8 13v-2.4M13.5 13v-1",
            Self::Level => "M2.5 13V5.4M6.2 13V4.8M9.8 13V5.6M13.5 13V5",
            Self::Struck => "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 11.8l7.6-7.6",
            Self::Flat => "M2 13c5 0 3.6-9.5 12-9.5M9.5 3.5H14",
            Self::Below => "M2 6h2.5M6.8 6h2.5M11.5 6H14M8 8.2V14M5.5 11.6 8 14l2.5-2.4",
            Self::Table => "M2.5 3h11v10h-11zM2.5 6.4h11M2.5 9.7h11M6.2 6.4V13",
            Self::Export => "M8 2.2v7.3M5.2 7 8 9.8 10.8 7M3 10v3.3h10V10",
            Self::Maximize => "M9.8 2.8h3.4v3.4M6.2 13.2H2.8V9.8M13.2 2.8 9.4 6.6M2.8 13.2l3.8-3.8",
            Self::Restore => "M12.8 6.6H9.4V3.2M3.2 9.4h3.4v3.4M9.4 6.6l3.8-3.8M6.6 9.4l-3.8 3.8",
            Self::Taller => "M8 2.4v11.2M5.2 5.2 8 2.4l2.8 2.8M5.2 10.8 8 13.6l2.8-2.8",
            Self::Check => "M3 8.6 6.4 12 13 4.4",
            Self::Dash => "M4 8h8",
            Self::Broken => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
        }
    }

    fn is_filled(self) -> bool {
        matches!(self, Self::Play | Self::Step)
    }
}

/// A picture as large as the text around it.
#[component]
pub fn Icon(
    /// What it shows.
    #[prop(into)]
    picture: Signal<Picture>,
) -> impl IntoView {
    view! {
        <svg class="icon" class:filled=move || picture.get().is_filled() viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=attribute(move || picture.get().path())></path>
        </svg>
    }
}
