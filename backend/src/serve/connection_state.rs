//! The state of one connection: who waits for whom, since when, and for how long at most.
//!
//! hyper's own timeouts cover only the head of a request. A client can be as slow with the
//! request's body or with reading the answer, and a proxy keeps idle connections for minutes, which
//! is no fault. So the connection's own reads, writes and bodies report its state.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::byte_budget::ByteBudget;

/// The phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The client has started a request, by opening the connection or by a first byte.
    Head,
    /// The head has arrived, the body has not.
    Body,
    /// The client waits for us.
    Work,
    /// The client reads the answer.
    Answer,
    /// The answer was sent, and nothing has arrived since.
    Idle,
}

impl Phase {
    /// Returns how long the phase may last; `None` if the server is the one that takes the time,
    /// which the router bounds.
    const fn timeout(self) -> Option<Duration> {
        let seconds = match self {
            Self::Head => 10,
            Self::Body => 20,
            Self::Work => return None,
            // The whole page is some 200 kB; no phone is this slow.
            Self::Answer => 120,
            // Longer than proxies keep idle connections, so that the proxy closes first. Otherwise
            // it sends a request into a connection that is being closed.
            Self::Idle => 180,
        };
        Some(Duration::from_secs(seconds))
    }
}

/// How well a connection keeps its place, from least to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EvictionPriority {
    /// The client is slow in the middle of a request or an answer.
    Slow,
    /// The client has its answer, and may come back: closing is no fault, but a request that is
    /// just on its way is lost.
    Idle,
    /// Not known yet.
    Fresh,
    /// The client waits for us.
    Served,
}

/// How long a client has to show what it is.
const FRESH: Duration = Duration::from_secs(2);

/// The state of a connection, updated by [`Socket`], [`RequestBody`] and [`ResponseBody`].
#[derive(Debug)]
pub(super) struct ConnectionState {
    state: Mutex<State>,
    budget: Arc<ByteBudget>,
    /// Whose share of the budget it uses; `None` where there are no shares.
    client: Option<IpAddr>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// How many bytes have arrived of a request that is not whole yet.
    held: usize,
    /// True if hyper has the whole answer. Then the next successful flush is its end.
    is_buffered: bool,
}

impl ConnectionState {
    /// Starts with a newly accepted connection.
    pub(super) fn new(budget: Arc<ByteBudget>, client: Option<IpAddr>) -> Arc<Self> {
        let state = Mutex::new(State {
            phase: Phase::Head,
            since: Instant::now(),
            held: 0,
            is_buffered: false,
        });
        Arc::new(Self {
            state,
            budget,
            client,
        })
    }

    /// Returns the start of the phase, whose share of the budget the connection uses, and how many
    /// bytes it holds of a request that is not whole yet.
    pub(super) fn held(&self) -> (Instant, Option<IpAddr>, usize) {
        let state = self.state();
        (state.since, self.client, state.held)
    }

    /// Returns how well the connection keeps its place if there is no room for all, and the start
    /// of its phase: among equals, the longest goes first.
    pub(super) fn eviction_priority(&self, now: Instant) -> (EvictionPriority, Instant) {
        let state = self.state();
        let priority = match state.phase {
            Phase::Work => EvictionPriority::Served,
            _ if now.duration_since(state.since) < FRESH => EvictionPriority::Fresh,
            Phase::Idle => EvictionPriority::Idle,
            Phase::Head | Phase::Body | Phase::Answer => EvictionPriority::Slow,
        };
        (priority, state.since)
    }

    /// Returns the client's deadline; `None` while it waits for us.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let state = self.state();
        Some(state.since + state.phase.timeout()?)
    }

    /// Notes that the head of a request has arrived; returns its body, which notes its own end.
    pub(super) fn begin(self: &Arc<Self>, body: Incoming) -> Body {
        if body.is_end_stream() {
            self.enter_work(self.state());
            return Body::empty();
        }
        self.state().enter(Phase::Body);
        Body::new(RequestBody {
            body,
            state: Arc::clone(self),
        })
    }

    /// Notes that the answer is ready; returns its body, which notes when hyper has all of it.
    pub(super) fn answer(self: &Arc<Self>, body: Body) -> ResponseBody {
        let mut state = self.state();
        state.enter(Phase::Answer);
        state.is_buffered = false;
        ResponseBody {
            body,
            state: Arc::clone(self),
        }
    }

    /// Notes that the body has arrived, or that nobody wants it.
    fn arrived(&self) {
        let state = self.state();
        if state.phase == Phase::Body {
            self.enter_work(state);
        }
    }

    /// Notes that the request is whole, or that nobody wants the rest.
    fn enter_work(&self, mut state: MutexGuard<'_, State>) {
        state.enter(Phase::Work);
        let held = std::mem::take(&mut state.held);
        self.budget.remove(self.client, held);
    }

    fn buffered(&self) {
        self.state().is_buffered = true;
    }

    /// Notes that the kernel has everything that hyper had to write.
    fn flushed(&self) {
        let mut state = self.state();
        if state.phase == Phase::Answer && state.is_buffered {
            state.enter(Phase::Idle);
        }
    }

    /// Notes that the client sends so many bytes.
    fn received(&self, bytes: usize) {
        let mut state = self.state();
        if state.phase == Phase::Idle {
            state.enter(Phase::Head);
        }
        if matches!(state.phase, Phase::Head | Phase::Body) {
            state.held += bytes;
            self.budget.add(self.client, bytes);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionState {
    fn drop(&mut self) {
        let held = self.state().held;
        self.budget.remove(self.client, held);
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }
}

/// A client's socket that notes when something arrives and when everything is sent.
pub(super) struct Socket {
    stream: TcpStream,
    state: Arc<ConnectionState>,
}

impl Socket {
    /// Watches this stream.
    pub(super) fn new(stream: TcpStream, state: Arc<ConnectionState>) -> Self {
        Self { stream, state }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.state.received(bytes);
        }
        read
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // hyper flushes the socket only once its own buffer is empty.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if let Poll::Ready(Ok(())) = flushed {
            self.state.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The body of a request.
struct RequestBody {
    body: Incoming,
    state: Arc<ConnectionState>,
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if !matches!(frame, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            self.state.arrived();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.state.arrived();
    }
}

/// The body of an answer. hyper drops it when its buffer has all of it.
pub(super) struct ResponseBody {
    body: Body,
    state: Arc<ConnectionState>,
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.state.buffered();
    }
}
