//! Tells requests for applications from Postern's own, by host and path.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::routes;
use tower::Service;

use super::proxy::Proxy;
use super::serve::{Proxied, serve};
use super::streams::Streams;
use super::{asked, entry, verify};
use crate::app::AppState;
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::http::error::ApiError;

/// Sends each request to the application that it is for, or to Postern's own router.
#[derive(Clone)]
pub(crate) struct Gateway {
    app: AppState,
    own: Router,
    doors: Arc<Doors>,
}

/// What is behind the door.
struct Doors {
    /// By the application's name.
    proxied: BTreeMap<String, Arc<Proxied>>,
    streams: Streams,
}

/// Whom a request is for.
enum Target {
    /// An application that is proxied to.
    Application(Arc<Proxied>),
    /// One of Postern's own paths on an application's host.
    Entry(Arc<Application>),
    /// Postern, about a request to an application.
    Question,
    /// Postern.
    Own,
    /// Postern, with a base path in front of its route.
    Below,
    /// Postern's home page.
    Home,
    /// Nobody that is known.
    Unknown,
}

impl Gateway {
    /// Puts the applications of the settings before Postern's own router.
    pub(crate) fn new(app: AppState, own: Router) -> Self {
        let applications = &app.config.applications;
        let proxied = applications.0.iter().filter_map(|application| {
            let proxied = Proxied {
                application: Arc::new(application.clone()),
                proxy: Proxy::new(application.upstream.clone()?),
            };
            Some((application.name.clone(), Arc::new(proxied)))
        });
        let streams = Streams::default();
        let doors = Doors {
            proxied: proxied.collect(),
            streams: streams.clone(),
        };
        tokio::spawn(streams.watch(app.clone()));
        Self {
            app,
            own,
            doors: Arc::new(doors),
        }
    }

    fn target(&self, request: &Request) -> Target {
        let applications = &self.app.config.applications;
        let Some(host) = self.host(request) else {
            return Target::Unknown;
        };
        let path = request.uri().path();
        // Envoy appends the path, and asks with the request's own method.
        let rest = path.strip_prefix(routes::API_VERIFY);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            && self.is_question(request)
        {
            return Target::Question;
        }
        // A proxy before us may have dropped the port of Postern's own host.
        let home = || applications.home().filter(|home| home.url.is_host(&host));
        if let Some(application) = applications.on_host(&host).or_else(home) {
            if application.is_on_own_host {
                return self.on_own_host(application, path);
            }
            if path.starts_with(routes::BELOW_BASE) {
                return Target::Entry(Arc::new(application.clone()));
            }
            return match self.doors.proxied.get(&application.name) {
                Some(proxied) => Target::Application(Arc::clone(proxied)),
                None => Target::Unknown,
            };
        }
        // An address that is no public one: that of the machine, which a health check asks.
        match applications.base() {
            base if base != BasePath::ROOT && base.within(path).is_some() => Target::Below,
            _ => Target::Own,
        }
    }

    /// Returns whom a request is for on Postern's own host, if an application has that.
    fn on_own_host(&self, application: &Application, path: &str) -> Target {
        let is_for_op = matches!(
            path,
            routes::API_OAUTH_OPENID | routes::API_BACKCHANNEL_LOGOUT
        ) && self.app.config.oidc.is_some();
        match path {
            routes::BASE | routes::APP_LOGOUT => Target::Home,
            routes::JWKS => Target::Own,
            _ if is_for_op => Target::Own,
            _ if BasePath::BELOW.within(path).is_some() => Target::Below,
            _ => match self.doors.proxied.get(&application.name) {
                Some(proxied) => Target::Application(Arc::clone(proxied)),
                None => Target::Unknown,
            },
        }
    }

    /// Does a reverse proxy ask about a request, rather than pass one on? Some ask with the
    /// application's own `Host`; one that we proxy to may have that path itself.
    fn is_question(&self, request: &Request) -> bool {
        let host = asked::host(request.uri(), request.headers());
        let application = host.and_then(|host| self.app.config.applications.on_host(host));
        application.is_none_or(|application| application.upstream.is_none())
    }

    /// Returns the host that the browser asked for, as a proxy before us tells it if its word counts.
    fn host(&self, request: &Request) -> Option<String> {
        let (uri, headers) = (request.uri(), request.headers());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        let forwarded = asked::is_trusted(peer, &self.app.config.trusted_proxies)
            .then(|| asked::single(headers, "x-forwarded-host"))
            .flatten();
        forwarded
            .or_else(|| asked::host(uri, headers))
            .map(str::to_owned)
    }
}

impl Service<Request> for Gateway {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let target = self.target(&request);
        let (app, doors) = (self.app.clone(), Arc::clone(&self.doors));
        if let Target::Below = target {
            take_base_off(&mut request);
        }
        if let Target::Own | Target::Below = target {
            let answer = self.own.call(request);
            return Box::pin(answer);
        }
        Box::pin(async move {
            Ok(match target {
                Target::Application(proxied) => serve(app, &proxied, &doors.streams, request).await,
                Target::Entry(application) => {
                    entry::answer(&app, &application, &request.into_parts().0).await
                }
                Target::Question => verify::verify(State(app), request).await,
                Target::Home => Redirect::to(routes::BELOW_BASE).into_response(),
                Target::Own | Target::Below | Target::Unknown => {
                    ApiError::from(ErrorCode::NotFound).into_response()
                }
            })
        })
    }
}

/// Makes the path of a request that of a route.
fn take_base_off(request: &mut Request) {
    let asked = request.uri().path_and_query().map(PathAndQuery::as_str);
    let route = asked.and_then(|asked| BasePath::BELOW.within(asked));
    if let Some(route) = route.and_then(|route| route.parse::<Uri>().ok()) {
        *request.uri_mut() = route;
    }
}
