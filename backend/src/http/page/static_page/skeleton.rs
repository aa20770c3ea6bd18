//! What a page behind the login shows before the app is there: its bar, its heading, and what does not
//! depend on data. Without names or addresses of anybody, since browsers keep the document.

use std::fmt::Write as _;

use shared::pages;
use shared::routes;
use shared::session::Role;
use shared::text::Text;

use crate::http::page::static_page::brand;
use crate::http::page::static_page::elements::escape;
use crate::http::page::static_page::page::{StaticPage, Viewer};

/// A line of text that is not there yet.
const BLANK: &str = "<span class=\"blank\" aria-hidden=\"true\">&nbsp;</span>";

/// Returns the page's frame, for somebody who is logged in. `waiting` says that it loads, and what to
/// do if it does not.
pub(super) fn skeleton(page: &StaticPage<'_>, viewer: &Viewer, waiting: &str) -> String {
    let path = routes::page(page.path);
    let content = match path {
        routes::HOME => home(page, viewer),
        routes::PROFILE => profile(page, viewer),
        routes::USERS => users(page),
        routes::ACTIVITY => activity(page),
        _ => format!(
            "<p class=\"note\" data-loading>{}</p>",
            page.say(Text::DOCTOR_CHECKING)
        ),
    };
    let class = match path {
        routes::USERS | routes::ACTIVITY => "column column-wide",
        _ => "column",
    };
    let heading = heading(path).map_or(BLANK, |text| page.say(text));
    // The empty element is the app's place for what an action answers.
    format!(
        "{}<main class=\"{class}\"><div></div><h1>{heading}</h1>{content}<div class=\"loading\">{waiting}</div>\
         </main>",
        bar(page, viewer.role),
    )
}

/// Returns the heading of a page, except that of the home page, which greets somebody by name.
fn heading(path: &str) -> Option<Text> {
    let listed = pages::PAGES.into_iter().find(|page| page.path == path)?;
    listed.about.map(|_| listed.name)
}

/// Returns the bar, as the app draws it.
fn bar(page: &StaticPage<'_>, role: Role) -> String {
    let mut links = String::new();
    for listed in pages::of(role) {
        let current = if routes::page(page.path) == listed.path {
            " aria-current=\"page\""
        } else {
            ""
        };
        // Writing to a `String` cannot fail, here and below.
        let _ = write!(
            links,
            "<a href=\"{}\"{current}>{}</a>",
            page.at(listed.path),
            page.say(listed.name)
        );
    }
    format!(
        "<header class=\"bar\"><div class=\"bar-inner\"><a class=\"brand\" href=\"{}\">{}</a>\
         <nav aria-label=\"{}\">{links}</nav><form method=\"post\" action=\"{}\">\
         <button type=\"submit\" class=\"button button-quiet\">{}</button></form></div></header>",
        page.at(routes::HOME),
        brand::mark(page.brand, page.base),
        page.say(Text::PAGES),
        page.at(routes::API_LOGOUT),
        page.say(Text::LOG_OUT),
    )
}

/// Returns the home page: the applications, and where to go.
fn home(page: &StaticPage<'_>, viewer: &Viewer) -> String {
    let mut html = format!(
        "<p class=\"hint\" data-loading>{BLANK}</p>{}",
        applications(page)
    );
    let _ = write!(
        html,
        "<nav class=\"cards\" data-loading aria-label=\"{}\">",
        page.say(Text::HOME_WHERE)
    );
    for listed in pages::of(viewer.role) {
        let Some(about) = listed.about else {
            continue;
        };
        let _ = write!(
            html,
            "<a class=\"card-link\" href=\"{}\"><strong>{}</strong><span>{}</span></a>",
            page.at(listed.path),
            page.say(listed.name),
            page.say(about)
        );
    }
    html + "</nav>"
}

/// Returns the tiles of the applications; empty if there are none.
fn applications(page: &StaticPage<'_>) -> String {
    if page.applications.is_empty() {
        return String::new();
    }
    let mut list = format!(
        "<nav class=\"part\" aria-label=\"{}\"><ul class=\"apps\">",
        page.say(Text::HOME_APPS)
    );
    for app in page.applications {
        let (url, label) = (escape(&app.url), escape(&app.label));
        let icon = match &app.icon {
            Some(icon) => format!(
                "<img src=\"{}\" alt=\"\" referrerpolicy=\"no-referrer\">",
                escape(icon)
            ),
            None => escape(&app.label.chars().take(1).collect::<String>()),
        };
        let _ = write!(
            list,
            "<li><a class=\"app\" href=\"{url}\"><span class=\"app-icon\" aria-hidden=\"true\">\
             {icon}</span><bdi>{label}</bdi></a></li>"
        );
    }
    list + "</ul></nav>"
}

