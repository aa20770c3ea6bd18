//! Sessions and login attempts outlive an upgrade: a database of any earlier version, and the next
//! start.

use std::fmt::Write as _;

use anyhow::Result;
use clock::Clock;
use postern::account::Voucher;
use postern::app::App;
use postern::config::Config;
use postern::session::SessionToken;
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::places::workspace;
use tests::server::Server;
use tests::site::{email, op_of_today};
use tokio::net::TcpListener;

/// An account and its session as the first version wrote them; later columns may be empty.
const ACCOUNT: &str = "insert into account
    (account_id, username, username_key, email, email_key, email_set_by_admin, role, created_at, updated_at)
    values (ID, 'Alice', 'alice', 'alice@example.com', 'alice@example.com', true, 'admin', NOW, NOW)";
/// The level at which the account has no `email_set_by_admin` any more.
const VOUCHERS: usize = 8;
const SESSION: &str = "insert into session
    (session_id, account_id, token_hash, method, started_at, last_used_at, confirmed_at, expires_at)
    values (ID, ID, HASH, 'password', NOW, NOW, NOW, LATER)";

/// Returns the time in whole seconds since 1970.
fn now() -> i64 {
    Clock::System.now().unix()
}

/// Fills in a statement, in the words of one of the databases.
fn filled(statement: &str, token: &SessionToken, level: usize, is_postgres: bool) -> String {
    let mut hex = String::new();
    for byte in token.hash().as_bytes() {
        // Writing to a `String` cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    let id = "019a0000000070008000000000000001";
    let (id, hash) = if is_postgres {
        (format!("'{id}'::uuid"), format!("'\\x{hex}'::bytea"))
    } else {
        (format!("x'{id}'"), format!("x'{hex}'"))
    };
    statement
        .replace(
            "email_set_by_admin",
            if level < VOUCHERS {
                "email_set_by_admin"
            } else {
                "email_voucher"
            },
        )
        .replace("true", if level < VOUCHERS { "true" } else { "'admin'" })
        .replace("ID", &id)
        .replace("HASH", &hash)
        .replace("NOW", &(now() - 60).to_string())
        .replace("LATER", &(now() + 3600).to_string())
}

/// Returns the migrations up to that level; `None` if there are not that many.
async fn up_to(level: usize, database: &str) -> Option<Migrator> {
    let folder = workspace().join("backend/migrations").join(database);
    let mut migrator = Migrator::new(folder).await.expect("the migrations");
    let mut migrations = migrator.migrations.into_owned();
    if migrations.len() < level {
        return None;
    }
    migrations.truncate(level);
    migrator.migrations = migrations.into();
    Some(migrator)
}

/// Starts today's server on that database, and returns the user of the browser's session.
async fn who(settings: &[(&str, String)], token: &SessionToken) -> Option<String> {
    let vars = settings.iter();
    let vars = vars.map(|(name, value)| ((*name).to_owned(), value.clone()));
    let (config, _) = Config::from_vars(vars).expect("good settings");
    let app = App::new(config, Clock::System)
        .await
        .expect("an application");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(postern::serve(app, listener, std::future::pending()));
    let browser = HttpBrowser::new(&origin, &origin, "http://no-op.invalid");
    browser.set_cookie("postern_session", &token.reveal());
    let who = browser.who().await;
    server.abort();
    who
}

#[tokio::test]
async fn session_of_every_earlier_version_is_good_after_the_upgrade() {
    let mut levels = 0;
    while let Some(migrator) = up_to(levels + 1, "sqlite").await {
        let (folder, token) = (TempDir::new().expect("a folder"), SessionToken::generate());
        let file = folder.path().join("postern.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .expect("a database");
        migrator.run_direct(&mut connection).await.expect("tables");
        for statement in [ACCOUNT, SESSION] {
            let statement = filled(statement, &token, levels + 1, false);
            connection.execute(statement.as_str()).await.expect("a row");
        }
        connection.close().await.expect("an end");

        let settings = [("DATA_DIR", folder.path().display().to_string())];
        let who = who(&settings, &token).await;

        levels += 1;
        assert_eq!(who.as_deref(), Some("Alice"), "level {levels}");
    }
    assert!(levels >= 3, "{levels}");
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn session_of_every_earlier_version_is_good_on_postgresql() -> Result<()> {
    let mut levels = 0;
    while let Some(migrator) = up_to(levels + 1, "postgres").await {
        let database = Database::create(DatabaseKind::Postgres).await?;
        let (folder, token) = (TempDir::new()?, SessionToken::generate());
        let url = database.url().expect("a URL");
        let mut connection = sqlx::PgConnection::connect(url).await?;
        migrator.run_direct(&mut connection).await?;
        for statement in [ACCOUNT, SESSION] {
            let statement = filled(statement, &token, levels + 1, true);
            connection.execute(statement.as_str()).await?;
        }
        connection.close().await?;

        let settings = [
            ("DATA_DIR", folder.path().display().to_string()),
            ("DATABASE_URL", url.to_owned()),
        ];
        let who = who(&settings, &token).await;

        levels += 1;
        assert_eq!(who.as_deref(), Some("Alice"), "level {levels}");
    }
    assert!(levels >= 3, "{levels}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn login_under_way_and_session_outlive_a_restart() -> Result<()> {
    let op = op_of_today().await?;
    let mut server = Server::prepare(Database::create(DatabaseKind::Sqlite).await?)?;
    server.use_op_here(&op);
    server.start().await?;
    let browser = || HttpBrowser::new(server.origin(), server.origin(), op.origin());
    let (alice, bob) = (browser(), browser());
    alice.log_in_as("alice").await;
    let callback = bob.callback_for("bob").await;

    server.restart().await?;

    assert_eq!(alice.who().await.as_deref(), Some("alice"));
    let answer = bob.get(&callback).await;
    assert_eq!(answer.location(), "/", "{}", answer.code());
    server.stop().await
}

/// Accounts as the version before the vouchers wrote them: an admin who typed their own email, an
/// account for which the admin set it, and one that only claims it and has an identity.
const BEFORE_VOUCHERS: [&str; 3] = [
    "insert into account
        (account_id, username, username_key, email, email_key, email_set_by_admin, role, created_at, updated_at)
        values (x'01', 'own', 'own', 'own@x.example', 'own@x.example', true, 'admin', 1, 1),
            (x'02', 'set', 'set', 'set@x.example', 'set@x.example', true, 'user', 1, 1),
            (x'03', 'claims', 'claims', 'a@bücher.example', 'a@bücher.example', false, 'user', 1, 1)",
    "insert into audit (audit_id, at, kind, actor_id, account_id)
        values (x'11', 1, 'account_made', x'01', x'01'), (x'12', 1, 'account_made', x'01', x'02')",
    "insert into identity (identity_id, account_id, issuer, subject, linked_at)
        values (x'21', x'03', 'https://op.example', 'subject', 1)",
];

#[tokio::test]
async fn upgrade_keeps_what_hangs_on_accounts_and_knows_who_vouches_for_their_emails() {
    let (folder, migrator) = (
        TempDir::new().expect("a folder"),
        up_to(VOUCHERS - 1, "sqlite").await,
    );
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.path().join("postern.db"))
        .create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options)
        .await
        .expect("a database");
    let migrator = migrator.expect("the migrations before");
    migrator.run_direct(&mut connection).await.expect("tables");
    for statement in BEFORE_VOUCHERS {
        // The ids are whole ones.
        let zeros = "0".repeat(30);
        let statement = statement.replace("x'", &format!("x'{zeros}"));
        connection.execute(statement.as_str()).await.expect("rows");
    }
    connection.close().await.expect("an end");

    let vars = [("DATA_DIR".to_owned(), folder.path().display().to_string())];
    let (config, _) = Config::from_vars(vars.into_iter()).expect("good settings");
    let app = App::new(config, Clock::System)
        .await
        .expect("an application");

    let mut vouchers = Vec::new();
    for username in ["own", "set", "claims"] {
        let account = app
            .store
            .account_by_username(username)
            .await
            .expect("the store answers");
        let account = account.expect("the account");
        vouchers.push((account.email_voucher, account.email_is_vouched_for()));
    }
    assert_eq!(
        vouchers,
        [(None, true), (Some(Voucher::Admin), true), (None, false)]
    );
    let linked = app
        .store
        .account_by_identity("https://op.example", "subject")
        .await;
    assert_eq!(
        linked
            .expect("the store answers")
            .expect("the account")
            .username,
        "claims"
    );
    let found = app
        .store
        .accounts_by_email(&email("A@xn--bcher-kva.example"))
        .await;
    assert_eq!(found.expect("the store answers").len(), 1);
}
