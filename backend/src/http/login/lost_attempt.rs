//! A callback without its attempt: Back, a reload, a second callback, a lost cookie, or an attack.

use axum::http::header::HOST;
use axum::response::{IntoResponse, Redirect, Response};
use oidc::attempt::{self, AuthorizationResponse, Start};
use shared::failure::Lost;

use crate::http::extract::principal::Current;
use crate::http::login::landing;
use crate::http::login::start::redirect_to_op;
use crate::http::login::visit::Visit;
use crate::login::LoginError;
use crate::return_to::ReturnTo;

/// Recovers as well as possible. Nothing in the callback is used; `next` comes from an expired
/// attempt. A browser that is logged in goes to the app. Otherwise the login restarts
/// automatically, once; after that the page explains.
///
/// # Errors
/// The login cannot restart.
pub(crate) async fn recover(
    visit: &Visit,
    response: &AuthorizationResponse,
    current: Option<&Current>,
    next: ReturnTo,
    error: LoginError,
) -> Result<Response, LoginError> {
    if current.is_some() {
        tracing::info!(code = error.code().as_str(), "callback forgiven: {error}");
        let landing = landing::after_login(&visit.app, &next);
        return Ok(Redirect::to(&landing).into_response());
    }
    let may_restart = response.state.as_deref().is_some_and(attempt::may_restart);
    if !may_restart || response.error.is_some() || response.code.is_none() {
        let lost = why_lost(visit, response, &error);
        return Ok(visit.fail_because(&error, lost, Some(&next)).await);
    }
    tracing::info!(code = error.code().as_str(), "login begun anew: {error}");
    redirect_to_op(visit, next, Start::Restart, None).await
}

/// Works out what happened to an attempt that did not come with its callback.
fn why_lost(visit: &Visit, response: &AuthorizationResponse, error: &LoginError) -> Option<Lost> {
    let is_missing = match error {
        LoginError::Oidc(oidc::Error::StateMissing(_)) => true,
        LoginError::Oidc(oidc::Error::StateMismatch(_)) => false,
        _ => return None,
    };
    let host = visit.headers.get(HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let own = &visit.provider.config.origin;
    let state = response.state.as_deref().unwrap_or_default();
    Some(if host.is_some_and(|host| !own.is_authority(host)) {
        Lost::HostDiffers
    } else if attempt::is_restart(state) && is_missing {
        // Restarted by this server, in an answer that set the cookie.
        Lost::CookiesBlocked
    } else {
        Lost::OtherBrowser
    })
}
