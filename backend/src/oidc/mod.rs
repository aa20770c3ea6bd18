//! The relying party (RP): a login through the OpenID Provider (OP), by the authorization code
//! flow of `OpenID` Connect Core 1.0 §3.1.
//!
//! 1. [`attempt`]: a login attempt is made: state (RFC 6749 §10.12), nonce (Core §3.1.2.1), code
//!    verifier and its S256 challenge (RFC 7636 §4). The browser keeps it, sealed, and is sent to
//!    the OP's authorization endpoint (Core §3.1.2.1), with a reference where the OP wants the
//!    request pushed ([`pushed_request`]; RFC 9126).
//! 2. The OP sends the browser back with `code` and `state`, or with `error` (Core §3.1.2.5,
//!    §3.1.2.6). [`attempt::LoginAttempt::accept`] checks that answer, the issuer in it included
//!    (RFC 9207 §2.4).
//! 3. [`provider::Provider::redeem`] sends the code to the token endpoint (Core §3.1.3), checks
//!    the ID token ([`id_token`]; Core §3.1.3.7), asks userinfo where claims are missing (Core
//!    §5.3), and makes an [`identity::VerifiedIdentity`] of it all.
//! 4. Who that is here is decided by [`crate::login::decide`].
//!
//! All that talks to the OP goes through [`client`]. [`discovery`] and [`key_cache`] keep what the OP
//! says of itself, for a while after it ails, too; [`metadata`] (Discovery §4) and [`jwks`] parse
//! it. [`presets`] knows what is particular to a brand.

pub mod attempt;
pub mod client;
pub mod client_request;
pub mod counts;
pub mod discovery;
pub mod id_token;
pub mod identity;
pub mod jwks;
pub mod key_cache;
pub mod logout;
pub mod logout_token;
pub mod metadata;
pub mod presets;
mod rejection;
pub mod provider;
pub mod pushed_request;
pub mod single_flight;
pub mod token_request;

use shared::login_error::LoginErrorCode;

/// Why a login did not end in a session. `Display` goes to the log, the code to the browser.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The user stayed or was kept out: `error=access_denied` (RFC 6749 §4.1.2.1).
    #[error("the OP answered access_denied: {0}")]
    AccessDenied(String),
    /// Any other error in the OP's answer, or from its token endpoint.
    #[error("the OP answered with an error: {0}")]
    OpError(String),
    /// No attempt came with the callback: forged, replayed, or begun in another browser.
    #[error("no login attempt came with the callback: {0}")]
    StateMissing(&'static str),
    /// An attempt came, but not this one.
    #[error("the callback belongs to another login attempt: {0}")]
    StateMismatch(&'static str),
    /// The attempt is older than ten minutes.
    #[error("the login attempt is {0} s old")]
    StateExpired(i64),
    /// The OP cannot be reached, or is slow, or fails (5xx).
    #[error("cannot reach the OP's {endpoint}: {cause}")]
    OpUnreachable {
        /// Which endpoint.
        endpoint: &'static str,
        /// What happened.
        cause: String,
    },
    /// What the OP says of itself cannot be used.
    #[error("the OP's configuration cannot be used: {0}")]
    OpMisconfigured(String),
    /// The token endpoint does not accept the client id or secret.
    #[error("the OP rejected the client: {0}")]
    ClientRejected(String),
    /// The token endpoint does not accept the code.
    #[error("the OP rejected the code: {0}")]
    CodeRejected(String),
    /// The ID token fails a check, or there is none.
    #[error("ID token rejected: {0}")]
    TokenInvalid(String),
    /// The userinfo answer cannot be used.
    #[error("userinfo rejected: {0}")]
    UserinfoInvalid(String),
    /// The account that the identity leads to is disabled.
    #[error("the account {0} is disabled")]
    AccountDisabled(crate::account::AccountId),
    /// The identity policy refuses.
    #[error("refused by the identity policy: {}", .0.as_str())]
    Policy(LoginErrorCode),
    /// The database.
    #[error("the store failed")]
    Store(#[from] crate::store::Error),
    /// A fault of ours.
    #[error("a panic broke the login off")]
    Panicked,
}

impl LoginError {
    /// Returns the code that the browser is sent.
    #[must_use]
    pub fn code(&self) -> LoginErrorCode {
        match self {
            Self::AccessDenied(_) => LoginErrorCode::AccessDenied,
            Self::OpError(_) => LoginErrorCode::OpError,
            Self::StateMissing(_) => LoginErrorCode::StateMissing,
            Self::StateMismatch(_) => LoginErrorCode::StateMismatch,
            Self::StateExpired(_) => LoginErrorCode::StateExpired,
            Self::OpUnreachable { .. } => LoginErrorCode::OpUnreachable,
            Self::OpMisconfigured(_) => LoginErrorCode::OpMisconfigured,
            Self::ClientRejected(_) => LoginErrorCode::ClientRejected,
            Self::CodeRejected(_) => LoginErrorCode::CodeRejected,
            Self::TokenInvalid(_) => LoginErrorCode::TokenInvalid,
            Self::UserinfoInvalid(_) => LoginErrorCode::UserinfoInvalid,
            Self::AccountDisabled(_) => LoginErrorCode::AccountDisabled,
            Self::Policy(code) => *code,
            Self::Store(_) | Self::Panicked => LoginErrorCode::ServerError,
        }
    }
}

/// Makes text of the OP fit for one log line: no control characters, bounded.
#[must_use]
pub(crate) fn for_log(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(200)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(200).is_some() {
        shown.push('…');
    }
    shown
}
