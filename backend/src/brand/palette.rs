//! The brand's colors as the page uses them, in both color schemes.

use super::color::{Color, READABLE};
use super::image::Image;

/// How much lighter or darker the accent is under the pointer, in OKLCH.
const STRONGER: f64 = 0.08;
/// The step in which a color moves towards a readable one.
const STEP: f64 = 0.01;
/// The lightest background in the dark scheme, if it is given for the light one.
const DARK_BACKDROP: f64 = 0.28;
/// The ground's opacity over an image, in percent, so that text is readable over any image.
const SCRIM: u8 = 75;

/// The user's or the system's preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The page's own background; this and the next two are tokens of `frontend/style.css`.
    pub fn ground(self) -> Color {
        match self {
            Self::Light => Color::of(0x00f6_f7f6),
            Self::Dark => Color::of(0x000d_100f),
        }
    }

    /// The color of cards.
    pub fn surface(self) -> Color {
        match self {
            Self::Light => Color::WHITE,
            Self::Dark => Color::of(0x0015_1917),
        }
    }

    /// The color of text.
    pub fn ink(self) -> Color {
        match self {
            Self::Light => Color::of(0x001a_211e),
            Self::Dark => Color::of(0x00e9_eeeb),
        }
    }

    /// Returns how readable text of that color is, on cards and between them.
    pub fn contrast(self, color: Color) -> f64 {
        color
            .contrast(self.surface())
            .min(color.contrast(self.ground()))
    }

    /// Returns the color, or the nearest of its hue that is readable as text.
    pub fn readable(self, color: Color) -> Color {
        let step = match self {
            Self::Light => -STEP,
            Self::Dark => STEP,
        };
        let mut readable = color;
        let mut lightness = color.lightness();
        // This ends: black is readable in the light scheme, white in the dark one.
        while self.contrast(readable) < READABLE {
            lightness += step;
            readable = color.with_lightness(lightness);
        }
        readable
    }

    /// Returns an accent's color under the pointer, which stands out even more.
    fn stronger(self, accent: Color) -> Color {
        accent.with_lightness(match self {
            Self::Light => accent.lightness() - STRONGER,
            Self::Dark => accent.lightness() + STRONGER,
        })
    }

    /// The text on an accent. A color that is readable on the surface of its scheme is at least as
    /// far from white, or from black, so this is readable on it, and on the stronger color.
    fn on_accent(self) -> Color {
        match self {
            Self::Light => Color::WHITE,
            Self::Dark => Color::BLACK,
        }
    }
}

/// The color of links and of the main button; readable in both schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    light: Color,
    dark: Color,
}

impl Accent {
    /// Takes the wanted colors, or the nearest readable ones.
    pub fn new(light: Color, dark: Color) -> Self {
        Self {
            light: Scheme::Light.readable(light),
            dark: Scheme::Dark.readable(dark),
        }
    }

    /// Returns the color in that scheme.
    pub fn color(self, scheme: Scheme) -> Color {
        match scheme {
            Scheme::Light => self.light,
            Scheme::Dark => self.dark,
        }
    }

    /// Returns the tokens that change.
    pub(super) fn css(self) -> String {
        let (light, dark) = (Scheme::Light, Scheme::Dark);
        format!(
            ":root{{--accent:{};--accent-strong:{};--on-accent:{}}}",
            light_dark(self.light, self.dark),
            light_dark(light.stronger(self.light), dark.stronger(self.dark)),
            light_dark(light.on_accent(), dark.on_accent()),
        )
    }
}

/// The background of the pages before the login.
#[derive(Debug, Clone)]
pub enum Backdrop {
    /// A color for each scheme.
    Color {
        /// In the light one.
        light: Color,
        /// In the dark one.
        dark: Color,
    },
    /// An image, under a veil of the ground's color.
    Image(Image),
}

impl Backdrop {
    /// The image's file name.
    pub const NAME: &str = "background";

    /// Uses one color for both schemes; people who prefer the dark get no bright page.
    pub fn of(color: Color) -> Self {
        let dark = if color.lightness() > DARK_BACKDROP {
            color.with_lightness(DARK_BACKDROP)
        } else {
            color
        };
        Self::Color { light: color, dark }
    }

