//! Signals, memos, effects and views that follow them, each compiled once.
//!
//! Leptos compiles its machinery again for every type that a signal holds and for every closure that follows one: some
//! thousand bytes each, of which a page with fifty such types and four hundred closures would mostly consist. So the
//! page's signals have Leptos' names and do the same, but underneath all are Leptos' signals of one type, [`Value`], and
//! closures are handed to Leptos in boxes of one type: what a signal holds and what a closure returns is turned into that
//! type, and back, right where it is used. `{live(move || …)}` is for views what `{move || …}` is in Leptos' book.

use ::leptos::prelude as leptos;
use ::leptos::prelude::{
    AnyView, ChildrenFn, Get, GetUntracked, IntoAny, IntoView, NodeRef, Owner, Set, Track, Update, component,
};
use ::leptos::tachys::html::element::ElementType;
use ::leptos::task::spawn_local;
use ::leptos::wasm_bindgen::JsCast;
use std::any::Any;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::mem::{replace, swap};
use std::sync::{Arc, Mutex};

/// What all signals hold. Clones are of the pointer.
type Value = Arc<dyn Any + Send + Sync>;

/// A signal of Leptos of which is known what it holds.
pub struct Reactive<T, Held> {
    held: Held,
    kind: PhantomData<fn() -> T>,
}

/// A value that can be read, followed, and changed.
pub type RwSignal<T> = Reactive<T, leptos::RwSignal<Value>>;

/// A value that is computed from others, and tells those who follow it only when it has become another one.
pub type Memo<T> = Reactive<T, leptos::Memo<Value>>;

/// A value that can be read and followed, wherever it comes from.
pub type Signal<T> = Reactive<T, leptos::Signal<Value>>;

// Derived, these would ask the same of what is held.
impl<T, Held: Copy> Clone for Reactive<T, Held> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, Held: Copy> Copy for Reactive<T, Held> {}

impl<T, Held> Reactive<T, Held> {
    fn of(held: Held) -> Self {
        Self { held, kind: PhantomData }
    }
}

/// Reading. What tracks makes the effect, memo or view around it run again after a change; `try_` is for what may be
/// called when the component that owned the signal has gone, as timers, promises and listeners on the window may, where
/// all else would panic. (Listeners of a component's own elements are called while it is there, see [`live`].)
impl<T, Held> Reactive<T, Held>
where
    T: Send + Sync + 'static,
    Held: Get<Value = Value> + GetUntracked<Value = Value> + Track,
{
    /// Follows it without reading.
    pub fn track(&self) {
        // Leptos' own way computes no memo, and one that nobody has ever computed has nothing that would wake it.
        drop(self.held.try_get());
    }

    /// Reads it in place. Nothing may change the same signal meanwhile.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(known(&self.held.get()))
    }

    /// The same without tracking.
    pub fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        read(known(&self.held.get_untracked()))
    }

    /// The same, or `None` if it has gone.
    pub fn try_with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> Option<U> {
        self.held.try_get_untracked().map(|value| read(known(&value)))
    }

    /// A copy of it.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// The same without tracking.
    pub fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }

    /// The same, or `None` if it has gone.
    pub fn try_get_untracked(&self) -> Option<T>
    where
        T: Clone,
    {
        self.try_with_untracked(T::clone)
    }
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal that the present component owns.
    pub fn new(value: T) -> Self {
        Self::of(leptos::RwSignal::new(Arc::new(value)))
    }

    /// Puts another value into it and tells those who follow it.
    pub fn set(&self, value: T) {
        self.held.set(Arc::new(value));
    }

    /// The same, unless it has gone.
    pub fn try_set(&self, value: T) {
        let _ = self.held.try_set(Arc::new(value));
    }

    /// Changes it in place and tells those who follow it.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        self.try_update(change);
    }

    /// The same with what comes of it, or `None` if it has gone.
    pub fn try_update<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        let (mut change, mut came) = (Some(change), None);
        update(self.held, &mut |value| {
            came = value.downcast_mut().zip(change.take()).map(|(value, change)| change(value));
        });
        came
    }
}

impl<T: Default + Send + Sync + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// A memo of what is computed from the value before, or from nothing at first.
    pub fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        Self::of(memo(Box::new(move |before| {
            let before = before.as_ref().map(known);
            let now = compute(before);
            let is_another = before != Some(&now);
            (Arc::new(now), is_another)
        })))
    }
}

impl<T: Send + Sync + 'static> Signal<T> {
    /// What a closure returns, computed whenever it is read.
    pub fn derive(read: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self::of(derived(Box::new(move || Arc::new(read()) as Value)))
    }
}

impl<T: Default + Send + Sync + 'static> Default for Signal<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: Send + Sync + 'static> From<T> for Signal<T> {
    fn from(value: T) -> Self {
        RwSignal::new(value).into()
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self::of(signal.held.into())
    }
}

