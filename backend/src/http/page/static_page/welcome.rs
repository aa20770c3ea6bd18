//! The page of a welcome link. The link's token is in the fragment, which only scripts can read.
//! Without the app, the user types it.

use maud::{Markup, html};
use shared::field::FieldKind;
use shared::routes;
use shared::text::Text;

use crate::http::page::static_page::elements::{Field, returned_problem, submit, without_app};
use crate::http::page::static_page::page::StaticPage;

/// Returns the welcome page's content. The form shows only without the app. A login link needs no
/// password.
pub(crate) fn content(page: &StaticPage<'_>) -> Markup {
    let field = |name, label, kind, hint| Field {
        hint: page.say(hint),
        ..Field::new(name, page.say(label), kind)
    };
    let (code, code_hint) = (Text::WELCOME_CODE, Text::WELCOME_CODE_HINT);
    let (password, password_hint) = (Text::PASSWORD_NEW, Text::PASSWORD_HINT);
    let (id, button) = if page.is_login_link {
        ("login-link-form", Text::LOG_IN)
    } else {
        ("welcome-form", Text::WELCOME_SUBMIT)
    };
    let form = html! {
        form id=(id) method="post" action=(page.at(routes::API_WELCOME)) {
            (field("token", code, FieldKind::Plain, code_hint).draw())
            @if !page.is_login_link {
                (field("password", password, FieldKind::NewPassword, password_hint).draw())
            }
            (submit(page.say(button)))
        }
    };
    html! {
        (returned_problem(page))
        p.lead data-loading { (page.say(Text::LOADING)) }
        (without_app(&form))
    }
}
