//! Sends the browser to the OP. Navigations, so every outcome is a redirect.

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::response::{IntoResponse, Redirect, Response};
use oidc::attempt::Start;

use crate::http::login::attempts;
use crate::http::login::initiation::Initiation;
use crate::http::login::visit::Visit;
use crate::login::LoginError;
use crate::login::attempt::Intent;
use crate::return_to::ReturnTo;

/// Starts a login: from our own page, or from a third party (Core §4).
pub(crate) async fn start(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match begin(&visit, query.as_bytes()).await {
        Ok(answer) => answer,
        Err(error) => visit.fail(&error).await,
    }
}

async fn begin(visit: &Visit, query: &[u8]) -> Result<Response, LoginError> {
    let initiation = Initiation::parse(query)?;
    if let Some(issuer) = initiation.issuer() {
        visit.provider.rp.check_initiator(issuer).await?;
    }
    let next = initiation.return_to(&visit.provider.config.origin, visit.app.config.base());
    let start = if initiation.is_confirmation() {
        Start::Confirmation
    } else {
        Start::Login
    };
    redirect_to_op(visit, next, start, initiation.login_hint()).await
}

/// A third party may also start a login by a form (Core §4). It is redirected to the same address
/// with a query, since a form from elsewhere must not change anything.
pub(crate) async fn initiate(visit: Visit, body: Bytes) -> Response {
    match Initiation::parse(&body) {
        Ok(initiation) => Redirect::to(&initiation.as_get(visit.app.config.base())).into_response(),
        Err(error) => visit.fail(&error).await,
    }
}

/// Redirects the browser to the OP, with a login attempt in its cookies.
///
/// # Errors
/// Those of [`attempts::begin`].
pub(crate) async fn redirect_to_op(
    visit: &Visit,
    next: ReturnTo,
    start: Start,
    login_hint: Option<&str>,
) -> Result<Response, LoginError> {
    let Visit {
        app,
        provider,
        headers,
        ..
    } = visit;
    let intent = Intent::Login;
    let (url, cookies) =
        attempts::begin(app, provider, headers, intent, next, start, login_hint).await?;
    Ok((cookies, Redirect::to(url.as_str())).into_response())
}
