//! How failed requests are shown.

use leptos::prelude::*;
use shared::error::ErrorCode;

use crate::api;
use crate::dynamic::dynamic;
use crate::mutation::Mutation;
use crate::text::say;
use shared::text::Text;

/// The sentence on a mutation's failure; nothing where there is none.
#[component]
pub(crate) fn ProblemNote(
    /// What may have failed.
    mutation: Mutation,
) -> impl IntoView {
    dynamic(move || {
        mutation
            .failure()
            .map(|error| view! { <ProblemText error /> })
            .into_any()
    })
}

/// One failure in words, announced when it appears.
#[component]
fn ProblemText(
    /// The failure.
    error: api::Error,
) -> impl IntoView {
    let reference = error.reference().map(|reference| {
        let reference = reference.to_owned();
        view! {
            " " {say(Text::REFERENCE)} " "
            <code data-ref=reference.clone()>{reference.clone()}</code>
        }
    });
    view! {
        <p role="alert" class="note note-bad" data-code=error.code()>
            {error.message()}
            {reference}
        </p>
    }
    .into_any()
}

/// What is said of a code that no request of the app's has had. The same as on the page that works
/// without wasm.
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

/// What could not be loaded at all, and the button to try again.
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
