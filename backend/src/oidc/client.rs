//! The HTTP client for the OP: follows no redirect, waits for nobody long, reads nothing large, and
//! has only so many requests under way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Certificate, Method, RequestBuilder, StatusCode, redirect};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::counts::Counts;
use super::{LoginError, for_log};
use crate::telemetry::traces;

/// The most bytes of an answer that are read. Real ones have some kilobytes.
const MAX_BODY: usize = 256 * 1024;
/// The most requests for single logins that are under way: an OP that answers is far quicker than
/// people log in, and one that does not must not collect everything that the server has.
const MOST_AT_ONCE: usize = 128;

/// How long the OP is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one request in all, a slowly dripping body included.
    pub request: Duration,
    /// For a place among the requests under way.
    pub turn: Duration,
    /// For all requests of one login together.
    pub login: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(4),
            request: Duration::from_secs(10),
            turn: Duration::from_secs(2),
            login: Duration::from_secs(20),
        }
    }
}

/// A request that is being built.
pub type Request = RequestBuilder;

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    patience: Patience,
    turns: Arc<Semaphore>,
    counts: Arc<Counts>,
}

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

/// Why a request to the OP brought nothing of use.
#[derive(Debug, Clone)]
pub enum Failure {
    /// No answer: refused, unknown, timed out, no trust in the certificate. A browser would fare
    /// no better.
    Silent {
        /// What was asked for.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// An answer, by something that is there but ails: a server error, or an answer cut off.
    Ailing {
        /// What was asked for.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// An answer that is something else than what was asked for: a page, a redirect.
    Beside(String),
    /// An answer that is what was asked for, and does not fit the settings.
    Contrary(String),
}

impl From<Failure> for LoginError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Silent { endpoint, cause } | Failure::Ailing { endpoint, cause } => {
                Self::OpUnreachable { endpoint, cause }
            }
            Failure::Beside(detail) | Failure::Contrary(detail) => Self::OpMisconfigured(detail),
        }
    }
}

impl Client {
    /// Makes the client; `extra_roots` (PEM) are trusted besides the system's.
    ///
    /// # Errors
    /// When the certificates do not parse.
    pub fn new(extra_roots: Option<&[u8]>, patience: Patience) -> anyhow::Result<Self> {
        Ok(Self {
            http: http(extra_roots, patience)?,
            patience,
            turns: Arc::new(Semaphore::new(MOST_AT_ONCE)),
            counts: Arc::default(),
        })
    }

    /// Makes a client that trusts other roots, and is counted with this one.
    ///
    /// # Errors
    /// When the certificates do not parse.
    pub fn renewed(&self, extra_roots: Option<&[u8]>) -> anyhow::Result<Self> {
        Ok(Self {
            http: http(extra_roots, self.patience)?,
            ..self.clone()
        })
    }

    /// Returns how the requests ended.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Returns how long the OP is waited for.
    #[must_use]
    pub fn patience(&self) -> Patience {
        self.patience
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
    /// See [`Failure`]; never `Contrary`.
    pub async fn send(
        &self,
        request: RequestBuilder,
        endpoint: &'static str,
    ) -> Result<Answer, Failure> {
        let turn = tokio::time::timeout(self.patience.turn, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(Failure::Silent {
                endpoint,
                cause: format!("{MOST_AT_ONCE} requests wait for the OP already"),
            });
        };
        self.send_counted(request, endpoint).await
    }

    async fn send_counted(
        &self,
        request: RequestBuilder,
        endpoint: &'static str,
    ) -> Result<Answer, Failure> {
        let began = Instant::now();
        let trace = traces::of_op_request(endpoint);
        let result = send(request, endpoint).instrument(trace.clone()).await;
        let outcome = self.counts.count(endpoint, &result, began.elapsed());
        traces::op_answered(&trace, outcome.as_str());
        result
    }

    /// Sends a request of the doctor's and reads the answer, whatever it is: a redirect or a
    /// server's error is one too, and of a long one the beginning.
    ///
    /// # Errors
    /// `Silent` and `Ailing`, where none comes.
    pub async fn ask(&self, request: Request, endpoint: &'static str) -> Result<Answer, Failure> {
        Ok(exchange(request, endpoint).await?.0)
    }

    /// Gets a document that serves all logins. Needs no turn: whoever asks sees to it that it is
    /// asked for once at a time.
    ///
    /// # Errors
    /// See [`Failure`]; never `Contrary`.
    pub async fn document(
        &self,
        url: &str,
        endpoint: &'static str,
    ) -> Result<serde_json::Map<String, serde_json::Value>, Failure> {
        let request = self.get(url).header(ACCEPT, "application/json");
        let answer = self.send_counted(request, endpoint).await?;
        if !answer.status.is_success() {
            return Err(Failure::Beside(format!(
                "the {endpoint}'s address answers {}: {url}",
                answer.status
            )));
        }
        let object = answer.json_object();
        object.map_err(|detail| Failure::Beside(format!("the {endpoint}: {detail}")))
    }
}

/// Makes what sends the requests.
fn http(extra_roots: Option<&[u8]>, patience: Patience) -> anyhow::Result<reqwest::Client> {
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
            // The OP may close an idle connection in the moment in which it is used again, and
            // a code cannot be sent twice.
            .pool_max_idle_per_host(0)
            .connect_timeout(patience.connect)
            .timeout(patience.request)
    };
    Ok(match builder().tls_certs_merge(roots.clone()).build() {
        Ok(client) => client,
        // A machine without any root certificates: an http OP on loopback still works.
        Err(_) => builder().tls_certs_only(roots).build()?,
    })
}

/// Sends the request and reads an answer that is of use.
async fn send(request: RequestBuilder, endpoint: &'static str) -> Result<Answer, Failure> {
    let (answer, is_whole) = exchange(request, endpoint).await?;
    let status = answer.status;
    if status.is_redirection() {
        return Err(Failure::Beside(format!(
            "the {endpoint} answers with a redirect ({status}): the address must be the final one"
        )));
    }
    if !is_whole {
        return Err(Failure::Beside(format!(
            "the {endpoint} answers with more than {MAX_BODY} bytes"
        )));
    }
    if status.is_server_error() {
        return Err(Failure::Ailing {
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
) -> Result<(Answer, bool), Failure> {
    let failure = |error: reqwest::Error| {
        let cause = causes(&error);
        if error.is_connect() || error.is_timeout() {
            Failure::Silent { endpoint, cause }
        } else {
            Failure::Ailing { endpoint, cause }
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
        is_whole = body.len() + chunk.len() <= MAX_BODY;
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

impl Answer {
    /// Returns a header's text; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns the title of a page, fit for a log line.
    #[must_use]
    pub fn title(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.body);
        let lower = text.to_ascii_lowercase();
        let start = lower.find("<title")?;
        let start = start + lower.get(start..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find("</title")?;
        let title = text.get(start..end)?.split_whitespace();
        Some(for_log(&title.collect::<Vec<_>>().join(" "))).filter(|title| !title.is_empty())
    }

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
