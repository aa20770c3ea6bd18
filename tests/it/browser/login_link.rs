//! The page of a login link, in the browser, with scripts and without.

use anyhow::{Context as _, Result, ensure};
use shared::routes;
use tests::browser::Scripts;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage};

/// Creates a link for the admin with the program's command.
fn link(stage: &Stage) -> Result<String> {
    let output = stage.server.run(&["login-link", "--user", "admin"])?;
    ensure!(output.status.success(), "{output:?}");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn link_logs_in_when_the_button_is_pressed() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        let link = link(stage)?;
        let browser = &stage.browser;

        browser.open(&link).await?;
        browser.wait_for_text("#app .lead", "admin").await?;
        browser.reload().await?;
        browser.wait_for("#login-link-form").await?;
        browser.click_on("#login-link-form [type=submit]").await?;
        stage.wait_for_home_of("admin").await?;

        browser.open(&link).await?;
        browser.wait_for("[data-code=welcome_link_invalid]").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn link_needs_no_script() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        let link = link(stage)?;
        let (_, token) = link.split_once('#').context("a fragment")?;
        let browser = &stage.browser;
        browser.allow_scripts(Scripts::Off).await?;
        browser.open(&link).await?;
        let form = "form[action='/api/welcome']";
        browser.wait_for(form).await?;

        browser.fill(form, "token", token).await?;
        browser.click_on(&format!("{form} [type=submit]")).await?;

        browser
            .wait_for("form[action='/api/logout'] [type=submit]")
            .await?;
        browser.allow_scripts(Scripts::On).await?;
        stage.visit(routes::HOME).await?;
        stage.wait_for_home_of("admin").await
    })
    .await
}
