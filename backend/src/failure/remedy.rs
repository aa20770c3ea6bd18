//! What an admin should do about a failure.

use shared::failure::FailureCode;
use shared::text::Text;

use super::cause::Cause;
use crate::message::{Message, say};
use crate::presets::{self, Advice};

/// The command that moves identities to another issuer.
const REMAP: &str = "postern identities remap --from OLD --to NEW";

/// Returns what an admin should do; `provider` is `OIDC_PROVIDER`, empty if no OP is configured.
#[must_use]
pub fn remedy(cause: Cause, provider: &str) -> Message {
    let at_op = |advice| presets::advice(provider, advice);
    if provider == "authentik"
        && let Some(remedy) = at_authentik(cause)
    {
        return remedy;
    }
    match cause {
        Cause::AccessDenied => at_op(Advice::AccessDenied),
        Cause::OpError => at_op(Advice::OpError),
        Cause::OpUnreachable => at_op(Advice::OpUnreachable),
        Cause::OpMisconfigured => at_op(Advice::OpMisconfigured),
        Cause::DiscoveryMissing => at_op(Advice::ApplicationUrl),
        Cause::SigningKeyMissing | Cause::AlgorithmUnfit => at_op(Advice::SigningKey),
        Cause::TokenEncrypted => at_op(Advice::Encryption),
        Cause::ClientRejected => at_op(Advice::ClientRejected),
        Cause::CodeRejected => at_op(Advice::CodeRejected),
        Cause::TokenInvalid => at_op(Advice::TokenInvalid),
        Cause::UserinfoInvalid => at_op(Advice::UserinfoInvalid),
        Cause::EmailMissing => at_op(Advice::EmailMissing),
        Cause::EmailUnverified => at_op(Advice::EmailUnverified),
        Cause::RoleMissing => at_op(Advice::RoleMissing),
        Cause::EmailMissingMoved
        | Cause::EmailUnverifiedMoved
        | Cause::LinkFirstMoved
        | Cause::RegistrationClosedMoved => say(Text::FIX_MOVED).with("command", REMAP),
        Cause::IssuerDiffers => say(Text::FIX_ISSUER_NAMED).and(Text::FIX_SAME_HOST),
        Cause::TokenForeign => say(Text::FIX_TOKEN_FOREIGN).and(Text::FIX_SAME_HOST),
        Cause::OpBlocked => Text::FIX_OP_BLOCKED.into(),
        Cause::OpRateLimited => Text::FIX_OP_RATE_LIMITED.into(),
        Cause::OpChallenged => Text::FIX_OP_CHALLENGED.into(),
        Cause::ProxyFailed => Text::FIX_PROXY_FAILED.into(),
        Cause::EndpointInsecure => Text::FIX_INSECURE.into(),
        Cause::TokenTooLong => Text::FIX_TOKEN_LONG.into(),
        Cause::ClientAuthUnknown => Text::FIX_AUTH_UNKNOWN.into(),
        Cause::RegistrationClosed => Text::FIX_REGISTRATION.into(),
        Cause::StateMissing | Cause::StateMismatch => Text::FIX_STATE.into(),
        Cause::CallbackEmpty => Text::FIX_CALLBACK_EMPTY.into(),
        Cause::CallbackPathDiffers => Text::FIX_CALLBACK_PATH.into(),
        Cause::CookiesBlocked => Text::FIX_COOKIES_BLOCKED.into(),
        Cause::WrongAddress => Text::FIX_WRONG_ADDRESS.into(),
        Cause::StateExpired => Text::FIX_STATE_EXPIRED.into(),
        Cause::LinkFirst => Text::FIX_LINK_FIRST.into(),
        Cause::LinkConfirm => Text::FIX_LINK_CONFIRM.into(),
        Cause::LinkConflict => Text::FIX_LINK_CONFLICT.into(),
        Cause::AccountDisabled => Text::FIX_ACCOUNT_DISABLED.into(),
        Cause::RateLimited => Text::FIX_RATE_LIMITED.into(),
        Cause::InvalidCredentials | Cause::PasswordWrong => Text::FIX_CREDENTIALS.into(),
        Cause::PasswordReplaced => Text::FIX_PASSWORD_REPLACED.into(),
        Cause::PasswordLoginDisabled => Text::FIX_PASSWORD_LOGIN.into(),
        Cause::PasswordUnfit => Text::FIX_PASSWORD_UNFIT.into(),
        Cause::WelcomeLinkInvalid => Text::FIX_WELCOME_LINK.into(),
        Cause::SetupTokenWrong => Text::FIX_SETUP_TOKEN.into(),
        Cause::ServerError | Cause::Unavailable | Cause::Internal => Text::FIX_INTERNAL.into(),
    }
}

