//! The OP ends a session, and its owner is told at the next visit, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::{self, Demo, OidcProvider};
use tests::stage::on_stage;

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn owner_is_told_who_ended_the_session_at_the_demo_op() -> Result<()> {
    owner_is_told_who_ended_the_session(Demo).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn owner_is_told_who_ended_the_session_at_oidc_provider() -> Result<()> {
    owner_is_told_who_ended_the_session(OidcProvider).await
}

async fn owner_is_told_who_ended_the_session(op: OpKind) -> Result<()> {
    on_stage(op, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;

        stage.op.end_session(&stage.browser, &bob).await?;

        stage.visit(routes::PROFILE).await?;
        stage.wait_for_page(routes::LOGIN).await?;
        let notice = "#app .note[role=status]";
        stage
            .browser
            .wait_for_text(notice, "Authentik ended your session. Log in again.")
            .await?;
        stage.browser.picture("ended-by-op").await?;
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.log_out().await?;
        ensure!(
            !stage
                .browser
                .page_text()
                .await?
                .contains("ended your session"),
            "it is told again"
        );
        Ok(())
    })
    .await
}
