//! The page that names both identities, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::{Demo, OidcProvider};
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage};

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn link_page_takes_the_right_password_alone() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let alice = stage.op.admin();
        admin_has_the_email(stage, alice.email).await?;
        stage.log_in_at_op(&alice).await?;

        stage.agree_to_link(&alice, "not-the-password").await?;
        stage
            .browser
            .wait_for("#link-form [data-code=invalid_credentials]")
            .await?;
        stage.agree_to_link(&alice, PASSWORD).await?;

        stage.wait_for_home_of(ADMIN).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn who_is_new_gets_an_account_on_the_link_page() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let alice = stage.op.admin();
        admin_has_the_email(stage, alice.email).await?;
        stage.log_in_at_op(&alice).await?;
        stage.wait_for_page(routes::LINK).await?;

        stage.browser.click_on("#link-new").await?;

        stage.wait_for_home_of("alice").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn verified_email_that_an_admin_set_needs_no_password() -> Result<()> {
    on_stage(OidcProvider, Sqlite, async |stage| {
        let alice = stage.op.admin();
        admin_has_the_email(stage, alice.email).await?;

        stage.log_in_at_op(&alice).await?;

        stage.wait_for_home_of(ADMIN).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn cancelled_link_connects_nothing() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let alice = stage.op.admin();
        admin_has_the_email(stage, alice.email).await?;
        stage.log_in_at_op(&alice).await?;
        stage.wait_for_page(routes::LINK).await?;

        stage.browser.click_on("#link-cancel").await?;

        stage.wait_for_page(routes::LOGIN).await?;
        stage.browser.wait_for("[data-code=link_confirm]").await?;
        stage.log_in_by_password().await?;
        stage.visit(routes::PROFILE).await?;
        stage.browser.wait_for("#connect").await?;
        ensure!(
            !stage.browser.has("[data-identity]").await?,
            "an identity is connected"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn profile_page_connects_and_disconnects() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;

        stage.browser.click_on("#connect").await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.op.log_in(&stage.browser, &bob).await?;
        stage.wait_for_page(routes::LINK).await?;
        stage.browser.click_on("#link-form [type=submit]").await?;

        stage.wait_for_page(routes::PROFILE).await?;
        stage
            .browser
            .wait_for_text("[data-identity]", bob.email)
            .await?;
        stage.browser.click_on("[data-disconnect]").await?;
        stage.browser.click_on("#ask [data-answer=yes]").await?;
        stage.browser.wait_until_gone("[data-identity]").await?;
        stage.browser.wait_for("#connect").await
    })
    .await
}

/// Creates the first admin with this email, and logs out.
async fn admin_has_the_email(stage: &Stage, email: &str) -> Result<()> {
    stage.set_up_admin().await?;
    stage.save_email(email).await?;
    stage.log_out().await
}
