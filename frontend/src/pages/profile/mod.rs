//! `/profile`: email, name, the identities one logs in with, password, sessions, appearance.

mod edit_row;
mod email_form;
mod name_form;
mod identities;
mod password_form;
mod sessions;
mod appearance;

use leptos::prelude::*;
use shared::api::{ListSessions, ShowConfig, ShowProfile};
use shared::config::PublicConfig;
use shared::profile::Profile;
use shared::session::{Role, SessionEntry};

use crate::api;
use crate::components::confirm::{Confirm, ConfirmDialog};
use crate::components::frame::Loading;
use crate::components::guard::Protected;
use crate::components::inside::InsideFrame;
use crate::components::problem::Unavailable;
use crate::dynamic::dynamic;
use crate::pages::profile::appearance::Appearance;
use crate::pages::profile::edit_row::Editing;
use crate::pages::profile::email_form::EmailForm;
use crate::pages::profile::identities::Identities;
use crate::pages::profile::name_form::NameForm;
use crate::pages::profile::password_form::PasswordForm;
use crate::pages::profile::sessions::Sessions;
use crate::remote::Remote;
use crate::text::say;
use shared::text::Text;

/// The page's heading.
const TITLE: Text = Text::PROFILE;

/// The profile page.
#[component]
pub(crate) fn ProfilePage() -> impl IntoView {
    view! {
        <Protected>
            <InsideFrame title=say(TITLE)>
                <Content />
            </InsideFrame>
        </Protected>
    }
}

/// Loads what the page shows.
#[component]
fn Content() -> impl IntoView {
    let profile = Remote::new(|| Some(api::call(ShowProfile {})));
    let config = Remote::new(|| Some(api::call(ShowConfig {})));
    let sessions = Remote::new(|| Some(api::call(ListSessions {})));
    let on_retry = Callback::new(move |()| {
        profile.refetch();
        config.refetch();
    });
    // Waited for as well, so that nothing moves when it comes; but not asked again for its sake.
    let has_sessions = Memo::new(move |_| sessions.get().is_some());
    dynamic(move || match (profile.get(), config.get()) {
        (Some(Ok(Some(profile))), Some(Ok(Some(config)))) if has_sessions.get() => {
            view! { <Sections profile config sessions /> }.into_any()
        }
        (Some(Err(error)), _) | (_, Some(Err(error))) => {
            view! { <Unavailable error on_retry /> }.into_any()
        }
        _ => view! { <Loading /> }.into_any(),
    })
}

/// The page's sections, which share the profile and one confirmation dialog.
#[component]
fn Sections(
    /// The record as it was loaded; saving puts the server's answer in its place.
    profile: Profile,
    /// What the server offers.
    config: PublicConfig,
    /// Where the account is logged in.
    sessions: Remote<Vec<SessionEntry>>,
) -> impl IntoView {
    let profile = RwSignal::new(profile);
    let (confirm, editing) = (Confirm::new(), Editing::new());
    let provider = config
        .openid
        .as_ref()
        .map(|provider| provider.label.clone());
    let has_provider = provider.is_some();
    let finder = provider.clone().filter(|_| config.links_by_email());
    let password = config.password_login.then(|| {
        view! { <PasswordForm profile confirm sessions editing has_provider /> }.into_any()
    });
    view! {
        <section class="panel" aria-labelledby="person">
            <Person profile />
            <ul class="rows">
                <NameForm profile editing />
                <EmailForm profile confirm editing provider=finder />
                {password}
            </ul>
        </section>
        <Identities profile confirm provider />
        <Sessions sessions />
        <Appearance />
        <ConfirmDialog confirm profile config />
    }
}

/// Whose account it is.
#[component]
fn Person(
    /// The user's record.
    profile: RwSignal<Profile>,
) -> impl IntoView {
    let content = dynamic(move || {
        let user = profile.get().user;
        let role = say(match user.role {
            Role::Admin => Text::ROLE_ADMIN,
            Role::User => Text::ROLE_USER,
        });
        let (name, username) = match user.display_name {
            Some(name) => (name, Some(user.username)),
            None => (user.username, None),
        };
        let username = username.map(|username| {
            view! {
                <bdi>{username}</bdi>
                " · "
            }
            .into_any()
        });
        view! {
            <span class="avatar" aria-hidden="true">
                {initials(&name)}
            </span>
            <div>
                <h2 id="person" tabindex="-1">
                    <bdi>{name}</bdi>
                </h2>
                <p class="hint">
                    {username} {role}
                </p>
            </div>
        }
        .into_any()
    });
    view! { <div class="person">{content}</div> }.into_any()
}

/// Returns the first letters of a name's first and last word.
fn initials(name: &str) -> String {
    let first = name.chars().next();
    let last = name
        .rsplit_once(' ')
        .and_then(|(_, last)| last.chars().next());
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "a");
        assert_eq!(initials(""), "");
    }
}
