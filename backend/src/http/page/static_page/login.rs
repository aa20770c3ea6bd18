//! The login page.

use std::fmt::Write as _;

use shared::config::PublicProvider;
use shared::error::ErrorCode;
use shared::failure::{FailureCode, Lost, NextStep, guide_of, is_reference};
use shared::routes;
use shared::session::LOGGED_OUT_HERE;
use shared::text::Text;

use crate::http::page::static_page::elements::{Field, escape, hidden, problem, submit};
use crate::http::page::static_page::page::StaticPage;
use crate::http::query::with_query;
use crate::return_to::ReturnTo;

/// Returns the login page's content.
pub(crate) fn content(page: &StaticPage<'_>) -> String {
    let config = page.config;
    let next = page.next();
    let next = next.as_ref().map(ReturnTo::as_str);
    let error = page.error.filter(|error| !error.is_empty());
    // Writing to a `String` cannot fail, here and below.
    let mut html = String::new();
    if error.is_none()
        && let Some(logged_out) = page.logged_out
    {
        let text = page.say(match logged_out {
            LOGGED_OUT_HERE => Text::LOGGED_OUT_HERE,
            _ => Text::LOGGED_OUT,
        });
        let _ = write!(
            html,
            "<p class=\"note note-good\" role=\"status\">{text}</p>"
        );
    } else if error.is_none()
        && config.ended_by_provider
        && let Some(provider) = &config.openid
    {
        let label = escape(&provider.label);
        let text = page.fill(Text::ENDED_BY_PROVIDER, &[("provider", &label)]);
        let _ = write!(html, "<p class=\"note\" role=\"status\">{text}</p>");
    } else if error.is_none() && next.is_some() {
        let text = page.say(Text::LOG_IN_TO_GO_ON);
        let _ = write!(html, "<p class=\"lead\">{text}</p>");
    }
    if config.database_away {
        html.push_str(&problem(page, ErrorCode::Unavailable));
    }
    if config.setup_needed {
        let (text, link) = (page.say(Text::NO_ADMIN_YET), page.say(Text::SET_IT_UP));
        let setup = page.at(routes::SETUP);
        let _ = write!(
            html,
            "<p class=\"note\">{text} <a href=\"{setup}\">{link}</a></p>"
        );
    }
    if let Some(error) = error {
        html.push_str(&error_card(error, page, next));
    }
    match (config.password_login, &config.openid) {
        (true, Some(provider)) if config.provider_first => {
            // The form is open if the guide says to use the password.
            let wants_password = error
                .and_then(FailureCode::parse)
                .is_some_and(|code| code.guide().next == NextStep::UsePassword);
            let open = if wants_password { " open" } else { "" };
            html.push_str(&provider_link(page, provider, next, true));
            let _ = write!(
                html,
                "<details class=\"other-way\"{open}><summary>{}</summary>{}</details>",
                page.say(Text::USE_PASSWORD_INSTEAD),
                password_form(page, next, false),
            );
        }
        (true, Some(provider)) => {
            html.push_str(&password_form(page, next, error.is_none()));
            let _ = write!(html, "<p class=\"or\">{}</p>", page.say(Text::OR));
            html.push_str(&provider_link(page, provider, next, false));
        }
        (true, None) => html.push_str(&password_form(page, next, error.is_none())),
        (false, Some(provider)) => html.push_str(&provider_link(page, provider, next, true)),
        (false, None) => {
            let text = page.say(Text::NO_WAY_IN);
            let _ = write!(html, "<p class=\"note\">{text}</p>");
        }
    }
    html
}

/// Returns the password form, which passes `next` along.
fn password_form(page: &StaticPage<'_>, next: Option<&str>, has_focus: bool) -> String {
    let focus = if has_focus {
        "required autofocus"
    } else {
        "required"
    };
    let next = next.map_or(String::new(), |next| hidden("next", next));
    let field = |name, label, kind, autocomplete, more| {
        Field {
            name,
            label,
            kind,
            autocomplete,
            more,
            hint: "",
        }
        .html()
    };
    [
        &format!(
            "<form id=\"login-form\" method=\"post\" action=\"{}\">",
            page.at(routes::API_LOGIN)
        ),
        &next,
        &field(
            "username",
            page.say(Text::USERNAME),
            "text",
            "username",
            focus,
        ),
        &field(
            "password",
            page.say(Text::PASSWORD),
            "password",
            "current-password",
            "required",
        ),
        &submit(page.say(Text::LOG_IN)),
        "</form>",
    ]
    .concat()
}

