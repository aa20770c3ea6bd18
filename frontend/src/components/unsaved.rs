//! Text that was typed and that the server has not: no page is left without a word about it.
//!
//! Reload, closed tab and the ways to other sites are the browser's own question, for which a
//! listener stands only while there is something to lose: with one, no page is kept for Back. Links
//! and Back and Forward between the pages behind the login are the router's, and the question is
//! ours.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::text::Text;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, MouseEvent};

use crate::browser::{self, draft};
use crate::components::ask::{Ask, Question};
use crate::components::form::Saved;
use crate::dynamic::effect;
use crate::mutation::Mutation;
use crate::text::say;

/// What is known of the way out of this page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// Nobody leaves.
    No,
    /// The changes are given up.
    GivenUp,
    /// The browser goes to the provider and comes back: the changes are kept.
    ToProvider,
}

/// Links that the router follows, and not the browser.
const ROUTED: &str = "a[href]:not([target], [download], [rel~=external])";

/// The guard of all pages behind the login.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved {
    /// Has it changes? One for each form that is shown.
    forms: RwSignal<Vec<Signal<bool>>>,
    /// Is the page being left?
    leaving: RwSignal<Leaving>,
    /// The address of the page that has changes.
    here: StoredValue<String>,
    /// Puts the question.
    ask: Ask,
}

impl Unsaved {
    /// Creates it, for all pages to use. Before the router, whose listeners must come second.
    pub(crate) fn provide(ask: Ask) {
        let unsaved = Self {
            forms: RwSignal::new(Vec::new()),
            leaving: RwSignal::new(Leaving::No),
            here: StoredValue::new(String::new()),
            ask,
        };
        provide_context(unsaved);
        effect(move || unsaved.guard_unload());
        // They stand for as long as the page.
        window_event_listener_untyped("click", move |event| unsaved.guard_link(&event));
        window_event_listener_untyped("popstate", move |event| unsaved.guard_history(&event));
        // Back from elsewhere may bring the page just as it was left.
        window_event_listener_untyped("pageshow", move |_| unsaved.stay());
    }

    /// Is there something to lose, of which nothing has been said yet?
    fn has_changes(self) -> bool {
        let is_changed = |form: &Signal<bool>| form.try_get() == Some(true);
        self.leaving.get() == Leaving::No && self.forms.read().iter().any(is_changed)
    }

    /// Puts the question, if there is something to lose. After a yes nobody asks again.
    pub(crate) async fn may_leave(self) -> bool {
        if !untrack(|| self.has_changes()) {
            return true;
        }
        let question = Question {
            title: say(Text::UNSAVED_TITLE).to_owned(),
            text: say(Text::UNSAVED_TEXT).to_owned(),
            yes: say(Text::UNSAVED_LEAVE),
            no: say(Text::UNSAVED_STAY),
        };
        let is_left = self.ask.ask(question).await;
        if is_left {
            self.leaving.set(Leaving::GivenUp);
        }
        is_left
    }

    /// The browser is about to go to the provider: keeps what was typed, and asks nothing.
    pub(crate) fn go_to_provider(self) {
        self.leaving.set(Leaving::ToProvider);
    }

    /// The page is not left, or another one has come.
    pub(crate) fn stay(self) {
        self.leaving.set(Leaving::No);
    }

