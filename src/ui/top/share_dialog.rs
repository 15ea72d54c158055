//! The link to what is on the page, to copy and send.

use crate::experiment::Key;
use crate::plot::number;
use crate::ui::i18n::{t_string, use_i18n};
use crate::ui::lab::scene::use_shown;
use crate::ui::lab::{address, use_lab};
use crate::ui::reactive::{Memo, RwSignal, attribute, element, live};
use crate::ui::settings::Control;
use crate::ui::shared::clipboard;
use crate::ui::shared::icon::{Icon, Picture};
use crate::ui::shared::words;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What became of the wish to copy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copying {
    NotAsked,
    Copied,
    /// The browser does not let us; the link is selected, so that the reader can.
    Selected,
}

/// The Share button and its dialog. Its controls are on the page while it is closed, too, as all controls are.
#[component]
pub fn Share() -> impl IntoView {
    let i18n = use_i18n();
    let dialog = NodeRef::<html::Dialog>::new();
    let copying = RwSignal::new(Copying::NotAsked);
    let open = move |_| {
        copying.set(Copying::NotAsked);
        if let Some(dialog) = element(dialog) {
            let _ = dialog.show_modal();
        }
    };
    let close = move |_| {
        if let Some(dialog) = element(dialog) {
            dialog.close();
        }
    };
    view! {
        <button type="button" class="button quiet" on:click=open>
            <Icon picture=Picture::Share />
            <span>{live(move || t_string!(i18n, page.run_bar.share))}</span>
        </button>
        <dialog class="share" node_ref=dialog aria-labelledby="share-title">
            <header>
                <h2 id="share-title">{live(move || t_string!(i18n, page.share.title))}</h2>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=attribute(move || t_string!(i18n, page.share.close))
                    title=attribute(move || t_string!(i18n, page.share.close))
                    on:click=close
                >
                    <Icon picture=Picture::Close />
                </button>
            </header>
            <ShareLink copying />
        </dialog>
    }
}

/// The link, and how it opens.
#[component]
fn ShareLink(
    /// What became of the wish to copy it.
    copying: RwSignal<Copying>,
) -> impl IntoView {
    let (lab, shown) = (use_lab(), use_shown());
    let i18n = use_i18n();
    let field = NodeRef::<html::Input>::new();
    let link = move || address::link_with(&address::present_fragment(lab, shown));
    let select = move || {
        if let Some(field) = element(field) {
            let _ = field.focus();
            field.select();
        }
        copying.try_set(Copying::Selected);
    };
    let copy = move |_| {
        let link = untrack(link);
        spawn_local(async move {
            match clipboard::write(&link).await {
                true => copying.try_set(Copying::Copied),
                false => select(),
            }
        });
    };
    let feedback = move || match copying.get() {
        Copying::NotAsked => "",
        Copying::Copied => t_string!(i18n, page.share.copied),
        Copying::Selected => t_string!(i18n, page.share.selected),
    };
    let present_step = Memo::new(move |_| lab.status.get().step.min(1_000_000));
    let use_present = move |_| {
        let _ = lab.set_text(Key::Step, &present_step.get_untracked().to_string());
    };
    let not_in_link = Memo::new(move |_| lab.not_in_link());
    let difference = move || {
        let (key, step) = not_in_link.get()?;
        Some(t_string!(i18n, page.share.live, label = words::label(i18n, key), step = number::grouped(step)))
    };
    let own_text = move || lab.own_text_in_use().map(|_| t_string!(i18n, page.share.own_text));
    view! {
        <p>
            {live(move || {
                if not_in_link.get().is_none() && lab.own_text_in_use().is_none() {
                    t_string!(i18n, page.share.intro)
                } else {
                    t_string!(i18n, page.share.intro_settings)
                }
            })}
        </p>
        <div class="share-link">
            <input
                type="text"
                id="share-link"
                readonly
                node_ref=field
                aria-label=attribute(move || t_string!(i18n, page.share.link))
                prop:value=link
            />
            <button type="button" class="button primary" autofocus on:click=copy>
                {live(move || t_string!(i18n, page.share.copy))}
            </button>
        </div>
        <p class="feedback" role="status">{live(feedback)}</p>
        <div class="share-opening">
            <Control key=Key::Step />
            <button type="button" class="button quiet" on:click=use_present>
                {live(move || t_string!(i18n, page.share.use_present, step = number::grouped(present_step.get())))}
            </button>
            <Control key=Key::Run />
        </div>
        <p class="hint" id="share-difference" role="status">{live(difference)}</p>
        <p class="hint" id="share-own-text" role="status">{live(own_text)}</p>
    }
}
