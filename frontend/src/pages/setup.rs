//! `/setup`: makes the first admin, for whoever holds the token from the server's log.

use leptos::prelude::*;
use shared::api::{SetUp, ShowConfig};
use shared::config::PublicProvider;
use shared::email::is_plausible;
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::name::{is_new_password, is_username};
use shared::routes;
use shared::session::Setup;

use crate::api;
use crate::base::own;
use crate::browser;
use crate::components::field::Field;
use crate::components::form::Form;
use crate::components::frame::{EntryFrame, once_loaded};
use crate::components::problem::{CodeNote, ReturnedProblem};
use crate::components::provider::ProviderLink;
use crate::mutation::Mutation;
use crate::next;
use crate::remote::Remote;
use crate::text::{around, say};
use shared::text::Text;

/// The page's heading.
const TITLE: Text = Text::SETUP_TITLE;

/// The setup page.
#[component]
pub(crate) fn SetupPage() -> impl IntoView {
    once_loaded(
        say(TITLE),
        Remote::new(|| Some(api::call(ShowConfig {}))),
        |config| {
            if config.setup_needed {
                return view! { <SetupForm provider=config.openid /> }.into_any();
            }
            if config.database_away {
                return view! {
                    <EntryFrame title=say(TITLE)>
                        <CodeNote code=ErrorCode::Unavailable />
                    </EntryFrame>
                }
                .into_any();
            }
            view! {
                <EntryFrame title=say(TITLE)>
                    <p class="note" data-code=ErrorCode::SetupClosed.as_str()>
                        {say(ErrorCode::SetupClosed.message())}
                    </p>
                    <a class="button button-main" href=own(routes::LOGIN)>
                        {say(Text::TO_LOGIN)}
                    </a>
                </EntryFrame>
            }
            .into_any()
        },
    )
}

/// What is typed.
#[derive(Clone, Copy)]
struct Draft {
    /// The setup token.
    token: RwSignal<String>,
    /// The admin's username.
    username: RwSignal<String>,
    /// The admin's password.
    password: RwSignal<String>,
    /// The admin's email; may stay empty.
    email: RwSignal<String>,
}

impl Draft {
    /// Creates an empty one.
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            token: empty(),
            username: empty(),
            password: empty(),
            email: empty(),
        }
    }

    /// What is wrong with the token; empty if nothing is.
    fn token_fault(self) -> &'static str {
        if self.token.read().trim().is_empty() {
            say(Text::REQUIRED)
        } else {
            ""
        }
    }

    /// What is wrong with the username.
    fn username_fault(self) -> &'static str {
        fault(
            is_username(&self.username.read()),
            ErrorCode::UsernameInvalid,
        )
    }

    /// What is wrong with the password.
    fn password_fault(self) -> &'static str {
        fault(
            is_new_password(&self.password.read()),
            ErrorCode::PasswordUnfit,
        )
    }

    /// What is wrong with the email, as far as this page can tell.
    fn email_fault(self) -> &'static str {
        let email = self.email.read();
        fault(
            email.trim().is_empty() || is_plausible(&email),
            ErrorCode::EmailInvalid,
        )
    }

    /// Returns the request, if nothing is wrong.
    fn request(self) -> Option<Setup> {
        let faults = [
            self.token_fault(),
            self.username_fault(),
            self.password_fault(),
            self.email_fault(),
        ];
        let email = self.email.get_untracked();
        faults.iter().all(|fault| fault.is_empty()).then(|| Setup {
            token: self.token.get_untracked().trim().to_owned(),
            username: self.username.get_untracked(),
            password: self.password.get_untracked(),
            email: Some(email.trim().to_owned()).filter(|email| !email.is_empty()),
            next: asked(),
        })
    }
}

/// Returns where to go afterwards, if the address says so.
fn asked() -> Option<String> {
    browser::query("next").filter(|next| next::local_path(next).is_some())
}

/// Returns the code's sentence for what is not fit.
fn fault(is_fit: bool, code: ErrorCode) -> &'static str {
    if is_fit { "" } else { say(code.message()) }
}

/// The form.
#[component]
fn SetupForm(
    /// The provider, whose people need no administrator to log in.
    provider: Option<PublicProvider>,
) -> impl IntoView {
    let draft = Draft::new();
    // Faults are shown once the user has tried, or has left the field.
    let is_tried = RwSignal::new(false);
    let is_email_left = RwSignal::new(false);
    let set_up = Mutation::new(move || {
        is_tried.set(true);
        is_email_left.set(true);
        let setup = untrack(|| draft.request());
        async move {
            let Some(setup) = setup else {
                return Ok(());
            };
            let target = api::call_with(SetUp {}, &setup).send().await?.redirect;
            browser::enter(&target).await;
            Ok(())
        }
    });
    let when = move |is_due: RwSignal<bool>, fault: fn(Draft) -> &'static str| {
        Signal::derive(move || if is_due.get() { fault(draft) } else { "" })
    };
    let links_by_email = provider.as_ref().is_some_and(|it| it.links_by_email);
    let email_hint = if links_by_email {
        Text::SETUP_EMAIL_HINT
    } else {
        Text::OPTIONAL
    };
    let provider = provider.map(|provider| {
        view! {
            <p class="or">{say(Text::OR)}</p>
            <ProviderLink provider next=asked() is_main=false />
        }
        .into_any()
    });
    let (before, after) = around(Text::SETUP_INTRO);
    view! {
        <EntryFrame title=say(TITLE)>
            <p class="lead">
                {before} <code>"postern setup-token"</code> {after}
            </p>
            <ReturnedProblem />
            <Form id="setup-form" text=say(Text::SETUP_SUBMIT) busy_text=say(Text::WORKING) mutation=set_up>
                <Field
                    id="token"
                    name="token"
                    label=say(Text::SETUP_TOKEN)
                    kind=FieldKind::Plain
                    value=draft.token
                    fault=when(is_tried, Draft::token_fault)
                    autofocus=true
                />
                <Field
                    id="username"
                    name="username"
                    label=say(Text::USERNAME)
                    kind=FieldKind::Username
                    value=draft.username
                    fault=when(is_tried, Draft::username_fault)
                />
                <Field
                    id="password"
                    name="password"
                    label=say(Text::PASSWORD)
                    kind=FieldKind::NewPassword
                    value=draft.password
                    hint=say(Text::PASSWORD_HINT)
                    fault=when(is_tried, Draft::password_fault)
                />
                <Field
                    id="email"
                    name="email"
                    label=say(Text::EMAIL)
                    kind=FieldKind::Email
                    value=draft.email
                    hint=say(email_hint)
                    fault=when(is_email_left, Draft::email_fault)
                    is_left=is_email_left
                />
            </Form>
            {provider}
        </EntryFrame>
    }
}
