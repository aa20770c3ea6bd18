//! A tower layer that lets through only what has an assertion.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response, StatusCode};
use tower::{Layer, Service};

use crate::Verifier;

/// Lets through only requests with a valid assertion, and gives them its [`Identity`] as an
/// extension; all others are answered with 401.
///
/// [`Identity`]: crate::Identity
#[derive(Clone)]
pub struct AssertionLayer(Verifier);

/// What [`AssertionLayer`] makes of a service.
#[derive(Clone)]
pub struct AssertionService<S> {
    inner: S,
    verifier: Verifier,
}

impl AssertionLayer {
    /// Makes the layer.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self(verifier)
    }
}

impl<S> Layer<S> for AssertionLayer {
    type Service = AssertionService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AssertionService {
            inner,
            verifier: self.0.clone(),
        }
    }
}

impl<S, B, R> Service<Request<B>> for AssertionService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The one that is ready is called; the clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let verifier = self.verifier.clone();
        Box::pin(async move {
            if let Ok(identity) = verifier.identity(request.headers()).await {
                request.extensions_mut().insert(identity);
                inner.call(request).await
            } else {
                let mut refusal = Response::new(R::default());
                *refusal.status_mut() = StatusCode::UNAUTHORIZED;
                Ok(refusal)
            }
        })
    }
}
