//! The setup page.

use maud::{Markup, html};
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::name::MAX_USERNAME_CHARS;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{
    Field, hidden, problem, returned_problem, submit, with_elements,
};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::provider::provider_link;
use crate::return_to::ReturnTo;

/// Returns the setup page's content.
pub(crate) fn content(page: &StaticPage<'_>) -> Markup {
    if page.config.database_away {
        return problem(page, ErrorCode::Unavailable);
    }
    if !page.config.setup_needed {
        return html! {
            p.note data-code=(ErrorCode::SetupClosed.as_str()) {
                (page.say(ErrorCode::SetupClosed.message()))
            }
            a.button.button-main href=(page.at(routes::LOGIN)) { (page.say(Text::TO_LOGIN)) }
        };
    }
    let command = html! { code { "postern setup-token" } };
    let next = page.next();
    html! {
        p.lead { (with_elements(page.say(Text::SETUP_INTRO), &[("command", &command)])) }
        (returned_problem(page))
        form #setup-form method="post" action=(page.at(routes::API_SETUP)) {
            @if let Some(next) = &next { (hidden("next", next.as_str())) }
            @for field in fields(page) { (field.draw()) }
            (submit(page.say(Text::SETUP_SUBMIT)))
        }
        // People of the provider need no administrator to log in.
        @if let Some(provider) = &page.config.openid {
            p.or { (page.say(Text::OR)) }
            (provider_link(page, provider, next.as_ref().map(ReturnTo::as_str), false, Text::LOG_IN_WITH))
        }
    }
}

/// Returns the form's fields.
fn fields(page: &StaticPage<'_>) -> [Field<'static>; 4] {
    let email_hint = if page.config.links_by_email() {
        Text::SETUP_EMAIL_HINT
    } else {
        Text::OPTIONAL
    };
    let field = |name, label, kind| Field::new(name, page.say(label), kind);
    [
        Field {
            has_focus: true,
            ..field("token", Text::SETUP_TOKEN, FieldKind::Plain)
        },
        Field {
            max_chars: Some(MAX_USERNAME_CHARS),
            ..field("username", Text::USERNAME, FieldKind::Username)
        },
        Field {
            hint: page.say(Text::PASSWORD_HINT),
            ..field("password", Text::PASSWORD, FieldKind::NewPassword)
        },
        Field {
            hint: page.say(email_hint),
            is_optional: true,
            ..field("email", Text::EMAIL, FieldKind::Email)
        },
    ]
}
