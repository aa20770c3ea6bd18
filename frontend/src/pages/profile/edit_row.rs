//! One row of the account: what it is called, what it is, and the form behind *Edit*.

use leptos::prelude::*;
use shared::text::Text;

use crate::browser;
use crate::components::form::Saved;
use crate::components::unsaved::Edited;
use crate::dynamic::effect;
use crate::text::{fill, say};

/// Which forms are open: one at a time, but none closes over what was typed into it.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    /// The id of the row that was opened last; empty for none.
    newest: RwSignal<&'static str>,
}

impl Editing {
    /// Creates it, for all rows of the page.
    pub(super) fn new() -> Self {
        Self {
            newest: RwSignal::new(""),
        }
    }

    /// Creates what a row knows of it. The row opens by itself for what was typed before the way to
    /// the provider, and if the address asks for it.
    pub(super) fn row(self, id: &'static str, edited: Edited) -> RowState {
        let is_open = RwSignal::new(edited.has_draft() || browser::fragment() == id);
        effect(move || {
            let newest = self.newest.get();
            if !newest.is_empty() && newest != id && !untrack(|| edited.is_changed()) {
                is_open.set(false);
            }
        });
        RowState {
            id,
            editing: self,
            edited,
            is_open,
        }
    }
}

/// One row's form.
#[derive(Clone, Copy)]
pub(super) struct RowState {
    /// The row's id.
    id: &'static str,
    /// All rows.
    editing: Editing,
    /// What was typed.
    edited: Edited,
    /// Is the form shown?
    is_open: RwSignal<bool>,
}

impl RowState {
    /// Shows the form, with the focus in its first field.
    fn open(self) {
        self.editing.newest.set(self.id);
        self.edited.reopen();
        self.is_open.set(true);
        let field = ["#", self.id, "-form input:not(.unseen)"].concat();
        request_animation_frame(move || {
            browser::focus(&field);
        });
    }

    /// Hides the form; the focus goes back to the button that has shown it. Unless somebody has
    /// typed on meanwhile.
    pub(super) fn close(self) {
        if untrack(|| self.edited.is_changed()) {
            return;
        }
        self.is_open.set(false);
        let button = ["[data-edit=", self.id, "]"].concat();
        request_animation_frame(move || {
            browser::focus(&button);
        });
    }
}

/// Returns the text, or that there is none.
pub(super) fn or_none_yet(text: String) -> String {
    if text.is_empty() {
        say(Text::NONE_YET).to_owned()
    } else {
        text
    }
}

/// The row.
#[component]
pub(super) fn EditRow(
    /// Its form.
    row: RowState,
    /// What it is called.
    label: &'static str,
    /// What it is.
    value: Signal<String>,
    /// More about it.
    #[prop(optional)]
    hint: Option<AnyView>,
    /// What became of the form.
    saved: Signal<Saved>,
    /// The form.
    form: AnyView,
) -> impl IntoView {
    let is_open = row.is_open;
    let is_closed = Signal::derive(move || !is_open.get());
    let told = Signal::derive(move || match saved.get() {
        Saved::Yes if is_closed.get() => say(Text::SAVED),
        Saved::AndOthersEnded if is_closed.get() => say(Text::SAVED_OTHERS_ENDED),
        _ => "",
    });
    view! {
        <li class="row-item" id=[row.id, "-row"].concat()>
            <span class="row-label">{label}</span>
            <div hidden=is_open>
                <p>{value}</p>
                {hint}
            </div>
            <button
                type="button"
                class="button button-small"
                data-edit=row.id
                hidden=is_open
                aria-label=fill(Text::EDIT_FIELD, &[("field", label)])
                on:click=move |_| row.open()
            >
                {say(Text::EDIT)}
            </button>
            <div hidden=is_closed>{form}</div>
            <p role="status" class="saved">
                {told}
            </p>
        </li>
    }
    .into_any()
}
