//! Which brand's words answer which question.

use super::hints::Hints;
use super::{authelia, authentik, entra, generic, google, kanidm, keycloak, pocket_id, zitadel};

macro_rules! all_advice {
    ($($(#[$doc:meta])* $variant:ident = $field:ident;)*) => {
        /// What there is a hint about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Advice {
            $($(#[$doc])* $variant,)*
        }

        impl Advice {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the brand's words.
            fn of(self, hints: &'static Hints) -> &'static str {
                match self { $(Self::$variant => hints.$field,)* }
            }
        }
    };
}

all_advice! {
    /// How to reach the OP.
    OpUnreachable = op_unreachable;
    /// What to look at if what the OP says of itself cannot be used.
    OpMisconfigured = op_misconfigured;
    /// How to write the client id and secret.
    ClientRejected = client_rejected;
    /// Why a code is refused.
    CodeRejected = code_rejected;
    /// How to have the ID token pass its checks.
    TokenInvalid = token_invalid;
    /// How to have userinfo answer.
    UserinfoInvalid = userinfo_invalid;
    /// How to have the OP send an email.
    EmailMissing = email_missing;
    /// How to have the OP say that an email is verified.
    EmailUnverified = email_unverified;
    /// How to give a user a role.
    RoleMissing = role_missing;
    /// Where the OP says more about an error.
    OpError = op_error;
    /// Who keeps users out.
    AccessDenied = access_denied;
    /// How to have ID tokens signed by a key that we can check with.
    SigningKey = signing_key;
    /// How to have ID tokens not encrypted.
    Encryption = encryption;
    /// How to register the redirect URI.
    RedirectUri = redirect_uri;
    /// How to write `OIDC_SERVER_APPLICATION_URL`.
    ApplicationUrl = application_url;
}

/// Returns what an administrator of this OP should do about it.
#[must_use]
pub fn advice(provider: &str, advice: Advice) -> &'static str {
    advice.of(hints(provider))
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
