//! Handlers of the endpoints in `shared`. An endpoint fixes what its handler takes and answers
//! with, so that a handler with another body, answer or caller does not compile.

use std::any::TypeId;

use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Path, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, on};
use serde::Serialize;
use shared::api::ENDPOINTS;
use shared::endpoint::{COMMON_ERRORS, Endpoint, Method, Query as _, Untyped};
use shared::error::ErrorCode;
use shared::routes;
use shared::session::GoTo;
use tower_http::compression::CompressionLayer;

use crate::app::AppState;
use crate::base_path::BasePath;
use crate::http::cookie::SetCookies;
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::body;
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal::Principal;
use crate::http::query::with_query;

/// A request to an endpoint, from a caller who may make it.
pub(crate) struct Call<E: Endpoint<Caller: Principal>> {
    /// Who calls.
    pub(crate) caller: <E::Caller as Principal>::Who,
    /// Where it comes from.
    pub(crate) client: ClientInfo,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The parameters of the path.
    pub(crate) path: E,
    /// The parameters of the query.
    pub(crate) query: E::Query,
    /// The body.
    pub(crate) body: E::Body,
    /// True if the body is a plain form.
    is_form: bool,
}

impl<E: Endpoint<Caller: Principal>> FromRequest<AppState> for Call<E> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        let (mut parts, body) = request.into_parts();
        let caller = E::Caller::admit(&parts.headers, app).await?;
        let Ok(client) = ClientInfo::from_request_parts(&mut parts, app).await;
        let path = Path::<E>::from_request_parts(&mut parts, app).await;
        let Path(path) = path.map_err(|_| ErrorCode::BadRequest)?;
        let mut query = E::Query::default();
        let pairs = parts.uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            query.set(&name, value.into_owned());
        }
        let headers = std::mem::take(&mut parts.headers);
        let is_form = E::TAKES_FORM && body::is_form(&headers);
        let body = if TypeId::of::<E::Body>() == TypeId::of::<()>() {
            body::parse_json(b"null")?
        } else {
            body::read(Request::from_parts(parts, body), &headers, app, is_form).await?
        };
        Ok(Self {
            caller,
            client,
            headers,
            path,
            query,
            body,
            is_form,
        })
    }
}

/// The answer of an endpoint.
pub(crate) struct Answer<E: Endpoint> {
    body: E::Answer,
    cookies: SetCookies,
    begins_session: bool,
}

impl<E: Endpoint> Answer<E> {
    /// Creates one without cookies.
    pub(crate) fn new(body: E::Answer) -> Self {
        Self {
            body,
            cookies: SetCookies::default(),
            begins_session: false,
        }
    }

    /// Gives the browser cookies.
    pub(crate) fn with(self, cookies: SetCookies) -> Self {
        Self { cookies, ..self }
    }

    /// Gives the browser the cookie of a new session. A form then leads to the check that the
    /// browser kept it; the app goes there by itself.
    pub(crate) fn with_session(self, cookies: SetCookies) -> Self {
        Self {
            cookies,
            begins_session: true,
            ..self
        }
    }
}

impl<E: Endpoint<Answer: Serialize>> IntoResponse for Answer<E> {
    fn into_response(self) -> Response {
        const { assert!(E::STATUS >= 200 && E::STATUS < 300) };
        let status = StatusCode::from_u16(E::STATUS).unwrap_or_default();
        if status == StatusCode::NO_CONTENT {
            return (status, self.cookies, ()).into_response();
        }
        (status, self.cookies, axum::Json(self.body)).into_response()
    }
}

/// The result of an endpoint's handler.
pub(crate) type Reply<E> = Result<Answer<E>, ApiError>;

/// The result of the handler of an endpoint that also takes a plain form.
pub(crate) type FormReply<E> = Result<Answer<E>, FormError>;

/// Why a request that may be a form is refused.
pub(crate) struct FormError {
    /// The reason.
    pub(crate) error: ApiError,
    /// The page that shows it to a browser without wasm; `None` for the problem itself.
    pub(crate) page: Option<Redirect>,
}

impl<E: Into<ApiError>> From<E> for FormError {
    fn from(error: E) -> Self {
        let (error, page) = (error.into(), None);
        Self { error, page }
    }
}

/// A handler of an endpoint; it fails with `R`.
pub(crate) trait Handles<E: Endpoint<Caller: Principal>, R>:
    Clone + Send + Sync + 'static
{
    /// Handles the request.
    fn handle(
        self,
        app: AppState,
        call: Call<E>,
    ) -> impl Future<Output = Result<Answer<E>, R>> + Send;
}

impl<E, R, F, Fut> Handles<E, R> for F
where
    E: Endpoint<Caller: Principal>,
    F: Fn(AppState, Call<E>) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Answer<E>, R>> + Send,
{
    fn handle(
        self,
        app: AppState,
        call: Call<E>,
    ) -> impl Future<Output = Result<Answer<E>, R>> + Send {
        self(app, call)
    }
}

