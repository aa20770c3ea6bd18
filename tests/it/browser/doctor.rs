//! The doctor's page in Chromium: a test login, and what the doctor finds.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, Stage, on_stage, on_stage_with};

/// Begins a test login, and arrives at the OP.
pub(crate) async fn begin_test(stage: &Stage) -> Result<()> {
    stage.visit(routes::DOCTOR).await?;
    stage.browser.click_on("#test-begin").await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn test_login_shows_what_came_and_logs_nobody_in() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let bob = stage.op.newcomer();
        begin_test(stage).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.op.log_in(&stage.browser, &bob).await?;
        stage.wait_for_page(routes::DOCTOR).await?;

        let browser = &stage.browser;
        browser
            .wait_for_text("[data-verdict]", "A login would create the account")
            .await?;
        browser.wait_for_text("[data-verdict]", bob.name).await?;
        browser
            .wait_for_text("[data-claim=email]", bob.email)
            .await?;
        browser
            .wait_for_text("[data-claim=email]", "id_token, userinfo")
            .await?;
        browser
            .wait_for_text(".reasons", "No account is connected")
            .await?;
        // Nobody else is logged in now.
        stage.visit(routes::HOME).await?;
        stage.wait_for_home_of(ADMIN).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn faulty_secret_is_found_both_ways() -> Result<()> {
    let settings = [("OIDC_CLIENT_SECRET", "not-the-secret")];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        stage.set_up_admin().await?;
        begin_test(stage).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage
            .op
            .log_in(&stage.browser, &stage.op.newcomer())
            .await?;
        stage.wait_for_page(routes::DOCTOR).await?;

        let browser = &stage.browser;
        browser
            .wait_for_text("[data-verdict]", "client_rejected")
            .await?;
        browser.wait_for("#steps .note[data-outcome=fail]").await?;
        browser
            .wait_for_text("[data-step][data-outcome=fail]", "invalid_client")
            .await?;
        let passed = "return document.querySelectorAll('[data-step][data-outcome=pass]').length";
        let passed = browser.script(passed).await?.as_u64();
        ensure!(passed > Some(5), "only {passed:?} steps are good");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn page_is_for_admins_alone() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.visit(routes::DOCTOR).await?;
        stage.browser.wait_for("[data-code=forbidden]").await
    })
    .await
}
