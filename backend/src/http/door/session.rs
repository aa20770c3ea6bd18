//! Who is logged in at an application.

use std::time::Duration;

use ::cookie::Cookie;
use axum::http::HeaderMap;

use crate::app::AppState;
use crate::application::registry::Application;
use crate::audit::Actor;
use crate::http::cookie::{self, CookieStyle};
use crate::http::extract::principal::{self, Current, Visitor};
use crate::session::{Session, SessionToken, TokenHash};
use crate::store;

/// The cookie of a session at an application with a host of its own.
const SESSION: &str = "app";
/// What a browser keeps that asked for a ticket, until it comes with one.
const STATE: &str = "state";
/// How long a browser may take to come back with a ticket: as long as a login may take.
const STATE_LIFETIME: Duration = Duration::from_secs(600);

/// Returns who is logged in at this application, and records that the session is used.
pub(crate) async fn current(
    app: &AppState,
    application: &Application,
    headers: &HeaderMap,
) -> Result<Option<Current>, store::Error> {
    if application.is_on_own_host {
        return principal::current(headers, app).await;
    }
    let Some(token) = token(application, headers) else {
        return Ok(None);
    };
    let now = app.clock.now();
    let look = || app.store.recall_parent(&application.name, token, now);
    Ok(match principal::judge(app, token, now, look).await? {
        Visitor::LoggedIn(current) => Some(*current),
        Visitor::EndedByOp | Visitor::Stranger => None,
    })
}

/// Ends the login that this browser has opened the application with, and returns it; `None` if there is
/// none.
pub(crate) async fn end(
    app: &AppState,
    application: &Application,
    headers: &HeaderMap,
    by: Actor,
) -> Result<Option<Session>, store::Error> {
    if application.is_on_own_host {
        return match principal::session_token(headers, app) {
            Some(token) => app.store.take_session(token, by).await,
            None => Ok(None),
        };
    }
    let Some(token) = token(application, headers) else {
        return Ok(None);
    };
    app.store
        .take_parent_session(&application.name, token, by)
        .await
}

/// Returns the hash of the token in the application's session cookie.
fn token(application: &Application, headers: &HeaderMap) -> Option<TokenHash> {
    let value = cookie::own(headers, application.url.cookies(), SESSION)?;
    Some(SessionToken::parse(value)?.hash())
}

/// Returns the names and attributes of cookies on the application's host.
fn style(application: &Application) -> CookieStyle {
    CookieStyle::new(application.url.is_https(), application.url.own_port())
}

/// Returns the cookie that opens the application.
pub(crate) fn give(
    app: &AppState,
    application: &Application,
    token: &SessionToken,
) -> Cookie<'static> {
    let style = style(application);
    style.set(
        style.other(SESSION),
        token.reveal(),
        app.config.sessions.max_age,
    )
}

/// Returns the cookie that closes it.
pub(crate) fn forget(application: &Application) -> Cookie<'static> {
    let style = style(application);
    style.clear(style.other(SESSION))
}

/// Returns the cookie that binds a ticket to this browser.
pub(crate) fn give_state(application: &Application, state: &SessionToken) -> Cookie<'static> {
    let style = style(application);
    style.set(style.other(STATE), state.reveal(), STATE_LIFETIME)
}

/// Returns what binds a ticket to this browser.
pub(crate) fn state(application: &Application, headers: &HeaderMap) -> Option<SessionToken> {
    let name = style(application).other(STATE);
    SessionToken::parse(cookie::single(headers, &name)?)
}

/// Returns the cookie that forgets it.
pub(crate) fn forget_state(application: &Application) -> Cookie<'static> {
    let style = style(application);
    style.clear(style.other(STATE))
}
