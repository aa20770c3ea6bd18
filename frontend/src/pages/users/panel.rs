//! An account with all that can be done with it.

use leptos::prelude::*;
use shared::api::DeleteUser;
use shared::routes;
use shared::text::Text;
use shared::users::UserEntry;

use crate::api;
use crate::base::own;
use crate::browser::{self, TimeForm};
use crate::components::ask::Question;
use crate::components::form::busy;
use crate::components::plain::{plain, worded};
use crate::components::problem::ProblemNote;
use crate::components::time::ago;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::next::with_query;
use crate::pages::users::context::{Account, UsersContext};
use crate::pages::users::edit::Edit;
use crate::pages::users::identities::Identities;
use crate::pages::users::welcome::CreateLink;
use crate::session::use_session;
use crate::text::{fill, say};

/// All that is known of an account, and all that can be done with it.
#[component]
pub(super) fn AccountPanel(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
) -> impl IntoView {
    let username = account.entry.with_untracked(|entry| entry.username.clone());
    let activity = with_query(&own(routes::ACTIVITY), &[("account", &username)]);
    let name = Signal::derive(move || {
        let entry = account.entry.read();
        entry
            .display_name
            .clone()
            .unwrap_or_else(|| entry.username.clone())
    });
    let facts = dynamic(move || view! { <Facts entry=account.entry.get() /> }.into_any());
    view! {
        <section class="panel account-panel" id="account" aria-labelledby="account-title">
            <h2 id="account-title" tabindex="-1">
                <bdi>{name}</bdi>
            </h2>
            {facts}
            <Edit context account />
            <CreateLink context account />
            <Identities context account />
            <div class="row">
                <a class="button" href=activity>
                    {say(Text::USERS_ACTIVITY)}
                </a>
                <Delete context account />
            </div>
        </section>
    }
    .into_any()
}

/// What cannot be changed here.
#[component]
fn Facts(
    /// The account.
    entry: UserEntry,
) -> impl IntoView {
    let login = match entry.last_login_at {
        Some(at) => ago(at),
        None => say(Text::USERS_NEVER).into_any(),
    };
    let mut hints = Vec::new();
    if let Some(until) = entry.welcome_until {
        let until = browser::time_text(until, TimeForm::Both);
        hints.push(fill(Text::USERS_WELCOME_OPEN, &[("time", &until)]));
    }
    if let Some(labels) = entry.applications {
        hints.push(match labels.as_slice() {
            [] => say(Text::USERS_APPS_NONE).to_owned(),
            labels => fill(Text::USERS_APPS, &[("names", &labels.join(", "))]),
        });
    }
    let fact = |name, value| [worded("dt", "", say(name)), plain("dd", &[], vec![value])];
    // Without another name, it is the heading.
    let username = entry.display_name.is_some().then_some(entry.username);
    let username = username.map(|name| fact(Text::USERNAME, worded("bdi", "", name)));
    let facts = username.into_iter().chain([
        fact(Text::USERS_LAST, login),
        fact(Text::USERS_CREATED, ago(entry.created_at)),
    ]);
    let facts = facts.flatten().collect();
    let mut parts = vec![plain("dl", &[("class", "facts")], facts)];
    parts.extend(hints.into_iter().map(|hint| worded("p", "hint", hint)));
    parts.into_any()
}

/// The button that deletes the account.
#[component]
fn Delete(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
) -> impl IntoView {
    let session = use_session();
    let delete = Mutation::new(move || {
        let (id, username) = account
            .entry
            .with_untracked(|entry| (entry.id.clone(), entry.username.clone()));
        async move {
            let name = [("username", username.as_str())];
            let text = if context.is_me(&id) {
                Text::USERS_DELETE_SELF
            } else {
                Text::USERS_DELETE_TEXT
            };
            let question = Question::new(
                fill(Text::USERS_DELETE_TITLE, &name),
                say(text).to_owned(),
                say(Text::USERS_DELETE),
            );
            if !context.ask.ask(question).await {
                return Ok(());
            }
            let endpoint = DeleteUser { id: id.clone() };
            context.confirm.send(api::call(endpoint)).await?;
            account.is_gone.set(true);
            context.deleted.update(|gone| *gone += 1);
            context.status.set(fill(Text::USERS_DELETED, &name));
            context.filters.close();
            if context.is_me(&id) {
                session.refetch();
            }
            Ok(())
        }
    });
    view! {
        <button
            type="button"
            class="button button-danger"
            data-delete
            aria-disabled=busy(delete)
            on:click=move |_| delete.start()
        >
            {say(Text::USERS_DELETE)}
        </button>
        <ProblemNote mutation=delete />
    }
    .into_any()
}
