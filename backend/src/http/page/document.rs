//! `index.html`, prepared once with the brand in it. What depends on a request is filled in per
//! request. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use shared::text::{Language, Text};

use crate::base_path::BasePath;
use crate::brand::{Backdrop, Brand, Kind, Scheme};
use crate::http::page::static_page::brand;

/// The markers around the static page.
const STATIC: [&str; 2] = ["<!--postern:static-->", "<!--/postern:static-->"];
/// The document's first tag.
const HTML: &str = "<html lang=\"en\">";
/// The document's title.
const TITLE: &str = "<title>Postern</title>";
/// How the addresses of the page's files begin.
const ASSETS: &str = "/assets/";
/// How the metas with the browser's theme color begin; there is one for each scheme.
const THEME_COLOR: &str = "<meta name=\"theme-color\" ";
/// How the icon's link begins.
const ICON: &str = "<link rel=\"icon\" ";
/// The tags around the style of all pages.
const STYLE: [&str; 2] = ["<style>", "</style>"];
/// How the element that starts the app begins.
const START: &str = "<script type=\"module\" ";
/// The text shown if the app breaks down.
const CRASHED: [Text; 2] = [Text::CRASHED, Text::LOAD_AGAIN];
/// The document of a build without the page.
const WITHOUT_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Postern</title>\n\
     <style></style>\n</head>\n<body>\n<!--postern:static--><!--/postern:static-->\n</body>\n\
     </html>\n";

/// One piece of the document.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Fixed text.
    Text(String),
    /// The `<html>` tag.
    Html,
    Title,
    /// The theme colors.
    ThemeColor,
    /// The preloads of the words and of the first data, and the start of the element that starts the
    /// app with them, up to its first attribute.
    Start,
    /// A text that belongs to the document itself.
    Words(Text),
    /// The static page.
    Static,
}

/// What depends on a request.
pub(crate) struct Shown<'a> {
    /// The language that the browser gets.
    pub(crate) language: Language,
    /// The scheme that was chosen here; `None` means the system's.
    pub(crate) scheme: Option<Scheme>,
    /// The document's title.
    pub(crate) title: &'a str,
    /// Where the app finds its words.
    pub(crate) texts: &'a str,
    /// What the app asks for first.
    pub(crate) ahead: &'a [String],
    /// The static page.
    pub(crate) page: &'a Markup,
}

/// The document, without what depends on the request.
pub(crate) struct Document {
    pieces: Vec<Piece>,
    base: BasePath,
    /// The theme colors, light and dark.
    theme_colors: [String; 2],
    /// The hash of the inline style, as the content security policy names it.
    style_hash: String,
}

/// A document that loads nothing, for a host whose other files are an application's.
pub(crate) struct BareDocument {
    /// Without a picture behind the card.
    style: String,
    theme_colors: [String; 2],
}

impl Document {
    /// Puts the brand into `index.html`; `None` means a build without the page.
    pub(crate) fn new(index: Option<&str>, brand: &Brand, base: BasePath) -> Self {
        let index = index.unwrap_or(WITHOUT_PAGE);
        let index = index.replace(ASSETS, &base.of(ASSETS));
        // The style has no text of anybody's in it, and no other address.
        let style = brand
            .css()
            .replace("url(\"/", &format!("url(\"{base}/", base = base.as_str()));
        let (index, style) = with_style(&index, &style);
        let index = with_icon(&index, brand, base);
        let index = index.replacen("<body>", &brand::body_tag(brand, base), 1);
        Self {
            pieces: pieces(&index),
            base,
            theme_colors: theme_colors(brand),
            style_hash: hash(&style),
        }
    }

    /// Returns the hash of the inline style, as the content security policy names it.
    pub(crate) fn style_hash(&self) -> &str {
        &self.style_hash
    }

