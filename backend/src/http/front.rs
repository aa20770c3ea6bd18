//! What answers the requests of our own connections.

use axum::Router;
use axum::extract::Request;

use super::door::gateway::Gateway;
use super::own_routes::{Answering, OwnRoutes};

/// The whole application. A request to another one behind the door passes no router on its way.
#[derive(Clone)]
pub(crate) enum Front {
    /// Postern alone.
    Own(OwnRoutes),
    /// Postern, and the applications behind its door.
    Gated(Gateway),
}

impl Front {
    /// Answers a request.
    pub(crate) fn answer(&mut self, request: Request) -> Answering {
        match self {
            Self::Own(own) => own.answer(request),
            Self::Gated(gateway) => gateway.answer(request),
        }
    }

    /// Returns the same as a router, for a server of somebody else's.
    pub(crate) fn into_router(self) -> Router {
        match self {
            Self::Own(own) => own.into_router(),
            Self::Gated(gateway) => Router::new().fallback_service(gateway),
        }
    }
}
