//! How failed requests are shown.

use leptos::prelude::*;
use shared::error::ErrorCode;

use crate::api;
use crate::browser;
use crate::components::reference::Reference;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::text::say;
use shared::text::Text;

/// Shows why a mutation failed; nothing if it did not.
#[component]
pub(crate) fn ProblemNote(
    /// The mutation.
    mutation: Mutation,
) -> impl IntoView {
    dynamic(move || {
        mutation
            .failure()
            .map(|error| view! { <ProblemText error /> })
            .into_any()
    })
}

/// One failure in words; screen readers announce it.
#[component]
fn ProblemText(
    /// The failure.
    error: api::Error,
) -> impl IntoView {
    let reference = error.reference().map(str::to_owned);
    let reference = reference.map(|reference| view! { <Reference reference /> });
    view! {
        <div role="alert" class="note note-bad" data-code=error.code()>
            <p>{error.message()}</p>
            {reference}
        </div>
    }
    .into_any()
}

/// Shows the sentence of a code that no request of the app got.
#[component]
pub(crate) fn CodeNote(
    /// The code.
    code: ErrorCode,
) -> impl IntoView {
    view! {
        <p role="alert" class="note note-bad" data-code=code.as_str()>
            {say(code.message())}
        </p>
    }
    .into_any()
}

/// What the server said of the plain form, which comes back with `?error=CODE`.
#[component]
pub(crate) fn ReturnedProblem(
    /// The code whose sentence the page has in any case.
    #[prop(optional)]
    said: Option<ErrorCode>,
) -> impl IntoView {
    let code = browser::query("error").and_then(|given| ErrorCode::parse(&given));
    code.filter(|code| Some(*code) != said)
        .map(|code| view! { <CodeNote code /> })
        .into_any()
}

/// Says why loading failed, with the button to try again.
#[component]
pub(crate) fn Unavailable(
    /// Why.
    error: api::Error,
    /// Loads it again.
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <ProblemText error />
        <button type="button" class="button" on:click=move |_| on_retry.run(())>
            {say(Text::TRY_AGAIN)}
        </button>
    }
    .into_any()
}
