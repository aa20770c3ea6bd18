//! A form: its fields, its faults, its button and its result.

use leptos::ev;
use leptos::prelude::*;

use crate::browser::{self, FieldFault};
use crate::components::problem::ProblemNote;
use crate::dynamic::{dynamic, effect};
use crate::mutation::Mutation;
use crate::text::{fill_counted, say};
use shared::text::{CountedText, Text};

/// Returns `aria-disabled` for a mutation's button. Not `disabled`, which would take the focus from
/// the button; a mutation never runs twice at once.
pub(crate) fn busy(mutation: Mutation) -> Signal<Option<&'static str>> {
    Signal::derive(move || mutation.is_pending().then_some("true"))
}

/// What a form says about its text.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Nothing.
    #[default]
    Unsaid,
    /// The server saved it.
    Yes,
    /// The server saved it and ended the account's other sessions.
    AndOthersEnded,
    /// It was typed before the browser left to confirm, and waits.
    NotYet,
}

/// A form around its fields.
#[component]
pub(crate) fn Form(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// What the button does.
    text: &'static str,
    /// The button's text while the mutation runs.
    busy_text: &'static str,
    /// What the form does.
    mutation: Mutation,
    /// The result.
    #[prop(optional)]
    saved: Signal<Saved>,
    /// Gives the text up, if the form can be left without.
    #[prop(optional)]
    on_cancel: Option<Callback<()>>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let text = Signal::derive(move || {
        if mutation.is_pending() {
            busy_text
        } else {
            text
        }
    });
    let told = Signal::derive(move || match saved.get() {
        Saved::Unsaid => "",
        Saved::Yes => say(Text::SAVED),
        Saved::AndOthersEnded => say(Text::SAVED_OTHERS_ENDED),
        Saved::NotYet => say(Text::NOT_SAVED_YET),
    });
    let class = Signal::derive(move || {
        if saved.get() == Saved::NotYet {
            "saved waits"
        } else {
            "saved"
        }
    });
    let faults = RwSignal::new(Vec::new());
    let form_id = id.clone();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        mutation.start();
    };
    // The form's own faults and the server's, when the mutation has ended; the view shows them
    // after this turn of the event loop.
    effect(move || {
        if mutation.is_pending() || mutation.is_untried() {
            return;
        }
        let id = form_id.clone();
        request_animation_frame(move || {
            faults.try_set(browser::faults(&id));
        });
    });
    let problem = dynamic(move || {
        // The note at the text says enough.
        (saved.get() != Saved::NotYet)
            .then(|| view! { <ProblemNote mutation /> })
            .into_any()
    });
    let cancel = on_cancel.map(|on_cancel| {
        let cancel = move |_| {
            mutation.forget();
            faults.set(Vec::new());
            on_cancel.run(());
        };
        view! {
            <button type="button" class="button" data-cancel on:click=cancel>
                {say(Text::CANCEL)}
            </button>
        }
        .into_any()
    });
    // `post`, so that no password lands in an address if the form is sent without the app.
    view! {
        <form id=id.clone() method="post" on:submit=on_submit>
            <FaultSummary form=id.clone() faults />
            {children()}
            {problem}
            <div class="row">
                <button type="submit" class="button button-main" aria-disabled=busy(mutation)>
                    {text}
                </button>
                {cancel}
                <p role="status" class=class>
                    {told}
                </p>
            </div>
        </form>
    }
    .into_any()
}

/// Leads to the faults of a form: to the only one, or to all of them by a list.
#[component]
fn FaultSummary(
    /// The form's id.
    form: String,
    /// The faults of the last time.
    faults: RwSignal<Vec<FieldFault>>,
) -> impl IntoView {
    dynamic(move || {
        let faults = faults.get();
        if let [fault] = &faults[..] {
            browser::focus(&["#", &fault.id].concat());
        }
        if faults.len() < 2 {
            return ().into_any();
        }
        let id = [&form, "-faults"].concat();
        let target = ["#", &id].concat();
        // It gets the focus when it has been drawn.
        request_animation_frame(move || {
            browser::focus(&target);
        });
        let count = faults.len() as u64;
        let lines = faults.into_iter().map(fault_line).collect::<Vec<_>>();
        view! {
            <div id=id class="note note-bad faults" role="alert" tabindex="-1">
                <p>{fill_counted(CountedText::FAULTS, count)}</p>
                <ul>{lines}</ul>
            </div>
        }
        .into_any()
    })
}

/// One line of that list.
fn fault_line(fault: FieldFault) -> AnyView {
    let target = ["#", &fault.id].concat();
    let href = target.clone();
    // The link itself would leave an entry in the browser's history.
    let go = move |event: ev::MouseEvent| {
        event.prevent_default();
        browser::focus(&target);
    };
    view! {
        <li>
            <a href=href on:click=go>
                {fault.label}
            </a>
            ": "
            {fault.text}
        </li>
    }
    .into_any()
}

/// Tells password managers whose password a form is about; people do not see it.
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
