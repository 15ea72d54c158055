//! A random user: what they do follows from a seed alone, whatever the page answers.

use crate::keyboard::Chord;
use crate::random_links::Keys;
use crate::random_numbers::Random;
use crate::webdriver::Screen;
use std::fmt;

/// One thing that a user does. Numbers called `pick` stand for one of the things that are there, modulo their number.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The pointer somewhere in the window, in fractions of its sides.
    Place(f64, f64, Gesture),
    /// The pointer on some control.
    Control(u32, Gesture),
    /// A control is pressed as assistive technology does, with the focus on another.
    Press {
        /// What has the focus.
        focus: u32,
        /// What is pressed.
        pick: u32,
    },
    /// The focus goes to a control.
    Focus(u32),
    /// Keys, each pressed with those before it that are held.
    Keys(Vec<Chord>),
    /// A field gets another text, and a key after it.
    Fill(u32, String, &'static str),
    /// A list gets another choice, a switch its other position.
    Choose(u32, u32),
    /// A slider is moved there: from a fraction of its length to another.
    Slide(u32, f64, f64),
    /// A tab is opened.
    Tab(u32),
    /// An item of a menu: the menu is unfolded, the item pressed.
    Menu(u32, u32),
    /// A link to another fragment in the same page.
    Link(String),
    /// Goes on at full speed.
    Faster,
    /// The address of another fragment is opened anew.
    Open(String),
    /// The window gets another size.
    Window(Screen),
    /// The system asks for other colours and less motion.
    Media(&'static str, &'static str),
    /// One entry back in the browser's history.
    Back,
    /// One forward.
    Forward,
    /// The page is loaded again.
    Reload,
    /// The user looks on for so many milliseconds.
    Rest(u32),
}

/// What a pointer does where it is; distances are in fractions of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// It comes there.
    Move,
    /// Pressed and released.
    Click,
    /// Twice.
    DoubleClick,
    /// Pressed, moved so far, released.
    Drag(f64, f64),
    /// The wheel, in pixels.
    Wheel(f64, f64),
    /// A finger.
    Tap,
    /// A finger that moves so far.
    Swipe(f64, f64),
}

/// What is pressed, each so often.
const CHORDS: [(usize, Chord); 24] = [
    (12, ("", "Tab")),
    (4, ("Shift", "Tab")),
    (8, ("", " ")),
    (8, ("", "Enter")),
    (6, ("", "Escape")),
    (4, ("", "ArrowLeft")),
    (6, ("", "ArrowRight")),
    (4, ("", "ArrowUp")),
    (4, ("", "ArrowDown")),
    (2, ("Shift", "ArrowRight")),
    (2, ("Shift", "ArrowLeft")),
    (2, ("", "Home")),
    (2, ("", "End")),
    (2, ("", "PageUp")),
    (2, ("", "PageDown")),
    (2, ("", "Delete")),
    (2, ("Control", "a")),
    (4, ("", ".")),
    (4, ("", ",")),
    (4, ("", "s")),
    (2, ("", "r")),
    (2, ("", "x")),
    (2, ("", "7")),
    (1, ("Shift", "R")),
];

/// The kinds of actions, each so often.
const KINDS: [(usize, Kind); 18] = [
    (12, Kind::Place),
    (16, Kind::Control),
    (8, Kind::Press),
    (2, Kind::Focus),
    (12, Kind::Keys),
    (5, Kind::Fill),
    (4, Kind::Choose),
    (6, Kind::Slide),
    (8, Kind::Tab),
    (5, Kind::Menu),
    (5, Kind::Link),
    (2, Kind::Hostile),
    (2, Kind::Faster),
    (1, Kind::Open),
    (4, Kind::Window),
    (1, Kind::Media),
    (2, Kind::History),
    (3, Kind::Rest),
];

#[derive(Clone, Copy)]
enum Kind {
    Place,
    Control,
    Press,
    Focus,
    Keys,
    Fill,
    Choose,
    Slide,
    Tab,
    Menu,
    Link,
    Hostile,
    Faster,
    Open,
    Window,
    Media,
    History,
    Rest,
}

impl Action {
    /// Action `index` of a seed; action 0 opens the page.
    #[must_use]
    pub fn of(seed: u64, index: u64, keys: &Keys) -> Self {
        let random = &mut Random::new(seed, index);
        if index == 0 {
            let first = [String::new(), "speed=max&run=1".into(), keys.lawful(random), keys.hostile(random)];
            return Self::Open(random.of(&first).clone());
        }
        match random.weighted(&KINDS) {
            Kind::Place => Self::Place(random.unit(), random.unit(), gesture(random)),
            Kind::Control => Self::Control(random.pick(), gesture(random)),
            Kind::Press => Self::Press { focus: random.pick(), pick: random.pick() },
            Kind::Focus => Self::Focus(random.pick()),
            Kind::Keys => Self::Keys((0..=random.below(4)).map(|_| *random.weighted(&CHORDS)).collect()),
            Kind::Fill => {
                let (pick, text) = (random.pick(), keys.typed(random));
                let then: &&str = random.of(&["Enter", "Tab", "Escape", ""]);
                Self::Fill(pick, text, then)
            }
            Kind::Choose => Self::Choose(random.pick(), random.pick()),
            Kind::Slide => Self::Slide(random.pick(), random.unit(), random.unit()),
            Kind::Tab => Self::Tab(random.pick()),
            Kind::Menu => Self::Menu(random.pick(), random.pick()),
            Kind::Link => Self::Link(keys.lawful(random)),
            Kind::Hostile => Self::Link(keys.hostile(random)),
            Kind::Faster => Self::Faster,
            Kind::Open => Self::Open(if random.once_in(3) { keys.hostile(random) } else { keys.lawful(random) }),
            Kind::Window => Self::Window(screen(random)),
            Kind::Media => {
                let features = [
                    ("prefers-color-scheme", "dark"),
                    ("prefers-color-scheme", "light"),
                    ("prefers-reduced-motion", "reduce"),
                    ("forced-colors", "active"),
                ];
                let (feature, value) = *random.of(&features);
                Self::Media(feature, value)
            }
            Kind::History => random.of(&[Self::Back, Self::Back, Self::Forward, Self::Reload]).clone(),
            Kind::Rest => Self::Rest(random.of(&[20, 100, 300, 700]) + random.below(50) as u32),
        }
    }
}

