//! The form for username and password.

use leptos::prelude::*;
use shared::api::LogIn;
use shared::error::ErrorCode;
use shared::session::PasswordLogin;

use crate::api;
use crate::browser;
use crate::components::field::{Field, FieldKind};
use crate::components::form::Form;
use crate::mutation::Mutation;
use crate::text::say;
use shared::text::Text;

/// What is typed.
#[derive(Clone, Copy)]
pub(crate) struct Credentials {
    /// The username.
    username: RwSignal<String>,
    /// The password.
    password: RwSignal<String>,
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

/// The form.
#[component]
pub(crate) fn PasswordForm(
    /// What is typed.
    credentials: Credentials,
    /// Where to go after the login.
    next: Option<String>,
    /// Does the focus go here?
    autofocus: bool,
) -> impl IntoView {
    let Credentials { username, password } = credentials;
    let log_in = Mutation::new(move || {
        let login = PasswordLogin {
            username: username.get_untracked(),
            password: password.get_untracked(),
            next: next.clone(),
        };
        async move {
            let answer = api::call_with(LogIn {}, &login).send().await;
            if answer
                .as_ref()
                .is_err_and(|error| error.is(ErrorCode::InvalidCredentials))
            {
                browser::focus("#login-form input[name=password]");
            }
            let target = answer?.redirect;
            password.set(String::new());
            browser::enter(&target).await;
            Ok(())
        }
    });
    view! {
        <Form id="login-form" text=say(Text::LOG_IN) busy_text=say(Text::LOGGING_IN) mutation=log_in>
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
        </Form>
    }
}
