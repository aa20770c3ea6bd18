//! Starts Postern inside an application.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::any;
use clock::Clock;
use postern_assertion::Identity;
use shared::routes;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::app::{App, AppState};
use crate::application::allow::Allow;
use crate::application::registry::Application;
use crate::config::{Config, Faults, Notice, Weight};
use crate::http::door::embedded;
use crate::{http, serve};

/// Postern, running inside an axum application. Clones are handles to the same one.
///
/// The application has its host for itself, except what is below `/_postern/` and the addresses
/// that the `OpenID` Provider knows: add [`Postern::router`] to the application's own. Its handlers
/// take [`CurrentUser`](crate::CurrentUser) if the state of their router has a `Postern` in it.
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use postern::{CurrentUser, Postern};
///
/// async fn home(user: CurrentUser) -> String {
///     format!("Hello {}", user.username)
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let postern = Postern::from_env().await?;
/// let app = Router::new()
///     .route("/", get(home))
///     .merge(postern.router())
///     .with_state(postern);
/// # let _: Router = app; Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Postern(Arc<Inner>);

struct Inner {
    app: AppState,
    /// What the application is to Postern: the one on its own host.
    application: Arc<Application>,
    router: Router,
    /// What has to be done beside the requests. Ends with the last handle.
    _upkeep: JoinSet<()>,
}

/// Why Postern does not start.
///
/// ```
/// use postern::StartError;
///
/// fn exit_code(error: &StartError) -> i32 {
///     match error {
///         StartError::Settings(_) | StartError::NoPublicUrl | StartError::HasUpstream => 2,
///         _ => 1,
///     }
/// }
/// # assert_eq!(exit_code(&StartError::NoPublicUrl), 2);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The settings are wrong: all their faults, each with its remedy.
    #[error("{0}")]
    Settings(String),
    /// The address of the application is unknown.
    #[error(
        "set POSTERN_PUBLIC_URL or OIDC_REDIRECT_URI: they say what people type into their browser"
    )]
    NoPublicUrl,
    /// The settings name a second application for the same host.
    #[error("unset POSTERN_UPSTREAM: this application has the host")]
    HasUpstream,
    /// The database or the data folder cannot be used, or nobody could administer the accounts.
    #[error("Postern cannot start")]
    Start(#[source] anyhow::Error),
}

impl From<Faults> for StartError {
    fn from(faults: Faults) -> Self {
        Self::Settings(faults.to_string())
    }
}

impl Postern {
    /// Starts Postern by the variables of this process, which are those of the program `postern`.
    /// `POSTERN_LISTEN`, `POSTERN_OPS_LISTEN` and `POSTERN_LOG` mean nothing here: the application
    /// listens and logs.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), postern::StartError> {
    /// let postern = postern::Postern::from_env().await?;
    /// # let _ = postern; Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// All of [`StartError`].
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn from_env() -> Result<Self, StartError> {
        let (config, notices) = Config::from_env()?;
        Self::start(config, notices).await
    }

    /// Starts Postern by these variables and nothing else.
    ///
    /// ```
    /// # async fn run() -> Result<(), postern::StartError> {
    /// let settings = [
    ///     ("POSTERN_PUBLIC_URL", "https://app.example.com"),
    ///     ("DATA_DIR", "/var/lib/app"),
    /// ];
    /// let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    /// let postern = postern::Postern::from_settings(settings).await?;
    /// # let _ = postern; Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// All of [`StartError`].
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub async fn from_settings(
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, StartError> {
        let settings: BTreeMap<_, _> = settings.into_iter().collect();
        let (config, notices) = Config::from_vars(settings)?;
        Self::start(config, notices).await
    }

    async fn start(mut config: Config, notices: Vec<Notice>) -> Result<Self, StartError> {
        for notice in notices {
            match notice.weight {
                Weight::Info => tracing::info!("{notice}"),
                Weight::Warning => tracing::warn!("{notice}"),
            }
        }
        let public_url = config.public_url.clone().ok_or(StartError::NoPublicUrl)?;
        let application = Arc::new(Application::around_us(public_url));
        let applications = &mut config.applications.0;
        if applications.iter().any(|other| other.is_on_own_host) {
            return Err(StartError::HasUpstream);
        }
        applications.insert(0, Arc::clone(&application));
        let app = App::new(config, Clock::System).await;
        let app = app.map_err(StartError::Start)?;
        match app.refuse_lockout().await {
            // While the database is down, it is unknown whether somebody could act as an admin.
            Err(error) if error.is::<crate::store::Error>() => {}
            refused => refused.map_err(StartError::Start)?,
        }
        Ok(Self(Arc::new(Inner {
            application,
            router: http::front(app.clone()).into_router(),
            _upkeep: serve::upkeep(&app),
            app,
        })))
    }

    /// Returns Postern's own routes: its pages and API below `/_postern`, the redirect URI and the
    /// back-channel logout, and the keys of its assertions. Merge them into the application's.
    ///
    /// Serve the result with `into_make_service_with_connect_info::<SocketAddr>()`: Postern limits
    /// guesses by the address they come from, and believes `X-Forwarded-For` from the proxies in
    /// `POSTERN_TRUSTED_PROXIES` alone.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::net::SocketAddr;
    ///
    /// let postern = postern::Postern::from_env().await?;
    /// let app: axum::Router = axum::Router::new().merge(postern.router());
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// let app = app.into_make_service_with_connect_info::<SocketAddr>();
    /// axum::serve(listener, app).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let below = format!("{}/{{*path}}", routes::BASE);
        let paths = [
            routes::BASE,
            routes::BELOW_BASE,
            &below,
            routes::API_OAUTH_OPENID,
            routes::API_BACKCHANNEL_LOGOUT,
            routes::JWKS,
        ];
        let has_passwords = self.0.app.config.password_login;
        let form = has_passwords.then_some(routes::CHANGE_PASSWORD);
        let own = paths.into_iter().chain(form);
        let own = own.fold(Router::new(), |router, path| {
            router.route(path, any(hand_over))
        });
        own.with_state(self.0.router.clone())
    }

    /// Decides on a request to a route of the application.
    pub(super) async fn admit(&self, allow: &[Allow], parts: &Parts) -> Result<Identity, Response> {
        embedded::admit(&self.0.app, (&self.0.application, allow), parts).await
    }
}

/// Hands a request over to Postern's router. It begins with a clean slate, so that the route and
/// the parameters that the outer router found are not taken for its own.
async fn hand_over(State(router): State<Router>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.remove::<ConnectInfo<SocketAddr>>();
    parts.extensions.clear();
    if let Some(peer) = peer {
        parts.extensions.insert(peer);
    }
    match router.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
