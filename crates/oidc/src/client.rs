//! The HTTP client for the OP: follows no redirect, waits for nobody long, reads nothing large, and
//! has only so many requests under way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderValue};
use reqwest::{Method, RequestBuilder, redirect};
use rustls::ClientConfig;
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::answer::{Answer, OpFailure, media_type};
use super::endpoint::Endpoint;
use super::interception;
use super::log_text::for_log;
use super::metrics::OpMetrics;
use super::misconfiguration::Misconfiguration;
use super::obstacle::Obstacle;
use super::tls::Trust;
use super::trace;

/// The most bytes that are read of an answer by something beside the endpoints.
const MAX_BODY: usize = 256 * 1024;
/// The most bytes of an answer that the doctor reads: as many as of any endpoint.
const MAX_EXAMINED_BODY: usize = 4 * 1024 * 1024;
/// The most requests for single logins that are under way: an OP that answers is far quicker than
/// people log in, and one that does not must not collect everything that the server has.
const MOST_AT_ONCE: usize = 128;

/// How long the OP is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For one request in all, a slowly dripping body included.
    pub request: Duration,
    /// For a place among the requests under way.
    pub turn: Duration,
    /// For all requests of one login together.
    pub login: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(4),
            request: Duration::from_secs(10),
            turn: Duration::from_secs(2),
            login: Duration::from_secs(20),
        }
    }
}

/// Makes a self-signed certificate that every client takes.
pub const SELF_SIGNED: &str = "openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=HOST \
    -addext subjectAltName=DNS:HOST -addext basicConstraints=critical,CA:FALSE -keyout key.pem \
    -out cert.pem";

/// A request that is being built.
pub type Request = RequestBuilder;

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    timeouts: Timeouts,
    turns: Arc<Semaphore>,
    metrics: OpMetrics,
}

impl Client {
    /// Makes the client; `extra_roots` (PEM) are trusted besides the system's.
    ///
    /// # Errors
    /// When the certificates do not parse.
    pub fn new(extra_roots: Option<&[u8]>, timeouts: Timeouts) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: http(extra_roots, timeouts)?,
            timeouts,
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            metrics: OpMetrics::default(),
        })
    }

    /// Makes a client that trusts other roots, and is counted with this one.
    ///
    /// # Errors
    /// When the certificates do not parse.
    pub fn renewed(&self, extra_roots: Option<&[u8]>) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: http(extra_roots, self.timeouts)?,
            ..self.clone()
        })
    }

    /// Returns how the requests ended.
    #[must_use]
    pub fn metrics(&self) -> &OpMetrics {
        &self.metrics
    }

    /// Returns how long the OP is waited for.
    #[must_use]
    pub fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// Begins a GET.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.http.get(url)
    }

    /// Begins a POST.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.http.post(url)
    }

    /// Begins a request of any method.
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, url)
    }

    /// Sends a request for one login, and reads the answer. Waits for its turn, but not long: with
    /// so many under way the OP hangs.
    ///
    /// # Errors
    /// See [`OpFailure`]; never `Misconfigured`.
    pub async fn send(
        &self,
        request: RequestBuilder,
        endpoint: Endpoint,
    ) -> Result<Answer, OpFailure> {
        let turn = tokio::time::timeout(self.timeouts.turn, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(OpFailure::Unreachable {
                endpoint: endpoint.name(),
                cause: format!("{MOST_AT_ONCE} requests wait for the OP already"),
            });
        };
        self.send_counted(request, endpoint).await
    }

    async fn send_counted(
        &self,
        request: RequestBuilder,
        endpoint: Endpoint,
    ) -> Result<Answer, OpFailure> {
        let began = Instant::now();
        let name = endpoint.name();
        let span = trace::of_request(name);
        let sent = send(request, name, endpoint.max_bytes());
        let result = sent.instrument(span.clone()).await;
        let outcome = self.metrics.observe(endpoint, &result, began.elapsed());
        trace::ended(&span, outcome);
        result
    }

    /// Sends a request of the doctor's and reads the answer, whatever it is: a redirect or a
    /// server's error is one too, and of a long one the beginning.
    ///
    /// # Errors
    /// `Unreachable`, `ServerError` and `Intercepted`, if none comes.
    pub async fn ask(&self, request: Request, endpoint: &'static str) -> Result<Answer, OpFailure> {
        Ok(exchange(request, endpoint, MAX_EXAMINED_BODY).await?.0)
    }

    /// Sends a request to something beside the endpoints of `OpenID` Connect, and reads an answer that is of
    /// use. Needs no turn, and is not counted.
    ///
    /// # Errors
    /// See [`OpFailure`]; never `Misconfigured`.
    pub async fn call(&self, request: Request, name: &'static str) -> Result<Answer, OpFailure> {
        send(request, name, MAX_BODY).await
    }

    /// Gets a document that serves all logins. Needs no turn: whoever asks sees to it that it is
    /// asked for once at a time.
    ///
    /// # Errors
    /// See [`OpFailure`]; never `Misconfigured`.
    pub async fn document(
        &self,
        url: &str,
        endpoint: Endpoint,
    ) -> Result<serde_json::Map<String, serde_json::Value>, OpFailure> {
        let request = self.get(url).header(ACCEPT, "application/json");
        let answer = self.send_counted(request, endpoint).await?;
        let endpoint = endpoint.name();
        if !answer.status.is_success() {
            return Err(OpFailure::NotOidc(
                Misconfiguration::Other,
                format!("the {endpoint}'s address answers {}: {url}", answer.status),
            ));
        }
        let object = answer.json_object();
        object.map_err(|detail| {
            OpFailure::NotOidc(Misconfiguration::Other, format!("the {endpoint}: {detail}"))
        })
    }
}