    /// Returns the tokens that change. Users who ask for more contrast keep the page's own.
    pub(super) fn css(&self) -> String {
        let (light, dark) = (Scheme::Light, Scheme::Dark);
        let tokens = match self {
            Self::Color {
                light: on_light,
                dark: on_dark,
            } => format!(
                "--backdrop:{};--on-backdrop:{}",
                light_dark(*on_light, *on_dark),
                light_dark(text_on(*on_light, light), text_on(*on_dark, dark)),
            ),
            Self::Image(image) => {
                let veil = |scheme: Scheme| {
                    format!(
                        "color-mix(in srgb,{} {SCRIM}%,transparent)",
                        scheme.ground()
                    )
                };
                let veil = format!("light-dark({},{})", veil(light), veil(dark));
                format!(
                    "--backdrop:linear-gradient({veil},{veil}),url(\"{}\") center/cover \
                     no-repeat var(--ground);--on-backdrop:var(--ink)",
                    image.path(Self::NAME)
                )
            }
        };
        format!(
            "@media not all and (prefers-contrast:more){{:root{{{tokens}}}\
             .entry .mark{{background:currentcolor}}\
             .entry>:not(.card) :focus-visible{{outline-color:currentcolor}}}}"
        )
    }
}

/// Returns the text color on that background: the page's own if it is readable, else white or
/// black, one of which always is.
fn text_on(background: Color, scheme: Scheme) -> Color {
    let candidates = [scheme.ink(), Color::WHITE, Color::BLACK];
    candidates
        .into_iter()
        .find(|text| text.contrast(background) >= READABLE)
        .unwrap_or(Color::BLACK)
}

/// Writes the color of both schemes as CSS.
fn light_dark(light: Color, dark: Color) -> String {
    format!("light-dark({light},{dark})")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];

    /// Colors from all over the cube.
    fn all_colors() -> impl Iterator<Item = Color> {
        let steps = || (0..=255_u32).step_by(51);
        steps().flat_map(move |r| {
            steps().flat_map(move |g| steps().map(move |b| Color::of(r << 16 | g << 8 | b)))
        })
    }

    #[test]
    fn whatever_the_accent_it_can_be_read_and_so_can_the_text_on_it() {
        for color in all_colors() {
            let accent = Accent::new(color, color);
            for scheme in SCHEMES {
                let accent = accent.color(scheme);
                for shade in [accent, scheme.stronger(accent)] {
                    let on_it = shade.contrast(scheme.on_accent());
                    assert!(
                        scheme.contrast(shade) >= READABLE,
                        "{color} {scheme:?} {shade}"
                    );
                    assert!(on_it >= READABLE, "{color} {scheme:?} {shade}: {on_it}");
                }
            }
        }
    }

    #[test]
    fn an_accent_that_can_be_read_is_left_alone() {
        let (light, dark) = (Color::of(0x001d_4ed8), Color::of(0x0093_c5fd));

        let accent = Accent::new(light, dark);

        assert_eq!(
            (accent.color(Scheme::Light), accent.color(Scheme::Dark)),
            (light, dark)
        );
    }

    #[test]
    fn whatever_the_background_the_text_on_it_can_be_read() {
        for color in all_colors() {
            let Backdrop::Color { light, dark } = Backdrop::of(color) else {
                unreachable!("it is a color");
            };
            for (background, scheme) in [(light, Scheme::Light), (dark, Scheme::Dark)] {
                let contrast = text_on(background, scheme).contrast(background);
                assert!(contrast >= READABLE, "{color} {scheme:?}: {contrast}");
            }
        }
    }

    #[test]
    fn whatever_the_image_the_text_on_its_veil_can_be_read() {
        for scheme in SCHEMES {
            for image in [Color::BLACK, Color::WHITE] {
                let behind = scheme.ground().over(image, f64::from(SCRIM) / 100.0);
                let contrast = scheme.ink().contrast(behind);
                assert!(contrast >= READABLE, "{scheme:?} over {image}: {contrast}");
            }
        }
    }

    #[test]
    fn a_bright_background_is_dark_in_the_dark() {
        let Backdrop::Color { light, dark } = Backdrop::of(Color::of(0x00fd_f6e3)) else {
            unreachable!("it is a color");
        };

        assert_eq!(light, Color::of(0x00fd_f6e3));
        assert!(dark.contrast(Color::WHITE) > 12.0, "{dark}");
    }

    #[test]
    fn the_schemes_are_those_of_the_stylesheet() {
        let css = include_str!("../../../frontend/style.css");

        for (token, of) in [
            ("ground", Scheme::ground as fn(Scheme) -> Color),
            ("surface", Scheme::surface),
            ("ink", Scheme::ink),
        ] {
            let (light, dark) = (of(Scheme::Light), of(Scheme::Dark));
            let expected = format!("--{token}: light-dark({light}, {dark});");
            assert!(css.contains(&expected), "no {expected}");
        }
    }
}
