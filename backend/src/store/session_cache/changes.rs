//! Whether anything has changed, asked of the database on a connection kept for that.
//!
//! A look is good for everybody who came before it began. So those who come during one wait for the
//! next, which is the same for all of them: under load, a look serves dozens.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Mutex, MutexGuard};

use super::entries::Entries;

/// Looks at the database, on a connection `C`.
#[derive(Debug)]
pub(crate) struct Changes<C> {
    /// How many looks have begun.
    begun: AtomicU64,
    /// Whoever has it looks.
    watch: Mutex<Watch<C>>,
}

#[derive(Debug)]
struct Watch<C> {
    connection: Connection<C>,
    /// The last look that succeeded, as a number of [`Changes::begun`].
    good: u64,
}

/// The connection to look on.
#[derive(Debug)]
pub(crate) enum Connection<C> {
    /// There is none yet, or the last look failed.
    Missing,
    /// There is one.
    Open(C),
    /// There will be none any more.
    Closed,
}

impl<C> Default for Changes<C> {
    fn default() -> Self {
        Self {
            begun: AtomicU64::new(0),
            watch: Mutex::new(Watch {
                connection: Connection::Missing,
                good: 0,
            }),
        }
    }
}

/// The turn of somebody who looks for all who wait. A turn that is dropped has not taken place.
pub(crate) struct Turn<'a, C> {
    watch: MutexGuard<'a, Watch<C>>,
    this: u64,
}

impl<C> Changes<C> {
    /// Waits until somebody has looked, and returns `None`, or returns the turn to look.
    pub(crate) async fn turn(&self) -> Option<Turn<'_, C>> {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let watch = self.watch.lock().await;
        if watch.good > begun_before {
            return None;
        }
        let this = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        Some(Turn { watch, this })
    }

    /// Looks on this connection from now on. What is remembered may be older than it.
    pub(crate) async fn open(&self, connection: C, entries: &Entries) {
        let mut watch = self.watch.lock().await;
        if !matches!(watch.connection, Connection::Closed) {
            entries.clear();
            watch.connection = Connection::Open(connection);
        }
    }

    /// Returns the connection if there is one, and uses no other. `note` is called while nobody looks.
    pub(crate) async fn close(&self, note: impl FnOnce()) -> Option<C> {
        let mut watch = self.watch.lock().await;
        watch.good = 0;
        note();
        match std::mem::replace(&mut watch.connection, Connection::Closed) {
            Connection::Open(connection) => Some(connection),
            Connection::Missing | Connection::Closed => None,
        }
    }
}

impl<C> Turn<'_, C> {
    /// Returns the connection.
    pub(crate) fn connection(&mut self) -> &mut Connection<C> {
        &mut self.watch.connection
    }

    /// Drops the entries if something has changed, or if that cannot be told. Returns `false` if it
    /// cannot: nothing that is remembered may be used then. `note` is called after the entries are
    /// dropped, and before anybody else looks.
    pub(crate) fn end(
        mut self,
        has_changed: sqlx::Result<bool>,
        entries: &Entries,
        note: impl FnOnce(),
    ) -> bool {
        if !matches!(has_changed, Ok(false)) {
            entries.clear();
        }
        note();
        match has_changed {
            Ok(_) => {
                self.watch.good = self.this;
                true
            }
            Err(error) => {
                tracing::debug!("cannot tell what has changed: {error}");
                self.watch.connection = Connection::Missing;
                false
            }
        }
    }
}
