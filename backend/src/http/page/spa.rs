//! The page: the built frontend, inside the binary. Its files are immutable under hashed names
//! and precompressed; every other path is the document of one of its modules, with a page in it
//! that works without wasm.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rust_embed::RustEmbed;
use shared::error::ErrorCode;
use shared::routes::{self, Section};
use shared::text::Language;

use crate::app::AppState;
use crate::brand::{Kind, Scheme};
use crate::http::cookie;
use crate::http::error::ApiError;
use crate::http::extract::principal;
use crate::http::page::config::{Known, public_config};
use crate::http::page::document::{Document, Shown};
use crate::http::page::static_page::{self, StaticPage};
use crate::http::page::texts;

/// The release build of the frontend; empty in a build without it, where `trunk serve` has the
/// page.
#[derive(RustEmbed)]
#[folder = "../frontend/dist"]
#[allow_missing = true]
struct Files;

/// The cookie by which the page keeps a color scheme; its values are those of [`Scheme::name`].
const THEME: &str = "postern_theme";
/// How long what is named by its content may be kept.
pub(crate) const FOR_EVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");

/// What the pages are answered from.
#[derive(Clone)]
pub(crate) struct Spa {
    app: AppState,
    /// The document of each of the page's modules.
    entry: Arc<Document>,
    inside: Arc<Document>,
    admin: Arc<Document>,
}

impl Spa {
    /// Makes the documents ready.
    pub(crate) fn new(app: AppState) -> Self {
        let document = |name| {
            let built = Files::get(name);
            let built = built
                .as_ref()
                .map(|file| String::from_utf8_lossy(&file.data));
            Arc::new(Document::new(built.as_deref(), &app.config.brand))
        };
        Self {
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

/// Is there no page in this binary?
pub(crate) fn is_missing() -> bool {
    Files::get("index.html").is_none()
}

/// Answers whatever no route of the API does.
pub(crate) async fn serve(State(spa): State<Spa>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") || path == "/api" {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::MethodNotAllowed).into_response();
    }
    if let Some(name) = path.strip_prefix("/assets/") {
        return asset(name, request.headers());
    }
    if path.starts_with("/brand/") {
        return brand_image(&spa.app, path);
    }
    if routes::GUARDED.contains(&path)
        && principal::session_token(request.headers(), &spa.app).is_none()
    {
        return to_login(request.uri()).into_response();
    }
    let query = request.uri().query().unwrap_or_default();
    document(&spa, path, query, request.headers()).await
}

/// Sends a browser without a session straight to the login page: the page that it asked for would do
/// the same, once it is loaded.
fn to_login(asked: &Uri) -> Redirect {
    let next = asked
        .path_and_query()
        .map_or(routes::HOME, PathAndQuery::as_str);
    if next == routes::HOME {
        return Redirect::to(routes::LOGIN);
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("next", next)
        .finish();
    Redirect::to(&format!("{}?{query}", routes::LOGIN))
}

/// Returns a file of the page, compressed as the browser likes it best.
fn asset(name: &str, headers: &HeaderMap) -> Response {
    let path = format!("assets/{name}");
    let is_plain = !name.ends_with(".br") && !name.ends_with(".gz");
    let Some(plain) = Files::get(&path).filter(|_| is_plain) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let encoded = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .find_map(|(encoding, suffix)| {
            let is_accepted = accepts_encoding(headers, encoding);
            Some((
                encoding,
                Files::get(&format!("{path}.{suffix}")).filter(|_| is_accepted)?,
            ))
        });
    let (encoding, data) = match encoded {
        Some((encoding, file)) => (Some(encoding), file.data),
        None => (None, plain.data),
    };
    let body = match data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    if let Ok(mime) = HeaderValue::from_str(&with_charset(mime.essence_str())) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    response
}

/// Returns an image that the administrator gave.
fn brand_image(app: &AppState, path: &str) -> Response {
    let Some(image) = app.config.brand.image_at(path) else {
        return (StatusCode::NOT_FOUND, "not found\n").into_response();
    };
    let mut response = Bytes::from_owner(Arc::clone(&image.bytes)).into_response();
    let headers = response.headers_mut();
    let mime = HeaderValue::from_static(image.kind.media_type());
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    if image.kind == Kind::Svg {
        // Opened by itself it is a document of this origin: it may draw, and nothing more.
        let csp = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(csp),
        );
    }
    response
}

fn with_charset(mime: &str) -> String {
    if mime.starts_with("text/") {
        format!("{mime}; charset=utf-8")
    } else {
        mime.to_owned()
    }
}

/// Does the client take the encoding?
pub(crate) fn accepts_encoding(headers: &HeaderMap, encoding: &str) -> bool {
    headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepts(accepted, encoding))
}

/// Does `Accept-Encoding` name the encoding without ruling it out (RFC 9110 §12.5.3)?
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_it = parts
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_it
            && !parts.any(|weight| {
                matches!(
                    weight.replace(' ', "").as_str(),
                    "q=0" | "q=0.0" | "q=0.00" | "q=0.000"
                )
            })
    })
}

/// Returns the document of that path's module, with the static page of the path.
async fn document(spa: &Spa, path: &str, query: &str, headers: &HeaderMap) -> Response {
    let (app, brand) = (&spa.app, &spa.app.config.brand);
    let parameter = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    // The app asks for itself; only these two have a page of their own without it.
    let known = match path {
        routes::LOGIN | routes::SETUP => Known::ask(app, headers).await,
        _ => Known::nothing(),
    };
    let (error, reference, next) = (parameter("error"), parameter("ref"), parameter("next"));
    let because = parameter("because");
    let code = error
        .as_deref()
        .and_then(shared::failure::FailureCode::parse);
    let asked = parameter("language").as_deref().and_then(Language::parse);
    let language = asked.unwrap_or_else(|| texts::language(headers));
    let page = static_page::render(&StaticPage {
        language,
        path,
        config: &public_config(app, &known, code),
        brand,
        error: error.as_deref(),
        reference: reference.as_deref(),
        because: because.as_deref(),
        next: next.as_deref(),
        logged_out: parameter("logged_out").is_some(),
        is_login_link: parameter("login").is_some(),
    });
    let section = routes::section(path);
    let document = match section {
        Section::Entry => &spa.entry,
        Section::Inside => &spa.inside,
        Section::Admin => &spa.admin,
    };
    let html = document.show(&Shown {
        language,
        scheme: chosen_scheme(headers),
        title: &static_page::title(path, language, brand),
        texts: &texts::url(section, language),
        page: &page,
    });
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept-language, cookie"),
    );
    if let Some(cookie) = asked.and_then(texts::remember) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Returns the color scheme that was chosen in this browser; anything unknown is none.
fn chosen_scheme(headers: &HeaderMap) -> Option<Scheme> {
    let value = cookie::single(headers, THEME)?;
    [Scheme::Light, Scheme::Dark]
        .into_iter()
        .find(|scheme| scheme.name() == value)
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn encodings_are_read_as_the_browser_means_them() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("br;q=0.5, gzip", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("br; q=0", "br"));
        assert!(!accepts("gzip", "br"));
        assert!(!accepts("", "gzip"));
    }
}
