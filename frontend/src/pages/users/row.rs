//! An account in the list: one line, which leads to its address.

use leptos::prelude::*;
use shared::session::Role;
use shared::text::Text;
use shared::users::UserEntry;

use crate::components::plain::{plain, worded};
use crate::components::time::ago;
use crate::dynamic::dynamic;
use crate::pages::users::context::UsersContext;
use crate::pages::users::draft::role_text;
use crate::text::say;

/// One account.
#[component]
pub(super) fn Row(
    /// What the page's parts share.
    context: UsersContext,
    /// The account as it was loaded.
    entry: UserEntry,
) -> impl IntoView {
    let username = entry.username.clone();
    let account = context.meet(entry);
    let name = username.clone();
    let href = Signal::derive(move || context.account_href(&name));
    let line =
        dynamic(move || view! { <Line context entry=account.entry.get() href /> }.into_any());
    view! {
        <li class="account" data-account=username hidden=account.is_gone>
            {line}
        </li>
    }
    .into_any()
}

/// What the list says of an account.
#[component]
fn Line(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    entry: UserEntry,
    /// Its address.
    href: Signal<String>,
) -> impl IntoView {
    let role_class = match entry.role {
        Role::Admin => "badge",
        Role::User => "badge badge-plain",
    };
    let mut badges = vec![worded("span", role_class, role_text(entry.role))];
    if entry.disabled {
        badges.push(worded("span", "badge badge-bad", say(Text::USERS_DISABLED)));
    }
    let login = match entry.last_login_at {
        Some(at) => ago(at),
        None => say(Text::USERS_NEVER).into_any(),
    };
    // Without a display name, the link is the username.
    let has_name = entry.display_name.is_some();
    let username = has_name.then(|| worded("bdi", "account-username", entry.username.clone()));
    let name = worded("bdi", "", entry.display_name.unwrap_or(entry.username));
    let link = view! {
        <a
            class="account-name"
            href=href
            data-row
            on:click=move |_| context.scroll.set_value(window().scroll_y().unwrap_or_default())
        >
            {name}
        </a>
    };
    let mut who = vec![link.into_any()];
    who.extend(username);
    let email = entry.email;
    let email = email.unwrap_or_else(|| say(Text::USERS_NO_EMAIL).to_owned());
    let cell = |class, children| plain("p", &[("class", class)], children);
    vec![
        cell("account-who", who),
        cell("account-email", vec![worded("bdi", "", email)]),
        cell("account-badges", badges),
        cell("account-login", vec![login]),
    ]
    .into_any()
}
