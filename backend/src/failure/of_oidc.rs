//! The causes that lie at the OP or in the protocol.

use oidc::misconfiguration::Misconfiguration;
use oidc::obstacle::Obstacle;

use crate::failure::cause::Cause;

/// Returns the cause that lies at the OP or in the protocol.
#[must_use]
pub fn cause_of(error: &oidc::Error) -> Cause {
    match error {
        oidc::Error::AccessDenied(_) => Cause::AccessDenied,
        oidc::Error::OpError(_) | oidc::Error::ResponseMalformed(_) => Cause::OpError,
        oidc::Error::StateMissing(_) => Cause::StateMissing,
        oidc::Error::StateMismatch(_) => Cause::StateMismatch,
        oidc::Error::StateExpired(_) => Cause::StateExpired,
        oidc::Error::OpUnreachable { .. } => Cause::OpUnreachable,
        oidc::Error::Intercepted(by, _) => (*by).into(),
        oidc::Error::OpMisconfigured(what, _) => (*what).into(),
        oidc::Error::ClientRejected(_) => Cause::ClientRejected,
        oidc::Error::CodeRejected(_) => Cause::CodeRejected,
        oidc::Error::TokenInvalid(_) => Cause::TokenInvalid,
        oidc::Error::TokenForeign(_) => Cause::TokenForeign,
        oidc::Error::UserinfoInvalid(_) => Cause::UserinfoInvalid,
    }
}

impl From<Obstacle> for Cause {
    fn from(by: Obstacle) -> Self {
        match by {
            Obstacle::Proxy => Self::ProxyFailed,
            Obstacle::RateLimit => Self::OpRateLimited,
            Obstacle::Challenge => Self::OpChallenged,
            Obstacle::Firewall => Self::OpBlocked,
        }
    }
}

impl From<Misconfiguration> for Cause {
    fn from(what: Misconfiguration) -> Self {
        match what {
            Misconfiguration::Discovery => Self::DiscoveryMissing,
            Misconfiguration::Issuer => Self::IssuerDiffers,
            Misconfiguration::Endpoint => Self::EndpointInsecure,
            Misconfiguration::SigningKey => Self::SigningKeyMissing,
            Misconfiguration::Algorithm => Self::AlgorithmUnfit,
            Misconfiguration::Encryption => Self::TokenEncrypted,
            Misconfiguration::TokenSize => Self::TokenTooLong,
            Misconfiguration::ClientAuth => Self::ClientAuthUnknown,
            Misconfiguration::Other => Self::OpMisconfigured,
        }
    }
}
