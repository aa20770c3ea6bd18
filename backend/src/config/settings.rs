//! All settings, read and checked against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::SecretSlice;
use shared::text::Text;
use url::Url;

use super::faults::{Fault, Faults, Notice, Weight, Wrong};
use super::general::{Database, LogConfig, SessionConfig};
use super::given::Given;
use super::misspelled::{self, Name};
use super::oidc::{self, OidcConfig};
use super::source::Reader;
use super::urls;
use super::{applications, brand, values};
use crate::application::registry::Applications;
use crate::base_path::BasePath;
use crate::brand::Brand;
use crate::message::say;
use crate::public_url::PublicUrl;

/// What sets how long a session lives at most.
pub(super) const MAX_AGE: &str = "SESSION_MAX_AGE_SECONDS";
/// The shortest useful life of a session, in seconds.
const MIN_SESSION_SECONDS: u64 = 60;
/// The longest: browsers delete cookies after 400 days.
const MAX_SESSION_SECONDS: u64 = 400 * 24 * 60 * 60;
/// The one setting whose name comes from elsewhere, the OpenTelemetry specification.
const COLLECTOR: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// The SQLite file if `DATABASE_URL` is not set.
const SQLITE_FILE: &str = "postern.db";

/// All settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where `/metrics` is served; `None` if it is not.
    pub ops_listen: Option<SocketAddr>,
    /// The address that people type into their browser; `None` if neither it nor a redirect URI is
    /// set.
    pub public_url: Option<PublicUrl>,
    /// Reverse proxies whose `X-Forwarded-*` headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the SQLite file and the generated keys are; it need not exist yet.
    pub data_dir: PathBuf,
    /// Where accounts and sessions are stored.
    pub database: Database,
    /// Seals the cookies; `None` if a key in [`Config::data_dir`] is used.
    pub secret_key: Option<SecretSlice<u8>>,
    /// How long sessions last.
    pub sessions: SessionConfig,
    /// True if people may log in with a password of this server.
    pub password_login: bool,
    /// True if the server may start although no admin could log in.
    pub break_glass: bool,
    /// What is logged, and how.
    pub log: LogConfig,
    /// Where traces are sent; `None` if nowhere.
    pub collector: Option<Url>,
    /// The OP; `None` if login through an OP is off.
    pub oidc: Option<OidcConfig>,
    /// The applications behind the door.
    pub applications: Applications,
    /// The look of the pages.
    pub brand: Brand,
    /// Notices about all of these.
    pub notices: Vec<Notice>,
    /// The given values.
    pub given: Given,
}

/// The result of reading the settings, with or without faults.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The settings. If there are faults, these are the readable ones, with defaults for the
    /// others: to examine, not to serve with.
    pub config: Config,
    /// What prevents a start.
    pub faults: Vec<Fault>,
    /// Each variable that is set, with its value; `None` for a secret.
    pub given: Vec<(String, Option<String>)>,
}

