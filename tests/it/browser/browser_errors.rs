//! Logins that go wrong, or sideways, in Chromium: each ends on a page that says what to do.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::{self, Canaille, Demo, OidcProvider};
use tests::stage::{ADMIN, on_stage, on_stage_with};

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn wrong_secret_is_named_at_the_demo_op() -> Result<()> {
    wrong_secret_is_named(Demo).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn wrong_secret_is_named_at_oidc_provider() -> Result<()> {
    wrong_secret_is_named(OidcProvider).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn wrong_secret_is_named_at_canaille() -> Result<()> {
    wrong_secret_is_named(Canaille).await
}

async fn wrong_secret_is_named(op: OpKind) -> Result<()> {
    let settings = [("OIDC_CLIENT_SECRET", "not-the-secret")];
    on_stage_with(op, Sqlite, &settings, async |stage| {
        stage.log_in_at_op(&stage.op.newcomer()).await?;

        let reference = stage.wait_for_login_error("client_rejected").await?;

        let log = stage.server.log();
        ensure!(
            log.contains(&reference),
            "the log has nothing of {reference}"
        );
        ensure!(
            !log.contains("not-the-secret"),
            "the log has the secret in it"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn cancel_is_taken_as_one_at_the_demo_op() -> Result<()> {
    cancel_is_taken_as_one(Demo).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn cancel_is_taken_as_one_at_oidc_provider() -> Result<()> {
    cancel_is_taken_as_one(OidcProvider).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn cancel_is_taken_as_one_at_canaille() -> Result<()> {
    cancel_is_taken_as_one(Canaille).await
}

async fn cancel_is_taken_as_one(op: OpKind) -> Result<()> {
    on_stage(op, Sqlite, async |stage| {
        stage.choose_provider().await?;
        stage.op.wait_for_login_page(&stage.browser).await?;

        stage
            .op
            .cancel(&stage.browser, &stage.op.newcomer())
            .await?;

        stage.wait_for_login_error("access_denied").await?;
        stage
            .browser
            .wait_for_text("#app a[href^='/api/login/openid']", "again")
            .await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn password_works_while_the_op_is_down() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.op.pause();
        // A new start knows nothing of the OP that was there before.
        stage.server.restart().await?;

        stage.choose_provider().await?;
        stage.wait_for_login_error("op_unreachable").await?;
        stage.give_password().await?;
        stage.wait_for_home_of(ADMIN).await?;
        stage.log_out().await?;

        stage.op.resume().await?;
        stage.log_in_at_op(&stage.op.newcomer()).await?;
        stage.wait_for_home_of(stage.op.newcomer().name).await
    })
    .await
}

/// The server is down when the OP sends the browser back, which is how the browser comes to stand
/// on the callback URL.
#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn callback_survives_a_restart_a_reload_and_a_replay() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.choose_provider().await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.server.stop().await?;
        stage.op.log_in(&stage.browser, &bob).await?;
        let callback = stage.browser.url().await?;
        ensure!(
            callback.contains("code="),
            "not the callback URL: {callback}"
        );
        stage.server.start().await?;

        stage.browser.reload().await?;
        stage.wait_for_home_of(bob.name).await?;

        // The same URL again: a user who is logged in stays so, a stranger starts their own login.
        stage.browser.open(&callback).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.browser.forget_cookies().await?;
        stage.browser.open(&callback).await?;
        stage.op.wait_for_login_page(&stage.browser).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn back_after_a_login_does_no_harm() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        let account = stage.account_id().await?;

        // To the OP's page, then to the login page, which sends a user who is logged in to the app.
        for _ in 0..2 {
            stage.browser.back().await?;
            ensure!(
                !stage.browser.has("[data-code]").await?,
                "Back leads to an error page"
            );
        }

        stage.wait_for_home_of(bob.name).await?;
        ensure!(
            stage.account_id().await? == account,
            "it is another account"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn two_tabs_log_in_at_once_at_the_demo_op() -> Result<()> {
    two_tabs_log_in_at_once(Demo).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn two_tabs_log_in_at_once_at_oidc_provider() -> Result<()> {
    two_tabs_log_in_at_once(OidcProvider).await
}

/// Not at canaille, which remembers one authorization request per browser.
async fn two_tabs_log_in_at_once(op: OpKind) -> Result<()> {
    on_stage(op, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.choose_provider().await?;
        stage.op.wait_for_login_page(&stage.browser).await?;
        stage.browser.new_tab().await?;
        stage.choose_provider().await?;
        stage.op.wait_for_login_page(&stage.browser).await?;

        for tab in 0..2 {
            stage.browser.go_to_tab(tab).await?;
            stage.op.log_in(&stage.browser, &bob).await?;
            stage.wait_for_home_of(bob.name).await?;
        }

        stage.browser.go_to_tab(0).await?;
        stage.visit(routes::HOME).await?;
        stage.wait_for_home_of(bob.name).await
    })
    .await
}
