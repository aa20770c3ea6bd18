//! Postern's own routes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;
use shared::api::ShowSession;
use shared::endpoint::Endpoint as _;
use tower::Service as _;

/// An answer on its way.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Postern's own routes. What is asked most passes no router: to find its route, and to copy what
/// answers there, costs as much as the answer.
#[derive(Clone)]
pub(crate) struct OwnRoutes {
    router: Router,
    /// Answers who is logged in.
    session: Option<Arc<dyn Fn(Request) -> Answering + Send + Sync>>,
}

impl OwnRoutes {
    /// Has everything answered by the router, but who is logged in by `session`, which has the same
    /// layers.
    pub(crate) fn new(
        router: Router,
        session: impl Fn(Request) -> Answering + Send + Sync + 'static,
    ) -> Self {
        let session: Arc<dyn Fn(Request) -> Answering + Send + Sync> = Arc::new(session);
        Self {
            router,
            session: Some(session),
        }
    }

    /// Has everything answered by the router.
    pub(crate) fn all_by(router: Router) -> Self {
        Self {
            router,
            session: None,
        }
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, request: Request) -> Answering {
        if let Some(session) = &self.session
            && request.method() == Method::GET
            && request.uri().path() == ShowSession::PATH
        {
            return session(request);
        }
        let answer = self.router.call(request);
        Box::pin(async move {
            let Ok(response) = answer.await;
            response
        })
    }

    /// Returns the router alone, for a server of somebody else's.
    pub(crate) fn into_router(self) -> Router {
        self.router
    }
}
