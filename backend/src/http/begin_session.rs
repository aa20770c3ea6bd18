//! Begins a session and puts its token into the cookie: the one place that does.

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};

use super::extract::{From, session_token, style};
use crate::account::AccountId;
use crate::app::AppState;
use crate::session::{Origin, Session, SessionToken, TokenHash};
use crate::store;

/// `Set-Cookie` lines for a response.
#[derive(Debug, Default)]
pub(super) struct SetCookies(Vec<String>);

impl SetCookies {
    /// Adds one.
    pub(super) fn push(&mut self, cookie: String) {
        self.0.push(cookie);
    }

    /// Adds one.
    pub(super) fn with(mut self, cookie: String) -> Self {
        self.push(cookie);
        self
    }

    /// Returns the lines.
    pub(super) fn into_lines(self) -> Vec<String> {
        self.0
    }

    /// Adds those of another.
    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

impl std::convert::From<Vec<String>> for SetCookies {
    fn from(lines: Vec<String>) -> Self {
        Self(lines)
    }
}

impl IntoResponseParts for SetCookies {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        // A cookie of ours has no character that a header may not have.
        for value in self
            .0
            .into_iter()
            .filter_map(|cookie| HeaderValue::try_from(cookie).ok())
        {
            parts.headers_mut().append(SET_COOKIE, value);
        }
        Ok(parts)
    }
}

/// Begins a session with a fresh token; the one that the browser had before ends (session
/// fixation). `None` where the account was disabled meanwhile, or its password is no longer that of
/// `password_hash`, by which the login was.
pub(super) async fn begin(
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
pub(super) fn give(app: &AppState, token: &SessionToken) -> SetCookies {
    SetCookies::default().with(cookie(app, token))
}

/// Gives a session another token, and the cookie for it. The old one is dead at once.
pub(super) async fn rotate(app: &AppState, session: &Session) -> store::Result<SetCookies> {
    let token = SessionToken::generate();
    let is_there = app.store.rotate_session(session.id, token.hash()).await?;
    Ok(if is_there {
        give(app, &token)
    } else {
        SetCookies::default()
    })
}

/// Returns the hash of the token that the lines give to the browser; `None` where they give none.
pub(super) fn token_in(cookies: &SetCookies, app: &AppState) -> Option<TokenHash> {
    let name = style(app).session();
    let mut pairs = cookies.0.iter().filter_map(|line| line.split_once('='));
    let (_, line) = pairs.find(|(own, _)| *own == name)?;
    let value = line.split(';').next()?;
    Some(SessionToken::parse(value)?.hash())
}

/// Returns the line that makes the browser forget its session.
pub(super) fn forget(app: &AppState) -> SetCookies {
    let style = style(app);
    SetCookies::default().with(style.clear(style.session()))
}

fn cookie(app: &AppState, token: &SessionToken) -> String {
    let style = style(app);
    style.set(style.session(), token.reveal(), app.config.sessions.max_age)
}
