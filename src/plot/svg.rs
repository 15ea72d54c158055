//! Charts as SVG files.

use super::paper::Paper;
use plotters_svg::SVGBackend;

/// The picture that `draw` makes, of so many CSS pixels; `None` if there is nothing to draw or no room for it.
pub fn picture((width, height): (u32, u32), draw: impl FnOnce(&mut dyn Paper) -> Option<()>) -> Option<String> {
    let mut text = String::new();
    let mut backend = SVGBackend::with_string(&mut text, (width, height));
    let drawn = if width > 0 && height > 0 { draw(&mut backend) } else { None };
    // Dropped, the backend writes the end of the file.
    drop(backend);
    drawn.map(|()| text)
}

/// The picture with a title, which most programs show as the picture's name, and a description of it.
pub fn with_words(picture: &str, title: &str, description: &str) -> String {
    // The first tag is the picture itself.
    let (opening, rest) = picture.split_at(picture.find('>').map_or(0, |end| end + 1));
    let words: Vec<String> = [("title", title), ("desc", description)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(element, text)| format!("\n<{element}>{}</{element}>", escaped(text)))
        .collect();
    format!("{opening}{}{rest}", words.concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::color::Rgb;
    use crate::plot::paint::Painter;
    use crate::plot::theme::Theme;

    #[test]
    fn a_picture_has_its_words_inside() {
        let drawn = picture((40, 30), |svg| {
            Painter::new(svg, &Theme::light()).rect((1.0, 2.0), (3.0, 4.0), Rgb(0, 0, 0), 1.0);
            Some(())
        })
        .unwrap();
        let cases = [
            ("Loss", "", "<title>Loss</title>\n<rect "),
            ("Loss", "0.1 < 0.2 & on", "<title>Loss</title>\n<desc>0.1 &lt; 0.2 &amp; on</desc>\n<rect "),
            ("", "", "xmlns=\"http://www.w3.org/2000/svg\">\n<rect "),
        ];
        for (title, description, part) in cases {
            let text = with_words(&drawn, title, description);
            assert!(text.starts_with("<svg width=\"40\" height=\"30\"") && text.ends_with("</svg>\n"), "{text}");
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn without_room_or_data_there_is_no_picture() {
        for (size, drawn) in [((0, 30), Some(())), ((40, 0), Some(())), ((40, 30), None)] {
            assert_eq!(picture(size, |_| drawn), None, "{size:?}");
        }
    }
}