    /// Returns the document for a request.
    pub(crate) fn show(&self, shown: &Shown<'_>) -> String {
        let mut document = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => document.push_str(text),
                Piece::Html => {
                    document.push_str(&html_tag(shown.language, shown.scheme, self.base));
                }
                Piece::Title => document.push_str(&html! { title { (shown.title) } }.0),
                Piece::ThemeColor => {
                    document.push_str(&theme_color(&self.theme_colors, shown.scheme).0);
                }
                Piece::Start => {
                    document.push_str(&preloads(shown).0);
                    document.extend([START, "data-texts=\"", shown.texts, "\" "]);
                }
                Piece::Words(text) => document.push_str(shown.language.text(*text)),
                Piece::Static => document.push_str(&shown.page.0),
            }
        }
        document
    }
}

impl BareDocument {
    /// Takes the style from a document of the page; `None` means a build without the page.
    pub(crate) fn new(index: Option<&str>, brand: &Brand) -> Self {
        // The content security policy of the host it is for lets no picture in.
        let backdrop = brand.backdrop.clone();
        let brand = Brand {
            backdrop: backdrop.filter(|backdrop| matches!(backdrop, Backdrop::Color { .. })),
            ..brand.clone()
        };
        let (_, style) = with_style(index.unwrap_or(WITHOUT_PAGE), &brand.css());
        Self {
            style,
            theme_colors: theme_colors(&brand),
        }
    }

    /// Returns the hash of the inline style, as the content security policy names it.
    pub(crate) fn style_hash(&self) -> String {
        hash(&self.style)
    }

    /// Returns the document.
    pub(crate) fn show(&self, language: Language, title: &str, body: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(language.tag()) dir=(language.direction().as_str()) {
                head {
                    meta charset="utf-8";
                    title { (title) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    (theme_color(&self.theme_colors, None))
                    meta name="robots" content="noindex";
                    // Without it, browsers ask the application for an icon.
                    link rel="icon" href="data:,";
                    style { (PreEscaped(&self.style)) }
                }
                body { (body) }
            }
        }
    }
}

/// Returns the links that have a browser ask for the words and the first data.
fn preloads(shown: &Shown<'_>) -> Markup {
    let urls = [shown.texts].into_iter();
    html! {
        @for url in urls.chain(shown.ahead.iter().map(String::as_str)) {
            link rel="preload" href=(url) as="fetch" crossorigin="anonymous";
            "\n"
        }
    }
}

/// Returns the theme colors, light and dark.
fn theme_colors(brand: &Brand) -> [String; 2] {
    [Scheme::Light, Scheme::Dark].map(|scheme| brand.theme_color(scheme).to_string())
}

/// Returns the metas with the theme colors. Both are there whatever was chosen: the app turns them
/// on and off, the light one first, when another scheme is chosen.
fn theme_color(colors: &[String; 2], chosen: Option<Scheme>) -> Markup {
    let media = |scheme: Scheme| match chosen {
        None => format!("(prefers-color-scheme: {})", scheme.name()),
        Some(chosen) if chosen == scheme => "all".to_owned(),
        Some(_) => "not all".to_owned(),
    };
    let [light, dark] = colors;
    html! {
        meta name="theme-color" content=(light) media=(media(Scheme::Light));
        "\n"
        meta name="theme-color" content=(dark) media=(media(Scheme::Dark));
    }
}

/// Returns the hash of a style, as the content security policy names it.
fn hash(style: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))
}

/// The document's first tag; the style takes the scheme from it, and the app the base path.
fn html_tag(language: Language, scheme: Option<Scheme>, base: BasePath) -> String {
    let base = (base != BasePath::ROOT).then(|| base.as_str());
    let html = html! {
        html
            lang=(language.tag())
            dir=(language.direction().as_str())
            data-theme=[scheme.map(Scheme::name)]
            data-base=[base] {}
    };
    html.into_string().replace("</html>", "")
}

