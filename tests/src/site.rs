//! A server and an OP in this process, with a clock that stands: for tests that speak HTTP and
//! need no browser.

use postern::audit::Actor;
use std::collections::BTreeMap;
use std::time::Duration;

use clock::{Clock, Timestamp};
use demo_op::{Client, Op, Settings};
use oidc::client::Timeouts;
use postern::account::{AccountId, NewAccount, Voucher};
use postern::app::{App, AppState};
use postern::config::Config;
use postern::reload::reload;
use postern::store::NewIdentity;
use postern::telemetry;
use shared::email::Email;
use shared::routes::API_OAUTH_OPENID;
use shared::session::Role;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::http_browser::HttpBrowser;
use crate::logins::{add_account, link};
use crate::schema::Schema;

/// The time at which every site begins, in seconds since 1970.
pub const BEGINNING: i64 = 1_750_000_000;
/// The client id of the site at its OP.
pub const CLIENT_ID: &str = "postern";
/// The client secret there.
pub const CLIENT_SECRET: &str = "a-client-secret-of-the-tests";
/// The password of every account that [`Site::add`] creates from [`user`] or [`admin`].
pub const PASSWORD: &str = "a password of the tests";

/// How long the server may take until it has asked the OP for its discovery document.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server and its OP. Both end with this value.
pub struct Site {
    /// The state that the server's requests share: its store, its keys, its settings.
    pub app: AppState,
    /// The OP, with the users of its demo.
    pub op: Op,
    origin: String,
    public_origin: String,
    settings: BTreeMap<String, String>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
    _data: TempDir,
    _schema: Option<Schema>,
}

