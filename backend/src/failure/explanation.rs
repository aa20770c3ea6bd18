//! What a cause means, in a sentence.

use shared::text::Text;

use super::cause::Cause;
use crate::message::Message;

/// Returns what went wrong, for an admin.
#[must_use]
pub fn explanation(cause: Cause) -> Message {
    Message::from(text(cause))
}

fn text(cause: Cause) -> Text {
    match cause {
        Cause::AccessDenied => Text::CAUSE_ACCESS_DENIED,
        Cause::OpError => Text::CAUSE_OP_ERROR,
        Cause::StateMissing => Text::CAUSE_STATE_MISSING,
        Cause::CallbackEmpty => Text::CAUSE_CALLBACK_EMPTY,
        Cause::CallbackPathDiffers => Text::CAUSE_CALLBACK_PATH_DIFFERS,
        Cause::StateMismatch => Text::CAUSE_STATE_MISMATCH,
        Cause::StateExpired => Text::CAUSE_STATE_EXPIRED,
        Cause::OpUnreachable => Text::CAUSE_OP_UNREACHABLE,
        Cause::OpBlocked => Text::CAUSE_OP_BLOCKED,
        Cause::OpRateLimited => Text::CAUSE_OP_RATE_LIMITED,
        Cause::OpChallenged => Text::CAUSE_OP_CHALLENGED,
        Cause::ProxyFailed => Text::CAUSE_PROXY_FAILED,
        Cause::OpMisconfigured => Text::CAUSE_OP_MISCONFIGURED,
        Cause::DiscoveryMissing => Text::CAUSE_DISCOVERY_MISSING,
        Cause::IssuerDiffers => Text::CAUSE_ISSUER_DIFFERS,
        Cause::EndpointInsecure => Text::CAUSE_ENDPOINT_INSECURE,
        Cause::SigningKeyMissing => Text::CAUSE_SIGNING_KEY_MISSING,
        Cause::AlgorithmUnfit => Text::CAUSE_ALGORITHM_UNFIT,
        Cause::TokenEncrypted => Text::CAUSE_TOKEN_ENCRYPTED,
        Cause::TokenTooLong => Text::CAUSE_TOKEN_TOO_LONG,
        Cause::ClientAuthUnknown => Text::CAUSE_CLIENT_AUTH_UNKNOWN,
        Cause::ClientRejected => Text::CAUSE_CLIENT_REJECTED,
        Cause::CodeRejected => Text::CAUSE_CODE_REJECTED,
        Cause::TokenInvalid => Text::CAUSE_TOKEN_INVALID,
        Cause::TokenForeign => Text::CAUSE_TOKEN_FOREIGN,
        Cause::UserinfoInvalid => Text::CAUSE_USERINFO_INVALID,
        Cause::EmailMissing => Text::CAUSE_EMAIL_MISSING,
        Cause::EmailUnverified => Text::CAUSE_EMAIL_UNVERIFIED,
        Cause::LinkFirst => Text::CAUSE_LINK_FIRST,
        Cause::EmailMissingMoved => Text::CAUSE_EMAIL_MISSING_MOVED,
        Cause::EmailUnverifiedMoved => Text::CAUSE_EMAIL_UNVERIFIED_MOVED,
        Cause::LinkFirstMoved => Text::CAUSE_LINK_FIRST_MOVED,
        Cause::RegistrationClosedMoved => Text::CAUSE_REGISTRATION_CLOSED_MOVED,
        Cause::LinkConfirm => Text::CAUSE_LINK_CONFIRM,
        Cause::LinkConflict => Text::CAUSE_LINK_CONFLICT,
        Cause::RegistrationClosed => Text::CAUSE_REGISTRATION_CLOSED,
        Cause::RoleMissing => Text::CAUSE_ROLE_MISSING,
        Cause::AccountDisabled => Text::CAUSE_ACCOUNT_DISABLED,
        Cause::RateLimited => Text::CAUSE_RATE_LIMITED,
        Cause::CookiesBlocked => Text::CAUSE_COOKIES_BLOCKED,
        Cause::WrongAddress => Text::CAUSE_WRONG_ADDRESS,
        Cause::InvalidCredentials => Text::CAUSE_INVALID_CREDENTIALS,
        Cause::PasswordReplaced => Text::CAUSE_PASSWORD_REPLACED,
        Cause::PasswordLoginDisabled => Text::CAUSE_PASSWORD_LOGIN_DISABLED,
        Cause::ServerError => Text::CAUSE_SERVER_ERROR,
        Cause::PasswordWrong => Text::CAUSE_PASSWORD_WRONG,
        Cause::PasswordUnfit => Text::CAUSE_PASSWORD_UNFIT,
        Cause::WelcomeLinkInvalid => Text::CAUSE_WELCOME_LINK_INVALID,
        Cause::SetupTokenWrong => Text::CAUSE_SETUP_TOKEN_WRONG,
        Cause::Unavailable => Text::CAUSE_UNAVAILABLE,
        Cause::Internal => Text::CAUSE_INTERNAL,
    }
}
