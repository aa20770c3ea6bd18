//! Images that the administrator gives: their format by content and not by name, and their size, so
//! that the page can reserve their place. Pure.

use std::fmt;
use std::sync::Arc;

use imagesize::ImageType;
use sha2::{Digest as _, Sha256};

/// How many hexadecimal digits of the hash a name has.
const HASH_DIGITS: usize = 10;

/// The image formats that browsers show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SVG: drawn by instructions; also a document that could run scripts.
    Svg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// JPEG.
    Jpeg,
}

impl Kind {
    /// Returns the format that a file name's extension stands for.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "svg" => Some(Self::Svg),
            "png" => Some(Self::Png),
            "webp" => Some(Self::Webp),
            "jpeg" | "jpg" => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Returns the format of the content.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        match imagesize::image_type(bytes) {
            Ok(ImageType::Png) => Some(Self::Png),
            Ok(ImageType::Jpeg) => Some(Self::Jpeg),
            Ok(ImageType::Webp) => Some(Self::Webp),
            _ => svg_tag(bytes).map(|_| Self::Svg),
        }
    }

    /// Returns the file name extension.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Jpeg => "jpeg",
        }
    }

    /// Returns its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// An image.
#[derive(Clone)]
pub struct Image {
    /// What it is.
    pub kind: Kind,
    /// Its file's content.
    pub bytes: Arc<[u8]>,
    /// Width divided by height; `None` if the file does not say.
    pub ratio: Option<f64>,
    /// The start of its content's hash, in hexadecimal digits.
    hash: String,
}

impl Image {
    /// Returns what distinguishes two images.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.hash
    }

    /// Accepts a file's content if it is an image.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let kind = Kind::of_content(&bytes)?;
        let hash = format!("{:.HASH_DIGITS$x}", Sha256::digest(&bytes));
        Some(Self {
            kind,
            ratio: ratio(kind, &bytes),
            bytes: bytes.into(),
            hash,
        })
    }

    /// Returns the path for browsers when it serves as `what`. The content's hash is in the name,
    /// so that it may be cached for ever.
    pub fn path(&self, what: &str) -> String {
        format!("/brand/{what}-{}.{}", self.hash, self.kind.ending())
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes", self.kind, self.bytes.len())
    }
}

/// Returns the image's width divided by its height.
fn ratio(kind: Kind, bytes: &[u8]) -> Option<f64> {
    let (width, height) = if kind == Kind::Svg {
        svg_size(svg_tag(bytes)?)?
    } else {
        let size = imagesize::blob_size(bytes).ok()?;
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        let size = (size.width as f64, size.height as f64);
        size
    };
    (width >= 1.0 && height >= 1.0).then(|| width / height)
}

/// Returns the attributes of the `<svg>` tag if that is the content's first element.
fn svg_tag(bytes: &[u8]) -> Option<&str> {
    let mut rest = std::str::from_utf8(bytes).ok()?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!DOCTYPE") {
            ">"
        } else {
            break;
        };
        rest = rest.split_once(end)?.1;
    }
    let attributes = rest.strip_prefix("<svg")?;
    attributes
        .starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
        .then(|| attributes.split('>').next())?
}

