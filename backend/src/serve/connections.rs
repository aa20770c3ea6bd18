//! The open connections: as many as there is room for, each within its client's time.
//!
//! Only HTTP/1.1. Browsers speak HTTP/2 only over TLS, which the proxy in front handles; without it
//! there are no streams that can be reset or continued without end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::http::front::Front;
use crate::keep_alive::notice_end;
use crate::limits::network;

use super::byte_budget::{ByteBudget, too_much};
use super::connection_io::{ResponseBody, Socket, request_body};
use super::connection_state::{ConnectionState, EvictionPriority};

/// The most connections, even if the process may open more files. Each may hold [`MAX_HEAD`].
const MAX_CONNECTIONS: usize = 10_000;
/// The most connections of the ops listener.
const FEW: usize = 64;
/// Files for everything else: the database, the OP, the log.
const OTHER_FILES: usize = 256;
/// The most bytes of a request's head; real ones, with all their cookies, have some thousand.
const MAX_HEAD: usize = 32 * 1024;
/// How long a server that stops waits for requests that are on their way: a proxy may have sent one
/// over a connection that was open a moment ago, and must not repeat a POST.
const ON_THE_WAY: Duration = Duration::from_millis(500);
/// How long to pause the listener after it failed.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
/// How often the log may say that there are too many connections.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// All connections.
pub(super) struct Connections {
    front: Front,
    limit: usize,
    budget: Arc<ByteBudget>,
    /// Does each address have a share of the budget?
    shares: bool,
    tasks: JoinSet<()>,
    open: HashMap<Id, Open>,
    stopping: watch::Sender<bool>,
    said: Option<Instant>,
    /// Receives the number of connections whenever it changes.
    note: Box<dyn Fn(usize) + Send>,
}

/// One connection.
struct Open {
    state: Arc<ConnectionState>,
    task: AbortHandle,
}

impl Connections {
    /// Returns an empty set for this application. The limit is the number of files that the process
    /// may open, which is raised as far as allowed. With `shares`, each address is one client, which
    /// has its share of the budget and no more.
    pub(super) fn new(front: Front, shares: bool, note: impl Fn(usize) + Send + 'static) -> Self {
        let limit = limit(raise_file_limit());
        Self {
            shares,
            ..Self::with_limit(front, limit, Box::new(note))
        }
    }

    /// Returns an empty set for the ops listener, which has few clients.
    pub(super) fn few(front: Front) -> Self {
        Self::with_limit(front, FEW, Box::new(|_| {}))
    }

    fn with_limit(front: Front, limit: usize, note: Box<dyn Fn(usize) + Send>) -> Self {
        Self {
            front,
            limit,
            note,
            budget: Arc::default(),
            shares: false,
            tasks: JoinSet::new(),
            open: HashMap::new(),
            stopping: watch::Sender::new(false),
            said: None,
        }
    }

