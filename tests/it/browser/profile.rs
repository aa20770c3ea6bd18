//! The profile page in Chromium: what the story leaves out.

use anyhow::{Result, ensure};
use serde_json::json;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, on_stage};
use thirtyfour::Key;

/// The password that replaces [`PASSWORD`].
const NEW_PASSWORD: &str = "another-one-kept-out-of-logs";

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn changed_password_is_the_only_way_in() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let browser = &stage.browser;
        let other = stage.other_browser();
        other.log_in(ADMIN, PASSWORD).await;
        stage.visit(routes::PROFILE).await?;
        browser.wait_for("[data-end]").await?;
        stage.edit("password").await?;
        browser.fill("#password-form", "current", PASSWORD).await?;
        browser.fill("#password-form", "new", NEW_PASSWORD).await?;
        browser.click_on("#password-form [type=submit]").await?;
        stage.wait_until_saved("password").await?;
        browser.wait_until_gone("[data-end]").await?;
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
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn old_login_is_confirmed_by_the_password_and_the_change_goes_on() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        stage.server.make_logins_old().await?;
        let browser = &stage.browser;
        stage.edit("email").await?;
        browser
            .fill("#email-form", "email", "alice@example.com")
            .await?;
        browser.click_on("#email-form [type=submit]").await?;
        browser.wait_for("dialog[open] input[name=confirm]").await?;

        browser.fill("#confirm-form", "confirm", PASSWORD).await?;
        browser.click_on("#confirm-form [type=submit]").await?;

        stage.wait_until_saved("email").await?;
        browser.reload().await?;
        browser.wait_for("[data-edit=email]").await?;
        let email = browser.value("#email-form [name=email]").await?;
        ensure!(email == "alice@example.com", "the email is {email:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn email_row_says_what_the_address_is_for() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let (browser, bob) = (&stage.browser, stage.op.newcomer());
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        let first = "Your first login with Authentik finds this account";
        browser.wait_for_text("#email-row", first).await?;
        browser.forget_cookies().await?;
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        stage.visit(routes::PROFILE).await?;

        let known = "You log in with Authentik whatever address is here";
        browser.wait_for_text("#email-row", known).await?;
        browser.wait_for_text("#identities", bob.email).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn logins_elsewhere_are_ended_one_by_one_and_all_at_once() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        let others = [(); 3].map(|()| stage.other_browser());
        for other in &others {
            other.log_in(ADMIN, PASSWORD).await;
        }
        stage.visit(routes::PROFILE).await?;
        browser
            .wait_for_text("#sessions li:first-child", "This browser")
            .await?;
        ensure!(
            !browser.has("#sessions li:first-child button").await?,
            "the own login has a button"
        );

        browser.click_on("[data-end]").await?;

        browser
            .wait_for_text("#sessions [role=status]", "ended")
            .await?;
        browser.wait_for_focus("[data-end]").await?;
        let mut live = 0;
        for other in &others {
            live += usize::from(other.who().await.is_some());
        }
        ensure!(live == 2, "{live} of three are live");

        browser.click_on("#end-others").await?;
        browser.wait_for_focus("#ask [data-answer=no]").await?;
        browser.press(Key::Escape).await?;
        browser.wait_until_gone("#ask").await?;
        browser.wait_for_focus("#end-others").await?;
        browser.click_on("#end-others").await?;
        browser.click_on("#ask [data-answer=yes]").await?;

        browser
            .wait_for_text("#sessions", "You are not logged in anywhere else.")
            .await?;
        browser.wait_for_focus("#sessions h2").await?;
        for other in &others {
            ensure!(other.who().await.is_none(), "one is live still");
        }
        stage.account_id().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn theme_and_language_are_remembered() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        let theme = "return document.documentElement.dataset.theme ?? 'none'";
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        browser.click_on("#appearance [value=dark]").await?;
        let now = browser.script(theme).await?;
        browser.click_on("#language option[value=de]").await?;
        browser.wait_for("html[lang=de] #language").await?;

        let then = browser.script(theme).await?;
        let chosen = browser.value("#language").await?;
        ensure!(
            (&now, &then, chosen.as_str()) == (&json!("dark"), &json!("dark"), "de"),
            "{now}, {then}, {chosen}"
        );
        browser.wait_for("#appearance [value=dark]:checked").await?;
        browser.click_on("#appearance [value=system]").await?;
        browser.click_on("#language option[value=en]").await?;
        browser.wait_for("html[lang=en] #language").await?;
        let back = browser.script(theme).await?;
        ensure!(back == "none", "the theme is {back}");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn form_with_faults_leads_to_each_of_them() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        let submit = "#password-form [type=submit]";
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        stage.edit("password").await?;

        browser.click_on(submit).await?;

        let summary = "#password-form-faults";
        browser.wait_for_focus(summary).await?;
        browser.wait_for_text(summary, "2 things").await?;
        browser
            .click_on("#password-form-faults a[href='#new-password']")
            .await?;
        browser.wait_for_focus("#new-password").await?;

        browser.fill("#password-form", "current", PASSWORD).await?;
        browser.click_on(submit).await?;
        browser.wait_until_gone(summary).await?;
        browser.wait_for_focus("#new-password").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn first_tab_leads_past_the_bar() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;
        stage.browser.wait_for("[data-edit]").await?;

        stage.browser.press(Key::Tab).await?;
        stage.browser.wait_for_focus(".skip").await?;
        stage.browser.press(Key::Enter).await?;
        stage.browser.wait_for_focus("main").await?;
        stage.browser.press(Key::Tab).await?;

        stage.browser.wait_for_focus("[data-edit=name]").await
    })
    .await
}
