//! The profile page in Chromium: what the story leaves out.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, on_stage};

/// The password that takes the place of [`PASSWORD`].
const NEW_PASSWORD: &str = "another-one-kept-out-of-logs";

#[tokio::test]
async fn changed_password_is_the_only_way_in() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        let browser = &stage.browser;
        browser.fill("#password-form", "current", PASSWORD).await?;
        browser.fill("#password-form", "new", NEW_PASSWORD).await?;
        browser.click_on("#password-form [type=submit]").await?;
        browser
            .wait_for_text("#password-form [role=status]", "Saved")
            .await?;
        stage.log_out().await?;
        stage.give_password().await?;
        browser.wait_for("#app [role=alert]").await?;

        browser.fill("#login-form", "username", ADMIN).await?;
        browser
            .fill("#login-form", "password", NEW_PASSWORD)
            .await?;
        browser.click_on("#login-form [type=submit]").await?;

        stage.wait_for_home_of(ADMIN).await
    })
    .await
}

#[tokio::test]
async fn old_login_is_confirmed_by_the_password_and_the_change_goes_on() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        stage.server.make_logins_old().await?;
        let browser = &stage.browser;
        browser
            .fill("#email-form", "email", "alice@example.com")
            .await?;
        browser.click_on("#email-form [type=submit]").await?;
        browser.wait_for("dialog[open] input[name=confirm]").await?;

        browser.fill("#confirm-form", "confirm", PASSWORD).await?;
        browser.click_on("#confirm-form [type=submit]").await?;

        browser
            .wait_for_text("#email-form [role=status]", "Saved")
            .await?;
        browser.reload().await?;
        browser.wait_for("#email-form [name=email]").await?;
        let email = browser.value("#email-form [name=email]").await?;
        ensure!(email == "alice@example.com", "the email is {email:?}");
        Ok(())
    })
    .await
}
