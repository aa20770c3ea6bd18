//! The identities at providers that this account is connected to.

use leptos::prelude::*;
use shared::api::{LinkIdentity, UnlinkIdentity};
use shared::profile::{LinkedIdentity, Profile};

use crate::api;
use crate::browser::{self, History};
use crate::components::ask::{Question, use_ask};
use crate::components::confirm::Confirm;
use crate::components::form::busy;
use crate::components::inside::Panel;
use crate::components::problem::ProblemNote;
use crate::components::time::with_times;
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
    dynamic(move || {
        let Profile { identities, .. } = profile.get();
        let missing = provider
            .clone()
            .filter(|label| identities.iter().all(|identity| identity.label != *label));
        if identities.is_empty() && missing.is_none() {
            return ().into_any();
        }
        let rows = identities
            .into_iter()
            .map(|identity| view! { <Identity identity profile confirm /> }.into_any())
            .collect::<Vec<_>>();
        let connect = missing.map(|label| view! { <Connect confirm label /> }.into_any());
        view! {
            <Panel id="identities" title=say(Text::IDENTITIES_TITLE)>
                <ul class="rows">{rows} {connect}</ul>
            </Panel>
        }
        .into_any()
    })
}

/// One identity.
#[component]
fn Identity(
    /// The identity.
    identity: LinkedIdentity,
    /// The user's record, out of which it goes when it is disconnected.
    profile: RwSignal<Profile>,
    /// Asks for a confirmation where the server wants one.
    confirm: Confirm,
) -> impl IntoView {
    let LinkedIdentity {
        id,
        label,
        username,
        email,
        linked_at,
        ..
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
    let since = with_times(say(Text::IDENTITY_SINCE), &[("date", linked_at)]);
    let name = match (username, email) {
        (Some(username), Some(email)) => [&username, ", ", &email].concat(),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => say(Text::IDENTITY_NAMELESS).to_owned(),
    };
    view! {
        <li class="row-item" data-identity=row_id>
            <span class="row-label">{label}</span>
            <div>
                <p>
                    <bdi>{name}</bdi>
                </p>
                <p class="hint">{since}</p>
            </div>
            <button
                type="button"
                class="button button-small"
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
        <li class="row-item">
            <span class="row-label">{label.clone()}</span>
            <div>
                <p>{say(Text::IDENTITY_NONE)}</p>
                <p class="hint">{fill(Text::CONNECT_INTRO, &[("provider", &label)])}</p>
            </div>
            <button
                type="button"
                id="connect"
                class="button button-small"
                aria-disabled=busy(connect)
                on:click=move |_| connect.start()
            >
                {fill(Text::CONNECT, &[("provider", &label)])}
            </button>
            <ProblemNote mutation=connect />
        </li>
    }
}
