//! The login page.

use std::fmt::Write as _;

use shared::error::ErrorCode;
use shared::failure::{FailureCode, Guide, Lost, NextStep, guide_of, is_reference};
use shared::routes;
use shared::session::LOGGED_OUT_HERE;
use shared::text::Text;

use crate::http::page::static_page::elements::{
    Field, escape, hidden, problem, reference_row, submit,
};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::provider::provider_link;
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
            "<p class=\"note note-row\"><span>{text}</span> \
             <a class=\"button button-small\" href=\"{setup}\">{link}</a></p>"
        );
    }
    if let Some(error) = error {
        html.push_str(&error_card(error, page, next));
    }
    // Whoever is logged in already needs no second login.
    if error.is_some() && config.signed_in {
        return html;
    }
    let guide_next = error.map(|error| guide(page, error).next);
    // One thing first: the provider, where most people use it, or where it failed and may not again.
    let tries_again = guide_next == Some(NextStep::TryProviderAgain);
    let text = if tries_again {
        Text::TRY_PROVIDER_AGAIN
    } else {
        Text::LOG_IN_WITH
    };
    let provider = |is_main| {
        let provider = config.openid.as_ref();
        provider.map_or(String::new(), |provider| {
            provider_link(page, provider, next, is_main, text)
        })
    };
    match (config.password_login, config.openid.is_some()) {
        (true, true) if config.provider_first => {
            // The form is open if the guide says to use the password.
            let wants_password = guide_next == Some(NextStep::UsePassword);
            let open = if wants_password { " open" } else { "" };
            html.push_str(&provider(true));
            let _ = write!(
                html,
                "<details class=\"other-way\"{open}><summary>{}</summary>{}</details>",
                page.say(Text::USE_PASSWORD_INSTEAD),
                password_form(page, next, false),
            );
        }
        (true, true) => {
            html.push_str(&provider(tries_again));
            let _ = write!(html, "<p class=\"or\">{}</p>", page.say(Text::OR));
            html.push_str(&password_form(page, next, error.is_none()));
        }
        (true, false) => html.push_str(&password_form(page, next, error.is_none())),
        (false, true) => html.push_str(&provider(true)),
        (false, false) => {
            let text = page.say(Text::NO_WAY_IN);
            let _ = write!(html, "<p class=\"note\">{text}</p>");
        }
    }
    html
}

/// Returns what the page says about the error.
fn guide(page: &StaticPage<'_>, error: &str) -> Guide {
    guide_of(error, page.because.and_then(Lost::parse))
}

/// Returns the password form, which passes `next` along.
fn password_form(page: &StaticPage<'_>, next: Option<&str>, has_focus: bool) -> String {
    let focus = if has_focus {
        "required data-autofocus"
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

/// Returns the card that says what went wrong, who can fix it, and the next step, unless that is
/// one of the ways to log in below it. A login that its user cancelled is no alarm.
fn error_card(error: &str, page: &StaticPage<'_>, next: Option<&str>) -> String {
    let code = FailureCode::parse(error);
    let guide = guide(page, error);
    let provider = page.config.openid.as_ref();
    let reference = page.reference.filter(|reference| is_reference(reference));
    let told = guide.tell(
        &|text| page.say(text),
        provider.map(|provider| provider.label.as_str()),
        reference.is_some(),
    );
    let hint = page.config.hint.as_ref().map(|hint| {
        let hint = escape(hint);
        format!("<p lang=\"en\" dir=\"ltr\">{hint}</p>")
    });
    let reference = reference.map(|text| reference_row(page.say(Text::REFERENCE), text));
    let code_name = code.map_or("unknown", FailureCode::as_str);
    let sentence = escape(&told.sentence);
    if code == Some(FailureCode::AccessDenied) {
        let details = details(page, [hint, reference]);
        return format!(
            "<section class=\"note error-card\" role=\"status\" data-code=\"{code_name}\">\
             <p>{sentence}</p>{details}</section>"
        );
    }
    let button = match guide.next {
        _ if page.config.signed_in => format!(
            "<a class=\"button\" href=\"{}\">{}</a>",
            page.at(routes::PROFILE),
            page.say(Text::BACK_TO_PROFILE),
        ),
        NextStep::OpenAddress if let Some(own) = &page.config.public_url => {
            open_address(page, own, next)
        }
        _ => String::new(),
    };
    format!(
        "<section class=\"note note-bad error-card\" role=\"alert\" data-code=\"{code_name}\">\
         <h2>{}</h2><p>{} {}</p>{button}{}{}</section>",
        escape(&told.title),
        escape(&told.step),
        told.fixed_by,
        reference.unwrap_or_default(),
        details(page, [Some(format!("<p>{sentence}</p>")), hint]),
    )
}

/// Returns what few need, behind a word; empty if there is nothing.
fn details(page: &StaticPage<'_>, parts: [Option<String>; 2]) -> String {
    let parts: String = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return parts;
    }
    format!(
        "<details class=\"more\"><summary>{}</summary>{parts}</details>",
        page.say(Text::LOGIN_DETAILS)
    )
}
