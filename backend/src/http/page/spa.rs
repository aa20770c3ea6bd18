//! Answers every path that is not a route of the API: with a file, or with the document of one of
//! the page's modules. That document contains a static page that works without wasm.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::next::with_encoded_next;
use shared::routes::{self, Section};
use shared::session::AppTile;
use shared::text::Language;
use tokio::time::timeout;

use crate::app::AppState;
use crate::base_path::BasePath;
use crate::brand::Scheme;
use crate::failure::{Cause, remedy};
use crate::http::account::profile::identities;
use crate::http::cookie;
use crate::http::error::ApiError;
use crate::http::extract::language::language;
use crate::http::extract::{address, principal};
use crate::http::login::link;
use crate::http::page::ahead;
use crate::http::page::assets;
use crate::http::page::config::{Known, PATIENCE, is_setup_needed, public_config};
use crate::http::page::document::{Document, Shown};
use crate::http::page::static_page::page::{StaticPage, Viewer};
use crate::http::page::static_page::render::{render, title};
use crate::http::page::texts;
use crate::http::query::{parameter, with_query};
use crate::http::reference;
use crate::present::application::tiles;

/// The cookie that stores the color scheme; its values are those of [`Scheme::name`].
const THEME: &str = "postern_theme";
/// What the page is served from.
#[derive(Clone)]
pub(crate) struct Spa {
    app: AppState,
    /// The document of each of the page's modules.
    login: Arc<Document>,
    entry: Arc<Document>,
    inside: Arc<Document>,
    admin: Arc<Document>,
}

impl Spa {
    /// Prepares the documents.
    pub(crate) fn new(app: AppState) -> Self {
        let document = |name| {
            let built = assets::document(name);
            Arc::new(Document::new(
                built.as_deref(),
                &app.config.brand,
                app.config.base(),
            ))
        };
        Self {
            login: document("login.html"),
            entry: document("entry.html"),
            inside: document("index.html"),
            admin: document("admin.html"),
            app,
        }
    }

    /// Returns the hash of the inline style, as the content security policy names it. All
    /// documents have the same.
    pub(crate) fn style_hash(&self) -> &str {
        self.inside.style_hash()
    }
}

/// Answers every path that is not a route of the API.
pub(crate) async fn serve(State(spa): State<Spa>, request: Request) -> Response {
    let path = request.uri().path();
    // A page there would tell password managers and others that everything exists.
    if ["/api/", "/.well-known/"]
        .iter()
        .any(|own| path.starts_with(own))
        || path == "/api"
    {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::MethodNotAllowed).into_response();
    }
    if let Some(name) = path.strip_prefix("/assets/") {
        return assets::asset(name, request.headers());
    }
    if path.starts_with("/brand/") {
        return assets::brand_image(&spa.app.config.brand, path);
    }
    if routes::is_guarded(path) && principal::session_token(request.headers(), &spa.app).is_none() {
        let next = request.uri().path_and_query();
        let next = next.map_or(routes::HOME, PathAndQuery::as_str);
        let page = if is_setup_needed(&spa.app).await {
            routes::SETUP
        } else {
            routes::LOGIN
        };
        let base = spa.app.config.base();
        return to_page(base, page, &base.of(next)).into_response();
    }
    document(&spa, &request.into_parts().0).await
}

/// Sends a browser without a session straight to the login page, or to the setup if there is no
/// administrator yet. The page that it asked for would do the same once it has loaded.
fn to_page(base: BasePath, page: &str, next: &str) -> Redirect {
    let page = base.of(page);
    if next == base.of(routes::HOME) {
        return Redirect::to(&page);
    }
    Redirect::to(&with_query(&page, &[("next", next)]))
}

/// Returns the section whose words a page loads. Why a login failed is told in words that the login
/// page needs for nothing else.
fn words(section: Section, has_failed: bool) -> Section {
    match section {
        Section::Login if has_failed => Section::Entry,
        section => section,
    }
}

