//! `OIDC_AUTOLOGIN` in Chromium: the login page goes to the OP by itself, and never in a circle.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage_with};

/// Opens a page of ours that must not leave for the OP, and waits until the app is at rest there.
async fn stays(stage: &Stage, path: &str) -> Result<()> {
    stage.visit(path).await?;
    stage.browser.wait_for("#app #login-form").await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn login_page_leaves_by_itself_but_not_after_a_logout_or_an_error() -> Result<()> {
    let settings = [("OIDC_AUTOLOGIN", "true")];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        let bob = stage.op.newcomer();
        let login = format!("{}{}", stage.origin, routes::LOGIN);

        stage.browser.open(&login).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.op.cancel(&stage.browser, &bob).await?;

        stage.wait_for_login_error("access_denied").await?;
        stays(stage, "/login?local=1").await?;
        stage.browser.open(&login).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.op.log_in(&stage.browser, &bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.log_out().await?;
        stage.browser.reload().await?;
        stage.browser.wait_for("#app #login-form").await?;
        let page = stage.browser.page_text().await?;
        ensure!(page.contains("You are logged out."), "{page}");
        Ok(())
    })
    .await
}
