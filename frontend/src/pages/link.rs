//! `/link`: names both identities before they become one, and asks for the account's password
//! where the identity policy says so.

use std::borrow::Cow;

use leptos::prelude::*;
use shared::api::{AcceptLink, DropLink, ShowLink};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::link::{LinkAnswer, PendingLink};
use shared::routes;

use crate::api;
use crate::browser::{self, History};
use crate::components::field::{Field, FieldKind};
use crate::components::form::{Form, KnownUsername, busy};
use crate::components::frame::{EntryFrame, Loading, UnavailablePage};
use crate::components::problem::ProblemNote;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::remote::Remote;
use crate::text::{fill, say};
use shared::text::Text;

/// The page's heading.
const TITLE: Text = Text::LINK_TITLE;

/// The link page.
#[component]
pub(crate) fn LinkPage() -> impl IntoView {
    let remote = Remote::new(|| Some(api::call(ShowLink {})));
    let on_retry = Callback::new(move |()| remote.refetch());
    dynamic(move || match remote.get() {
        Some(Ok(Some(link))) => view! { <LinkForm link /> }.into_any(),
        Some(Err(error)) if error.is(ErrorCode::LinkExpired) => view! { <Expired /> }.into_any(),
        Some(Err(error)) => {
            view! { <UnavailablePage title=say(TITLE) error on_retry /> }.into_any()
        }
        Some(Ok(None)) | None => view! { <Loading /> }.into_any(),
    })
}

/// Says that nothing waits any more.
#[component]
fn Expired() -> impl IntoView {
    view! {
        <EntryFrame title=say(TITLE)>
            <p class="note" role="alert" data-code=ErrorCode::LinkExpired.as_str()>
                {say(ErrorCode::LinkExpired.message())}
            </p>
            <a class="button button-main" href=routes::HOME>
                {say(Text::GO_ON)}
            </a>
        </EntryFrame>
    }
}

/// Both identities and the question.
#[component]
fn LinkForm(
    /// What waits.
    link: PendingLink,
) -> impl IntoView {
    let needs_password = link.needs_password;
    let username = link.account_username.clone();
    // Whoever needs no password is logged in and came from the profile page.
    let way_back = if needs_password {
        let code = FailureCode::LinkConfirm.as_str();
        Cow::Owned(format!("{}?error={code}", routes::LOGIN))
    } else {
        Cow::Borrowed(routes::PROFILE)
    };
    let password = RwSignal::new(String::new());
    let accept = Mutation::new(move || {
        let password = needs_password.then(|| password.get_untracked());
        async move {
            let answer = api::call_with(AcceptLink {}, &LinkAnswer { password })
                .send()
                .await;
            if answer
                .as_ref()
                .is_err_and(|error| error.is(ErrorCode::PasswordWrong))
            {
                browser::focus("#link-form input[name=password]");
            }
            browser::go(&answer?.redirect, History::Replace).await;
            Ok(())
        }
    });
    let cancel = Mutation::new(move || {
        let way_back = way_back.clone();
        async move {
            api::call(DropLink {}).send().await?;
            browser::go(&way_back, History::Replace).await;
            Ok(())
        }
    });
    let question = if needs_password {
        Text::LINK_QUESTION_PASSWORD
    } else {
        Text::LINK_QUESTION
    };
    view! {
        <EntryFrame title=say(TITLE)>
            <p class="lead">{say(question)}</p>
            <BothIdentities link />
            <Form id="link-form" text=say(Text::LINK_SUBMIT) busy_text=say(Text::LINK_BUSY) mutation=accept>
                {needs_password
                    .then(|| {
                        view! {
                            <KnownUsername username />
                            <Field
                                id="password"
                                name="password"
                                label=say(Text::LINK_PASSWORD)
                                kind=FieldKind::CurrentPassword
                                value=password
                                autofocus=true
                            />
                        }
                    })}
            </Form>
            <ProblemNote mutation=cancel />
            <button
                type="button"
                id="link-cancel"
                class="button button-quiet"
                aria-disabled=busy(cancel)
                on:click=move |_| cancel.start()
            >
                {say(Text::CANCEL)}
            </button>
        </EntryFrame>
    }
}

/// The two, one above the other.
#[component]
fn BothIdentities(
    /// What waits.
    link: PendingLink,
) -> impl IntoView {
    let name = link
        .identity_username
        .clone()
        .or(link.identity_email.clone());
    let email = link
        .identity_email
        .filter(|_| link.identity_username.is_some());
    view! {
        <dl class="pair">
            <div>
                <dt>{fill(Text::LINK_AT, &[("provider", &link.label)])}</dt>
                <dd>
                    <strong>{name.unwrap_or_else(|| say(Text::LINK_NAMELESS).to_owned())}</strong>
                    {email.map(|email| view! { <span>{email}</span> })}
                </dd>
            </div>
            <div>
                <dt>{say(Text::LINK_HERE)}</dt>
                <dd>
                    <strong>{link.account_username}</strong>
                </dd>
            </div>
        </dl>
    }
}
