//! The dialog that confirms who the user is, and then repeats the request.

use leptos::html;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use shared::api::ConfirmSession;
use shared::config::PublicConfig;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::profile::Profile;
use shared::routes;
use shared::session::Confirmation;

use crate::api::{self, Request};
use crate::browser;
use crate::components::ask::answer;
use crate::components::field::Field;
use crate::components::form::{Form, KnownUsername};
use crate::components::unsaved::use_unsaved;
use crate::mutation::Mutation;
use crate::next;
use crate::session::{Session, use_session};
use crate::text::{fill, say};
use shared::text::Text;

/// The dialog's `returnValue` when the server has accepted the confirmation.
const CONFIRMED: &str = "confirmed";

/// Sends requests that may ask for a confirmation first.
#[derive(Clone, Copy)]
pub(crate) struct Confirm {
    /// The page's one dialog.
    dialog: NodeRef<html::Dialog>,
    /// Gets the results of the requests.
    session: Session,
}

impl Confirm {
    /// Creates it; [`ConfirmDialog`] must be on the same page.
    pub(crate) fn new() -> Self {
        Self {
            dialog: NodeRef::new(),
            session: use_session(),
        }
    }

    /// Sends the request; if the server wants a confirmation, asks for it and sends it again.
    pub(crate) async fn send<T: DeserializeOwned>(self, request: Request<T>) -> api::Result<T> {
        let mut answer = request.clone().send().await;
        let wants_more = answer
            .as_ref()
            .is_err_and(|error| error.is(ErrorCode::ReauthRequired));
        if wants_more && self.ask().await {
            answer = request.send().await;
        }
        self.session.note_result(answer)
    }

    /// Shows the dialog and waits until it is closed.
    async fn ask(self) -> bool {
        let Some(dialog) = self.dialog.try_get_untracked().flatten() else {
            return false;
        };
        answer(&dialog).await == CONFIRMED
    }

    /// Closes the dialog.
    fn close(self, return_value: &str) {
        if let Some(dialog) = self.dialog.try_get_untracked().flatten() {
            dialog.close_with_return_value(return_value);
        }
    }
}

/// The dialog itself, closed until it is asked for.
#[component]
pub(crate) fn ConfirmDialog(
    /// Who opens it.
    confirm: Confirm,
    /// Whose confirmation is asked.
    profile: RwSignal<Profile>,
    /// What the server allows.
    config: PublicConfig,
    /// True if the page stays with its text while the provider confirms in another tab.
    #[prop(optional)]
    stays: bool,
) -> impl IntoView {
    let user = profile.read_untracked().user.clone();
    let body = match &config.openid {
        _ if user.has_password && config.password_login => {
            view! { <PasswordConfirm confirm username=user.username /> }.into_any()
        }
        Some(provider) if stays => {
            view! { <ProviderConfirmInTab confirm label=provider.label.clone() /> }.into_any()
        }
        Some(provider) => view! { <ProviderConfirm label=provider.label.clone() /> }.into_any(),
        None => view! {
            <p>{say(Text::CONFIRM_BY_LOGIN)}</p>
        }
        .into_any(),
    };
    view! {
        <dialog node_ref=confirm.dialog class="dialog" aria-labelledby="confirm-title">
            <h2 id="confirm-title">{say(Text::CONFIRM_TITLE)}</h2>
            {body}
            <button type="button" class="button button-quiet" on:click=move |_| confirm.close("")>
                {say(Text::CANCEL)}
            </button>
        </dialog>
    }
    .into_any()
}

/// What the dialog asks of accounts without a password: a login, which leaves the page.
#[component]
fn ProviderConfirm(
    /// The provider's name for people.
    label: String,
) -> impl IntoView {
    let unsaved = use_unsaved();
    view! {
        <p>{say(Text::CONFIRM_BY_PROVIDER)}</p>
        <a
            class="button button-main"
            rel="external"
            href=next::confirm_href(routes::PROFILE)
            on:click=move |_| unsaved.go_to_provider()
        >
            {fill(Text::CONFIRM_WITH, &[("provider", &label)])}
        </a>
    }
}

/// The same in another tab; this page waits until the user says that it is done.
#[component]
fn ProviderConfirmInTab(
    /// Closed then.
    confirm: Confirm,
    /// The provider's name for people.
    label: String,
) -> impl IntoView {
    view! {
        <p>{say(Text::CONFIRM_IN_TAB)}</p>
        <a
            class="button button-main"
            target="_blank"
            rel="external"
            href=next::confirm_href(routes::HOME)
        >
            {fill(Text::CONFIRM_WITH, &[("provider", &label)])}
        </a>
        <button type="button" class="button" on:click=move |_| confirm.close(CONFIRMED)>
            {say(Text::CONFIRM_IN_TAB_DONE)}
        </button>
    }
    .into_any()
}

/// What the dialog asks of accounts with a password.
#[component]
fn PasswordConfirm(
    /// Closed on success.
    confirm: Confirm,
    /// The account's, for password managers.
    username: String,
) -> impl IntoView {
    let password = RwSignal::new(String::new());
    let check = Mutation::new(move || async move {
        let confirmation = Confirmation {
            password: password.get_untracked(),
        };
        let answer = api::call_with(ConfirmSession {}, &confirmation)
            .send()
            .await;
        if answer.is_err() {
            browser::focus("dialog[open] input[name=confirm]");
        }
        answer?;
        password.set(String::new());
        confirm.close(CONFIRMED);
        Ok(())
    });
    view! {
        <p>{say(Text::CONFIRM_BY_PASSWORD)}</p>
        <Form id="confirm-form" text=say(Text::CONFIRM_SUBMIT) busy_text=say(Text::CONFIRM_BUSY) mutation=check>
            <KnownUsername username />
            <Field
                id="confirm-password"
                name="confirm"
                label=say(Text::PASSWORD)
                kind=FieldKind::CurrentPassword
                value=password
                autofocus=true
            />
        </Form>
    }
}
