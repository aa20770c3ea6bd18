//! When sessions were last used, until that is written.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use clock::Timestamp;

/// Sessions whose last use has to be written.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<BTreeMap<Uuid, Timestamp>>);

impl Uses {
    /// Notes a use.
    pub(crate) fn note(&self, id: Uuid, at: Timestamp) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert(id, at);
    }

    /// Returns when a session was last used, if that has to be written.
    pub(crate) fn last_of(&self, id: Uuid) -> Option<Timestamp> {
        let uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.get(&id).copied()
    }

    /// Returns what has to be written.
    pub(crate) fn noted(&self) -> BTreeMap<Uuid, Timestamp> {
        let uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.clone()
    }

    /// Forgets what is written now, but no later use of the same sessions.
    pub(crate) fn forget(&self, written: &BTreeMap<Uuid, Timestamp>) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.retain(|id, at| written.get(id) != Some(at));
    }
}
