//! Who asks: somebody who is logged in, an admin, one whose session the OP ended, or a stranger.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use shared::error::ErrorCode;
use shared::session::Role;

use crate::account::Account;
use crate::app::AppState;
use crate::audit::By;
use crate::http::cookie::{self, style};
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::client::From;
use crate::session::{Session, SessionToken, TokenHash};
use crate::store;
use clock::Timestamp;

/// Who is logged in, by a live session of an account that is not disabled.
pub(crate) struct Current {
    /// The session.
    pub(crate) session: Session,
    /// Its account, as it is now.
    pub(crate) account: Account,
    /// The time of this request.
    pub(crate) now: Timestamp,
}

impl FromRequestParts<AppState> for Current {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = current(&parts.headers, app).await?;
        current.ok_or_else(|| ErrorCode::Unauthenticated.into())
    }
}

/// Who is logged in, if anybody is.
pub(crate) struct MaybeCurrent(pub(crate) Option<Current>);

impl FromRequestParts<AppState> for MaybeCurrent {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        Ok(Self(current(&parts.headers, app).await?))
    }
}

/// Somebody who logged in, or gave the password again, less than ten minutes ago.
pub(crate) struct RecentlyConfirmed(pub(crate) Current);

impl FromRequestParts<AppState> for RecentlyConfirmed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        current.require_confirmed()?;
        Ok(Self(current))
    }
}

/// An admin.
pub(crate) struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        match current.account.role {
            Role::Admin => Ok(Self),
            Role::User => Err(ErrorCode::Forbidden.into()),
        }
    }
}

/// An admin who logged in, or gave the password again, less than ten minutes ago.
pub(crate) struct ConfirmedAdmin(pub(crate) Current);

impl FromRequestParts<AppState> for ConfirmedAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        if current.account.role != Role::Admin {
            return Err(ErrorCode::Forbidden.into());
        }
        current.require_confirmed()?;
        Ok(Self(current))
    }
}

impl Current {
    /// Returns who makes a change with this request.
    pub(crate) fn by(&self, from: &From) -> By {
        from.by(self.now).account(self.account.id)
    }

    /// # Errors
    /// `reauth_required`.
    pub(crate) fn require_confirmed(&self) -> ApiResult<()> {
        if self.session.is_confirmed(self.now) {
            Ok(())
        } else {
            Err(ErrorCode::ReauthRequired.into())
        }
    }
}

/// Who asks, by the session cookie.
pub(crate) enum Visitor {
    /// Somebody who is logged in.
    LoggedIn(Box<Current>),
    /// Somebody whose session the OP ended, and who may not know it yet.
    EndedByOp,
    /// Anybody else.
    Stranger,
}

/// Returns who is logged in, and writes down that the session is used.
pub(crate) async fn current(
    headers: &HeaderMap,
    app: &AppState,
) -> Result<Option<Current>, store::Error> {
    Ok(match visitor(headers, app).await? {
        Visitor::LoggedIn(current) => Some(*current),
        Visitor::EndedByOp | Visitor::Stranger => None,
    })
}

/// Returns who asks, and writes down that the session is used.
pub(crate) async fn visitor(headers: &HeaderMap, app: &AppState) -> Result<Visitor, store::Error> {
    let Some(token) = session_token(headers, app) else {
        return Ok(Visitor::Stranger);
    };
    let Some((session, account)) = app.store.session_by_token(token).await? else {
        return Ok(Visitor::Stranger);
    };
    let now = app.clock.now();
    if session.ended_at.is_some() {
        return Ok(Visitor::EndedByOp);
    }
    if !is_good(app, &session, &account, now) {
        return Ok(Visitor::Stranger);
    }
    if session.needs_touch(now) {
        app.store.note_use(session.id, now).await;
    }
    Ok(Visitor::LoggedIn(Box::new(Current {
        session,
        account,
        now,
    })))
}

/// Does the session open anything: is it live, and its account not disabled?
pub(crate) fn is_good(
    app: &AppState,
    session: &Session,
    account: &Account,
    now: Timestamp,
) -> bool {
    session.is_live(&app.config.sessions, now) && !account.is_disabled()
}

/// Returns the hash of the session cookie's token; `None` for no, a malformed or a doubled cookie.
pub(crate) fn session_token(headers: &HeaderMap, app: &AppState) -> Option<TokenHash> {
    let name = style(app).session();
    Some(SessionToken::parse(cookie::single(headers, &name)?)?.hash())
}
