//! What a page behind the login shows before the app is there: its bar, its heading, and what does not
//! depend on data. Without names or addresses of anybody, since browsers keep the document.

use maud::{Markup, html};
use shared::pages;
use shared::routes;
use shared::session::Role;
use shared::text::Text;

use crate::http::page::static_page::brand;
use crate::http::page::static_page::page::{StaticPage, Viewer};

/// Returns the page's frame, for somebody who is logged in. `waiting` says that it loads, and what to
/// do if it does not.
pub(super) fn skeleton(page: &StaticPage<'_>, viewer: &Viewer, waiting: &Markup) -> Markup {
    let path = routes::page(page.path);
    let is_wide = matches!(path, routes::USERS | routes::ACTIVITY);
    html! {
        (bar(page, viewer.role))
        main.column.column-wide[is_wide] {
            // The app's place for what an action answers.
            div {}
            h1 {
                @if let Some(heading) = heading(path) { (page.say(heading)) } @else { (blank()) }
            }
            @match path {
                routes::HOME => { (home(page, viewer)) },
                routes::PROFILE => { (profile(page, viewer)) },
                routes::USERS => { (users(page)) },
                routes::ACTIVITY => { (activity(page)) },
                routes::DOCTOR => { (doctor(page)) },
                _ => {},
            }
            div.loading { (waiting) }
        }
    }
}

/// A line of text that is not there yet.
fn blank() -> Markup {
    html! { span.blank aria-hidden="true" { "\u{a0}" } }
}

/// Returns the heading of a page, except that of the home page, which greets somebody by name.
fn heading(path: &str) -> Option<Text> {
    let listed = pages::PAGES.into_iter().find(|page| page.path == path)?;
    listed.about.map(|_| listed.name)
}

/// Returns the bar, as the app draws it.
fn bar(page: &StaticPage<'_>, role: Role) -> Markup {
    let here = routes::page(page.path);
    html! {
        header.bar {
            div.bar-inner {
                a.brand href=(page.at(routes::HOME)) { (brand::mark(page.brand, page.base)) }
                nav aria-label=(page.say(Text::PAGES)) {
                    @for listed in pages::of(role) {
                        a
                            href=(page.at(listed.path))
                            aria-current=[(here == listed.path).then_some("page")]
                        { (page.say(listed.name)) }
                    }
                }
                form method="post" action=(page.at(routes::API_LOGOUT)) {
                    button.button.button-quiet type="submit" { (page.say(Text::LOG_OUT)) }
                }
            }
        }
    }
}

/// Returns the home page: the applications, and where to go.
fn home(page: &StaticPage<'_>, viewer: &Viewer) -> Markup {
    html! {
        p.hint data-loading { (blank()) }
        @if !page.applications.is_empty() { (applications(page)) }
        nav.cards data-loading aria-label=(page.say(Text::HOME_WHERE)) {
            @for listed in pages::of(viewer.role) {
                @if let Some(about) = listed.about {
                    a.card-link href=(page.at(listed.path)) {
                        strong { (page.say(listed.name)) }
                        span { (page.say(about)) }
                    }
                }
            }
        }
    }
}

