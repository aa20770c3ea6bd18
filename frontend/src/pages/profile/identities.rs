//! The identities at providers that this account is connected to.

use leptos::prelude::*;
use shared::api::{LinkIdentity, UnlinkIdentity};
use shared::profile::{LinkedIdentity, Profile};

use crate::api;
use crate::browser::{self, History, TimeForm};
use crate::components::ask::{Question, use_ask};
use crate::components::confirm::Confirm;
use crate::components::form::busy;
use crate::components::inside::Panel;
use crate::components::problem::ProblemNote;
use crate::components::unsaved::use_unsaved;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::text::{fill, say};
use shared::text::Text;

/// Shows, connects and disconnects them.
#[component]
pub(crate) fn Identities(
    /// The user's record.
    profile: RwSignal<Profile>,
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
    /// The provider's name for people, where one is configured.
    provider: Option<String>,
) -> impl IntoView {
    let content = dynamic(move || {
        let Profile {
            user, identities, ..
        } = profile.get();
        let missing = provider
            .clone()
            .filter(|label| identities.iter().all(|identity| identity.label != *label));
        let rows = identities
            .into_iter()
            .map(|identity| {
                let is_same_email = is_same(identity.email.as_deref(), user.email.as_deref());
                view! { <Identity identity is_same_email profile confirm /> }.into_any()
            })
            .collect::<Vec<_>>();
        let none = rows
            .is_empty()
            .then(|| view! { <p class="hint">{say(Text::IDENTITIES_NONE)}</p> }.into_any());
        let connect = missing.map(|label| view! { <Connect confirm label /> }.into_any());
        view! {
            <ul class="rows">{rows}</ul>
            {none}
            {connect}
        }
        .into_any()
    });
    view! {
        <Panel id="identities" title=say(Text::IDENTITIES_TITLE)>
            {content}
        </Panel>
    }
}

/// Are these the same address? For display alone, so ASCII's cases will do.
pub(super) fn is_same(theirs: Option<&str>, ours: Option<&str>) -> bool {
    theirs
        .zip(ours)
        .is_some_and(|(theirs, ours)| theirs.eq_ignore_ascii_case(ours))
}

/// One identity.
#[component]
fn Identity(
    /// The identity.
    identity: LinkedIdentity,
    /// Has it the account's own email?
    is_same_email: bool,
    /// The user's record, out of which it goes when it is disconnected.
    profile: RwSignal<Profile>,
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
) -> impl IntoView {
    let LinkedIdentity {
        id,
        label,
        issuer,
        username,
        email,
        linked_at,
        last_login_at,
    } = identity;
    let (row_id, button_id) = (id.clone(), id.clone());
    let ask = use_ask();
    let provider = label.clone();
    let disconnect = Mutation::new(move || {
        let id = id.clone();
        let question = Question::new(
            fill(Text::PROFILE_DISCONNECT_TITLE, &[("provider", &provider)]),
            fill(Text::PROFILE_DISCONNECT_TEXT, &[("provider", &provider)]),
            say(Text::DISCONNECT),
        );
        async move {
            if !ask.ask(question).await {
                return Ok(());
            }
            let endpoint = UnlinkIdentity { id: id.clone() };
            confirm.send(api::call(endpoint)).await?;
            profile.update(|profile| profile.identities.retain(|identity| identity.id != id));
            browser::focus("#identities h2");
            Ok(())
        }
    });
    let linked = browser::time_text(linked_at, TimeForm::Day);
    let since = match last_login_at {
        Some(at) => {
            let login = browser::time_text(at, TimeForm::Day);
            fill(
                Text::IDENTITY_SINCE_LOGIN,
                &[("date", &linked), ("login", &login)],
            )
        }
        None => fill(Text::IDENTITY_SINCE, &[("date", &linked)]),
    };
    let name = match (username, email) {
        (Some(username), Some(email)) => [&username, ", ", &email].concat(),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => say(Text::IDENTITY_NAMELESS).to_owned(),
    };
    let known_as = if is_same_email {
        Text::IDENTITY_SAME_EMAIL
    } else {
        Text::IDENTITY_KNOWN_AS
    };
    let known_as = fill(known_as, &[("provider", &label), ("name", &name)]);
    view! {
        <li class="row-item" data-identity=row_id>
            <div>
                <p>
                    <strong>{label.clone()}</strong>
                    <span class="badge">{say(Text::IDENTITY_CONNECTED)}</span>
                </p>
                <p>{known_as}</p>
                <p class="hint">{since}</p>
                <p class="hint"><bdi>{issuer}</bdi></p>
            </div>
            <button
                type="button"
                class="button"
                data-disconnect=button_id
                aria-disabled=busy(disconnect)
                on:click=move |_| disconnect.start()
            >
                {say(Text::DISCONNECT)}
            </button>
            <ProblemNote mutation=disconnect />
        </li>
    }
}

/// The button that starts a link.
#[component]
fn Connect(
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
    /// The provider's name for people.
    label: String,
) -> impl IntoView {
    let unsaved = use_unsaved();
    let connect = Mutation::new(move || async move {
        let answer = confirm.send(api::call(LinkIdentity {})).await?;
        unsaved.go_to_provider();
        browser::go(&answer.redirect, History::Keep).await;
        unsaved.stay();
        Ok(())
    });
    view! {
        <p>{fill(Text::CONNECT_INTRO, &[("provider", &label)])}</p>
        <button
            type="button"
            id="connect"
            class="button button-main"
            aria-disabled=busy(connect)
            on:click=move |_| connect.start()
        >
            {fill(Text::CONNECT, &[("provider", &label)])}
        </button>
        <ProblemNote mutation=connect />
    }
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn addresses_are_the_same_whatever_their_case() {
        assert!(is_same(
            Some("Alice@Example.com"),
            Some("alice@example.com")
        ));
        assert!(!is_same(None, None));
    }
}