/// Reads the size of a drawing: that of its coordinates, or else its own.
fn svg_size(attributes: &str) -> Option<(f64, f64)> {
    let attribute = |name: &str| {
        let (_, rest) = attributes
            .match_indices(name)
            .map(|(at, _)| attributes.split_at(at))
            .find(|(before, _)| before.ends_with(char::is_whitespace))?;
        let value = rest[name.len()..]
            .trim_start()
            .strip_prefix('=')?
            .trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        value[1..].split(quote).next()
    };
    if let Some(view) = attribute("viewBox") {
        let mut numbers = view.split(|c: char| c.is_whitespace() || c == ',');
        let mut next = || numbers.find(|part| !part.is_empty())?.parse().ok();
        let (_, _): (f64, f64) = (next()?, next()?);
        return Some((next()?, next()?));
    }
    let length = |name| {
        let value = attribute(name)?.trim();
        value.strip_suffix("px").unwrap_or(value).parse().ok()
    };
    Some((length("width")?, length("height")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a file that begins this way and has zeros to its end.
    fn file(parts: &[&[u8]]) -> Vec<u8> {
        let mut file = parts.concat();
        file.resize(file.len().max(64), 0);
        file
    }

    fn ratio_of(bytes: Vec<u8>) -> Option<f64> {
        Image::new(bytes).unwrap().ratio
    }

    #[test]
    fn png_is_known_and_measured() {
        let png = file(&[
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            &[0, 0, 1, 0x2c, 0, 0, 0, 100],
        ]);

        assert_eq!(Kind::of_content(&png), Some(Kind::Png));
        assert_eq!(ratio_of(png), Some(3.0));
        assert_eq!(ratio_of(b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec()), None);
    }

    #[test]
    fn jpeg_is_known_and_measured() {
        let jpeg = file(&[
            b"\xff\xd8\xff\xe0\0\x04ab",
            b"\xff\xc4\0\x03x",
            b"\xff\xc2\0\x0b\x08\0\x64\0\xc8",
        ]);

        assert_eq!(Kind::of_content(&jpeg), Some(Kind::Jpeg));
        assert_eq!(ratio_of(jpeg), Some(2.0));
        assert_eq!(
            ratio_of(b"\xff\xd8\xff\xe0\0\x06abcd\xff\xc2".to_vec()),
            None
        );
        assert_eq!(ratio_of(b"\xff\xd8\xff\xe0\0\0\0\0\0\0\0\0".to_vec()), None);
    }

    #[test]
    fn webp_of_all_three_forms_is_known_and_measured() {
        let lossy = file(&[b"RIFF\0\0\0\0WEBPVP8 ", &[0; 10], &[200, 0, 100, 0]]);
        let lossless = file(&[b"RIFF\0\0\0\0WEBPVP8L", &[0; 5], &[199, 0xc0, 0x18, 0]]);
        let extended = file(&[b"RIFF\0\0\0\0WEBPVP8X", &[0; 8], &[199, 0, 0, 99, 0, 0]]);

        for webp in [lossy, lossless, extended] {
            assert_eq!(Kind::of_content(&webp), Some(Kind::Webp));
            assert_eq!(ratio_of(webp), Some(2.0));
        }
    }

    #[test]
    fn svg_is_known_whatever_stands_before_it() {
        for (text, expected) in [
            ("<svg viewBox='0 0 30 10'/>", Some(3.0)),
            (
                "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b -->\n<!DOCTYPE svg>\n<svg\nwidth=\"40px\" height=\"20\">",
                Some(2.0),
            ),
            (
                "<svg stroke-width=\"3\" height=\"5\" width = '10'></svg>",
                Some(2.0),
            ),
            (
                "<svg viewBox=\"0,0, 8,4\" width=\"1\" height=\"1\">",
                Some(2.0),
            ),
            ("<svg width=\"100%\" height=\"100%\">", None),
            ("<svg viewBox=\"0 0 0 0\">", None),
            ("<svg>", None),
        ] {
            assert_eq!(Kind::of_content(text.as_bytes()), Some(Kind::Svg), "{text}");
            assert_eq!(ratio_of(text.as_bytes().to_vec()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_image_is_none() {
        for text in [
            "",
            "<html><svg>",
            "<svgx>",
            "<!-- <svg>",
            "GIF89a",
            "RIFF1234WAVE",
            "\u{89}PNG",
        ] {
            assert_eq!(Kind::of_content(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn name_follows_content() {
        let (one, other) = (
            Image::new(b"<svg>".to_vec()),
            Image::new(b"<svg >".to_vec()),
        );

        let (one, other) = (one.unwrap().path("logo"), other.unwrap().path("logo"));

        assert_ne!(one, other);
        assert!(
            one.starts_with("/brand/logo-") && one.ends_with(".svg"),
            "{one}"
        );
    }
}
