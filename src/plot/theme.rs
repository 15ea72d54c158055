//! The colours and the type that a chart is drawn with.

use super::color::{Rgb, okabe_ito};

/// The look of a chart. On the page it is read from the style sheet's custom properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Behind everything.
    pub background: Rgb,
    /// Titles and labels at curves.
    pub text: Rgb,
    /// Numbers at ticks.
    pub muted: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// The line along the bottom of a plot.
    pub axis: Rgb,
    /// Behind the marks of numbers that have no place on the axis, and the range that plain f32 lacks.
    pub strip: Rgb,
    /// ‖∂L/∂z‖.
    pub grad_z: Rgb,
    /// ‖∂L/∂W‖.
    pub grad_w: Rgb,
    /// ‖ΔW‖.
    pub update: Rgb,
    /// √v̂, the root of the second moment.
    pub second_moment: Rgb,
    /// The loss.
    pub loss: Rgb,
    /// Zero on the heat map.
    pub zero: Rgb,
    /// An infinite number on the heat map.
    pub infinite: Rgb,
    /// NaN on the heat map.
    pub not_a_number: Rgb,
    /// The opacity of bands behind lines, from 0 to 1.
    pub band_opacity: f64,
    /// The font, as a style sheet writes it.
    pub font_family: String,
    /// The size of ordinary text, in CSS pixels; lines and marks grow with it.
    pub font_px: f64,
    /// By how much text must be enlarged to have the size asked for: 1 on a canvas, [`SVG_TEXT_ZOOM`] in an SVG.
    pub text_zoom: f64,
}

/// plotters' SVG backend writes text smaller than asked, by this factor.
pub const SVG_TEXT_ZOOM: f64 = 1.24;

impl Theme {
    /// Dark on white.
    pub fn light() -> Self {
        Self {
            background: Rgb::hex(0xffffff),
            text: Rgb::hex(0x16191d),
            muted: Rgb::hex(0x545d68),
            grid: Rgb::hex(0xe4e8ec),
            axis: Rgb::hex(0x8b95a1),
            strip: Rgb::hex(0xf1f3f6),
            grad_z: okabe_ito::BLUE,
            grad_w: okabe_ito::VERMILLION,
            update: okabe_ito::BLUISH_GREEN,
            second_moment: okabe_ito::REDDISH_PURPLE,
            loss: okabe_ito::BLUE,
            zero: Rgb::hex(0xc3c9d0),
            infinite: okabe_ito::REDDISH_PURPLE,
            not_a_number: okabe_ito::VERMILLION,
            band_opacity: 0.18,
            font_family: "system-ui, sans-serif".into(),
            font_px: 14.0,
            text_zoom: 1.0,
        }
    }

    /// Light on near-black.
    pub fn dark() -> Self {
        Self {
            background: Rgb::hex(0x14181d),
            text: Rgb::hex(0xeceff2),
            muted: Rgb::hex(0xa4aeb9),
            grid: Rgb::hex(0x282f37),
            axis: Rgb::hex(0x66717d),
            strip: Rgb::hex(0x1d232a),
            grad_z: okabe_ito::SKY_BLUE,
            grad_w: okabe_ito::ORANGE,
            update: Rgb::hex(0x1fbf92),
            loss: okabe_ito::SKY_BLUE,
            zero: Rgb::hex(0x5b6570),
            infinite: okabe_ito::REDDISH_PURPLE,
            not_a_number: okabe_ito::VERMILLION,
            band_opacity: 0.22,
            ..Self::light()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_curves_stand_out() {
        for theme in [Theme::light(), Theme::dark()] {
            for color in [theme.text, theme.muted] {
                assert!(color.contrast(theme.background) >= 4.5, "{color:?}");
                assert!(color.contrast(theme.strip) >= 4.5, "{color:?}");
            }
            for color in [theme.grad_z, theme.grad_w, theme.update, theme.second_moment, theme.loss] {
                assert!(color.contrast(theme.background) >= 3.0, "{color:?}");
            }
        }
    }
}
