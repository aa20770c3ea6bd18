//! What a page does when its user says so. An `Action` in small; see `remote` for why.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;

/// The work, without its type.
type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = api::Result<()>>>>>;

/// A write that can be done over and over, but not twice at once.
#[derive(Clone, Copy)]
pub(crate) struct Mutation {
    /// Does it.
    work: StoredValue<Work, LocalStorage>,
    /// Is it being done?
    pending: RwSignal<bool>,
    /// How it ended the last time.
    outcome: RwSignal<Option<api::Result<()>>>,
}

impl Mutation {
    /// Creates it. The work's first part, up to where it waits, runs at once when it is started.
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

    /// Starts it, unless it is still being done.
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
            // The page may be gone by now; then there is nobody left to tell.
            self.outcome.try_set(Some(outcome));
            self.pending.try_set(false);
        });
    }

    /// Is it being done?
    pub(crate) fn is_pending(self) -> bool {
        self.pending.get()
    }

    /// Returns the failure of the last time; none while it is being done again.
    pub(crate) fn failure(self) -> Option<api::Error> {
        if self.is_pending() {
            return None;
        }
        self.outcome.read().as_ref()?.as_ref().err().cloned()
    }

    /// Has it never been tried?
    pub(crate) fn is_untried(self) -> bool {
        self.outcome.read().is_none()
    }
}
