//! Postern and the demo OP together, for `demo` and `dev`, and applications behind the door.

use crate::command::Command;
use crate::hex::hex;
use crate::service::{self, Service};
use crate::{net, place};
use anyhow::{Context as _, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Where Postern listens.
pub(crate) const POSTERN_PORT: u16 = 8080;

/// Where the demo OP listens.
pub(crate) const OP_PORT: u16 = 9000;

/// The demo OP's application: the issuer, and what an admin gives as the application's URL.
pub(crate) const ISSUER: &str = "http://127.0.0.1:9000/application/o/postern/";

/// How Postern is registered at the OP.
const CLIENT_ID: &str = "postern";

/// Below which path Postern's own pages are if an application has its host.
const BASE: &str = "/_postern";

/// The demo OP's log, in the data folder.
const OP_LOG: &str = "demo-op.log";

/// An application behind the door.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// Its public origin: Postern's own, or one of its own.
    pub(crate) origin: &'static str,
    /// Where it listens.
    pub(crate) port: u16,
}

/// Postern and the demo OP, ready to start.
pub(crate) struct Site {
    /// Folder of the binaries: `target/release` or `target/debug`.
    pub(crate) binaries: PathBuf,
    /// Folder of the database and of the logs; created if missing.
    pub(crate) data: PathBuf,
    /// What browsers see as Postern's origin.
    pub(crate) origin: &'static str,
    /// The applications behind the door; with one on Postern's own origin, Postern's pages are
    /// below [`BASE`].
    pub(crate) apps: &'static [App],
    /// Where the output of all goes.
    pub(crate) output: Output,
}

/// Where the output of the servers goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// To the terminal, for developers.
    Terminal,
    /// To files in the data folder.
    Files,
}

impl Site {
    /// Fails if a port that it needs is taken.
    pub(crate) fn require_ports(further: &[(u16, &str)]) -> Result<()> {
        net::require_free(
            &[
                &[(POSTERN_PORT, "Postern"), (OP_PORT, "the demo OP")],
                further,
            ]
            .concat(),
        )
    }

    /// Returns the address below which Postern's own pages are.
    pub(crate) fn address(&self) -> String {
        format!("{}{}", self.origin, self.base())
    }