/// Returns the tiles of the applications.
fn applications(page: &StaticPage<'_>) -> Markup {
    html! {
        nav.part aria-label=(page.say(Text::HOME_APPS)) {
            ul.apps {
                @for app in page.applications {
                    li {
                        a.app href=(app.url) {
                            span.app-icon aria-hidden="true" {
                                @if let Some(icon) = &app.icon {
                                    img src=(icon) alt="" referrerpolicy="no-referrer";
                                } @else {
                                    @for initial in app.label.chars().take(1) { (initial) }
                                }
                            }
                            bdi { (app.label) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns the profile: what its rows are called, and what they are for.
fn profile(page: &StaticPage<'_>, viewer: &Viewer) -> Markup {
    let edit = page.say(Text::EDIT);
    let purpose = html! { (email_purpose(page, viewer)) };
    html! {
        section.panel data-loading {
            div.person {
                span.avatar {}
                div {
                    h2 { (blank()) }
                    p.hint { (blank()) }
                }
            }
            ul.rows {
                (row(page.say(Text::NAME_TITLE), &blank(), None, edit))
                (row(page.say(Text::EMAIL_TITLE), &blank(), Some(&purpose), edit))
                @if page.config.password_login {
                    (row(page.say(Text::PASSWORD_TITLE), &blank(), None, edit))
                }
            }
        }
        @if let Some(identity) = identity(page, viewer) {
            section.panel data-loading {
                h2 { (page.say(Text::IDENTITIES_TITLE)) }
                ul.rows { (identity) }
            }
        }
    }
}

/// Returns what the account's email address is for.
fn email_purpose(page: &StaticPage<'_>, viewer: &Viewer) -> String {
    let fill = |text, provider: &str| page.fill(text, &[("provider", provider)]);
    match (&viewer.connected, &page.config.openid) {
        (Some(connected), _) => fill(Text::EMAIL_CONNECTED, connected),
        (None, Some(provider)) if page.config.links_by_email() => {
            fill(Text::EMAIL_CONNECTS, &provider.label)
        }
        (None, _) => page.say(Text::EMAIL_SEEN).to_owned(),
    }
}

/// Returns the row of the provider, if the account is connected or could be.
fn identity(page: &StaticPage<'_>, viewer: &Viewer) -> Option<Markup> {
    if let Some(connected) = &viewer.connected {
        let disconnect = page.say(Text::DISCONNECT);
        return Some(row(connected, &blank(), Some(&blank()), disconnect));
    }
    let label = &page.config.openid.as_ref()?.label;
    let fill = |text| page.fill(text, &[("provider", label)]);
    let none = html! { (page.say(Text::IDENTITY_NONE)) };
    let intro = html! { (fill(Text::CONNECT_INTRO)) };
    Some(row(label, &none, Some(&intro), &fill(Text::CONNECT)))
}

/// Returns a row of the profile, with the button that it will have.
fn row(label: &str, value: &Markup, hint: Option<&Markup>, button: &str) -> Markup {
    html! {
        li.row-item {
            span.row-label { (label) }
            div {
                p { (value) }
                @if let Some(hint) = hint { p.hint { (hint) } }
            }
            span.button.button-small.blank-button aria-hidden="true" { (button) }
            p.saved {}
        }
    }
}

/// Returns the page of all accounts.
fn users(page: &StaticPage<'_>) -> Markup {
    let search = Filter {
        name: "search",
        label: Text::USERS_SEARCH,
        hint: Text::USERS_SEARCH_HINT,
    };
    let choices = [Text::ROLE, Text::USERS_STATE];
    html! {
        section.panel.create data-loading {
            h2 {
                span.button.button-main.blank-button aria-hidden="true" {
                    (page.say(Text::USERS_NEW))
                }
            }
        }
        (list(page, Text::USERS_LIST, &[search], &choices, &html! {}))
    }
}

/// Returns the page of the audit trail.
fn activity(page: &StaticPage<'_>) -> Markup {
    let filter = |name, label, hint| Filter { name, label, hint };
    let (account, hint) = (Text::ACTIVITY_ACCOUNT, Text::ACTIVITY_ACCOUNT_HINT);
    let filters = [
        filter("ref", Text::REFERENCE, Text::ACTIVITY_REF_HINT),
        filter("account", account, hint),
    ];
    let refresh = html! {
        div.row {
            span.button.blank-button aria-hidden="true" { (page.say(Text::ACTIVITY_REFRESH)) }
        }
    };
    let choices = [Text::ACTIVITY_KIND];
    list(page, Text::ACTIVITY_LIST, &filters, &choices, &refresh)
}

/// Returns the doctor's page: that it looks, and at what.
fn doctor(page: &StaticPage<'_>) -> Markup {
    html! {
        div.verdict data-loading {
            p.note { (page.say(Text::DOCTOR_CHECKING)) }
            p.hint {}
            span.button.blank-button aria-hidden="true" { (page.say(Text::ACTIVITY_REFRESH)) }
        }
        section.panel data-loading {
            h2 { (page.say(Text::DOCTOR_LIST)) }
            p.hint { (page.say(Text::DOCTOR_INTRO)) }
        }
    }
}

/// A field that narrows a list down.
struct Filter {
    /// The parameter's name.
    name: &'static str,
    /// The visible name.
    label: Text,
    /// What to type.
    hint: Text,
}

/// Returns a list: the fields and choices that narrow it down, and what is beside them. What is typed
/// here, the app takes over.
fn list(
    page: &StaticPage<'_>,
    title: Text,
    filters: &[Filter],
    choices: &[Text],
    beside: &Markup,
) -> Markup {
    html! {
        section.panel data-loading {
            h2 { (page.say(title)) }
            form.filters method="get" {
                @for Filter { name, label, hint } in filters {
                    div.field {
                        label for={ "static-" (name) } { (page.say(*label)) }
                        input
                            id={ "static-" (name) }
                            name=(name)
                            type="search"
                            autocomplete="off"
                            placeholder=(page.say(*hint));
                    }
                }
                @for label in choices {
                    div.field aria-hidden="true" {
                        label { (page.say(*label)) }
                        select disabled {}
                    }
                }
                (beside)
            }
        }
    }
}
