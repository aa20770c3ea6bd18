//! PostgreSQL is down when the server starts, comes, goes, and comes back.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use shared::routes::{API_CONFIG, API_PROFILE, API_SESSION, LOGIN};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::bridge::Bridge;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::poll;
use tests::server::Server;
use tests::site::PASSWORD;
use tokio::time::timeout;
use url::Url;

use crate::resilience::{PROMPT, browser};

/// Prepares a server whose database is over the bridge, which is down.
async fn over_a_bridge() -> Result<(Server, Bridge)> {
    let database = Database::create(DatabaseKind::Postgres).await?;
    let mut url = Url::parse(database.url().context("a URL")?)?;
    let target = (
        url.host_str().context("a host")?,
        url.port().unwrap_or(5432),
    );
    let target = tokio::net::lookup_host(target)
        .await?
        .next()
        .context("an address")?;
    let bridge = Bridge::to(target)?;
    url.set_host(Some("127.0.0.1"))?;
    url.set_port(Some(bridge.port())).ok().context("a port")?;
    let mut server = Server::prepare(database)?;
    server.set("DATABASE_URL", url.as_str());
    Ok((server, bridge))
}

async fn until_ready(server: &Server) -> Result<()> {
    let ready = format!("{}/readyz", server.origin());
    poll::until("the database", poll::PATIENCE, async || {
        Ok(tests::web::answers(&ready).await.then_some(()))
    })
    .await
}

async fn until_away(browser: &HttpBrowser) -> Result<()> {
    poll::until("the outage", poll::PATIENCE, async || {
        let answer = timeout(PROMPT, browser.get("/readyz")).await?;
        Ok((answer.status == 503).then_some(()))
    })
    .await
}

/// What everybody sees while the database is down: an answer soon, and a reason.
async fn says_what_is_wrong(browser: &HttpBrowser) -> Result<()> {
    ensure!(browser.get("/healthz").await.status == 200, "not alive");
    // Any token makes the server ask the database.
    if browser.cookie("postern_session").is_none() {
        browser.set_cookie("postern_session", &"A".repeat(43));
    }
    for (what, answer) in [
        ("readiness", browser.get("/readyz")),
        ("session", browser.get(API_SESSION)),
        ("profile", browser.get(API_PROFILE)),
    ] {
        let answer = timeout(PROMPT, answer).await.context(what)?;
        ensure!(
            answer.status == 503 && answer.code() == "unavailable",
            "{what}: {} {}",
            answer.status,
            answer.body
        );
    }
    let login = timeout(PROMPT, browser.log_in("admin", PASSWORD)).await?;
    ensure!(login.code() == "unavailable", "{}", login.body);
    let form = [("username", "admin"), ("password", PASSWORD)];
    let form = browser.post_form("/api/login", &form).await;
    ensure!(form.code() == "server_error", "{}", form.location());
    let page = timeout(PROMPT, browser.get(form.location())).await?;
    for words in [
        "data-code=\"server_error\"",
        "cannot reach its database right now",
    ] {
        ensure!(page.body.contains(words), "no {words}: {}", page.body);
    }
    let config = timeout(PROMPT, browser.get(API_CONFIG)).await?.json();
    ensure!(config["database_away"] == true, "{config}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn server_starts_without_its_database_and_bears_to_lose_it() -> Result<()> {
    let (mut server, bridge) = over_a_bridge().await?;
    server.start_unready().await?;
    says_what_is_wrong(&browser(&server)).await?;

    bridge.raise()?;
    until_ready(&server).await?;
    let admin = browser(&server);
    let token = server.setup_token()?;
    let setup = json!({"token": token, "username": "admin", "password": PASSWORD});
    let made = admin.post_json("/api/setup", &setup).await;
    ensure!(made.status == 200, "{}", made.body);

    for _ in 0..2 {
        bridge.cut();
        until_away(&admin).await?;
        says_what_is_wrong(&admin).await?;
        bridge.raise()?;
        until_ready(&server).await?;
        ensure!(admin.who().await.as_deref() == Some("admin"), "logged out");
        let page = admin.get(LOGIN).await;
        ensure!(
            !page.body.contains("cannot reach its database"),
            "still away"
        );
    }

    let log = server.log();
    let count = |words: &str| log.matches(words).count();
    let (away, there) = ("the database is away", "the database is there again");
    ensure!(
        (count(away), count(there)) == (3, 3),
        "{} and {} changes: {log}",
        count(away),
        count(there)
    );
    ensure!(count("no admin yet") == 1, "no word of the setup: {log}");
    server.stop().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn tables_that_could_not_be_looked_after_are_once_they_can_be() -> Result<()> {
    let (mut server, bridge) = over_a_bridge().await?;
    bridge.raise()?;
    server.start().await?;
    let browser = browser(&server);
    for _ in 0..2 {
        bridge.cut();
        until_away(&browser).await?;
        // As after a failover to a replica that is not the primary yet: it can only be read.
        set_read_only(&server, true).await?;
        bridge.raise()?;
        poll::until("a failed look", poll::PATIENCE, async || {
            let log = server.log();
            let last = log.lines().rfind(|line| line.contains("the database is"));
            Ok(last.filter(|line| line.contains("read-only")).map(drop))
        })
        .await?;

        set_read_only(&server, false).await?;
        until_ready(&server).await?;
    }
    server.stop().await
}

/// Says whether all connections from now on may read alone.
async fn set_read_only(server: &Server, is_read_only: bool) -> Result<()> {
    let url = server.database_url().context("a URL")?;
    let mut connection = PgConnection::connect(url).await?;
    let (name,): (String,) = sqlx::query_as("select current_database()")
        .fetch_one(&mut connection)
        .await?;
    for statement in [
        "set default_transaction_read_only = off".to_owned(),
        format!("alter database {name} set default_transaction_read_only = {is_read_only}"),
    ] {
        connection.execute(statement.as_str()).await?;
    }
    Ok(connection.close().await?)
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn that_nobody_could_administer_is_found_once_the_database_is_there() -> Result<()> {
    let (mut server, bridge) = over_a_bridge().await?;
    let redirect_uri = server.redirect_uri();
    for (name, value) in [
        ("DISABLE_USERPASS_LOGIN", "true"),
        ("OIDC_ENABLED", "true"),
        ("OIDC_PROVIDER", "authentik"),
        ("OIDC_CLIENT_ID", "postern"),
        ("OIDC_CLIENT_SECRET", "secret"),
        ("OIDC_REDIRECT_URI", &redirect_uri),
        // Nobody listens there: the OP may be away.
        ("OIDC_SERVER_APPLICATION_URL", "http://127.0.0.1:9"),
    ] {
        server.set(name, value);
    }
    server.start_unready().await?;

    bridge.raise()?;
    let said = server.ended_in_vain().await?;

    ensure!(
        said.contains("postern: DISABLE_USERPASS_LOGIN=true, but no admin"),
        "{said}"
    );
    Ok(())
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn database_that_postgresql_does_not_have_ends_the_start_with_a_sentence() -> Result<()> {
    let (mut server, bridge) = over_a_bridge().await?;
    bridge.raise()?;
    let url = format!(
        "postgres://postern@127.0.0.1:{}/no_such_database",
        bridge.port()
    );
    server.set("DATABASE_URL", url);

    let said = server.start_in_vain().await?;

    ensure!(said.contains("postern: database unavailable: "), "{said}");
    ensure!(
        said.contains("\"no_such_database\" does not exist"),
        "{said}"
    );
    Ok(())
}
