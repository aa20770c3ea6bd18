//! HTTP: every route on one page, and every layer with the reason for its place.

mod reference;
mod error;
pub mod cookie;
pub(crate) mod layers;
pub(crate) mod extract;
pub(crate) mod login;
pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod page;
pub(crate) mod ops;

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, patch, post};
use shared::api::{NegotiateTexts, ShowTexts};
use shared::endpoint::Endpoint as _;
use shared::error::ErrorCode;
use shared::routes;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::app::AppState;
use account::{identities, profile, session, sessions};
use admin::{audit, doctor, users};
use error::ApiError;
use layers::{same_origin, security_headers};
use login::{
    backchannel_logout, callback, link, logout, password, setup, start, test_login, welcome,
};
use ops::health;
pub(crate) use ops::metrics::router as ops_router;
use page::{assets, config, spa, texts};

/// The most bytes of a body; real ones have some hundred.
const MAX_BODY: usize = 32 * 1024;
/// The longest that a request may take: longer than all the patience with the OP together.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Returns the whole application.
pub(crate) fn router(app: AppState) -> Router {
    if assets::is_missing() {
        tracing::warn!("this build has no page in it: `cargo xtask dist` makes one that has");
    }
    let spa = spa::Spa::new(app.clone());
    let csp = security_headers::Csp::new(&app.config, spa.style_hash());
    Router::new()
        .route(routes::API_CONFIG, get(config::show))
        .route(routes::API_LOGIN, post(password::password))
        .route(
            routes::API_LOGIN_OPENID,
            get(start::start).post(start::initiate),
        )
        .route(
            routes::API_OAUTH_OPENID,
            get(callback::callback)
                .post(callback::form_post)
                .head(callback::head),
        )
        .route(
            routes::API_BACKCHANNEL_LOGOUT,
            post(backchannel_logout::end_sessions),
        )
        .route(routes::API_LOGOUT, post(logout::logout))
        .route(routes::API_SESSION, get(session::show))
        .route(routes::API_SESSION_CONFIRM, post(session::confirm))
        .route(
            routes::API_LINK,
            get(link::show).post(link::confirm).delete(link::cancel),
        )
        .route(
            routes::API_PROFILE,
            patch(profile::update).get(profile::show),
        )
        .route(routes::API_PROFILE_PASSWORD, post(profile::change_password))
        .route(routes::API_PROFILE_IDENTITIES, get(identities::list))
        .route(
            routes::API_PROFILE_IDENTITIES_OPENID,
            post(identities::link),
        )
        .route(
            &format!("{}/{{id}}", routes::API_PROFILE_IDENTITIES),
            delete(identities::unlink),
        )
        .route(
            routes::API_PROFILE_SESSIONS,
            get(sessions::list).delete(sessions::end_others),
        )
        .route(
            &format!("{}/{{id}}", routes::API_PROFILE_SESSIONS),
            delete(sessions::end),
        )
        .route(routes::API_USERS, get(users::list).post(users::create))
        .route(
            &format!("{}/{{id}}", routes::API_USERS),
            patch(users::update).delete(users::remove),
        )
        .route(
            &format!("{}/{{id}}/identities/{{identity}}", routes::API_USERS),
            delete(users::disconnect),
        )
        .route(
            &format!("{}/{{id}}/welcome-link", routes::API_USERS),
            post(welcome::make),
        )
        .route(routes::API_WELCOME_CHECK, post(welcome::check))
        .route(routes::API_WELCOME, post(welcome::redeem))
        .route(routes::API_AUDIT, get(audit::list))
        .route(
            routes::API_TEST_LOGIN,
            post(test_login::begin).get(test_login::show),
        )
        .route(routes::API_DOCTOR, get(doctor::show))
        .route(routes::API_DOCTOR_REFLECTION, get(doctor::mirror))
        .route(routes::API_SETUP, post(setup::create))
        .route(NegotiateTexts::PATH, get(texts::negotiated))
        .route(ShowTexts::PATH, get(texts::show))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .method_not_allowed_fallback(|| async { ApiError::from(ErrorCode::MethodNotAllowed) })
        .fallback_service(any(spa::serve).with_state(spa))
        // Leaves alone what is compressed already.
        .layer(CompressionLayer::new())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        // Before any body is read.
        .layer(from_fn_with_state(app.clone(), same_origin::require))
        .layer(from_fn(in_time))
        .layer(CatchPanicLayer::custom(panicked))
        // Outside of all that may answer, so that every answer has them.
        .layer(from_fn_with_state(
            (app.clone(), csp),
            security_headers::set,
        ))
        // Outermost: whatever is logged or answered within has the reference.
        .layer(from_fn_with_state(app.clone(), layers::reference::give))
        .with_state(app)
}

/// Gives up on what takes too long; that is a database that neither answers nor is away.
async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(TIMEOUT, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        tracing::error!("request took too long");
        ApiError::from(ErrorCode::Unavailable).into_response()
    })
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic's text is in the log already, by the panic hook; here it might hold a secret.
    tracing::error!("a handler panicked");
    ApiError::from(ErrorCode::Internal).into_response()
}