impl Config {
    /// Returns the address at which this machine reaches the listener.
    pub fn local_address(&self) -> SocketAddr {
        let ip = match self.listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.listen.port())
    }

    /// Returns `OIDC_PROVIDER`; empty if no OP is configured.
    #[must_use]
    pub fn op_name(&self) -> &str {
        let oidc = self.oidc.as_ref();
        oidc.map_or("", |oidc| oidc.provider.as_str())
    }

    /// Reads the settings of this process.
    ///
    /// # Errors
    /// All faults at once.
    pub fn from_env() -> Result<(Self, Vec<Notice>), Faults> {
        Self::from_os_vars(std::env::vars_os())
    }

    /// Reads the settings from these variables.
    ///
    /// # Errors
    /// All faults at once.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Vec<Notice>), Faults> {
        Self::read(Reader::new(vars.into_iter().collect(), BTreeSet::new()))
    }

    /// Returns the path below which Postern's own paths are on its host.
    #[must_use]
    pub fn base(&self) -> BasePath {
        self.applications.base()
    }

    /// Returns the address below which Postern's own paths are: the public origin, and the base
    /// path. `None` if no public origin is known.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        let origin = self.public_url.as_ref()?.origin();
        Some(format!("{origin}{}", self.base().as_str()))
    }

    /// Reads the settings of this process as far as possible.
    pub fn examine_env() -> Reading {
        Self::read_all(Self::os_reader(std::env::vars_os()))
    }

    /// Reads the settings from these variables as far as possible.
    pub fn examine_vars(vars: impl IntoIterator<Item = (String, String)>) -> Reading {
        Self::read_all(Reader::new(vars.into_iter().collect(), BTreeSet::new()))
    }

    /// Reads the settings from variables in the system's encoding, which may not be text.
    pub(super) fn from_os_vars(
        vars: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Vec<Notice>), Faults> {
        Self::read(Self::os_reader(vars))
    }

    /// Separates the variables that are text from the others.
    fn os_reader(vars: impl Iterator<Item = (OsString, OsString)>) -> Reader {
        let (mut texts, mut not_unicode) = (BTreeMap::new(), BTreeSet::new());
        for (name, value) in vars {
            // All our names are text.
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(text) => {
                    texts.insert(name, text);
                }
                Err(_) => {
                    not_unicode.insert(name);
                }
            }
        }
        Reader::new(texts, not_unicode)
    }

    /// Reads every setting, and fails if any has a fault.
    fn read(reader: Reader) -> Result<(Self, Vec<Notice>), Faults> {
        let Reading { config, faults, .. } = Self::read_all(reader);
        let notices = config.notices.clone();
        if faults.is_empty() {
            Ok((config, notices))
        } else {
            Err(Faults { faults, notices })
        }
    }

    /// Reads every setting, then checks them against each other.
    fn read_all(mut reader: Reader) -> Reading {
        let (oidc_enabled, oidc) = oidc::read(&mut reader);
        let config = Self {
            oidc,
            password_login: !reader.get_or_default("DISABLE_USERPASS_LOGIN", values::boolean),
            break_glass: reader.get_or_default("POSTERN_BREAK_GLASS", values::boolean),
            sessions: read_sessions(&mut reader),
            listen: reader.get_or_default("POSTERN_LISTEN", values::listen),
            ops_listen: reader.get("POSTERN_OPS_LISTEN", values::ops_listen),
            public_url: reader.get("POSTERN_PUBLIC_URL", urls::origin_url),
            trusted_proxies: reader
                .get("POSTERN_TRUSTED_PROXIES", values::networks)
                .unwrap_or_default(),
            data_dir: reader.get_or_default("DATA_DIR", |text| Ok(PathBuf::from(text))),
            // Replaced below if it is not set.
            database: reader
                .get("DATABASE_URL", values::database)
                .unwrap_or_else(|| Database::Sqlite(PathBuf::new())),
            secret_key: reader.get("POSTERN_SECRET_KEY", values::secret_key),
            log: LogConfig {
                filter: reader.get_or_default("POSTERN_LOG", values::log_filter),
                format: reader.get_or_default("POSTERN_LOG_FORMAT", values::log_format),
            },
            collector: read_collector(&mut reader),
            // Read below, since they need the public origin.
            applications: Applications::default(),
            brand: brand::read(&mut reader),
            notices: Vec::new(),
            given: Given::default(),
        };
        let mut config = config.checked(oidc_enabled, &mut reader);
        config.given = Given::of(&reader, config.oidc.as_ref(), &config.brand);
        judge_names(&mut reader);
        let given = reader.shown();
        config.notices = reader.notices;
        Reading {
            config,
            faults: reader.faults,
            given,
        }
    }

    /// Fills in settings that follow from others, and checks those that must agree.
    fn checked(mut self, oidc_enabled: bool, reader: &mut Reader) -> Self {
        if matches!(&self.database, Database::Sqlite(path) if path.as_os_str().is_empty()) {
            self.database = Database::Sqlite(self.data_dir.join(SQLITE_FILE));
        }
        if self.data_dir.exists() && !self.data_dir.is_dir() {
            let problem = format!("means {}, which is not a folder", self.data_dir.display());
            let remedy = "name a folder; it need not exist yet";
            reader.fault("DATA_DIR", Wrong::new(problem, remedy));
        }
        check_public_url(self.public_url.as_ref(), self.oidc.as_ref(), reader);
        if self.public_url.is_none() {
            self.public_url = self.oidc.as_ref().map(|oidc| oidc.origin.clone());
        }
        self.applications = applications::read(reader, self.public_url.as_ref());
        if self
            .ops_listen
            .is_some_and(|ops| is_same_place(ops, self.listen))
        {
            let problem = "is the same as POSTERN_LISTEN, where /metrics would be for everybody";
            let remedy = "write another port, such as 127.0.0.1:9090";
            reader.fault("POSTERN_OPS_LISTEN", Wrong::new(problem, remedy));
        }
        if !self.password_login && !oidc_enabled {
            let problem = "leaves no way to log in, since OIDC_ENABLED is not true";
            let remedy = "turn on login through an OP, or take this variable away";
            reader.fault("DISABLE_USERPASS_LOGIN", Wrong::new(problem, remedy));
        }
        if self
            .trusted_proxies
            .iter()
            .any(|network| network.prefix_len() == 0)
        {
            let setting = "POSTERN_TRUSTED_PROXIES";
            reader.notice(Weight::Warning, setting, Text::NOTICE_PROXIES);
        }
        self
    }
}

