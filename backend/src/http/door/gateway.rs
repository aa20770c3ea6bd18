//! Tells requests for applications from Postern's own, by host and path.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::api::{ShowHealth, ShowReadiness};
use shared::endpoint::Endpoint as _;
use shared::error::ErrorCode;
use shared::routes;
use tower::Service;

use super::asked::FORWARDED_HOST;
use super::challenge::Own;
use super::forwarded::Address;
use super::proxy::Proxy;
use super::serve::{Proxied, serve};
use super::streams::Streams;
use super::{asked, entry, verify};
use crate::app::AppState;
use crate::application::registry::Application;
use crate::base_path::BasePath;
use crate::http::error::ApiError;
use crate::http::extract::address::shortened;
use crate::http::extract::page_load::is_page_load;
use crate::http::layers::reference::around;
use crate::http::layers::security_headers::{self, Csp};
use crate::http::login::misdirected::is_callback;
use crate::http::own_routes::{Answering, OwnRoutes};
use crate::http::page::refusal::{Place, RefusalPages};

/// What the paths of Postern begin with that are no pages.
const OWN_PATHS: [&str; 6] = [
    "/api/",
    "/assets/",
    "/brand/",
    "/.well-known/",
    ShowHealth::PATH,
    ShowReadiness::PATH,
];

/// Sends each request to the application that it is for, or to Postern's own router.
#[derive(Clone)]
pub(crate) struct Gateway {
    own: OwnRoutes,
    door: Arc<Door>,
}

/// What all requests share.
struct Door {
    app: AppState,
    /// What is proxied to, by the application's name.
    proxied: BTreeMap<String, Arc<Proxied>>,
    streams: Streams,
    refusals: RefusalPages,
    /// The policy of pages on an application's host.
    csp: Csp,
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

impl Target {
    /// Names it in logs and metrics.
    fn route(&self) -> Option<&'static str> {
        match self {
            Self::Application(_) => Some("application"),
            Self::Entry(_) => Some("/_postern/"),
            Self::Question => Some(routes::API_VERIFY),
            Self::Own | Self::Below | Self::Home | Self::Unknown => None,
        }
    }

    /// Returns the application that it concerns.
    fn application(&self, app: &AppState, headers: &HeaderMap) -> Option<Arc<Application>> {
        match self {
            Self::Application(proxied) => Some(Arc::clone(&proxied.application)),
            Self::Entry(application) => Some(Arc::clone(application)),
            Self::Question => {
                let host = asked::single(headers, &FORWARDED_HOST)?;
                app.config.applications.on_host(host).cloned()
            }
            Self::Own | Self::Below | Self::Home | Self::Unknown => None,
        }
    }
}

impl Gateway {
    /// Puts the applications of the settings before Postern's own router.
    pub(crate) fn new(app: AppState, own: OwnRoutes, refusals: RefusalPages) -> Self {
        let applications = &app.config.applications;
        let proxied = applications.0.iter().filter_map(|application| {
            let proxied = Proxied {
                application: Arc::clone(application),
                address: Address::of(&application.url),
                proxy: Proxy::new(application.upstream.clone()?),
            };
            Some((application.name.clone(), Arc::new(proxied)))
        });
        let streams = Streams::default();
        tokio::spawn(streams.clone().watch(app.clone()));
        let door = Door {
            proxied: proxied.collect(),
            streams,
            csp: Csp::of_refusals(&app.config, &refusals.style_hash()),
            refusals,
            app,
        };
        let door = Arc::new(door);
        Self { own, door }
    }

    /// Answers a request.
    pub(crate) fn answer(&mut self, mut request: Request) -> Answering {
        let target = self.door.target(&request);
        if let Target::Below = target {
            take_base_off(&mut request);
        }
        if let Target::Own | Target::Below = target {
            return self.own.answer(request);
        }
        let door = Arc::clone(&self.door);
        Box::pin(async move {
            let route = target.route();
            let answer = |request| door.answer(target, request);
            around(&door.app, route, request, answer).await
        })
    }
}

impl Door {
    /// Answers a request that is not for Postern's own router.
    async fn answer(&self, target: Target, request: Request) -> Response {
        let app = &self.app;
        let application = target.application(app, request.headers());
        let is_page = is_page_load(request.headers());
        // Only our own pages ask for them: those of a program's request need no copy.
        let headers = if is_page || matches!(target, Target::Entry(_)) {
            request.headers().clone()
        } else {
            HeaderMap::new()
        };
        let place = Place {
            application: application.as_deref(),
            logout: Some(routes::APP_LOGOUT),
        };
        let response = match target {
            Target::Application(proxied) => {
                serve(app, &proxied, &self.streams, is_page, request).await
            }
            Target::Entry(application) => {
                let asks = || self.refusals.logout(&place, &headers);
                // Rare, and large: every other request would make room for it.
                Box::pin(entry::answer(app, &application, request, asks)).await
            }
            Target::Question => verify::verify(State(app.clone()), request).await,
            Target::Home => Redirect::to(routes::BELOW_BASE).into_response(),
            Target::Own | Target::Below | Target::Unknown => {
                let host = self.host(&request).unwrap_or_default();
                unknown(host, app.config.applications.on_host(host).is_some())
            }
        };
        self.finish(&place, is_page.then_some(&headers), response)
    }

