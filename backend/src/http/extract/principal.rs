//! Who asks: somebody who is logged in, an admin, one whose session the OP ended, or a stranger.

use std::sync::Arc;

use axum::http::HeaderMap;
use shared::endpoint;
use shared::error::ErrorCode;
use shared::session::Role;

use crate::account::Account;
use crate::app::AppState;
use crate::audit::Actor;
use crate::http::cookie;
use crate::http::error::ApiResult;
use crate::http::extract::client::ClientInfo;
use crate::limits::Guesser;
use crate::login::recheck::Asker;
use crate::session::{Session, SessionToken, TokenHash};
use crate::store;
use clock::Timestamp;

/// Who is logged in, by a live session of an account that is not disabled.
pub(crate) struct Current {
    /// The session.
    pub(crate) session: Arc<Session>,
    /// Its account, as it is now.
    pub(crate) account: Arc<Account>,
    /// The time of this request.
    pub(crate) now: Timestamp,
}

/// A caller of an endpoint, as a request shows it.
pub(crate) trait Principal {
    /// What the handler learns about it.
    type Who: Send;

    /// Returns the caller.
    ///
    /// # Errors
    /// Those of the endpoint's caller if this is someone else; `unavailable`.
    fn admit(
        headers: &HeaderMap,
        app: &AppState,
    ) -> impl Future<Output = ApiResult<Self::Who>> + Send;
}

/// Callers that are not identified by a session: anyone, or the handler checks a credential itself.
macro_rules! principals_without_session {
    ($($caller:ident),*) => {
        $(impl Principal for endpoint::$caller {
            type Who = ();

            async fn admit(_: &HeaderMap, _: &AppState) -> ApiResult<()> {
                Ok(())
            }
        })*
    };
}

principals_without_session!(Anyone, LinkCandidate, LinkHolder, SetupTokenHolder);

impl Principal for endpoint::LoggedIn {
    type Who = Current;

    async fn admit(headers: &HeaderMap, app: &AppState) -> ApiResult<Current> {
        let current = current(headers, app).await?;
        current.ok_or_else(|| ErrorCode::Unauthenticated.into())
    }
}

impl Principal for endpoint::Confirmed {
    type Who = Current;

    async fn admit(headers: &HeaderMap, app: &AppState) -> ApiResult<Current> {
        let current = endpoint::LoggedIn::admit(headers, app).await?;
        current.require_confirmed()?;
        Ok(current)
    }
}

impl Principal for endpoint::Admin {
    type Who = Current;

    async fn admit(headers: &HeaderMap, app: &AppState) -> ApiResult<Current> {
        let current = endpoint::LoggedIn::admit(headers, app).await?;
        match current.account.role {
            Role::Admin => Ok(current),
            Role::User => Err(ErrorCode::Forbidden.into()),
        }
    }
}

impl Principal for endpoint::ConfirmedAdmin {
    type Who = Current;

    async fn admit(headers: &HeaderMap, app: &AppState) -> ApiResult<Current> {
        let current = endpoint::Admin::admit(headers, app).await?;
        current.require_confirmed()?;
        Ok(current)
    }
}

impl Current {
    /// Returns who makes a change with this request.
    pub(crate) fn by(&self, from: &ClientInfo) -> Actor {
        from.by(self.now).account(self.account.id)
    }

    /// Returns who guesses the account's password in this session: no stranger.
    pub(crate) fn guesser(&self) -> Guesser<'static> {
        Guesser::Known(self.session.id, self.account.id)
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

/// Returns who is logged in, and records that the session is used.
pub(crate) async fn current(
    headers: &HeaderMap,
    app: &AppState,
) -> Result<Option<Current>, store::Error> {
    Ok(match visitor(headers, app).await? {
        Visitor::LoggedIn(current) => Some(*current),
        Visitor::EndedByOp | Visitor::Stranger => None,
    })
}

/// Returns who asks, and records that the session is used.
pub(crate) async fn visitor(headers: &HeaderMap, app: &AppState) -> Result<Visitor, store::Error> {
    let Some(token) = session_token(headers, app) else {
        return Ok(Visitor::Stranger);
    };
    let now = app.clock.now();
    judge(app, token, now, || app.store.recall_session(token, now)).await
}

/// Returns whose session it is that `look` finds by this token, and records that it is used. It is
/// looked for again after the OP was asked about it.
pub(crate) async fn judge<F>(
    app: &AppState,
    token: TokenHash,
    now: Timestamp,
    look: impl Fn() -> F,
) -> Result<Visitor, store::Error>
where
    F: Future<Output = Result<Option<(Arc<Session>, Arc<Account>)>, store::Error>>,
{
    let Some((session, account)) = look().await? else {
        return Ok(Visitor::Stranger);
    };
    let (session, account) = if session.needs_recheck(now) && is_good(app, &session, &account, now)
    {
        Box::pin(ask_op(app, &session, now)).await;
        match look().await? {
            Some(found) => found,
            None => return Ok(Visitor::Stranger),
        }
    } else {
        (session, account)
    };
    if session.ended_at.is_some() {
        return Ok(Visitor::EndedByOp);
    }
    if !is_good(app, &session, &account, now) {
        return Ok(Visitor::Stranger);
    }
    if session.needs_touch(now) {
        app.store.note_use(token, session.id, now);
    }
    Ok(Visitor::LoggedIn(Box::new(Current {
        session,
        account,
        now,
    })))
}

/// Has the OP asked whether the session may go on. One that another OP began, before the settings
/// changed, is left alone.
async fn ask_op(app: &AppState, session: &Session, now: Timestamp) {
    let Some(op) = app.provider().filter(|op| op.config.recheck.is_some()) else {
        return;
    };
    let (store, keys) = (app.store.clone(), app.keys());
    let by = Actor::server(now);
    Asker {
        store,
        op,
        keys,
        password_login: app.config.password_login,
        by,
    }
    .ask(session)
    .await;
}

/// Returns true if the session is live and its account is not disabled.
pub(crate) fn is_good(
    app: &AppState,
    session: &Session,
    account: &Account,
    now: Timestamp,
) -> bool {
    session.is_live(&app.config.sessions, now) && !account.is_disabled()
}

/// Returns the hash of the session cookie's token; `None` if the cookie is missing, malformed or
/// doubled.
pub(crate) fn session_token(headers: &HeaderMap, app: &AppState) -> Option<TokenHash> {
    Some(SessionToken::parse(cookie::session(headers, app)?)?.hash())
}