/// The routes of the endpoints.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    count: usize,
}

impl Routes {
    /// Adds an endpoint that takes and answers JSON.
    pub(crate) fn api<E>(self, handler: impl Handles<E, ApiError>) -> Self
    where
        E: Endpoint<Caller: Principal, Answer: Serialize>,
    {
        const { assert!(!E::TAKES_FORM) };
        let answer = move |State(app): State<AppState>, call: Call<E>| async move {
            let reply = handler.handle(app, call).await;
            reply.inspect_err(|error| check::<E>(error.code()))
        };
        self.route::<E, _>(answer)
    }

    /// Adds an endpoint that also takes a plain form, and then redirects.
    pub(crate) fn form<E>(self, handler: impl Handles<E, FormError>) -> Self
    where
        E: Endpoint<Caller: Principal, Answer = GoTo>,
    {
        const { assert!(E::TAKES_FORM) };
        let answer = move |State(app): State<AppState>, call: Call<E>| async move {
            let (is_form, base) = (call.is_form, app.config.base());
            match handler.handle(app, call).await {
                Ok(answer) if is_form => {
                    let GoTo { redirect } = answer.body;
                    // The OP's answer checks the cookies as well.
                    let to_op = redirect.starts_with(&base.of(routes::API_LOGIN_OPENID));
                    let redirect = if answer.begins_session && !to_op {
                        cookie_check(base, &redirect)
                    } else {
                        redirect
                    };
                    (answer.cookies, Redirect::to(&redirect)).into_response()
                }
                Ok(answer) => answer.into_response(),
                Err(FormError { error, page }) => {
                    check::<E>(error.code());
                    match page.filter(|_| is_form) {
                        Some(page) => page.into_response(),
                        None => error.into_response(),
                    }
                }
            }
        };
        self.route::<E, _>(answer)
    }

    /// Adds an endpoint that does not speak JSON.
    pub(crate) fn raw<E, T>(self, handler: impl Handler<T, AppState>) -> Self
    where
        E: Endpoint<Answer = Untyped>,
        T: 'static,
    {
        self.route::<E, T>(handler)
    }

    /// Compresses the answers of the endpoints that were added so far.
    pub(crate) fn compressed(self) -> Self {
        let router = self.router.layer(CompressionLayer::new());
        Self { router, ..self }
    }

    fn route<E: Endpoint, T: 'static>(self, handler: impl Handler<T, AppState>) -> Self {
        let method = match E::METHOD {
            Method::GET => MethodFilter::GET,
            Method::HEAD => MethodFilter::HEAD,
            Method::POST => MethodFilter::POST,
            Method::PATCH => MethodFilter::PATCH,
            Method::DELETE => MethodFilter::DELETE,
        };
        Self {
            router: self.router.route(E::PATH, on(method, handler)),
            count: self.count + 1,
        }
    }

    /// Returns the router. Every endpoint must be there; the router itself allows none twice.
    pub(crate) fn into_router(self) -> Router<AppState> {
        debug_assert_eq!(self.count, ENDPOINTS.len(), "an endpoint has no handler");
        self.router
    }
}

/// Returns the address that leads on to `next` if the browser kept the session's cookie.
fn cookie_check(base: BasePath, next: &str) -> String {
    with_query(&base.of(routes::API_LOGIN_CHECK), &[("next", next)])
}

/// Checks an error against those that the endpoint declares. Only in tests: in production an
/// undeclared error is better than none.
fn check<E: Endpoint>(code: ErrorCode) {
    let declared = E::DESCRIPTION;
    debug_assert!(
        [declared.errors, declared.caller_errors, COMMON_ERRORS]
            .iter()
            .any(|codes| codes.contains(&code)),
        "{} does not declare the error {}",
        declared.name,
        code.as_str()
    );
}

#[cfg(test)]
mod tests {
    use std::future::Ready;
    use std::marker::PhantomData;

    use shared::api::{ListUsers, UpdateUser};

    use super::{Call, Handles, Reply};
    use crate::app::AppState;
    use crate::http::error::ApiError;

    /// Checks at compile time whether a function may handle `UpdateUser`.
    struct Probe<F>(PhantomData<F>);

    /// The answer if no implementation on `Probe` itself says otherwise.
    trait Otherwise {
        const FITS: bool = false;
    }

    impl<F> Otherwise for Probe<F> {}

    impl<F: Handles<UpdateUser, ApiError>> Probe<F> {
        const FITS: bool = true;
    }

    type Function<Takes, Returns> = fn(AppState, Call<Takes>) -> Ready<Reply<Returns>>;

    #[test]
    fn handler_with_another_body_or_answer_does_not_compile() {
        const { assert!(Probe::<Function<UpdateUser, UpdateUser>>::FITS) };
        const { assert!(!Probe::<Function<ListUsers, UpdateUser>>::FITS) };
        const { assert!(!Probe::<Function<UpdateUser, ListUsers>>::FITS) };
    }
}
