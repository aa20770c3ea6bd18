//! Unsaved text: the page asks before the user leaves it.
//!
//! For reload, a closed tab and other sites, the browser asks. The listener for that exists only
//! while there is unsaved text: with one, browsers keep no page for Back. For links, Back and Forward
//! between the pages behind the login, the page asks itself.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::ErrorCode;
use shared::text::Text;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement, MouseEvent};

use crate::base;
use crate::browser::{self, draft};
use crate::components::ask::{Ask, Question};
use crate::components::form::Saved;
use crate::dynamic::effect;
use crate::mutation::Mutation;
use crate::text::say;

/// How the user leaves this page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// Not at all.
    No,
    /// The user gave the changes up.
    GivenUp,
    /// The browser goes to the provider and comes back: the changes are kept.
    ToProvider,
}

/// Links that the router follows, and not the browser.
const ROUTED: &str = "a[href]:not([target], [download], [rel~=external])";

/// The guard of all pages behind the login.
#[derive(Clone, Copy)]
pub(crate) struct Unsaved {
    /// Whether a form has changes, for each form that is shown.
    forms: RwSignal<Vec<Signal<bool>>>,
    /// How the page is being left.
    leaving: RwSignal<Leaving>,
    /// The address of the page that has changes.
    here: StoredValue<String>,
    /// Asks the user.
    ask: Ask,
}

impl Unsaved {
    /// Creates it for all pages. Must run before the router, whose listeners must come second.
    pub(crate) fn provide(ask: Ask) {
        let unsaved = Self {
            forms: RwSignal::new(Vec::new()),
            leaving: RwSignal::new(Leaving::No),
            here: StoredValue::new(String::new()),
            ask,
        };
        provide_context(unsaved);
        effect(move || unsaved.guard_unload());
        // They live as long as the page.
        window_event_listener_untyped("click", move |event| unsaved.guard_link(&event));
        window_event_listener_untyped("popstate", move |event| unsaved.guard_history(&event));
        // Back from another site may restore the page as it was left.
        window_event_listener_untyped("pageshow", move |_| unsaved.stay());
    }

    /// Returns true if there is unsaved text and the user has not been asked yet.
    fn has_changes(self) -> bool {
        let is_changed = |form: &Signal<bool>| form.try_get() == Some(true);
        self.leaving.get() == Leaving::No && self.forms.read().iter().any(is_changed)
    }

    /// Is there unsaved text?
    pub(crate) fn is_there(self) -> bool {
        untrack(|| self.has_changes())
    }

    /// Gives it up without a question.
    pub(crate) fn give_up(self) {
        self.leaving.set(Leaving::GivenUp);
    }

    /// Asks the user if there is unsaved text. After a yes, nothing asks again.
    pub(crate) async fn may_leave(self) -> bool {
        if !self.is_there() {
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
            self.give_up();
        }
        is_left
    }

    /// Keeps the text and asks nothing: the browser is about to go to the provider.
    pub(crate) fn go_to_provider(self) {
        self.leaving.set(Leaving::ToProvider);
    }

    /// Guards again: the user stayed, or another page is shown.
    pub(crate) fn stay(self) {
        self.leaving.set(Leaving::No);
    }

    /// Lets the browser ask before it unloads the page, while there is unsaved text.
    fn guard_unload(self) {
        if !self.has_changes() {
            return;
        }
        self.here.set_value(browser::href());
        let listener = window_event_listener_untyped("beforeunload", move |event| {
            // A decision of this turn of the event loop has not reached the effect yet.
            if self.is_there() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listener.remove());
    }

    /// Asks before the router follows a link; after a yes, follows it.
    fn guard_link(self, event: &Event) {
        let Some(link) = routed_link(event).filter(|_| self.is_there()) else {
            return;
        };
        event.prevent_default();
        spawn_local(async move {
            if self.may_leave().await {
                link.click();
            }
        });
    }

    /// Asks before the router follows Back or Forward. The address has changed already, so the
    /// change is undone meanwhile.
    fn guard_history(self, event: &Event) {
        if !self.is_there() {
            return;
        }
        let Ok(history) = window().history() else {
            return;
        };
        event.stop_immediate_propagation();
        // The address is this page's, so this does not fail.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&self.here.get_value()));
        spawn_local(async move {
            if self.may_leave().await {
                // Nothing is lost if that is refused too.
                let _ = history.back();
            }
        });
    }

    /// Guards a form; `is_changed` says whether it has changes.
    pub(crate) fn form(self, is_changed: impl Fn() -> bool + Send + Sync + 'static) -> Edited {
        self.guard_form(Signal::derive(is_changed))
    }

    /// The part of [`Unsaved::form`] that is compiled once.
    fn guard_form(self, is_changed: Signal<bool>) -> Edited {
        self.forms.update(|forms| forms.push(is_changed));
        on_cleanup(move || {
            self.forms
                .update(|forms| forms.retain(|form| *form != is_changed));
        });
        let is_saved = RwSignal::new(false);
        // A user who goes on typing has seen that the text before was saved.
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

    /// Guards a text that this tab keeps while the browser is at the provider. Returns the text: the
    /// draft of that name, else the server's.
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

/// Returns the clicked link if the router follows it to another page.
fn routed_link(event: &Event) -> Option<HtmlElement> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let is_plain = click.button() == 0
        && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
        && !event.default_prevented();
    let target = event.target().filter(|_| is_plain)?;
    let link = target.dyn_into::<Element>().ok()?.closest(ROUTED).ok()??;
    let is_elsewhere = base::route(&link.get_attribute("href")?) != browser::path();
    link.dyn_into().ok().filter(|_| is_elsewhere)
}

/// A form's changes, and whether they were saved.
#[derive(Clone, Copy)]
pub(crate) struct Edited {
    /// True if the server does not have the text.
    is_changed: Signal<bool>,
    /// True if it was saved and not changed since.
    is_saved: RwSignal<bool>,
    /// True if it was typed before the browser went to the provider.
    has_draft: bool,
}

impl Edited {
    /// Returns true if the server does not have the text.
    pub(crate) fn is_changed(self) -> bool {
        self.is_changed.get()
    }

    /// Returns true if it was typed before the browser went to the provider.
    pub(crate) fn has_draft(self) -> bool {
        self.has_draft
    }

    /// Shows the text as the server saved it, unless the user has typed on meanwhile.
    pub(crate) fn take_over(text: RwSignal<String>, sent: &str, taken: Option<&str>) {
        if text.read_untracked().trim() == sent {
            text.set(taken.unwrap_or_default().to_owned());
        }
    }

    /// Notes that the server saved it. Call it when the form's text equals the record again.
    pub(crate) fn mark_saved(self) {
        self.is_saved.set(true);
    }

    /// Notes that the form is opened again: what was saved before is no news.
    pub(crate) fn reopen(self) {
        self.is_saved.set(false);
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
            // Without a session nothing was lost: the text can be sent again after a login.
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
