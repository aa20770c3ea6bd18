//! The doctor's findings, for admins, and how a request of the doctor arrives.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, HOST};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

use shared::api::Examine;
use shared::error::ErrorCode;

use crate::app::AppState;
use crate::doctor::probe::reflection::{self, HEADER};
use crate::doctor::{Depth, Reflection, RunContext, examine, reading_of};
use crate::http::api::{Answer, Call, Reply};
use crate::http::cookie::{self, SetCookies, style};
use crate::http::error::ApiError;
use crate::http::extract::client::client_address;
use crate::http::extract::language::language;
use oidc::for_log;

/// How long the doctor's cookie lives: long enough for two requests.
const COOKIE_LIFE: Duration = Duration::from_secs(60);

/// Runs all checks; one run at a time.
pub(crate) async fn show(app: AppState, call: Call<Examine>) -> Reply<Examine> {
    let peer = call.client.peer.ok_or(ErrorCode::Internal)?;
    let _turn = app.doctor.lock().await;
    let (reading, keys) = (reading_of(&app), app.keys());
    let context = RunContext::Server {
        keys: &keys,
        request: Some(reflect(&app, peer, &call.headers)),
        depth: Depth::Full,
    };
    let examination = examine(&reading, &app.clock, &context).await;
    Ok(Answer::new(examination.translated(language(&call.headers))))
}

/// Tells the doctor how its request arrived. For anybody else this is a 404.
pub(crate) async fn mirror(
    State(app): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response {
    let now = app.clock.now();
    let question = text(&headers, HEADER);
    let Some(proof) = reflection::answer(&question, &app.keys(), now) else {
        return ApiError::from(ErrorCode::NotFound).into_response();
    };
    let reflection = Reflection {
        proof,
        ..reflect(&app, peer.ip(), &headers)
    };
    let style = style(&app);
    let cookie = style.set(style.doctor(), "1".to_owned(), COOKIE_LIFE);
    let cookies = SetCookies::default().with(cookie);
    (cookies, [(CACHE_CONTROL, "no-store")], Json(reflection)).into_response()
}

/// Returns a header, several lines joined as one (RFC 9110 §5.3).
fn text(headers: &HeaderMap, name: &str) -> String {
    let lines = headers.get_all(name).into_iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    for_log(&lines.join(", "))
}

/// Returns how a request arrived.
fn reflect(app: &AppState, peer: IpAddr, headers: &HeaderMap) -> Reflection {
    let trusted = &app.config.trusted_proxies;
    let peer = peer.to_canonical();
    let signs = ["via", "forwarded", "x-real-ip"];
    Reflection {
        proof: String::new(),
        peer: peer.to_string(),
        is_peer_trusted: trusted.iter().any(|network| network.contains(&peer)),
        client: client_address(peer, headers, trusted).to_string(),
        host: text(headers, HOST.as_str()),
        forwarded_for: text(headers, "x-forwarded-for"),
        forwarded_proto: text(headers, "x-forwarded-proto"),
        forwarded_host: text(headers, "x-forwarded-host"),
        has_other_signs: signs.iter().any(|name| headers.contains_key(*name)),
        has_cookie: cookie::single(headers, &style(app).doctor()).is_some(),
    }
}