    /// Has the browser ask before it unloads the page, for as long as there is something to lose.
    fn guard_unload(self) {
        if !self.has_changes() {
            return;
        }
        self.here.set_value(browser::href());
        let listener = window_event_listener_untyped("beforeunload", move |event| {
            // What was decided in this very turn has not reached the effect yet.
            if untrack(|| self.has_changes()) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    }

    /// Asks before the router follows a link, and has it followed after a yes.
    fn guard_link(self, event: &Event) {
        let Some(link) = routed_link(event).filter(|_| untrack(|| self.has_changes())) else {
            return;
        };
        event.prevent_default();
        spawn_local(async move {
            if self.may_leave().await {
                link.click();
            }
        });
    }

    /// Asks before the router follows Back or Forward. These have happened already, so they are
    /// undone meanwhile.
    fn guard_history(self, event: &Event) {
        if !untrack(|| self.has_changes()) {
            return;
        }
        let Ok(history) = window().history() else {
            return;
        };
        event.stop_immediate_propagation();
        // The address is of this very page, so this does not fail.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&self.here.get_value()));
        spawn_local(async move {
            if self.may_leave().await {
                // Nothing is lost where even that is refused.
                let _ = history.back();
            }
        });
    }

    /// Guards a form of which this says whether it has changes.
    pub(crate) fn form(self, is_changed: impl Fn() -> bool + Send + Sync + 'static) -> Edited {
        let is_changed = Signal::derive(is_changed);
        self.forms.update(|forms| forms.push(is_changed));
        on_cleanup(move || {
            self.forms
                .update(|forms| forms.retain(|form| *form != is_changed));
        });
        let is_saved = RwSignal::new(false);
        // Whoever goes on typing has read that the text before was saved.
        effect(move || {
            if is_changed.get() {
                is_saved.set(false);
            }
        });
        Edited {
            is_changed,
            is_saved,
            has_draft: false,
        }
    }

    /// Guards a text that may be kept in this tab while the browser is at the provider, and returns
    /// it: the draft of that name, else what the server has.
    pub(crate) fn text(
        self,
        name: &'static str,
        account_id: String,
        stored: impl Fn() -> String + Copy + Send + Sync + 'static,
    ) -> (RwSignal<String>, Edited) {
        let draft = draft::take(name, &account_id);
        let has_draft = draft.is_some();
        let text = RwSignal::new(draft.unwrap_or_else(|| untrack(stored)));
        let edited = self.form(move || text.read().trim() != stored());
        effect(move || {
            let is_kept = self.leaving.get() == Leaving::ToProvider;
            if is_kept && edited.is_changed.get_untracked() {
                draft::keep(name, &account_id, &text.read_untracked());
            } else {
                draft::forget(name);
            }
        });
        (
            text,
            Edited {
                has_draft,
                ..edited
            },
        )
    }
}

/// Returns the [`Unsaved`] of these pages.
pub(crate) fn use_unsaved() -> Unsaved {
    expect_context()
}

/// Returns the link to another page on which a click is the router's to follow.
fn routed_link(event: &Event) -> Option<HtmlElement> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let is_plain = click.button() == 0
        && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
        && !event.default_prevented();
    let target = event.target().filter(|_| is_plain)?;
    let link = target.dyn_into::<Element>().ok()?.closest(ROUTED).ok()??;
    let is_elsewhere = link.get_attribute("href")? != browser::path();
    link.dyn_into().ok().filter(|_| is_elsewhere)
}

/// A form's changes, and what became of them.
#[derive(Clone, Copy)]
pub(crate) struct Edited {
    /// Is there something that the server has not?
    is_changed: Signal<bool>,
    /// Has it been saved, and not been touched since?
    is_saved: RwSignal<bool>,
    /// Was it typed before the browser went to the provider?
    has_draft: bool,
}

impl Edited {
    /// Shows the text as the server has taken it, unless its writer has gone on meanwhile.
    pub(crate) fn take_over(text: RwSignal<String>, sent: &str, taken: Option<&str>) {
        if text.read_untracked().trim() == sent {
            text.set(taken.unwrap_or_default().to_owned());
        }
    }

    /// The server has it. Comes after the form's text and the record are the same again.
    pub(crate) fn mark_saved(self) {
        self.is_saved.set(true);
    }

    /// Returns what the form says.
    pub(crate) fn saved(self, save: Mutation, done: Saved) -> Signal<Saved> {
        Signal::derive(move || {
            if !self.is_changed.get() {
                return if self.is_saved.get() {
                    done
                } else {
                    Saved::Unsaid
                };
            }
            // Without a session nothing was lost either: it can be sent again after a login.
            let is_refused = save
                .failure()
                .is_some_and(|error| error.is(ErrorCode::Unauthenticated));
            if is_refused || (self.has_draft && save.is_untried()) {
                Saved::NotYet
            } else {
                Saved::Unsaid
            }
        })
    }
}
