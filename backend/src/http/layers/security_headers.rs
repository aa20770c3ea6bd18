//! Headers that restrict what browsers do with our answers.

use std::collections::BTreeSet;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

use crate::config::{Config, PublicUrl};

/// The content security policy.
#[derive(Clone)]
pub(crate) struct Csp(HeaderValue);

impl Csp {
    /// Scripts and styles are files of this origin. Nothing is inline but the one style with that
    /// hash, and nothing is evaluated but wasm.
    pub(crate) fn new(config: &Config, style_hash: &str) -> Self {
        let op = logout_at_op(config);
        let icons = icons(config);
        // A login by form leads on to the application that it was for.
        let applications = config.applications.0.iter();
        let applications: String = applications
            .filter(|application| !application.is_on_own_host)
            .flat_map(|application| [" ", application.url.origin()])
            .collect();
        let csp = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' {style_hash}; \
             img-src 'self' data:{icons}; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
             form-action 'self'{op}{applications}; base-uri 'none'; frame-ancestors 'none'"
        );
        Self::of(&csp)
    }

    /// The policy of pages on an application's host, which load nothing: they have one style with that
    /// hash, and pictures in themselves. Their form logs out, and leads to Postern or to the OP.
    pub(crate) fn of_refusals(config: &Config, style_hash: &str) -> Self {
        let own = config.public_url.as_ref().map(PublicUrl::origin);
        let (own, op) = (own.unwrap_or_default(), logout_at_op(config));
        Self::of(&format!(
            "default-src 'none'; style-src {style_hash}; img-src data:; form-action 'self' {own}{op}; \
             base-uri 'none'; frame-ancestors 'none'"
        ))
    }

    fn of(csp: &str) -> Self {
        // An origin has only characters that a header may have.
        Self(HeaderValue::from_str(csp).unwrap_or(HeaderValue::from_static("default-src 'none'")))
    }

    /// Returns the header's value.
    pub(crate) fn value(&self) -> &HeaderValue {
        &self.0
    }
}

/// Returns the origins of the applications' icons on the home page, with a space before each.
fn icons(config: &Config) -> String {
    let icons = config
        .applications
        .0
        .iter()
        .filter_map(|app| app.icon.as_ref());
    let origins: BTreeSet<String> = icons
        .map(|icon| format!(" {}", icon.origin().ascii_serialization()))
        .collect();
    origins.into_iter().collect()
}

/// Returns what a page's `form-action` needs for the logout at the OP, which begins with a space: a
/// browser checks the redirect after a form as well. Empty if there is no such logout.
fn logout_at_op(config: &Config) -> String {
    match &config.oidc {
        Some(oidc) if oidc.rp_initiated_logout => {
            let url = oidc
                .rp
                .end_session_endpoint
                .as_ref()
                .unwrap_or(&oidc.rp.application_url);
            format!(" {}", url.origin().ascii_serialization())
        }
        _ => String::new(),
    }
}

/// The headers of every answer that are the same for all.
static FIXED: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];
/// How many headers are set here at most.
const MOST: usize = FIXED.len() + 4;

/// Sets the headers on every answer.
pub(crate) async fn set<F>(
    csp: &Csp,
    config: &Config,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response
where
    F: Future<Output = Response>,
{
    let path = request.uri().path();
    let is_api = path.starts_with("/api/");
    // The versioned tables of words set their own caching.
    let is_public = path.starts_with("/api/texts/");
    let mut response = next(request).await;
    let headers = response.headers_mut();
    add(headers, &csp.0, config);
    if is_api && !is_public {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Adds the headers to an answer; a policy that it has already is stricter, and stays.
pub(crate) fn add(headers: &mut HeaderMap, csp: &HeaderValue, config: &Config) {
    headers.reserve(MOST);
    // Images set a policy of their own, which is stricter.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert_with(|| csp.clone());
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
    // The callback's URL has the code in it: it must not travel on. Not `no-referrer`, under which
    // browsers send forms with `Origin: null`.
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("same-origin"));
    if config.public_url.as_ref().is_some_and(PublicUrl::is_https) {
        // Not for subdomains, which are not ours to decide about.
        let hsts = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, hsts);
    }
}
