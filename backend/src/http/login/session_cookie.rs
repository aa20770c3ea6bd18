//! Sets and clears the session cookie. Nothing else does.

use axum::http::HeaderMap;

use crate::app::AppState;
use crate::http::cookie::{SetCookies, style};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal::session_token;
use crate::http::login::known_browser;
use crate::login::begin::{Arrival, NewSession};
use crate::session::SessionToken;

/// Returns the origin of a login that comes with this request.
pub(crate) fn arrival(app: &AppState, headers: &HeaderMap, from: &ClientInfo) -> Arrival {
    let now = app.clock.now();
    Arrival {
        client: from.client(),
        by: from.by(now),
        authenticated_at: now,
        replaces: session_token(headers, app),
    }
}

/// Gives the browser the session that has just begun, and has it known as one of the account's.
pub(crate) fn begin(app: &AppState, headers: &HeaderMap, session: &NewSession) -> SetCookies {
    let mut cookies = give(app, &session.token);
    cookies.extend(known_browser::remember(app, headers, session.account_id));
    cookies
}

/// Gives the browser this token.
pub(crate) fn give(app: &AppState, token: &SessionToken) -> SetCookies {
    let style = style(app);
    let max_age = app.config.sessions.max_age;
    SetCookies::default().with(style.set(style.session(), token.reveal(), max_age))
}

/// Clears the browser's session cookie.
pub(crate) fn forget(app: &AppState) -> SetCookies {
    let style = style(app);
    SetCookies::default().with(style.clear(style.session()))
}
