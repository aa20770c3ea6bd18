//! The identities that are linked to an account.

use leptos::prelude::*;
use shared::api::UnlinkUserIdentity;
use shared::profile::LinkedIdentity;
use shared::text::Text;

use crate::api;
use crate::browser;
use crate::components::ask::Question;
use crate::components::form::busy;
use crate::components::problem::ProblemNote;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::pages::users::context::{Account, UsersContext};
use crate::text::{fill, say};

/// Shows and disconnects them.
#[component]
pub(super) fn Identities(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
) -> impl IntoView {
    let title_id = account
        .entry
        .with_untracked(|entry| ["identities-", &entry.id].concat());
    let title = title_id.clone();
    let linked = Memo::new(move |_| account.entry.read().identities.clone());
    let list = dynamic(move || {
        let rows = linked
            .get()
            .into_iter()
            .map(|identity| {
                let title = title.clone();
                view! { <Identity context account identity title /> }.into_any()
            })
            .collect::<Vec<_>>();
        let none = rows
            .is_empty()
            .then(|| view! { <p class="hint">{say(Text::IDENTITIES_NONE)}</p> });
        view! {
            <ul class="rows">{rows}</ul>
            {none}
        }
        .into_any()
    });
    view! {
        <div class="part">
            <h3 id=title_id tabindex="-1">
                {say(Text::IDENTITIES_TITLE)}
            </h3>
            {list}
        </div>
    }
    .into_any()
}

/// One of them.
#[component]
fn Identity(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
    /// The identity.
    identity: LinkedIdentity,
    /// The id of the heading above, where the focus goes when the identity is gone.
    title: String,
) -> impl IntoView {
    let LinkedIdentity {
        id,
        label,
        issuer,
        username,
        email,
        ..
    } = identity;
    let name = match (username, email) {
        (Some(username), Some(email)) => [&username, ", ", &email].concat(),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => say(Text::IDENTITY_NAMELESS).to_owned(),
    };
    let names = [label.clone(), name.clone()];
    let disconnect = Mutation::new(move || {
        let (user, owner) = account
            .entry
            .with_untracked(|entry| (entry.id.clone(), entry.username.clone()));
        let (id, title, [label, name]) = (id.clone(), title.clone(), names.clone());
        async move {
            let question = Question::new(
                fill(
                    Text::USERS_DISCONNECT_TITLE,
                    &[("provider", &label), ("username", &owner)],
                ),
                fill(Text::USERS_DISCONNECT_TEXT, &[("name", &name)]),
                say(Text::DISCONNECT),
            );
            if !context.ask.ask(question).await {
                return Ok(());
            }
            let endpoint = UnlinkUserIdentity {
                id: user,
                identity: id.clone(),
            };
            context.confirm.send(api::call(endpoint)).await?;
            account
                .entry
                .update(|entry| entry.identities.retain(|identity| identity.id != id));
            browser::focus(&["#", &title].concat());
            Ok(())
        }
    });
    view! {
        <li class="row-item">
            <div>
                <p>
                    <strong>{label}</strong>
                </p>
                <p dir="auto">{name}</p>
                <p class="hint" dir="ltr">
                    {issuer}
                </p>
            </div>
            <button
                type="button"
                class="button"
                data-disconnect
                aria-disabled=busy(disconnect)
                on:click=move |_| disconnect.start()
            >
                {say(Text::DISCONNECT)}
            </button>
            <ProblemNote mutation=disconnect />
        </li>
    }
    .into_any()
}
