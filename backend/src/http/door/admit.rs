//! Decides whether a request may pass to an application, and what that is told. Proxy and
//! forward-auth decide by this alone.

use axum::http::{HeaderMap, HeaderValue};
use postern_assertion::Identity;
use uuid::Uuid;

use super::{asked, session};
use crate::account::Account;
use crate::app::AppState;
use crate::application::allow::{Allow, is_allowed};
use crate::application::public_path::is_public;
use crate::application::registry::Application;
use crate::assertion::{identity::identity, identity_headers, key_ring};
use crate::http::extract::principal::Current;
use crate::store;

/// What becomes of a request.
pub(crate) enum Admission {
    /// It passes, as somebody's.
    As(Box<Visit>),
    /// It passes as nobody's: the path needs no login.
    Public,
    /// Nobody is logged in.
    LoggedOut,
    /// Somebody is, by this account, which may not open the application.
    Forbidden(Box<Account>),
    /// Another site opens a WebSocket in somebody's name, or one that nobody names.
    CrossSite,
}

/// Who passes.
pub(crate) struct Visit {
    /// The login.
    pub(crate) session_id: Uuid,
    /// Who it is.
    identity: Identity,
    /// The same, signed.
    assertion: HeaderValue,
}

/// Why nothing can be decided.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AdmitError {
    /// The database does not say who it is.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nothing can be signed.
    #[error("the assertion cannot be signed")]
    Sign(#[from] key_ring::Error),
}

impl Visit {
    /// Puts into a request, or the answer to a proxy that asks, who it is.
    pub(crate) fn tell(&self, application: &Application, headers: &mut HeaderMap) {
        identity_headers::add(headers, application.headers, &self.identity);
        headers.insert(postern_assertion::HEADER, self.assertion.clone());
    }
}

/// Who makes a request that may pass.
pub(crate) struct Recognized {
    /// The login.
    pub(crate) current: Current,
    /// What the application is told.
    pub(crate) identity: Identity,
}

/// Why a request may not pass.
pub(crate) enum Refusal {
    /// Nobody is logged in.
    LoggedOut,
    /// This account is, which nothing lets in.
    Forbidden(Box<Account>),
    /// Another site opens a WebSocket in somebody's name.
    CrossSite,
}

/// Finds out who makes a request, and whether these let them in.
///
/// # Errors
/// Those of the store.
pub(crate) async fn recognize(
    app: &AppState,
    application: &Application,
    allow: &[Allow],
    headers: &HeaderMap,
) -> Result<Result<Recognized, Refusal>, store::Error> {
    if asked::is_cross_site_upgrade(headers, &application.url.origin()) {
        return Ok(Err(Refusal::CrossSite));
    }
    let Some(current) = session::current(app, application, headers).await? else {
        return Ok(Err(Refusal::LoggedOut));
    };
    if asked::is_websocket_of_unknown(headers) {
        return Ok(Err(Refusal::CrossSite));
    }
    if !is_allowed(allow, &current.account) {
        return Ok(Err(Refusal::Forbidden(Box::new(current.account))));
    }
    let identity = identity(&current.account, &current.session, &application.name);
    Ok(Ok(Recognized { current, identity }))
}

/// Decides on a request for this path, as it came and without its query.
///
/// # Errors
/// Both of [`AdmitError`].
pub(crate) async fn admit(
    app: &AppState,
    application: &Application,
    path: &str,
    headers: &HeaderMap,
) -> Result<Admission, AdmitError> {
    let recognized = recognize(app, application, &application.allow, headers).await?;
    let Recognized { current, identity } = match recognized {
        Ok(recognized) => recognized,
        Err(Refusal::CrossSite) => return Ok(Admission::CrossSite),
        Err(_) if is_public(&application.public, path) => return Ok(Admission::Public),
        Err(Refusal::LoggedOut) => return Ok(Admission::LoggedOut),
        Err(Refusal::Forbidden(account)) => return Ok(Admission::Forbidden(account)),
    };
    let origin = application.url.origin();
    let keys = app.keys();
    let told = (&identity, origin.as_str());
    let assertion = app
        .assertions
        .sign(&app.store, &keys.assertion, told, current.now)
        .await?;
    // Letters, digits, `-`, `_` and dots.
    let assertion = HeaderValue::try_from(assertion).unwrap_or(HeaderValue::from_static(""));
    Ok(Admission::As(Box::new(Visit {
        session_id: current.session.id,
        identity,
        assertion,
    })))
}
