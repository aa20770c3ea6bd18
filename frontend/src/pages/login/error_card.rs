//! What went wrong with the last login, who can fix it, and the next step.

use leptos::prelude::*;
use shared::config::PublicConfig;
use shared::failure::{FailureCode, NextStep, guide_of};
use shared::routes;

use crate::base::own;
use crate::components::reference::Reference;
use crate::next;
use crate::pages::login::query::LoginQuery;
use crate::text::{fill, say};
use shared::text::Text;

/// The code that the card carries where the address has one that this page does not know.
const UNKNOWN: &str = "unknown";

/// The card, announced when it appears. A login that its user cancelled is no alarm.
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
    let hint = config
        .hint
        .clone()
        .map(|hint| view! { <p>{hint}</p> }.into_any());
    let reference = query
        .reference
        .clone()
        .map(|reference| view! { <Reference reference /> }.into_any());
    let code = query.code.map_or(UNKNOWN, FailureCode::as_str);
    if query.code == Some(FailureCode::AccessDenied) {
        return view! {
            <section class="note error-card" role="status" data-code=code>
                <p>{told.sentence}</p>
                {details(hint, reference)}
            </section>
        }
        .into_any();
    }
    // One text, as in the document: in three it is a little wider, and counts as painted anew.
    let advice = [told.step.as_str(), " ", told.fixed_by].concat();
    view! {
        <section class="note note-bad error-card" role="alert" data-code=code>
            <h2>{told.title}</h2>
            <p>{advice}</p>
            {next_button(guide.next, config, query.next)}
            {reference}
            {details(Some(view! { <p>{told.sentence}</p> }.into_any()), hint)}
        </section>
    }
    .into_any()
}

/// What few need, behind a word.
fn details(first: Option<AnyView>, second: Option<AnyView>) -> Option<AnyView> {
    (first.is_some() || second.is_some()).then(|| {
        view! {
            <details class="more">
                <summary>{say(Text::LOGIN_DETAILS)}</summary>
                {first}
                {second}
            </details>
        }
        .into_any()
    })
}

/// The button for the next step, unless that is one of the ways to log in below the card.
fn next_button(step: NextStep, config: PublicConfig, next: Option<String>) -> Option<AnyView> {
    let (href, text) = match (step, config.public_url) {
        _ if config.signed_in => (own(routes::PROFILE), say(Text::BACK_TO_PROFILE).to_owned()),
        (NextStep::OpenAddress, Some(own)) => (
            [&*own, &next::login_href(next.as_deref())].concat(),
            fill(Text::OPEN_ADDRESS, &[("address", &own)]),
        ),
        _ => return None,
    };
    let button = view! {
        <a class="button" href=href>
            {text}
        </a>
    };
    Some(button.into_any())
}
