//! The state of one connection: who waits for whom, since when, and for how long at most.
//!
//! hyper's own timeouts cover only the head of a request. A client can be as slow with the
//! request's body or with reading the answer, and a proxy keeps idle connections for minutes, which
//! is no fault. So the connection's own reads, writes and bodies report its state.
//!
//! What is passed on to an application may last. There the client has only to read and to write, if
//! it is the one that the others wait for.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use super::byte_budget::ByteBudget;
use crate::http::door::handover::Handover;

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
    /// The answer was sent before the request was whole: the client may read it in peace.
    Linger,
    /// The connection speaks another protocol, which passes on whatever is said.
    Tunnel,
}

impl Phase {
    /// Returns how long the phase may last; `None` if the server is the one that takes the time,
    /// which the router bounds.
    const fn timeout(self) -> Option<Duration> {
        let seconds = match self {
            Self::Head => 10,
            Self::Body => 20,
            Self::Work | Self::Tunnel => return None,
            // The whole page is some 200 kB; no phone is this slow.
            Self::Answer => 120,
            // Longer than proxies keep idle connections, so that the proxy closes first. Otherwise
            // it sends a request into a connection that is being closed.
            Self::Idle => 180,
            Self::Linger => 2,
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

/// How long a client may neither send more of a request that is passed on, nor read more of the
/// answer: a film that pauses, a phone in a tunnel. What the application is slow with has no limit.
const STALL: Duration = Duration::from_secs(300);

/// How long a client that has shut its side waits for the answer, or for more of it. It cannot be told
/// from one that has gone away.
const AFTER_END: Duration = Duration::from_secs(10);

/// The same if its request does not seem to be whole, and it only looks so for a moment.
const AFTER_END_IN_BODY: Duration = Duration::from_secs(1);

/// How long a client has to show what it is.
const FRESH: Duration = Duration::from_secs(2);

/// The state of a connection, updated by its socket and its bodies (`connection_io.rs`).
pub(super) struct ConnectionState {
    state: Mutex<State>,
    budget: Arc<ByteBudget>,
    /// Its number in the budget.
    number: u64,
    handover: Handover,
    /// Whose share of the budget it uses; `None` where there are no shares.
    client: Option<IpAddr>,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is about a side of its own"
)]
struct State {
    phase: Phase,
    since: Instant,
    /// How many bytes have arrived of a request that is not whole yet.
    held: usize,
    /// How many of them the budget knows. The others came since the connection last had its turn: most
    /// requests are whole at its end.
    counted: usize,
    /// True if the request is whole, or nobody wants the rest.
    is_whole: bool,
    /// True if the client was told that nobody wants the rest.
    is_cut: bool,
    /// True if the budget wakes it when there is room.
    waits_for_room: bool,
    /// Since when hyper waits for bytes of the client; `None` if it does not.
    waits_to_read: Option<Instant>,
    /// Since when hyper waits for the client to take bytes; `None` if it does not.
    waits_to_write: Option<Instant>,
    /// When the client has shut its side, or has last taken bytes since; `None` if it has not.
    ended: Option<Instant>,
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
            counted: 0,
            is_whole: false,
            is_cut: false,
            waits_for_room: false,
            waits_to_read: None,
            waits_to_write: None,
            ended: None,
            is_buffered: false,
        });
        Arc::new(Self {
            state,
            number: budget.number(),
            budget,
            handover: Handover::default(),
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
        if let Some(ended) = state.ended {
            return (EvictionPriority::Slow, ended);
        }
        if self.is_passed_on(&state) {
            return match state.stalled_since() {
                Some(since) if now.duration_since(since) >= FRESH => {
                    (EvictionPriority::Slow, since)
                }
                _ => (EvictionPriority::Served, state.since),
            };
        }
        let priority = match state.phase {
            Phase::Work | Phase::Tunnel => EvictionPriority::Served,
            _ if now.duration_since(state.since) < FRESH => EvictionPriority::Fresh,
            Phase::Idle => EvictionPriority::Idle,
            Phase::Head | Phase::Body | Phase::Answer | Phase::Linger => EvictionPriority::Slow,
        };
        (priority, state.since)
    }

    /// Returns the client's deadline; `None` while it waits for us.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let mut state = self.state();
        let is_passed_on = self.is_passed_on(&state);
        if is_passed_on {
            // What has arrived is on its way to the application.
            self.release(&mut state);
        } else {
            self.count(&mut state);
        }
        if let Some(ended) = state.ended {
            let wait = match state.phase {
                Phase::Body => AFTER_END_IN_BODY,
                _ => AFTER_END,
            };
            return Some(ended + wait);
        }
        if is_passed_on {
            return Some(state.stalled_since()? + STALL);
        }
        Some(state.since + state.phase.timeout()?)
    }

    /// Is what the connection is busy with passed on to an application?
    fn is_passed_on(&self, state: &State) -> bool {
        let is_busy = matches!(
            state.phase,
            Phase::Body | Phase::Work | Phase::Answer | Phase::Tunnel
        );
        is_busy && self.handover.is_passed_on()
    }

