//! The static page, in a Chromium that runs no script at all: both ways in work, and the way out.

use anyhow::{Result, ensure};
use shared::routes;
use tests::browser::Scripts;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage};

/// The plain form by which the static page logs out.
const LOG_OUT: &str = "form[action='/api/logout'] [type=submit]";
/// The plain link to the OP.
const PROVIDER: &str = "a[href^='/api/login/openid']";

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn password_login_and_logout_need_no_script() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        open_without_scripts(stage, routes::LOGIN).await?;

        stage
            .browser
            .fill("#login-form", "username", "admin")
            .await?;
        stage
            .browser
            .fill("#login-form", "password", "wrong-password")
            .await?;
        stage.browser.click_on("#login-form [type=submit]").await?;
        stage
            .browser
            .wait_for("[data-code=invalid_credentials]")
            .await?;
        stage.give_password().await?;
        stage.browser.wait_for(LOG_OUT).await?;
        stage.browser.click_on(LOG_OUT).await?;

        stage.browser.wait_for("#login-form").await?;
        let url = stage.browser.url().await?;
        ensure!(url.contains("logged_out=1"), "the logout led to {url}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn provider_link_needs_no_script() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        open_without_scripts(stage, routes::LOGIN).await?;

        stage.browser.click_on(PROVIDER).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage
            .op
            .log_in(&stage.browser, &stage.op.newcomer())
            .await?;
        stage.browser.wait_for(LOG_OUT).await?;

        stage.browser.allow_scripts(Scripts::On).await?;
        stage.visit(routes::HOME).await?;
        stage.wait_for_home_of(stage.op.newcomer().name).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn setup_needs_no_script() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        open_without_scripts(stage, routes::SETUP).await?;

        stage.fill_setup_form().await?;

        stage.browser.wait_for(LOG_OUT).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn login_error_needs_no_script() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        open_without_scripts(stage, routes::LOGIN).await?;
        stage.browser.click_on(PROVIDER).await?;
        stage.op.wait_for_login_page(&stage.browser).await?;

        stage
            .op
            .cancel(&stage.browser, &stage.op.newcomer())
            .await?;

        stage.browser.wait_for("[data-code=access_denied]").await?;
        stage.browser.wait_for("#login-form").await?;
        stage.browser.wait_for(PROVIDER).await
    })
    .await
}

/// Turns scripts off and opens a page, on which the app does not appear.
async fn open_without_scripts(stage: &Stage, path: &str) -> Result<()> {
    stage.browser.allow_scripts(Scripts::Off).await?;
    stage
        .browser
        .open(&format!("{}{path}", stage.origin))
        .await?;
    stage.browser.wait_for("#static").await?;
    ensure!(!stage.browser.has("body[data-app]").await?, "scripts run");
    Ok(())
}
