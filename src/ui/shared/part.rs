//! Code that is fetched when it is first used: what a first visit does not show is not in its download.
//!
//! What only a part reaches is taken out of the page's module when it is built (`xtask/src/modules.rs`); the browser
//! fetches it once and keeps it for as long as the page lives. While it comes the page says so in its place, and where it
//! does not come it says that and offers to try again; everything else goes on.

use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::reactive::{RwSignal, live};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
pub use wasm_split_helpers::SplitLoaderError as NotFetched;

/// A piece of the page that is fetched when it is first shown. [`part!`](crate::ui::shared::part::part) makes one.
pub struct Part {
    /// Names it in the document (`data-part`) and its file.
    pub name: &'static str,
    /// Fetches it, unless it is there.
    pub fetch: fn() -> Fetching,
    /// Shows it, once it is there.
    pub show: fn() -> Option<AnyView>,
}

/// The way of a part to the page.
pub type Fetching = Pin<Box<dyn Future<Output = Result<(), NotFetched>>>>;

/// A function whose code is in a part, and, by the first two names, that part and the function that only fetches it.
///
/// Without the feature `parts`, in the tests, whose modules are in one piece, it is there at once.
macro_rules! fetched_first {
    (
        $part:ident by $fetch:ident:
        $(#[$about:meta])*
        $reach:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) -> $returned:ty $body:block
    ) => {
        #[cfg(feature = "parts")]
        #[wasm_split_helpers::wasm_split($part, fallible, preload(#[doc = "Fetches the part."] $fetch))]
        $(#[$about])*
        $reach fn $name($($argument: $kind),*) -> $returned $body

        #[cfg(not(feature = "parts"))]
        $(#[$about])*
        $reach async fn $name($($argument: $kind),*) -> $returned $body

        #[cfg(not(feature = "parts"))]
        #[doc = "Fetches the part."]
        $reach async fn $fetch() -> Result<(), $crate::ui::shared::part::NotFetched> {
            Ok(())
        }
    };
}
pub(crate) use fetched_first;

/// Declares a [`Part`]: its constant, its name, and the view in it.
macro_rules! part {
    ($(#[$about:meta])* $part:ident, $name:ident => $view:expr) => {
        $(#[$about])*
        pub static $part: $crate::ui::shared::part::Part = {
            use $crate::ui::shared::part::{NotFetched, fetched_first, now};
            fetched_first! {
                $name by fetch:
                fn $name() -> Result<AnyView, NotFetched> {
                    Ok($view)
                }
            }
            $crate::ui::shared::part::Part {
                name: stringify!($name),
                fetch: || Box::pin(fetch()),
                show: || now(Box::pin($name()))?.ok(),
            }
        };
    };
}
pub(crate) use part;

/// Where a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Coming,
    Here,
    Missing,
}

impl From<Result<(), NotFetched>> for State {
    fn from(fetched: Result<(), NotFetched>) -> Self {
        if fetched.is_ok() { Self::Here } else { Self::Missing }
    }
}

/// A part in its place on the page.
#[component]
pub fn Fetched(
    /// The part.
    part: &'static Part,
) -> impl IntoView {
    let i18n = use_i18n();
    let state = RwSignal::new(State::Coming);
    let fetch = move || {
        let mut fetching = (part.fetch)();
        match now(fetching.as_mut()) {
            Some(fetched) => state.set(fetched.into()),
            None => {
                state.set(State::Coming);
                // It goes on when the reader has turned elsewhere: the part is there when they come back.
                spawn_local(async move {
                    let fetched = fetching.await;
                    state.try_set(fetched.into());
                });
            }
        }
    };
    fetch();
    live(move || match state.get() {
        State::Here => (part.show)(),
        State::Coming => Some(
            view! {
                <p class="part-coming" data-part=part.name role="status">
                    {t_string!(i18n, page.part.coming)}
                </p>
            }
            .into_any(),
        ),
        State::Missing => Some(view! { <Missing name=part.name again=Callback::new(move |()| fetch()) /> }.into_any()),
    })
}

/// That a part did not come, with another try.
#[component]
pub fn Missing(
    /// Names the part in the document (`data-part`).
    name: &'static str,
    /// Tries again.
    again: Callback<()>,
) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="part-missing" data-part=name data-notice="part-missing" role="alert">
            <p>{live(move || t_string!(i18n, page.part.missing))}</p>
            <button type="button" class="button" on:click=move |_| _ = again.try_run(())>
                {live(move || t_string!(i18n, page.part.again))}
            </button>
        </div>
    }
}

/// What a future has to give, if it is there already.
pub fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
