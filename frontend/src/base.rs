//! Below which path Postern's own pages and API are: the document says it, where an application has
//! the rest of the host. Routes are written without it.

use leptos::prelude::document;
use shared::routes;

/// Returns that path, without a slash at its end; mostly it is empty.
pub(crate) fn base() -> String {
    if cfg!(test) {
        return String::new();
    }
    let html = document().document_element();
    html.and_then(|html| html.get_attribute("data-base"))
        .unwrap_or_default()
}

/// Makes it `/_postern`, unless the document says otherwise: the page is an application's.
pub(crate) fn leave_host_to_application() {
    let html = document().document_element();
    if let Some(html) = html.filter(|html| !html.has_attribute("data-base")) {
        // The attribute's name is valid, so this cannot fail.
        let _ = html.set_attribute("data-base", routes::BASE);
    }
}

/// Returns the address of a route.
pub(crate) fn own(route: &str) -> String {
    [&base(), route].concat()
}

/// Returns the route of an address.
pub(crate) fn route(address: &str) -> &str {
    address.strip_prefix(&*base()).unwrap_or(address)
}
