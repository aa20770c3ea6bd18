//! What is open at applications for longer than a request: sockets and streams end with the login
//! that opened them, on any replica.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;
use std::time::Duration;

use tokio::time::interval;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use uuid::Uuid;

use crate::app::AppState;
use crate::telemetry::chain;

/// How often the database is asked which of the logins still live.
const LOOK: Duration = Duration::from_millis(400);

/// The logins that have something open, or had a moment ago. A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<Uuid, Arc<Open>>>>);

struct Open {
    /// How many there are.
    count: AtomicUsize,
    /// Ends them.
    end: CancellationToken,
}

/// One stream of a login; it is open until this is dropped.
pub(crate) struct Stream(Arc<Open>);

impl Streams {
    /// Notes that a login has something open.
    pub(crate) fn open(&self, session_id: Uuid) -> Stream {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(session_id).or_insert_with(|| {
            Arc::new(Open {
                count: AtomicUsize::new(0),
                end: CancellationToken::new(),
            })
        });
        open.count.fetch_add(1, Ordering::AcqRel);
        Stream(Arc::clone(open))
    }

    /// Ends what is open at logins that have ended; never returns.
    pub(crate) async fn watch(self, app: AppState) {
        let mut ticks = interval(LOOK);
        loop {
            ticks.tick().await;
            let ids: Vec<Uuid> = {
                let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                // Here, and not with the last stream: the next request needs it again.
                all.retain(|_, open| open.count.load(Ordering::Acquire) > 0);
                all.keys().copied().collect()
            };
            if ids.is_empty() {
                continue;
            }
            let now = app.clock.now();
            match app
                .store
                .live_sessions(&ids, &app.config.sessions, now)
                .await
            {
                Ok(live) => self.end_all_but(&ids, &live),
                // What is open stays open: a database that is away ends nobody's login.
                Err(error) => tracing::debug!("cannot look at logins: {}", chain(&error)),
            }
        }
    }

    fn end_all_but(&self, asked: &[Uuid], live: &[Uuid]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for id in asked.iter().filter(|id| !live.contains(id)) {
            if let Some(open) = all.remove(id) {
                open.end.cancel();
            }
        }
    }
}

/// Waits until the login ends; for ever if there is none.
pub(crate) async fn ended(login: Option<&Stream>) {
    match login {
        Some(login) => login.0.end.cancelled().await,
        None => std::future::pending().await,
    }
}

impl Stream {
    /// Returns what a body asks, each time it is read, whether the login still lives.
    pub(crate) fn watch_body(self) -> Watched {
        Watched {
            stream: self,
            ended: None,
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A stream that is asked now and then whether its login has ended.
pub(crate) struct Watched {
    stream: Stream,
    /// Only what has to wait for the application needs to be woken.
    ended: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Watched {
    /// Has the login ended? If the caller `waits`, it is woken when that happens.
    pub(crate) fn has_ended(&mut self, cx: &mut Context<'_>, waits: bool) -> bool {
        if !waits {
            return self.stream.0.end.is_cancelled();
        }
        let end = &self.stream.0.end;
        let ended = self
            .ended
            .get_or_insert_with(|| Box::pin(end.clone().cancelled_owned()));
        ended.as_mut().poll(cx).is_ready()
    }
}
