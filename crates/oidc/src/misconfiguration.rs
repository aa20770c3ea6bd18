//! What of the OP's configuration cannot be used: each has a fix of its own.

/// What cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misconfiguration {
    /// There is no discovery document at the address.
    Discovery,
    /// The OP calls itself by another issuer than the settings.
    Issuer,
    /// An endpoint is not https although the issuer is.
    Endpoint,
    /// No published key can check signatures.
    SigningKey,
    /// No signing algorithm that the OP offers is allowed.
    Algorithm,
    /// The OP encrypts its tokens.
    Encryption,
    /// The OP's tokens are longer than what is read.
    TokenSize,
    /// The token endpoint takes the client secret in no way that is known here.
    ClientAuth,
    /// Anything else.
    Other,
}
