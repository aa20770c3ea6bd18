//! Who is logged in, from memory where that is as good as the database.

use std::sync::Arc;

use crate::account::Account;
use crate::session::{Session, TokenHash};
use crate::store::engine::database::Place;
use crate::store::session_cache::entries::{Door, Found};
use crate::store::{Result, Store};
use clock::Timestamp;

impl Store {
    /// Returns the session with that token and its account, live or not, as they are now.
    pub async fn recall_session(&self, token: TokenHash, now: Timestamp) -> Result<Option<Found>> {
        let read = || self.session_by_token(token);
        self.recall((Door::Own, token), now, read).await
    }

    /// Returns the login that the session of that token at an application belongs to, live or not,
    /// and its account, as they are now.
    pub async fn recall_parent(
        &self,
        app: &str,
        token: TokenHash,
        now: Timestamp,
    ) -> Result<Option<Found>> {
        let read = || self.parent_of_app_session(app, token);
        self.recall((Door::Application(app), token), now, read)
            .await
    }

    /// Returns what is in memory, if it was read after the last change; else reads it.
    async fn recall<F: Future<Output = Result<Option<(Session, Account)>>>>(
        &self,
        (door, token): (Door<'_>, TokenHash),
        now: Timestamp,
        read: impl FnOnce() -> F,
    ) -> Result<Option<Found>> {
        // A database that is away, or another file, answers nothing: memory does not either.
        self.readers()?;
        let mut stamp = None;
        if self.follows_changes().await {
            let (now_is, found) = self.sessions.find(door, token, now);
            if found.is_some() {
                return Ok(found);
            }
            stamp = Some(now_is);
        }
        // Rare, and large: each look makes room for what may be awaited here, on its way through all
        // callers.
        let Some((mut session, account)) = Box::pin(read()).await? else {
            return Ok(None);
        };
        // It may have been used a moment ago, which is not written yet.
        session.last_used_at = self
            .uses
            .last_of(session.id)
            .unwrap_or(session.last_used_at);
        let found = (Arc::new(session), Arc::new(account));
        if let Some(stamp) = stamp {
            self.sessions.keep(stamp, door, token, &found);
        }
        Ok(Some(found))
    }

    /// Makes sure that memory has nothing that is older than the database. `false` if that cannot be
    /// told at the moment.
    async fn follows_changes(&self) -> bool {
        match &self.place {
            Place::Sqlite(sqlite) if sqlite.changes.is_unchanged() => true,
            // Large as well.
            Place::Sqlite(sqlite) => {
                Box::pin(sqlite.changes.follow(sqlite.path(), &self.sessions)).await
            }
            Place::Postgres(postgres) => Box::pin(postgres.changes.follow(&self.sessions)).await,
        }
    }
}