    fn base(&self) -> &'static str {
        if self.apps.iter().any(|app| app.origin == self.origin) {
            BASE
        } else {
            ""
        }
    }

    /// Starts all and waits until they answer.
    pub(crate) fn start(&self) -> Result<Vec<Service>> {
        fs::create_dir_all(&self.data)
            .with_context(|| format!("{} cannot be made", place::shown(&self.data)))?;
        let secret = self.client_secret()?;
        let redirect_uri = format!("{}/api/oauth/openid", self.origin);
        let return_url = format!("{}/login?logged_out=1", self.address());
        let backchannel = format!("http://127.0.0.1:{POSTERN_PORT}/api/oauth/backchannel-logout");
        let op = service::dies_with_xtask(self.binaries.join("demo-op"))
            .args(["--listen", &format!("127.0.0.1:{OP_PORT}")])
            .args(["--client-id", CLIENT_ID, "--redirect-uri", &redirect_uri])
            .args(["--post-logout-uri", &return_url])
            // The release that sends people back after a logout.
            .args(["--imitate", "main", "--end-session"])
            .args(["--backchannel-logout-uri", &backchannel])
            .env("DEMO_OP_CLIENT_SECRET", &secret);
        let mut op = Service::start("The demo OP", op, self.log(OP_LOG))?;
        let discovery = "/application/o/postern/.well-known/openid-configuration";
        op.wait_for_http(OP_PORT, discovery)?;
        let postern = service::dies_with_xtask(self.binaries.join("postern"))
            .without_postern_settings()
            .envs(&self.settings()?);
        let mut postern = Service::start("Postern", postern, self.log("postern.log"))?;
        postern.wait_for_http(POSTERN_PORT, &format!("{}/readyz", self.base()))?;
        let mut services = vec![op, postern];
        for (app, number) in self.apps.iter().zip(1..) {
            services.push(self.start_app(app, number)?);
        }
        Ok(services)
    }

    /// Starts an application and waits until it listens: without an assertion it answers 401.
    fn start_app(&self, app: &App, number: usize) -> Result<Service> {
        let command = service::dies_with_xtask(self.binaries.join("demo-app"))
            .args(["--listen", &format!("127.0.0.1:{}", app.port)])
            .args(["--origin", app.origin]);
        let log = self.log(&format!("demo-app-{number}.log"));
        let mut service = Service::start("A demo application", command, log)?;
        service.wait_until(|| net::get_status(app.port, "/") == Some(401))?;
        Ok(service)
    }

    /// Returns the demo OP's message about its accounts, a line for each. The rest goes to its log.
    pub(crate) fn accounts(&self) -> Result<Vec<String>> {
        let log = self.data.join(OP_LOG);
        let text = fs::read_to_string(&log)
            .with_context(|| format!("{} cannot be read", place::shown(&log)))?;
        Ok(text
            .lines()
            .filter_map(|line| line.strip_prefix("account: "))
            .map(str::to_owned)
            .collect())
    }

    /// Returns the setup token; `None` once there is an admin.
    pub(crate) fn setup_token(&self) -> Result<Option<String>> {
        let answer = Command::new(self.binaries.join("postern"))
            .args(["setup-token"])
            .without_postern_settings()
            .envs(&self.settings()?)
            .read("asking Postern for its setup token");
        // It refuses once an admin exists; otherwise it prints only the token.
        Ok(answer
            .ok()
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty()))
    }

    /// Postern's settings, as an admin would put them into the environment.
    fn settings(&self) -> Result<Vec<(String, OsString)>> {
        let settings: [(&str, OsString); 9] = [
            ("POSTERN_LISTEN", format!("127.0.0.1:{POSTERN_PORT}").into()),
            ("DATA_DIR", self.data.clone().into()),
            ("OIDC_ENABLED", "true".into()),
            ("OIDC_PROVIDER", "authentik".into()),
            ("OIDC_CLIENT_ID", CLIENT_ID.into()),
            ("OIDC_CLIENT_SECRET", self.client_secret()?.into()),
            (
                "OIDC_REDIRECT_URI",
                format!("{}/api/oauth/openid", self.origin).into(),
            ),
            (
                "OIDC_SERVER_APPLICATION_URL",
                ISSUER.trim_end_matches('/').into(),
            ),
            ("OIDC_RP_INITIATED_LOGOUT", "true".into()),
        ];
        let mut settings: Vec<(String, OsString)> = settings
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        for app in self.apps {
            let upstream = format!("http://127.0.0.1:{}", app.port).into();
            if app.origin == self.origin {
                settings.push(("POSTERN_UPSTREAM".to_owned(), upstream));
                settings.push(("POSTERN_UPSTREAM_LABEL".to_owned(), "Demo at home".into()));
            } else {
                settings.push(("POSTERN_APP_DEMO_UPSTREAM".to_owned(), upstream));
                settings.push(("POSTERN_APP_DEMO_URL".to_owned(), app.origin.into()));
                let label = "Demo on its own host".into();
                settings.push(("POSTERN_APP_DEMO_LABEL".to_owned(), label));
            }
        }
        Ok(settings)
    }

    /// Returns the client secret, generated at the first start and stored in the data folder.
    fn client_secret(&self) -> Result<String> {
        let file = self.data.join("client-secret");
        if let Ok(secret) = fs::read_to_string(&file) {
            return Ok(secret);
        }
        let mut random = [0; 24];
        File::open("/dev/urandom")
            .and_then(|mut source| source.read_exact(&mut random))
            .context("/dev/urandom cannot be read")?;
        let secret = hex(&random);
        fs::write(&file, &secret)
            .with_context(|| format!("{} cannot be written", place::shown(&file)))?;
        Ok(secret)
    }

    /// Returns where a server's output goes.
    fn log(&self, name: &str) -> Option<PathBuf> {
        (self.output == Output::Files).then(|| self.data.join(name))
    }
}

/// Removes a data folder, if it is there.
pub(crate) fn forget(data: &Path) -> Result<()> {
    match fs::remove_dir_all(data) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(fault).with_context(|| format!("{} cannot be removed", place::shown(data)))
        }
        _ => Ok(()),
    }
}
