//! The parts of the page that show the brand. The app shows the same HTML, which it finds in the
//! attributes of the body (`frontend/src/brand.rs`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use crate::base_path::BasePath;
use crate::brand::{Brand, Image};

/// Returns the `<body>` tag, without attributes for what is not configured.
pub(crate) fn body_tag(brand: &Brand, base: BasePath) -> String {
    let is_marked = brand.name.is_some() || brand.logo.is_some();
    let mark = is_marked.then(|| mark(brand, base).into_string());
    let body = html! {
        body
            data-brand-name=[&brand.name]
            data-brand-mark=[mark]
            data-brand-footer=[line(brand).map(Markup::into_string)] {}
    };
    body.into_string().replace("</body>", "")
}

/// Returns the mark or the logo, and the name.
pub(crate) fn mark(brand: &Brand, base: BasePath) -> Markup {
    mark_from(brand, |logo| base.of(&logo.path(Brand::LOGO)))
}

/// Returns the same with the logo in it, for a host that does not have the file.
pub(crate) fn mark_inline(brand: &Brand) -> Markup {
    mark_from(brand, |logo| {
        let bytes = STANDARD.encode(&logo.bytes);
        format!("data:{};base64,{bytes}", logo.kind.media_type())
    })
}

fn mark_from(brand: &Brand, source: impl Fn(&Image) -> String) -> Markup {
    let name = brand.name();
    let Some(logo) = &brand.logo else {
        return html! { span.mark aria-hidden="true" {} (name) };
    };
    let (width, height) = Brand::logo_size(logo);
    // The name is next to it, so the logo needs no text of its own.
    let (alternative, beside) = if brand.shows_name() {
        ("", name)
    } else {
        (name, "")
    };
    html! {
        img.logo src=(source(logo)) alt=(alternative) width=(width) height=(height);
        (beside)
    }
}

/// Returns the line at the bottom; empty if there is none.
pub(crate) fn footer(brand: &Brand) -> Markup {
    html! { @if let Some(line) = line(brand) { p { (line) } } }
}

/// Returns that line's content.
fn line(brand: &Brand) -> Option<Markup> {
    let footer = brand.footer.as_ref()?;
    Some(html! {
        @if let Some(url) = &footer.url {
            a href=(url) { (footer.text) }
        } @else {
            (footer.text)
        }
    })
}
