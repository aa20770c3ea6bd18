//! The username and password of an account, as they are typed.

use leptos::prelude::*;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::session::GoTo;

use crate::api;
use crate::browser;
use crate::components::field::Field;
use crate::text::say;
use shared::text::Text;

/// What is typed.
#[derive(Clone, Copy)]
pub(crate) struct Credentials {
    /// The username.
    pub(crate) username: RwSignal<String>,
    /// The password.
    pub(crate) password: RwSignal<String>,
}

impl Credentials {
    /// Creates empty ones.
    pub(crate) fn new() -> Self {
        Self {
            username: RwSignal::new(String::new()),
            password: RwSignal::new(String::new()),
        }
    }
}

/// The two fields.
#[component]
pub(crate) fn CredentialFields(
    /// What is typed.
    credentials: Credentials,
    /// Does the focus go here?
    autofocus: bool,
) -> impl IntoView {
    let Credentials { username, password } = credentials;
    view! {
        <Field
            id="username"
            name="username"
            label=say(Text::USERNAME)
            kind=FieldKind::Username
            value=username
            autofocus=autofocus
        />
        <Field
            id="password"
            name="password"
            label=say(Text::PASSWORD)
            kind=FieldKind::CurrentPassword
            value=password
        />
    }
}

/// Puts the focus on the field of that selector if the username or the password is wrong.
pub(crate) fn focus_if_wrong(answer: &api::Result<GoTo>, selector: &str) {
    if answer
        .as_ref()
        .is_err_and(|error| error.is(ErrorCode::InvalidCredentials))
    {
        browser::focus(selector);
    }
}