    /// Returns what tells this connection what becomes of its requests.
    pub(super) fn handover(&self) -> &Handover {
        &self.handover
    }

    /// Notes that the head of a request has arrived, and whether a body follows.
    pub(super) fn begin(&self, has_body: bool) {
        self.handover.begin();
        let mut state = self.state();
        if has_body {
            state.enter(Phase::Body);
            state.is_whole = false;
        } else {
            self.enter_work(state);
        }
    }

    /// Notes that the answer is ready.
    pub(super) fn answer(&self) {
        let mut state = self.state();
        state.enter(Phase::Answer);
        state.is_buffered = false;
    }

    /// Notes that the body has arrived.
    pub(super) fn arrived(&self) {
        let mut state = self.state();
        state.is_whole = true;
        if state.phase == Phase::Body {
            self.enter_work(state);
        }
    }

    /// Notes that nobody wants the rest of the body, if there is one.
    pub(super) fn unwanted(&self) {
        let mut state = self.state();
        if !state.is_whole {
            state.is_cut = true;
        }
        drop(state);
        self.arrived();
    }

    /// Notes that the request is whole, or that nobody wants the rest.
    fn enter_work(&self, mut state: MutexGuard<'_, State>) {
        state.enter(Phase::Work);
        state.is_whole = true;
        self.release(&mut state);
    }

    /// Notes that the connection has spoken its last HTTP. What arrives now is no request.
    pub(super) fn switch(&self) {
        let mut state = self.state();
        state.enter(Phase::Tunnel);
        state.ended = None;
        self.release(&mut state);
    }

    /// Has the budget know what is held.
    fn count(&self, state: &mut State) {
        if state.held > state.counted {
            self.budget.add(self.client, state.held - state.counted);
            state.counted = state.held;
        }
    }

    fn release(&self, state: &mut State) {
        state.held = 0;
        let counted = std::mem::take(&mut state.counted);
        if counted > 0 {
            self.budget.remove(self.client, counted);
        }
    }

    pub(super) fn buffered(&self) {
        self.state().is_buffered = true;
    }

    /// Notes that the kernel has everything that hyper had to write.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        if state.phase == Phase::Answer && state.is_buffered {
            state.enter(Phase::Idle);
        }
    }

    /// Waits until the budget has room for more of a request.
    pub(super) fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let mut state = self.state();
        let is_counted = matches!(state.phase, Phase::Idle | Phase::Head | Phase::Body);
        if is_counted && !self.is_passed_on(&state) {
            let room = self.budget.poll_room(self.number, self.client, cx);
            state.waits_for_room |= room.is_pending();
            return room;
        }
        Poll::Ready(())
    }

    /// Notes that the client sends so many bytes; none, if there is nothing to read.
    pub(super) fn received(&self, bytes: usize) {
        let mut state = self.state();
        if std::mem::take(&mut state.waits_for_room) {
            self.budget.has_read();
        }
        if bytes == 0 {
            state.waits_to_read.get_or_insert_with(Instant::now);
            return;
        }
        state.waits_to_read = None;
        if self.is_passed_on(&state) {
            return;
        }
        if state.phase == Phase::Idle {
            state.enter(Phase::Head);
        }
        if matches!(state.phase, Phase::Head | Phase::Body) {
            state.held += bytes;
        }
    }

    /// Notes whether the client takes what it is sent.
    pub(super) fn written<T>(&self, written: &Poll<T>) {
        let mut state = self.state();
        if written.is_ready() {
            state.waits_to_write = None;
            state.ended = state.ended.map(|_| Instant::now());
        } else {
            state.waits_to_write.get_or_insert_with(Instant::now);
        }
    }

    /// Notes that the client has shut its side; returns true if it may still wait for an answer. hyper
    /// would take it for gone.
    pub(super) fn note_end(&self) -> bool {
        let mut state = self.state();
        if std::mem::take(&mut state.waits_for_room) {
            self.budget.has_read();
        }
        let waits = matches!(state.phase, Phase::Body | Phase::Work | Phase::Answer);
        if waits {
            state.ended.get_or_insert_with(Instant::now);
        }
        waits
    }

    /// Gives a client that was answered before its request was whole time to read the answer. If the
    /// socket were closed with bytes in it that nobody has read, the client would see an error
    /// instead. Returns false if there is no such answer.
    pub(super) fn lingers(&self) -> bool {
        let mut state = self.state();
        if state.is_cut && state.phase != Phase::Linger {
            state.enter(Phase::Linger);
        }
        state.is_cut
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionState {
    fn drop(&mut self) {
        let counted = self.state().counted;
        self.budget.end(self.number, self.client, counted);
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    /// Returns since when the client keeps others waiting; `None` if it does not.
    fn stalled_since(&self) -> Option<Instant> {
        let reading = self.waits_to_read.filter(|_| !self.is_whole);
        reading.into_iter().chain(self.waits_to_write).min()
    }
}
