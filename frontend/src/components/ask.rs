//! The dialog that asks before something is done that cannot be undone.

use leptos::html;
use leptos::prelude::*;
use shared::text::Text;
use wasm_bindgen_futures::JsFuture;

use crate::browser::focus;
use crate::dynamic::dynamic;
use crate::text::say;

/// The dialog's `returnValue` when the answer is yes.
const YES: &str = "yes";

/// What is asked.
#[derive(Clone)]
pub(crate) struct Question {
    /// The dialog's heading, a question.
    pub(crate) title: String,
    /// What a yes means.
    pub(crate) text: String,
    /// The button that says yes: what is then done.
    pub(crate) yes: &'static str,
    /// The button that says no. It has the focus, and Escape means the same.
    pub(crate) no: &'static str,
}

impl Question {
    /// Creates one that `Cancel` answers with no.
    pub(crate) fn new(
        title: impl Into<String>,
        text: impl Into<String>,
        yes: &'static str,
    ) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
            yes,
            no: say(Text::CANCEL),
        }
    }
}

/// Asks questions, one at a time.
#[derive(Clone, Copy)]
pub(crate) struct Ask {
    /// The one dialog of all pages.
    dialog: NodeRef<html::Dialog>,
    /// What is asked, or was asked last.
    question: RwSignal<Option<Question>>,
}

impl Ask {
    /// Creates it, for all pages to use; [`AskDialog`] must stand beside them.
    pub(crate) fn provide() -> Self {
        let ask = Self {
            dialog: NodeRef::new(),
            question: RwSignal::new(None),
        };
        provide_context(ask);
        ask
    }

    /// Asks, and waits for the answer. The focus then is where it was before.
    pub(crate) async fn ask(self, question: Question) -> bool {
        let Some(dialog) = self.dialog.try_get_untracked().flatten() else {
            return false;
        };
        // Whoever is being asked is not asked again meanwhile.
        if dialog.open() {
            return false;
        }
        self.question.set(Some(question));
        // The words stand there before the dialog opens, so that a screen reader reads them.
        leptos::task::tick().await;
        answer(&dialog).await == YES
    }
}

/// Returns the [`Ask`] of these pages.
pub(crate) fn use_ask() -> Ask {
    expect_context()
}

/// Shows a dialog, waits until it is closed, and returns its `returnValue`: none after Escape.
pub(crate) async fn answer(dialog: &web_sys::HtmlDialogElement) -> String {
    dialog.set_return_value("");
    let closed = js_sys::Promise::new(&mut |resolve, _| {
        let once = web_sys::AddEventListenerOptions::new();
        once.set_once(true);
        // Cannot fail on a dialog that stands in the document.
        let _ = dialog.add_event_listener_with_callback_and_add_event_listener_options(
            "close", &resolve, &once,
        );
    });
    if dialog.show_modal().is_err() {
        return String::new();
    }
    focus("dialog[open] [data-autofocus]");
    if JsFuture::from(closed).await.is_err() {
        return String::new();
    }
    dialog.return_value()
}

/// The dialog itself, closed until something is asked.
#[component]
pub(crate) fn AskDialog(
    /// Who opens it.
    ask: Ask,
) -> impl IntoView {
    let content = dynamic(move || {
        ask.question
            .get()
            .map(|question| view! { <Asked ask question /> })
            .into_any()
    });
    view! {
        <dialog
            node_ref=ask.dialog
            id="ask"
            class="dialog"
            role="alertdialog"
            aria-labelledby="ask-title"
            aria-describedby="ask-text"
        >
            {content}
        </dialog>
    }
    .into_any()
}

/// What stands in it.
#[component]
fn Asked(
    /// Whose dialog is closed by the answer.
    ask: Ask,
    /// What is asked.
    question: Question,
) -> impl IntoView {
    let close = move |value: &'static str| {
        move |_| {
            if let Some(dialog) = ask.dialog.try_get_untracked().flatten() {
                dialog.close_with_return_value(value);
            }
        }
    };
    view! {
        <h2 id="ask-title">{question.title}</h2>
        <p id="ask-text">{question.text}</p>
        <div class="row">
            <button type="button" class="button" autofocus=true data-answer="no" on:click=close("")>
                {question.no}
            </button>
            <button
                type="button"
                class="button button-danger"
                data-answer="yes"
                on:click=close(YES)
            >
                {question.yes}
            </button>
        </div>
    }
    .into_any()
}
