//! Passes a request on to an application, and its answer back: streamed both ways, with whatever
//! protocol the two switch to.

use std::future::Future;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::header::{CONTENT_LENGTH, EXPECT, HeaderValue, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::answer_body::ResponseBody;
use super::body::{Progress, RequestBody};
use super::expectation::{self, Interim};
use super::forwarded::Address;
use super::handover::Handover;
use super::streams::{self, Stream};
use super::upstream_pool::{Lease, UpstreamError, UpstreamPool};
use super::{forwarded, private, tunnel};
use crate::application::upstream::Upstream;

/// How long an application may neither take more of a request nor begin its answer: exports and long
/// polls take minutes.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// Passes requests on to one upstream. A clone shares the connections.
#[derive(Clone)]
pub(crate) struct Proxy {
    pool: UpstreamPool,
    answer_timeout: Duration,
}

/// Why there is no answer of the application.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProxyError {
    /// The upstream cannot be reached, or answers with what is no HTTP.
    #[error("the application does not answer")]
    Upstream(#[from] UpstreamError),
    /// It accepts the request, and then there is nothing.
    #[error("the application has taken the request, and does not begin to answer")]
    Silent,
    /// It answers in a way that programs read differently, or without end.
    #[error("the answer of the application is not HTTP as it should be: {0}")]
    Misread(&'static str),
    /// The request has no path that can be passed on, can be read in two ways, or would be sent back.
    #[error("the request cannot be passed on")]
    Request,
    /// The login has ended before there was an answer.
    #[error("the login has ended")]
    Ended,
}

impl Proxy {
    /// Returns what passes requests on to this upstream.
    pub(crate) fn new(upstream: Upstream) -> Self {
        Self {
            pool: UpstreamPool::new(upstream),
            answer_timeout: ANSWER_TIMEOUT,
        }
    }

    /// Passes a request on. `add` puts into its headers who asks, when those of the client are gone.
    /// The answer, and whatever the connection switches to, ends with the login.
    ///
    /// # Errors
    /// Every [`ProxyError`].
    pub(crate) async fn pass_on(
        &self,
        mut request: Request<Body>,
        own: &Address,
        client: Option<IpAddr>,
        login: Option<Stream>,
        add: impl FnOnce(&mut HeaderMap),
    ) -> Result<Response<Body>, ProxyError> {
        let handover = Handover::of(request.extensions()).cloned();
        leave_only_path(request.uri_mut())?;
        *request.version_mut() = Version::HTTP_11;
        // The answer to TRACE is the request, with what only the application may know.
        if request.method() == Method::TRACE || is_framed_twice(request.headers()) {
            return Err(ProxyError::Request);
        }
        let is_head = request.method() == Method::HEAD;
        let protocol = tunnel::protocol(request.headers());
        let is_expected = expectation::is_expected(request.headers());
        forwarded::prepare(request.headers_mut(), own, client);
        add(request.headers_mut());
        let asked = protocol.map(|protocol| {
            tunnel::ask_to_switch(request.headers_mut(), protocol.clone());
            (hyper::upgrade::on(&mut request), protocol)
        });
        if let Some(handover) = &handover {
            handover.pass_on();
        }
        let interim = Interim::listen(&mut request);
        let has_body = !request.body().is_end_stream();
        let gate = (is_expected && has_body).then(|| {
            let expect = HeaderValue::from_static("100-continue");
            request.headers_mut().insert(EXPECT, expect);
            interim.gate()
        });
        let is_gated = gate.is_some();
        let progress = has_body.then(Progress::new);
        let request = request.map(|body| RequestBody::new(body, gate, progress.clone()));
        // In its place from the beginning: it is large, and each hand that it passes through copies it.
        let answer = pin!(self.pool.send(request));
        let (mut response, lease) = tokio::select! {
            biased;
            answer = in_time(answer, progress.as_ref(), self.answer_timeout) => answer?,
            () = interim.flooded() => return Err(ProxyError::Misread("interim answers without end")),
            () = streams::ended(login.as_ref()) => return Err(ProxyError::Ended),
        };
        // The application's may be older, and then the end of a body would not be said (RFC 9112 §2.3).
        *response.version_mut() = Version::HTTP_11;
        let ends = is_gated.then(|| interim.answered());
        check(&mut response, is_head)?;
        let agreed = tunnel::protocol(response.headers());
        forwarded::remove_hop_by_hop(response.headers_mut());
        private::remove_our_cookies(response.headers_mut());
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let watched = login.map(Stream::watch_body);
            return Ok(
                response.map(|body| Body::new(ResponseBody::new(body, lease, watched, ends)))
            );
        }
        let (Some((of_client, asked)), Some(agreed)) = (asked, agreed) else {
            return Err(ProxyError::Misread("it switches to a protocol unasked"));
        };
        if !asked.as_bytes().eq_ignore_ascii_case(agreed.as_bytes()) {
            return Err(ProxyError::Misread("it switches to another protocol"));
        }
        tunnel::ask_to_switch(response.headers_mut(), agreed);
        let of_upstream = hyper::upgrade::on(&mut response);
        let tunnel = Box::pin(tunnel::carry(of_client, of_upstream, login));
        Handover::leave_tunnel(handover.as_ref(), tunnel);
        Ok(response.map(|_| Body::empty()))
    }
}

/// The head of an answer, and the connection that carries its body.
type Answered = (Response<Incoming>, Lease);

/// Waits for an answer, as long as the application takes more of the request.
async fn in_time(
    mut answer: Pin<&mut impl Future<Output = Result<Answered, UpstreamError>>>,
    progress: Option<&Progress>,
    limit: Duration,
) -> Result<Answered, ProxyError> {
    let start = Instant::now();
    loop {
        let deadline = progress.map_or(start, Progress::last) + limit;
        match timeout_at(deadline, answer.as_mut()).await {
            Ok(answer) => return Ok(answer?),
            Err(_) if progress.is_some_and(|progress| progress.last() + limit > deadline) => {}
            Err(_) => return Err(ProxyError::Silent),
        }
    }
}

/// Checks that everybody reads the same end of the answer, and says how long it is only if we know.
fn check(response: &mut Response<Incoming>, is_head: bool) -> Result<(), ProxyError> {
    if is_framed_twice(response.headers()) {
        return Err(ProxyError::Misread("its length is said in two ways"));
    }
    let has_no_body = is_head || response.status() == StatusCode::NOT_MODIFIED;
    if !has_no_body && response.body().size_hint().exact().is_none() {
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    Ok(())
}

/// Is the end of the body said in two ways? Whoever is next may believe the other one (RFC 9112
/// §6.3).
fn is_framed_twice(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let has_length = lengths.next().is_some();
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_chunked = match (codings.next(), codings.next()) {
        (None, _) => false,
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => true,
        // What else was done to the body would not be said to whoever is next.
        _ => return true,
    };
    lengths.next().is_some() || (has_length && is_chunked)
}

/// Leaves of a URI the path on this server, whatever form it came in.
fn leave_only_path(uri: &mut Uri) -> Result<(), ProxyError> {
    let path = uri.path_and_query();
    let path = path.filter(|path| path.as_str().starts_with('/'));
    let path = path.ok_or(ProxyError::Request)?;
    if uri.authority().is_some() || uri.scheme().is_some() {
        *uri = path.clone().into();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Address, Proxy, ProxyError};
    use crate::application::upstream::Upstream;
    use axum::body::Body;
    use axum::http::Request;
    use std::time::Duration;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn application_that_never_answers_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut proxy = Proxy::new(Upstream::Tcp {
            host: "127.0.0.1".to_owned(),
            port: listener.local_addr().unwrap().port(),
        });
        proxy.answer_timeout = Duration::from_millis(50);
        let own = Address::of(&"https://app.example.com".parse().unwrap());

        let request = Request::get("/").body(Body::empty()).unwrap();
        let answer = proxy.pass_on(request, &own, None, None, |_| {}).await;

        assert!(matches!(answer, Err(ProxyError::Silent)));
    }
}
