//! The stand-in's requests, and the wrong answers that a test asks for.

use axum::http::Method;
use serde_json::Value;

/// A request that came in, with its token.
#[derive(Debug, Clone)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v3/`.
    pub path: String,
    /// Its query.
    pub query: String,
    /// Its body; null if there is none.
    pub body: Value,
}

/// A wrong answer, given once.
#[derive(Debug, Clone)]
pub struct ApiFault {
    /// For which method.
    pub method: &'static str,
    /// How the path below `/api/v3/` begins.
    pub path: &'static str,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// True if the request is carried out nevertheless.
    pub is_late: bool,
}
