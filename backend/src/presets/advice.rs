//! Which brand's words answer which question.

use shared::failure::FailureCode;

use super::hints::Hints;
use super::{authelia, authentik, entra, generic, google, kanidm, keycloak, pocket_id, zitadel};

/// What the doctor may have to say about an OP's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// How to have ID tokens signed by a key that we can check with.
    SigningKey,
    /// How to have ID tokens not encrypted.
    Encryption,
    /// How to register the redirect URI.
    RedirectUri,
    /// How to write `OIDC_SERVER_APPLICATION_URL`.
    ApplicationUrl,
}

impl Advice {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::SigningKey,
        Self::Encryption,
        Self::RedirectUri,
        Self::ApplicationUrl,
    ];
}

/// Returns what the administrator should do about the error at this OP: for the log line, and
/// for the page where the user can pass it on. `None` where the page's own words are all.
#[must_use]
pub fn hint(provider: &str, code: FailureCode) -> Option<&'static str> {
    use FailureCode as Code;
    let hints = hints(provider);
    Some(match code {
        Code::OpUnreachable => hints.op_unreachable,
        Code::OpMisconfigured => hints.op_misconfigured,
        Code::ClientRejected => hints.client_rejected,
        Code::CodeRejected => hints.code_rejected,
        Code::TokenInvalid => hints.token_invalid,
        Code::UserinfoInvalid => hints.userinfo_invalid,
        Code::EmailMissing => hints.email_missing,
        Code::EmailUnverified => hints.email_unverified,
        Code::RoleMissing => hints.role_missing,
        Code::OpError => hints.op_error,
        Code::AccessDenied => hints.access_denied,
        // These are mended here, whatever the OP is.
        Code::RegistrationClosed => {
            "Make an account with the user's email address, or set OIDC_ALLOW_REGISTRATION=true."
        }
        Code::StateMissing | Code::StateMismatch => {
            "Browsers must reach this server under the scheme and host of OIDC_REDIRECT_URI, and no other."
        }
        Code::StateExpired
        | Code::LinkFirst
        | Code::LinkConfirm
        | Code::LinkConflict
        | Code::AccountDisabled
        | Code::RateLimited
        | Code::InvalidCredentials
        | Code::PasswordLoginDisabled
        | Code::ServerError => return None,
    })
}

/// Returns what to do about one of the OP's settings, at this OP.
#[must_use]
pub fn advice(provider: &str, advice: Advice) -> &'static str {
    let hints = hints(provider);
    match advice {
        Advice::SigningKey => hints.signing_key,
        Advice::Encryption => hints.encryption,
        Advice::RedirectUri => hints.redirect_uri,
        Advice::ApplicationUrl => hints.application_url,
    }
}

/// Returns the brand's hints; those of no brand for any other name.
fn hints(provider: &str) -> &'static Hints {
    match provider {
        "authentik" => &authentik::HINTS,
        "authelia" => &authelia::HINTS,
        "keycloak" => &keycloak::HINTS,
        "kanidm" => &kanidm::HINTS,
        "pocket-id" => &pocket_id::HINTS,
        "zitadel" => &zitadel::HINTS,
        "google" => &google::HINTS,
        "entra" | "microsoft" => &entra::HINTS,
        _ => &generic::HINTS,
    }
}
