//! Layers that let through only some of those who are logged in.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use postern_assertion::Role;
use shared::session;
use tower::{Layer, Service};

use super::current_user::CurrentUser;
use super::start::Postern;
use crate::application::allow::Allow;

/// A layer that lets through who has a role; an admin also has that of a user. Strangers are sent
/// to the login, as by [`CurrentUser`]; others are answered with 403 and problem details (JSON).
/// The handlers inside may take [`CurrentUser`] without another look at the database.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use postern::{Postern, RequireRole, Role};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let postern = Postern::from_env().await?;
/// let settings = Router::new()
///     .route("/settings", get(|| async { "for admins" }))
///     .route_layer(RequireRole::new(&postern, Role::Admin));
/// let app = settings.merge(postern.router()).with_state(postern);
/// # let _: Router = app; Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RequireRole(Guard);

/// A layer that lets through who has a group at the `OpenID` Provider, which is compared exactly.
/// For everybody else it is as [`RequireRole`].
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use postern::{CurrentUser, Postern, RequireGroup};
///
/// async fn photos(user: CurrentUser) -> String {
///     format!("photos for {}", user.username)
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let postern = Postern::from_env().await?;
/// let photos = Router::new()
///     .route("/photos", get(photos))
///     .route_layer(RequireGroup::new(&postern, "family"));
/// let app = photos.merge(postern.router()).with_state(postern);
/// # let _: Router = app; Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RequireGroup(Guard);

/// What a layer goes by.
#[derive(Clone)]
struct Guard {
    postern: Postern,
    allow: Allow,
}

/// What [`RequireRole`] and [`RequireGroup`] make of a service.
///
/// ```no_run
/// use postern::{Guarded, Postern, RequireRole, Role};
/// use tower::Layer;
///
/// fn guard<S>(postern: &Postern, service: S) -> Guarded<S> {
///     RequireRole::new(postern, Role::User).layer(service)
/// }
/// ```
#[derive(Clone)]
pub struct Guarded<S> {
    inner: S,
    guard: Guard,
}

impl RequireRole {
    /// Makes the layer.
    #[must_use]
    pub fn new(postern: &Postern, role: Role) -> Self {
        let role = match role {
            Role::Admin => session::Role::Admin,
            Role::User => session::Role::User,
        };
        Self(Guard::new(postern, Allow::Role(role)))
    }
}

impl RequireGroup {
    /// Makes the layer.
    #[must_use]
    pub fn new(postern: &Postern, group: impl Into<String>) -> Self {
        Self(Guard::new(postern, Allow::Group(group.into())))
    }
}

impl Guard {
    fn new(postern: &Postern, allow: Allow) -> Self {
        let postern = postern.clone();
        Self { postern, allow }
    }

    fn around<S>(&self, inner: S) -> Guarded<S> {
        let guard = self.clone();
        Guarded { inner, guard }
    }
}

impl<S> Layer<S> for RequireRole {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        self.0.around(inner)
    }
}

impl<S> Layer<S> for RequireGroup {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        self.0.around(inner)
    }
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that is ready is called; the clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let Guard { postern, allow } = self.guard.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match postern.admit(&[allow], &parts).await {
                Ok(identity) => {
                    parts.extensions.insert(CurrentUser(identity));
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refusal) => Ok(refusal),
            }
        })
    }
}
