//! The body of an application's answer. At its end, the connection that carried it is kept for the next
//! request.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio_util::sync::DropGuard;

use super::body::clean;
use super::streams::Watched;
use super::upstream_pool::Lease;

/// The body of an answer, on its way to the client.
pub(crate) struct ResponseBody {
    body: Incoming,
    /// The connection that carries it; `None` once it was given back.
    lease: Option<Lease>,
    /// The login that it ends with; `None` if it needs none.
    login: Option<Watched>,
    /// Ends the request's body with the answer, if the application never wanted it.
    _ends: Option<DropGuard>,
}

impl ResponseBody {
    /// Passes on this body, as long as the login lives.
    pub(crate) fn new(
        body: Incoming,
        lease: Lease,
        login: Option<Watched>,
        ends: Option<DropGuard>,
    ) -> Self {
        let mut this = Self {
            body,
            lease: Some(lease),
            login,
            _ends: ends,
        };
        this.give_back_at_end();
        this
    }

    /// Gives the connection back if nothing follows.
    fn give_back_at_end(&mut self) {
        if self.body.is_end_stream()
            && let Some(lease) = self.lease.take()
        {
            lease.give_back();
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
        match &frame {
            Poll::Ready(Some(Ok(_))) => this.give_back_at_end(),
            Poll::Ready(None) => {
                if let Some(lease) = this.lease.take() {
                    lease.give_back();
                }
            }
            // What fails is not used again.
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
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
