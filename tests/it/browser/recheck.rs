//! An OP that this project did not write is asked again about a session, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::OidcProvider;
use tests::stage::{Stage, on_stage_with};

/// The least age that the setting may have, in seconds: a test does not wait for it.
const AGE: &str = "60";

/// Makes the session due, as if its time had passed.
async fn make_due(database: &SqlitePool) -> Result<()> {
    let made = sqlx::query("update session set recheck_at = 1 where refresh_token is not null");
    let rows = made.execute(database).await?.rows_affected();
    ensure!(rows == 1, "{rows} sessions have a refresh token");
    Ok(())
}

/// Returns when the OP is asked next, and what it is asked with.
async fn state(database: &SqlitePool) -> Result<(i64, String)> {
    let row = sqlx::query_as("select recheck_at, refresh_token from session");
    Ok(row.fetch_one(database).await?)
}

async fn database(stage: &Stage) -> Result<SqlitePool> {
    let file = stage.server.data().join("postern.db");
    Ok(SqlitePool::connect_with(SqliteConnectOptions::new().filename(file)).await?)
}

#[tokio::test]
#[ignore = "needs Chromium and real OPs; cargo xtask test runs it"]
async fn account_that_is_gone_at_oidc_provider_is_out_at_its_next_use() -> Result<()> {
    let settings = [("OIDC_RECHECK_SECONDS", AGE)];
    on_stage_with(OidcProvider, Sqlite, &settings, async |stage| {
        let bob = stage.op.newcomer();
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        let database = database(stage).await?;
        make_due(&database).await?;
        let (_, before) = state(&database).await?;

        stage.visit(routes::PROFILE).await?;

        let (due, after) = state(&database).await?;
        ensure!(due > 1 && after != before, "the OP gave the next token");
        stage.op.remove_account(&bob).await?;
        make_due(&database).await?;
        stage.visit(routes::HOME).await?;
        stage.wait_for_page(routes::LOGIN).await?;
        let notice = "#app .note[role=status]";
        let told = "Authentik ended your session. Log in again.";
        stage.browser.wait_for_text(notice, told).await
    })
    .await
}
