//! SIGHUP: secrets and certificates are taken over while the server runs.

use std::fs::copy;
use std::time::Duration;

use anyhow::Result;
use demo_op::{Client, Op};
use shared::routes::{API_LOGIN_OPENID, API_OAUTH_OPENID};
use tempfile::TempDir;
use tests::authority::Authority;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::poll::{PATIENCE, until};
use tests::reverse_proxy::{ReverseProxy, nothing, set};
use tests::server::Server;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site, op_of_today, user};

const NEW_SECRET: &str = "the-client-secret-after-that";
const KEY: &str = "one 0123456789 abcdefghijklmnopqrstuvwxyz";
const NEW_KEY: &str = "two 0123456789 abcdefghijklmnopqrstuvwxyz ABCDEF";

/// Gives the client another secret at the OP.
fn change_secret(site: &Site) {
    let redirect_uri = format!("{}{API_OAUTH_OPENID}", site.origin());
    site.op
        .register(Client::new(CLIENT_ID, NEW_SECRET, &redirect_uri));
}

#[tokio::test]
async fn client_secret_that_was_changed_at_the_op_is_taken_over() {
    let site = Site::start().await;
    let under_way = site.browser();
    let callback = under_way.callback_for("alice").await;
    change_secret(&site);
    let before = site.browser().log_in_as("bob").await.callback;

    site.reload(&[("OIDC_CLIENT_SECRET", NEW_SECRET)]).await;

    let after = site.browser().log_in_as("bob").await.callback;
    let begun_before = under_way.get(&callback).await;
    assert_eq!(before.code(), "client_rejected");
    assert_eq!(after.location(), "/", "{}", after.code());
    assert_eq!(begun_before.location(), "/", "{}", begun_before.code());
}

#[tokio::test]
async fn reload_keeps_what_the_op_last_said() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback = browser.callback_for("bob").await;
    let asked = site.op.requests().len();

    site.reload(&[("OIDC_CLIENT_SECRET", "a-wrong-secret")])
        .await;
    site.reload(&[("OIDC_CLIENT_SECRET", CLIENT_SECRET)]).await;
    let answer = browser.get(&callback).await;

    assert_eq!(answer.location(), "/", "{}", answer.code());
    let provider = site.app.provider().unwrap();
    assert!(
        provider
            .rp
            .end_session_url(None, "http://localhost/")
            .is_some()
    );
    assert!(site.op.requests().len() > asked);
}

#[tokio::test]
async fn login_under_way_and_sessions_outlive_another_secret_key() {
    let site = Site::with(&[("POSTERN_SECRET_KEY", KEY)]).await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    let bob = site.browser();
    let callback = bob.callback_for("bob").await;

    site.reload(&[("POSTERN_SECRET_KEY", NEW_KEY)]).await;

    assert_eq!(alice.who().await.as_deref(), Some("alice"));
    let answer = bob.get(&callback).await;
    assert_eq!(answer.location(), "/", "{}", answer.code());
    let begun_after = site.browser().log_in_as("bob").await.callback;
    assert_eq!(begun_after.location(), "/", "{}", begun_after.code());
}

#[tokio::test]
async fn authority_that_was_renewed_is_trusted_from_then_on() {
    let (former, renewed) = (Authority::new(), Authority::new());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    copy(former.file(), &file).unwrap();
    let request = Box::new(|head: &mut Vec<String>| set(head, "x-forwarded-proto", "https"));
    let tls = renewed.certify("localhost").tls();
    let before_op = ReverseProxy::start(Some(tls), request, nothing());
    let origin = format!("https://localhost:{}", before_op.port());
    let site = Site::with(&[
        ("OIDC_TLS_CACERTFILE", file.to_str().unwrap()),
        (
            "OIDC_SERVER_APPLICATION_URL",
            &format!("{origin}/application/o/postern/"),
        ),
    ])
    .await;
    before_op.lead_to(site.op.address().port());
    let start = async || site.browser().get(API_LOGIN_OPENID).await;
    let before = start().await;
    copy(renewed.file(), &file).unwrap();
    let not_yet = start().await;

    site.reload(&[]).await;

    let after = start().await;
    assert_eq!(before.code(), "op_unreachable");
    assert_eq!(not_yet.code(), "op_unreachable");
    assert!(after.location().starts_with(&origin), "{}", after.summary());
}

#[tokio::test]
async fn former_secret_key_opens_nothing_after_ten_minutes() {
    let site = Site::with(&[("POSTERN_SECRET_KEY", KEY)]).await;
    let (early, late) = (site.browser(), site.browser());
    let callbacks = [
        early.callback_for("bob").await,
        late.callback_for("bob").await,
    ];
    site.reload(&[("POSTERN_SECRET_KEY", NEW_KEY)]).await;
    let does_open = async |browser: &HttpBrowser, callback: &str| {
        Log::begin();
        browser.get(callback).await;
        !Log::text().contains("its cookie does not open")
    };

    site.pass(Duration::from_secs(599));
    assert!(does_open(&early, &callbacks[0]).await);

    // It would be too old as well, and then be called so.
    site.pass(Duration::from_secs(1));
    assert!(!does_open(&late, &callbacks[1]).await);
}

