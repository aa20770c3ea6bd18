//! The link that leads to the provider.

use shared::config::PublicProvider;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::escape;
use crate::http::page::static_page::page::StaticPage;
use crate::http::query::with_query;

/// Returns the address that leads to the OP, as an attribute value.
fn openid_href(page: &StaticPage<'_>, next: Option<&str>) -> String {
    let path = page.at(routes::API_LOGIN_OPENID);
    match next {
        Some(next) => escape(&with_query(&path, &[("next", next)])),
        None => path,
    }
}

/// Returns the link to the provider, with its tile.
pub(super) fn provider_link(
    page: &StaticPage<'_>,
    provider: &PublicProvider,
    next: Option<&str>,
    is_main: bool,
    text: Text,
) -> String {
    let class = if is_main {
        "button button-main"
    } else {
        "button"
    };
    let label = escape(&provider.label);
    let away = provider.unreachable_since.map_or(String::new(), |since| {
        let minutes = since.div_euclid(60);
        let (hour, minute) = (
            minutes.div_euclid(60).rem_euclid(24),
            minutes.rem_euclid(60),
        );
        let time = format!("{hour:02}:{minute:02} UTC");
        let text = page.fill(
            Text::PROVIDER_AWAY,
            &[("provider", &label), ("time", &time)],
        );
        format!("<p class=\"hint\" id=\"provider-away\">{text}</p>")
    });
    format!(
        "<a class=\"{class}\" rel=\"external\" href=\"{}\">\
         <span class=\"tile\">{}</span>\
         <span>{}</span></a>{away}",
        openid_href(page, next),
        provider.icon,
        page.fill(text, &[("provider", &label)]),
    )
}
