//! What an account's row opens to.

use leptos::prelude::*;
use shared::api::DeleteUser;
use shared::routes;
use shared::text::Text;

use crate::api;
use crate::base::own;
use crate::browser::{self, TimeForm};
use crate::components::ask::Question;
use crate::components::form::busy;
use crate::components::problem::ProblemNote;
use crate::mutation::Mutation;
use crate::next::with_query;
use crate::pages::users::context::{Account, UsersContext};
use crate::pages::users::edit::Edit;
use crate::pages::users::identities::Identities;
use crate::pages::users::welcome::CreateLink;
use crate::session::use_session;
use crate::text::{fill, say};

/// All that can be done with an account.
#[component]
pub(super) fn OpenRow(
    /// What the page's parts share.
    context: UsersContext,
    /// The account.
    account: Account,
    /// The element's id.
    id: String,
) -> impl IntoView {
    let (username, created) = account
        .entry
        .with_untracked(|entry| (entry.username.clone(), entry.created_at));
    let activity = with_query(&own(routes::ACTIVITY), &[("account", &username)]);
    let created = browser::time_text(created, TimeForm::Both);
    view! {
        <div class="account-panel" id=id>
            <Edit context account />
            <CreateLink context account />
            <Identities context account />
            <div class="row">
                <a class="button" href=activity>
                    {say(Text::USERS_ACTIVITY)}
                </a>
                <Delete context account />
            </div>
            <p class="hint">{fill(Text::USERS_CREATED, &[("time", &created)])}</p>
        </div>
    }
    .into_any()
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
            browser::focus("#accounts h2");
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
