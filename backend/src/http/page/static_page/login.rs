//! The login page.

use maud::{Markup, html};
use shared::error::ErrorCode;
use shared::failure::{FailureCode, Guide, Lost, NextStep, guide_of, is_reference};
use shared::routes;
use shared::session::LOGGED_OUT_HERE;
use shared::text::Text;

use crate::http::page::static_page::elements::{
    credentials, hidden, problem, reference_row, submit,
};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::provider::provider_link;
use crate::http::query::with_query;
use crate::return_to::ReturnTo;

/// Returns the login page's content.
pub(crate) fn content(page: &StaticPage<'_>) -> Markup {
    let config = page.config;
    let next = page.next();
    let next = next.as_ref().map(ReturnTo::as_str);
    let error = page.error.filter(|error| !error.is_empty());
    html! {
        @if error.is_none() { (notice(page, next)) }
        @if config.database_away { (problem(page, ErrorCode::Unavailable)) }
        @if config.setup_needed {
            p.note.note-row {
                span { (page.say(Text::NO_ADMIN_YET)) }
                " "
                a.button.button-small href=(page.at(routes::SETUP)) { (page.say(Text::SET_IT_UP)) }
            }
        }
        @if let Some(error) = error { (error_card(error, page, next)) }
        // Whoever is logged in already needs no second login.
        @if error.is_none() || !config.signed_in { (ways(page, error, next)) }
    }
}

/// Returns what is worth saying before the form, if nothing went wrong.
fn notice(page: &StaticPage<'_>, next: Option<&str>) -> Markup {
    let ended_by = page.config.openid.as_ref();
    let ended_by = ended_by.filter(|_| page.config.ended_by_provider);
    html! {
        @if let Some(logged_out) = page.logged_out {
            p.note.note-good role="status" {
                (page.say(match logged_out {
                    LOGGED_OUT_HERE => Text::LOGGED_OUT_HERE,
                    _ => Text::LOGGED_OUT,
                }))
            }
        } @else if let Some(provider) = ended_by {
            p.note role="status" {
                (page.fill(Text::ENDED_BY_PROVIDER, &[("provider", &provider.label)]))
            }
        } @else if next.is_some() {
            p.lead { (page.say(Text::LOG_IN_TO_GO_ON)) }
        }
    }
}

/// Returns the ways to log in. One thing first: the provider, where most people use it, or where it
/// failed and may not again.
fn ways(page: &StaticPage<'_>, error: Option<&str>, next: Option<&str>) -> Markup {
    let config = page.config;
    let guide_next = error.map(|error| guide(page, error).next);
    let tries_again = guide_next == Some(NextStep::TryProviderAgain);
    let is_main = tries_again || config.provider_first || !config.password_login;
    let text = if tries_again {
        Text::TRY_PROVIDER_AGAIN
    } else {
        Text::LOG_IN_WITH
    };
    let provider = config.openid.as_ref();
    let provider = provider.map(|it| provider_link(page, it, next, is_main, text));
    html! {
        @match (config.password_login, provider) {
            (true, Some(provider)) if config.provider_first => {
                (provider)
                // Whoever is asked for a password finds its form open.
                details.other-way open[guide_next == Some(NextStep::UsePassword)] {
                    summary { (page.say(Text::USE_PASSWORD_INSTEAD)) }
                    (password_form(page, next, false))
                }
            },
            (true, Some(provider)) => {
                (provider)
                p.or { (page.say(Text::OR)) }
                (password_form(page, next, error.is_none()))
            },
            (true, None) => { (password_form(page, next, error.is_none())) },
            (false, Some(provider)) => { (provider) },
            (false, None) => { p.note { (page.say(Text::NO_WAY_IN)) } },
        }
    }
}

/// Returns what the page says about the error.
fn guide(page: &StaticPage<'_>, error: &str) -> Guide {
    guide_of(error, page.because.and_then(Lost::parse))
}

/// Returns the password form, which passes `next` along.
fn password_form(page: &StaticPage<'_>, next: Option<&str>, has_focus: bool) -> Markup {
    html! {
        form #login-form method="post" action=(page.at(routes::API_LOGIN)) {
            @if let Some(next) = next { (hidden("next", next)) }
            (credentials(page, has_focus))
            (submit(page.say(Text::LOG_IN)))
        }
    }
}

/// Returns the card that says what went wrong, who can fix it, and the next step, unless that is
/// one of the ways to log in below it. A login that its user canceled is no alarm.
fn error_card(error: &str, page: &StaticPage<'_>, next: Option<&str>) -> Markup {
    let code = FailureCode::parse(error);
    let guide = guide(page, error);
    let provider = page.config.openid.as_ref();
    let reference = page.reference.filter(|reference| is_reference(reference));
    let told = guide.tell(
        &|text| page.say(text),
        provider.map(|provider| provider.label.as_str()),
        reference.is_some(),
    );
    let hint = page.config.hint.as_ref();
    let hint = hint.map(|hint| html! { p { (hint) } });
    let reference = reference.map(|text| reference_row(page.say(Text::REFERENCE), text));
    let code_name = code.map_or("unknown", FailureCode::as_str);
    if code == Some(FailureCode::AccessDenied) {
        return html! {
            section.note.error-card role="status" data-code=(code_name) {
                p { (told.sentence) }
                (details(page, &[hint, reference]))
            }
        };
    }
    html! {
        section.note.note-bad.error-card role="alert" data-code=(code_name) {
            h2 { (told.title) }
            p { (told.step) " " (told.fixed_by) }
            (next_button(page, guide.next, next))
            @if let Some(reference) = reference { (reference) }
            (details(page, &[Some(html! { p { (told.sentence) } }), hint]))
        }
    }
}

/// Returns the button for the next step, unless that is one of the ways to log in below the card.
fn next_button(page: &StaticPage<'_>, step: NextStep, next: Option<&str>) -> Markup {
    let (href, text) = match (step, &page.config.public_url) {
        _ if page.config.signed_in => (
            page.at(routes::PROFILE),
            page.say(Text::BACK_TO_PROFILE).to_owned(),
        ),
        // The login page at the server's own address.
        (NextStep::OpenAddress, Some(own)) => {
            let login = format!("{own}{}", page.at(routes::LOGIN));
            let href = match next {
                Some(next) => with_query(&login, &[("next", next)]),
                None => login,
            };
            (href, page.fill(Text::OPEN_ADDRESS, &[("address", own)]))
        }
        _ => return Markup::default(),
    };
    html! { a.button href=(href) { (text) } }
}

/// Returns what few need, behind a word; empty if there is nothing.
fn details(page: &StaticPage<'_>, parts: &[Option<Markup>; 2]) -> Markup {
    html! {
        @if parts.iter().any(Option::is_some) {
            details.more {
                summary { (page.say(Text::LOGIN_DETAILS)) }
                @for part in parts.iter().flatten() { (part) }
            }
        }
    }
}