/// Makes what sends the requests.
fn http(extra_roots: Option<&[u8]>, timeouts: Timeouts) -> Result<reqwest::Client, reqwest::Error> {
    // Fails if it was installed before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut tls = ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trust::new(extra_roots)))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Nothing is decoded here, and proxies exist that compress what nobody asked them to.
    let headers = [(ACCEPT_ENCODING, HeaderValue::from_static("identity"))];
    reqwest::Client::builder()
        .user_agent(concat!("postern/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers.into_iter().collect())
        // A redirect could lead into the inner network, or to other keys (SSRF).
        .redirect(redirect::Policy::none())
        // The OP may close an idle connection in the moment in which it is used again, and
        // a code cannot be sent twice.
        .pool_max_idle_per_host(0)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.request)
        .tls_backend_preconfigured(tls)
        .build()
}

/// Sends the request and reads an answer that is of use.
async fn send(
    request: RequestBuilder,
    endpoint: &'static str,
    max_bytes: usize,
) -> Result<Answer, OpFailure> {
    let (answer, is_whole) = exchange(request, endpoint, max_bytes).await?;
    let status = answer.status;
    if status.is_redirection() {
        return Err(OpFailure::NotOidc(
            Misconfiguration::Other,
            format!(
                "the {endpoint} answers with a redirect ({status}): the address must be the final one"
            ),
        ));
    }
    if !is_whole {
        return Err(OpFailure::NotOidc(
            if endpoint == Endpoint::Token.name() {
                Misconfiguration::TokenSize
            } else {
                Misconfiguration::Other
            },
            format!(
                "the {endpoint} answers with more than {max_bytes} bytes, and no more are read"
            ),
        ));
    }
    if let Some(obstacle) = interception::recognize(&answer) {
        let detail = interception::detail(&answer, endpoint);
        return Err(OpFailure::Intercepted(obstacle, detail));
    }
    if status.is_server_error() {
        return Err(OpFailure::ServerError {
            endpoint,
            cause: format!("it answers {status}"),
        });
    }
    Ok(answer)
}

/// Sends the request and reads the answer; says whether that is all of it.
async fn exchange(
    request: RequestBuilder,
    endpoint: &'static str,
    max_bytes: usize,
) -> Result<(Answer, bool), OpFailure> {
    let failure = |error: reqwest::Error| {
        let cause = causes(&error);
        // What the HTTP client says of a proxy that opens no tunnel.
        if cause.contains("tunnel") {
            let detail = format!("the {endpoint} is not reached through the proxy: {cause}");
            return OpFailure::Intercepted(Obstacle::Proxy, detail);
        }
        if error.is_connect() || error.is_timeout() {
            OpFailure::Unreachable { endpoint, cause }
        } else {
            OpFailure::ServerError { endpoint, cause }
        }
    };
    let mut response = request.send().await.map_err(failure)?;
    let status = response.status();
    let headers = response.headers().clone();
    let (mut body, mut is_whole) = (Vec::new(), true);
    // Nothing of a redirect's body is ever looked at.
    while is_whole
        && !status.is_redirection()
        && let Some(chunk) = response.chunk().await.map_err(failure)?
    {
        is_whole = body.len() + chunk.len() <= max_bytes;
        if is_whole {
            body.extend_from_slice(&chunk);
        }
    }
    let answer = Answer {
        status,
        media_type: media_type(&headers),
        headers,
        body,
    };
    Ok((answer, is_whole))
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
        return "request failed".to_owned();
    }
    let is_authority = text.contains("CaUsedAsEndEntity");
    let mut text = for_log(&text);
    if is_authority {
        text.push_str(
            " (the certificate is an authority's, not a server's: name the very file that the \
             server shows in OIDC_TLS_CACERTFILE, or make another by: ",
        );
        text.push_str(SELF_SIGNED);
        text.push(')');
    }
    text
}