/// Returns the document of the path's module, with the static page for the path.
async fn document(spa: &Spa, parts: &Parts) -> Response {
    let (app, brand) = (&spa.app, &spa.app.config.brand);
    let (path, headers) = (parts.uri.path(), &parts.headers);
    let query = with_encoded_next(parts.uri.query().unwrap_or_default());
    let parameter = |wanted: &str| parameter(&query, wanted);
    // The app asks for this by itself; only these two pages need it without the app.
    let known = match path {
        routes::LOGIN | routes::SETUP => Known::ask(app, headers).await,
        _ => Known::nothing(),
    };
    let link = match path {
        routes::LINK => {
            let current = principal::current(headers, app).await.ok().flatten();
            link::question(app, headers, current).ok()
        }
        _ => None,
    };
    let viewer = if routes::is_guarded(path) {
        viewer(app, path, headers).await
    } else {
        None
    };
    let (viewer, applications) = viewer.unzip();
    let (mut error, mut reference) = (parameter("error"), parameter("ref"));
    if path == routes::LOGIN && error.is_none() && address::is_wrong(app, parts) {
        note_wrong_address(app, headers);
        error = Some(FailureCode::WrongAddress.as_str().to_owned());
        reference = Some(reference::current());
    }
    let (next, because) = (parameter("next"), parameter("because"));
    let logged_out = parameter("logged_out");
    // Without an administrator there is nobody to log in; but an outcome is told.
    let is_plain = error.is_none() && logged_out.is_none() && parameter("local").is_none();
    if path == routes::LOGIN && is_plain && known.leads_to_setup() {
        let setup = app.config.base().of(routes::SETUP);
        let query = parts.uri.query().map(|query| format!("?{query}"));
        return Redirect::to(&(setup + &query.unwrap_or_default())).into_response();
    }
    let code = error.as_deref().and_then(FailureCode::parse);
    let asked = parameter("language").as_deref().and_then(Language::parse);
    let language = asked.unwrap_or_else(|| language(headers));
    let ahead = viewer.as_ref().map_or_else(Vec::new, |viewer| {
        let requests = ahead::requests(path, parts.uri.query().is_some(), viewer.role);
        let base = app.config.base();
        requests.iter().map(|path| base.of(path)).collect()
    });
    let page = render(&StaticPage {
        language,
        path,
        config: &public_config(app, &known, code.map(|code| (code, language))),
        base: app.config.base(),
        brand,
        error: error.as_deref(),
        reference: reference.as_deref(),
        because: because.as_deref(),
        next: next.as_deref(),
        logged_out: logged_out.as_deref(),
        is_login_link: parameter("login").is_some(),
        applications: applications.as_deref().unwrap_or_default(),
        link: link.as_ref(),
        viewer,
    });
    let section = routes::section(path);
    let document = match section {
        Section::Login => &spa.login,
        Section::Entry => &spa.entry,
        Section::Inside => &spa.inside,
        Section::Admin => &spa.admin,
    };
    let words = words(section, error.is_some());
    let html = document.show(&Shown {
        language,
        scheme: chosen_scheme(headers),
        title: &title(path, language, brand),
        texts: &app.config.base().of(&texts::url(words, language)),
        ahead: &ahead,
        page: &page,
    });
    let status = if routes::is_page(path) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    };
    // What is shown to somebody who is logged in depends on who that is.
    let cache = if ahead.is_empty() {
        "no-cache"
    } else {
        "private, no-cache"
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept-language, cookie"),
    );
    if let Some(cookie) = asked.and_then(texts::remember) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns who sees a page behind the login, and on the home page the applications they may open.
/// `None` if it is not known, as while the database is away: then the app says why.
async fn viewer(app: &AppState, path: &str, headers: &HeaderMap) -> Option<(Viewer, Vec<AppTile>)> {
    let ask = async {
        let current = principal::current(headers, app).await.ok().flatten()?;
        let account = current.account;
        let connected = match routes::page(path) {
            routes::PROFILE => identities(app, account.id).await.ok()?.into_iter().next(),
            _ => None,
        };
        let applications = match path {
            routes::HOME => tiles(&app.config, &account),
            _ => Vec::new(),
        };
        let viewer = Viewer {
            role: account.role,
            connected: connected.map(|identity| identity.label),
        };
        Some((viewer, applications))
    };
    timeout(PATIENCE, ask).await.ok().flatten()
}

/// Logs that the login page was opened under another address than the public origin.
fn note_wrong_address(app: &AppState, headers: &HeaderMap) {
    let (cause, host) = (Cause::WrongAddress, address::logged(headers, "host"));
    let (code, remedy) = (
        cause.code().as_str(),
        remedy(cause, app.config.op_name()).english(),
    );
    let (origin, scheme) = (
        address::logged(headers, "origin"),
        address::logged(headers, "x-forwarded-proto"),
    );
    tracing::info!(
        code,
        origin,
        host,
        scheme,
        remedy,
        "login page opened under another address"
    );
}

/// Returns the color scheme that was chosen in this browser; an unknown value counts as none.
fn chosen_scheme(headers: &HeaderMap) -> Option<Scheme> {
    let value = cookie::single(headers, THEME)?;
    [Scheme::Light, Scheme::Dark]
        .into_iter()
        .find(|scheme| scheme.name() == value)
}
