//! Charts drawn into SVG, and what stands in them.

use super::paper::Paper;
use super::surface::Surface;
use plotters_svg::SVGBackend;

/// The picture that `draw` makes.
pub(super) fn svg(surface: Surface, draw: impl FnOnce(&mut dyn Paper)) -> String {
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, (surface.width, surface.height));
    draw(&mut backend);
    drop(backend);
    assert!(!text.contains("NaN\"") && !text.contains("inf"), "a coordinate is not a number:\n{text}");
    text
}

/// An attribute of every element of a kind that has all the others in `having`.
pub(super) fn attributes(svg: &str, element: &str, attribute: &str, having: &[&str]) -> Vec<String> {
    let opening = format!("<{element} ");
    let pattern = format!(" {attribute}=\"");
    svg.split(&opening)
        .skip(1)
        .map(|rest| &rest[..rest.find('>').unwrap_or(rest.len())])
        .filter(|tag| having.iter().all(|other| tag.contains(other)))
        .filter_map(|tag| {
            let tag = format!(" {tag}");
            let start = tag.find(&pattern)? + pattern.len();
            Some(tag[start..].split('"').next()?.to_owned())
        })
        .collect()
}

/// The texts in the picture.
pub(super) fn texts(svg: &str) -> Vec<String> {
    let inner = svg.split("<text ").skip(1).filter_map(|rest| rest.split('>').nth(1)?.split('<').next());
    inner.map(|text| text.trim().to_owned()).collect()
}

/// A surface of CSS pixels.
pub(super) fn surface(width: u32, height: u32) -> Surface {
    Surface { width, height, scale: 1.0 }
}

/// The width of a text in DejaVu Sans, the widest of the usual fonts, in units of its size. Letters that no test has used
/// yet count as the widest.
pub(super) fn widest_em(text: &str) -> f64 {
    let width = |letter| match letter {
        'a' | 'e' | 'o' => 0.615,
        'b' | 'd' | 'g' | 'h' | 'n' | 'p' | 'q' | 'u' | '0'..='9' => 0.636,
        'c' | 's' | 'z' | 'k' | 'v' | 'x' | 'y' | '∂' | 'L' => 0.592,
        'f' | 'r' | 't' => 0.411,
        'i' | 'j' | 'l' => 0.278,
        ' ' | '.' | ',' | '/' | '-' => 0.361,
        'w' | '−' | '+' | '≤' | '≥' | '×' | '∞' => 0.838,
        'N' | 'R' | 'S' => 0.748,
        'M' => 0.863,
        '‖' => 0.5,
        '⁰' | '¹' | '²' | '³' | '⁴' | '⁵' | '⁶' | '⁷' | '⁸' | '⁹' | '⁻' => 0.42,
        _ => 1.0,
    };
    text.chars().map(width).sum()
}

/// Each text of the picture that begins at its point: its height, where it begins, and where it ends in the widest font.
pub(super) fn spans(svg: &str) -> Vec<(String, f64, f64, f64)> {
    let numbers = |attribute: &str| -> Vec<f64> {
        attributes(svg, "text", attribute, &[]).iter().map(|number| number.parse().unwrap()).collect()
    };
    let anchors = attributes(svg, "text", "text-anchor", &[]);
    let places = numbers("x").into_iter().zip(numbers("y")).zip(numbers("font-size")).zip(anchors);
    let spans = texts(svg).into_iter().zip(places).filter(|(_, (_, anchor))| anchor == "start");
    spans
        .map(|(text, (((x, y), size), _))| {
            let end = x + widest_em(&text) * size;
            (text, y, x, end)
        })
        .collect()
}
