//! The setup page.

use shared::error::ErrorCode;
use shared::routes;

use super::{Field, StaticPage, database_away, escape, submit};

/// The setup page's content.
pub(super) fn content(page: &StaticPage<'_>) -> String {
    if page.config.database_away {
        return database_away();
    }
    if !page.config.setup_needed {
        return format!(
            "<p class=\"note\" data-code=\"{}\">{}</p>\
             <a class=\"button button-main\" href=\"{}\">To the login page</a>",
            ErrorCode::SetupClosed.as_str(),
            ErrorCode::SetupClosed.message(),
            routes::LOGIN,
        );
    }
    let code = ErrorCode::ALL
        .iter()
        .find(|code| page.error == Some(code.as_str()));
    let problem = code.map_or(String::new(), |code| {
        format!(
            "<p role=\"alert\" class=\"note note-bad\" data-code=\"{}\">{}</p>",
            code.as_str(),
            escape(code.message()),
        )
    });
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
    [
        "<p class=\"lead\">Make the first administrator. The setup token is in the server's log; \
         <code>postern setup-token</code> prints it too.</p>",
        &problem,
        &format!(
            "<form id=\"setup-form\" method=\"post\" action=\"{}\">",
            routes::API_SETUP
        ),
        &field(
            "token",
            "Setup token",
            "text",
            "off",
            "required autofocus",
            "",
        ),
        &field(
            "username",
            "Username",
            "text",
            "username",
            "required maxlength=\"64\"",
            "",
        ),
        &field(
            "password",
            "Password",
            "password",
            "new-password",
            "required minlength=\"10\"",
            "At least 10 characters.",
        ),
        &field(
            "email",
            "Email",
            "text",
            "email",
            "inputmode=\"email\"",
            "May stay empty. With the address you have at your provider, your first login there \
             finds this account.",
        ),
        &submit("Make the administrator"),
        "</form>",
    ]
    .concat()
}