fn gesture(random: &mut Random) -> Gesture {
    match random.below(12) {
        0 | 1 => Gesture::Move,
        2..=5 => Gesture::Click,
        6 => Gesture::DoubleClick,
        7 => Gesture::Drag(random.between(-0.5, 0.5), random.between(-0.3, 0.3)),
        8 => Gesture::Wheel(0.0, random.between(-800.0, 800.0)),
        9 => Gesture::Wheel(random.between(-300.0, 300.0), random.between(-300.0, 300.0)),
        10 => Gesture::Tap,
        _ => Gesture::Swipe(random.between(-0.5, 0.5), random.between(-0.3, 0.3)),
    }
}

/// Any window from that of the smallest phone to that of a large screen.
fn screen(random: &mut Random) -> Screen {
    let width = *random.of(&[320, 360, 390, 412, 480, 600, 640, 641, 768, 800, 1024, 1280, 1366, 1600]);
    let width = if random.once_in(3) { 320 + random.below(1281) as u32 } else { width };
    let mobile = width <= 800 && !random.once_in(3);
    let height = if random.once_in(4) { 300 + random.below(200) } else { 600 + random.below(400) } as u32;
    // Three pixels for one are a phone's. Without a graphics processor, which a machine for tests rarely has, a browser takes
    // seconds for each picture of a large window in them, and answers nobody meanwhile.
    let sharpest = if width <= 480 { 3.0 } else { 2.0 };
    let pixel_ratio = random.of(&[1.0_f64, 1.0, 1.25, 2.0, 3.0]).min(sharpest);
    Screen { width, height, pixel_ratio, mobile }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(x, y, gesture) => write!(f, "{gesture:?} at {x:.3}, {y:.3} of the window"),
            Self::Control(pick, gesture) => write!(f, "{gesture:?} on control {pick}"),
            Self::Press { focus, pick } => write!(f, "focus control {focus}, press control {pick}"),
            Self::Focus(pick) => write!(f, "focus control {pick}"),
            Self::Keys(chords) => {
                let word = |(held, key): &Chord| {
                    let key = if *key == " " { "Space" } else { key };
                    if held.is_empty() { key.to_owned() } else { format!("{held}+{key}") }
                };
                write!(f, "keys {}", chords.iter().map(word).collect::<Vec<_>>().join(" "))
            }
            Self::Fill(pick, text, then) => write!(f, "type {text:?} {then} into field {pick}"),
            Self::Choose(pick, option) => write!(f, "choose option {option} of list {pick}"),
            Self::Slide(pick, from, to) => write!(f, "drag slider {pick} from {from:.3} to {to:.3}"),
            Self::Tab(pick) => write!(f, "tab {pick}"),
            Self::Menu(menu, item) => write!(f, "item {item} of menu {menu}"),
            Self::Link(fragment) => write!(f, "follow #{}", short(fragment)),
            Self::Faster => write!(f, "full speed"),
            Self::Open(fragment) => write!(f, "open #{}", short(fragment)),
            Self::Window(Screen { width, height, pixel_ratio, mobile }) => {
                write!(f, "window {width} × {height} at {pixel_ratio}{}", if *mobile { ", a phone's" } else { "" })
            }
            Self::Media(feature, value) => write!(f, "the system asks for {feature}: {value}"),
            Self::Back => write!(f, "back"),
            Self::Forward => write!(f, "forward"),
            Self::Reload => write!(f, "reload"),
            Self::Rest(ms) => write!(f, "rest {ms} ms"),
        }
    }
}

/// A text as long as a line of a log may be.
fn short(text: &str) -> String {
    let start = text.chars().take(300).collect::<String>();
    if start.len() < text.len() { format!("{start}… ({} bytes)", text.len()) } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyboard::is_key;

    #[test]
    fn a_seed_is_a_list_of_actions_that_begins_with_opening_the_page() {
        let keys = Keys::read().unwrap();
        let list = |seed| (0..300).map(|index| Action::of(seed, index, &keys)).collect::<Vec<_>>();
        let actions = list(5);
        assert_eq!(actions, list(5));
        assert_ne!(actions, list(6));
        assert!(matches!(actions[0], Action::Open(_)));
        for kind in ["Place", "Control", "Press", "Keys", "Fill", "Slide", "Tab", "Menu", "Link", "Window", "Back"] {
            let is_there = actions.iter().any(|action| format!("{action:?}").starts_with(kind));
            assert!(is_there, "300 actions without {kind}");
        }
    }

    #[test]
    fn every_key_that_is_pressed_is_known() {
        for (_, (held, key)) in CHORDS {
            assert!(held.is_empty() || is_key(held), "{held}");
            assert!(is_key(key), "{key}");
        }
    }
}
