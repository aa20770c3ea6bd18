//! `Expect: 100-continue` (RFC 9110 §10.1.1): the application decides if it wants a body.
//!
//! The connection asks its client for the body when somebody reads it first. So the body waits until
//! the application says `100 Continue`. If it refuses instead, nothing is ever sent.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use axum::http::header::EXPECT;
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::task::AtomicWaker;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long an application is waited for that may know nothing of expectations.
const PATIENCE: Duration = Duration::from_secs(1);

/// The most interim answers to one request: real ones have one or two.
const MAX_INTERIM: usize = 32;

/// Ends when the body may be sent; an error if it is not wanted.
pub(crate) type Gate = Pin<Box<dyn Future<Output = io::Result<()>> + Send>>;

/// What the application has said so far, before its answer.
#[derive(Clone, Default)]
pub(crate) struct Interim(Arc<Said>);

#[derive(Default)]
struct Said {
    count: AtomicUsize,
    /// Who waits until it has said far too much.
    flooded: AtomicWaker,
    /// What a body waits for. Most requests have none.
    gate: OnceLock<Signals>,
}

#[derive(Default)]
struct Signals {
    is_answered: AtomicBool,
    /// Cancelled when it wants the body.
    go_on: CancellationToken,
    /// Cancelled when it has answered, and all of the answer was passed on.
    done: CancellationToken,
}

impl Interim {
    /// Listens to what the application says to this request before its answer.
    pub(crate) fn listen<B>(request: &mut Request<B>) -> Self {
        let interim = Self::default();
        let said = Arc::clone(&interim.0);
        hyper::ext::on_informational(request, move |answer| {
            if answer.status() == StatusCode::CONTINUE
                && let Some(gate) = said.gate.get()
            {
                gate.go_on.cancel();
            }
            if said.count.fetch_add(1, Ordering::AcqRel) >= MAX_INTERIM {
                said.flooded.wake();
            }
        });
        interim
    }

    /// Waits until it has said far too much.
    pub(crate) async fn flooded(&self) {
        poll_fn(|cx| {
            self.0.flooded.register(cx.waker());
            if self.0.count.load(Ordering::Acquire) > MAX_INTERIM {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    /// Returns what holds the body back.
    pub(crate) fn gate(&self) -> Gate {
        self.0.gate.get_or_init(Signals::default);
        let said = Arc::clone(&self.0);
        Box::pin(async move {
            let said = said.gate.get_or_init(Signals::default);
            tokio::select! {
                () = said.go_on.cancelled() => return Ok(()),
                () = said.done.cancelled() => {}
                () = sleep(PATIENCE) => {
                    if !said.is_answered.load(Ordering::Relaxed) {
                        return Ok(());
                    }
                    said.done.cancelled().await;
                }
            }
            Err(io::Error::other("the application does not want the body"))
        })
    }

    /// Notes that the answer has begun; returns what notes its end when it is dropped.
    pub(crate) fn answered(&self) -> tokio_util::sync::DropGuard {
        let gate = self.0.gate.get_or_init(Signals::default);
        gate.is_answered.store(true, Ordering::Relaxed);
        gate.done.clone().drop_guard()
    }
}

/// Does the client wait to be asked for the body? Other expectations are nobody's.
pub(crate) fn is_expected(headers: &HeaderMap) -> bool {
    let expect = headers.get(EXPECT);
    expect.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"))
}
