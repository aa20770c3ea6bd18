//! Begins a session and puts its token into the cookie: the one place that does.

use axum::http::HeaderMap;

use crate::account::AccountId;
use crate::app::AppState;
use crate::http::cookie::{SetCookies, style};
use crate::http::extract::client::From;
use crate::http::extract::principal::session_token;
use crate::session::{Origin, Session, SessionToken, TokenHash};
use crate::store;

/// Begins a session with a fresh token; the one that the browser had before ends (session
/// fixation). `None` where the account was disabled meanwhile, or its password is no longer that of
/// `password_hash`, by which the login was.
pub(crate) async fn begin(
    app: &AppState,
    headers: &HeaderMap,
    from: &From,
    account_id: AccountId,
    origin: Origin,
    password_hash: Option<&str>,
) -> store::Result<Option<SetCookies>> {
    let now = app.clock.now();
    let token = SessionToken::generate();
    let session = Session::start(account_id, origin, from.client(), &app.config.sessions, now);
    let has_begun = app
        .store
        .insert_session(
            &session,
            token.hash(),
            session_token(headers, app),
            password_hash,
            from.by(now),
        )
        .await?;
    Ok(has_begun.then(|| give(app, &token)))
}

/// Returns the line that gives the browser this token.
pub(crate) fn give(app: &AppState, token: &SessionToken) -> SetCookies {
    SetCookies::default().with(cookie(app, token))
}

/// Gives a session another token, and the cookie for it. The old one is dead at once.
pub(crate) async fn rotate(app: &AppState, session: &Session) -> store::Result<SetCookies> {
    let token = SessionToken::generate();
    let is_there = app.store.rotate_session(session.id, token.hash()).await?;
    Ok(if is_there {
        give(app, &token)
    } else {
        SetCookies::default()
    })
}

/// Returns the hash of the token that the lines give to the browser; `None` where they give none.
pub(crate) fn token_in(cookies: &SetCookies, app: &AppState) -> Option<TokenHash> {
    let name = style(app).session();
    let mut pairs = cookies
        .lines()
        .iter()
        .filter_map(|line| line.split_once('='));
    let (_, line) = pairs.find(|(own, _)| *own == name)?;
    let value = line.split(';').next()?;
    Some(SessionToken::parse(value)?.hash())
}

/// Returns the line that makes the browser forget its session.
pub(crate) fn forget(app: &AppState) -> SetCookies {
    let style = style(app);
    SetCookies::default().with(style.clear(style.session()))
}

fn cookie(app: &AppState, token: &SessionToken) -> String {
    let style = style(app);
    style.set(style.session(), token.reveal(), app.config.sessions.max_age)
}
