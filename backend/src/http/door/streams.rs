//! What is open at applications for longer than a request: sockets and streams end with the login
//! that opened them, on any replica.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
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

impl Stream {
    /// Returns what waits until the login ends.
    pub(crate) fn ended(&self) -> WaitForCancellationFutureOwned {
        self.end.clone().cancelled_owned()
    }

    /// Ties a body to the login: it breaks off when that ends.
    pub(crate) fn guard(self, body: Body) -> Body {
        // Short ones are over before anybody could end their login.
        if body.size_hint().exact() == Some(0) {
            return body;
        }
        Body::new(Guarded {
            ended: Box::pin(self.ended()),
            body,
            _stream: self,
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut all = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = all.get_mut(&self.session_id) {
            open.count -= 1;
            if open.count == 0 {
                all.remove(&self.session_id);
            }
        }
    }
}

/// A body that breaks off when its login ends.
struct Guarded {
    body: Body,
    ended: Pin<Box<WaitForCancellationFutureOwned>>,
    _stream: Stream,
}

impl HttpBody for Guarded {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.ended.as_mut().poll(cx).is_ready() {
            let error = std::io::Error::other("the login has ended");
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
