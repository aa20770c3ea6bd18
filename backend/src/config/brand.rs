//! The look of the pages: `POSTERN_BRAND_…`. A malformed value prevents a start; an unreadable
//! color is only replaced, with a notice.

use std::fs::{self, File};
use std::io::Read as _;

use shared::text::Text;
use url::Url;

use super::faults::{Weight, Wrong};
use super::source::Reader;
use crate::brand::{Accent, Backdrop, Brand, Color, Footer, Image, Kind, READABLE, Scheme};
use crate::message::say;

/// The most characters of a name: more does not fit on one line of a phone.
const MOST_NAME: usize = 40;
/// The most characters of a footer's text.
const MOST_FOOTER: usize = 120;
/// The most bytes of a logo, which every visitor loads.
const MOST_LOGO: u64 = 256 * 1000;
/// The most bytes of an image behind the card.
const MOST_BACKGROUND: u64 = 1000 * 1000;
/// How to write a color.
const COLOR: &str = "write a color such as #1d4ed8, or two as in #1d4ed8,#93c5fd: for light pages and \
                     for dark ones";

/// Reads all of these settings.
pub(super) fn read(reader: &mut Reader) -> Brand {
    let accent = reader.get("POSTERN_BRAND_ACCENT", colors);
    let accent = accent.map(|colors| fitted(&colors, reader));
    Brand {
        name: reader.get("POSTERN_BRAND_NAME", name),
        logo: reader.get("POSTERN_BRAND_LOGO", logo),
        accent,
        backdrop: reader.get("POSTERN_BRAND_BACKGROUND", backdrop),
        footer: reader.get("POSTERN_BRAND_FOOTER", footer),
    }
}

/// Accepts a name that fits.
fn name(text: &str) -> Result<String, Wrong> {
    if text.chars().count() > MOST_NAME {
        let problem = format!("is longer than {MOST_NAME} characters");
        return Err(Wrong::new(problem, "write a shorter name"));
    }
    Ok(text.to_owned())
}

/// One color for both schemes, or one for each.
enum Colors {
    One(Color),
    Two { light: Color, dark: Color },
}

/// Parses one or two colors.
fn colors(text: &str) -> Result<Colors, Wrong> {
    let wrong = |text: &str| Wrong::new(format!("holds {text:?}, which is no color"), COLOR);
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let parsed = |part: &str| Color::parse(part).ok_or_else(|| wrong(part));
    match parts[..] {
        [one] => Color::parse(one)
            .map(Colors::One)
            .ok_or_else(|| Wrong::new("is no color", COLOR)),
        [light, dark] => Ok(Colors::Two {
            light: parsed(light)?,
            dark: parsed(dark)?,
        }),
        _ => Err(Wrong::new("holds more than two colors", COLOR)),
    }
}

/// Creates the accent, and reports every color that had to be replaced.
fn fitted(colors: &Colors, reader: &mut Reader) -> Accent {
    let (light, dark) = match *colors {
        Colors::One(color) => (color, color),
        Colors::Two { light, dark } => (light, dark),
    };
    let accent = Accent::new(light, dark);
    for (scheme, wanted) in [(Scheme::Light, light), (Scheme::Dark, dark)] {
        let used = accent.color(scheme);
        if used == wanted {
            continue;
        }
        let text = match scheme {
            Scheme::Light => Text::NOTICE_ACCENT_LIGHT,
            Scheme::Dark => Text::NOTICE_ACCENT_DARK,
        };
        let contrast = |color| format!("{:.1}", scheme.contrast(color));
        let message = say(text)
            .with("wanted", wanted)
            .with("contrast", contrast(wanted))
            .with("needed", READABLE)
            .with("used", used)
            .with("better", contrast(used));
        // If only one color is given, everybody expects a different shade in the dark scheme.
        let is_expected = scheme == Scheme::Dark && matches!(colors, Colors::One(_));
        let weight = if is_expected {
            Weight::Info
        } else {
            Weight::Warning
        };
        reader.notice(weight, "POSTERN_BRAND_ACCENT", message);
    }
    accent
}

/// Reads the logo.
fn logo(path: &str) -> Result<Image, Wrong> {
    let kinds = [Kind::Svg, Kind::Png, Kind::Webp, Kind::Jpeg];
    let remedy = "name an SVG, PNG, WebP or JPEG file of at most 256 kB that the user who runs Postern \
                may read";
    image(path, &kinds, MOST_LOGO).map_err(|problem| Wrong::new(problem, remedy))
}

/// Parses a color or reads an image.
fn backdrop(text: &str) -> Result<Backdrop, Wrong> {
    if text.starts_with('#') {
        return Ok(match colors(text)? {
            Colors::One(color) => Backdrop::of(color),
            Colors::Two { light, dark } => Backdrop::Color { light, dark },
        });
    }
    let remedy = "write a color such as #1d4ed8, or two as in #dbeafe,#172554, or name a PNG, WebP or \
                JPEG file of at most 1 MB that the user who runs Postern may read";
    image(text, &[Kind::Png, Kind::Webp, Kind::Jpeg], MOST_BACKGROUND)
        .map(Backdrop::Image)
        .map_err(|problem| Wrong::new(problem, remedy))
}

/// Reads an image; the error continues the sentence that begins with the variable.
fn image(path: &str, kinds: &[Kind], most: u64) -> Result<Image, String> {
    let Some(named) = Kind::of_name(path).filter(|kind| kinds.contains(kind)) else {
        return Err("is not the name of an image that can be used here".to_owned());
    };
    let cannot = |error: std::io::Error| format!("names a file that cannot be read: {error}");
    // Reading a pipe or a device might never end.
    if !fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("does not name a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(cannot)?;
    if bytes.len() as u64 > most {
        return Err(format!("names a file of more than {} kB", most / 1000));
    }
    let image = Image::new(bytes).ok_or("names a file that holds no image of these kinds")?;
    if image.kind != named {
        return Err(format!(
            "names a file that holds {}, not {} as its name says",
            article(image.kind),
            article(named)
        ));
    }
    Ok(image)
}

/// Returns the usual name of an image format.
fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Svg => "an SVG",
        Kind::Png => "a PNG",
        Kind::Webp => "a WebP",
        Kind::Jpeg => "a JPEG",
    }
}

/// Parses a text whose last word may be a link.
fn footer(text: &str) -> Result<Footer, Wrong> {
    let (words, last) = text.rsplit_once(' ').unwrap_or(("", text));
    let footer = match Url::parse(last) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "mailto") => {
            let words = words.trim();
            Footer {
                text: if words.is_empty() { last } else { words }.to_owned(),
                url: Some(url.into()),
            }
        }
        Ok(_) => {
            let remedy = "write a text and a URL of http, https or mailto, as in: Privacy \
                        https://example.com/privacy";
            return Err(Wrong::new("leads to what is no page and no email", remedy));
        }
        Err(_) => Footer {
            text: text.to_owned(),
            url: None,
        },
    };
    if footer.text.chars().count() > MOST_FOOTER {
        let problem = format!("has a text of more than {MOST_FOOTER} characters");
        return Err(Wrong::new(problem, "write a shorter text"));
    }
    Ok(footer)
}
