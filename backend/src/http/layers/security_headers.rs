//! Headers that restrict what browsers do with our answers.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::AppState;
use crate::config::Config;

/// The content security policy.
#[derive(Clone)]
pub(crate) struct Csp(HeaderValue);

impl Csp {
    /// Scripts and styles are files of this origin. Nothing is inline but the one style with that
    /// hash, and nothing is evaluated but wasm.
    pub(crate) fn new(config: &Config, style_hash: &str) -> Self {
        // Browsers check the redirect after a form against `form-action`: if logout leads to the
        // OP, the OP must be listed.
        let op = match &config.oidc {
            Some(oidc) if oidc.rp_initiated_logout => {
                let url = oidc
                    .rp
                    .end_session_endpoint
                    .as_ref()
                    .unwrap_or(&oidc.rp.application_url);
                format!(" {}", url.origin().ascii_serialization())
            }
            _ => String::new(),
        };
        // A login by form leads on to the application that it was for.
        let applications = config.applications.0.iter();
        let applications: String = applications
            .filter(|application| !application.is_on_own_host)
            .flat_map(|application| [" ".to_owned(), application.url.origin()])
            .collect();
        let csp = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' {style_hash}; \
             img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
             form-action 'self'{op}{applications}; base-uri 'none'; frame-ancestors 'none'"
        );
        // An origin has only characters that a header may have.
        Self(HeaderValue::from_str(&csp).unwrap_or(HeaderValue::from_static("default-src 'none'")))
    }
}

/// Sets the headers on every answer.
pub(crate) async fn set(
    State((app, Csp(csp))): State<(AppState, Csp)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let is_api = path.starts_with("/api/");
    // The versioned tables of words set their own caching.
    let is_public = path.starts_with("/api/texts/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Images set a policy of their own, which is stricter.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(csp);
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // The callback's URL has the code in it: it must not travel on. Not `no-referrer`, under which
    // browsers send forms with `Origin: null`.
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    if app
        .config
        .public_url
        .as_ref()
        .is_some_and(crate::config::PublicUrl::is_https)
    {
        // Not for subdomains, which are not ours to decide about.
        let hsts = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
    if is_api && !is_public {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
