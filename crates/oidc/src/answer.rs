//! An answer of the OP, or what came instead.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};

use super::error::Error;
use super::log_text::for_log;
use super::misconfiguration::Misconfiguration;
use super::obstacle::Obstacle;

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
pub enum OpFailure {
    /// No answer: refused, unknown, timed out, no trust in the certificate. A browser would fare
    /// no better.
    Unreachable {
        /// What was asked for, as the log calls it.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// An answer by something that is there but degraded: a server error, or an answer cut off.
    ServerError {
        /// What was asked for, as the log calls it.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// An answer by something that stands before the OP, what it is, and the answer in words.
    Intercepted(Obstacle, String),
    /// An answer that is something else than what was asked for: a page, a redirect.
    NotOidc(Misconfiguration, String),
    /// An answer that is what was asked for, and does not fit the settings.
    Misconfigured(Misconfiguration, String),
}

impl From<OpFailure> for Error {
    fn from(failure: OpFailure) -> Self {
        match failure {
            OpFailure::Unreachable { endpoint, cause }
            | OpFailure::ServerError { endpoint, cause } => Self::OpUnreachable { endpoint, cause },
            OpFailure::Intercepted(by, detail) => Self::Intercepted(by, detail),
            OpFailure::NotOidc(what, detail) | OpFailure::Misconfigured(what, detail) => {
                Self::OpMisconfigured(what, detail)
            }
        }
    }
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
            Err(_) => {
                let (status, kind) = (self.status, for_log(&self.media_type));
                Err(match self.header("content-encoding") {
                    "" | "identity" => format!("status {status}, no JSON ({kind})"),
                    coding => format!(
                        "status {status}, no JSON ({kind}): it is compressed ({}), which nobody \
                         asked for",
                        for_log(coding)
                    ),
                })
            }
        }
    }
}

/// Returns the media type of a message: lower case, without parameters, empty where there is none.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> String {
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