/// Returns true if both listeners would use the same address. Port 0 is another one each time.
fn is_same_place(a: SocketAddr, b: SocketAddr) -> bool {
    let is_any = a.ip().is_unspecified() || b.ip().is_unspecified();
    a.port() != 0 && a.port() == b.port() && (is_any || a.ip() == b.ip())
}

/// Reads how long sessions last.
pub(super) fn read_sessions(reader: &mut Reader) -> SessionConfig {
    let seconds = values::seconds(MIN_SESSION_SECONDS, MAX_SESSION_SECONDS);
    let max_age = reader.get_or_default(MAX_AGE, &seconds);
    let idle = reader.get_or_default("SESSION_IDLE_SECONDS", &seconds);
    if idle > max_age && reader.is_set("SESSION_IDLE_SECONDS") {
        let most = max_age.as_secs();
        let problem = format!("is longer than SESSION_MAX_AGE_SECONDS ({most})");
        let remedy = format!("write at most {most}, or raise SESSION_MAX_AGE_SECONDS");
        reader.fault("SESSION_IDLE_SECONDS", Wrong::new(problem, remedy));
    }
    SessionConfig {
        max_age,
        idle: idle.min(max_age),
    }
}

/// Reads where traces are sent.
fn read_collector(reader: &mut Reader) -> Option<Url> {
    let url = reader.get(COLLECTOR, values::collector)?;
    if !cfg!(feature = "otel") {
        reader.notice(Weight::Info, COLLECTOR, Text::NOTICE_NO_TRACES);
    }
    Some(url)
}

/// Checks that people are sent back to where they came from, and warns if that is unsafe.
fn check_public_url(public: Option<&PublicUrl>, oidc: Option<&OidcConfig>, reader: &mut Reader) {
    let redirect = oidc.map(|oidc| &oidc.origin);
    if let (Some(public), Some(redirect)) = (public, redirect)
        && public != redirect
    {
        let problem = format!(
            "differs from the origin of OIDC_REDIRECT_URI, {}",
            redirect.origin()
        );
        let remedy = "write the origin that people type into their browser into both, or take \
                    POSTERN_PUBLIC_URL away";
        reader.fault("POSTERN_PUBLIC_URL", Wrong::new(problem, remedy));
    }
    let (name, origin) = match (public, redirect) {
        (_, Some(redirect)) => ("OIDC_REDIRECT_URI", redirect),
        (Some(public), None) => ("POSTERN_PUBLIC_URL", public),
        (None, None) => return,
    };
    if urls::is_unspecified(&origin.host()) {
        let remedy = "write the host that people type into their browser";
        reader.fault(
            name,
            Wrong::new("names no host that a browser can visit", remedy),
        );
    } else if !origin.is_https() && !origin.is_loopback() {
        reader.notice(Weight::Warning, name, Text::NOTICE_HTTP);
    }
}

/// Reports variables that look meant for Postern.
fn judge_names(reader: &mut Reader) {
    let judged: Vec<(String, Name)> = reader
        .names()
        .map(|(name, text)| (name.to_owned(), misspelled::judge(name, text)))
        .collect();
    for (name, judgement) in judged {
        match judgement {
            Name::Fine => {}
            Name::Unsupported => reader.faults.push(Fault {
                variable: name,
                value: None,
                problem: "is not supported by this version".to_owned(),
                remedy: "take it away".to_owned(),
            }),
            Name::Near(near) => {
                let message = say(Text::NOTICE_NEAR).with("near", near);
                reader.notice(Weight::Warning, &name, message);
            }
            Name::Unknown => reader.notice(Weight::Warning, &name, Text::NOTICE_UNKNOWN),
        }
    }
}
