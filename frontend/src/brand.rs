//! What the pages show of the brand: name, logo, footer. The server writes it into the body's
//! attributes; `backend`'s `http/static_page/brand.rs` draws the same elements.

use leptos::prelude::*;

/// How high a logo is shown, in CSS pixels.
const LOGO_HEIGHT: &str = "32";

/// Returns what the server says of the brand under that name; `None` is not configured.
fn attribute(name: &str) -> Option<String> {
    document().body()?.get_attribute(name)
}

/// Returns the name of the site.
pub(crate) fn name() -> String {
    attribute("data-brand-name").unwrap_or_else(|| "Postern".to_owned())
}

/// The mark or the logo, and the name.
#[component]
pub(crate) fn Mark() -> impl IntoView {
    let Some(logo) = attribute("data-brand-logo") else {
        return view! {
            <span class="mark" aria-hidden="true"></span>
            {name()}
        }
        .into_any();
    };
    // Beside the name the logo says nothing more.
    let is_alone = attribute("data-brand-logo-alone").is_some();
    let (alternative, beside) = if is_alone {
        (name(), None)
    } else {
        (String::new(), Some(name()))
    };
    let width = attribute("data-brand-logo-width");
    view! {
        <img class="logo" src=logo alt=alternative width=width height=LOGO_HEIGHT />
        {beside}
    }
    .into_any()
}

/// The line below all, where there is one.
#[component]
pub(crate) fn Footer() -> impl IntoView {
    let Some(text) = attribute("data-brand-footer") else {
        return ().into_any();
    };
    let line = match attribute("data-brand-footer-url") {
        Some(url) => view! { <a href=url>{text}</a> }.into_any(),
        None => text.into_any(),
    };
    view! { <footer class="footer">{line}</footer> }.into_any()
}