#[tokio::test]
async fn faulty_setting_changes_nothing_and_names_the_remedy() {
    let site = Site::with(&[("POSTERN_SECRET_KEY", KEY)]).await;
    let keys = site.app.keys();
    Log::begin();

    site.reload(&[
        ("OIDC_CLIENT_SECRET", NEW_SECRET),
        ("POSTERN_SECRET_KEY", "short"),
    ])
    .await;

    let log = Log::text();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("reload")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    for part in [
        "ERROR",
        "reload refused, nothing has changed: POSTERN_SECRET_KEY",
        "fix: make one with",
    ] {
        assert!(lines[0].contains(part), "{part}: {log}");
    }
    assert!(
        !log.contains(NEW_SECRET) && !log.contains("short\""),
        "{log}"
    );
    assert!(site.app.keys().is_same(&keys));
    let callback = site.browser().log_in_as("bob").await.callback;
    assert_eq!(callback.location(), "/", "{}", callback.code());
}

#[tokio::test]
async fn log_says_what_was_taken_over_and_what_was_not() {
    let site = Site::start().await;
    change_secret(&site);
    Log::begin();

    site.reload(&[]).await;
    let same = Log::text();
    site.reload(&[
        ("OIDC_CLIENT_SECRET", NEW_SECRET),
        ("POSTERN_BRAND_NAME", "Somewhere else"),
    ])
    .await;

    let log = Log::text();
    assert!(
        same.contains("reloaded: nothing to take over has changed"),
        "{same}"
    );
    assert!(log.contains("reloaded: OIDC_CLIENT_SECRET\n"), "{log}");
    assert!(
        log.contains("changed, but only a restart takes it over: POSTERN_BRAND_NAME"),
        "{log}"
    );
    assert!(
        !log.contains(NEW_SECRET) && !log.contains("Somewhere else"),
        "{log}"
    );
    // The next one says again what still waits for a restart.
    site.reload(&[
        ("OIDC_CLIENT_SECRET", NEW_SECRET),
        ("POSTERN_BRAND_NAME", "Somewhere else"),
    ])
    .await;
    assert_eq!(Log::text().matches("only a restart").count(), 2);
}

/// A server on SQLite at the OP of a demo, with its secrets in files.
async fn with_files(op: &Op) -> Result<(Server, HttpBrowser)> {
    let mut server = Server::prepare(Database::create(DatabaseKind::Sqlite).await?)?;
    server.use_op_here(op);
    server.unset("OIDC_CLIENT_SECRET");
    for (name, file, value) in [
        ("OIDC_CLIENT_SECRET_FILE", "client", CLIENT_SECRET),
        ("POSTERN_LOG_FILE", "log", "warn"),
    ] {
        let path = server.data().join(file);
        std::fs::write(&path, value)?;
        server.set(name, path.display().to_string());
    }
    server.start().await?;
    let browser = HttpBrowser::new(server.origin(), server.origin(), op.origin());
    Ok((server, browser))
}

/// Waits until the log says something.
async fn until_logged(server: &Server, text: &str) -> Result<()> {
    let said = async || Ok(server.log().contains(text).then_some(()));
    until(text, PATIENCE, said).await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn hangup_takes_over_what_files_give_and_the_server_goes_on() -> Result<()> {
    let op = op_of_today().await?;
    let (mut server, browser) = with_files(&op).await?;
    let id = server.id()?;
    let secret = server.data().join("client");

    // The log's filter first: what is taken over is said at `info`.
    std::fs::write(server.data().join("log"), "info")?;
    server.reload()?;
    until_logged(&server, "reloaded: POSTERN_LOG").await?;
    op.register(Client::new(CLIENT_ID, NEW_SECRET, &server.redirect_uri()));
    assert_eq!(
        browser.log_in_as("bob").await.callback.code(),
        "client_rejected"
    );
    std::fs::write(&secret, "")?;
    server.reload()?;
    until_logged(
        &server,
        "OIDC_CLIENT_SECRET_FILE names a file that is empty",
    )
    .await?;
    std::fs::write(&secret, NEW_SECRET)?;
    server.reload()?;
    until_logged(&server, "reloaded: OIDC_CLIENT_SECRET").await?;

    let callback = browser.log_in_as("bob").await.callback;
    assert_eq!(callback.location(), "/", "{}", callback.code());
    assert_eq!(server.id()?, id);
    assert!(!server.log().contains(NEW_SECRET));
    server.stop().await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn secret_key_in_the_data_folder_is_taken_over_as_well() -> Result<()> {
    let op = op_of_today().await?;
    let (mut server, browser) = with_files(&op).await?;
    let callback = browser.callback_for("bob").await;
    std::fs::write(server.data().join("secret.key"), NEW_KEY)?;

    server.reload()?;
    until_logged(&server, "no admin yet: open /setup").await?;
    let token = server.setup_token()?;
    until_logged(&server, &token).await?;

    assert_eq!(browser.get(&callback).await.location(), "/");
    server.stop().await
}
