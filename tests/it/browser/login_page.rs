//! The login page, in Chromium: what it asks for is in view, whatever else it says.

use anyhow::{Result, ensure};
use shared::failure::FailureCode;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::on_stage;

/// How far the button of the form is below the window's end, in CSS pixels.
const BELOW: &str = "return Math.ceil(document.querySelector('#login-form [type=submit]')
    .getBoundingClientRect().bottom - innerHeight)";

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn form_is_in_view_beside_every_error() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.log_out().await?;
        for (width, height) in [(1280, 800), (390, 844)] {
            browser.resize(width, height).await?;
            for code in FailureCode::ON_LOGIN_PAGE.iter().map(|code| code.as_str()) {
                stage
                    .visit(&format!("/login?error={code}&ref=0123456789"))
                    .await?;
                browser
                    .wait_for(&format!("#app [data-code={code}]"))
                    .await?;
                let below = browser.script(BELOW).await?.as_i64();
                ensure!(
                    below.is_some_and(|below| below <= 0),
                    "{code} at {width}: the form ends {below:?} pixels below the window"
                );
            }
        }
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn error_beside_a_login_offers_no_second_one() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;

        stage.visit("/login?error=link_conflict&ref=k3v9q2").await?;

        browser.wait_for("#app [data-code=link_conflict]").await?;
        ensure!(!browser.has("#login-form").await?, "there is a form");
        ensure!(
            !browser.has("a[href^='/api/login/openid']").await?,
            "there is a link to the provider"
        );
        browser.click_on("#app a[href='/profile']").await?;
        stage.wait_for_page(routes::PROFILE).await
    })
    .await
}

/// Which field has the focus once all is drawn; nothing if none has.
const FOCUSED: &str = "return new Promise((tell) =>
    requestAnimationFrame(() => requestAnimationFrame(() =>
        tell(document.activeElement?.name ?? ''))))";

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn first_field_has_the_focus_but_not_under_a_finger() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        let first_field = async |path: &str, form: &str| {
            stage.visit(path).await?;
            browser.wait_for(&format!("#app {form}")).await?;
            browser.script(FOCUSED).await
        };
        let setup = async || first_field(routes::SETUP, "#setup-form").await;
        let login = async || first_field(routes::LOGIN, "#login-form").await;
        let token = setup().await?;
        ensure!(token == "token", "{token} on the page for setup");
        browser.use_finger().await?;
        let nothing = setup().await?;
        ensure!(nothing == "", "{nothing} on the page for setup");
        stage.set_up_admin().await?;
        stage.log_out().await?;
        let nothing = login().await?;
        ensure!(nothing == "", "{nothing} on the login page");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn reference_is_copied_by_its_button() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.visit("/login?error=op_error&ref=k3v9q2").await?;

        browser.click_on("#app .reference button").await?;

        browser
            .wait_for_text("#app .reference button", "Copied")
            .await?;
        let copied = browser.script("return getSelection().toString()").await?;
        ensure!(copied == "k3v9q2", "{copied} is selected");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn one_answer_of_12_kb_draws_the_login_page() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.visit(routes::LOGIN).await?;

        let size = "return performance.getEntriesByType('navigation')[0].transferSize";
        let size = browser.script(size).await?.as_u64();
        let waits = "return performance.getEntriesByType('resource')
            .filter((entry) => entry.renderBlockingStatus === 'blocking')
            .map((entry) => entry.name).join(' ')";
        let waits = browser.script(waits).await?;

        ensure!(
            size.is_some_and(|size| size <= 12_000),
            "it is {size:?} bytes"
        );
        ensure!(waits == "", "it waits for {waits}");
        Ok(())
    })
    .await
}
