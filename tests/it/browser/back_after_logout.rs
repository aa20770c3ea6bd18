//! What was on the page is gone after a logout: by Back, in another tab, in Chromium, with the
//! back/forward cache on.

use anyhow::{Result, ensure};
use serde_json::json;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, Stage, on_stage};

/// Marks the page as it is in memory.
const MARK: &str = "window.mark = 'kept'";
const READ_MARK: &str = "return window.mark ?? null";

/// Comes from the users page, with everybody's data, to the profile page, in another module.
async fn see_users_and_go_on(stage: &Stage) -> Result<()> {
    stage.visit(routes::USERS).await?;
    stage.browser.wait_for_text("main", ADMIN).await?;
    stage.browser.script(MARK).await?;
    stage.browser.click_on("nav a[href='/profile']").await?;
    stage.wait_for_page(routes::PROFILE).await?;
    stage.browser.wait_for("[data-edit=name]").await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn back_shows_nothing_after_a_logout() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        see_users_and_go_on(stage).await?;
        browser.back().await?;
        stage.wait_for_page(routes::USERS).await?;
        let mark = browser.script(READ_MARK).await?;
        ensure!(mark == json!("kept"), "the browser keeps no pages: {mark}");
        browser.wait_until_gone("html[data-veiled]").await?;
        see_users_and_go_on(stage).await?;
        stage.log_out().await?;

        browser.back().await?;

        stage.wait_for_page(routes::LOGIN).await?;
        let text = browser.page_text().await?;
        ensure!(!text.contains(ADMIN), "{text}");
        let mark = browser.script(READ_MARK).await?;
        ensure!(mark.is_null(), "the page of the past is there: {mark}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn other_tabs_show_nothing_after_a_logout() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.visit(routes::USERS).await?;
        browser.wait_for_text("main", ADMIN).await?;
        browser.new_tab().await?;
        stage.visit(routes::PROFILE).await?;
        stage.edit("name").await?;
        browser
            .fill("#name-form", "display_name", "typed in vain")
            .await?;
        browser.new_tab().await?;
        stage.visit(routes::HOME).await?;
        stage.log_out().await?;

        for tab in [0, 1] {
            browser.go_to_tab(tab).await?;
            stage.wait_for_page(routes::LOGIN).await?;
            let text = browser.page_text().await?;
            ensure!(!text.contains(ADMIN), "{text}");
        }
        Ok(())
    })
    .await
}
