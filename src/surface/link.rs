//! A setting as the pairs of a link, and back: `surface=quadratic&kappa=100&start=-3,1&paths=sgd:lr=0.02;adam:lr=0.1`.

use super::curvature::Point;
use super::objective::{Function, Objective};
use super::setting::{MOST_PATHS, MOST_STEPS, Setting};
use super::tuned::{HyperParameter, Method, Tuned};
use crate::choice::Choice;
use crate::experiment::{Kind, Scale, Value, shorten};

/// Something of a link that was left aside.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A value that is not allowed; the usual one took its place. Both names and texts are shortened.
    BadValue {
        /// Whose it is: `kappa`, or `lr` of `adam`.
        name: String,
        /// What was given.
        given: String,
        /// What is allowed.
        allowed: Allowed,
    },
    /// A pair that the function, or a hyper-parameter that the optimizer, has no use for.
    NotUsed {
        /// The pair's name.
        name: String,
        /// The function or the optimizer.
        by: &'static str,
    },
    /// A pair that was given more than once with different values: the last counts.
    Repeated {
        /// The pair's name.
        name: String,
        /// What counts.
        kept: String,
        /// The last that was left out.
        left_out: String,
    },
    /// So many paths more than there may be; the first count.
    TooManyPaths(usize),
    /// So many more notices.
    More(usize),
}

/// What is allowed in the place of something that is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Allowed {
    /// What a parameter allows.
    Kind(Kind),
    /// Two numbers with a comma between, each of a kind.
    Point(Kind),
    /// Names of optimizers with their hyper-parameters.
    Paths,
}

/// Notices that are told one by one; of more it is only said how many.
const MOST_NOTICES: usize = 6;

impl Setting {
    /// What steps allow.
    pub const STEPS: Kind = Kind::Integer { min: 0, max: MOST_STEPS, scale: Scale::Linear, word: None };

    /// The setting that the pairs of a link describe, and what of them could not be used.
    ///
    /// Every text describes a setting: what is unknown or not allowed has its usual value, with a notice.
    pub fn from_pairs(pairs: &str) -> (Self, Vec<Notice>) {
        let mut notices = Notices::default();
        let given = Given::read(pairs, &mut notices);
        let names = Kind::Choice(Function::NAMES);
        let function = given.surface.and_then(|text| {
            let function = Function::from_name(&text.trim().to_ascii_lowercase());
            if function.is_none() {
                notices.bad("surface", &text, Allowed::Kind(names));
            }
            function
        });
        let mut setting = function.map_or_else(Self::default, Self::new);
        let function = setting.objective.function;
        let mut number = |name: &str, text: Option<String>, is_used: bool, kind: Kind| {
            let text = text?;
            if !is_used {
                notices.push(Notice::NotUsed { name: name.to_owned(), by: function.name() });
                return None;
            }
            let number = number(kind, &text);
            if number.is_none() {
                notices.bad(name, &text, Allowed::Kind(kind));
            }
            number
        };
        let objective = &mut setting.objective;
        let usual = *objective;
        objective.kappa = number("kappa", given.kappa, function.has_kappa(), Objective::KAPPA).unwrap_or(usual.kappa);
        objective.angle = number("angle", given.angle, function.has_kappa(), Objective::ANGLE).unwrap_or(usual.angle);
        objective.c = number("c", given.c, function.is_online(), Objective::C).unwrap_or(usual.c);
        setting.steps = number("steps", given.steps, true, Self::STEPS).map_or(0, |steps| steps as u32);
        if let Some(text) = given.start {
            match point(function, &text) {
                Some(start) => setting.start = start,
                None => notices.bad("start", &text, setting.start_allowed()),
            }
        }
        if let Some(text) = given.paths {
            let paths = paths(&text, &mut notices);
            if !paths.is_empty() {
                setting.paths = paths;
            }
        }
        (setting, notices.told)
    }

    /// The pairs that [`Setting::from_pairs`] reads back as the same setting. What is usual is left out, but not the paths.
    pub fn to_pairs(&self) -> String {
        let Objective { function, kappa, angle, c } = self.objective;
        let usual = Self::new(function);
        let mut pairs = format!("surface={}", function.name());
        let mut add = |name: &str, is_usual: bool, text: String| {
            if !is_usual {
                pairs.push_str(&format!("&{name}={text}"));
            }
        };
        add("kappa", !function.has_kappa() || kappa == usual.objective.kappa, Value::Real(kappa).to_string());
        add("angle", !function.has_kappa() || angle == usual.objective.angle, Value::Real(angle).to_string());
        add("c", !function.is_online() || c == usual.objective.c, Value::Real(c).to_string());
        let [x, y] = self.start.map(|coordinate| Value::Real(coordinate).to_string());
        let start = if function.is_online() { x } else { format!("{x},{y}") };
        add("start", self.start == usual.start, start);
        add("steps", self.steps == 0, self.steps.to_string());
        let path = |tuned: &Tuned| {
            let value =
                |parameter: &HyperParameter| format!("{}={}", parameter.name(), Value::Real(tuned.get(*parameter)));
            let values = tuned.method.parameters().iter().map(value).collect::<Vec<_>>().join(",");
            format!("{}:{values}", tuned.method.name())
        };
        add("paths", false, self.paths.iter().map(path).collect::<Vec<_>>().join(";"));
        pairs
    }

