//! Login through the OP: there, and back.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, RawQuery};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::login_error::Lost;
use shared::routes;
use std::sync::Arc;

use crate::app::AppState;
use crate::audit::Kind;
use crate::http::cookie::SetCookies;
use crate::http::error::{ApiError, ApiResult, error_page};
use crate::http::extract::client::From;
use crate::http::extract::principal::{self, Current};
use crate::http::login::double_callback::log_in_once;
use crate::http::login::initiation::Initiation;
use crate::http::login::trail::{self, Failure};
use crate::http::login::{attempts, outcome, policy, test_login};
use crate::login::attempt::{Intent, LoginAttempt};
use crate::login::error::LoginError;
use crate::op::Op;
use crate::return_to::ReturnTo;
use crate::telemetry::chain;
use oidc::attempt::{self, AuthorizationResponse};

/// A request of a browser on its way through the OP.
#[derive(Clone)]
pub(crate) struct Visit {
    /// What it reaches.
    pub(crate) app: AppState,
    /// The OP.
    pub(crate) provider: Arc<Op>,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Where it comes from.
    pub(crate) from: From,
}

impl FromRequestParts<AppState> for Visit {
    /// `openid_disabled`.
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
        let Ok(from) = From::from_request_parts(parts, app).await;
        Ok(Self {
            app: app.clone(),
            provider,
            headers: parts.headers.clone(),
            from,
        })
    }
}

/// Sends the browser to the OP. A navigation, so every outcome is a redirect.
pub(crate) async fn start(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let initiation = match Initiation::parse(query.unwrap_or_default().as_bytes()) {
        Ok(initiation) => initiation,
        Err(error) => return fail(&visit, &error).await,
    };
    if let Some(issuer) = initiation.issuer()
        && let Err(error) = visit.provider.rp.check_initiator(issuer).await
    {
        return fail(&visit, &error.into()).await;
    }
    let next = initiation.return_to(&visit.provider.config.origin);
    go(&visit, next, false, initiation.login_hint()).await
}

/// A third party may begin a login by a form, too (Core §4): taken to the same address as a query,
/// since nothing may be changed by a form from elsewhere.
pub(crate) async fn initiate(visit: Visit, body: Bytes) -> Response {
    match Initiation::parse(&body) {
        Ok(initiation) => Redirect::to(&initiation.as_get()).into_response(),
        Err(error) => fail(&visit, &error).await,
    }
}

async fn go(visit: &Visit, next: ReturnTo, is_restart: bool, login_hint: Option<&str>) -> Response {
    let Visit {
        app,
        provider,
        headers,
        ..
    } = visit;
    let intent = Intent::Login;
    let begun = attempts::begin(app, provider, headers, intent, next, is_restart, login_hint).await;
    match begun {
        Ok((url, cookies)) => (cookies, Redirect::to(url.as_str())).into_response(),
        Err(error) => fail(visit, &error).await,
    }
}

/// Ends a login: the OP has sent the browser back with `code` and `state`, or with `error`.
///
/// A navigation, so every outcome is a redirect. Checks the authorization response (Core
/// §3.1.2.7), redeems the code, and lets the identity policy decide.
pub(crate) async fn callback(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let response = match AuthorizationResponse::parse(query.unwrap_or_default().as_bytes()) {
        Ok(response) => response,
        Err(error) => return fail(&visit, &error.into()).await,
    };
    let current = match principal::current(&visit.headers, &visit.app).await {
        Ok(current) => current,
        Err(error) => return fail(&visit, &error.into()).await,
    };
    let current = current.as_ref();
    let state = response.state.as_deref().unwrap_or_default();
    let now = visit.app.clock.now();
    let (attempt, spent) = match attempts::find(&visit.app, &visit.headers, state) {
        Ok(found) => found,
        Err(error) => return lost(&visit, &response, current, ReturnTo::home(), error).await,
    };
    if matches!(attempt.intent, Intent::Test { .. }) {
        let answer = test_login::finish(&visit, &response, attempt, current).await;
        return (spent, answer).into_response();
    }
    if attempt.intent != Intent::Login {
        return match finish(&visit, &response, attempt, current).await {
            Ok((cookies, redirect)) => (spent, cookies, redirect).into_response(),
            Err(error) => (spent, fail(&visit, &error).await).into_response(),
        };
    }
    if attempt.protocol.is_expired(now) {
        let age = now.unix() - attempt.protocol.started_at.unix();
        let error = oidc::Error::StateExpired(age).into();
        let answer = lost(&visit, &response, current, attempt.next, error).await;
        return (spent, answer).into_response();
    }
    log_in_once(&visit, response, attempt, spent).await
}

