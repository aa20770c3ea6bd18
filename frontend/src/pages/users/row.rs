//! An account in the list, which opens to what can be done with it.

use leptos::prelude::*;
use shared::session::Role;
use shared::text::Text;
use shared::users::UserEntry;

use crate::browser::{self, TimeForm};
use crate::dynamic::dynamic;
use crate::pages::users::context::{Account, UsersContext};
use crate::pages::users::draft::role_text;
use crate::pages::users::panel::OpenRow;
use crate::text::{fill, say};

/// One account.
#[component]
pub(super) fn Row(
    /// What the page's parts share.
    context: UsersContext,
    /// The account as it was loaded.
    entry: UserEntry,
) -> impl IntoView {
    let panel_id = ["account-", &entry.id].concat();
    let username = entry.username.clone();
    let account = Account {
        entry: RwSignal::new(entry),
        is_gone: RwSignal::new(false),
    };
    let is_open = RwSignal::new(false);
    let controls = panel_id.clone();
    let controls = Signal::derive(move || is_open.get().then(|| controls.clone()));
    let expanded = Signal::derive(move || if is_open.get() { "true" } else { "false" });
    let name = Signal::derive(move || {
        let entry = account.entry.read();
        entry
            .display_name
            .clone()
            .unwrap_or_else(|| entry.username.clone())
    });
    let panel = dynamic(move || {
        let id = panel_id.clone();
        is_open
            .get()
            .then(|| view! { <OpenRow context account id /> })
            .into_any()
    });
    view! {
        <li class="account" data-account=username hidden=account.is_gone>
            <div class="account-head">
                <h3>
                    <button
                        type="button"
                        class="account-name"
                        data-row
                        aria-expanded=expanded
                        aria-controls=controls
                        on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                    >
                        <bdi>{name}</bdi>
                    </button>
                </h3>
                {dynamic(move || view! { <Summary entry=account.entry.get() /> }.into_any())}
            </div>
            {panel}
        </li>
    }
    .into_any()
}

/// What the list says of an account.
#[component]
fn Summary(
    /// The account.
    entry: UserEntry,
) -> impl IntoView {
    let role_class = match entry.role {
        Role::Admin => "badge badge-strong",
        Role::User => "badge",
    };
    let disabled = entry
        .disabled
        .then(|| view! { <span class="badge badge-bad">{say(Text::USERS_DISABLED)}</span> });
    let identities = entry
        .identities
        .iter()
        .map(|identity| view! { <span class="badge badge-plain">{identity.label.clone()}</span> })
        .collect::<Vec<_>>();
    let login = match entry.last_login_at {
        Some(at) => fill(
            Text::USERS_LAST_LOGIN,
            &[("time", &browser::time_text(at, TimeForm::Both))],
        ),
        None => say(Text::USERS_NEVER).to_owned(),
    };
    let welcome = entry.welcome_until.map(|until| {
        let until = browser::time_text(until, TimeForm::Both);
        view! { <p class="hint">{fill(Text::USERS_WELCOME_OPEN, &[("time", &until)])}</p> }
    });
    let applications = entry.applications.map(|labels| {
        let text = match labels.as_slice() {
            [] => say(Text::USERS_APPS_NONE).to_owned(),
            labels => fill(Text::USERS_APPS, &[("names", &labels.join(", "))]),
        };
        view! { <p class="hint">{text}</p> }
    });
    // Without a display name, the heading is the username.
    let username = entry
        .display_name
        .is_some()
        .then(|| view! { <bdi>{entry.username}</bdi> });
    view! {
        <p class="account-who">
            {username}
            <bdi>{entry.email.unwrap_or_else(|| say(Text::USERS_NO_EMAIL).to_owned())}</bdi>
        </p>
        <p class="badges">
            <span class=role_class>{role_text(entry.role)}</span>
            {disabled}
            {identities}
        </p>
        <p class="hint">{login}</p>
        {welcome}
        {applications}
    }
    .into_any()
}
