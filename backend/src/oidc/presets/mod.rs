//! What is known of each brand of OP: its name for people, and what its administrator should do
//! about each error. One file for each brand, with the words of that product's own pages.

mod authentik;
mod authelia;
mod keycloak;
mod kanidm;
mod pocket_id;
mod zitadel;
mod google;
mod entra;
mod generic;
mod icons;

pub use icons::icon;

use shared::login_error::LoginErrorCode;

/// The OPs that have a name for people of their own, by `OIDC_PROVIDER`.
const LABELS: [(&str, &str); 22] = [
    ("authentik", "Authentik"),
    ("authelia", "Authelia"),
    ("keycloak", "Keycloak"),
    ("kanidm", "Kanidm"),
    ("pocket-id", "Pocket ID"),
    ("zitadel", "Zitadel"),
    ("google", "Google"),
    ("entra", "Microsoft"),
    ("microsoft", "Microsoft"),
    ("auth0", "Auth0"),
    ("okta", "Okta"),
    ("aws", "AWS"),
    ("azure", "Azure"),
    ("fusionauth", "FusionAuth"),
    ("hydra", "Ory Hydra"),
    ("ping", "Ping Identity"),
    ("gitlab", "GitLab"),
    ("github", "GitHub"),
    ("canaille", "Canaille"),
    ("voidauth", "VoidAuth"),
    ("openid", "OpenID"),
    ("casdoor", "Casdoor"),
];

/// What an administrator of the OP should do, by error. A brand says something on each of them:
/// what is the same everywhere is in `generic.rs`, and a brand's file repeats none of it.
struct Hints {
    /// Down, slow, or out of reach.
    op_unreachable: &'static str,
    /// Metadata, issuer, keys, encryption.
    op_misconfigured: &'static str,
    /// Client id or secret.
    client_rejected: &'static str,
    /// The code, or the redirect URI.
    code_rejected: &'static str,
    /// A check of the ID token.
    token_invalid: &'static str,
    /// The userinfo endpoint.
    userinfo_invalid: &'static str,
    /// No email.
    email_missing: &'static str,
    /// An email that is not verified.
    email_unverified: &'static str,
    /// No group or role that may enter.
    role_missing: &'static str,
    /// Another error in the OP's answer.
    op_error: &'static str,
    /// Cancelled, or kept out by the OP.
    access_denied: &'static str,
    /// Where a signing key is chosen.
    signing_key: &'static str,
    /// Where encryption of ID tokens is turned off.
    encryption: &'static str,
    /// Where the redirect URI is registered.
    redirect_uri: &'static str,
    /// What `OIDC_SERVER_APPLICATION_URL` looks like.
    application_url: &'static str,
}

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

/// Returns the provider's name for people: the preset's, else the name itself with capitals.
#[must_use]
pub fn label(provider: &str) -> String {
    if let Some((_, label)) = LABELS.iter().find(|(name, _)| *name == provider) {
        return (*label).to_owned();
    }
    let words = provider
        .split(['-', '_', ' '])
        .filter(|word| !word.is_empty());
    let capitalized = words.map(|word| {
        let mut chars = word.chars();
        chars
            .next()
            .map(|first| first.to_uppercase().chain(chars).collect::<String>())
            .unwrap_or_default()
    });
    capitalized.collect::<Vec<_>>().join(" ")
}

/// Returns what the administrator should do about the error at this OP: for the log line, and
/// for the page where the user can pass it on. `None` where the page's own words are all.
#[must_use]
pub fn hint(provider: &str, code: LoginErrorCode) -> Option<&'static str> {
    use LoginErrorCode as Code;
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

#[cfg(test)]
mod tests;
