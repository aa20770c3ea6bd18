//! What is asked of the OP.

/// An address of the OP that this server asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// The discovery document.
    Discovery,
    /// The keys.
    Jwks,
    /// The token endpoint.
    Token,
    /// The userinfo endpoint.
    Userinfo,
    /// The endpoint for pushed authorization requests.
    PushedRequest,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Discovery,
        Self::Jwks,
        Self::Token,
        Self::Userinfo,
        Self::PushedRequest,
    ];

    /// Returns what the log calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery document",
            Self::Jwks => "JWKS",
            Self::Token => "token endpoint",
            Self::Userinfo => "userinfo endpoint",
            Self::PushedRequest => "endpoint for pushed authorization requests",
        }
    }

    /// Returns the most bytes of an answer that are read.
    #[must_use]
    pub fn max_bytes(self) -> usize {
        match self {
            // Real ones have some kilobytes.
            Self::Discovery | Self::PushedRequest => 256 * 1024,
            // Some hundred keys with their chains of certificates (`x5c`). Asked for once at a time.
            Self::Jwks => 4 * 1024 * 1024,
            // An ID token and an access token of the longest kind, or what one of them holds.
            Self::Token | Self::Userinfo => 1024 * 1024,
        }
    }

    /// Returns its label in metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::PushedRequest => "par",
        }
    }
}