/// Returns what to do where Authentik has a cause that other OPs do not have.
fn at_authentik(cause: Cause) -> Option<Message> {
    let message = match cause {
        Cause::IssuerDiffers => say(Text::FIX_ISSUER_OWN).and(Text::AUTHENTIK_HOST),
        Cause::TokenForeign => say(Text::FIX_TOKEN_APPLICATION).and(Text::FIX_SAME_HOST),
        Cause::LinkConflict => say(Text::FIX_LINK_CONFLICT).and(Text::FIX_LINK_CONFLICT_MODE),
        _ => return None,
    };
    Some(message)
}

/// Returns the remedy that the error page shows for the user to pass on; `None` if the page's own
/// words are enough.
#[must_use]
pub fn on_page(code: FailureCode, provider: &str) -> Option<Message> {
    match code {
        FailureCode::AccessDenied
        | FailureCode::OpError
        | FailureCode::StateMissing
        | FailureCode::StateMismatch
        | FailureCode::OpUnreachable
        | FailureCode::OpMisconfigured
        | FailureCode::ClientRejected
        | FailureCode::CodeRejected
        | FailureCode::TokenInvalid
        | FailureCode::UserinfoInvalid
        | FailureCode::EmailMissing
        | FailureCode::EmailUnverified
        | FailureCode::RegistrationClosed
        | FailureCode::RoleMissing
        | FailureCode::WrongAddress => Some(remedy(code.into(), provider)),
        FailureCode::StateExpired
        | FailureCode::LinkFirst
        | FailureCode::LinkConfirm
        | FailureCode::LinkConflict
        | FailureCode::AccountDisabled
        | FailureCode::RateLimited
        | FailureCode::CookiesBlocked
        | FailureCode::InvalidCredentials
        | FailureCode::PasswordLoginDisabled
        | FailureCode::ServerError
        | FailureCode::PasswordWrong
        | FailureCode::PasswordUnfit
        | FailureCode::WelcomeLinkInvalid
        | FailureCode::SetupTokenWrong
        | FailureCode::Unavailable
        | FailureCode::Internal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, remedy};
    use crate::config::VARIABLES;

    #[test]
    fn remedies_are_sentences_and_name_settings_that_exist() {
        for cause in Cause::ALL {
            let text = remedy(*cause, "").english();
            assert!(
                text.ends_with('.') && !text.contains("  "),
                "{cause:?}: {text}"
            );
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            for word in
                words.filter(|word| word.starts_with("OIDC_") || word.starts_with("POSTERN_"))
            {
                let is_known = VARIABLES.iter().any(|variable| variable.name == word);
                assert!(is_known, "{cause:?}: {word}");
            }
        }
    }

    #[test]
    fn causes_of_one_code_have_remedies_of_their_own() {
        for provider in ["authentik", "keycloak", ""] {
            let of = |cause| remedy(cause, provider);
            let four = [
                of(Cause::DiscoveryMissing),
                of(Cause::IssuerDiffers),
                of(Cause::SigningKeyMissing),
                of(Cause::TokenEncrypted),
            ];
            for (at, text) in four.iter().enumerate() {
                assert!(!four[..at].contains(text), "{provider}: {text}");
            }
        }
    }
}
