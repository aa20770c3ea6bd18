//! What was typed into the profile page is not lost, in Chromium: by leaving it, without a session,
//! without a network. And it is never somebody else's.

use anyhow::{Result, ensure};
use shared::routes;
use tests::browser::Network;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, Stage, on_stage};
use thirtyfour::Key;

/// What is typed.
const NAME: &str = "Ada Lovelace";
/// The links of the bar.
const TO_HOME: &str = "nav a[href='/']";
const TO_PROFILE: &str = "nav a[href='/profile']";
/// The answers of the dialog.
const STAY: &str = "#ask [data-answer=no]";
const LEAVE: &str = "#ask [data-answer=yes]";
/// Would the browser ask before a reload?
const ASKS_BEFORE_UNLOAD: &str =
    "return !dispatchEvent(new Event('beforeunload', { cancelable: true }))";

/// Comes to the profile page by the link on the home page, and types a name.
async fn type_name(stage: &Stage) -> Result<()> {
    stage.visit(routes::HOME).await?;
    stage.browser.click_on(TO_PROFILE).await?;
    stage.edit("name").await?;
    stage.browser.fill("#name-form", "display_name", NAME).await
}

/// The text is still there, on the profile page.
async fn is_kept(stage: &Stage) -> Result<()> {
    stage.wait_for_page(routes::PROFILE).await?;
    let name = stage.browser.value("#display-name").await?;
    ensure!(name == NAME, "the name is {name:?}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn link_and_logout_ask_first() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        type_name(stage).await?;

        browser.click_on(TO_HOME).await?;
        browser.wait_for_focus(STAY).await?;
        browser.press(Key::Enter).await?;
        browser.wait_until_gone("#ask").await?;
        browser.wait_for_focus(TO_HOME).await?;
        is_kept(stage).await?;
        browser.click_on("#log-out").await?;
        browser.wait_for_focus(STAY).await?;
        browser.press(Key::Escape).await?;
        browser.wait_until_gone("#ask").await?;
        is_kept(stage).await?;
        browser.click_on("#language option[value=de]").await?;
        browser.click_on(STAY).await?;
        is_kept(stage).await?;
        ensure!(browser.value("#language").await? == "en", "it is chosen");

        browser.click_on(TO_HOME).await?;
        browser.click_on(LEAVE).await?;
        stage.wait_for_home_of(ADMIN).await?;
        type_name(stage).await?;
        browser.click_on("#log-out").await?;
        browser.click_on(LEAVE).await?;
        stage.wait_for_page(routes::LOGIN).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn back_asks_first() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        type_name(stage).await?;

        for _ in 0..2 {
            browser.back().await?;
            browser.click_on(STAY).await?;
            browser.wait_until_gone("#ask").await?;
            is_kept(stage).await?;
        }
        browser.back().await?;
        browser.click_on(LEAVE).await?;

        stage.wait_for_home_of(ADMIN).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn reload_asks_only_while_there_is_something_to_lose() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        browser.wait_for("[data-edit]").await?;
        let before = browser.script(ASKS_BEFORE_UNLOAD).await?;
        stage.edit("name").await?;
        browser.fill("#name-form", "display_name", NAME).await?;
        let meanwhile = browser.script(ASKS_BEFORE_UNLOAD).await?;
        browser.click_on("#name-form [type=submit]").await?;
        stage.wait_until_saved("name").await?;
        let after = browser.script(ASKS_BEFORE_UNLOAD).await?;

        ensure!(
            (&before, &meanwhile, &after) == (&false.into(), &true.into(), &false.into()),
            "{before}, {meanwhile}, {after}"
        );
        stage.edit("name").await?;
        browser
            .wait_until_gone("#name-row [role=status]:not(:empty)")
            .await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn way_to_the_provider_and_back_keeps_it() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let (browser, bob) = (&stage.browser, stage.op.newcomer());
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        type_name(stage).await?;
        stage.server.make_logins_old().await?;
        stage.edit("email").await?;
        browser
            .fill("#email-form", "email", "bob@moved.example")
            .await?;
        browser.click_on("#email-form [type=submit]").await?;
        browser
            .click_on("dialog[open] a[href^='/api/login/openid']")
            .await?;
        // The OP knows him still, and asks for his password all the same.
        stage.op.log_in(browser, &bob).await?;
        browser
            .wait_for_text("#email-form [role=status]", "Not saved yet")
            .await?;
        is_kept(stage).await?;
        browser.click_on("#email-form [type=submit]").await?;
        stage.wait_until_saved("email").await?;
        let email = browser.value("#email").await?;
        ensure!(email == "bob@moved.example", "the email is {email:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn ended_session_keeps_it_and_it_is_saved_after_the_next_login() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        type_name(stage).await?;
        browser.forget_cookies().await?;
        browser.click_on("#name-form [type=submit]").await?;
        browser.wait_for("[data-code=session_ended] a").await?;
        browser
            .wait_for_text("#name-form [role=status]", "Not saved yet")
            .await?;

        browser.new_tab().await?;
        stage.log_in_by_password().await?;
        come_back(stage).await?;

        browser.wait_until_gone("[data-code=session_ended]").await?;
        is_kept(stage).await?;
        browser.click_on("#name-form [type=submit]").await?;
        stage.wait_until_saved("name").await?;
        browser.click_on(TO_HOME).await?;
        browser.wait_for_text("h1", NAME).await
    })
    .await
}

/// Goes back to the first tab. Chromium without a window gives it no focus.
async fn come_back(stage: &Stage) -> Result<()> {
    stage.browser.go_to_tab(0).await?;
    stage
        .browser
        .script("dispatchEvent(new Event('focus'))")
        .await?;
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn other_account_finds_its_own_page() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let (browser, bob) = (&stage.browser, stage.op.newcomer());
        stage.set_up_admin().await?;
        type_name(stage).await?;
        browser.new_tab().await?;
        browser.forget_cookies().await?;
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;

        come_back(stage).await?;

        browser.wait_for_text("#email-row", bob.email).await?;
        let name = browser.value("#display-name").await?;
        ensure!(name != NAME, "the text of another account stays");
        ensure!(
            browser.script(ASKS_BEFORE_UNLOAD).await? == false,
            "what is gone is asked about"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn without_a_network_it_waits() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        browser.set_network(Network::Away).await?;
        browser.click_on(TO_PROFILE).await?;
        browser.wait_for("main [data-code=offline]").await?;
        browser.set_network(Network::There).await?;
        stage.edit("name").await?;
        browser.fill("#name-form", "display_name", NAME).await?;
        browser.set_network(Network::Away).await?;
        browser
            .wait_for_text("[role=status]>.offline", "offline")
            .await?;
        browser.click_on("#name-form [type=submit]").await?;
        browser.wait_for("#name-form [data-code=offline]").await?;

        browser.set_network(Network::There).await?;

        browser.wait_until_gone(".offline").await?;
        is_kept(stage).await?;
        browser.click_on("#name-form [type=submit]").await?;
        stage.wait_until_saved("name").await
    })
    .await
}
