//! The entries, and the stamp that keeps one that was read too early from getting in.
//!
//! Whoever reads a session takes the stamp first, then reads, then hands both in. If anything has
//! changed meanwhile, the stamp is another one, and what was read is not kept. Tokens that open
//! nothing are never kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::account::Account;
use crate::session::{Session, TokenHash};
use crate::store::session_cache::packed::Packed;
use clock::Timestamp;

/// How many entries are ready for use at most, in each of two halves. Those that were used before these
/// are packed: in all 100 000 fit, in some 30 MB.
const HALF: usize = 1024;

/// A session and its account, as they were read together.
pub(crate) type Found = (Arc<Session>, Arc<Account>);

/// The time of a look, as a count of the changes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(u64);

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door<'a> {
    /// Postern's own.
    Own,
    /// That of the application with this name.
    Application(&'a str),
}

/// The entries. They are dropped all together: changes are rare beside looks.
#[derive(Debug, Default)]
pub(crate) struct Entries(Mutex<Halves>);

#[derive(Debug, Default)]
struct Halves {
    stamp: u64,
    /// What was used since the other half was packed the last time.
    recent: HashMap<TokenHash, Entry>,
    /// What was used before. It is packed when the recent half is full.
    older: HashMap<TokenHash, Entry>,
    /// What was packed since the other packed half was dropped the last time.
    packed: Packed,
    /// What was packed before. It is dropped when the other one is full.
    older_packed: Packed,
}

#[derive(Debug)]
struct Entry {
    /// The application's name; `None` for Postern's own.
    app: Option<Box<str>>,
    session: Arc<Session>,
    account: Arc<Account>,
}

impl Entry {
    fn is_of(&self, door: Door<'_>) -> bool {
        match door {
            Door::Own => self.app.is_none(),
            Door::Application(name) => self.app.as_deref() == Some(name),
        }
    }
}

impl Halves {
    /// Adds an entry. Returns what had to make room, to be freed while nobody waits for it.
    fn insert(&mut self, token: TokenHash, entry: Entry) -> (HashMap<TokenHash, Entry>, Packed) {
        let mut dropped = (HashMap::new(), Packed::default());
        if self.recent.len() >= HALF {
            dropped.0 = std::mem::replace(&mut self.older, std::mem::take(&mut self.recent));
            if self.packed.is_full() {
                dropped.1 =
                    std::mem::replace(&mut self.older_packed, std::mem::take(&mut self.packed));
            }
            for (token, entry) in &dropped.0 {
                // What is used again and again stays where it is, so that it fills nothing.
                let half = if self.older_packed.has(*token) {
                    &mut self.older_packed
                } else {
                    &mut self.packed
                };
                let app = entry.app.as_deref();
                half.insert(*token, app, &entry.session, &entry.account);
            }
        }
        self.recent.insert(token, entry);
        dropped
    }

    /// Returns an entry that is not among the recent ones, and has to be put there.
    fn take(&mut self, token: TokenHash) -> Option<Entry> {
        if let Some(entry) = self.older.remove(&token) {
            return Some(entry);
        }
        let packed = self.packed.get(token);
        // No token is in both.
        let (app, session, account) = packed.or_else(|| self.older_packed.get(token))?;
        Some(Entry {
            app,
            session: Arc::new(session),
            account: Arc::new(account),
        })
    }
}

impl Entries {
    fn lock(&self) -> MutexGuard<'_, Halves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the session of that token, and the stamp under which to hand in what is read instead.
    /// `None` also if it is time to note that the session is used: replicas note it too, so that is
    /// decided by the database.
    pub(crate) fn find(
        &self,
        door: Door<'_>,
        token: TokenHash,
        now: Timestamp,
    ) -> (Stamp, Option<Found>) {
        let mut halves = self.lock();
        if !halves.recent.contains_key(&token)
            && let Some(entry) = halves.take(token)
        {
            let dropped = halves.insert(token, entry);
            let stamp = Stamp(halves.stamp);
            let found = halves.found(door, token, now);
            drop(halves);
            drop(dropped);
            return (stamp, found);
        }
        (Stamp(halves.stamp), halves.found(door, token, now))
    }

    /// Keeps what was read after the stamp was taken, unless something has changed since.
    pub(crate) fn keep(&self, stamp: Stamp, door: Door<'_>, token: TokenHash, found: &Found) {
        let entry = Entry {
            app: match door {
                Door::Own => None,
                Door::Application(name) => Some(name.into()),
            },
            session: Arc::clone(&found.0),
            account: Arc::clone(&found.1),
        };
        let mut halves = self.lock();
        if halves.stamp != stamp.0 {
            return;
        }
        let dropped = halves.insert(token, entry);
        drop(halves);
        drop(dropped);
    }

    /// Notes that a session is used, which no other change shows.
    pub(crate) fn touch(&self, token: TokenHash, id: Uuid, now: Timestamp) {
        let mut halves = self.lock();
        if let Some(entry) = halves.recent.get_mut(&token)
            && entry.session.id == id
        {
            Arc::make_mut(&mut entry.session).last_used_at = now;
        }
    }

    /// Drops everything, also what is being read at this moment.
    pub(crate) fn clear(&self) {
        let mut halves = self.lock();
        halves.stamp += 1;
        let dropped = Halves {
            stamp: halves.stamp,
            ..std::mem::take(&mut *halves)
        };
        halves.stamp = dropped.stamp;
        // Thousands of accounts are freed while nobody waits for it.
        drop(halves);
        drop(dropped);
    }
}

impl Halves {
    fn found(&self, door: Door<'_>, token: TokenHash, now: Timestamp) -> Option<Found> {
        let entry = self.recent.get(&token)?;
        let is_good = entry.is_of(door) && !entry.session.needs_touch(now);
        is_good.then(|| (Arc::clone(&entry.session), Arc::clone(&entry.account)))
    }
}

#[cfg(test)]
mod tests;