/// Returns the address that leads to the OP, as an attribute value.
fn openid_href(page: &StaticPage<'_>, next: Option<&str>) -> String {
    let path = page.at(routes::API_LOGIN_OPENID);
    match next {
        Some(next) => escape(&with_query(&path, &[("next", next)])),
        None => path,
    }
}

/// Returns the link to the provider, with its tile.
fn provider_link(
    page: &StaticPage<'_>,
    provider: &PublicProvider,
    next: Option<&str>,
    is_only: bool,
) -> String {
    let class = if is_only {
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
        page.fill(Text::LOG_IN_WITH, &[("provider", &label)]),
    )
}

/// Returns the link to the login page at the server's own address.
fn open_address(page: &StaticPage<'_>, own: &str, next: Option<&str>) -> String {
    let login = format!("{own}{}", page.at(routes::LOGIN));
    let login = next.map_or(login.clone(), |next| with_query(&login, &[("next", next)]));
    format!(
        "<a class=\"button\" href=\"{}\">{}</a>",
        escape(&login),
        page.fill(Text::OPEN_ADDRESS, &[("address", &escape(own))]),
    )
}

/// Returns the card that says what went wrong, who can fix it, and the next step.
fn error_card(error: &str, page: &StaticPage<'_>, next: Option<&str>) -> String {
    let code = FailureCode::parse(error);
    let lost = page.because.and_then(Lost::parse);
    let guide = guide_of(error, lost);
    let provider = page.config.openid.as_ref();
    let reference = page.reference.filter(|reference| is_reference(reference));
    let told = guide.tell(
        &|text| page.say(text),
        provider.map(|provider| provider.label.as_str()),
        reference.is_some(),
    );
    let hint = page.config.hint.as_ref().map_or(String::new(), |hint| {
        format!(
            "<p class=\"hint\"><strong>{}</strong> <span lang=\"en\" dir=\"ltr\">{}</span></p>",
            page.say(Text::FOR_THE_ADMINISTRATOR),
            escape(hint)
        )
    });
    let reference = reference.map(escape).map_or(String::new(), |reference| {
        format!(
            "<p class=\"reference\">{} <code data-ref=\"{reference}\">{reference}</code></p>",
            page.say(Text::REFERENCE),
        )
    });
    let button = match (guide.next, provider) {
        (NextStep::TryProviderAgain, Some(provider)) => format!(
            "<a class=\"button\" rel=\"external\" href=\"{}\">{}</a>",
            openid_href(page, next),
            page.fill(
                Text::TRY_PROVIDER_AGAIN,
                &[("provider", &escape(&provider.label))]
            ),
        ),
        (NextStep::UsePassword, _) if page.config.password_login => {
            format!(
                "<a class=\"button\" href=\"#username\">{}</a>",
                page.say(Text::USE_YOUR_PASSWORD)
            )
        }
        (NextStep::OpenAddress, _) if let Some(own) = &page.config.public_url => {
            open_address(page, own, next)
        }
        // Only the app logs in automatically, so the plain page does not leave at once; with
        // `local`, the app stays too.
        _ => format!(
            "<a class=\"button\" href=\"{}?local=1\">{}</a>",
            page.at(routes::LOGIN),
            page.say(Text::BACK_TO_LOGIN),
        ),
    };
    format!(
        "<section class=\"error-card\" role=\"alert\" data-code=\"{}\"><h2>{}</h2><p>{}</p>\
         <p>{} {}</p>{hint}{reference}{button}</section>",
        code.map_or("unknown", FailureCode::as_str),
        escape(&told.title),
        escape(&told.sentence),
        escape(&told.step),
        told.fixed_by,
    )
}
