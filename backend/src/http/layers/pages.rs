//! Shows people a page where a program gets problem details.

use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Redirect, Response};
use shared::routes;

use crate::http::error::ApiError;
use crate::http::extract::page_load::is_page_load;
use crate::http::page::refusal::{Place, RefusalPages};
use crate::http::query::parameter;
use crate::http::reference;

/// The encodings in which a page can send a form.
const FORMS: [&str; 3] = [
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
];

/// Redirects a form that was refused, and a visit to the login's own addresses, to a page that
/// says why.
pub(crate) async fn show<F>(
    pages: &RefusalPages,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    if request.uri().path() == routes::API_ENTER && is_page_load(request.headers()) {
        return Box::pin(show_entry(pages, request, next)).await;
    }
    let page = page(&request);
    let response = next(request).await;
    let refused = response.extensions().get::<ApiError>();
    let (Some(page), Some(error)) = (page, refused) else {
        return response;
    };
    let (code, reference) = (error.code().as_str(), reference::current());
    tracing::info!(code, "refused: shown as a page");
    let page = pages.app().config.base().of(page);
    Redirect::to(&format!("{page}?error={code}&ref={reference}")).into_response()
}

/// Shows why somebody gets no ticket to an application.
async fn show_entry<F>(
    pages: &RefusalPages,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let headers = request.headers().clone();
    let name = parameter(request.uri().query().unwrap_or_default(), "app");
    let applications = &pages.app().config.applications;
    let application = name.and_then(|name| applications.named(&name)).cloned();
    let logout = pages.app().config.base().of(routes::API_LOGOUT);
    let place = Place {
        application: application.as_deref(),
        logout: Some(&logout),
    };
    let response = next(request).await;
    pages.in_words(&place, &headers, response)
}

/// Returns the page that explains a refusal of the request to a person; `None` if a program sent
/// it.
fn page(request: &Request) -> Option<&'static str> {
    let path = request.uri().path();
    let is_visit = match *request.method() {
        Method::POST => is_form(request.headers()),
        Method::GET => matches!(
            path.trim_end_matches('/'),
            routes::API_LOGIN_CHECK | routes::API_LOGIN_OPENID | routes::API_OAUTH_OPENID
        ),
        _ => false,
    };
    let is_for_a_person =
        is_visit && text(request.headers(), ACCEPT.as_str()).contains("text/html");
    is_for_a_person.then_some(match path {
        routes::API_SETUP => routes::SETUP,
        routes::API_LINK => routes::LINK,
        routes::API_WELCOME => routes::WELCOME,
        _ => routes::LOGIN,
    })
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = text(headers, CONTENT_TYPE.as_str());
    let kind = kind.split(';').next().unwrap_or_default().trim();
    FORMS.iter().any(|form| kind.eq_ignore_ascii_case(form))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}