    /// Accepts and serves connections until `stop` is done.
    pub(super) async fn accept_until(
        &mut self,
        listener: &TcpListener,
        stop: impl Future<Output = ()>,
    ) {
        let mut stop = pin!(stop);
        loop {
            // In this order: a flood of connections must not keep the bytes of those before waiting.
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = self.budget.exceeded() => self.make_room_for_bytes(),
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => self.accept(stream, peer),
                    Err(error) => self.on_accept_error(&error).await,
                },
            }
            (self.note)(self.open.len());
        }
    }

    /// Accepts what already waits at the listener, and closes it: a connection that waits there when
    /// it closes is reset.
    pub(super) fn accept_last(&mut self, listener: TcpListener) {
        let Ok(listener) = listener.into_std() else {
            return;
        };
        while let Ok((stream, peer)) = listener.accept() {
            let is_async = stream.set_nonblocking(true);
            if let Ok(stream) = is_async.and_then(|()| TcpStream::from_std(stream)) {
                self.accept(stream, peer);
            }
        }
    }

    /// Answers what is on its way, closes idle connections, lets the others finish, and cuts off
    /// what is left after the grace period.
    pub(super) async fn finish(mut self, grace: Duration) {
        self.stopping.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(grace, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }

    fn accept(&mut self, stream: TcpStream, peer: SocketAddr) {
        if self.open.len() >= self.limit {
            self.make_room("there is no room for more connections");
        }
        let client = self.shares.then(|| network(peer.ip()));
        let state = ConnectionState::new(Arc::clone(&self.budget), client);
        let stopping = self.stopping.subscribe();
        let front = self.front.clone();
        let attended = attend(stream, peer, front, Arc::clone(&state), stopping);
        let task = self.tasks.spawn(attended);
        self.open.insert(task.id(), Open { state, task });
    }

    /// The listener failed: for one client, or because the process may open no more files.
    async fn on_accept_error(&mut self, error: &Error) {
        use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            return;
        }
        self.make_room(&error.to_string());
        // Otherwise the listener would fail again and again, on a whole core.
        sleep(AFTER_FAILURE).await;
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
        self.open.remove(&id);
    }

    /// Closes some of the connections with the lowest priority, the longest first. A client that
    /// sends its request and reads its answer without delay is never among them.
    ///
    /// Several at once, so that in a flood not every connection costs a look at all others; at most
    /// half of equals, so that recent ones get their time.
    fn make_room(&mut self, reason: &str) {
        let now = Instant::now();
        let claims = self
            .open
            .iter()
            .map(|(id, open)| (open.state.eviction_priority(now), *id));
        let mut claims: Vec<((EvictionPriority, Instant), Id)> = claims.collect();
        claims.sort_unstable_by_key(|(priority, _)| *priority);
        let least = claims.first().map(|((priority, _), _)| *priority);
        let is_least = |priority: EvictionPriority| Some(priority) == least;
        let equals = claims
            .iter()
            .take_while(|((priority, _), _)| is_least(*priority));
        let some = match least {
            None | Some(EvictionPriority::Served) => 1,
            Some(EvictionPriority::Slow | EvictionPriority::Idle | EvictionPriority::Fresh) => {
                (self.limit / 16).clamp(1, equals.count().div_ceil(2))
            }
        };
        let ids = claims.into_iter().take(some).map(|(_, id)| id);
        self.close(ids.collect(), reason);
    }

    /// Closes some of those whose requests are not whole yet, if these have more bytes together than
    /// there is room for, or some of a client that has more than its share: the longest first.
    fn make_room_for_bytes(&mut self) {
        let held = self.open.iter().map(|(id, open)| (open.state.held(), *id));
        let mut held: Vec<_> = held.filter(|((_, _, bytes), _)| *bytes > 0).collect();
        held.sort_unstable_by_key(|((since, ..), _)| *since);
        let bytes: Vec<_> = held
            .iter()
            .map(|((_, client, bytes), _)| (*client, *bytes))
            .collect();
        let going = too_much(&bytes);
        if !going.is_empty() {
            let ids = going.into_iter().map(|place| held[place].1).collect();
            self.close(ids, "there is no room for more requests that are not whole");
        }
    }

    fn close(&mut self, ids: Vec<Id>, reason: &str) {
        if self.said.is_none_or(|said| said.elapsed() > SAY_AGAIN) {
            self.said = Some(Instant::now());
            tracing::warn!(
                connections = self.open.len(),
                "{reason}: the slowest are closed"
            );
        }
        for id in ids {
            if let Some(open) = self.open.remove(&id) {
                open.task.abort();
            }
        }
    }
}

