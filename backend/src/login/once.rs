//! Callbacks that come twice, as those of some phones do: both get the answer of the first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::session::TokenHash;
use clock::Timestamp;

/// How long an answer is kept for the second of two.
const KEPT: Duration = Duration::from_secs(30);
/// The most answers that are kept. A callback beyond them is answered like any, but by itself.
const MOST: usize = 1024;

/// What two callbacks have in common if they are the same one: a hash of all that is in them.
pub type Key = [u8; 32];

/// The answer to a callback. Has no `Debug`: it holds the session's token.
#[derive(Clone)]
pub struct Answered {
    /// The `Set-Cookie` lines.
    pub cookies: Vec<String>,
    /// Where the browser is sent to.
    pub location: String,
    /// The session that began; `None` where none did.
    pub session: Option<TokenHash>,
    /// Did the login fail? Then the next callback is a new try.
    pub has_failed: bool,
}

/// Which of two callbacks it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The one that was worked for.
    First,
    /// One that came meanwhile or afterwards.
    Later,
}

/// The callbacks that are being answered, and those that were a moment ago.
#[derive(Default)]
pub struct Callbacks(Arc<Mutex<Entries>>);

type Entries = HashMap<Key, Entry>;

struct Entry {
    began_at: Timestamp,
    answer: watch::Receiver<Option<Answered>>,
}

impl Callbacks {
    /// Answers a callback by that work, or as the same callback was answered a moment ago. The work
    /// goes on where the browser does not wait for it: the code is spent by then.
    ///
    /// `None` where the work panicked.
    pub async fn answer(
        &self,
        key: Key,
        now: Timestamp,
        work: impl Future<Output = Answered> + Send + 'static,
    ) -> Option<(Answered, Turn)> {
        let (mut answer, turn) = self.begin(key, now, work);
        let answered = answer.wait_for(Option::is_some).await;
        let answered = answered.ok().and_then(|answered| answered.clone());
        if answered.is_none() {
            lock(&self.0).remove(&key);
        }
        Some((answered?, turn))
    }

    fn begin(
        &self,
        key: Key,
        now: Timestamp,
        work: impl Future<Output = Answered> + Send + 'static,
    ) -> (watch::Receiver<Option<Answered>>, Turn) {
        let mut entries = lock(&self.0);
        entries.retain(|_, entry| now < entry.began_at.plus(KEPT));
        if let Some(entry) = entries.get(&key) {
            return (entry.answer.clone(), Turn::Later);
        }
        let (sender, answer) = watch::channel(None);
        if entries.len() < MOST {
            let entry = Entry {
                began_at: now,
                answer: answer.clone(),
            };
            entries.insert(key, entry);
        }
        let kept = Arc::clone(&self.0);
        tokio::spawn(async move {
            let answered = work.await;
            if answered.has_failed {
                lock(&kept).remove(&key);
            }
            // Nobody may be waiting any more.
            let _ = sender.send(Some(answered));
        });
        (answer, Turn::First)
    }
}

fn lock(entries: &Mutex<Entries>) -> MutexGuard<'_, Entries> {
    entries.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Answered, Callbacks, MOST, Turn};
    use clock::Timestamp;

    const NOW: Timestamp = Timestamp::from_unix(0);

    fn answered(location: &str, has_failed: bool) -> Answered {
        Answered {
            cookies: Vec::new(),
            location: location.to_owned(),
            session: None,
            has_failed,
        }
    }

    async fn ask(callbacks: &Callbacks, key: u16, now: i64, location: &str) -> (String, Turn) {
        let mut whole = [0; 32];
        whole[..2].copy_from_slice(&key.to_be_bytes());
        let has_failed = location == "failed";
        let answer = answered(location, has_failed);
        let now = Timestamp::from_unix(now);
        let given = callbacks.answer(whole, now, async { answer }).await;
        given
            .map(|(answered, turn)| (answered.location, turn))
            .expect("no panic")
    }

    #[tokio::test]
    async fn answers_are_kept_for_thirty_seconds_and_failures_are_not() {
        let callbacks = Callbacks::default();

        assert_eq!(ask(&callbacks, 1, 0, "failed").await.1, Turn::First);
        assert_eq!(ask(&callbacks, 1, 0, "a").await, ("a".into(), Turn::First));
        assert_eq!(ask(&callbacks, 1, 29, "b").await, ("a".into(), Turn::Later));
        assert_eq!(ask(&callbacks, 2, 29, "c").await, ("c".into(), Turn::First));
        assert_eq!(ask(&callbacks, 1, 30, "d").await, ("d".into(), Turn::First));
    }

    #[tokio::test]
    async fn only_so_many_are_kept() {
        let callbacks = Callbacks::default();
        for key in 0..=u16::try_from(MOST).expect("a small number") {
            assert_eq!(ask(&callbacks, key, 0, "a").await.1, Turn::First);
        }
        let last = u16::try_from(MOST).expect("a small number");

        assert_eq!(ask(&callbacks, 0, 0, "b").await.1, Turn::Later);
        assert_eq!(ask(&callbacks, last, 0, "b").await.1, Turn::First);
    }

    #[tokio::test]
    async fn work_that_panicked_is_forgotten() {
        let callbacks = Callbacks::default();
        let panics = async { panic!("on purpose") };

        assert!(callbacks.answer([0; 32], NOW, panics).await.is_none());
        assert_eq!(ask(&callbacks, 0, 0, "a").await.1, Turn::First);
    }
}