    /// What a start is to be on the present function.
    pub fn start_allowed(&self) -> Allowed {
        let kind = self.objective.function.start_kind();
        if self.objective.function.is_online() { Allowed::Kind(kind) } else { Allowed::Point(kind) }
    }
}

/// The texts of the pairs.
#[derive(Default)]
struct Given {
    surface: Option<String>,
    kappa: Option<String>,
    angle: Option<String>,
    c: Option<String>,
    start: Option<String>,
    steps: Option<String>,
    paths: Option<String>,
}

impl Given {
    fn read(pairs: &str, notices: &mut Notices) -> Self {
        let mut given = Self::default();
        for (name, text) in form_urlencoded::parse(pairs.as_bytes()) {
            let place = match &*name {
                "surface" => &mut given.surface,
                "kappa" => &mut given.kappa,
                "angle" => &mut given.angle,
                "c" => &mut given.c,
                "start" => &mut given.start,
                "steps" => &mut given.steps,
                "paths" => &mut given.paths,
                // Those of other scenes are told of by the experiment, among whose pairs they are.
                _ => continue,
            };
            if let Some(before) = place.replace(text.to_string())
                && before != text
            {
                let (kept, left_out) = (shorten(&text), shorten(&before));
                notices.push(Notice::Repeated { name: name.into_owned(), kept, left_out });
            }
        }
        given
    }
}

#[derive(Default)]
struct Notices {
    told: Vec<Notice>,
}

impl Notices {
    fn push(&mut self, notice: Notice) {
        if self.told.contains(&notice) {
            return;
        }
        if self.told.len() < MOST_NOTICES {
            self.told.push(notice);
        } else if let Some(Notice::More(count)) = self.told.last_mut() {
            *count += 1;
        } else {
            self.told.push(Notice::More(1));
        }
    }

    fn bad(&mut self, name: &str, given: &str, allowed: Allowed) {
        self.push(Notice::BadValue { name: shorten(name), given: shorten(given), allowed });
    }
}

fn number(kind: Kind, text: &str) -> Option<f64> {
    match kind.parse(text)? {
        Value::Real(number) => Some(number),
        Value::Integer(number) => Some(f64::from(number)),
        Value::Name(_) | Value::Switch(_) => None,
    }
}

/// A start: `x,y`, or x alone where there is one parameter.
fn point(function: Function, text: &str) -> Option<Point> {
    let coordinates = text.split(',').map(|text| number(function.start_kind(), text)).collect::<Option<Vec<_>>>()?;
    match (coordinates[..].first()?, coordinates.get(1), coordinates.len()) {
        (x, None, 1) if function.is_online() => Some([*x, 0.0]),
        (x, Some(y), 2) if !function.is_online() => Some([*x, *y]),
        _ => None,
    }
}

/// The paths of a text `method:name=value,…;…`.
fn paths(text: &str, notices: &mut Notices) -> Vec<Tuned> {
    let (mut paths, mut left_out) = (Vec::new(), 0);
    for path in text.split(';') {
        let (name, values) = path.split_once(':').unwrap_or((path, ""));
        let Some(method) = Method::from_name(&name.trim().to_ascii_lowercase()) else {
            notices.bad("paths", path, Allowed::Paths);
            continue;
        };
        if paths.len() == MOST_PATHS {
            left_out += 1;
            continue;
        }
        let mut tuned = Tuned::new(method);
        for pair in values.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(parameter) =
                HyperParameter::from_name(name.trim()).filter(|one| method.parameters().contains(one))
            else {
                notices.push(Notice::NotUsed { name: shorten(name.trim()), by: method.name() });
                continue;
            };
            match number(parameter.kind(), value) {
                Some(value) => tuned = tuned.with(parameter, value),
                None => {
                    let name = format!("{}:{}", method.name(), parameter.name());
                    notices.bad(&name, value, Allowed::Kind(parameter.kind()));
                }
            }
        }
        paths.push(tuned);
    }
    if left_out > 0 {
        notices.push(Notice::TooManyPaths(left_out));
    }
    paths
}