impl Site {
    /// Starts a site with the settings of a newcomer who followed the guide for Authentik.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts a site with these settings besides or instead; an empty one is taken away.
    ///
    /// # Panics
    /// It does not start.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::with_op(settings, Settings::default()).await
    }

    /// Starts a site with these settings, at an OP with those. In a setting `{op}` is the OP's origin.
    ///
    /// # Panics
    /// It does not start.
    pub async fn with_op(settings: &[(&str, &str)], op: Settings) -> Self {
        Self::prepared(settings, op, Timeouts::default(), async |_| {}).await
    }

    /// Starts a site that has these timeouts for its OP, once the OP is prepared: it may be
    /// down or lie before the server asks for the first time.
    ///
    /// # Panics
    /// It does not start.
    pub async fn prepared(
        settings: &[(&str, &str)],
        op: Settings,
        timeouts: Timeouts,
        prepare: impl AsyncFnOnce(&Op),
    ) -> Self {
        let schema = Schema::if_wanted().await;
        let data = TempDir::new().expect("a data folder");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let origin = format!("http://{address}");

        let changed: BTreeMap<&str, &str> = settings.iter().copied().collect();
        let usual = format!("{origin}{API_OAUTH_OPENID}");
        let redirect_uri = changed
            .get("OIDC_REDIRECT_URI")
            .map_or(usual, |&uri| uri.to_owned());
        let op = start_op(op, &redirect_uri).await;
        prepare(&op).await;
        let mut vars = usual_settings(&op, &redirect_uri, &data);
        if let Some(schema) = &schema {
            vars.insert("DATABASE_URL".to_owned(), schema.url().to_owned());
        }
        vars.extend(
            changed
                .iter()
                .map(|(&name, value)| (name.to_owned(), value.replace("{op}", op.origin()))),
        );
        let (config, _) =
            Config::from_vars(vars.clone()).unwrap_or_else(|faults| panic!("{faults}"));

        let clock = Clock::fixed(Timestamp::from_unix(BEGINNING));
        let app = App::with_timeouts(config, clock, timeouts).await;
        let app = app.expect("the application");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = postern::serve(app.clone(), listener, async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(serving);
        let public_origin = redirect_uri.trim_end_matches(API_OAUTH_OPENID).to_owned();
        let site = Self {
            app,
            op,
            origin,
            public_origin,
            settings: vars,
            stop: Some(stop),
            server,
            _data: data,
            _schema: schema,
        };
        site.wait_for_discovery().await;
        site
    }

    /// Returns the server's address: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns what people type into their browser: the origin of the redirect URI.
    pub fn public_origin(&self) -> &str {
        &self.public_origin
    }

    /// Returns a browser that has never been anywhere.
    pub fn browser(&self) -> HttpBrowser {
        let browser = HttpBrowser::new(&self.origin, &self.public_origin, self.op.origin());
        if self.app.config.public_url.is_some() {
            browser.with_port_in_cookies()
        } else {
            browser
        }
    }

    /// Returns a browser that is logged in by password.
    ///
    /// # Panics
    /// The login fails.
    pub async fn logged_in(&self, username: &str) -> HttpBrowser {
        let browser = self.browser();
        let answer = browser.log_in(username, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        browser
    }

    /// Returns the time here and at the OP.
    pub fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// Lets time pass, here and at the OP.
    pub fn pass(&self, duration: Duration) {
        self.app.clock.advance(duration);
        self.op.set_time(Some(self.now().unix()));
    }

    /// Lets so much time pass that the server asks the OP for its metadata again.
    pub fn forget_metadata(&self) {
        self.pass(Duration::from_secs(11));
    }

    /// Creates an account, with [`PASSWORD`] unless it has another or none.
    ///
    /// # Panics
    /// Its name or email is taken.
    pub async fn add(&self, account: NewAccount) -> AccountId {
        add_account(&self.app.store, &account, Actor::server(self.now())).await
    }

    /// Links another subject of the OP to an account, whom nobody there is.
    ///
    /// # Panics
    /// The account or the subject is linked already.
    pub async fn link_another(&self, account_id: AccountId) {
        let identity = NewIdentity {
            issuer: self.op.issuer(),
            subject: "another",
            username: None,
            email: None,
            is_email_verified: false,
            groups: None,
        };
        link(
            &self.app.store,
            account_id,
            identity,
            Actor::server(self.now()),
        )
        .await;
    }

    /// Makes the server read its settings again, as on SIGHUP, with these instead or in addition.
    pub async fn reload(&self, settings: &[(&str, &str)]) {
        let mut vars = self.settings.clone();
        vars.extend(
            settings
                .iter()
                .map(|&(name, value)| (name.to_owned(), value.to_owned())),
        );
        let read = Config::from_vars(vars);
        reload(&self.app, &telemetry::Log::default(), read).await;
    }

    /// Returns the state of another process on the same database.
    ///
    /// # Panics
    /// It does not start.
    pub async fn replica(&self) -> AppState {
        let (config, _) = Config::from_vars(self.settings.clone()).expect("the same settings");
        let app = App::new(config, self.app.clock.clone()).await;
        app.expect("another application")
    }

    /// Serves `/metrics`, and returns where.
    ///
    /// # Panics
    /// No port is free.
    pub async fn serve_ops(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        // Ends with the test's runtime.
        tokio::spawn(postern::serve_ops(self.app.clone(), listener));
        format!("http://{address}")
    }

    /// Asks the server to stop, and waits until it has.
    ///
    /// # Panics
    /// It does not end in good order.
    pub async fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        (&mut self.server)
            .await
            .expect("the server ends in good order");
    }

    /// The server looks at the OP once by itself: before that it might do so in the middle of a
    /// test.
    async fn wait_for_discovery(&self) {
        let Some(provider) = self.app.provider() else {
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        let has_looked = || {
            let found = provider.rp.end_session_url(None, "http://localhost/");
            found.is_some() || provider.rp.unreachable_since().is_some()
        };
        while !has_looked() {
            assert!(
                Instant::now() < deadline,
                "the server never asked for discovery"
            );
            sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Starts an OP with the users of the demo and no clients, in whose time it is now.
///
/// # Errors
/// No port is free.
pub async fn op_of_today() -> anyhow::Result<Op> {
    Op::start(Settings {
        users: Settings::demo().users,
        ..Settings::default()
    })
    .await
}

/// Starts an OP with one client, the users of the demo, and the time of the site.
async fn start_op(settings: Settings, redirect_uri: &str) -> Op {
    let settings = Settings {
        clients: vec![Client::new(CLIENT_ID, CLIENT_SECRET, redirect_uri)],
        users: Settings::demo().users,
        ..settings
    };
    let op = Op::start(settings).await.expect("the OP starts");
    op.set_time(Some(BEGINNING));
    op
}

fn usual_settings(op: &Op, redirect_uri: &str, data: &TempDir) -> BTreeMap<String, String> {
    let settings = [
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", CLIENT_ID),
        ("OIDC_CLIENT_SECRET", CLIENT_SECRET),
        ("OIDC_REDIRECT_URI", redirect_uri),
        ("OIDC_SERVER_APPLICATION_URL", &op.application_url()),
        ("DATA_DIR", &data.path().display().to_string()),
    ];
    settings
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Returns an ordinary account with a password and an email `USERNAME@example.com` of its own
/// choice.
///
/// # Panics
/// The name is not part of a valid email address.
pub async fn user(username: &str) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        display_name: None,
        email: Some(email(&format!("{username}@example.com"))),
        email_voucher: None,
        role: Role::User,
        password_hash: Some(password_hash().await),
    }
}

/// Returns such an account whose email an admin set.
///
/// # Panics
/// The name makes no email address.
pub async fn vouched(username: &str) -> NewAccount {
    NewAccount {
        email_voucher: Some(Voucher::Admin),
        ..user(username).await
    }
}

/// Returns an admin with a password and an email `USERNAME@example.com`.
///
/// # Panics
/// The name is not part of a valid email address.
pub async fn admin(username: &str) -> NewAccount {
    NewAccount {
        role: Role::Admin,
        ..user(username).await
    }
}

/// Returns the address.
///
/// # Panics
/// It is not valid.
pub fn email(text: &str) -> Email {
    Email::composed(text).unwrap_or_else(|_| panic!("{text} is no email address"))
}

/// Returns the hash of [`PASSWORD`], which is computed once.
async fn password_hash() -> String {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let make = async || {
        let passwords = postern::password::Passwords::new();
        passwords
            .hash(&PASSWORD.into())
            .await
            .expect("argon2 hashes it")
    };
    HASH.get_or_init(make).await.clone()
}
