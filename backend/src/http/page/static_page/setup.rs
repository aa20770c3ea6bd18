//! The setup page.

use shared::error::ErrorCode;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{Field, problem, returned_problem, submit};
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::provider::provider_link;
use crate::return_to::ReturnTo;

/// Returns the setup page's content.
pub(crate) fn content(page: &StaticPage<'_>) -> String {
    if page.config.database_away {
        return problem(page, ErrorCode::Unavailable);
    }
    if !page.config.setup_needed {
        return format!(
            "<p class=\"note\" data-code=\"{}\">{}</p>\
             <a class=\"button button-main\" href=\"{}\">{}</a>",
            ErrorCode::SetupClosed.as_str(),
            page.say(ErrorCode::SetupClosed.message()),
            page.at(routes::LOGIN),
            page.say(Text::TO_LOGIN),
        );
    }
    let fault = returned_problem(page);
    let field = |name, label, kind, autocomplete, more, hint| {
        Field {
            name,
            label,
            kind,
            autocomplete,
            more,
            hint,
        }
        .html()
    };
    // People of the provider need no administrator to log in.
    let next = page.next();
    let next = next.as_ref().map(ReturnTo::as_str);
    let provider = page.config.openid.as_ref();
    let email_hint = page.say(if page.config.links_by_email() {
        Text::SETUP_EMAIL_HINT
    } else {
        Text::OPTIONAL
    });
    let provider = provider.map_or(String::new(), |provider| {
        let link = provider_link(page, provider, next, false, Text::LOG_IN_WITH);
        format!("<p class=\"or\">{}</p>{link}", page.say(Text::OR))
    });
    let intro = page.fill(
        Text::SETUP_INTRO,
        &[("command", "<code>postern setup-token</code>")],
    );
    [
        &format!("<p class=\"lead\">{intro}</p>"),
        &fault,
        &format!(
            "<form id=\"setup-form\" method=\"post\" action=\"{}\">",
            page.at(routes::API_SETUP)
        ),
        &field(
            "token",
            page.say(Text::SETUP_TOKEN),
            "text",
            "off",
            "required data-autofocus",
            "",
        ),
        &field(
            "username",
            page.say(Text::USERNAME),
            "text",
            "username",
            "required maxlength=\"64\"",
            "",
        ),
        &field(
            "password",
            page.say(Text::PASSWORD),
            "password",
            "new-password",
            "required minlength=\"10\"",
            page.say(Text::PASSWORD_HINT),
        ),
        &field(
            "email",
            page.say(Text::EMAIL),
            "text",
            "email",
            "inputmode=\"email\"",
            email_hint,
        ),
        &submit(page.say(Text::SETUP_SUBMIT)),
        "</form>",
        &provider,
    ]
    .concat()
}
