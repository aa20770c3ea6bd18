//! The application as a program of its own, at the demo OP.

use std::ffi::OsStr;
use std::process::Command;

use demo_op::{Client, Op, Settings};
use reqwest::Method;
use tempfile::TempDir;
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::places::free_port;
use tests::process::Process;
use tests::site::{CLIENT_ID, CLIENT_SECRET};
use tests::web::answers;

/// The application, its OP and a browser.
pub(crate) struct Place {
    /// The OP.
    pub(crate) op: Op,
    /// Where the application is.
    pub(crate) origin: String,
    /// A browser without pages.
    pub(crate) browser: HttpBrowser,
    _program: Process,
    _data: TempDir,
}

/// Starts the application at an OP whose users are those of the demo.
pub(crate) async fn start() -> Place {
    start_with(&[]).await
}

/// Does the same with these variables more.
pub(crate) async fn start_with(variables: &[(&str, &OsStr)]) -> Place {
    let origin = format!("http://127.0.0.1:{}", free_port().expect("a free port"));
    let redirect_uri = format!("{origin}/api/oauth/openid");
    let op = Op::start(Settings {
        clients: vec![Client::new(CLIENT_ID, CLIENT_SECRET, &redirect_uri)],
        users: Settings::demo().users,
        ..Settings::default()
    });
    let op = op.await.expect("the OP starts");
    let data = TempDir::new().expect("a data folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_axum-app"));
    command
        .arg(origin.trim_start_matches("http://"))
        .env_clear()
        .env("DATA_DIR", data.path())
        .env("OIDC_ENABLED", "true")
        .env("OIDC_PROVIDER", "authentik")
        .env("OIDC_CLIENT_ID", CLIENT_ID)
        .env("OIDC_CLIENT_SECRET", CLIENT_SECRET)
        .env("OIDC_REDIRECT_URI", &redirect_uri)
        .env("OIDC_SERVER_APPLICATION_URL", op.application_url())
        .env("OIDC_CLAIM_ROLES", "groups")
        .env("OIDC_ROLE_ADMIN", "bosses")
        .env("OIDC_ROLE_USER", "*")
        .envs(variables.iter().copied());
    let mut program = Process::start("axum-app", command).expect("a process");
    let ready = format!("{origin}/_postern/readyz");
    program
        .until_ready(async || answers(&ready).await)
        .await
        .expect("the application starts");
    let browser = HttpBrowser::new(&origin, &origin, op.origin()).with_port_in_cookies();
    Place {
        op,
        origin,
        browser,
        _program: program,
        _data: data,
    }
}

impl Place {
    /// Logs in as this user of the OP, who wants to see that page.
    pub(crate) async fn log_in(&self, username: &str, page: &str) {
        let asked = navigate(&self.browser, page).await;
        assert_eq!(asked.status, 303, "{}", asked.body);
        let (login, next) = asked.location().split_once('?').unwrap_or_default();
        assert_eq!(login, "/_postern/login");
        let start = format!("/_postern/api/login/openid?{next}");
        let login = self.browser.log_in_at(&start, username).await;
        assert_eq!(login.callback.location(), page);
    }
}

/// Loads a page.
pub(crate) async fn navigate(browser: &HttpBrowser, path: &str) -> Answer {
    let request = browser.call(Method::GET, path);
    browser
        .send(request.header("sec-fetch-mode", "navigate"))
        .await
}
