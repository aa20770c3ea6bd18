//! The applications, and which one a request is for.

use std::sync::Arc;

use url::Url;

use super::allow::{Allow, is_allowed};
use super::public_path::PublicPath;
use super::told::IdentityHeaders;
use super::upstream::Upstream;
use crate::account::Account;
use crate::base_path::BasePath;
use crate::public_url::PublicUrl;

/// An application behind the door.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its name in the settings, in lower case: `grafana`.
    pub name: String,
    /// Its public origin.
    pub url: PublicUrl,
    /// Is that Postern's own origin? Then Postern's paths are below [`BasePath::BELOW`], and its
    /// session opens the application.
    pub is_on_own_host: bool,
    /// Where it is proxied to; `None` if a reverse proxy asks for each request.
    pub upstream: Option<Upstream>,
    /// Who may open it; empty for everybody who is logged in.
    pub allow: Vec<Allow>,
    /// Paths that need no login.
    pub public: Vec<PublicPath>,
    /// The headers that it is given.
    pub headers: IdentityHeaders,
    /// What people call it.
    pub label: String,
    /// The address of a picture; `None` for one made of its label.
    pub icon: Option<Url>,
}

impl Application {
    /// Returns the name of one of its settings, by its ending: `PUBLIC`.
    #[must_use]
    pub fn setting(&self, ending: &str) -> String {
        match (self.is_on_own_host, ending) {
            (true, "UPSTREAM") => "POSTERN_UPSTREAM".to_owned(),
            (true, ending) => format!("POSTERN_UPSTREAM_{ending}"),
            (false, ending) => format!("POSTERN_APP_{}_{ending}", self.name.to_uppercase()),
        }
    }

    /// May this account open it?
    #[must_use]
    pub fn may_open(&self, account: &Account) -> bool {
        is_allowed(&self.allow, account)
    }

    /// Returns the application at that origin in whose process Postern runs.
    #[must_use]
    pub fn around_us(url: PublicUrl) -> Self {
        Self {
            name: HOME.to_owned(),
            url,
            is_on_own_host: true,
            upstream: None,
            allow: Vec::new(),
            public: Vec::new(),
            headers: IdentityHeaders::None,
            label: HOME.to_owned(),
            icon: None,
        }
    }
}

/// The name of the application on Postern's own host.
pub const HOME: &str = "home";

/// All applications, each on a host of its own, but for one that may be on Postern's.
#[derive(Debug, Clone, Default)]
pub struct Applications(pub Vec<Arc<Application>>);

impl Applications {
    /// Returns the application on the host that a browser asked for. `None` if there is none: an
    /// unknown host opens nothing.
    #[must_use]
    pub fn on_host(&self, host: &str) -> Option<&Arc<Application>> {
        self.0.iter().find(|app| app.url.is_authority(host))
    }

    /// Returns the path below which Postern's own paths are on its host.
    #[must_use]
    pub fn base(&self) -> BasePath {
        self.home().map_or(BasePath::ROOT, |_| BasePath::BELOW)
    }

    /// Returns the application on Postern's own host.
    #[must_use]
    pub fn home(&self) -> Option<&Arc<Application>> {
        self.0.iter().find(|app| app.is_on_own_host)
    }

    /// Returns what the account may open, in the order of the settings.
    pub fn of<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a Application> {
        let all = self.0.iter().map(Arc::as_ref);
        all.filter(|app| app.may_open(account))
    }

    /// Returns the application of that name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Application>> {
        self.0.iter().find(|app| app.name == name)
    }
}
