//! What answers the requests of our own connections.

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::Service as _;

use super::door::gateway::Gateway;

/// The whole application. A request to another one behind the door passes no router on its way.
#[derive(Clone)]
pub(crate) enum Front {
    /// Postern alone.
    Own(Router),
    /// Postern, and the applications behind its door.
    Gated(Gateway),
}

impl Front {
    /// Answers a request.
    pub(crate) async fn answer(&mut self, request: Request) -> Response {
        let Ok(response) = match self {
            Self::Own(router) => router.call(request).await,
            Self::Gated(gateway) => gateway.call(request).await,
        };
        response
    }

    /// Returns the same as a router, for a server of somebody else's.
    pub(crate) fn into_router(self) -> Router {
        match self {
            Self::Own(router) => router,
            Self::Gated(gateway) => Router::new().fallback_service(gateway),
        }
    }
}
