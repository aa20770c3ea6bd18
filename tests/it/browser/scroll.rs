//! Where a page is shown from, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::poll::{self, PATIENCE};
use tests::stage::{Stage, on_stage};

use super::users::make_users;

/// How far down the reader is, in pixels.
const PLACE: u64 = 600;

/// Waits until the list of accounts is shown from there.
async fn wait_for_place(stage: &Stage) -> Result<()> {
    let look = async || {
        let shown = "return document.querySelector('[data-account]') && Math.round(scrollY)";
        let place = stage.browser.script(shown).await?;
        Ok((place.as_u64() == Some(PLACE)).then_some(()))
    };
    poll::until("the place on the page", PATIENCE, look).await
}

/// Opens a list of accounts that is longer than the window, at the place.
async fn come_down(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.set_up_admin().await?;
    let names: Vec<String> = (10..60).map(|number| format!("user-{number}")).collect();
    make_users(stage, &names).await?;
    stage.visit(routes::USERS).await?;
    browser.wait_for("[data-account=user-40]").await?;
    scroll_to(stage, PLACE).await
}

/// Scrolls as a screen reader or a driver does, without the wheel, and waits until the page knows.
async fn scroll_to(stage: &Stage, place: u64) -> Result<()> {
    stage
        .browser
        .script(&format!("scrollTo(0, {place})"))
        .await?;
    draw(stage).await
}

/// Waits until the page was drawn, and its handlers of scrolling and of its size have run.
async fn draw(stage: &Stage) -> Result<()> {
    let drawn = "return new Promise(done => requestAnimationFrame(() => setTimeout(done)))";
    stage.browser.script(drawn).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn reload_and_back_come_to_the_same_place() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        come_down(stage).await?;
        browser.reload().await?;
        wait_for_place(stage).await?;

        // The driver's own click would scroll to the link first.
        browser
            .script("document.querySelector(\"nav a[href='/profile']\").click()")
            .await?;
        browser.wait_for("[data-edit]").await?;
        browser.back().await?;
        wait_for_place(stage).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn reader_who_scrolls_after_a_reload_stays_there() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        come_down(stage).await?;
        browser.reload().await?;
        wait_for_place(stage).await?;

        scroll_to(stage, 100).await?;
        // The page grows, as it does when more accounts arrive.
        let grow = "document.body.append(document.createElement('hr'))";
        browser.script(grow).await?;
        draw(stage).await?;
        let place = browser.script("return Math.round(scrollY)").await?;
        ensure!(place == 100, "the page was scrolled to {place}");
        Ok(())
    })
    .await
}
