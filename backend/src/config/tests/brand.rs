//! The look of the pages.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{check, config, read, said};
use crate::brand::{Backdrop, Scheme};
use crate::config::Weight;

/// The first bytes of a PNG, and of a WebP.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x20";
const WEBP: &[u8] = b"RIFF\0\0\0\0WEBPVP8 ";

/// Writes a file into the folder and returns its path.
fn file(folder: &Path, name: &str, content: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn name_is_short_text() {
    let longest = "ä".repeat(40);
    assert_eq!(
        config(&[("POSTERN_BRAND_NAME", &longest)]).brand.name(),
        longest
    );
    assert_eq!(config(&[]).brand.name(), "Postern");
    assert_eq!(
        config(&[("POSTERN_BRAND_NAME", "'A & <B>'")]).brand.name(),
        "A & <B>"
    );

    let said = said(&[("POSTERN_BRAND_NAME", &"x".repeat(41))]);

    assert!(
        said.ends_with("is longer than 40 characters. Fix: write a shorter name."),
        "{said}"
    );
    check(
        "POSTERN_BRAND_NAME",
        &[(
            "a\u{1b}b",
            "POSTERN_BRAND_NAME=\"a\\u{1b}b\" holds a line break or another control character. \
             Fix: write it on one line.",
        )],
    );
}

#[test]
fn colors_are_one_or_two() {
    for (text, problem) in [
        ("red", "is no color"),
        ("#12345", "is no color"),
        ("#123,red", "holds \"red\", which is no color"),
        ("#123,#456,#789", "holds more than two colors"),
        ("#000}body{display:none", "is no color"),
    ] {
        let expected = format!(
            "POSTERN_BRAND_ACCENT={text:?} {problem}. Fix: write a color such as #1d4ed8, or two \
             as in #1d4ed8,#93c5fd: for light pages and for dark ones."
        );
        assert_eq!(said(&[("POSTERN_BRAND_ACCENT", text)]), expected);
    }
    check("POSTERN_BRAND_ACCENT", &[("#1D4ED8 , #93c5fd", "")]);
}

#[test]
fn accent_that_is_hard_to_read_is_replaced_and_told() {
    let (config, notices) = read(&[("POSTERN_BRAND_ACCENT", "#ffd54f,#1d4ed8")]).unwrap();

    let accent = config.brand.accent.unwrap();

    let told: Vec<_> = notices
        .iter()
        .map(|notice| (notice.weight, notice.to_string()))
        .collect();
    let sentence = |scheme: Scheme, wanted: &str, had: &str| {
        format!(
            "POSTERN_BRAND_ACCENT is hard to read on {} pages: {wanted} has a contrast of {had} \
             there, and 4.5 is needed; {} is used instead, which has {:.1}",
            scheme.name(),
            accent.color(scheme),
            scheme.contrast(accent.color(scheme)),
        )
    };
    assert_eq!(
        told,
        [
            (Weight::Warning, sentence(Scheme::Light, "#ffd54f", "1.3")),
            (Weight::Warning, sentence(Scheme::Dark, "#1d4ed8", "2.6")),
        ]
    );
}

#[test]
fn one_accent_gets_a_shade_for_dark_pages_without_a_warning() {
    let (config, notices) = read(&[("POSTERN_BRAND_ACCENT", "#1d4ed8")]).unwrap();

    let accent = config.brand.accent.unwrap();

    assert_eq!(accent.color(Scheme::Light).to_string(), "#1d4ed8");
    assert!(Scheme::Dark.contrast(accent.color(Scheme::Dark)) >= 4.5);
    let weights: Vec<_> = notices.iter().map(|notice| notice.weight).collect();
    assert_eq!(weights, [Weight::Info]);
}

#[test]
fn logo_is_an_image_as_its_name_says() {
    let folder = TempDir::new().unwrap();
    let made = |name: &str, content: &[u8]| file(folder.path(), name, content);
    let mut large = PNG.to_vec();
    large.resize(256_001, 0);
    fs::create_dir(folder.path().join("folder.png")).unwrap();

    for (path, problem) in [
        (
            made("a.png", WEBP),
            "names a file that holds a WebP, not a PNG as its name says",
        ),
        (
            made("b.svg", b"<html>"),
            "names a file that holds no image of these kinds",
        ),
        (
            made("c.gif", b"GIF89a"),
            "is not the name of an image that can be used here",
        ),
        (made("d.png", &large), "names a file of more than 256 kB"),
        (
            format!("{}/folder.png", folder.path().display()),
            "does not name a file",
        ),
        (
            "/nowhere/logo.png".to_owned(),
            "names a file that cannot be read: No such file or directory (os error 2)",
        ),
    ] {
        let said = said(&[("POSTERN_BRAND_LOGO", &path)]);
        assert_eq!(
            said,
            format!(
                "POSTERN_BRAND_LOGO={path:?} {problem}. Fix: name an SVG, PNG, WebP or JPEG file \
                 of at most 256 kB that the user who runs Postern may read."
            )
        );
    }
    let logo = made("e.PNG", PNG);
    assert!(
        config(&[("POSTERN_BRAND_LOGO", &logo)])
            .brand
            .logo
            .is_some()
    );
}

#[test]
fn background_is_colors_or_an_image() {
    let folder = TempDir::new().unwrap();
    let photo = file(folder.path(), "photo.webp", WEBP);
    let drawing = file(folder.path(), "drawing.svg", b"<svg>");
    let backdrop = |text: &str| config(&[("POSTERN_BRAND_BACKGROUND", text)]).brand.backdrop;

    assert!(matches!(backdrop(&photo), Some(Backdrop::Image(_))));
    assert!(matches!(backdrop("#123"), Some(Backdrop::Color { .. })));
    assert!(matches!(
        backdrop("#123,#456"),
        Some(Backdrop::Color { .. })
    ));
    for (text, problem) in [
        (
            drawing.as_str(),
            "is not the name of an image that can be used here",
        ),
        ("blue", "is not the name of an image that can be used here"),
        ("#12", "is no color"),
    ] {
        let said = said(&[("POSTERN_BRAND_BACKGROUND", text)]);
        assert!(
            said.starts_with(&format!("POSTERN_BRAND_BACKGROUND={text:?} {problem}.")),
            "{said}"
        );
    }
}

#[test]
fn footer_is_a_text_that_may_lead_somewhere() {
    let footer = |text: &str| {
        let footer = config(&[("POSTERN_BRAND_FOOTER", text)])
            .brand
            .footer
            .unwrap();
        (footer.text, footer.url.unwrap_or_default())
    };
    for (text, words, url) in [
        ("Ask Bob", "Ask Bob", ""),
        (
            "Our  privacy page https://example.com/p?q=1",
            "Our  privacy page",
            "https://example.com/p?q=1",
        ),
        (
            "Help mailto:help@example.com",
            "Help",
            "mailto:help@example.com",
        ),
        (
            "http://example.com",
            "http://example.com",
            "http://example.com/",
        ),
        (
            "See https://example.com first",
            "See https://example.com first",
            "",
        ),
    ] {
        assert_eq!(footer(text), (words.to_owned(), url.to_owned()), "{text}");
    }
    for text in [
        "Click javascript:alert(1)",
        "data:text/html,x",
        "Files ftp://example.com/",
    ] {
        let said = said(&[("POSTERN_BRAND_FOOTER", text)]);
        assert!(
            said.contains("leads to what is no page and no email. Fix: write a text"),
            "{said}"
        );
    }
    let long = "x".repeat(121);
    assert!(said(&[("POSTERN_BRAND_FOOTER", &long)]).contains("more than 120 characters"));
}