/// Serves one connection until its client closes it or is too slow, or until the server stops.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    front: Front,
    state: Arc<ConnectionState>,
    mut stopping: watch::Receiver<bool>,
) {
    let is_stopping = stopping.clone();
    let service = service_fn(|request| {
        let is_last = *is_stopping.borrow();
        answer(request, peer, front.clone(), Arc::clone(&state), is_last)
    });
    notice_end(&stream);
    // An event or a message of an application must not wait for the one before. Without that, they
    // are slower, and no fault.
    let _ = stream.set_nodelay(true);
    if !begins(&stream, &state, &mut stopping).await {
        return;
    }
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&state)));
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(MAX_HEAD)
        .serve_connection(socket, service)
        .with_upgrades();
    // On the heap, to be gone when all that is left is a tunnel.
    let mut connection = Box::pin(connection);
    let mut alarm = pin!(sleep_until(Instant::now()));
    let mut served = pin!(poll_fn(|cx| {
        if connection.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        // The deadline may just have moved.
        let Some(deadline) = state.deadline() else {
            return Poll::Pending;
        };
        if deadline < alarm.deadline() {
            alarm.as_mut().reset(deadline);
        }
        ready!(alarm.as_mut().poll(cx));
        // Each request puts the deadline off several times, and the alarm only when it goes off.
        if alarm.deadline() < deadline {
            alarm.as_mut().reset(deadline);
            ready!(alarm.as_mut().poll(cx));
        }
        Poll::Ready(false)
    }));
    // An error means that the server is gone, which is like stopping.
    let is_done = tokio::select! {
        is_done = &mut served => Some(is_done),
        _ = stopping.wait_for(|is_stopping| *is_stopping) => None,
    };
    match is_done {
        // Too slow.
        Some(false) => return,
        Some(true) => {
            drop(connection);
            return carry(&state, stopping).await;
        }
        None if timeout(ON_THE_WAY, &mut served).await.is_ok() => return,
        None => {}
    }
    connection.as_mut().graceful_shutdown();
    // The grace period is the limit now.
    let _ = connection.await;
}

/// Waits for the first bytes of the first request, and for room to read them; returns false if the
/// client is too slow, or the server stops first and none are on their way. Only then does a
/// connection cost hyper's buffers, which are most of what it takes.
async fn begins(
    stream: &TcpStream,
    state: &ConnectionState,
    stopping: &mut watch::Receiver<bool>,
) -> bool {
    let too_late = state.deadline().unwrap_or_else(Instant::now);
    let first_bytes = async {
        let is_open = stream.readable().await.is_ok();
        poll_fn(|cx| state.poll_room(cx)).await;
        is_open
    };
    let stopped = async {
        // An error means that the server is gone.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        sleep(ON_THE_WAY).await;
    };
    tokio::select! {
        // What has arrived is answered, even by a server that stops.
        biased;
        is_open = first_bytes => is_open,
        () = stopped => false,
        () = sleep_until(too_late) => false,
    }
}

/// Carries what the two sides of a tunnel say, if the connection has become one, until they have
/// ended or the server stops: nothing that is said through it could tell them so.
async fn carry(state: &ConnectionState, mut stopping: watch::Receiver<bool>) {
    if let Some(tunnel) = state.handover().take_tunnel() {
        state.switch();
        tokio::select! {
            () = tunnel => {}
            _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
        }
    }
}

/// Answers one request, and updates the state. The last one says that the connection closes.
async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    mut front: Front,
    state: Arc<ConnectionState>,
    is_last: bool,
) -> Result<Response<ResponseBody>, Infallible> {
    let mut request = request.map(|body| request_body(body, &state));
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(state.handover().clone());
    let mut response = front.answer(request).await;
    if is_last && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(response.map(|body| ResponseBody::new(body, &state)))
}

/// Returns the limit on connections if the process may open this many files.
fn limit(files: usize) -> usize {
    files
        .saturating_sub(OTHER_FILES)
        .max(files / 2)
        .clamp(1, MAX_CONNECTIONS)
}

/// Raises the limit on open files to what [`MAX_CONNECTIONS`] needs, as far as allowed, and returns
/// it. The usual 1024 dates from a time when programs could not use more.
fn raise_file_limit() -> usize {
    let wanted = u64::try_from(MAX_CONNECTIONS + OTHER_FILES).unwrap_or(u64::MAX);
    let limits = getrlimit(Resource::Nofile);
    let current = limits.current.unwrap_or(u64::MAX);
    let raised = wanted.min(limits.maximum.unwrap_or(u64::MAX));
    let asked = Rlimit {
        current: Some(raised),
        ..limits
    };
    let is_raised = current < raised && setrlimit(Resource::Nofile, asked).is_ok();
    usize::try_from(if is_raised { raised } else { current }).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn files_are_left_for_the_rest() {
        for (files, connections) in [
            (1_000_000, 10_000),
            (1024, 768),
            (300, 150),
            (64, 32),
            (0, 1),
        ] {
            assert_eq!(limit(files), connections, "{files}");
        }
    }
}
