//! The relying party (RP): a login through the OpenID Provider (OP), by the authorization code
//! flow of `OpenID` Connect Core 1.0 §3.1.
//!
//! 1. [`attempt`]: a login attempt begins: state (RFC 6749 §10.12), nonce (Core §3.1.2.1), code
//!    verifier and its S256 challenge (RFC 7636 §4). The browser keeps it, sealed by the caller, and
//!    is sent to the OP's authorization endpoint (Core §3.1.2.1), with a reference if the OP wants
//!    the request pushed ([`pushed_request`]; RFC 9126).
//! 2. The OP sends the browser back with `code` and `state`, or with `error` (Core §3.1.2.5,
//!    §3.1.2.6). [`attempt::Attempt::accept`] checks that answer, the issuer in it included (RFC
//!    9207 §2.4).
//! 3. [`provider::Provider::redeem`] sends the code to the token endpoint (Core §3.1.3), checks
//!    the ID token ([`id_token`]; Core §3.1.3.7), asks userinfo if claims are missing (Core §5.3),
//!    and makes an [`identity::VerifiedIdentity`] of it all.
//! 4. Who that is here is decided by whoever asked: this module knows no account, no store, no
//!    browser and no brand of OP.
//!
//! All that talks to the OP goes through [`client`]. [`discovery`] and [`key_cache`] keep what the OP
//! says of itself, also while it is down; [`metadata`] (Discovery §4) and [`jwks`] parse it.

pub mod settings;
pub mod error;
pub mod attempt;
pub mod provider;
pub mod discovery;
pub mod metadata;
pub mod misconfiguration;
pub mod obstacle;
pub mod interception;
pub mod jwks;
pub mod jws;
pub mod id_token;
pub mod logout_token;
pub mod identity;
pub mod answer;
pub mod endpoint;
pub mod tls;
pub mod client;
pub mod client_request;
pub mod pushed_request;
pub mod metrics;
pub mod trace;

mod key_cache;
pub mod logout;
mod log_text;
mod random;
mod rejection;
mod signatures;
mod single_flight;
mod token_request;
mod userinfo;

pub use error::Error;
pub use log_text::for_log;
pub use settings::Settings;
