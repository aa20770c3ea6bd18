//! `/welcome`: whoever has a one-time link chooses the account's password, or logs in by it, as the
//! link is for. The link's token is the fragment of the address, which no browser sends; it stays
//! there until it is used, so that a reload does not lose it. Nothing is used up but by the button:
//! programs that look at links to show what is behind them press none.

use leptos::prelude::*;
use shared::api::{CheckWelcome, RedeemWelcome};
use shared::error::ErrorCode;
use shared::field::FieldKind;
use shared::name::is_new_password;
use shared::routes;
use shared::text::Text;
use shared::users::{LinkPurpose, Welcome, WelcomeCheck, WelcomePassword};

use crate::api;
use crate::base::own;
use crate::browser;
use crate::components::field::Field;
use crate::components::form::{Form, KnownUsername};
use crate::components::frame::{EntryFrame, Loading, UnavailablePage};
use crate::components::problem::CodeNote;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::remote::Remote;
use crate::text::{fill, say};

/// The welcome page.
#[component]
pub(crate) fn WelcomePage() -> impl IntoView {
    let token = browser::fragment();
    let remote = Remote::new({
        let token = token.clone();
        move || {
            let token = token.clone();
            Some(api::call_with(CheckWelcome {}, &WelcomeCheck { token }))
        }
    });
    let on_retry = Callback::new(move |()| remote.refetch());
    dynamic(move || match remote.get() {
        Some(Ok(Some(welcome))) if welcome.purpose == LinkPurpose::Login => {
            view! { <LoginForm welcome token=token.clone() /> }.into_any()
        }
        Some(Ok(Some(welcome))) => view! { <WelcomeForm welcome token=token.clone() /> }.into_any(),
        Some(Err(error)) if error.is(ErrorCode::WelcomeLinkInvalid) => {
            view! { <Invalid /> }.into_any()
        }
        Some(Err(error)) => {
            let title = say(Text::WELCOME_TITLE);
            view! { <UnavailablePage title error on_retry /> }.into_any()
        }
        Some(Ok(None)) | None => view! { <Loading /> }.into_any(),
    })
}

/// Says that the link is of no use.
#[component]
fn Invalid() -> impl IntoView {
    view! {
        <EntryFrame title=say(Text::WELCOME_TITLE)>
            <CodeNote code=ErrorCode::WelcomeLinkInvalid />
            <a class="button button-main" href=own(routes::LOGIN)>
                {say(Text::TO_LOGIN)}
            </a>
        </EntryFrame>
    }
    .into_any()
}

/// Logs in when the button is pressed.
#[component]
fn LoginForm(
    /// Whose link it is.
    welcome: Welcome,
    /// The link's token.
    token: String,
) -> impl IntoView {
    let log_in = Mutation::new(move || {
        let token = token.clone();
        async move {
            let choice = WelcomePassword {
                token,
                password: None,
            };
            let answer = api::call_with(RedeemWelcome {}, &choice).send().await?;
            browser::enter(&answer.redirect).await;
            Ok(())
        }
    });
    let intro = fill(Text::LOGIN_LINK_INTRO, &[("username", &welcome.username)]);
    view! {
        <EntryFrame title=say(Text::LOG_IN)>
            {welcome.display_name.map(|name| view! { <p class="who">{name}</p> }.into_any())}
            <p class="lead">{intro}</p>
            <Form
                id="login-link-form"
                text=say(Text::LOG_IN)
                busy_text=say(Text::LOGGING_IN)
                mutation=log_in
            >
                ""
            </Form>
        </EntryFrame>
    }
    .into_any()
}

/// Asks for the password.
#[component]
fn WelcomeForm(
    /// Whose link it is.
    welcome: Welcome,
    /// The link's token.
    token: String,
) -> impl IntoView {
    let Welcome {
        username,
        display_name,
        has_password,
        ..
    } = welcome;
    let password = RwSignal::new(String::new());
    let is_tried = RwSignal::new(false);
    let fault = Signal::derive(move || {
        if is_tried.get() && !is_new_password(&password.read()) {
            say(ErrorCode::PasswordUnfit.message())
        } else {
            ""
        }
    });
    let save = Mutation::new(move || {
        is_tried.set(true);
        let is_fit = fault.get_untracked().is_empty();
        let choice = WelcomePassword {
            token: token.clone(),
            password: Some(password.get_untracked()),
        };
        async move {
            if !is_fit {
                return Ok(());
            }
            let answer = api::call_with(RedeemWelcome {}, &choice).send().await?;
            browser::enter(&answer.redirect).await;
            Ok(())
        }
    });
    let (title, intro) = if has_password {
        (Text::WELCOME_RESET_TITLE, Text::WELCOME_RESET_INTRO)
    } else {
        (Text::WELCOME_TITLE, Text::WELCOME_INTRO)
    };
    let intro = fill(intro, &[("username", &username)]);
    view! {
        <EntryFrame title=say(title)>
            {display_name.map(|name| view! { <p class="who">{name}</p> }.into_any())}
            <p class="lead">{intro}</p>
            <Form
                id="welcome-form"
                text=say(Text::WELCOME_SUBMIT)
                busy_text=say(Text::SAVING)
                mutation=save
            >
                <KnownUsername username />
                <Field
                    id="password"
                    name="password"
                    label=say(Text::PASSWORD_NEW)
                    kind=FieldKind::NewPassword
                    value=password
                    hint=say(Text::PASSWORD_HINT)
                    fault
                    autofocus=true
                />
            </Form>
        </EntryFrame>
    }
    .into_any()
}
