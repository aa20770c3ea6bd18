//! People with a small window or without a mouse can log in as well, in Chromium.

use anyhow::{Result, bail, ensure};
use shared::failure::FailureCode;
use shared::routes;
use shared::text::Language;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage};
use thirtyfour::Key;

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn no_page_scrolls_sideways_at_320_pixels() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let alice = stage.op.admin();
        stage.browser.resize(320, 640).await?;
        fits(stage, "/login?logged_out=1", "#login-form").await?;
        fits(stage, routes::SETUP, "#setup-form").await?;
        fits(stage, "/nowhere", "#app h1").await?;
        for code in FailureCode::ON_LOGIN_PAGE.iter().map(|code| code.as_str()) {
            let path = format!("/login?error={code}&ref=0123456789abcdef");
            fits(stage, &path, &format!("#app [data-code={code}]")).await?;
        }

        stage.set_up_admin().await?;
        stage.save_email(alice.email).await?;
        fits(stage, routes::HOME, "[data-username]").await?;
        stage.log_out().await?;
        stage.log_in_at_op(&alice).await?;
        fits(stage, routes::LINK, "#link-form").await?;
        stage.agree_to_link(&alice, PASSWORD).await?;
        stage.wait_for_home_of(ADMIN).await?;
        fits(stage, routes::PROFILE, "[data-identity]").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn every_page_of_the_bar_is_in_sight_at_320_pixels() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.browser.resize(320, 640).await?;
        stage.set_up_admin().await?;
        for language in Language::all().map(Language::code) {
            stage
                .visit(&format!("/profile?language={language}"))
                .await?;
            stage.browser.wait_for("#app [data-edit]").await?;
            let outside = "return [...document.querySelectorAll('#app nav a')].filter((link) => {
                const { left, right } = link.getBoundingClientRect();
                return left < 0 || right > innerWidth;
            }).length";
            let outside = stage.browser.script(outside).await?;
            ensure!(outside == 0, "{language}: {outside} are out of sight");
        }
        Ok(())
    })
    .await
}

/// The page at `path`, which shows `css`, is not wider than the window.
async fn fits(stage: &Stage, path: &str, css: &str) -> Result<()> {
    stage.visit(path).await?;
    stage.browser.wait_for(css).await?;
    let overflow = stage.browser.overflow().await?;
    ensure!(overflow <= 0, "{path} is {overflow} pixels too wide");
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn keyboard_alone_logs_in_and_out() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.log_out().await?;
        stage.visit(routes::LOGIN).await?;
        stage.browser.wait_for("#app #login-form").await?;

        tab_to(stage, "input[name=username]").await?;
        stage.browser.press(ADMIN).await?;
        tab_to(stage, "input[name=password]").await?;
        stage.browser.press(PASSWORD).await?;
        stage.browser.press(Key::Enter).await?;
        stage.wait_for_home_of(ADMIN).await?;
        tab_to(stage, "#log-out").await?;
        stage.browser.press(Key::Enter).await?;
        stage.wait_for_page(routes::LOGIN).await?;
        stage.browser.wait_for("#app #login-form").await?;
        tab_to(stage, "a[href^='/api/login/openid']").await?;
        stage.browser.press(Key::Enter).await?;

        stage.op.wait_for_login_page(&stage.browser).await
    })
    .await
}

/// Presses Tab until the focus is on the element, which must then be seen to have it.
async fn tab_to(stage: &Stage, css: &str) -> Result<()> {
    let is_there = format!("return document.activeElement?.matches(\"{css}\") ?? false");
    let outline = "return getComputedStyle(document.activeElement).outlineStyle";
    for _ in 0..20 {
        if stage.browser.script(&is_there).await? == true {
            let outline = stage.browser.script(outline).await?;
            ensure!(
                outline != "none",
                "{css} has the focus, and nobody can see it"
            );
            return Ok(());
        }
        stage.browser.press(Key::Tab).await?;
    }
    bail!("20 times Tab does not lead to {css}");
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn kit_notices_what_the_console_complains_of() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.visit(routes::LOGIN).await?;
        let script = "const script = document.createElement('script');
            script.textContent = 'document.title = \"broken\"';
            document.body.append(script);
            const image = new Image();
            image.src = '/assets/nothing.svg';
            return new Promise(done => { image.onerror = image.onload = () => done(image.width) })";

        stage.browser.script(script).await?;

        let complaints = stage.browser.complaints(&stage.origin).await?.join("\n");
        ensure!(
            complaints.contains("Content Security Policy"),
            "not noticed: {complaints}"
        );
        ensure!(
            complaints.contains("/assets/nothing.svg"),
            "not noticed: {complaints}"
        );
        Ok(())
    })
    .await
}
