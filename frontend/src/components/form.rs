//! A form: what is asked for, what went wrong, the button, and what became of it.

use leptos::ev;
use leptos::prelude::*;

use crate::components::problem::ProblemNote;
use crate::deed::Deed;
use crate::text::say;
use shared::text::Text;

/// Returns `aria-disabled` for a deed's button. Not `disabled`, with which the button would lose
/// the focus; a deed is not started twice anyway.
pub(crate) fn busy(deed: Deed) -> Signal<Option<&'static str>> {
    Signal::derive(move || deed.is_pending().then_some("true"))
}

/// What a form says of its text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Nothing.
    #[default]
    Unsaid,
    /// The server has it.
    Yes,
    /// The server has it, and has ended the account's other sessions.
    AndOthersEnded,
    /// It was typed before the browser went away to confirm, and waits.
    NotYet,
}

/// A form around its fields.
#[component]
pub(crate) fn Form(
    /// Unique on the page.
    id: &'static str,
    /// What the button does.
    text: &'static str,
    /// What it is doing.
    busy_text: &'static str,
    /// What is done.
    deed: Deed,
    /// What became of it.
    #[prop(optional)]
    saved: Signal<Saved>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let text = Signal::derive(move || if deed.is_pending() { busy_text } else { text });
    let told = Signal::derive(move || match saved.get() {
        Saved::Unsaid => "",
        Saved::Yes => say(Text::SAVED),
        Saved::AndOthersEnded => say(Text::SAVED_OTHERS_ENDED),
        Saved::NotYet => say(Text::NOT_SAVED_YET),
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        deed.start();
    };
    // `post`, so that no password lands in an address should the app be dead when it is sent.
    view! {
        <form id=id method="post" on:submit=on_submit>
            {children()}
            <ProblemNote deed />
            <div class="row">
                <button type="submit" class="button button-main" aria-disabled=busy(deed)>
                    {text}
                </button>
                <p role="status" class="saved">
                    {told}
                </p>
            </div>
        </form>
    }
    .into_any()
}

/// Tells password managers whose password a form is about; nobody else sees it.
#[component]
pub(crate) fn KnownUsername(
    /// The account's username.
    username: String,
) -> impl IntoView {
    view! {
        <input
            class="unseen"
            type="text"
            autocomplete="username"
            tabindex="-1"
            aria-hidden="true"
            readonly
            value=username
        />
    }
    .into_any()
}
