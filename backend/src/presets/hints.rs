//! The fields of a brand's file.

/// What an administrator of the OP should do, by error. A brand fills in each of them: what is the
/// same everywhere is in `generic.rs`, and no brand's file repeats it.
pub(super) struct Hints {
    /// Down, slow, or out of reach.
    pub(super) op_unreachable: &'static str,
    /// Metadata, issuer, keys, encryption.
    pub(super) op_misconfigured: &'static str,
    /// Client id or secret.
    pub(super) client_rejected: &'static str,
    /// The code, or the redirect URI.
    pub(super) code_rejected: &'static str,
    /// A check of the ID token.
    pub(super) token_invalid: &'static str,
    /// The userinfo endpoint.
    pub(super) userinfo_invalid: &'static str,
    /// No email.
    pub(super) email_missing: &'static str,
    /// An email that is not verified.
    pub(super) email_unverified: &'static str,
    /// No permitted group or role.
    pub(super) role_missing: &'static str,
    /// Another error in the OP's answer.
    pub(super) op_error: &'static str,
    /// Canceled, or refused by the OP.
    pub(super) access_denied: &'static str,
    /// Where to choose a signing key.
    pub(super) signing_key: &'static str,
    /// Where to turn off encryption of ID tokens.
    pub(super) encryption: &'static str,
    /// Where to register the redirect URI.
    pub(super) redirect_uri: &'static str,
    /// What `OIDC_SERVER_APPLICATION_URL` looks like.
    pub(super) application_url: &'static str,
}
