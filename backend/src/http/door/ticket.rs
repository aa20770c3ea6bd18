//! Gives a browser that is logged in a ticket to an application with a host of its own.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::routes;

use crate::app::AppState;
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::http::error::ApiResult;
use crate::http::extract::principal;
use crate::http::page::refusal::refuse;
use crate::http::query::{parameter, with_query};
use crate::one_time_link::LinkToken;
use crate::return_to::ReturnTo;
use crate::session::TokenHash;

/// Sends the browser to the application with a ticket; to the login first, if nobody is logged in.
///
/// # Errors
/// `app_unknown`, `app_forbidden`, `bad_request`, `unavailable`.
pub(crate) async fn enter(State(app): State<AppState>, request: Request) -> ApiResult<Response> {
    let query = request.uri().query().unwrap_or_default();
    let name = parameter(query, "app").unwrap_or_default();
    let application = app.config.applications.named(&name);
    // Postern's own session opens the one on its own host.
    let application = application.filter(|application| !application.is_on_own_host);
    let application = application.ok_or(ErrorCode::AppUnknown)?;
    let state = parameter(query, "state").and_then(|state| TokenHash::parse(&state));
    let state = state.ok_or(ErrorCode::BadRequest)?;
    let next = parameter(query, "next").unwrap_or_default();
    let next = ReturnTo::in_application(&next);
    let Some(current) = principal::current(request.headers(), &app).await? else {
        return Ok(to_login(app.config.base(), query));
    };
    if !application.may_open(&current.account) {
        return Ok(refuse(application, &current.account));
    }
    let ticket = LinkToken::generate();
    app.store
        .create_ticket(
            current.session.id,
            &application.name,
            ticket.hash(),
            state,
            current.now,
        )
        .await?;
    Ok(to_application(application, &ticket, &next))
}

/// Sends the browser to the login, and back here afterwards.
fn to_login(base: BasePath, query: &str) -> Response {
    let here = format!("{}?{query}", base.of(routes::API_ENTER));
    let login = with_query(&base.of(routes::LOGIN), &[("next", &here)]);
    uncached(Redirect::to(&login))
}

fn to_application(application: &Application, ticket: &LinkToken, next: &ReturnTo) -> Response {
    let enter = format!("{}{}", application.url.origin(), routes::APP_ENTER);
    let ticket = ticket.reveal();
    let parameters = [("ticket", ticket.as_str()), ("next", next.as_str())];
    uncached(Redirect::to(&with_query(&enter, &parameters)))
}

fn uncached(redirect: Redirect) -> Response {
    let mut response = redirect.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