/// Puts the brand's style after the page's own, and returns the whole style as well. A document
/// without a style gets one.
fn with_style(index: &str, brand: &str) -> (String, String) {
    let [open, close] = STYLE;
    let parts = index
        .split_once(open)
        .and_then(|(head, rest)| Some((head, rest.split_once(close)?)));
    let (head, own, tail) = match parts {
        Some((head, (own, tail))) => (head, own, tail.to_owned()),
        None => match index.split_once("</head>") {
            Some((head, tail)) => (head, "", format!("</head>{tail}")),
            None => ("", "", index.to_owned()),
        },
    };
    let style = format!("{own}{brand}");
    (format!("{head}{open}{style}{close}{tail}"), style)
}

/// Replaces the icon with the logo if browsers can show the logo's format there.
fn with_icon(index: &str, brand: &Brand, base: BasePath) -> String {
    let logo = brand
        .logo
        .as_ref()
        .filter(|logo| matches!(logo.kind, Kind::Svg | Kind::Png));
    match (logo, split_tag(index, ICON)) {
        (Some(logo), Some((before, _, after))) => format!(
            "{before}{ICON}href=\"{}\" type=\"{}\">{after}",
            base.of(&logo.path(Brand::LOGO)),
            logo.kind.media_type(),
        ),
        _ => index.to_owned(),
    }
}

/// Splits at the first tag that begins this way: the text before it, the rest of the tag, the text
/// after it.
fn split_tag<'a>(html: &'a str, start: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = html.split_once(start)?;
    let (tag, after) = rest.split_once('>')?;
    Some((before, tag, after))
}

/// Splits the document into its parts.
fn pieces(index: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text(index.to_owned())];
    cut(&mut pieces, |text| {
        let (before, after) = text.split_once(HTML)?;
        Some((before, Piece::Html, after))
    });
    cut(&mut pieces, |text| {
        let (before, after) = text.split_once(TITLE)?;
        Some((before, Piece::Title, after))
    });
    cut(&mut pieces, |text| {
        let (before, _, after) = split_tag(text, THEME_COLOR)?;
        // The second one follows.
        let second = split_tag(after, THEME_COLOR).filter(|(gap, ..)| gap.trim().is_empty());
        Some((
            before,
            Piece::ThemeColor,
            second.map_or(after, |(.., after)| after),
        ))
    });
    cut(&mut pieces, |text| {
        let (before, after) = text.split_once(START)?;
        Some((before, Piece::Start, after))
    });
    cut(&mut pieces, |text| {
        let [start, end] = STATIC;
        let (before, rest) = text.split_once(start)?;
        let (_, after) = rest.split_once(end)?;
        Some((before, Piece::Static, after))
    });
    for words in CRASHED {
        cut(&mut pieces, |text| {
            let (before, after) = text.split_once(Language::ENGLISH.text(words))?;
            Some((before, Piece::Words(words), after))
        });
    }
    pieces
}

