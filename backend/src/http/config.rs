//! What the login page needs to know.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use shared::config::{PublicConfig, PublicProvider};
use shared::login_error::LoginErrorCode;

use super::error::ApiResult;
use super::extract::{self, Visitor};
use crate::app::AppState;
use crate::oidc::presets;

/// Tells anyone what the login page shows; with `?error=CODE` also what the administrator should
/// do about it at this OP.
pub(super) async fn show(
    State(app): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Json<PublicConfig>> {
    let query = query.unwrap_or_default();
    let error = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "error");
    let error = error.and_then(|(_, code)| LoginErrorCode::parse(&code));
    let setup_needed = app.config.password_login && app.store.is_setup_open().await?;
    let visitor = extract::visitor(&headers, &app).await?;
    Ok(Json(public_config(&app, setup_needed, &visitor, error)))
}

/// Returns what the login page shows.
pub(super) fn public_config(
    app: &AppState,
    setup_needed: bool,
    visitor: &Visitor,
    error: Option<LoginErrorCode>,
) -> PublicConfig {
    let provider = app.provider.as_ref();
    let hint = provider.zip(error).and_then(|(provider, code)| {
        presets::hint(provider.config.provider.as_str(), code).map(str::to_owned)
    });
    PublicConfig {
        password_login: app.config.password_login,
        setup_needed,
        signed_in: matches!(visitor, Visitor::LoggedIn(_)),
        ended_by_provider: matches!(visitor, Visitor::EndedByOp),
        openid: provider.map(|provider| PublicProvider {
            provider: provider.config.provider.to_string(),
            label: provider.label(),
            autologin: provider.config.autologin,
            unreachable_since: provider
                .unreachable_since()
                .map(crate::clock::Timestamp::unix),
        }),
        hint,
    }
}
