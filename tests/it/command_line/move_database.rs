//! From SQLite to PostgreSQL, and back.

use anyhow::{Context as _, Result, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::server::Server;
use tests::site::PASSWORD;

/// Returns a server with three accounts, and a browser that is logged in there.
async fn furnished() -> Result<(Server, HttpBrowser)> {
    let mut server = Server::prepare(Database::Sqlite)?;
    server.start().await?;
    for (username, role) in [("alice", "admin"), ("bob", "user"), ("carol", "user")] {
        let command = ["user", "add", username, "--role", role, "--password-stdin"];
        let made = server.feed(&command, PASSWORD)?;
        ensure!(made.status.success(), "{made:?}");
    }
    let browser = HttpBrowser::new(server.origin(), server.origin(), "http://no-op.invalid");
    let login = browser.log_in("alice", PASSWORD).await;
    ensure!(login.status == 200, "{}", login.body);
    Ok((server, browser))
}

/// Moves the server's database; returns what the command said, and whether it did it.
fn move_to(server: &Server, url: &str) -> Result<(bool, String)> {
    let output = server.run(&["move-database", "--to", url])?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8(said)?))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and the built server; cargo xtask test runs it"]
async fn everything_moves_to_postgresql_and_back_with_its_sessions() -> Result<()> {
    let (mut server, browser) = furnished().await?;
    let database = Database::create(DatabaseKind::Postgres).await?;
    let url = database.url().context("a URL")?.to_owned();
    let (is_done, said) = move_to(&server, &url)?;
    ensure!(!is_done && said.contains("stop it first"), "{said}");
    server.stop().await?;

    let (is_done, said) = move_to(&server, &url)?;
    ensure!(is_done && said.contains("3 accounts, 1 sessions"), "{said}");

    server.set("DATABASE_URL", &url);
    server.start().await?;
    ensure!(browser.who().await.as_deref() == Some("alice"));
    let login = browser.log_in("bob", PASSWORD).await;
    ensure!(login.status == 200, "{}", login.body);
    let file = server.data().join("back.db");
    let back = format!("sqlite:{}", file.display());
    let (is_done, said) = move_to(&server, &back)?;
    ensure!(!is_done && said.contains("stop it first"), "{said}");
    server.stop().await?;

    let (is_done, said) = move_to(&server, &back)?;
    ensure!(is_done, "{said}");
    let (is_done, said) = move_to(&server, &back)?;
    ensure!(!is_done && said.contains("not empty"), "{said}");

    server.set("DATABASE_URL", &back);
    server.start().await?;
    ensure!(browser.who().await.as_deref() == Some("bob"));
    server.stop().await
}

/// An interrupted move leaves a mark, and some of the rows.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL and the built server; cargo xtask test runs it"]
async fn interrupted_move_goes_on_and_no_server_starts_before() -> Result<()> {
    let (mut server, browser) = furnished().await?;
    server.stop().await?;
    let database = Database::create(DatabaseKind::Postgres).await?;
    let url = database.url().context("a URL")?.to_owned();
    let (is_done, said) = move_to(&server, &url)?;
    ensure!(is_done, "{said}");
    let mut connection = PgConnection::connect(&url).await?;
    connection
        .execute(
            "create table unfinished_move (mark text);
             delete from account where username = 'carol';
             update account set display_name = 'another' where username = 'bob';
             delete from audit;",
        )
        .await?;

    let mut other = Server::prepare(Database::Sqlite)?;
    other.set("DATABASE_URL", &url);
    let said = other.start_in_vain().await?;
    ensure!(
        said.contains("move into this database has not ended"),
        "{said}"
    );

    let (is_done, said) = move_to(&server, &url)?;
    ensure!(is_done && said.contains("3 accounts, 1 sessions"), "{said}");
    let names: Vec<(String, Option<String>)> =
        sqlx::query_as("select username, display_name from account order by username")
            .fetch_all(&mut connection)
            .await?;
    let names: Vec<_> = names
        .iter()
        .map(|(name, shown)| (&**name, shown.as_deref()))
        .collect();
    ensure!(
        names == [("alice", None), ("bob", None), ("carol", None)],
        "{names:?}"
    );
    server.set("DATABASE_URL", &url);
    server.start().await?;
    ensure!(browser.who().await.as_deref() == Some("alice"));
    server.stop().await
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn move_to_what_is_no_other_database_is_refused_and_shows_no_password() -> Result<()> {
    let server = Server::prepare(Database::Sqlite)?;
    for (url, sentence) in [
        ("sqlite:/tmp/other.db", "both databases are of one kind"),
        (
            "mysql://user:secret@host/name",
            "write postgres://user:password@host/name",
        ),
    ] {
        let (is_done, said) = move_to(&server, url)?;
        ensure!(!is_done && said.contains(sentence), "{said}");
        ensure!(!said.contains("secret"), "{said}");
    }
    Ok(())
}
