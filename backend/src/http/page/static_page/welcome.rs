//! The page of a welcome link. The link's token is in the fragment, which only scripts can read.
//! Without the app, the user types it.

use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{Field, returned_problem, submit, without_app};
use crate::http::page::static_page::page::StaticPage;

/// Returns the welcome page's content. The form shows only without the app. A login link needs no
/// password.
pub(crate) fn content(page: &StaticPage<'_>) -> String {
    let fault = returned_problem(page);
    let token = Field {
        name: "token",
        label: page.say(Text::WELCOME_CODE),
        kind: "text",
        autocomplete: "off",
        more: "required",
        hint: page.say(Text::WELCOME_CODE_HINT),
    };
    let password = Field {
        name: "password",
        label: page.say(Text::PASSWORD_NEW),
        kind: "password",
        autocomplete: "new-password",
        more: "required minlength=\"10\"",
        hint: page.say(Text::PASSWORD_HINT),
    };
    let (password, button) = if page.is_login_link {
        (String::new(), Text::LOG_IN)
    } else {
        (password.html(), Text::WELCOME_SUBMIT)
    };
    let form = [
        &format!(
            "<form method=\"post\" action=\"{}\">",
            page.at(routes::API_WELCOME)
        ),
        &token.html(),
        &password,
        &submit(page.say(button)),
        "</form>",
    ]
    .concat();
    format!(
        "{fault}<p class=\"lead\" data-loading>{}</p>{}",
        page.say(Text::LOADING),
        without_app(&form)
    )
}
