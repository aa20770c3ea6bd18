//! The form for username and password.

use leptos::prelude::*;
use shared::api::LogIn;
use shared::session::PasswordLogin;

use crate::api;
use crate::browser;
use crate::components::credentials::{CredentialFields, Credentials, focus_if_wrong};
use crate::components::form::Form;
use crate::mutation::Mutation;
use crate::text::say;
use shared::text::Text;

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
            focus_if_wrong(&answer, "#login-form input[name=password]");
            let target = answer?.redirect;
            password.set(String::new());
            browser::enter(&target).await;
            Ok(())
        }
    });
    view! {
        <Form id="login-form" text=say(Text::LOG_IN) busy_text=say(Text::LOGGING_IN) mutation=log_in>
            <CredentialFields credentials autofocus />
        </Form>
    }
}
