//! The HTTP client for the OP: follows no redirect, waits for nobody long, reads nothing large.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Certificate, RequestBuilder, StatusCode, redirect};

use super::{LoginError, for_log};

/// How long one request may take in all, a slowly dripping body included.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// The most bytes of an answer that are read. Real ones have some kilobytes.
const MAX_BODY: usize = 256 * 1024;

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client(reqwest::Client);

/// An answer of the OP, read whole.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The media type, lower case, without parameters.
    pub media_type: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// Makes the client; `extra_roots` (PEM) are trusted besides the system's.
    ///
    /// # Errors
    /// When the certificates do not parse.
    pub fn new(extra_roots: Option<&[u8]>) -> anyhow::Result<Self> {
        // Fails when it was installed before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let roots = match extra_roots {
            Some(pem) => Certificate::from_pem_bundle(pem)?,
            None => Vec::new(),
        };
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
                // A redirect could lead into the inner network, or to other keys (SSRF).
                .redirect(redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TIMEOUT)
        };
        let client = match builder().tls_certs_merge(roots.clone()).build() {
            Ok(client) => client,
            // A machine without any root certificates: an http OP on loopback still works.
            Err(_) => builder().tls_certs_only(roots).build()?,
        };
        Ok(Self(client))
    }

    /// Begins a GET.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.0.get(url)
    }

    /// Begins a POST.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.0.post(url)
    }
}

/// Sends the request and reads the answer.
///
/// # Errors
/// `OpUnreachable` when there is no answer in time, or a server error (5xx); `OpMisconfigured`
/// for a redirect or an answer that is too large.
pub async fn send(request: RequestBuilder, endpoint: &'static str) -> Result<Answer, LoginError> {
    let unreachable = |error: reqwest::Error| LoginError::OpUnreachable {
        endpoint,
        cause: causes(&error),
    };
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if status.is_redirection() {
        return Err(LoginError::OpMisconfigured(format!(
            "the {endpoint} answers with a redirect ({status}): the address must be the final one"
        )));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_BODY {
            return Err(LoginError::OpMisconfigured(format!(
                "the {endpoint} answers with more than {MAX_BODY} bytes"
            )));
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_server_error() {
        return Err(LoginError::OpUnreachable {
            endpoint,
            cause: format!("it answers {status}"),
        });
    }
    let headers = response.headers().clone();
    Ok(Answer {
        status,
        media_type: media_type(&headers),
        headers,
        body,
    })
}

impl Answer {
    /// Parses the body as a JSON object, whatever the media type says.
    ///
    /// # Errors
    /// A sentence for the log, without the body.
    pub fn json_object(&self) -> Result<serde_json::Map<String, serde_json::Value>, String> {
        match serde_json::from_slice(&self.body) {
            Ok(serde_json::Value::Object(object)) => Ok(object),
            Ok(_) => Err(format!("status {}, JSON but no object", self.status)),
            Err(_) => Err(format!(
                "status {}, no JSON ({})",
                self.status,
                for_log(&self.media_type)
            )),
        }
    }
}

/// Returns the media type of a message: lower case, without parameters, empty where there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Returns the error with its causes, and without the URL's query.
fn causes(error: &reqwest::Error) -> String {
    use std::error::Error;

    let mut text = if error.is_timeout() {
        "timed out".to_owned()
    } else {
        String::new()
    };
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    if text.is_empty() {
        "request failed".to_owned()
    } else {
        for_log(&text)
    }
}
