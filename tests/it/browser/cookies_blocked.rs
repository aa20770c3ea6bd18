//! A browser that keeps no cookies, or that opens another address, is told so, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use tests::browser::{Browser, Scripts};
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage};

/// Sets up the admin, and goes on with a browser that keeps no cookies.
async fn block_cookies(stage: &mut Stage) -> Result<()> {
    stage.set_up_admin().await?;
    stage.browser = Browser::start_without_cookies().await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn right_password_without_cookies_ends_on_the_error_page() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        block_cookies(stage).await?;

        stage.visit(routes::LOGIN).await?;
        stage.give_password().await?;

        stage.wait_for_login_error("cookies_blocked").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn right_password_without_cookies_and_scripts_ends_on_the_error_page() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        block_cookies(stage).await?;
        stage.browser.allow_scripts(Scripts::Off).await?;

        let login = format!("{}{}", stage.origin, routes::LOGIN);
        stage.browser.open(&login).await?;
        stage.give_password().await?;

        stage
            .browser
            .wait_for("[data-code=cookies_blocked] [data-ref]")
            .await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn login_page_at_another_address_leads_to_the_right_one() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        let elsewhere = stage.origin.replace("127.0.0.1", "localhost");
        ensure!(elsewhere != stage.origin, "{elsewhere}");

        let login = format!("{elsewhere}{}", routes::LOGIN);
        stage.browser.open(&login).await?;
        let link = format!("#app [data-code=wrong_address] a[href^='{}']", stage.origin);
        stage.browser.wait_for(&link).await?;
        stage.browser.click_on(&link).await?;

        stage.wait_for_page(routes::LOGIN).await?;
        stage.give_password().await?;
        stage.wait_for_home_of(tests::stage::ADMIN).await
    })
    .await
}
