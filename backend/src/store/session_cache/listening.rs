//! Whether PostgreSQL tells this process of each change at the moment.

use std::sync::{PoisonError, RwLock};
use std::time::Instant;

/// Until when entries may be used, unless a connection that listens says more. A connection that is
/// lost without a word would otherwise look as if nothing changed.
#[derive(Debug, Default)]
pub(crate) struct Listening(RwLock<Option<Instant>>);

impl Listening {
    /// Returns true if whatever changes is told.
    pub(crate) fn is_on(&self) -> bool {
        let until = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// Believes the connection until then.
    pub(crate) fn believe(&self, until: Instant) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    /// The connection is lost.
    pub(crate) fn end(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
