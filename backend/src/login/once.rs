//! Callbacks that some phones send twice: both requests get the outcome of the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::failure::FailureCode;
use tokio::sync::watch;

use crate::login::outcome::Outcome;
use crate::store::CALLBACK_KEPT;
use clock::Timestamp;

/// How long an outcome is kept for the second of two.
const KEPT: Duration = CALLBACK_KEPT;
/// The most outcomes that are kept. Callbacks beyond that are each processed separately.
const MOST: usize = 1024;

/// Identifies equal callbacks: a hash of everything in them.
pub type Key = [u8; 32];

/// How a callback ended. Has no `Debug`: it holds the session's token.
pub type Ended = Arc<Result<Outcome, FailedLogin>>;

/// What the work of a callback returns: the result, and whether it was this work that made it.
pub type Worked = (Result<Outcome, FailedLogin>, Turn);

/// A login that failed, and has been logged.
#[derive(Debug, Clone)]
pub struct FailedLogin {
    /// The code that the browser is sent.
    pub code: FailureCode,
    /// The reference of the log line.
    pub reference: String,
}

/// Which of two callbacks it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The one that did the work.
    First,
    /// One that came during the work or afterwards.
    Later,
}

/// The callbacks that are in progress, and those that ended a moment ago.
#[derive(Default)]
pub struct Callbacks(Arc<Mutex<Entries>>);

type Entries = HashMap<Key, Entry>;

struct Entry {
    began_at: Timestamp,
    ended: watch::Receiver<Option<(Ended, Turn)>>,
}

impl Callbacks {
    /// Ends a callback with the result of `work`, or with the result of the same callback a moment
    /// ago. The work continues even if the browser gives up, because the code is spent by then. A
    /// failure is not kept: the next callback is a new try.
    ///
    /// `None` if the work panicked.
    pub async fn end(
        &self,
        key: Key,
        now: Timestamp,
        work: impl Future<Output = Worked> + Send + 'static,
    ) -> Option<(Ended, Turn)> {
        let (mut receiver, turn) = self.begin(key, now, work);
        let ended = receiver.wait_for(Option::is_some).await;
        let ended = ended.ok().and_then(|ended| ended.clone());
        if ended.is_none() {
            lock(&self.0).remove(&key);
        }
        let (ended, worked) = ended?;
        Some((ended, if turn == Turn::First { worked } else { turn }))
    }

    fn begin(
        &self,
        key: Key,
        now: Timestamp,
        work: impl Future<Output = Worked> + Send + 'static,
    ) -> (watch::Receiver<Option<(Ended, Turn)>>, Turn) {
        let mut entries = lock(&self.0);
        entries.retain(|_, entry| now < entry.began_at.plus(KEPT));
        if let Some(entry) = entries.get(&key) {
            return (entry.ended.clone(), Turn::Later);
        }
        let (sender, ended) = watch::channel(None);
        if entries.len() < MOST {
            let entry = Entry {
                began_at: now,
                ended: ended.clone(),
            };
            entries.insert(key, entry);
        }
        let kept = Arc::clone(&self.0);
        tokio::spawn(async move {
            let (result, turn) = work.await;
            if result.is_err() {
                lock(&kept).remove(&key);
            }
            // Perhaps nobody waits any more.
            let _ = sender.send(Some((Arc::new(result), turn)));
        });
        (ended, Turn::First)
    }
}

fn lock(entries: &Mutex<Entries>) -> MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Callbacks, FailedLogin, MOST, Turn};
    use crate::login::outcome::Outcome;
    use clock::Timestamp;
    use shared::failure::FailureCode;

    const NOW: Timestamp = Timestamp::from_unix(0);

    async fn ask(callbacks: &Callbacks, key: u16, now: i64, fails: bool) -> (bool, Turn) {
        let mut whole = [0; 32];
        whole[..2].copy_from_slice(&key.to_be_bytes());
        let failed = FailedLogin {
            code: FailureCode::OpError,
            reference: "r".to_owned(),
        };
        let result = if fails {
            Err(failed)
        } else {
            Ok(Outcome::AlreadyLinked)
        };
        let now = Timestamp::from_unix(now);
        let ended = callbacks
            .end(whole, now, async { (result, Turn::First) })
            .await;
        ended
            .map(|(ended, turn)| (ended.is_err(), turn))
            .expect("no panic")
    }

    #[tokio::test]
    async fn outcomes_are_kept_for_thirty_seconds_and_failures_are_not() {
        let callbacks = Callbacks::default();

        assert_eq!(ask(&callbacks, 1, 0, true).await, (true, Turn::First));
        assert_eq!(ask(&callbacks, 1, 0, false).await, (false, Turn::First));
        assert_eq!(ask(&callbacks, 1, 29, true).await, (false, Turn::Later));
        assert_eq!(ask(&callbacks, 2, 29, true).await, (true, Turn::First));
        assert_eq!(ask(&callbacks, 1, 30, true).await, (true, Turn::First));
    }

    #[tokio::test]
    async fn only_so_many_are_kept() {
        let callbacks = Callbacks::default();
        for key in 0..=u16::try_from(MOST).expect("a small number") {
            assert_eq!(ask(&callbacks, key, 0, false).await.1, Turn::First);
        }
        let last = u16::try_from(MOST).expect("a small number");

        assert_eq!(ask(&callbacks, 0, 0, false).await.1, Turn::Later);
        assert_eq!(ask(&callbacks, last, 0, false).await.1, Turn::First);
    }

    #[tokio::test]
    async fn work_that_panicked_is_forgotten() {
        let callbacks = Callbacks::default();
        let panics = async { panic!("on purpose") };

        assert!(callbacks.end([0; 32], NOW, panics).await.is_none());
        assert_eq!(ask(&callbacks, 0, 0, false).await, (false, Turn::First));
    }
}
