//! The connections to one upstream: each carries one request after another, and is kept for a moment
//! between two of them.
//!
//! hyper-util's client does the same for any number of servers. It asks a table of them for a
//! connection, begins to make another one beside that, and copies the request on its way through both.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::time::{Instant, sleep};

use super::body::RequestBody;
use super::connector::Connector;
use crate::application::upstream::Upstream;
use crate::telemetry::chain;

/// How long a connection to an upstream is kept without use: shorter than servers keep theirs, so
/// that no request meets one that is being closed.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// The connections to one upstream. A clone shares them.
#[derive(Clone)]
pub(crate) struct UpstreamPool {
    connector: Arc<Connector>,
    idle: Arc<Mutex<IdleConnections>>,
}

#[derive(Default)]
struct IdleConnections {
    /// The one that was used last is at the end.
    all: Vec<Idle>,
    /// True while a task closes those that nobody uses.
    are_swept: bool,
}

/// A connection that waits for its next request.
struct Idle {
    sender: SendRequest<RequestBody>,
    since: Instant,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    /// Nobody accepts a connection.
    #[error("no connection")]
    Connect(#[source] io::Error),
    /// What comes is no HTTP, or the connection ends before the answer.
    #[error("no answer over the connection")]
    Http(#[from] hyper::Error),
}

/// The connection that carries an answer. It is closed after that, unless it is given back.
pub(crate) struct Lease {
    sender: SendRequest<RequestBody>,
    idle: Arc<Mutex<IdleConnections>>,
}

impl UpstreamPool {
    /// Returns an empty pool for this upstream.
    pub(crate) fn new(upstream: Upstream) -> Self {
        Self {
            connector: Arc::new(Connector::new(upstream)),
            idle: Arc::default(),
        }
    }

    /// Sends a request, which has its `Host` and the path alone as its URI, and returns the head of the
    /// answer, with what to give back at the end of its body.
    ///
    /// A connection that was kept may end just now. If nothing of the request was sent over it, the
    /// request is sent over the next one.
    ///
    /// # Errors
    /// Every [`UpstreamError`].
    pub(crate) async fn send(
        &self,
        mut request: Request<RequestBody>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamError> {
        loop {
            let kept = self.take();
            let is_kept = kept.is_some();
            let mut sender = match kept {
                Some(sender) => sender,
                // Rarely, and it takes more room than all the rest.
                None => Box::pin(self.connect()).await?,
            };
            match sender.try_send_request(request).await {
                Ok(response) => {
                    let idle = Arc::clone(&self.idle);
                    return Ok((response, Lease { sender, idle }));
                }
                Err(mut error) => match error.take_message() {
                    Some(unsent) if is_kept => request = unsent,
                    _ => return Err(error.into_error().into()),
                },
            }
        }
    }

    /// Takes out the connection that was used last, if it can carry a request.
    fn take(&self) -> Option<SendRequest<RequestBody>> {
        let mut idle = lock(&self.idle);
        while let Some(last) = idle.all.pop() {
            if last.sender.is_ready() && last.since.elapsed() < KEEP_IDLE {
                return Some(last.sender);
            }
        }
        None
    }

    async fn connect(&self) -> Result<SendRequest<RequestBody>, UpstreamError> {
        let stream = self.connector.connect().await;
        let stream = TokioIo::new(stream.map_err(UpstreamError::Connect)?);
        let (sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!("a connection to an upstream ended: {}", chain(&error));
            }
        });
        Ok(sender)
    }
}

impl Lease {
    /// Keeps the connection for the next request: the answer has come to its end.
    pub(crate) fn give_back(self) {
        let Self { mut sender, idle } = self;
        if sender.is_ready() {
            return keep(&idle, sender);
        }
        // The application has answered before it took the whole request.
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                keep(&idle, sender);
            }
        });
    }
}

fn keep(idle: &Arc<Mutex<IdleConnections>>, sender: SendRequest<RequestBody>) {
    let since = Instant::now();
    let mut kept = lock(idle);
    kept.all.push(Idle { sender, since });
    if !std::mem::replace(&mut kept.are_swept, true) {
        drop(kept);
        tokio::spawn(sweep(Arc::clone(idle)));
    }
}

/// Closes what nobody uses, until nothing is left.
async fn sweep(idle: Arc<Mutex<IdleConnections>>) {
    loop {
        sleep(KEEP_IDLE / 4).await;
        let mut kept = lock(&idle);
        kept.all
            .retain(|idle| idle.sender.is_ready() && idle.since.elapsed() < KEEP_IDLE);
        if kept.all.is_empty() {
            kept.are_swept = false;
            return;
        }
    }
}

fn lock(idle: &Mutex<IdleConnections>) -> MutexGuard<'_, IdleConnections> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
