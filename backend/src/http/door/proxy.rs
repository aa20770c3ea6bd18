//! Passes a request on to an application, and its answer back: streamed both ways, with whatever
//! protocol the two switch to.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONNECTION, HeaderValue, UPGRADE};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri, Version};
use hyper::upgrade::OnUpgrade;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::copy_bidirectional;

use super::connector::Connector;
use super::{forwarded, private};
use crate::application::upstream::Upstream;
use crate::public_url::PublicUrl;

/// How long a connection to an upstream is kept without use: shorter than servers keep theirs, so
/// that no request meets one that is being closed.
const KEEP_IDLE: Duration = Duration::from_secs(4);

/// What a [`Client`] wants to know of the upstream; the [`Connector`] knows better.
const ANYWHERE: Authority = Authority::from_static("upstream");

/// Passes requests on to one upstream. A clone shares the connections.
#[derive(Clone)]
pub(crate) struct Proxy(Client<Connector, Body>);

/// Why there is no answer of the application.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    /// The upstream cannot be reached, or answers with what is no HTTP.
    #[error("the application does not answer")]
    Upstream(#[from] legacy::Error),
    /// The request has no path that can be passed on.
    #[error("the request has no path")]
    Path,
}

impl Proxy {
    /// Returns what passes requests on to this upstream.
    pub(crate) fn new(upstream: Upstream) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(KEEP_IDLE)
            .http1_preserve_header_case(false)
            .build(Connector::new(upstream));
        Self(client)
    }

    /// Passes a request on. `add` puts into its headers who asks, when those of the client are gone.
    /// A connection that switches to another protocol is closed when `ended` is done.
    ///
    /// # Errors
    /// Both of [`ProxyError`].
    pub(crate) async fn pass_on(
        &self,
        mut request: Request<Body>,
        public: &PublicUrl,
        client: Option<IpAddr>,
        ended: Option<impl Future<Output = ()> + Send + 'static>,
        add: impl FnOnce(&mut HeaderMap),
    ) -> Result<Response<Body>, ProxyError> {
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = upstream_uri(path).ok_or(ProxyError::Path)?;
        *request.version_mut() = Version::HTTP_11;
        let protocol = forwarded::upgrade(request.headers());
        forwarded::prepare(request.headers_mut(), public, client);
        add(request.headers_mut());
        let of_client = protocol.map(|protocol| {
            ask_to_switch(request.headers_mut(), protocol);
            hyper::upgrade::on(&mut request)
        });
        let mut response = self.0.request(request).await?;
        let protocol = forwarded::upgrade(response.headers());
        forwarded::remove_hop_by_hop(response.headers_mut());
        private::remove_our_cookies(response.headers_mut());
        if response.status() == StatusCode::SWITCHING_PROTOCOLS
            && let (Some(of_client), Some(protocol)) = (of_client, protocol)
        {
            ask_to_switch(response.headers_mut(), protocol);
            let of_upstream = hyper::upgrade::on(&mut response);
            tokio::spawn(tunnel(of_client, of_upstream, ended));
        }
        Ok(response.map(Body::new))
    }
}

/// Returns the URI of a request to the upstream: a path of this server, whatever form it came in.
fn upstream_uri(path: Option<PathAndQuery>) -> Option<Uri> {
    let path = path.filter(|path| path.as_str().starts_with('/'))?;
    let parts = Uri::builder().scheme(Scheme::HTTP).authority(ANYWHERE);
    parts.path_and_query(path).build().ok()
}

/// Says that this connection shall switch, or switches, to another protocol (RFC 9110 §7.8).
fn ask_to_switch(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// Carries whatever the two sides say to each other, until both have ended, or the login has.
async fn tunnel(
    client: OnUpgrade,
    upstream: OnUpgrade,
    ended: Option<impl Future<Output = ()> + Send>,
) {
    let Ok((client, upstream)) = tokio::try_join!(client, upstream) else {
        return;
    };
    let (mut client, mut upstream) = (TokioIo::new(client), TokioIo::new(upstream));
    let ended = async {
        match ended {
            Some(ended) => ended.await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        // Either side may go away at any time: that is no fault.
        _ = copy_bidirectional(&mut client, &mut upstream) => {}
        () = ended => {}
    }
}