impl<T> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self::of(memo.held.into())
    }
}

/// A view that is made again whenever what it has read changes. What it owns goes after its elements, so that their
/// listeners, called as they go, find it there.
pub fn live<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> AnyView {
    followed(Box::new(move || view().into_any()))
}

/// What is there only while something holds. It is made again when that has changed, and not whenever it was read.
#[component]
pub fn Show(
    /// What holds.
    #[prop(into)]
    when: Signal<bool>,
    /// What is there then.
    children: ChildrenFn,
) -> impl IntoView {
    let is_shown = Memo::new(move |_| when.get());
    live(move || is_shown.get().then(|| children()))
}

/// Many views in a row.
pub trait Views {
    /// All of them.
    fn views(self) -> Vec<AnyView>;
}

impl<V: IntoView + 'static, All: IntoIterator<Item = V>> Views for All {
    fn views(self) -> Vec<AnyView> {
        self.into_iter().map(V::into_any).collect()
    }
}

/// The value of an attribute, set again whenever what it has read changes.
pub fn attribute<V: Attribute>(value: impl Fn() -> V + Send + 'static) -> LiveAttribute {
    set_again(Box::new(move || value().into_text()))
}

/// An attribute as Leptos follows it; `None` where it is not there.
type LiveAttribute = Arc<Mutex<dyn FnMut() -> Option<Cow<'static, str>> + Send>>;

/// What an attribute may have as its value.
pub trait Attribute {
    /// The text that it is.
    fn into_text(self) -> Option<Cow<'static, str>>;
}

impl Attribute for &'static str {
    fn into_text(self) -> Option<Cow<'static, str>> {
        Some(self.into())
    }
}

impl Attribute for String {
    fn into_text(self) -> Option<Cow<'static, str>> {
        Some(self.into())
    }
}

/// It is there, or not.
impl Attribute for bool {
    fn into_text(self) -> Option<Cow<'static, str>> {
        self.then_some(Cow::Borrowed(""))
    }
}

impl<V: Attribute> Attribute for Option<V> {
    fn into_text(self) -> Option<Cow<'static, str>> {
        self.and_then(V::into_text)
    }
}

/// The element of a node reference; `None` before it is on the page, and when what it belongs to has gone: a listener or
/// a timer may still be called then.
pub fn element<E: ElementType<Output: JsCast + Clone + 'static>>(node: NodeRef<E>) -> Option<E::Output> {
    node.try_get_untracked().flatten()
}

/// Does something soon, and again whenever what it has read changes.
pub fn effect(run: impl FnMut() + 'static) {
    run_again(Box::new(run));
}

/// A closure without its type. In a box of `dyn Fn` each would have two more functions, by which it can be called as a
/// `FnMut` and a `FnOnce` too.
trait Closure<Return> {
    fn call(&self) -> Return;
}

impl<F: Fn() -> Return, Return> Closure<Return> for F {
    fn call(&self) -> Return {
        self()
    }
}

// The code of Leptos is in these: one of each in the module.

#[inline(never)]
fn update(signal: leptos::RwSignal<Value>, change: &mut dyn FnMut(&mut (dyn Any + Send + Sync))) {
    signal.try_update(|value| change(Arc::get_mut(value).expect("a signal is not changed while it is read")));
}

#[inline(never)]
fn memo(compute: Box<dyn Fn(Option<Value>) -> (Value, bool) + Send + Sync>) -> leptos::Memo<Value> {
    leptos::Memo::new_owning(compute)
}

#[inline(never)]
fn derived(read: Box<dyn Closure<Value> + Send + Sync>) -> leptos::Signal<Value> {
    leptos::Signal::derive(move || read.call())
}

/// What a view owns (its signals, memos, node references, callbacks) outlives its elements: a browser tells an element
/// that goes that it has lost the focus, and what is told reads them. So a view owns it by turns with the view before,
/// which gives up what it owned when its elements have been exchanged, and not when the next one begins to be made.
#[inline(never)]
fn followed(view: Box<dyn Closure<AnyView> + Send>) -> AnyView {
    let (mut owner, mut next) = (Owner::new(), Owner::new());
    let mut is_first = true;
    let replaced = Arc::new(Mutex::new(None::<Owner>));
    (move || {
        if !replace(&mut is_first, false) {
            // It may have been replaced so lately that it has not yet given up anything.
            give_up(&replaced);
            store(&replaced, Some(owner.clone()));
            let replaced = Arc::clone(&replaced);
            // The elements are exchanged before any other task has its turn.
            spawn_local(async move { give_up(&replaced) });
            swap(&mut owner, &mut next);
        }
        owner.with(|| view.call())
    })
    .into_any()
}