/// Returns the profile: what its rows are called, and what they are for.
fn profile(page: &StaticPage<'_>, viewer: &Viewer) -> String {
    let row = |label: &str, value: &str, hint: &str, button: &str| {
        format!(
            "<li class=\"row-item\"><span class=\"row-label\">{label}</span>\
             <div><p>{value}</p>{hint}</div>\
             {}<p class=\"saved\"></p></li>",
            blank_button("button-small", button)
        )
    };
    let edit = page.say(Text::EDIT);
    let hint = |text: &str| format!("<p class=\"hint\">{text}</p>");
    let provider = page.config.openid.as_ref();
    let label = provider.map(|provider| escape(&provider.label));
    let fill = |text, label: &str| page.fill(text, &[("provider", label)]);
    let purpose = match (&viewer.connected, &label) {
        (Some(connected), _) => fill(Text::EMAIL_CONNECTED, &escape(connected)),
        (None, Some(label)) if page.config.links_by_email() => fill(Text::EMAIL_CONNECTS, label),
        (None, _) => page.say(Text::EMAIL_SEEN).to_owned(),
    };
    let mut rows = row(page.say(Text::NAME_TITLE), BLANK, "", edit);
    rows += &row(page.say(Text::EMAIL_TITLE), BLANK, &hint(&purpose), edit);
    if page.config.password_login {
        rows += &row(page.say(Text::PASSWORD_TITLE), BLANK, "", edit);
    }
    let identity = match (&viewer.connected, label) {
        (Some(connected), _) => {
            let disconnect = page.say(Text::DISCONNECT);
            row(&escape(connected), BLANK, &hint(BLANK), disconnect)
        }
        (None, Some(label)) => {
            let intro = hint(&fill(Text::CONNECT_INTRO, &label));
            let connect = fill(Text::CONNECT, &label);
            row(&label, page.say(Text::IDENTITY_NONE), &intro, &connect)
        }
        (None, None) => String::new(),
    };
    let identities = if identity.is_empty() {
        identity
    } else {
        format!(
            "<section class=\"panel\" data-loading><h2>{}</h2><ul class=\"rows\">{identity}</ul></section>",
            page.say(Text::IDENTITIES_TITLE)
        )
    };
    format!(
        "<section class=\"panel\" data-loading><div class=\"person\"><span class=\"avatar\"></span>\
         <div><h2>{BLANK}</h2><p class=\"hint\">{BLANK}</p></div></div>\
         <ul class=\"rows\">{rows}</ul></section>{identities}"
    )
}

/// Returns a button that the app will have.
fn blank_button(class: &str, text: &str) -> String {
    format!("<span class=\"button {class} blank-button\" aria-hidden=\"true\">{text}</span>")
}

/// Returns the page of all accounts.
fn users(page: &StaticPage<'_>) -> String {
    let texts = [("search", Text::USERS_SEARCH, Text::USERS_SEARCH_HINT)];
    let choices = [Text::ROLE, Text::USERS_STATE];
    format!(
        "<section class=\"panel create\" data-loading><h2>{}</h2></section>{}",
        blank_button("button-main", page.say(Text::USERS_NEW)),
        list(page, Text::USERS_LIST, &texts, &choices, "")
    )
}

/// Returns the page of the audit trail.
fn activity(page: &StaticPage<'_>) -> String {
    let (account, hint) = (Text::ACTIVITY_ACCOUNT, Text::ACTIVITY_ACCOUNT_HINT);
    let texts = [
        ("ref", Text::REFERENCE, Text::ACTIVITY_REF_HINT),
        ("account", account, hint),
    ];
    let refresh = blank_button("", page.say(Text::ACTIVITY_REFRESH));
    let refresh = format!("<div class=\"row\">{refresh}</div>");
    list(
        page,
        Text::ACTIVITY_LIST,
        &texts,
        &[Text::ACTIVITY_KIND],
        &refresh,
    )
}

/// Returns a list: what narrows it down, by name, label and what to type, or by label, and what is
/// beside that. What is typed here, the app takes over.
fn list(
    page: &StaticPage<'_>,
    title: Text,
    texts: &[(&str, Text, Text)],
    choices: &[Text],
    beside: &str,
) -> String {
    let mut fields = String::new();
    for (name, label, hint) in texts {
        let _ = write!(
            fields,
            "<div class=\"field\"><label for=\"static-{name}\">{}</label><input id=\"static-{name}\" \
             name=\"{name}\" type=\"search\" autocomplete=\"off\" placeholder=\"{}\"></div>",
            page.say(*label),
            page.say(*hint),
        );
    }
    for label in choices {
        let _ = write!(
            fields,
            "<div class=\"field\" aria-hidden=\"true\"><label>{}</label><select disabled></select></div>",
            page.say(*label),
        );
    }
    format!(
        "<section class=\"panel\" data-loading><h2>{}</h2>\
         <form method=\"get\" class=\"filters\">{fields}{beside}</form></section>",
        page.say(title)
    )
}
