//! What a request for an application asks of the client's connection.
//!
//! The connection protects Postern's own pages: small bodies, quickly. What is passed on may be
//! large, slow, or no HTTP any more. Only who decides about the request knows that, so each request
//! carries this, put in by the connection.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::Extensions;

/// What carries the bytes of a connection that has switched to another protocol, until its end.
pub(crate) type Tunnel = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Tells a connection what becomes of its current request. A clone tells the same connection.
#[derive(Clone, Default)]
pub(crate) struct Handover(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_passed_on: AtomicBool,
    tunnel: Mutex<Option<Tunnel>>,
}

impl Handover {
    /// Begins with the next request of the connection: it is Postern's until somebody says otherwise.
    pub(crate) fn begin(&self) {
        self.0.is_passed_on.store(false, Ordering::Relaxed);
    }

    /// Notes that the request is passed on: its body is read as fast as the application takes it.
    pub(crate) fn pass_on(&self) {
        self.0.is_passed_on.store(true, Ordering::Relaxed);
    }

    /// Was the request passed on?
    pub(crate) fn is_passed_on(&self) -> bool {
        self.0.is_passed_on.load(Ordering::Relaxed)
    }

    /// Takes the tunnel, when the connection has spoken its last HTTP.
    pub(crate) fn take_tunnel(&self) -> Option<Tunnel> {
        let mut tunnel = self.0.tunnel.lock().unwrap_or_else(PoisonError::into_inner);
        tunnel.take()
    }

    /// Leaves the tunnel to the connection, which counts as open as long as it lasts. Under another
    /// server than ours, nobody waits for it.
    pub(crate) fn leave_tunnel(handover: Option<&Self>, tunnel: Tunnel) {
        match handover {
            Some(Self(inner)) => {
                let mut place = inner.tunnel.lock().unwrap_or_else(PoisonError::into_inner);
                *place = Some(tunnel);
            }
            None => drop(tokio::spawn(tunnel)),
        }
    }

    /// Returns what the connection put into the request; `None` under another server than ours.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }
}
