//! The page that asks whose an identity is, if the identity policy does not know.

use maud::{Markup, html};
use shared::error::ErrorCode;
use shared::link::PendingLink;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{credentials, hidden, returned_problem, submit};
use crate::http::page::static_page::page::StaticPage;

/// Returns the link page's content.
pub(crate) fn content(page: &StaticPage<'_>) -> Markup {
    let Some(link) = page.link else {
        return expired(page);
    };
    let is_owner = link.account_username.is_some();
    let action = page.at(routes::API_LINK);
    let lead = if is_owner {
        page.say(Text::LINK_QUESTION).to_owned()
    } else if link.takes_password {
        page.fill(Text::LINK_WHO, &[("provider", &link.label)])
    } else {
        page.say(Text::LINK_ASK_ADMIN).to_owned()
    };
    html! {
        (identities(page, link))
        @if link.takes_password { h2 { (page.say(Text::LINK_HAVE)) } }
        p.lead { (lead) }
        (returned_problem(page))
        @if is_owner || link.takes_password {
            form #link-form method="post" action=(action) {
                @if link.takes_password { (credentials(page, true)) }
                (submit(page.say(Text::LINK_SUBMIT)))
            }
        }
        @if link.takes_password && link.may_register { p.or { (page.say(Text::OR)) } }
        @if link.may_register {
            form method="post" action=(action) {
                (hidden("way", "new"))
                button #link-new .button type="submit" { (page.say(Text::LINK_NEW)) }
            }
            p.hint { (page.say(Text::LINK_NEW_HINT)) }
        }
    }
}

/// Says that nothing waits any more, below what the server said of the plain form.
fn expired(page: &StaticPage<'_>) -> Markup {
    html! {
        @if page.error != Some(ErrorCode::LinkExpired.as_str()) { (returned_problem(page)) }
        p.note role="alert" data-code=(ErrorCode::LinkExpired.as_str()) {
            (page.say(ErrorCode::LinkExpired.message()))
        }
        a.button.button-main href=(page.at(routes::HOME)) { (page.say(Text::GO_ON)) }
    }
}

/// Returns the identity, and the account below it if its owner is logged in.
fn identities(page: &StaticPage<'_>, link: &PendingLink) -> Markup {
    let (username, email) = (&link.identity_username, &link.identity_email);
    let name = username.as_deref().or(email.as_deref());
    html! {
        dl.pair {
            div {
                dt { (page.fill(Text::LINK_AT, &[("provider", &link.label)])) }
                dd {
                    strong { (name.unwrap_or(page.say(Text::LINK_NAMELESS))) }
                    @if username.is_some() && let Some(email) = email { span { (email) } }
                }
            }
            @if let Some(username) = &link.account_username {
                div {
                    dt { (page.say(Text::LINK_HERE)) }
                    dd { strong { (username) } }
                }
            }
        }
    }
}
