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
async fn test_as_somebody_else_asks_who_it_is_and_marks_what_decided() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let browser = &stage.browser;
        let people = [stage.op.newcomer(), stage.op.admin()];
        for (person, button) in people.iter().zip(["#test-begin", "#test-other"]) {
            stage.visit(routes::DOCTOR).await?;
            browser.click_on(button).await?;
            // The OP knows the first of them by the second time, and asks all the same.
            stage.op.wait_for_login_page(browser).await?;
            stage.op.log_in(browser, person).await?;
            stage.wait_for_page(routes::DOCTOR).await?;
            browser
                .wait_for_text("[data-claim=email]", person.email)
                .await?;
        }
        browser
            .wait_for("[data-claim=email] [data-decided]")
            .await?;
        ensure!(
            !browser.has("[data-claim=nonce] [data-decided]").await?,
            "the nonce has decided"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn nothing_moves_while_checks_and_a_test_login_are_shown() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let browser = &stage.browser;
        stage.visit(routes::DOCTOR).await?;
        browser.wait_for("#test-begin").await?;
        let shift = browser.layout_shift().await?;
        ensure!(shift == 0.0, "without a test, the layout shifts by {shift}");
        browser.click_on("#test-begin").await?;
        stage.op.wait_for_login_page(browser).await?;
        stage.op.log_in(browser, &stage.op.newcomer()).await?;
        stage.wait_for_page(routes::DOCTOR).await?;
        browser.wait_for("[data-claim]").await?;
        browser.wait_for("details.good").await?;
        let shift = browser.layout_shift().await?;
        ensure!(shift == 0.0, "with a test, the layout shifts by {shift}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn checks_are_told_in_the_page_s_language_and_the_good_ones_are_closed() -> Result<()> {
    let settings = [("OIDC_CLIENT_SECRET", "not-the-secret")];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        stage.set_up_admin().await?;
        stage.visit("/doctor?language=de").await?;
        let browser = &stage.browser;
        browser.wait_for(".problem").await?;
        for words in [
            "Client-ID und Client-Secret",
            "kopieren Sie „Client ID“",
            "Der Anbieter lehnt den Client ab: invalid_client",
        ] {
            browser.wait_for_text("[data-step=client]", words).await?;
        }
        ensure!(
            !browser.has("details.good[open]").await?,
            "a group of good checks is open"
        );
        let skipped = browser.has("[data-outcome=skip]").await?;
        ensure!(!skipped, "there is a row for what was not asked");
        Ok(())
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
        browser.wait_for(".verdict [data-outcome=fail]").await?;
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
