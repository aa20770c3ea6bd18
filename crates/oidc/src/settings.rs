//! How to reach the OP, how we are registered there, and how its answers are read.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// The path of the discovery document below the issuer (OIDC Discovery §4).
pub const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// The settings of the relying party.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we are at the OP.
    pub client_id: String,
    /// How we prove it.
    pub client_secret: SecretString,
    /// Where the OP sends the browser back to, as it was written: the OP compares it letter by
    /// letter (Core §3.1.2.1).
    pub redirect_uri: String,
    /// The application at the OP, without a slash at the end of its path (the bare host keeps the
    /// one that every URL has). Not the issuer: discovery tells that.
    pub application_url: Url,
    /// The discovery document, if it is not below [`Settings::application_url`].
    pub metadata_url: Option<Url>,
    /// Certificate authorities to trust besides the system's.
    pub ca_certificates: Option<CaBundle>,
    /// Scopes to ask for; `openid` is always among them.
    pub scopes: Vec<String>,
    /// The claim that names a new account.
    pub username_claim: String,
    /// The claim that holds roles, or a path of claims joined by dots, as given: a claim's own name
    /// may have dots in it. `None`: roles are not asked for.
    pub role_claim: Option<String>,
    /// Is every email of this OP as good as verified?
    pub trust_unverified_email: bool,
    /// The OP's logout URL, if it is not discovery's.
    pub end_session_endpoint: Option<Url>,
    /// How the secret is sent; `None` leaves it to discovery.
    pub token_auth_method: Option<TokenAuthMethod>,
    /// Signature algorithms to accept, by their JWA names (RFC 7518 §3.1), never `none`; `None`
    /// stands for the asymmetric ones that discovery lists.
    pub id_token_algs: Option<Vec<String>>,
    /// Leeway on `exp`, `iat` and `nbf`.
    pub clock_skew: Duration,
}

impl Settings {
    /// Returns the address of the discovery document (OIDC Discovery §4).
    #[must_use]
    pub fn discovery_url(&self) -> Url {
        if let Some(url) = &self.metadata_url {
            return url.clone();
        }
        let mut url = self.application_url.clone();
        let path = format!("{}{WELL_KNOWN}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }

    /// Returns the certificate authorities to trust besides the system's, as PEM.
    #[must_use]
    pub fn extra_roots(&self) -> Option<&[u8]> {
        self.ca_certificates
            .as_ref()
            .map(|bundle| bundle.pem.as_slice())
    }
}

/// Certificate authorities from a file; every one of them parses.
#[derive(Clone)]
pub struct CaBundle {
    /// Where they came from, for messages.
    pub path: PathBuf,
    /// What the file holds: PEM (RFC 7468), at least one certificate.
    pub pem: Vec<u8>,
}

impl fmt::Debug for CaBundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaBundle")
            .field("path", &self.path)
            .field("pem", &format_args!("{} bytes", self.pem.len()))
            .finish()
    }
}

/// How the client secret is sent to the token endpoint (Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAuthMethod {
    /// In the `Authorization` header.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
}
