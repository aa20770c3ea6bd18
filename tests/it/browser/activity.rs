//! The activity page in Chromium: from the reference of an error page to its cause and remedy.

use anyhow::{Context, Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage, on_stage_with};

/// Returns how many entries are listed.
async fn listed(stage: &Stage) -> Result<u64> {
    let script = "return document.querySelectorAll('[data-kind]').length";
    let count = stage.browser.script(script).await?;
    count.as_u64().context("a number")
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn pasted_error_page_leads_to_cause_and_remedy() -> Result<()> {
    let settings = [("OIDC_CLIENT_SECRET", "not-the-secret")];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.log_in_at_op(&stage.op.newcomer()).await?;
        let reference = stage.wait_for_login_error("client_rejected").await?;
        let error_page = stage.browser.url().await?;
        stage.log_in_by_password().await?;
        stage.visit(routes::ACTIVITY).await?;
        let browser = &stage.browser;
        browser.wait_for("[data-kind=login]").await?;

        // The field shows the reference alone in the end, so the paste is not typed key by key.
        let paste = format!(
            "const field = document.querySelector('#filter-ref');
             field.value = {error_page:?};
             field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
        );
        browser.script(&paste).await?;

        let wanted = format!("?ref={reference}");
        browser
            .wait_for_url("the reference in the address", |url| url.ends_with(&wanted))
            .await?;
        browser.wait_until_gone("[data-kind=login]").await?;
        let entry = "[data-kind=login_failed]";
        browser.wait_for_text(entry, "client_rejected").await?;
        browser
            .wait_for_text(&format!("{entry} [data-fact=detail]"), "invalid_client")
            .await?;
        browser
            .wait_for_text(&format!("{entry} [data-fact=remedy]"), "In Authentik")
            .await?;
        ensure!(listed(stage).await? == 1, "others are listed too");
        ensure!(
            browser.value("#filter-ref").await? == reference,
            "the field has all of it"
        );

        browser.type_into("#filter-ref", "nonsense0").await?;
        browser
            .wait_for_text(".nothing", "Nothing has this reference")
            .await?;
        browser.click_on("#activity-clear").await?;
        browser.wait_for("[data-kind=login]").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn entries_are_narrowed_down_by_kind_and_account() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.log_out().await?;
        stage.set_up_admin().await?;
        stage
            .browser
            .click_on(".card-link[href='/activity']")
            .await?;
        let browser = &stage.browser;
        browser.wait_for("[data-kind=logout]").await?;

        browser
            .click_on("#filter-kind option[value=account_made]")
            .await?;
        browser.wait_until_gone("[data-kind=logout]").await?;
        ensure!(
            listed(stage).await? == 2,
            "{} are listed",
            listed(stage).await?
        );
        let link = format!("a[href$='account={}']", bob.name);
        browser
            .click_on(&format!("[data-kind]:has({link}) summary"))
            .await?;
        browser.click_on(&format!("[data-kind] {link}")).await?;
        browser.wait_for("[data-kind=logout]").await?;
        browser.wait_for_text("#activity", bob.name).await?;
        let page = browser.text("#page-1").await?;
        ensure!(!page.contains(ADMIN), "another account is listed: {page}");
        browser.back().await?;
        browser.wait_until_gone("[data-kind=logout]").await?;

        // A newer server may have kinds that this page does not know.
        stage.visit("/activity?kind=account_merged").await?;
        browser.wait_for(".nothing").await?;
        ensure!(
            browser.value("#filter-kind").await? == "account_merged",
            "another is chosen"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn older_entries_come_when_they_are_wanted() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let names: Vec<String> = (0..60).map(|number| format!("user-{number}")).collect();
        crate::browser::users::make_users(stage, &names).await?;
        stage.visit(routes::ACTIVITY).await?;
        let browser = &stage.browser;

        browser.click_on("[data-more]").await?;

        browser.wait_for("#page-2 [data-row]:focus").await?;
        let all = listed(stage).await?;
        ensure!(all > 120, "{all} are listed");
        browser.wait_for("#page-2 [data-kind=account_made]").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn new_events_are_told_and_shown_when_they_are_wanted() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.visit(routes::ACTIVITY).await?;
        browser.wait_for("[data-kind]").await?;
        let before = listed(stage).await?;

        stage.other_browser().log_in(ADMIN, PASSWORD).await;

        browser.wait_for_text("#activity-new", "1").await?;
        ensure!(listed(stage).await? == before, "the list has moved");
        browser.click_on("#activity-new").await?;
        browser.wait_for("[data-kind=login]").await?;
        browser.wait_until_gone("#activity-new").await?;
        ensure!(listed(stage).await? == before + 1, "not all are listed");
        Ok(())
    })
    .await
}
