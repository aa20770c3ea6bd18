//! Welcome links: an admin makes one, and whoever has it sets the account's password with it, once.
//!
//! The token comes in a body alone, and goes out in an answer alone: never in a path, a query or a
//! log line.

use axum::Json as Answer;
use axum::extract::{Path, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use shared::error::ErrorCode;
use shared::name::is_new_password;
use shared::routes;
use shared::session::GoTo;
use shared::users::{Welcome, WelcomeCheck, WelcomeLink, WelcomePassword};

use super::begin_session::{self, SetCookies};
use super::error::{ApiError, ApiResult};
use super::extract::{ConfirmedAdmin, From, Json, JsonOrForm, session_token};
use super::login::require_password_login;
use super::outcome::{self, Failed};
use super::trail::{self, Failure};
use super::{reference, users};
use crate::app::AppState;
use crate::audit::Kind;
use crate::config::PublicUrl;
use crate::limits::Guess;
use crate::metrics::Method;
use crate::session::{Origin, Session, SessionToken};
use crate::welcome::{NewLink, OpenLink, WelcomeHash, WelcomeToken};

/// Makes a link for an account, in the place of an older one. For an account that has a password
/// it is the way to another one.
///
/// # Errors
/// `password_login_disabled`, `account_disabled`.
pub(super) async fn make(
    State(app): State<AppState>,
    ConfirmedAdmin(admin): ConfirmedAdmin,
    headers: HeaderMap,
    from: From,
    Path(id): Path<String>,
) -> ApiResult<Answer<WelcomeLink>> {
    let id = users::parse_id(&id)?;
    require_password_login(&app)?;
    let token = WelcomeToken::generate();
    let link = NewLink::of(&token, admin.now);
    let by = admin.by(&from);
    app.store.make_welcome_link(id, link, by).await??;
    tracing::info!(account.id = %id, by = %admin.account.id, "welcome link made");
    Ok(Answer(shown(&app, &headers, &token, link)))
}

/// Returns the link as the admin passes it on.
pub(super) fn shown(
    app: &AppState,
    headers: &HeaderMap,
    token: &WelcomeToken,
    link: NewLink,
) -> WelcomeLink {
    WelcomeLink {
        url: token.url(&public_origin(app, headers)),
        expires_at: link.expires_at.unix(),
    }
}

/// Returns the public origin. Where none is configured it is what the admin's browser says of
/// itself, which `same_origin` has held against the host.
fn public_origin(app: &AppState, headers: &HeaderMap) -> String {
    if let Some(public) = app.config.public_url.as_ref().map(PublicUrl::origin) {
        return public;
    }
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let origin = headers.get(ORIGIN).and_then(text);
    let host = headers.get(HOST).and_then(text);
    origin.unwrap_or_else(|| format!("http://{}", host.unwrap_or_default()))
}

/// Says whose link it is, and uses nothing up.
pub(super) async fn check(
    State(app): State<AppState>,
    from: From,
    Json(body): Json<WelcomeCheck>,
) -> ApiResult<Answer<Welcome>> {
    let (_, link) = open(&app, &from, &body.token).await.inspect_err(|error| {
        tracing::info!(code = error.code().as_str(), "welcome link refused");
    })?;
    Ok(Answer(Welcome {
        username: link.account.username,
        display_name: link.account.display_name,
        has_password: link.account.password_hash.is_some(),
        expires_at: link.expires_at.unix(),
    }))
}

/// Sets the password and logs in; a form gets a redirect.
pub(super) async fn redeem(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: From,
    JsonOrForm { body, is_form }: JsonOrForm<WelcomePassword>,
) -> Response {
    let outcome = log_in(&app, &headers, &from, body).await;
    if let Err(error) = &outcome {
        let failed = Failed {
            method: Method::WelcomeLink,
            code: error.code().as_str(),
            account: None,
            cause: "welcome link refused",
        };
        outcome::failed(&app, &from, &failed);
    }
    match outcome {
        Ok(cookies) if is_form => (cookies, Redirect::to(routes::HOME)).into_response(),
        Ok(cookies) => {
            let redirect = routes::HOME.to_owned();
            (cookies, Answer(GoTo { redirect })).into_response()
        }
        Err(error) if is_form => {
            let (code, reference) = (error.code().as_str(), reference::current());
            let page = format!("{}?error={code}&ref={reference}", routes::WELCOME);
            Redirect::to(&page).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn log_in(
    app: &AppState,
    headers: &HeaderMap,
    from: &From,
    body: WelcomePassword,
) -> ApiResult<SetCookies> {
    let (hash, link) = open(app, from, &body.token).await?;
    if !is_new_password(&body.password) {
        return Err(ErrorCode::PasswordUnfit.into());
    }
    let password = SecretString::from(body.password);
    let password_hash = app.passwords.hash(&password).await?;
    let (id, now) = (link.account.id, app.clock.now());
    let token = SessionToken::generate();
    let sessions = &app.config.sessions;
    let session = Session::start(id, Origin::Password, from.client(), sessions, now);
    let replaces = session_token(headers, app);
    let (store, by) = (&app.store, from.by(now));
    let redeemed = store
        .redeem_welcome_link(hash, &password_hash, &session, token.hash(), replaces, by)
        .await?;
    if !redeemed {
        // Used or replaced while the password was being hashed.
        return Err(invalid(app, from).await);
    }
    outcome::succeeded(app, from, Method::WelcomeLink, id, None);
    Ok(begin_session::give(app, &token))
}

/// Returns the link of that token.
///
/// # Errors
/// `password_login_disabled`, `rate_limited`, and `welcome_link_invalid` whatever is wrong with it.
async fn open(app: &AppState, from: &From, token: &str) -> ApiResult<(WelcomeHash, OpenLink)> {
    require_password_login(app)?;
    let limited = app.limits.check(Guess::WelcomeLink, None, from.address);
    limited.map_err(ApiError::rate_limited)?;
    let Some(hash) = WelcomeToken::parse(token).map(|token| token.hash()) else {
        return Err(invalid(app, from).await);
    };
    match app.store.welcome_link(hash, app.clock.now()).await? {
        Some(link) => Ok((hash, link)),
        None => Err(invalid(app, from).await),
    }
}

/// Writes down that a link was no good; whose it was is not known.
async fn invalid(app: &AppState, from: &From) -> ApiError {
    let code = ErrorCode::WelcomeLinkInvalid;
    let failure = Failure {
        code: code.as_str(),
        account: None,
        detail: None,
    };
    trail::failed_freely(app, from, Kind::WelcomeFailed, failure).await;
    code.into()
}
