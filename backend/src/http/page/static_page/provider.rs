//! The link that leads to the provider.

use maud::{Markup, PreEscaped, html};
use shared::config::PublicProvider;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::page::StaticPage;
use crate::http::query::with_query;

/// Returns the address that leads to the OP.
fn openid_href(page: &StaticPage<'_>, next: Option<&str>) -> String {
    let path = page.at(routes::API_LOGIN_OPENID);
    match next {
        Some(next) => with_query(&path, &[("next", next)]),
        None => path,
    }
}

/// Returns the time of day for a time in Unix seconds.
fn time_of_day(unix_seconds: i64) -> String {
    let minutes = unix_seconds.div_euclid(60);
    let (hour, minute) = (
        minutes.div_euclid(60).rem_euclid(24),
        minutes.rem_euclid(60),
    );
    format!("{hour:02}:{minute:02} UTC")
}

/// Returns the link to the provider, with its tile.
pub(super) fn provider_link(
    page: &StaticPage<'_>,
    provider: &PublicProvider,
    next: Option<&str>,
    is_main: bool,
    text: Text,
) -> Markup {
    let label = ("provider", provider.label.as_str());
    let away = provider.unreachable_since.map(|since| {
        let time = time_of_day(since);
        page.fill(Text::PROVIDER_AWAY, &[label, ("time", &time)])
    });
    html! {
        a.button.button-main[is_main]
            rel="external"
            href=(openid_href(page, next))
            aria-describedby=[away.as_ref().map(|_| "provider-away")]
        {
            // The icon is the server's own SVG.
            span.tile { (PreEscaped(&provider.icon)) }
            span { (page.fill(text, &[label])) }
        }
        @if let Some(away) = away {
            p.hint #provider-away { (away) }
        }
    }
}