/// Splits the first text in which `split` finds something.
fn cut(pieces: &mut Vec<Piece>, split: impl Fn(&str) -> Option<(&str, Piece, &str)>) {
    let found = pieces.iter().enumerate().find_map(|(at, piece)| {
        let Piece::Text(text) = piece else {
            return None;
        };
        let (before, piece, after) = split(text)?;
        let (before, after) = (before.to_owned(), after.to_owned());
        Some((at, [Piece::Text(before), piece, Piece::Text(after)]))
    });
    if let Some((at, parts)) = found {
        pieces.splice(at..=at, parts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document like that of the release.
    const INDEX: &str = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<title>Postern</title>\n\
        <meta name=\"theme-color\" content=\"#fff\" media=\"(prefers-color-scheme: light)\">\n\
        <meta name=\"theme-color\" content=\"#000\" media=\"(prefers-color-scheme: dark)\">\n\
        <link rel=\"icon\" href=\"/assets/icon-1.svg\" type=\"image/svg+xml\">\n\
        <style>a{color:red}</style>\n\
        <script type=\"module\" src=\"/assets/boot-2.js\"></script>\n</head>\n\
        <body>\n<!--postern:static-->old<!--/postern:static-->\n<div id=\"app\" hidden></div>\n\
        </body>\n</html>\n";

    /// Renders a page of it.
    fn shown(document: &Document, scheme: Option<Scheme>) -> String {
        document.show(&Shown {
            language: Language::ENGLISH,
            scheme,
            title: "Log in – Postern",
            texts: "/api/texts/entry/en?v=3",
            ahead: &["/api/session".to_owned()],
            page: &html! { p { "new" } },
        })
    }

    #[test]
    fn without_a_brand_the_document_is_what_was_built() {
        let document = Document::new(Some(INDEX), &Brand::default(), BasePath::ROOT);

        let html = shown(&document, None);

        let expected = INDEX
            .replace("<title>Postern</title>", "<title>Log in – Postern</title>")
            .replace("lang=\"en\"", "lang=\"en\" dir=\"ltr\"")
            .replace(
                "<script type=\"module\" ",
                "<link rel=\"preload\" href=\"/api/texts/entry/en?v=3\" as=\"fetch\" \
                 crossorigin=\"anonymous\">\n\
                 <link rel=\"preload\" href=\"/api/session\" as=\"fetch\" \
                 crossorigin=\"anonymous\">\n\
                 <script type=\"module\" data-texts=\"/api/texts/entry/en?v=3\" ",
            )
            .replace("#fff", "#f6f7f6")
            .replace("#000", "#0d100f")
            .replace(
                "<!--postern:static-->old<!--/postern:static-->",
                "<p>new</p>",
            );
        assert_eq!(html, expected);
    }

    #[test]
    fn a_language_is_said_with_its_direction_and_its_words() {
        let index = INDEX.replace("</body>", "This page stopped working.</body>");
        let document = Document::new(Some(&index), &Brand::default(), BasePath::ROOT);
        let arabic = Language::parse("ar").unwrap();

        let html = document.show(&Shown {
            language: arabic,
            scheme: None,
            title: "",
            texts: "/x",
            ahead: &[],
            page: &Markup::default(),
        });

        assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
        assert!(html.contains(arabic.text(Text::CRASHED)), "{html}");
    }

    #[test]
    fn a_chosen_scheme_is_said_before_anything_is_drawn() {
        let document = Document::new(Some(INDEX), &Brand::default(), BasePath::ROOT);

        let html = shown(&document, Some(Scheme::Dark));

        assert!(
            html.contains("<html lang=\"en\" dir=\"ltr\" data-theme=\"dark\">"),
            "{html}"
        );
        for meta in [
            "content=\"#f6f7f6\" media=\"not all\">",
            "content=\"#0d100f\" media=\"all\">",
        ] {
            assert!(html.contains(meta), "{html}");
        }
    }

    #[test]
    fn the_hash_is_that_of_the_whole_style() {
        let hash = |index| Document::new(Some(index), &Brand::default(), BasePath::ROOT).style_hash;

        // `printf 'a{color:red}' | openssl dgst -sha256 -binary | base64`
        assert_eq!(
            hash(INDEX),
            "'sha256-6hWWMOcF+mJesSJGYhmK2lkIIEw9Xc5XKGLPVzh8yxs='"
        );
        assert_ne!(hash(INDEX), hash("<head></head>"));
    }

    #[test]
    fn the_document_of_a_build_without_the_page_has_a_place_for_everything() {
        let document = Document::new(None, &Brand::default(), BasePath::ROOT);

        let html = shown(&document, Some(Scheme::Light));

        for part in [
            "data-theme=\"light\"",
            "<title>Log in – Postern</title>",
            "<p>new</p>",
        ] {
            assert!(html.contains(part), "{html}");
        }
    }
}
