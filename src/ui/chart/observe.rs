//! The browser's observers, each disconnected when it is dropped.

use js_sys::Array;
use leptos::prelude::request_animation_frame;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, MediaQueryList, MutationObserver};
use web_sys::{MutationObserverInit, ResizeObserver};

/// Says when an element's size has changed.
pub(super) struct SizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
    _on_change: Rc<RefCell<dyn FnMut()>>,
}

impl SizeWatch {
    /// It is said with the next frame: who changes sizes while they are observed is told off by the browser.
    pub(super) fn new(element: &Element, on_change: impl FnMut() + 'static) -> Option<Self> {
        let on_change: Rc<RefCell<dyn FnMut()>> = Rc::new(RefCell::new(on_change));
        let called = Rc::downgrade(&on_change);
        let callback = Closure::<dyn FnMut()>::new(move || {
            let called = called.clone();
            request_animation_frame(move || {
                // It may have been dropped meanwhile.
                if let Some(on_change) = called.upgrade() {
                    (on_change.borrow_mut())();
                }
            });
        });
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback, _on_change: on_change })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Says whether any part of an element is in view.
pub(super) struct ViewWatch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl ViewWatch {
    pub(super) fn new(element: &Element, mut on_change: impl FnMut(bool) + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            // The last entry is the latest.
            let latest = entries.get(entries.length().saturating_sub(1)).dyn_into::<IntersectionObserverEntry>();
            if let Ok(entry) = latest {
                on_change(entry.is_intersecting());
            }
        });
        let observer = IntersectionObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for ViewWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Says when an attribute of an element has changed.
pub(super) struct AttributeWatch {
    observer: MutationObserver,
    _callback: Closure<dyn FnMut()>,
}

impl AttributeWatch {
    pub(super) fn new(element: &Element, attribute: &str, on_change: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(on_change);
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        let options = MutationObserverInit::new();
        options.set_attributes(true);
        options.set_attribute_filter(&Array::of1(&attribute.into()));
        observer.observe_with_options(element, &options).ok()?;
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for AttributeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Says when a media query begins or ceases to hold.
pub(super) struct MediaWatch {
    query: MediaQueryList,
    callback: Closure<dyn FnMut()>,
}

impl MediaWatch {
    pub(super) fn new(query: &str, on_change: impl FnMut() + 'static) -> Option<Self> {
        let query = leptos::prelude::window().match_media(query).ok()??;
        let callback = Closure::<dyn FnMut()>::new(on_change);
        query.add_event_listener_with_callback("change", callback.as_ref().unchecked_ref()).ok()?;
        Some(Self { query, callback })
    }
}

impl Drop for MediaWatch {
    fn drop(&mut self) {
        // It fails only where there is nothing to remove.
        let _ = self.query.remove_event_listener_with_callback("change", self.callback.as_ref().unchecked_ref());
    }
}