    /// Makes a page of a refusal for a person, whose request has these headers, and adds the headers
    /// of our own answers. What comes from an application stays as it is.
    fn finish(
        &self,
        place: &Place<'_>,
        person: Option<&HeaderMap>,
        response: Response,
    ) -> Response {
        let extensions = response.extensions();
        if extensions.get::<Own>().is_none() && extensions.get::<ApiError>().is_none() {
            return response;
        }
        let mut response = match person {
            Some(headers) => self.refusals.in_words(place, headers, response),
            None => response,
        };
        let headers = response.headers_mut();
        security_headers::add(headers, self.csp.value(), &self.app.config);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
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
        let home = || applications.home().filter(|home| home.url.is_host(host));
        if let Some(application) = applications.on_host(host).or_else(home) {
            if application.is_on_own_host {
                return self.on_own_host(application, path);
            }
            if path.starts_with(routes::BELOW_BASE) {
                return Target::Entry(Arc::clone(application));
            }
            return match self.proxied.get(&application.name) {
                Some(proxied) => Target::Application(Arc::clone(proxied)),
                None => Target::Unknown,
            };
        }
        // An address that is no public one: that of the machine, which a health check asks.
        match applications.base() {
            base if base != BasePath::ROOT && base.within(path).is_some() => Target::Below,
            _ if self.is_astray(request, host) => Target::Unknown,
            _ => Target::Own,
        }
    }

    /// Returns whom a request is for on Postern's own host, if an application has that.
    fn on_own_host(&self, application: &Arc<Application>, path: &str) -> Target {
        // Also with a slash too many: a code of the OP's is none of the application's business.
        let is_for_op = self.app.config.oidc.is_some()
            && (path == routes::API_BACKCHANNEL_LOGOUT || is_callback(path));
        match path {
            routes::BASE => Target::Home,
            routes::APP_LOGOUT => Target::Entry(Arc::clone(application)),
            routes::JWKS => Target::Own,
            routes::CHANGE_PASSWORD if self.app.config.password_login => Target::Own,
            _ if is_for_op => Target::Own,
            _ if BasePath::BELOW.within(path).is_some() => Target::Below,
            _ => match self.proxied.get(&application.name) {
                Some(proxied) => Target::Application(Arc::clone(proxied)),
                None => Target::Unknown,
            },
        }
    }

    /// Does somebody load the page of an application that the settings do not have? On such a host
    /// Postern has only its own pages, of which the login page says where it belongs.
    fn is_astray(&self, request: &Request, host: &str) -> bool {
        let public = self.app.config.public_url.as_ref();
        let path = request.uri().path();
        public.is_some_and(|public| !public.is_host(host))
            && is_page_load(request.headers())
            && !routes::is_page(path)
            && !OWN_PATHS.iter().any(|own| path.starts_with(own))
    }

    /// Does a reverse proxy ask about a request, rather than pass one on? Some ask with the
    /// application's own `Host`; one that we proxy to may have that path itself.
    fn is_question(&self, request: &Request) -> bool {
        let host = asked::host(request.uri(), request.headers());
        let application = host.and_then(|host| self.app.config.applications.on_host(host));
        application.is_none_or(|application| application.upstream.is_none())
    }

    /// Returns the host that the browser asked for, as a proxy before us tells it if its word counts.
    fn host<'a>(&self, request: &'a Request) -> Option<&'a str> {
        let (uri, headers) = (request.uri(), request.headers());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|ConnectInfo(peer)| peer.ip());
        let forwarded = asked::is_trusted(peer, &self.app.config.trusted_proxies)
            .then(|| asked::single(headers, &FORWARDED_HOST))
            .flatten();
        forwarded.or_else(|| asked::host(uri, headers))
    }
}

/// Refuses a request for a host or a path that is nobody's.
fn unknown(host: &str, is_application: bool) -> Response {
    let remedy = if is_application {
        "set POSTERN_APP_<NAME>_UPSTREAM, or let the reverse proxy send only /_postern/ here"
    } else {
        "set POSTERN_APP_<NAME>_URL to the origin of the application, with its port unless that is \
         443 for https and 80 for http, and see that the reverse proxy sends the same port"
    };
    tracing::info!(
        code = "not_found",
        host = shortened(host.as_bytes()),
        remedy,
        "no application is proxied to at this address"
    );
    ApiError::from(ErrorCode::NotFound).into_response()
}

impl Service<Request> for Gateway {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let answer = self.answer(request);
        Box::pin(async move { Ok(answer.await) })
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
