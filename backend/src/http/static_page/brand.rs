//! What the pages show of the brand. `frontend/src/brand.rs` draws the same elements, from the
//! attributes of the body.

use std::fmt::Write as _;

use super::escape;
use crate::brand::Brand;

/// The `<body>` tag; what is not configured is not there.
pub(crate) fn body_tag(brand: &Brand) -> String {
    let mut tag = String::from("<body");
    let mut add = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = write!(tag, " data-brand-{name}=\"{}\"", escape(value));
    };
    if let Some(name) = &brand.name {
        add("name", name);
    }
    if let Some(logo) = &brand.logo {
        add("logo", &logo.path(Brand::LOGO));
        add("logo-width", &Brand::logo_size(logo).0.to_string());
        if !brand.shows_name() {
            add("logo-alone", "");
        }
    }
    if let Some(footer) = &brand.footer {
        add("footer", &footer.text);
        if let Some(url) = &footer.url {
            add("footer-url", url);
        }
    }
    tag.push('>');
    tag
}

/// The mark or the logo, and the name.
pub(super) fn mark(brand: &Brand) -> String {
    let name = escape(brand.name());
    let Some(logo) = &brand.logo else {
        return format!("<span class=\"mark\" aria-hidden=\"true\"></span>{name}");
    };
    let (width, height) = Brand::logo_size(logo);
    // Beside the name the logo says nothing more.
    let (alternative, beside) = if brand.shows_name() {
        ("", name.as_str())
    } else {
        (name.as_str(), "")
    };
    format!(
        "<img class=\"logo\" src=\"{}\" alt=\"{alternative}\" width=\"{width}\" \
         height=\"{height}\">{beside}",
        logo.path(Brand::LOGO),
    )
}

/// The line below all; empty where there is none.
pub(super) fn footer(brand: &Brand) -> String {
    brand.footer.as_ref().map_or(String::new(), |footer| {
        let text = escape(&footer.text);
        let line = match &footer.url {
            Some(url) => format!("<a href=\"{}\">{text}</a>", escape(url)),
            None => text,
        };
        format!("<p>{line}</p>")
    })
}
