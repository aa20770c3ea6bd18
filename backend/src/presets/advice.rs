//! Maps each question to a brand's hint.

use super::hints::Hints;
use super::{authelia, authentik, entra, generic, google, kanidm, keycloak, pocket_id, zitadel};
use crate::message::{Message, Sentence};

macro_rules! all_advice {
    ($($(#[$doc:meta])* $variant:ident = $field:ident;)*) => {
        /// The questions with hints.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Advice {
            $($(#[$doc])* $variant,)*
        }

        impl Advice {
            /// All questions.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the brand's hint.
            fn of(self, hints: &'static Hints) -> &'static [Sentence] {
                match self { $(Self::$variant => hints.$field,)* }
            }
        }
    };
}

all_advice! {
    /// How to reach the OP.
    OpUnreachable = op_unreachable;
    /// What to check if the OP's metadata is not usable.
    OpMisconfigured = op_misconfigured;
    /// How to write the client id and secret.
    ClientRejected = client_rejected;
    /// Why a code is refused.
    CodeRejected = code_rejected;
    /// How to make the ID token pass its checks.
    TokenInvalid = token_invalid;
    /// How to make userinfo answer.
    UserinfoInvalid = userinfo_invalid;
    /// How to make the OP send an email.
    EmailMissing = email_missing;
    /// How to make the OP call an email verified.
    EmailUnverified = email_unverified;
    /// How to give a user a role.
    RoleMissing = role_missing;
    /// Where the OP says more about an error.
    OpError = op_error;
    /// Who keeps users out.
    AccessDenied = access_denied;
    /// How to make the OP sign ID tokens with a key that can be checked.
    SigningKey = signing_key;
    /// How to make the OP send ID tokens unencrypted.
    Encryption = encryption;
    /// How to register the redirect URI.
    RedirectUri = redirect_uri;
    /// How to write `OIDC_SERVER_APPLICATION_URL`.
    ApplicationUrl = application_url;
}

/// Returns what an administrator of this OP should do about it.
#[must_use]
pub fn advice(provider: &str, advice: Advice) -> Message {
    let hints = hints(provider);
    let sentences = advice.of(hints).chunks(1).map(Message::from);
    // A sentence that names another place has that as its first value, and the first one counts.
    sentences.fold(Message::default(), |message, sentence| {
        message.and(sentence.with("op", hints.op))
    })
}

/// Returns the brand's hints; those of no brand for an unknown name.
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
