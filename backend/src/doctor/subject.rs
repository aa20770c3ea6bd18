//! What the doctor looks at: the name and title of each step.

use shared::doctor::{Outcome, Step};

/// One thing to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<T = &'static str> {
    name: T,
    title: T,
}

/// One thing to look at about an application behind the door, which has a name of its own.
pub(super) type OfApplication = Subject<String>;

impl Subject {
    const fn new(name: &'static str, title: &'static str) -> Self {
        Self { name, title }
    }
}

impl<T: Into<String>> Subject<T> {
    fn step(self, outcome: Outcome, found: impl Into<String>, remedy: Option<String>) -> Step {
        Step {
            name: self.name.into(),
            title: self.title.into(),
            outcome,
            found: found.into(),
            remedy,
        }
    }

    /// It works.
    pub(super) fn pass(self, found: impl Into<String>) -> Step {
        self.step(Outcome::Pass, found, None)
    }

    /// It was not looked at, and why.
    pub(super) fn skip(self, why: impl Into<String>) -> Step {
        self.step(Outcome::Skip, why, None)
    }

    /// Logins work, but something is not as it should be.
    pub(super) fn warn(self, found: impl Into<String>, remedy: impl Into<String>) -> Step {
        self.step(Outcome::Warn, found, Some(remedy.into()))
    }

    /// Logins fail, or will.
    pub(super) fn fail(self, found: impl Into<String>, remedy: impl Into<String>) -> Step {
        self.step(Outcome::Fail, found, Some(remedy.into()))
    }
}

impl OfApplication {
    /// Its public address.
    pub(super) fn door(app: &str) -> Self {
        Self {
            name: format!("door_{app}"),
            title: format!("Application {app}: door"),
        }
    }

    /// Where it is proxied to.
    pub(super) fn upstream(app: &str) -> Self {
        Self {
            name: format!("upstream_{app}"),
            title: format!("Application {app}: upstream"),
        }
    }
}

/// The settings.
pub(super) const SETTINGS: Subject = Subject::new("settings", "Settings");
/// The data folder and what is in it.
pub(super) const DATA_FOLDER: Subject = Subject::new("data_folder", "Data folder");
/// Room on its disk.
pub(super) const DISK: Subject = Subject::new("disk", "Free space");
/// What seals cookies.
pub(super) const SECRET_KEY: Subject = Subject::new("secret_key", "Secret key");
/// Is the database there, and whole?
pub(super) const DATABASE: Subject = Subject::new("database", "Database");
/// Its migrations.
pub(super) const TABLES: Subject = Subject::new("tables", "Tables");
/// Who can administer.
pub(super) const ADMINS: Subject = Subject::new("admins", "Administrators");
/// The OP's name.
pub(super) const DNS: Subject = Subject::new("op_dns", "Provider: name");
/// A connection to it.
pub(super) const CONNECTION: Subject = Subject::new("op_connection", "Provider: connection");
/// Its certificate.
pub(super) const CERTIFICATE: Subject = Subject::new("op_certificate", "Provider: certificate");
/// The discovery document.
pub(super) const DISCOVERY: Subject = Subject::new("discovery", "Discovery document");
/// The issuer in it.
pub(super) const ISSUER: Subject = Subject::new("issuer", "Issuer");
/// The endpoints in it.
pub(super) const ENDPOINTS: Subject = Subject::new("endpoints", "Endpoints");
/// The JWK Set.
pub(super) const KEYS: Subject = Subject::new("keys", "Signing keys");
/// The algorithms of ID tokens.
pub(super) const ALGORITHMS: Subject = Subject::new("algorithms", "Algorithms");
/// Are ID tokens encrypted?
pub(super) const ENCRYPTION: Subject = Subject::new("encryption", "Encryption");
/// PKCE.
pub(super) const PKCE: Subject = Subject::new("pkce", "PKCE");
/// RFC 9207.
pub(super) const RESPONSE_ISS: Subject = Subject::new("response_iss", "`iss` in answers");
/// RFC 9126.
pub(super) const PUSHED: Subject = Subject::new("pushed_requests", "Pushed requests");
/// RP-initiated logout.
pub(super) const LOGOUT: Subject = Subject::new("end_session", "Logout at the provider");
/// Back-channel logout.
pub(super) const BACKCHANNEL: Subject =
    Subject::new("backchannel_logout", "Logout from the provider");
/// How the client proves itself.
pub(super) const CLIENT_AUTH: Subject = Subject::new("client_auth", "Client authentication");
/// Scopes.
pub(super) const SCOPES: Subject = Subject::new("scopes", "Scopes");
/// Claims.
pub(super) const CLAIMS: Subject = Subject::new("claims", "Claims");
/// The clocks here and there.
pub(super) const CLOCK: Subject = Subject::new("clock", "Clock");
/// Client id and secret.
pub(super) const CLIENT: Subject = Subject::new("client", "Client id and secret");
/// The redirect URI.
pub(super) const REDIRECT_URI: Subject = Subject::new("redirect_uri", "Redirect URI");
/// Does the client belong to the application?
pub(super) const APPLICATION: Subject = Subject::new("application", "Application");
/// What accounts are connected to.
pub(super) const IDENTITIES: Subject = Subject::new("identities", "Connected accounts");
/// Does a server run here?
pub(super) const SERVER: Subject = Subject::new("server", "Server");
/// What answers at the public origin.
pub(super) const PUBLIC: Subject = Subject::new("public_url", "Public address");
/// The host name that arrives.
pub(super) const PROXY_HOST: Subject = Subject::new("proxy_host", "Proxy: host");
/// The scheme that arrives.
pub(super) const PROXY_SCHEME: Subject = Subject::new("proxy_scheme", "Proxy: scheme");
/// The client's address that arrives.
pub(super) const PROXY_ADDRESS: Subject = Subject::new("proxy_address", "Proxy: client address");
/// Do cookies come back?
pub(super) const PROXY_COOKIE: Subject = Subject::new("proxy_cookie", "Proxy: cookies");
/// The admin's own request.
pub(super) const THIS_REQUEST: Subject = Subject::new("this_request", "Your own request");

/// The steps that need a discovery document, in their order.
pub(super) const OF_DISCOVERY: [Subject; 16] = [
    ISSUER,
    ENDPOINTS,
    KEYS,
    ALGORITHMS,
    ENCRYPTION,
    PKCE,
    RESPONSE_ISS,
    PUSHED,
    LOGOUT,
    BACKCHANNEL,
    CLIENT_AUTH,
    SCOPES,
    CLAIMS,
    CLOCK,
    CLIENT,
    REDIRECT_URI,
];
