//! `/link`: names both identities before they become one, or asks whose the identity is if the
//! identity policy does not know.

use leptos::ev;
use leptos::prelude::*;
use shared::api::{AcceptLink, DropLink, ShowLink};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::link::{LinkAnswer, LinkWay, PendingLink};
use shared::routes;

use crate::api;
use crate::base::own;
use crate::browser::{self, History};
use crate::components::credentials::{CredentialFields, Credentials, focus_if_wrong};
use crate::components::form::{Form, busy};
use crate::components::frame::{EntryFrame, Loading, UnavailablePage};
use crate::components::problem::{ProblemNote, ReturnedProblem};
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::remote::Remote;
use crate::text::{fill, say};
use shared::text::Text;

/// The page's heading.
const TITLE: Text = Text::LINK_HERE;

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
            <ReturnedProblem said=ErrorCode::LinkExpired />
            <p class="note" role="alert" data-code=ErrorCode::LinkExpired.as_str()>
                {say(ErrorCode::LinkExpired.message())}
            </p>
            <a class="button button-main" href=own(routes::HOME)>
                {say(Text::GO_ON)}
            </a>
        </EntryFrame>
    }
}

/// The identity, and who its person is: the owner who is logged in, that of another account, or
/// somebody new.
#[component]
fn LinkForm(
    /// What waits.
    link: PendingLink,
) -> impl IntoView {
    let is_owner = link.account_username.is_some();
    let (takes_password, may_register) = (link.takes_password, link.may_register);
    // The owner came from the profile page.
    let way_back = if is_owner {
        own(routes::PROFILE)
    } else {
        let code = FailureCode::LinkConfirm.as_str();
        format!("{}?error={code}", own(routes::LOGIN))
    };
    let credentials = Credentials::new();
    let text = move |signal: RwSignal<String>| takes_password.then(|| signal.get_untracked());
    let accept = answer(move || LinkAnswer {
        way: LinkWay::Account,
        username: text(credentials.username),
        password: text(credentials.password),
    });
    let register = answer(|| LinkAnswer {
        way: LinkWay::New,
        ..LinkAnswer::default()
    });
    let register_instead = move |event: ev::SubmitEvent| {
        event.prevent_default();
        register.start();
    };
    let cancel = Mutation::new(move || {
        let way_back = way_back.clone();
        async move {
            api::call(DropLink {}).send().await?;
            browser::go(&way_back, History::Replace).await;
            Ok(())
        }
    });
    let lead = if is_owner {
        say(Text::LINK_QUESTION).to_owned()
    } else if takes_password {
        fill(Text::LINK_WHO, &[("provider", &link.label)])
    } else {
        say(Text::LINK_ASK_ADMIN).to_owned()
    };
    view! {
        <EntryFrame title=say(TITLE)>
            <Identities link />
            {takes_password.then(|| view! { <h2>{say(Text::LINK_HAVE)}</h2> })}
            <p class="lead">{lead}</p>
            <ReturnedProblem />
            {(is_owner || takes_password)
                .then(|| {
                    view! {
                        <Form
                            id="link-form"
                            text=say(Text::LINK_SUBMIT)
                            busy_text=say(Text::LINK_BUSY)
                            mutation=accept
                        >
                            {takes_password
                                .then(|| {
                                    view! { <CredentialFields credentials autofocus=true /> }
                                })}
                        </Form>
                    }
                })}
            {(takes_password && may_register).then(|| view! { <p class="or">{say(Text::OR)}</p> })}
            {may_register
                .then(|| {
                    view! {
                        <ProblemNote mutation=register />
                        <form method="post" on:submit=register_instead>
                            <button
                                type="submit"
                                id="link-new"
                                class="button"
                                aria-disabled=busy(register)
                            >
                                {say(Text::LINK_NEW)}
                            </button>
                        </form>
                        <p class="hint">{say(Text::LINK_NEW_HINT)}</p>
                    }
                })}
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

/// Sends who the person is, and goes on.
fn answer(given: impl Fn() -> LinkAnswer + 'static) -> Mutation {
    Mutation::new(move || {
        let given = given();
        async move {
            let answer = api::call_with(AcceptLink {}, &given).send().await;
            focus_if_wrong(&answer, "#link-form input[name=password]");
            browser::go(&answer?.redirect, History::Replace).await;
            Ok(())
        }
    })
}

/// The identity, and the account below it if its owner is logged in.
#[component]
fn Identities(
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
    let account = link.account_username.map(|username| {
        view! {
            <div>
                <dt>{say(TITLE)}</dt>
                <dd>
                    <strong>{username}</strong>
                </dd>
            </div>
        }
    });
    view! {
        <dl class="pair">
            <div>
                <dt>{fill(Text::LINK_AT, &[("provider", &link.label)])}</dt>
                <dd>
                    <strong>{name.unwrap_or_else(|| say(Text::LINK_NAMELESS).to_owned())}</strong>
                    {email.map(|email| view! { <span>{email}</span> })}
                </dd>
            </div>
            {account}
        </dl>
    }
}
