//! What can go wrong with Authentik, each with what to do about it.

use super::version::Version;
use super::wanted::{AUTHORIZATION_FLOW, INVALIDATION_FLOW, OFFLINE_SCOPE, SCOPES, SIGNING_KEY};

/// Why Authentik could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// No answer at all.
    #[error(
        "Authentik at {origin} does not answer ({cause}). Is that the address that works in your \
         browser, and does this machine reach it?"
    )]
    Unreachable {
        /// Where it was looked for.
        origin: String,
        /// What happened.
        cause: String,
    },
    /// The certificate is not to be trusted.
    #[error(
        "the certificate of {origin} is not trusted ({cause}). If an authority of your own signed \
         it, name that one's certificate: --ca-file FILE, or OIDC_TLS_CACERTFILE"
    )]
    Untrusted {
        /// Who showed it.
        origin: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The token is not one.
    #[error(
        "Authentik does not accept the token. Make one under Directory > Tokens and App passwords, \
         with the intent \"API Token\" (an app password does not serve), and see that it has not \
         expired and that its user is active"
    )]
    TokenRefused,
    /// The token's user may not do it.
    #[error(
        "the token's user may not {act}: give it the permission {permission} (Directory > Roles), \
         or use a token of an administrator"
    )]
    Forbidden {
        /// What was tried.
        act: String,
        /// Authentik's name of the permission.
        permission: String,
    },
    /// Something else answers there.
    #[error(
        "{url} does not answer as Authentik's API does ({detail}). --url is Authentik's own \
         address, such as https://auth.example.com, and Authentik must be 2024.12 or later"
    )]
    NotAuthentik {
        /// What was asked for.
        url: String,
        /// What came.
        detail: String,
    },
    /// A version that is not known here.
    #[error(
        "this is Authentik {0}: it takes 2024.12 or later. Update Authentik, or set it up by hand"
    )]
    TooOld(Version),
    /// There is no such flow.
    #[error(
        "Authentik has no {designation} flow {slug:?}. {}",
        there_are(existing)
    )]
    FlowMissing {
        /// What was looked for.
        slug: String,
        /// What it would be for.
        designation: &'static str,
        /// What there is for that.
        existing: Vec<String>,
    },
    /// There is no such key.
    #[error(
        "Authentik has no key {name:?}: name one with --signing-key, or make it under System > \
         Certificates. {}",
        there_are(existing)
    )]
    KeyMissing {
        /// What was looked for.
        name: String,
        /// The keys that there are.
        existing: Vec<String>,
    },
    /// No mapping gives that scope.
    #[error(
        "Authentik has no scope mapping for the scope {scope:?}. {}",
        there_are(existing)
    )]
    MappingMissing {
        /// What was looked for.
        scope: String,
        /// The scopes that have one.
        existing: Vec<String>,
    },
    /// The application has a provider of another protocol.
    #[error(
        "the application {slug:?} has a provider that is none of OAuth2/OpenID ({kind}): choose \
         another --slug"
    )]
    SlugTaken {
        /// Its slug.
        slug: String,
        /// What its provider is.
        kind: String,
    },
    /// The provider belongs to another application.
    #[error(
        "there is a provider {name:?}, and it belongs to the application {application:?}: choose \
         another --name, or that application by --slug {application}"
    )]
    NameTaken {
        /// Its name.
        name: String,
        /// The slug of the other application.
        application: String,
    },
    /// Authentik refuses a value.
    #[error("Authentik refuses to {act}: {fields}")]
    Invalid {
        /// What was tried.
        act: String,
        /// The fields, and what it says of each.
        fields: String,
    },
    /// Too many requests.
    #[error("Authentik has had too many requests (429): wait a minute, and run this again")]
    Busy,
    /// It answers with its own fault.
    #[error("Authentik has an error: {cause}. Its log says more; once it is fixed, run this again")]
    Ailing {
        /// What it answers.
        cause: String,
    },
    /// An answer that no version is known to give.
    #[error("Authentik's answer is not as its API says: {0}")]
    Strange(String),
    /// The env file cannot be written.
    #[error("{0}")]
    EnvFile(String),
    /// Part of it was done.
    #[error("{cause}\nDone before that: {}. Run this again to go on from there", done.join("; "))]
    HalfWay {
        /// What was done.
        done: Vec<String>,
        /// What then went wrong.
        cause: Box<Trouble>,
    },
}

impl Trouble {
    /// Says in a few words what is amiss, if a new Authentik may be so while it starts; `None` if
    /// waiting does not help.
    #[must_use]
    pub fn passing(&self) -> Option<String> {
        match self {
            Self::TokenRefused => Some("it does not accept the token".to_owned()),
            Self::Ailing { cause } => Some(cause.clone()),
            Self::FlowMissing { slug, existing, .. } => {
                let is_own = [AUTHORIZATION_FLOW, INVALIDATION_FLOW].contains(&slug.as_str());
                (is_own || existing.is_empty()).then(|| format!("it has no flow {slug}"))
            }
            Self::KeyMissing { name, existing } => (name == SIGNING_KEY || existing.is_empty())
                .then(|| format!("it has no key {name:?}")),
            Self::MappingMissing { scope, existing } => {
                let is_own = scope == OFFLINE_SCOPE || SCOPES.contains(&scope.as_str());
                (is_own || existing.is_empty())
                    .then(|| format!("it has no scope mapping for {scope}"))
            }
            _ => None,
        }
    }
}

/// Lists what there is instead.
fn there_are(existing: &[String]) -> String {
    if existing.is_empty() {
        "There is none that this token can see".to_owned()
    } else {
        format!("There are: {}", existing.join(", "))
    }
}
