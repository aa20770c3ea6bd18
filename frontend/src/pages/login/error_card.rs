//! What went wrong with the last login, who can fix it, and the next step.

use leptos::prelude::*;
use shared::config::PublicConfig;
use shared::failure::{FailureCode, NextStep, guide_of};
use shared::routes;

use crate::base::own;
use crate::browser;
use crate::next;
use crate::pages::login::query::LoginQuery;
use crate::text::{fill, say};
use shared::text::Text;

/// The code that the card carries where the address has one that this page does not know.
const UNKNOWN: &str = "unknown";

/// The card, announced when it appears.
#[component]
pub(crate) fn ErrorCard(
    /// What the server offers.
    config: PublicConfig,
    /// What the address says.
    query: LoginQuery,
) -> impl IntoView {
    let error = query.error.as_deref().unwrap_or_default();
    let guide = guide_of(error, query.lost);
    let label = config
        .openid
        .as_ref()
        .map(|provider| provider.label.as_str());
    let told = guide.tell(&say, label, query.reference.is_some());
    let hint = config.hint.clone().map(|hint| {
        view! {
            <p class="hint">
                <strong>{say(Text::FOR_THE_ADMINISTRATOR)}</strong> " "
                <span lang="en" dir="ltr">{hint}</span>
            </p>
        }
    });
    let reference = query.reference.clone().map(|reference| {
        view! {
            <p class="reference">
                {say(Text::REFERENCE)} " "
                <code data-ref=reference.clone()>{reference.clone()}</code>
            </p>
        }
    });
    view! {
        <section class="error-card" role="alert" data-code=query.code.map_or(UNKNOWN, FailureCode::as_str)>
            <h2>{told.title}</h2>
            <p>{told.sentence}</p>
            <p>{told.step} " " {told.fixed_by}</p>
            {hint}
            {reference}
            <NextButton step=guide.next config next=query.next />
        </section>
    }
    .into_any()
}

/// The button for the next step.
#[component]
fn NextButton(
    /// The step that the error's guide names.
    step: NextStep,
    /// What the server offers.
    config: PublicConfig,
    /// Where to go after the login.
    next: Option<String>,
) -> impl IntoView {
    if config.signed_in {
        return view! {
            <a class="button" href=own(routes::PROFILE)>
                {say(Text::BACK_TO_PROFILE)}
            </a>
        }
        .into_any();
    }
    match (step, &config.openid) {
        (NextStep::TryProviderAgain, Some(provider)) => view! {
            <a class="button" rel="external" href=next::openid_href(next.as_deref())>
                {fill(Text::TRY_PROVIDER_AGAIN, &[("provider", &provider.label)])}
            </a>
        }
        .into_any(),
        (NextStep::UsePassword, _) if config.password_login => view! {
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    browser::focus("#login-form input[name=username]");
                }
            >
                {say(Text::USE_YOUR_PASSWORD)}
            </button>
        }
        .into_any(),
        (NextStep::OpenAddress, _) if config.public_url.is_some() => {
            let own = config.public_url.unwrap_or_default();
            view! {
                <a class="button" href=[&*own, &next::login_href(next.as_deref())].concat()>
                    {fill(Text::OPEN_ADDRESS, &[("address", &own)])}
                </a>
            }
            .into_any()
        }
        _ => view! {
            <a class="button" href=plain_login_href(&config, next.as_deref())>
                {say(Text::BACK_TO_LOGIN)}
            </a>
        }
        .into_any(),
    }
}

/// Returns the login page without the error: with autologin on, it must not leave again.
fn plain_login_href(config: &PublicConfig, next: Option<&str>) -> String {
    let href = next::login_href(next);
    if config
        .openid
        .as_ref()
        .is_some_and(|provider| provider.autologin)
    {
        let separator = if href.contains('?') { "&" } else { "?" };
        return [&href, separator, "local=1"].concat();
    }
    href
}
