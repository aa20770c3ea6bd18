//! Colors: whether text is readable on them (WCAG 2.2, success criterion 1.4.3), and the nearest
//! one on which it is. Pure.

use std::fmt;

/// The contrast that text of normal size needs.
pub const READABLE: f64 = 4.5;

/// A color of sRGB, without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

impl Color {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Returns the color of `0xrrggbb`.
    pub const fn of(hex: u32) -> Self {
        let [_, red, green, blue] = hex.to_be_bytes();
        Self([red, green, blue])
    }

    /// Parses `#rgb` or `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let digits: Vec<u8> = digits
            .chars()
            .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
            .collect::<Option<_>>()?;
        match digits[..] {
            [r, g, b] => Some(Self([r * 17, g * 17, b * 17])),
            [r, rr, g, gg, b, bb] => Some(Self([r * 16 + rr, g * 16 + gg, b * 16 + bb])),
            _ => None,
        }
    }

    /// Returns the contrast ratio of two colors, from 1 to 21; their order does not matter.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// Returns WCAG's relative luminance, from 0 to 1.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Returns the color that results from `self` over `below` with that opacity, 0 to 1.
    #[must_use]
    pub fn over(self, below: Self, opacity: f64) -> Self {
        Self(std::array::from_fn(|channel| {
            let (top, bottom) = (f64::from(self.0[channel]), f64::from(below.0[channel]));
            to_byte((top * opacity + bottom * (1.0 - opacity)) / 255.0)
        }))
    }

    /// Returns how light the color looks, from 0 to 1: the L of OKLCH.
    pub fn lightness(self) -> f64 {
        self.oklab()[0]
    }

    /// Returns the color with that lightness and the same hue, as colorful as sRGB allows.
    #[must_use]
    pub fn with_lightness(self, lightness: f64) -> Self {
        if lightness <= 0.0 {
            return Self::BLACK;
        } else if lightness >= 1.0 {
            return Self::WHITE;
        }
        let [_, a, b] = self.oklab();
        // Less chroma, until the color is one that screens can show.
        (0..=100)
            .rev()
            .map(|percent| f64::from(percent) / 100.0)
            .find_map(|share| Self::from_oklab([lightness, a * share, b * share]))
            .unwrap_or(if lightness < 0.5 {
                Self::BLACK
            } else {
                Self::WHITE
            })
    }

    /// Returns the linear channels, from 0 to 1.
    fn linear(self) -> [f64; 3] {
        self.0.map(|byte| {
            let value = f64::from(byte) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    /// Returns the color in Oklab, where equal steps look equal.
    fn oklab(self) -> [f64; 3] {
        let [l, m, s] = product(TO_CONES, self.linear()).map(f64::cbrt);
        product(FROM_CONES, [l, m, s])
    }

    /// Returns the color of these coordinates; `None` if sRGB does not have it.
    fn from_oklab(lab: [f64; 3]) -> Option<Self> {
        let cones = product(TO_CONES_AGAIN, lab).map(|value| value.powi(3));
        let linear = product(TO_RGB, cones);
        let is_shown = linear
            .iter()
            .all(|value| (-0.000_5..=1.000_5).contains(value));
        is_shown.then(|| {
            Self(linear.map(|value| {
                let value = value.clamp(0.0, 1.0);
                to_byte(if value <= 0.003_130_8 {
                    value * 12.92
                } else {
                    1.055 * value.powf(1.0 / 2.4) - 0.055
                })
            }))
        })
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Linear sRGB to the responses of the eye's cones; this and the next three are Oklab's definition.
const TO_CONES: [[f64; 3]; 3] = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];
/// Their cube roots to lightness, green-red and blue-yellow.
const FROM_CONES: [[f64; 3]; 3] = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];
/// And back.
const TO_CONES_AGAIN: [[f64; 3]; 3] = [
    [1.0, 0.396_337_777_4, 0.215_803_757_3],
    [1.0, -0.105_561_345_8, -0.063_854_172_8],
    [1.0, -0.089_484_177_5, -1.291_485_548_0],
];
/// And to linear sRGB.
const TO_RGB: [[f64; 3]; 3] = [
    [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
    [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
    [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
];

/// Multiplies a matrix by a column.
fn product(matrix: [[f64; 3]; 3], column: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(column).map(|(a, b)| a * b).sum())
}

/// Returns a channel, from 0 to 1, as a byte.
fn to_byte(value: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and 255"
    )]
    let byte = (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    #[test]
    fn both_ways_to_write_a_color_are_understood() {
        assert_eq!(color("#0aF"), Color([0, 0xaa, 0xff]));
        assert_eq!(color("#00AAff").to_string(), "#00aaff");
        for text in [
            "",
            "#",
            "0af",
            "#0af0",
            "#00aaf",
            "#00aaff00",
            "#ggg",
            "red",
            "#é12",
        ] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            ("#000", "#fff", 21.0),
            ("#fff", "#fff", 1.0),
            ("#777", "#fff", 4.48),
            ("#767676", "#fff", 4.54),
            ("#f00", "#fff", 4.00),
            ("#00f", "#fff", 8.59),
        ] {
            let ratio = color(one).contrast(color(other));
            assert!((ratio - expected).abs() < 0.01, "{one} on {other}: {ratio}");
            assert_eq!(color(other).contrast(color(one)).to_bits(), ratio.to_bits());
        }
    }

    #[test]
    fn a_color_at_its_own_lightness_is_itself() {
        for text in [
            "#0d5f4e", "#e53935", "#ffffff", "#000000", "#00ff00", "#7f00ff", "#808080",
        ] {
            let there = color(text);
            assert_eq!(there.with_lightness(there.lightness()), there, "{text}");
        }
    }

    #[test]
    fn the_hue_stays_when_the_lightness_changes() {
        let red = color("#e53935");

        for lightness in [0.3, 0.4, 0.5, 0.7, 0.8] {
            let Color([r, g, b]) = red.with_lightness(lightness);
            assert!(
                r > g.saturating_add(30) && g.abs_diff(b) < 40,
                "{r} {g} {b}"
            );
        }
        assert_eq!(red.with_lightness(0.0), Color::BLACK);
        assert_eq!(red.with_lightness(1.0), Color::WHITE);
    }

    #[test]
    fn half_transparent_white_on_black_is_gray() {
        assert_eq!(Color::WHITE.over(Color::BLACK, 0.5).to_string(), "#808080");
    }
}
