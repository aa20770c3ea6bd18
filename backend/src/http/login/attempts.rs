//! Login attempts in the browser's cookies: created, found, and at most five.

use axum::http::HeaderMap;
use url::Url;

use crate::app::AppState;
use crate::http::cookie::{self, SetCookies, style};
use crate::login::attempt::{Intent, LoginAttempt};
use crate::login::error::LoginError;
use crate::op::Op;
use crate::return_to::ReturnTo;
use crate::sealed;
use clock::Timestamp;
use oidc::attempt::{self, Attempt, Start};

/// The most attempts that one browser keeps, so that this many tabs can log in at once.
const MOST: usize = 5;

/// Creates an attempt: returns the OP's URL, and the cookie that ties the browser to it.
///
/// # Errors
/// Those of [`oidc::provider::Provider::authorization_url`].
pub(crate) async fn begin(
    app: &AppState,
    op: &Op,
    headers: &HeaderMap,
    intent: Intent,
    next: ReturnTo,
    start: Start,
    login_hint: Option<&str>,
) -> Result<(Url, SetCookies), LoginError> {
    let now = app.clock.now();
    let protocol = Attempt::begin(start, now);
    let url = op.rp.authorization_url(&protocol, login_hint).await?;
    let mut cookies = prune(app, headers, now);
    let style = style(app);
    let name = style.attempt(&attempt::cookie_suffix(protocol.state()));
    let attempt = LoginAttempt {
        protocol,
        intent,
        next,
    };
    let sealed = sealed::seal(app.keys().attempt.key(), &name, &attempt)
        .map_err(|_| LoginError::Internal("the attempt cannot be sealed".to_owned()))?;
    cookies.push(style.set(name, sealed, attempt::LIFETIME));
    Ok((url, cookies))
}

/// Finds the attempt that the state names, and the cookie that clears it.
///
/// # Errors
/// `StateMissing` if the browser has no attempt, `StateMismatch` if it has only others.
pub(crate) fn find(
    app: &AppState,
    headers: &HeaderMap,
    state: &str,
) -> Result<(LoginAttempt, SetCookies), LoginError> {
    let style = style(app);
    let name = style.attempt(&attempt::cookie_suffix(state));
    let Some(value) = cookie::single(headers, &name) else {
        let prefix = style.attempt("");
        return Err(
            if cookie::all(headers).any(|(name, _)| name.starts_with(&prefix)) {
                oidc::Error::StateMismatch("the browser has other attempts, but not this one")
            } else {
                oidc::Error::StateMissing("the browser has none")
            }
            .into(),
        );
    };
    let keys = app.keys();
    match sealed::open(keys.attempt.opening(app.clock.now()), &name, value) {
        Some(attempt) => Ok((attempt, SetCookies::default().with(style.clear(name)))),
        None => Err(oidc::Error::StateMissing("its cookie does not open").into()),
    }
}

/// Makes room for one more: drops attempts that are expired or cannot be opened, and then the
/// oldest.
fn prune(app: &AppState, headers: &HeaderMap, now: Timestamp) -> SetCookies {
    let style = style(app);
    let prefix = style.attempt("");
    let keys = app.keys();
    let mut gone = SetCookies::default();
    let mut live: Vec<(Timestamp, &str)> = Vec::new();
    for (name, value) in cookie::all(headers).filter(|(name, _)| name.starts_with(&prefix)) {
        match sealed::open::<LoginAttempt>(keys.attempt.opening(now), name, value) {
            Some(attempt) if !attempt.protocol.is_expired(now) => {
                live.push((attempt.protocol.started_at, name));
            }
            _ => gone.push(style.clear(name.to_owned())),
        }
    }
    live.sort_unstable();
    for (_, name) in live.iter().take(live.len().saturating_sub(MOST - 1)) {
        gone.push(style.clear((*name).to_owned()));
    }
    gone
}
