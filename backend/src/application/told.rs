//! By which headers an application learns who asks.

/// Which headers an application is given, besides the assertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityHeaders {
    /// `Remote-User`, `Remote-Name`, `Remote-Email`, `Remote-Groups`.
    #[default]
    Remote,
    /// `X-Forwarded-User`, `X-Forwarded-Email`, `X-Forwarded-Preferred-Username`,
    /// `X-Forwarded-Groups`.
    XForwarded,
    /// None.
    None,
}
