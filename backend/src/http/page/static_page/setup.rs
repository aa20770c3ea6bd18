//! The setup page.

use shared::error::ErrorCode;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{Field, problem, returned_problem, submit};
use crate::http::page::static_page::page::StaticPage;

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
            "required autofocus",
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
            page.say(Text::SETUP_EMAIL_HINT),
        ),
        &submit(page.say(Text::SETUP_SUBMIT)),
        "</form>",
    ]
    .concat()
}
