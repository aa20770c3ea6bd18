//! What stands between this server and the OP, and answers in its place. Each is for somebody else
//! to fix than a fault of the OP's.

/// Who answers in the OP's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The forward proxy that requests go through, with an error of its own.
    Proxy,
    /// Somebody counts requests: 429 (RFC 6585 §4).
    RateLimit,
    /// A test that only a browser passes, such as Cloudflare's.
    Challenge,
    /// A firewall, with a page of its own (WAF).
    Firewall,
}
