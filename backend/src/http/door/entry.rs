//! How a login opens an application with a host of its own: the browser goes to Postern and comes
//! back with a ticket, which is exchanged for a cookie of that host alone. No cookie spans hosts.

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::routes;
use shared::session::{LOGGED_OUT, LOGGED_OUT_HERE};

use super::challenge::Own;
use super::session;
use crate::app::AppState;
use crate::application::registry::Application;
use crate::http::cookie::SetCookies;
use crate::http::error::ApiError;
use crate::http::extract::client::ClientInfo;
use crate::http::login::{logout, session_cookie};
use crate::http::query::{parameter, with_query};
use crate::http::reference;
use crate::one_time_link::LinkToken;
use crate::public_url::PublicUrl;
use crate::return_to::ReturnTo;
use crate::session::SessionToken;
use crate::telemetry::chain;

/// Has a browser throw away what it keeps of a host; it listens to that on https, and on its own
/// machine.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Answers a request for one of Postern's own paths on the host of an application.
///
/// `asks` returns the page that asks whether to log out.
pub(crate) async fn answer(
    app: &AppState,
    application: &Application,
    request: Request,
    asks: impl FnOnce() -> Response,
) -> Response {
    let mut parts = request.into_parts().0;
    let query = parts.uri.query().unwrap_or_default();
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let mut response = match parts.uri.path() {
        routes::APP_LOGOUT if matches!(parts.method, Method::GET | Method::POST) => {
            if is_from_here(application, &parts.headers) {
                logout(app, application, &mut parts).await
            } else {
                asks()
            }
        }
        routes::APP_START if is_read => start(app, application, query),
        routes::APP_ENTER if is_read => enter(app, application, query, &parts.headers).await,
        routes::APP_START | routes::APP_ENTER | routes::APP_LOGOUT => {
            ApiError::from(ErrorCode::MethodNotAllowed).into_response()
        }
        _ => ApiError::from(ErrorCode::NotFound).into_response(),
    };
    response.extensions_mut().insert(Own);
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
    let hash = state.hash().to_text();
    let parameters = [
        ("app", application.name.as_str()),
        ("state", hash.as_str()),
        ("next", next.as_str()),
    ];
    let url = at_postern(app, &with_query(routes::API_ENTER, &parameters));
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

/// Does the application itself, or its user, lead here? Another site may not end logins.
fn is_from_here(application: &Application, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    // A browser sends `Origin` with every form.
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let own = application.url.origin();
    origins.all(|origin| origin.as_bytes() == own.as_bytes())
}

/// Ends the login, here and everywhere, and leads to Postern's page, or to the OP's logout.
async fn logout(app: &AppState, application: &Application, parts: &mut Parts) -> Response {
    let Ok(client) = ClientInfo::from_request_parts(parts, app).await;
    let by = client.by(app.clock.now());
    let next = match session::end(app, application, &parts.headers, by).await {
        Ok(session) => logout::next(app, session.as_ref(), LOGGED_OUT).await,
        Err(error) => {
            tracing::warn!("a session remains that was logged out: {}", chain(&error));
            logout::next(app, None, LOGGED_OUT_HERE).await
        }
    };
    let url = if next.starts_with('/') {
        let origin = app.config.public_url.as_ref().map(PublicUrl::origin);
        format!("{}{next}", origin.unwrap_or_default())
    } else {
        next
    };
    let forgotten = if application.is_on_own_host {
        session_cookie::forget(app)
    } else {
        SetCookies::default().with(session::forget(application))
    };
    // What the browser has cached of the application is not for whoever comes next.
    let emptied = (CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    (forgotten, [emptied], Redirect::to(&url)).into_response()
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
