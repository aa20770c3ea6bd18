//! The fields of a brand's file.

use crate::message::Sentence;

/// What an administrator of the OP should do, by error. A brand fills in each of them: what is the
/// same everywhere is in `generic.rs`, and no brand's file repeats it.
pub(super) struct Hints {
    /// Its name in the texts: `{op}`.
    pub(super) op: &'static str,
    /// Down, slow, or out of reach.
    pub(super) op_unreachable: &'static [Sentence],
    /// Metadata, issuer, keys, encryption.
    pub(super) op_misconfigured: &'static [Sentence],
    /// Client id or secret.
    pub(super) client_rejected: &'static [Sentence],
    /// The code, or the redirect URI.
    pub(super) code_rejected: &'static [Sentence],
    /// A check of the ID token.
    pub(super) token_invalid: &'static [Sentence],
    /// The userinfo endpoint.
    pub(super) userinfo_invalid: &'static [Sentence],
    /// No email.
    pub(super) email_missing: &'static [Sentence],
    /// An email that is not verified.
    pub(super) email_unverified: &'static [Sentence],
    /// No permitted group or role.
    pub(super) role_missing: &'static [Sentence],
    /// Another error in the OP's answer.
    pub(super) op_error: &'static [Sentence],
    /// Canceled, or refused by the OP.
    pub(super) access_denied: &'static [Sentence],
    /// Where to choose a signing key.
    pub(super) signing_key: &'static [Sentence],
    /// Where to turn off encryption of ID tokens.
    pub(super) encryption: &'static [Sentence],
    /// Where to register the redirect URI.
    pub(super) redirect_uri: &'static [Sentence],
    /// What `OIDC_SERVER_APPLICATION_URL` looks like.
    pub(super) application_url: &'static [Sentence],
}
