//! A request that a page sends when its user asks for it. A small `Action`; see `remote` for why.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;

/// The work, without its type.
type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = api::Result<()>>>>>;

/// A write that can be repeated, but never runs twice at once.
#[derive(Clone, Copy)]
pub(crate) struct Mutation {
    /// What it does.
    work: StoredValue<Work, LocalStorage>,
    /// True while it runs.
    pending: RwSignal<bool>,
    /// How it ended last.
    outcome: RwSignal<Option<api::Result<()>>>,
}

impl Mutation {
    /// Creates it. The work runs up to its first `await` before [`Mutation::start`] returns.
    pub(crate) fn new<F>(work: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = api::Result<()>> + 'static,
    {
        Self::of(Box::new(move || Box::pin(work())))
    }

    /// Is compiled once, unlike `new`.
    fn of(work: Work) -> Self {
        Self {
            work: StoredValue::new_local(work),
            pending: RwSignal::new(false),
            outcome: RwSignal::new(None),
        }
    }

    /// Starts it, unless it runs already.
    pub(crate) fn start(self) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        let Some(work) = self.work.try_with_value(|work| work()) else {
            return;
        };
        spawn_local(async move {
            let outcome = work.await;
            // The page may be gone by now; then nobody reads the outcome.
            self.outcome.try_set(Some(outcome));
            self.pending.try_set(false);
        });
    }

    /// Returns true while it runs.
    pub(crate) fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Returns the last failure; `None` while it runs.
    pub(crate) fn failure(self) -> Option<api::Error> {
        if self.is_pending() {
            return None;
        }
        self.outcome.read().as_ref()?.as_ref().err().cloned()
    }

    /// Forgets how it ended.
    pub(crate) fn forget(self) {
        self.outcome.set(None);
    }

    /// Returns true if it has never ended.
    pub(crate) fn is_untried(self) -> bool {
        self.outcome.read().is_none()
    }
}
