//! What is open at applications for longer than a request: sockets and streams end with the login
//! that opened them, on any replica.

use std::collections::HashMap;
use std::pin::Pin;
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

/// The logins that have something open. A clone is the same.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<Uuid, Open>>>);

struct Open {
    /// How many there are.
    count: usize,
    /// Ends them.
    end: CancellationToken,
}

/// One stream of a login; it is open until this is dropped.
pub(crate) struct Stream {
    streams: Streams,
    session_id: Uuid,
    end: CancellationToken,
}

impl Streams {
    /// Notes that a login has something open.
    pub(crate) fn open(&self, session_id: Uuid) -> Stream {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = all.entry(session_id).or_insert_with(|| Open {
            count: 0,
            end: CancellationToken::new(),
        });
        open.count += 1;
        Stream {
            streams: self.clone(),
            session_id,
            end: open.end.clone(),
        }
    }

    /// Ends what is open at logins that have ended; never returns.
    pub(crate) async fn watch(self, app: AppState) {
        let mut ticks = interval(LOOK);
        loop {
            ticks.tick().await;
            let ids: Vec<Uuid> = {
                let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        Some(login) => login.end.cancelled().await,
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
        let mut all = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // What has ended is no longer counted; the login may have opened something since.
        if self.end.is_cancelled() {
            return;
        }
        if let Some(open) = all.get_mut(&self.session_id) {
            open.count -= 1;
            if open.count == 0 {
                all.remove(&self.session_id);
            }
        }
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
            return self.stream.end.is_cancelled();
        }
        let end = &self.stream.end;
        let ended = self
            .ended
            .get_or_insert_with(|| Box::pin(end.clone().cancelled_owned()));
        ended.as_mut().poll(cx).is_ready()
    }
}
