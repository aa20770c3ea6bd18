//! The parts of the page that show the brand. The app shows the same HTML, which it finds in the
//! attributes of the body (`frontend/src/brand.rs`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base_path::BasePath;
use crate::brand::{Brand, Image};
use crate::http::page::static_page::elements::escape;

/// Returns the `<body>` tag, without attributes for what is not configured.
pub(crate) fn body_tag(brand: &Brand, base: BasePath) -> String {
    let mut tag = String::from("<body");
    let mut add = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(tag, " data-brand-{name}=\"{}\"", escape(value));
    };
    if let Some(name) = &brand.name {
        add("name", name);
    }
    if brand.name.is_some() || brand.logo.is_some() {
        add("mark", &mark(brand, base));
    }
    if let Some(line) = line(brand) {
        add("footer", &line);
    }
    tag.push('>');
    tag
}

/// Returns the mark or the logo, and the name.
pub(crate) fn mark(brand: &Brand, base: BasePath) -> String {
    mark_from(brand, |logo| base.of(&logo.path(Brand::LOGO)))
}

/// Returns the same with the logo in it, for a host that does not have the file.
pub(crate) fn mark_inline(brand: &Brand) -> String {
    mark_from(brand, |logo| {
        let bytes = STANDARD.encode(&logo.bytes);
        format!("data:{};base64,{bytes}", logo.kind.media_type())
    })
}

fn mark_from(brand: &Brand, source: impl Fn(&Image) -> String) -> String {
    let name = escape(brand.name());
    let Some(logo) = &brand.logo else {
        return format!("<span class=\"mark\" aria-hidden=\"true\"></span>{name}");
    };
    let (width, height) = Brand::logo_size(logo);
    // The name is next to it, so the logo needs no text of its own.
    let (alternative, beside) = if brand.shows_name() {
        ("", name.as_str())
    } else {
        (name.as_str(), "")
    };
    format!(
        "<img class=\"logo\" src=\"{}\" alt=\"{alternative}\" width=\"{width}\" \
         height=\"{height}\">{beside}",
        source(logo),
    )
}

/// Returns the line at the bottom; empty if there is none.
pub(crate) fn footer(brand: &Brand) -> String {
    line(brand).map_or(String::new(), |line| format!("<p>{line}</p>"))
}

/// Returns that line's content.
fn line(brand: &Brand) -> Option<String> {
    let footer = brand.footer.as_ref()?;
    let text = escape(&footer.text);
    Some(match &footer.url {
        Some(url) => format!("<a href=\"{}\">{text}</a>", escape(url)),
        None => text,
    })
}
