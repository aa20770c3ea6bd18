//! What the doctor looks at: the name and group of each step. The titles are among the texts, as
//! `check_NAME`.

use shared::doctor::{Group, Outcome};

use super::finding::Finding;
use super::words;
use crate::message::Message;

/// One thing to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<T = &'static str> {
    name: T,
    group: Group,
}

/// One thing to look at about an application behind the door, which has a name of its own.
pub(super) type OfApplication = Subject<String>;

impl Subject {
    const fn new(name: &'static str, group: Group) -> Self {
        Self { name, group }
    }
}

impl<T: Into<String>> Subject<T> {
    fn finding(
        self,
        outcome: Outcome,
        found: impl Into<Message>,
        remedy: Option<Message>,
    ) -> Finding {
        Finding {
            group: self.group,
            name: self.name.into(),
            outcome,
            found: found.into(),
            remedy,
        }
    }

    /// It works.
    pub(super) fn pass(self, found: impl Into<Message>) -> Finding {
        self.finding(Outcome::Pass, found, None)
    }

    /// It was not looked at, and why.
    pub(super) fn skip(self, why: impl Into<Message>) -> Finding {
        self.finding(Outcome::Skip, why, None)
    }

    /// Logins work, but something is not as it should be.
    pub(super) fn warn(self, found: impl Into<Message>, remedy: impl Into<Message>) -> Finding {
        self.finding(Outcome::Warn, found, Some(remedy.into()))
    }

    /// Logins fail, or will.
    pub(super) fn fail(self, found: impl Into<Message>, remedy: impl Into<Message>) -> Finding {
        self.finding(Outcome::Fail, found, Some(remedy.into()))
    }
}

impl OfApplication {
    /// Its public address.
    pub(super) fn door(app: &str) -> Self {
        Self {
            name: [words::DOOR, app].concat(),
            group: Group::Applications,
        }
    }

    /// Where it is proxied to.
    pub(super) fn upstream(app: &str) -> Self {
        Self {
            name: [words::UPSTREAM, app].concat(),
            group: Group::Applications,
        }
    }
}

/// The settings.
pub(super) const SETTINGS: Subject = Subject::new("settings", Group::Server);
/// The data folder and what is in it.
pub(super) const DATA_FOLDER: Subject = Subject::new("data_folder", Group::Server);
/// Room on its disk.
pub(super) const DISK: Subject = Subject::new("disk", Group::Server);
/// What seals cookies.
pub(super) const SECRET_KEY: Subject = Subject::new("secret_key", Group::Server);
/// Is the database there, and whole?
pub(super) const DATABASE: Subject = Subject::new("database", Group::Server);
/// Its migrations.
pub(super) const TABLES: Subject = Subject::new("tables", Group::Server);
/// Who can administer.
pub(super) const ADMINS: Subject = Subject::new("admins", Group::Server);
/// The OP's name.
pub(super) const DNS: Subject = Subject::new("op_dns", Group::Provider);
/// A connection to it.
pub(super) const CONNECTION: Subject = Subject::new("op_connection", Group::Provider);
/// Its certificate.
pub(super) const CERTIFICATE: Subject = Subject::new("op_certificate", Group::Provider);
/// The discovery document.
pub(super) const DISCOVERY: Subject = Subject::new("discovery", Group::Provider);
/// The issuer in it.
pub(super) const ISSUER: Subject = Subject::new("issuer", Group::Provider);
/// The endpoints in it.
pub(super) const ENDPOINTS: Subject = Subject::new("endpoints", Group::Provider);
/// The JWK Set.
pub(super) const KEYS: Subject = Subject::new("keys", Group::Provider);
/// The algorithms of ID tokens.
pub(super) const ALGORITHMS: Subject = Subject::new("algorithms", Group::Provider);
/// Are ID tokens encrypted?
pub(super) const ENCRYPTION: Subject = Subject::new("encryption", Group::Provider);
/// PKCE.
pub(super) const PKCE: Subject = Subject::new("pkce", Group::Provider);
/// RFC 9207.
pub(super) const RESPONSE_ISS: Subject = Subject::new("response_iss", Group::Provider);
/// RFC 9126.
pub(super) const PUSHED: Subject = Subject::new("pushed_requests", Group::Provider);
/// RP-initiated logout.
pub(super) const LOGOUT: Subject = Subject::new("end_session", Group::Provider);
/// Back-channel logout.
pub(super) const BACKCHANNEL: Subject = Subject::new("backchannel_logout", Group::Provider);
/// How the client proves itself.
pub(super) const CLIENT_AUTH: Subject = Subject::new("client_auth", Group::Provider);
/// Scopes.
pub(super) const SCOPES: Subject = Subject::new("scopes", Group::Provider);
/// Claims.
pub(super) const CLAIMS: Subject = Subject::new("claims", Group::Provider);
/// The clocks here and there.
pub(super) const CLOCK: Subject = Subject::new("clock", Group::Provider);
/// Client id and secret.
pub(super) const CLIENT: Subject = Subject::new("client", Group::Provider);
/// The redirect URI.
pub(super) const REDIRECT_URI: Subject = Subject::new("redirect_uri", Group::Provider);
/// Does the client belong to the application?
pub(super) const APPLICATION: Subject = Subject::new("application", Group::Provider);
/// What accounts are connected to.
pub(super) const IDENTITIES: Subject = Subject::new("identities", Group::Provider);
/// Does a server run here?
pub(super) const SERVER: Subject = Subject::new("server", Group::Server);
/// What answers at the public origin.
pub(super) const PUBLIC: Subject = Subject::new("public_url", Group::Address);
/// The host name that arrives.
pub(super) const PROXY_HOST: Subject = Subject::new("proxy_host", Group::Address);
/// The scheme that arrives.
pub(super) const PROXY_SCHEME: Subject = Subject::new("proxy_scheme", Group::Address);
/// The client's address that arrives.
pub(super) const PROXY_ADDRESS: Subject = Subject::new("proxy_address", Group::Address);
/// Do cookies come back?
pub(super) const PROXY_COOKIE: Subject = Subject::new("proxy_cookie", Group::Address);
/// The admin's own request.
pub(super) const THIS_REQUEST: Subject = Subject::new("this_request", Group::Address);

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

#[cfg(test)]
mod tests {
    use shared::text::{Language, Text};

    use super::{
        ADMINS, APPLICATION, CERTIFICATE, CONNECTION, DATA_FOLDER, DATABASE, DISCOVERY, DISK, DNS,
        IDENTITIES, OF_DISCOVERY, PROXY_ADDRESS, PROXY_COOKIE, PROXY_HOST, PROXY_SCHEME, PUBLIC,
        SECRET_KEY, SERVER, SETTINGS, TABLES, THIS_REQUEST,
    };

    #[test]
    fn every_subject_has_a_title() {
        let others = [
            ADMINS,
            APPLICATION,
            CERTIFICATE,
            CONNECTION,
            DATA_FOLDER,
            DATABASE,
            DISCOVERY,
            DISK,
            DNS,
            IDENTITIES,
            PROXY_ADDRESS,
            PROXY_COOKIE,
            PROXY_HOST,
            PROXY_SCHEME,
            PUBLIC,
            SECRET_KEY,
            SERVER,
            SETTINGS,
            TABLES,
            THIS_REQUEST,
        ];
        for subject in OF_DISCOVERY.into_iter().chain(others) {
            let step = subject
                .pass(Text::FOUND_NOT_OFFERED)
                .step(Language::ENGLISH);
            assert_ne!(step.title, step.name);
        }
    }
}
