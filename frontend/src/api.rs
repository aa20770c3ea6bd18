//! The only file that fetches. JSON is read and written by the browser itself, which is quicker
//! than a parser of our own and 12 kB smaller; `json` makes wire types of it.
//!
//! Requests are values ([`Request`]), made from the endpoints of `shared`, and what is generic over
//! their answers is kept thin. `remote` and `mutation` send them.

use std::marker::PhantomData;

use gloo_net::http::{self, RequestBuilder};
use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use shared::endpoint::{Endpoint, Method, Query as _};
use shared::error::{ErrorCode, Problem};
use shared::text::{CountedText, Text};

use crate::base::own;
use crate::json;
use crate::next;
use crate::text::{fill, fill_counted, say};

/// The longest wait for an answer, in milliseconds; a page that is busy for ever helps nobody.
const TIMEOUT_MS: u32 = 30_000;
/// The same for the doctor, who waits for others; more than the server gives a request.
const DOCTOR_TIMEOUT_MS: u32 = 50_000;

/// Why a request did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// The server said why.
    Problem(Problem),
    /// No answer came: no network, server away, or too slow.
    Offline,
    /// An answer that is not the server's own, as from a proxy between, or of another version.
    Unexpected(u16),
}

/// What requests answer with.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Is it this error of the server's?
    pub(crate) fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code)
    }

    /// Returns the code that the page's error boxes carry.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Problem(problem) => problem.code.as_str(),
            Self::Offline => "offline",
            Self::Unexpected(_) => "unexpected",
        }
    }

    /// Returns the sentence for people.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Problem(Problem {
                retry_after: Some(seconds),
                ..
            }) if *seconds > 1 => fill_counted(CountedText::WAIT, *seconds),
            Self::Problem(problem) => say(problem.code.message()).to_owned(),
            Self::Offline => say(Text::OFFLINE).to_owned(),
            Self::Unexpected(status) => fill(Text::UNEXPECTED, &[("status", &status.to_string())]),
        }
    }

    /// Returns the log's reference, where somebody else must look into it.
    pub(crate) fn reference(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) if problem.status >= 500 => Some(&problem.reference),
            Self::Problem(_) | Self::Offline | Self::Unexpected(_) => None,
        }
    }
}

/// A request and the type of its answer.
pub(crate) struct Request<T> {
    /// What is sent.
    raw: Raw,
    /// The answer's type.
    answer: PhantomData<T>,
}

/// What is sent.
#[derive(Clone)]
pub(crate) struct Raw {
    /// The HTTP method.
    method: Method,
    /// The address, with its query.
    path: String,
    /// The JSON body.
    body: Option<String>,
    /// The longest wait, in milliseconds.
    timeout_ms: u32,
}

/// Returns the request of an endpoint that takes no body.
pub(crate) fn call<E: Endpoint<Body = ()>>(endpoint: E) -> Request<E::Answer> {
    Request::new(E::METHOD, endpoint.path(), None)
}

/// Returns the request of an endpoint with this body.
pub(crate) fn call_with<E: Endpoint>(endpoint: E, body: &E::Body) -> Request<E::Answer> {
    Request::new(E::METHOD, endpoint.path(), Some(write(body)))
}

/// Returns the request of an endpoint with this query.
pub(crate) fn find<E: Endpoint<Body = ()>>(endpoint: E, query: &E::Query) -> Request<E::Answer> {
    let path = next::with_query(&endpoint.path(), &query.pairs());
    Request::new(E::METHOD, path, None)
}

impl<T> Request<T> {
    /// Creates it.
    fn new(method: Method, path: String, body: Option<String>) -> Self {
        Self {
            raw: Raw {
                method,
                path: own(&path),
                body,
                timeout_ms: TIMEOUT_MS,
            },
            answer: PhantomData,
        }
    }

    /// Has the page wait for the doctor, who waits for others.
    pub(crate) fn for_the_doctor(mut self) -> Self {
        self.raw.timeout_ms = DOCTOR_TIMEOUT_MS;
        self
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            answer: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Request<T> {
    /// Sends it and waits for the answer.
    pub(crate) async fn send(self) -> Result<T> {
        read(&exchange(self.raw).await?)
    }

    /// Forgets the answer's type.
    pub(crate) fn into_raw(self) -> Raw {
        self.raw
    }
}

/// Sends one request and returns the body of a success.
pub(crate) async fn exchange(raw: Raw) -> Result<String> {
    let timeout = web_sys::AbortSignal::timeout_with_u32(raw.timeout_ms);
    // Without headers of our own, what the document has preloaded is taken.
    let mut builder = RequestBuilder::new(&raw.path).abort_signal(Some(&timeout));
    let method = match raw.method {
        Method::GET | Method::HEAD => http::Method::GET,
        Method::POST => http::Method::POST,
        Method::PATCH => http::Method::PATCH,
        Method::DELETE => http::Method::DELETE,
    };
    if method != http::Method::GET {
        // The server takes writes as JSON alone: no form of another site can send that.
        builder = builder.header("content-type", "application/json");
    }
    let builder = builder.method(method);
    let request = match raw.body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let response = match request {
        Ok(request) => request.send().await.map_err(|_| Error::Offline)?,
        Err(_) => return Err(Error::Offline),
    };
    let text = response.text().await.map_err(|_| Error::Offline)?;
    if response.ok() {
        // An empty body, as of a 204, is JSON's nothing.
        return Ok(if text.is_empty() {
            "null".to_owned()
        } else {
            text
        });
    }
    Err(json::parse(&text).map_or(Error::Unexpected(response.status()), Error::Problem))
}

/// Turns a success's JSON into its type.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    json::parse(text).ok_or(Error::Unexpected(200))
}

/// Writes a body as JSON.
fn write(body: &impl Serialize) -> String {
    body.serialize(&Serializer::json_compatible())
        .ok()
        .and_then(|value| JSON::stringify(&value).ok())
        .map(String::from)
        .unwrap_or_default()
}
