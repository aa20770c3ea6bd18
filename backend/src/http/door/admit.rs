//! Decides whether a request may pass to an application, and what that is told. Proxy and
//! forward-auth decide by this alone.

use std::sync::Arc;

use axum::http::HeaderMap;
use uuid::Uuid;

use super::{asked, session};
use crate::account::Account;
use crate::app::AppState;
use crate::application::allow::{Allow, is_allowed};
use crate::application::public_path::is_public;
use crate::application::registry::Application;
use crate::assertion::key_ring;
use crate::assertion::recent::Login;
use crate::http::extract::principal::Current;
use crate::store;

/// Who passes.
pub(crate) struct Visit {
    /// The login.
    pub(crate) session_id: Uuid,
    /// Who it is, also signed.
    told: Arc<HeaderMap>,
}

impl Visit {
    /// Puts into a request, or the answer to a proxy that asks, who it is.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        for (name, value) in &*self.told {
            headers.insert(name, value.clone());
        }
    }
}

/// Why a request may not pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// Nobody is logged in.
    #[error("nobody is logged in")]
    LoggedOut,
    /// This account is, which nothing lets in.
    #[error("the account may not open the application")]
    Forbidden(Arc<Account>),
    /// Another site opens a WebSocket in somebody's name, or one that nobody names.
    #[error("another site opens a WebSocket")]
    CrossSite,
    /// The database does not say who it is.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nothing can be signed.
    #[error("the assertion cannot be signed")]
    Sign(#[from] key_ring::Error),
}

/// Finds out who makes a request, and whether these let them in.
///
/// # Errors
/// Every [`Refusal`] but `Sign`.
pub(crate) async fn recognize(
    app: &AppState,
    application: &Application,
    allow: &[Allow],
    headers: &HeaderMap,
) -> Result<Current, Refusal> {
    if asked::is_cross_site_upgrade(headers, application.url.origin()) {
        return Err(Refusal::CrossSite);
    }
    let Some(current) = session::current(app, application, headers).await? else {
        return Err(Refusal::LoggedOut);
    };
    if asked::is_websocket_of_unknown(headers) {
        return Err(Refusal::CrossSite);
    }
    if !is_allowed(allow, &current.account) {
        return Err(Refusal::Forbidden(current.account));
    }
    Ok(current)
}

/// Decides on a request for this path, as it came and without its query. `None` if it passes as
/// nobody's: the path needs no login.
///
/// # Errors
/// Every [`Refusal`].
pub(crate) async fn admit(
    app: &AppState,
    application: &Application,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<Visit>, Refusal> {
    let recognized = recognize(app, application, &application.allow, headers).await;
    let current = match recognized {
        Err(Refusal::LoggedOut | Refusal::Forbidden(_)) if is_public(&application.public, path) => {
            return Ok(None);
        }
        recognized => recognized?,
    };
    let keys = app.keys();
    let login = Login {
        session: &current.session,
        account: &current.account,
        application,
    };
    let told = app
        .assertions
        .sign(&app.store, &keys.assertion, login, current.now)
        .await?;
    Ok(Some(Visit {
        session_id: current.session.id,
        told,
    }))
}
