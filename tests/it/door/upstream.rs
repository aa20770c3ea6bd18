//! An application behind the door, which says what it was sent.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// Starts an application on a free port, and returns its address. It ends with the test.
pub(crate) async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new()
        .route("/cookie", get(sets_cookies))
        .route("/forever", get(streams_for_ever))
        .route("/socket", any(switches_protocols))
        .fallback(any(echo));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// Says what it was sent.
async fn echo(request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let said = json!({
        "method": parts.method.as_str(),
        "uri": parts.uri.to_string(),
        "headers": lines(&parts.headers),
        "body": String::from_utf8_lossy(&body),
    });
    (
        [
            ("content-type", "application/json"),
            ("cache-control", "public, max-age=60"),
        ],
        said.to_string(),
    )
        .into_response()
}

/// Sets a cookie of its own, and tries to set ours.
async fn sets_cookies() -> Response {
    let mut response = "set".into_response();
    for line in [
        "a=1; Path=/",
        "postern_session=stolen; Path=/",
        "postern_app=stolen; Path=/",
    ] {
        response
            .headers_mut()
            .append("set-cookie", line.parse().unwrap());
    }
    response
}

/// Sends an event at once, and then nothing.
async fn streams_for_ever() -> Response {
    let event = stream::once(async { Ok::<_, Infallible>("data: now\n\n") });
    let events = event.chain(stream::pending());
    (
        [("content-type", "text/event-stream")],
        Body::from_stream(events),
    )
        .into_response()
}

/// Switches to a protocol in which everything is sent back, after a line on who asked.
async fn switches_protocols(mut request: Request) -> Response {
    let told = lines(request.headers());
    let asked = told.get("upgrade").cloned().unwrap_or_default();
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let mut stream = hyper_util::rt::TokioIo::new(upgrade.await.unwrap());
        let line = format!("{}\n", told["remote-user"].as_str().unwrap_or("nobody"));
        stream.write_all(line.as_bytes()).await.unwrap();
        let (mut from, mut to) = tokio::io::split(stream);
        // It may end in any way.
        let _ = tokio::io::copy(&mut from, &mut to).await;
    });
    let headers = [
        ("connection", "upgrade"),
        ("upgrade", asked.as_str().unwrap_or_default()),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// Returns all headers; doubled ones as a list.
fn lines(headers: &HeaderMap) -> Map<String, Value> {
    let values = headers.keys().map(|name| {
        let all: Vec<Value> = headers
            .get_all(name)
            .iter()
            .map(|value| Value::from(String::from_utf8_lossy(value.as_bytes())))
            .collect();
        let value = if all.len() == 1 {
            all[0].clone()
        } else {
            Value::from(all)
        };
        (name.as_str().to_owned(), value)
    });
    values.collect()
}
