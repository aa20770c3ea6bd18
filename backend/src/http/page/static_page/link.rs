//! The page that asks whose an identity is, if the identity policy does not know.

use std::fmt::Write as _;

use shared::error::ErrorCode;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{
    Field, escape, hidden, problem, returned_problem, submit,
};
use crate::http::page::static_page::page::StaticPage;

/// Returns the link page's content without the app.
pub(crate) fn content(page: &StaticPage<'_>) -> String {
    let mut html = returned_problem(page);
    let Some(link) = page.link else {
        if page.error != Some(ErrorCode::LinkExpired.as_str()) {
            html.push_str(&problem(page, ErrorCode::LinkExpired));
        }
        return html + &page.to_login();
    };
    let label = escape(&link.label);
    let name = link
        .identity_username
        .as_ref()
        .or(link.identity_email.as_ref());
    let name = name.map_or(page.say(Text::LINK_NAMELESS).to_owned(), |name| {
        escape(name)
    });
    // Writing to a `String` cannot fail, here and below.
    let _ = write!(
        html,
        "<p>{} <strong>{name}</strong></p>",
        page.fill(Text::LINK_AT, &[("provider", &label)]),
    );
    let action = page.at(routes::API_LINK);
    let form = format!("<form method=\"post\" action=\"{action}\">");
    if let Some(username) = &link.account_username {
        let _ = write!(
            html,
            "<p>{} <strong>{}</strong></p><p class=\"lead\">{}</p>{form}{}</form>",
            page.say(Text::LINK_HERE),
            escape(username),
            page.say(Text::LINK_QUESTION),
            submit(page.say(Text::LINK_SUBMIT)),
        );
    } else if link.takes_password {
        let _ = write!(
            html,
            "<h2>{}</h2><p class=\"lead\">{}</p>{form}{}{}{}</form>",
            page.say(Text::LINK_HAVE),
            page.fill(Text::LINK_WHO, &[("provider", &label)]),
            field("username", page.say(Text::USERNAME), "text", "username"),
            field(
                "password",
                page.say(Text::PASSWORD),
                "password",
                "current-password"
            ),
            submit(page.say(Text::LINK_SUBMIT)),
        );
    } else {
        let _ = write!(
            html,
            "<p class=\"lead\">{}</p>",
            page.say(Text::LINK_ASK_ADMIN)
        );
    }
    if link.may_register {
        let _ = write!(
            html,
            "{form}{}<div class=\"row\"><button type=\"submit\" class=\"button\">{}</button></div></form>\
             <p class=\"hint\">{}</p>",
            hidden("way", "new"),
            page.say(Text::LINK_NEW),
            page.say(Text::LINK_NEW_HINT),
        );
    }
    html
}

fn field(name: &str, label: &str, kind: &str, autocomplete: &str) -> String {
    Field {
        name,
        label,
        kind,
        autocomplete,
        more: "required",
        hint: "",
    }
    .html()
}
