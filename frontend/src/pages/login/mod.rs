//! `/login`: the password form, the way to the provider, and what went wrong last time.

mod error_card;
mod password_form;
mod query;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ConfigQuery, ShowConfig};
use shared::config::PublicConfig;
use shared::error::ErrorCode;
use shared::failure::{NextStep, guide_of};
use shared::routes;

use crate::api;
use crate::base::own;
use crate::browser::{self, History};
use crate::components::credentials::Credentials;
use crate::components::frame::{EntryFrame, Loading, once_loaded};
use crate::components::problem::CodeNote;
use crate::components::provider::ProviderLink;
use crate::dynamic::effect;
use crate::pages::login::error_card::ErrorCard;
use crate::pages::login::password_form::PasswordForm;
use crate::pages::login::query::{LoginQuery, departure};
use crate::remote::Remote;
use crate::text::{fill, say};
use shared::text::Text;

/// The login page.
#[component]
pub(crate) fn LoginPage() -> impl IntoView {
    let query = LoginQuery::read(&browser::query);
    let code = query.code;
    let config = Remote::new(move || {
        let error = code.map(|code| code.as_str().to_owned());
        Some(api::find(ShowConfig {}, &ConfigQuery { error }))
    });
    // Here, not in the form, so that what is typed survives another answer.
    let credentials = Credentials::new();

    effect({
        let query = query.clone();
        move || {
            let Some(Ok(Some(config))) = config.get() else {
                return;
            };
            let query = query.clone().at(&browser::origin(), &config);
            if let Some(target) = departure(&config, &query) {
                spawn_local(async move { browser::go(&target, History::Replace).await });
            }
        }
    });
    // Back from the provider, the browser may show this page as it was, while its user is
    // logged in by now.
    let listener = window_event_listener_untyped("pageshow", move |_| config.refetch());
    on_cleanup(move || listener.remove());

    once_loaded(say(Text::LOG_IN), config, move |config| {
        let query = query.clone().at(&browser::origin(), &config);
        if departure(&config, &query).is_some() {
            return view! { <Loading /> }.into_any();
        }
        view! { <LoginCard config query credentials /> }.into_any()
    })
}

/// The card with all that stands on it.
#[component]
fn LoginCard(
    /// What the server offers.
    config: PublicConfig,
    /// What the address says.
    query: LoginQuery,
    /// What is typed.
    credentials: Credentials,
) -> impl IntoView {
    let error = query.error.clone();
    let notices = view! { <Notices config=config.clone() query=query.clone() /> };
    let card = error
        .is_some()
        .then(|| view! { <ErrorCard config=config.clone() query=query.clone() /> });
    // Whoever is logged in already needs no second login.
    let ways =
        (error.is_none() || !config.signed_in).then(|| view! { <Ways config query credentials /> });
    view! {
        <EntryFrame title=say(Text::LOG_IN)>
            {notices}
            {card}
            {ways}
        </EntryFrame>
    }
    .into_any()
}

/// The ways to log in. One thing first: the provider, where most people use it, or where it failed
/// and may not again.
#[component]
fn Ways(
    /// What the server offers.
    config: PublicConfig,
    /// What the address says.
    query: LoginQuery,
    /// What is typed.
    credentials: Credentials,
) -> impl IntoView {
    let error = query.error.as_deref();
    let guide_next = error.map(|error| guide_of(error, query.lost).next);
    let tries_again = guide_next == Some(NextStep::TryProviderAgain);
    let has_error = error.is_some();
    let next = query.next;
    let form = |autofocus| {
        let next = next.clone();
        view! { <PasswordForm credentials next autofocus /> }.into_any()
    };
    let provider = config.openid.map(|provider| {
        let text = if tries_again {
            Text::TRY_PROVIDER_AGAIN
        } else {
            Text::LOG_IN_WITH
        };
        let is_main = tries_again || config.provider_first || !config.password_login;
        view! { <ProviderLink provider next=next.clone() is_main text /> }
    });
    match (config.password_login, provider) {
        (true, Some(provider)) if config.provider_first => view! {
            {provider}
            // Whoever is asked for a password finds its form open.
            <details class="other-way" open=guide_next == Some(NextStep::UsePassword)>
                <summary>{say(Text::USE_PASSWORD_INSTEAD)}</summary>
                {form(false)}
            </details>
        }
        .into_any(),
        (true, Some(provider)) => view! {
            {provider}
            <p class="or">{say(Text::OR)}</p>
            {form(!has_error)}
        }
        .into_any(),
        (true, None) => form(!has_error),
        (false, Some(provider)) => provider.into_any(),
        (false, None) => view! { <p class="note">{say(Text::NO_WAY_IN)}</p> }.into_any(),
    }
}

/// What is worth saying before the form.
#[component]
fn Notices(
    /// What the server offers.
    config: PublicConfig,
    /// What the address says.
    query: LoginQuery,
) -> impl IntoView {
    let is_blank = query.error.is_none();
    let logged_out = query.logged_out && is_blank;
    let logged_out_text = if query.logged_out_here {
        Text::LOGGED_OUT_HERE
    } else {
        Text::LOGGED_OUT
    };
    let ended_by = (config.ended_by_provider && is_blank && !logged_out)
        .then_some(config.openid)
        .flatten()
        .map(|provider| provider.label);
    let asks_to_go_on = query.next.is_some() && is_blank && !logged_out && ended_by.is_none();
    view! {
        {logged_out
            .then(|| view! { <p class="note note-good" role="status">{say(logged_out_text)}</p> })}
        {ended_by
            .map(|label| {
                view! { <p class="note" role="status">
                        {fill(Text::ENDED_BY_PROVIDER, &[("provider", &label)])}
                    </p> }
            })}
        {asks_to_go_on
            .then(|| view! { <p class="lead">{say(Text::LOG_IN_TO_GO_ON)}</p> })}
        {config.database_away.then(|| view! { <CodeNote code=ErrorCode::Unavailable /> })}
        {config
            .setup_needed
            .then(|| {
                view! {
                    <p class="note note-row">
                        <span>{say(Text::NO_ADMIN_YET)}</span> " "
                        <a class="button button-small" href=own(routes::SETUP)>
                            {say(Text::SET_IT_UP)}
                        </a>
                    </p>
                }
            })}
    }
    .into_any()
}
