//! Faults of whole endpoints: answers that hang, drip, lie about their type or never end.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use hyper::body::Frame;
use tokio::time::Interval;

use crate::lie::{Fault, Lie};
use crate::world::App;

/// Pause between two bytes of [`Fault::Drip`].
const DRIP: Duration = Duration::from_millis(200);

/// What [`Fault::Huge`] puts before the answer.
const HUGE: usize = 10 << 20;

/// A page no RP can use.
const PAGE: &str = "<!doctype html><title>Bad Gateway</title><h1>502 Bad Gateway</h1>";

/// Makes an endpoint fail if a lie says so.
pub(crate) async fn fail(
    State(app): State<App>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let fault = fault_at(&app, request.uri().path());
    let response = next.run(request).await;
    match fault {
        None => response,
        Some(fault) => spoil(&fault, response).await,
    }
}

/// Returns the current fault of a path.
fn fault_at(app: &App, path: &str) -> Option<Fault> {
    let world = app.world();
    let application = world.application_path();
    let below = path.strip_prefix(&application);
    world
        .lies
        .find(|lie| match lie {
            Lie::Discovery(fault) if below == Some(".well-known/openid-configuration") => {
                Some(fault)
            }
            Lie::Jwks(fault) if below == Some("jwks/") => Some(fault),
            Lie::Par(fault) if path == "/application/o/par/" => Some(fault),
            Lie::Token(fault) if path == "/application/o/token/" => Some(fault),
            Lie::Userinfo(fault) if path == "/application/o/userinfo/" => Some(fault),
            _ => None,
        })
        .cloned()
}

/// Turns a right answer into a wrong one.
async fn spoil(fault: &Fault, mut response: Response) -> Response {
    match *fault {
        Fault::Status(code @ (401 | 403)) => {
            let error = if code == 401 {
                "invalid_token"
            } else {
                "insufficient_scope"
            };
            unauthorized(code, error)
        }
        Fault::Status(code) => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (code, Html(PAGE)).into_response()
        }
        Fault::Html => Html(PAGE).into_response(),
        Fault::Firewall => {
            let page = "<!doctype html><title>Request blocked</title><h1>Request blocked</h1>";
            (StatusCode::FORBIDDEN, Html(page)).into_response()
        }
        Fault::Challenge => {
            let page = "<!doctype html><title>Just a moment...</title>";
            let headers = [("cf-mitigated", "challenge"), ("server", "cloudflare")];
            (StatusCode::FORBIDDEN, headers, Html(page)).into_response()
        }
        Fault::Proxy => {
            let page =
                "<!doctype html><title>ERROR: The requested URL could not be retrieved</title>";
            let headers = [("x-squid-error", "ERR_CONNECT_FAIL 111")];
            (StatusCode::SERVICE_UNAVAILABLE, headers, Html(page)).into_response()
        }
        Fault::Hang => std::future::pending().await,
        Fault::Redirect => Redirect::temporary("/foreign/redirected").into_response(),
        Fault::Empty => (json_type(), Body::empty()).into_response(),
        Fault::Truncated => (json_type(), "{\"issuer\":\"http://").into_response(),
        Fault::ContentType => {
            let plain = HeaderValue::from_static("text/plain");
            response.headers_mut().insert(header::CONTENT_TYPE, plain);
            response
        }
        Fault::Drip => {
            let ticks = tokio::time::interval(DRIP);
            let rest = whole_body(response).await;
            (json_type(), Body::new(Drip { rest, ticks })).into_response()
        }
        Fault::Huge => {
            let body = whole_body(response).await;
            let mut padded = vec![b' '; HUGE];
            padded.extend_from_slice(&body);
            (json_type(), padded).into_response()
        }
        Fault::Cut => {
            let body = whole_body(response).await;
            let half = body.slice(..body.len() / 2);
            (json_type(), Body::new(Cut(Some(half)))).into_response()
        }
    }
}

/// Authentik's answer to a bad access token: empty HTML, with the reason in a header.
pub(crate) fn unauthorized(code: u16, error: &str) -> Response {
    let challenge =
        format!("error=\"{error}\", error_description=\"the access token does not serve here\"");
    let code = StatusCode::from_u16(code).unwrap_or(StatusCode::UNAUTHORIZED);
    let challenge = [(header::WWW_AUTHENTICATE, challenge)];
    (code, challenge, Html("")).into_response()
}

/// The content type of JSON.
const fn json_type() -> [(header::HeaderName, &'static str); 1] {
    [(header::CONTENT_TYPE, "application/json")]
}

/// Collects what a handler wrote.
async fn whole_body(response: Response) -> Bytes {
    to_bytes(response.into_body(), usize::MAX)
        .await
        .unwrap_or_default()
}

/// A body of one byte at a time.
struct Drip {
    rest: Bytes,
    ticks: Interval,
}

impl HttpBody for Drip {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.ticks.poll_tick(context));
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(1)))))
    }
}

/// A body that fails after its first piece: the server cuts the connection.
struct Cut(Option<Bytes>);

impl HttpBody for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = self.0.take().map(Frame::data);
        Poll::Ready(Some(
            frame.ok_or_else(|| std::io::ErrorKind::ConnectionAborted.into()),
        ))
    }
}
