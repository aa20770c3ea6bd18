//! Why the OP's word cannot be taken.

use super::misconfiguration::Misconfiguration;
use super::obstacle::Obstacle;

/// What goes wrong between the OP and us. `Display` is for the log: texts of the OP in it are
/// bounded and on one line.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The user canceled, or the OP keeps them out: `error=access_denied` (RFC 6749 §4.1.2.1).
    #[error("the OP answered access_denied: {0}")]
    AccessDenied(String),
    /// Any other error in the OP's answer, or from its token endpoint.
    #[error("the OP answered with an error: {0}")]
    OpError(String),
    /// The authorization response is not one that an honest OP sends.
    #[error("the authorization response is malformed: {0}")]
    ResponseMalformed(&'static str),
    /// No attempt came with the callback: forged, replayed, or begun in another browser. For
    /// whoever keeps the attempts; this crate keeps none.
    #[error("no login attempt came with the callback: {0}")]
    StateMissing(&'static str),
    /// An attempt came, but not this one.
    #[error("the callback belongs to another login attempt: {0}")]
    StateMismatch(&'static str),
    /// The attempt is older than an attempt may get; its age in seconds.
    #[error("the login attempt is {0} s old")]
    StateExpired(i64),
    /// The OP cannot be reached, or is slow, or fails (5xx).
    #[error("cannot reach the OP's {endpoint}: {cause}")]
    OpUnreachable {
        /// Which endpoint, as the log calls it.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// Something between here and the OP answers in its place.
    #[error("something before the OP answers in its place: {1}")]
    Intercepted(Obstacle, String),
    /// What the OP says of itself cannot be used.
    #[error("the OP's configuration cannot be used: {1}")]
    OpMisconfigured(Misconfiguration, String),
    /// The token endpoint does not accept the client id or secret.
    #[error("the OP rejected the client: {0}")]
    ClientRejected(String),
    /// The token endpoint does not accept the code.
    #[error("the OP rejected the code: {0}")]
    CodeRejected(String),
    /// The ID token fails a check, or there is none.
    #[error("ID token rejected: {0}")]
    TokenInvalid(String),
    /// The ID token is good, but of another issuer: at Authentik that of another application.
    #[error("ID token rejected: {0}")]
    TokenForeign(String),
    /// The userinfo answer cannot be used.
    #[error("userinfo rejected: {0}")]
    UserinfoInvalid(String),
}
