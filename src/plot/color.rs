//! Colours: the palette of the series and the scale of the heat map.

use super::scale::ValueScale;
use super::viridis::VIRIDIS;

/// A colour of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour of `0xRRGGBB`.
    pub const fn hex(hex: u32) -> Self {
        Self((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
    }

    /// The colour that a style sheet writes as `#rgb`, `#rrggbb` or `rgb(r, g, b)`; `None` for anything else.
    pub fn parse(css: &str) -> Option<Self> {
        let css = css.trim();
        if let Some(digits) = css.strip_prefix('#') {
            let number = u32::from_str_radix(digits, 16).ok()?;
            return match digits.len() {
                // Each digit stands for two of the same.
                3 => Some(Self::hex((number & 0xf00) * 0x1100 + (number & 0xf0) * 0x110 + (number & 0xf) * 0x11)),
                6 => Some(Self::hex(number)),
                _ => None,
            };
        }
        let channels = css.strip_prefix("rgb(")?.strip_suffix(')')?;
        let mut channels = channels.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().ok());
        let color = Self(channels.next()??, channels.next()??, channels.next()??);
        channels.next().is_none().then_some(color)
    }

    /// A colour between this one (at 0) and another (at 1).
    pub fn mix(self, other: Self, amount: f64) -> Self {
        let channel = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * amount).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Relative luminance as WCAG defines it, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio of two colours as WCAG defines it, from 1 (the same) to 21 (black and white).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }
}

/// The palette of Okabe and Ito (2008), whose colours readers with any colour vision can tell apart.
pub mod okabe_ito {
    use super::Rgb;

    /// Orange.
    pub const ORANGE: Rgb = Rgb::hex(0xe69f00);
    /// Sky blue.
    pub const SKY_BLUE: Rgb = Rgb::hex(0x56b4e9);
    /// Bluish green.
    pub const BLUISH_GREEN: Rgb = Rgb::hex(0x009e73);
    /// Yellow.
    pub const YELLOW: Rgb = Rgb::hex(0xf0e442);
    /// Blue.
    pub const BLUE: Rgb = Rgb::hex(0x0072b2);
    /// Vermillion.
    pub const VERMILLION: Rgb = Rgb::hex(0xd55e00);
    /// Reddish purple.
    pub const REDDISH_PURPLE: Rgb = Rgb::hex(0xcc79a7);
}

/// The colour of a place on the heat map's scale, from 0 (dark) to 1 (light); places beyond have the colour of the end.
pub fn viridis(position: f64) -> Rgb {
    let last = VIRIDIS.len() - 1;
    // A conversion from float to integer saturates, so that places below 0 (and NaN) take the first colour.
    let index = (position * last as f64).round() as usize;
    Rgb::hex(VIRIDIS[index.min(last)])
}

/// The colours of the scale that diverges from its middle: blue, white, orange, darker towards both ends.
const DIVERGING: [u32; 9] = [0x053061, 0x1c5c9d, 0x4393c3, 0x9dcae1, 0xf7f7f7, 0xf9c58d, 0xe8862b, 0xb8520a, 0x6b2503];

/// The colour of a place on a scale that diverges from its middle, from 0 (dark blue) by 0.5 (white) to 1 (dark orange); places
/// beyond have the colour of the end.
pub fn diverging(position: f64) -> Rgb {
    let last = DIVERGING.len() - 1;
    let place = position.clamp(0.0, 1.0) * last as f64;
    // A conversion from float to integer saturates.
    let index = (place as usize).min(last - 1);
    Rgb::hex(DIVERGING[index]).mix(Rgb::hex(DIVERGING[index + 1]), place - index as f64)
}

/// The colour of a number on a scale; `None` for what has no place on it.
pub fn color_of(scale: &ValueScale, value: f64) -> Option<Rgb> {
    scale.position(value).map(viridis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_style_sheets_are_read() {
        let cases = [
            ("#0072b2", Some(Rgb(0, 0x72, 0xb2))),
            (" #fa0 ", Some(Rgb(0xff, 0xaa, 0))),
            ("rgb(1, 2, 3)", Some(Rgb(1, 2, 3))),
            ("rgb(1 2 3)", Some(Rgb(1, 2, 3))),
            ("rgb(1, 2)", None),
            ("rgb(1, 2, 300)", None),
            ("#12", None),
            ("", None),
            ("tomato", None),
        ];
        for (css, color) in cases {
            assert_eq!(Rgb::parse(css), color, "{css:?}");
        }
    }

    #[test]
    fn the_scale_is_viridis() {
        let cases = [
            (f64::NAN, 0x440154),
            (-1.0, 0x440154),
            (0.0, 0x440154),
            (0.5, 0x21918c),
            (1.0, 0xfde725),
            (2.0, 0xfde725),
            (f64::INFINITY, 0xfde725),
        ];
        for (position, hex) in cases {
            assert_eq!(viridis(position), Rgb::hex(hex), "{position}");
        }
    }

    #[test]
    fn the_scale_grows_lighter_all_the_way() {
        let luminances: Vec<f64> = (0..256).map(|i| viridis(f64::from(i) / 255.0).luminance()).collect();
        assert!(luminances.windows(2).all(|pair| pair[1] > pair[0] - 1e-3));
    }

    #[test]
    fn the_scale_that_diverges_grows_darker_to_both_sides() {
        let half = |sign: f64| (0..100).map(move |i| diverging(0.5 + sign * f64::from(i) / 198.0).luminance());
        for sign in [-1.0, 1.0] {
            let luminances: Vec<f64> = half(sign).collect();
            assert!(luminances.windows(2).all(|pair| pair[1] <= pair[0]), "{luminances:?}");
        }
        assert_eq!(
            (diverging(-1.0), diverging(0.5), diverging(9.0)),
            (Rgb::hex(0x053061), Rgb::hex(0xf7f7f7), Rgb::hex(0x6b2503))
        );
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Rgb::hex(0).contrast(Rgb::hex(0xffffff)) - 21.0).abs() < 1e-9);
        assert!((Rgb::hex(0x777777).contrast(Rgb::hex(0xffffff)) - 4.48).abs() < 0.01);
    }
}