/// Checks the OP's answer, redeems the code, and lets the identity policy decide.
pub(crate) async fn finish(
    visit: &Visit,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    current: Option<&Current>,
) -> Result<(SetCookies, Redirect), LoginError> {
    let Visit {
        app,
        provider,
        headers,
        from,
    } = visit;
    let LoginAttempt {
        protocol,
        intent,
        next,
    } = attempt;
    let account = policy::account_to_link(&intent, current)?;
    let expected = provider.rp.expected_issuer().await?;
    let (code, checks) = protocol.accept(response, &expected, app.clock.now())?;
    let redeemed = provider.rp.redeem(&code, &checks).await?;
    policy::apply(
        &policy::Login {
            app,
            oidc: &provider.config,
            headers,
            from,
            next,
        },
        redeemed,
        account,
    )
    .await
}

/// A callback without its attempt: Back, reload, a second callback, a lost cookie, or an attack.
/// Nothing in it is used; `next` is an expired attempt's own. A browser that is logged in goes on
/// to the app; else the login begins anew by itself, once; then the page explains.
pub(crate) async fn lost(
    visit: &Visit,
    response: &AuthorizationResponse,
    current: Option<&Current>,
    next: ReturnTo,
    error: LoginError,
) -> Response {
    if current.is_some() {
        tracing::info!(code = error.code().as_str(), "callback forgiven: {error}");
        return Redirect::to(next.as_str()).into_response();
    }
    let may_restart = response.state.as_deref().is_some_and(attempt::may_restart);
    if !may_restart || response.error.is_some() || response.code.is_none() {
        let lost = why_lost(visit, response, &error);
        return fail_where(visit, &error, lost).await;
    }
    tracing::info!(code = error.code().as_str(), "login begun anew: {error}");
    go(visit, next, true, None).await
}

/// Tells apart what can have become of an attempt that did not come with its callback.
fn why_lost(visit: &Visit, response: &AuthorizationResponse, error: &LoginError) -> Option<Lost> {
    let host = visit.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let own = &visit.provider.config.origin;
    let state = response.state.as_deref().unwrap_or_default();
    match error {
        LoginError::Oidc(
            cause @ (oidc::Error::StateMissing(_) | oidc::Error::StateMismatch(_)),
        ) => {
            Some(if host.is_some_and(|host| !own.is_authority(host)) {
                Lost::HostDiffers
            } else if attempt::is_restart(state) && matches!(cause, oidc::Error::StateMissing(_)) {
                // Begun anew by this very server, in an answer that set the cookie.
                Lost::CookiesBlocked
            } else {
                Lost::OtherBrowser
            })
        }
        _ => None,
    }
}

/// Ends a login on the error page, and writes down why.
pub(crate) async fn fail(visit: &Visit, error: &LoginError) -> Response {
    fail_where(visit, error, None).await
}

async fn fail_where(visit: &Visit, error: &LoginError, lost: Option<Lost>) -> Response {
    let failure = Failure {
        code: error.code().as_str(),
        account: match error {
            LoginError::AccountDisabled(account_id) => Some(*account_id),
            _ => None,
        },
        detail: Some(&chain(error)),
    };
    trail::failed_freely(&visit.app, &visit.from, Kind::LoginFailed, failure).await;
    let provider = visit.provider.config.provider.as_str();
    outcome::failed_at_op(&visit.app, &visit.from, error, provider, lost);
    error_page(error.code(), lost).into_response()
}

/// The OP's answer as a form (`response_mode=form_post`): taken to the same address as a query,
/// since a cross-site POST comes without the attempt's cookie and the redirect comes with it.
pub(crate) async fn form_post(visit: Visit, body: Bytes) -> Response {
    let response = match AuthorizationResponse::parse(&body) {
        Ok(response) => response,
        Err(error) => return fail(&visit, &error.into()).await,
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let fields = [
        ("code", response.code),
        ("state", response.state),
        ("error", response.error),
        ("error_description", response.error_description),
        ("iss", response.iss),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    Redirect::to(&format!("{}?{}", routes::API_OAUTH_OPENID, query.finish())).into_response()
}

/// A HEAD request must not redeem the code.
pub(crate) async fn head() -> StatusCode {
    StatusCode::NO_CONTENT
}
