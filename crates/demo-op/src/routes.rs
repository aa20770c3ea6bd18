//! Every route of the OP on one page.

use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};

use crate::world::App;
use crate::{authorize, demo, discovery, end_session, fault, login, page, record, token, userinfo};

/// Creates the router. Paths match exactly, slash included, as at Authentik.
pub(crate) fn router(app: App) -> Router {
    let application = app.world().application_path();
    let below = |path: &str| format!("{application}{path}");
    Router::new()
        .route(&application, get(discovery::application))
        .route(
            &below(".well-known/openid-configuration"),
            get(discovery::show),
        )
        .route(&below("jwks/"), get(discovery::jwks))
        .route(
            &below("end-session/"),
            get(end_session::end).post(end_session::end),
        )
        .route(
            authorize::PATH,
            get(authorize::start).post(authorize::start),
        )
        .route("/application/o/token/", post(token::redeem))
        .route(
            "/application/o/userinfo/",
            get(userinfo::show).post(userinfo::show),
        )
        .route("/application/o/introspect/", post(token::introspect))
        .route("/application/o/revoke/", post(token::revoke))
        .route("/application/o/par/", post(token::push))
        .route(page::LOGIN_PATH, get(login::show).post(login::submit))
        .route("/foreign/{*rest}", any(discovery::foreign))
        .route("/demo/lie", post(demo::lie))
        .route("/demo/rotate-keys", post(demo::rotate_keys))
        .route("/demo/requests", get(demo::requests))
        .route("/demo/users/{name}", post(demo::change_user))
        .route("/demo/users/{name}/end-sessions", post(demo::end_sessions))
        .fallback(discovery::not_found)
        // The fault is inside the record, so that a request that is never answered is still
        // recorded.
        .layer(from_fn_with_state(app.clone(), fault::fail))
        .layer(from_fn_with_state(app.clone(), record::record))
        .layer(from_fn_with_state(app.clone(), date))
        .with_state(app)
}

/// Dates the answer by the OP's own clock, which may be stopped or wrong.
async fn date(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let seconds = u64::try_from(app.world().now()).unwrap_or_default();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    if let Ok(date) = HeaderValue::from_str(&date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
