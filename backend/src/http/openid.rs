//! Login through the OP: there, and back.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::routes;
use std::sync::Arc;

use super::begin_session::SetCookies;
use super::error::{ApiError, login_failed};
use super::extract::{self, Current, From};
use super::trail::{self, Failure};
use super::{attempts, policy};
use crate::app::AppState;
use crate::audit::Kind;
use crate::oidc::LoginError;
use crate::oidc::attempt::{self, AuthorizationResponse, Intent, LoginAttempt};
use crate::oidc::provider::Provider;
use crate::return_to::ReturnTo;
use crate::telemetry::chain;

/// Sends the browser to the OP. A navigation, so every outcome is a redirect.
pub(super) async fn start(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: From,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(provider) = &app.provider else {
        return ApiError::from(ErrorCode::OpenidDisabled).into_response();
    };
    let query = query.unwrap_or_default();
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let next = ReturnTo::parse(next.map(|(_, next)| next).as_deref().unwrap_or_default());
    go(&app, provider, &headers, &from, next, false).await
}

async fn go(
    app: &AppState,
    provider: &Arc<Provider>,
    headers: &HeaderMap,
    from: &From,
    next: ReturnTo,
    is_restart: bool,
) -> Response {
    match attempts::begin(app, provider, headers, Intent::Login, next, is_restart).await {
        Ok((url, cookies)) => (cookies, Redirect::to(url.as_str())).into_response(),
        Err(error) => fail(app, provider, from, &error).await,
    }
}

/// Ends a login: the OP has sent the browser back with `code` and `state`, or with `error`.
///
/// A navigation, so every outcome is a redirect. Checks the authorization response (Core
/// §3.1.2.7), redeems the code, and lets the identity policy decide.
pub(super) async fn callback(
    State(app): State<AppState>,
    headers: HeaderMap,
    from: From,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(provider) = &app.provider else {
        return ApiError::from(ErrorCode::OpenidDisabled).into_response();
    };
    let response = match AuthorizationResponse::parse(query.unwrap_or_default().as_bytes()) {
        Ok(response) => response,
        Err(error) => return fail(&app, provider, &from, &error).await,
    };
    let current = match extract::current(&headers, &app).await {
        Ok(current) => current,
        Err(error) => return fail(&app, provider, &from, &error.into()).await,
    };
    let state = response.state.as_deref().unwrap_or_default();
    let now = app.clock.now();
    let found = match attempts::find(&app, &headers, state) {
        Ok((attempt, spent)) if attempt.intent == Intent::Login && attempt.is_expired(now) => {
            let age = now.unix() - attempt.started_at.unix();
            Err((spent, attempt.next, LoginError::StateExpired(age)))
        }
        Ok(found) => Ok(found),
        Err(error) => Err((SetCookies::default(), ReturnTo::home(), error)),
    };
    let (attempt, spent) = match found {
        Ok(found) => found,
        Err((spent, next, error)) => {
            let current = current.as_ref();
            let answer = lost(
                &app, provider, &headers, &from, &response, current, next, error,
            )
            .await;
            return (spent, answer).into_response();
        }
    };
    let ended = finish(
        &app,
        provider,
        &headers,
        &from,
        &response,
        attempt,
        current.as_ref(),
    )
    .await;
    match ended {
        Ok((cookies, redirect)) => (spent, cookies, redirect).into_response(),
        Err(error) => (spent, fail(&app, provider, &from, &error).await).into_response(),
    }
}

async fn finish(
    app: &AppState,
    provider: &Provider,
    headers: &HeaderMap,
    from: &From,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    current: Option<&Current>,
) -> Result<(SetCookies, Redirect), LoginError> {
    let intent = attempt.intent.clone();
    let next = attempt.next.clone();
    let account = policy::account_to_link(&intent, current)?;
    let expected = provider.expected_issuer().await?;
    let (code, checks) = attempt.accept(response, &expected, app.clock.now())?;
    let redeemed = provider.redeem(&code, &checks).await?;
    policy::apply(
        &policy::Login {
            app,
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
async fn lost(
    app: &AppState,
    provider: &Arc<Provider>,
    headers: &HeaderMap,
    from: &From,
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
        return fail(app, provider, from, &error).await;
    }
    tracing::info!(code = error.code().as_str(), "login begun anew: {error}");
    go(app, provider, headers, from, next, true).await
}

async fn fail(app: &AppState, provider: &Provider, from: &From, error: &LoginError) -> Response {
    let failure = Failure {
        code: error.code().as_str(),
        account: match error {
            LoginError::AccountDisabled(account_id) => Some(*account_id),
            _ => None,
        },
        detail: Some(&chain(error)),
    };
    trail::failed(app, from, Kind::LoginFailed, failure).await;
    login_failed(error, Some(provider.config.provider.as_str())).into_response()
}

/// The OP's answer as a form (`response_mode=form_post`): taken to the same address as a query,
/// since a cross-site POST comes without the attempt's cookie and the redirect comes with it.
pub(super) async fn form_post(State(app): State<AppState>, from: From, body: Bytes) -> Response {
    let Some(provider) = &app.provider else {
        return ApiError::from(ErrorCode::OpenidDisabled).into_response();
    };
    let response = match AuthorizationResponse::parse(&body) {
        Ok(response) => response,
        Err(error) => return fail(&app, provider, &from, &error).await,
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
pub(super) async fn head() -> StatusCode {
    StatusCode::NO_CONTENT
}
