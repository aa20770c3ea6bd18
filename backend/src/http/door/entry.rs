//! How a login opens an application with a host of its own: the browser goes to Postern and comes
//! back with a ticket, which is exchanged for a cookie of that host alone. No cookie spans hosts.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::routes;

use super::session;
use crate::app::AppState;
use crate::application::registry::Application;
use crate::http::cookie::SetCookies;
use crate::http::error::ApiError;
use crate::http::reference;
use crate::one_time_link::LinkToken;
use crate::return_to::ReturnTo;
use crate::session::SessionToken;

/// Answers a request for one of Postern's own paths on the host of an application.
pub(crate) async fn answer(app: &AppState, application: &Application, parts: &Parts) -> Response {
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::MethodNotAllowed).into_response();
    }
    let mut response = match path {
        routes::APP_START => start(app, application, query),
        routes::APP_ENTER => enter(app, application, query, &parts.headers).await,
        routes::APP_LOGOUT => logout(app, application),
        _ => ApiError::from(ErrorCode::NotFound).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // A ticket is in the address.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Sends the browser to Postern for a ticket; it keeps what binds that ticket to it.
fn start(app: &AppState, application: &Application, query: &str) -> Response {
    let state = SessionToken::generate();
    let next = next(query);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("app", &application.name)
        .append_pair("state", &state.hash().to_text())
        .append_pair("next", next.as_str())
        .finish();
    let url = at_postern(app, &format!("{}?{query}", routes::API_ENTER));
    let cookies = SetCookies::default().with(session::give_state(application, &state));
    (cookies, Redirect::to(&url)).into_response()
}

/// Exchanges a ticket for a session cookie. One that opens nothing begins anew: a reload, Back, or
/// somebody else's link.
async fn enter(
    app: &AppState,
    application: &Application,
    query: &str,
    headers: &HeaderMap,
) -> Response {
    let next = next(query);
    let ticket = parameter(query, "ticket").and_then(|ticket| LinkToken::parse(&ticket));
    let Some(state) = session::state(application, headers) else {
        return without_state(app, application, headers, &next).await;
    };
    let Some(ticket) = ticket else {
        return Redirect::to(next.as_str()).into_response();
    };
    let token = SessionToken::generate();
    let redeemed = app
        .store
        .redeem_ticket(
            &application.name,
            ticket.hash(),
            state.hash(),
            token.hash(),
            app.clock.now(),
        )
        .await;
    match redeemed {
        Ok(true) => {
            let cookies = SetCookies::default()
                .with(session::give(app, application, &token))
                .with(session::forget_state(application));
            (cookies, Redirect::to(next.as_str())).into_response()
        }
        Ok(false) => Redirect::to(next.as_str()).into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// Answers a browser that does not keep what binds a ticket to it: after a reload or Back it is
/// logged in; else it keeps no cookies, and would be sent round for ever.
async fn without_state(
    app: &AppState,
    application: &Application,
    headers: &HeaderMap,
    next: &ReturnTo,
) -> Response {
    match session::current(app, application, headers).await {
        Ok(Some(_)) => Redirect::to(next.as_str()).into_response(),
        Ok(None) => {
            let (code, reference) = ("cookies_blocked", reference::current());
            tracing::warn!(
                code,
                app = application.name,
                "a browser came with a ticket and no cookie"
            );
            let path = format!("{}?error={code}&ref={reference}", routes::LOGIN);
            Redirect::to(&at_postern(app, &path)).into_response()
        }
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// Forgets the session here and leads to the page where the login is ended.
fn logout(app: &AppState, application: &Application) -> Response {
    let url = at_postern(app, routes::HOME);
    let cookies = SetCookies::default().with(session::forget(application));
    (cookies, Redirect::to(&url)).into_response()
}

/// Returns the address of one of Postern's own paths.
fn at_postern(app: &AppState, path: &str) -> String {
    app.config.address().unwrap_or_default() + path
}

/// Returns where to go in the application.
fn next(query: &str) -> ReturnTo {
    let next = parameter(query, "next").unwrap_or_default();
    ReturnTo::in_application(&next)
}

/// Returns a parameter of a query.
pub(crate) fn parameter(query: &str, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == wanted)?;
    Some(value.into_owned())
}
