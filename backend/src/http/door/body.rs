//! The bodies that are passed on, both ways: as they come, as fast as the other side takes them.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::Instant;
use tokio_util::sync::DropGuard;

use super::expectation::Gate;
use super::forwarded;
use super::streams::Watched;
use std::sync::Arc;

/// When the application last took something of a request.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    start: Instant,
    /// Milliseconds since then.
    last: Arc<AtomicU64>,
}

impl Progress {
    /// Begins now.
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            last: Arc::default(),
        }
    }

    /// Returns when it last took something.
    pub(crate) fn last(&self) -> Instant {
        self.start + std::time::Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    fn note(&self) {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(passed, Ordering::Relaxed);
    }
}

/// The body of a request, on its way to the application.
pub(crate) struct RequestBody {
    body: Body,
    /// What holds it back until the application wants it.
    gate: Option<Gate>,
    /// `None` if there is no body.
    progress: Option<Progress>,
}

impl RequestBody {
    /// Passes on this body, once the gate lets it.
    pub(crate) fn new(body: Body, gate: Option<Gate>, progress: Option<Progress>) -> Self {
        Self {
            body,
            gate,
            progress,
        }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if let Some(gate) = &mut this.gate {
            ready!(gate.as_mut().poll(cx)).map_err(axum::Error::new)?;
            this.gate = None;
        }
        let frame = ready!(Pin::new(&mut this.body).poll_frame(cx));
        if let Some(progress) = &this.progress {
            progress.note();
        }
        Poll::Ready(frame.map(|frame| frame.map(clean)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer, on its way to the client.
pub(crate) struct ResponseBody {
    body: Incoming,
    /// The login that it ends with; `None` if it needs none.
    login: Option<Watched>,
    /// Ends the request's body with the answer, if the application never wanted it.
    _ends: Option<DropGuard>,
}

impl ResponseBody {
    /// Passes on this body, as long as the login lives.
    pub(crate) fn new(body: Incoming, login: Option<Watched>, ends: Option<DropGuard>) -> Self {
        Self {
            body,
            login,
            _ends: ends,
        }
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        if let Some(login) = &mut this.login
            && login.has_ended(cx, frame.is_pending())
        {
            let error = std::io::Error::other("the login has ended");
            return Poll::Ready(Some(Err(axum::Error::new(error))));
        }
        frame.map(|frame| frame.map(|frame| frame.map(clean).map_err(axum::Error::new)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Takes out of trailers what no trailer may say: programs merge them into the headers.
fn clean(mut frame: Frame<Bytes>) -> Frame<Bytes> {
    if let Some(trailers) = frame.trailers_mut() {
        forwarded::clean_trailers(trailers);
    }
    frame
}
