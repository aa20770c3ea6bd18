//! What the pages show of the brand: name, logo, footer. The server writes it into the body's
//! attributes, as `backend`'s `http/static_page/brand.rs` draws it, with all text escaped.

use leptos::prelude::*;

/// The mark and the name where no server has written any: `trunk serve` has the page then.
const MARK: &str = "<span class=\"mark\" aria-hidden=\"true\"></span>Postern";

/// Returns what the server says of the brand under that name; `None` is not configured.
fn attribute(name: &str) -> Option<String> {
    document().body()?.get_attribute(name)
}

/// Returns the name of the site.
pub(crate) fn name() -> String {
    attribute("data-brand-name").unwrap_or_else(|| "Postern".to_owned())
}

/// Returns the mark or the logo, and the name, as HTML.
pub(crate) fn mark() -> String {
    attribute("data-brand-mark").unwrap_or_else(|| MARK.to_owned())
}

/// The line below all, where there is one.
pub(crate) fn footer() -> AnyView {
    attribute("data-brand-footer")
        .map(|line| view! { <footer class="footer" inner_html=line></footer> })
        .into_any()
}
