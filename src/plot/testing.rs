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
