//! Servers of two versions on the same tables, while one after the other is replaced.

use anyhow::{Context as _, Result, ensure};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::site::PASSWORD;

use super::cluster::Cluster;

/// What the next version adds.
const EXPAND: &str = "
    alter table account add column pronouns text;
    alter table session add column kind text not null default 'usual';
    create table device (id uuid primary key not null, account_id uuid not null references account);
    insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9998, 'device', true, '\\x00', 0);";

/// What the version after it takes away.
const CONTRACT: &str = "
    insert into _sqlx_migrations (version, description, success, checksum, execution_time)
        values (9999, 'contract device', true, '\\x00', 0);";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL, nginx and the built server; cargo xtask test runs it"]
async fn server_runs_on_the_tables_of_the_next_version_and_not_of_later_ones() -> Result<()> {
    let mut cluster = Cluster::start().await?;
    cluster.add_admin("alice")?;
    let url = cluster.servers[0].database_url().context("a URL")?;
    let mut database = PgConnection::connect(url).await?;

    database.execute(EXPAND).await?;
    cluster.servers[0].restart().await?;

    for _ in 0..6 {
        let browser = cluster.browser();
        let login = browser.log_in("alice", PASSWORD).await;
        ensure!(login.status == 200, "{}: {}", login.status, login.body);
        ensure!(browser.who().await.as_deref() == Some("alice"));
        let by_provider = cluster.browser();
        let login = by_provider.log_in_as("bob").await;
        ensure!(login.callback.status == 303, "{}", login.callback.body);
    }

    database.execute(CONTRACT).await?;
    cluster.servers[0].stop().await?;
    let said = cluster.servers[0].start_in_vain().await?;
    ensure!(
        said.contains("a newer version has changed the tables (migration 9998)"),
        "{said}"
    );
    Ok(())
}