fn give_up(replaced: &Mutex<Option<Owner>>) {
    if let Some(owner) = store(replaced, None) {
        owner.cleanup();
    }
}

fn store(replaced: &Mutex<Option<Owner>>, owner: Option<Owner>) -> Option<Owner> {
    replaced.lock().ok().and_then(|mut replaced| replace(&mut *replaced, owner))
}

#[inline(never)]
fn set_again(value: Box<dyn Closure<Option<Cow<'static, str>>> + Send>) -> LiveAttribute {
    Arc::new(Mutex::new(move || value.call()))
}

#[inline(never)]
fn run_again(mut run: Box<dyn FnMut()>) {
    leptos::Effect::new(move |_: Option<()>| run());
}

fn known<T: 'static>(value: &Value) -> &T {
    (**value).downcast_ref().expect("a signal holds what it was made with")
}

#[cfg(test)]
mod tests {
    use super::{RwSignal, Show, element, live};
    use leptos::html;
    use leptos::prelude::*;
    use leptos::task::tick;
    use std::sync::{Arc, Mutex};
    use wasm_bindgen_test::wasm_bindgen_test;

    /// A button that has the focus, and what its listeners read of what it owns.
    #[component]
    fn Owning(heard: Arc<Mutex<Vec<String>>>, owned: Arc<Mutex<Option<RwSignal<u32>>>>) -> impl IntoView {
        let (own, node, stored) = (RwSignal::new(7), NodeRef::<html::Button>::new(), StoredValue::new(8));
        let call = Callback::new(move |()| own.get_untracked());
        *owned.lock().unwrap() = Some(own);
        node.on_load(|button| _ = button.focus());
        let on_focusout = move |_| {
            let all = (own.get_untracked(), node.get_untracked().is_some(), stored.get_value(), call.run(()));
            heard.lock().unwrap().push(format!("{all:?}"));
        };
        view! { <button node_ref=node on:focusout=on_focusout>"press"</button> }
    }

    #[wasm_bindgen_test]
    async fn what_a_view_owns_is_there_for_the_listeners_that_are_called_as_it_goes() {
        for is_in_show in [false, true] {
            let (heard, owned) = (Arc::default(), Arc::default());
            let root = Owner::new();
            let is_shown = root.with(|| RwSignal::new(true));
            let page = {
                let (heard, owned) = (Arc::clone(&heard), Arc::clone(&owned));
                move || {
                    let owning = move || view! { <Owning heard=Arc::clone(&heard) owned=Arc::clone(&owned) /> };
                    if is_in_show {
                        view! { <Show when=is_shown>{owning()}</Show> }.into_any()
                    } else {
                        live(move || is_shown.get().then(&owning))
                    }
                }
            };
            let body = document().body().expect("tests run on a page");
            let mounted = mount_to(body, page);
            tick().await;
            let own: RwSignal<u32> = owned.lock().unwrap().expect("it was made");
            let has_focus = document().active_element().is_some_and(|element| element.tag_name() == "BUTTON");
            assert!(has_focus, "the button has the focus");

            is_shown.set(false);
            tick().await;
            tick().await;
            assert_eq!(*heard.lock().unwrap(), ["(7, true, 8, 7)"], "in Show: {is_in_show}");
            assert_eq!(own.try_get_untracked(), None, "then it goes too");
            drop(mounted);
        }
    }

    #[wasm_bindgen_test]
    async fn a_view_that_is_made_again_many_times_owns_only_the_last() {
        let root = Owner::new();
        let turn = root.with(|| RwSignal::new(0));
        let made: Arc<Mutex<Vec<RwSignal<u32>>>> = Arc::default();
        let page = {
            let made = Arc::clone(&made);
            move || {
                live(move || {
                    let own = RwSignal::new(turn.get());
                    made.lock().unwrap().push(own);
                    // Once it changes what it follows while it is made.
                    if turn.get_untracked() == 3 {
                        turn.set(4);
                    }
                    view! { <i>{live(move || own.get())}</i> }
                })
            }
        };
        let mounted = mount_to(document().body().expect("tests run on a page"), page);
        for next in 1..=10 {
            turn.set(next);
            if next % 3 > 0 {
                tick().await;
            }
        }
        tick().await;
        tick().await;
        let made = made.lock().unwrap();
        let there: Vec<_> = made.iter().filter_map(|own| own.try_get_untracked()).collect();
        assert_eq!(there, [10], "of {} that were made", made.len());
        drop(mounted);
    }

    #[wasm_bindgen_test]
    fn a_node_reference_that_has_gone_has_no_element() {
        let owner = Owner::new();
        let node = owner.with(NodeRef::<html::Div>::new);
        assert!(element(node).is_none());
        owner.cleanup();
        assert!(element(node).is_none());
    }
}
