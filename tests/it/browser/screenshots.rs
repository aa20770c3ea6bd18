//! Every page and state, light, dark, in forced colors and narrow, and every page from right to
//! left: judged by axe-core, and pictured into the folder
//! `$SCREENSHOTS`.

use crate::browser::doctor::begin_test;
use crate::browser::users::{make_users, open_account};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, ensure};
use shared::failure::{FailureCode, Lost};
use shared::routes;
use tests::browser::Scheme::{Dark, Forced, Light};
use tests::browser::{Network, Rules, Scripts};
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage};

/// What axe-core has found so far: one look at all pages tells everything. The one test below fills
/// and reads it.
static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn every_page_is_for_everyone() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        setup(stage).await?;
        behind_the_login(stage).await?;
        users_page(stage).await?;
        activity_page(stage).await?;
        doctor_page(stage).await?;
        stage.log_out().await?;
        before_the_login(stage).await?;
        link_page(stage).await?;
        test_login(stage).await?;
        from_right_to_left(stage).await?;
        let faults = FAULTS.lock().unwrap_or_else(PoisonError::into_inner);
        ensure!(
            faults.is_empty(),
            "axe-core finds {} faults:\n{}",
            faults.len(),
            faults.join("\n")
        );
        Ok(())
    })
    .await
}

async fn setup(stage: &Stage) -> Result<()> {
    stage.visit(routes::SETUP).await?;
    pictures(stage, "setup", "#setup-form").await?;
    stage.browser.click_on("#setup-form [type=submit]").await?;
    pictures(stage, "setup-faults", "#setup-form [aria-invalid]").await?;
    stage.visit("/login?logged_out=1").await?;
    pictures(stage, "login-before-setup", "#login-form").await?;
    stage.set_up_admin().await?;
    stage.visit(routes::SETUP).await?;
    pictures(stage, "setup-closed", "[data-code=setup_closed]").await
}

async fn before_the_login(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.visit(routes::LOGIN).await?;
    pictures(stage, "login", "#login-form").await?;
    browser.fill("#login-form", "username", ADMIN).await?;
    browser
        .fill("#login-form", "password", "not-the-password")
        .await?;
    browser.click_on("#login-form [type=submit]").await?;
    pictures(
        stage,
        "login-wrong-password",
        "[data-code=invalid_credentials]",
    )
    .await?;
    stage.visit("/login?logged_out=1").await?;
    pictures(stage, "login-logged-out", "#login-form").await?;
    for code in FailureCode::ON_LOGIN_PAGE.iter().map(|code| code.as_str()) {
        stage
            .visit(&format!("/login?error={code}&ref=k3v9q2"))
            .await?;
        let card = format!("#app [data-code={code}]");
        pictures(stage, &format!("login-error-{code}"), &card).await?;
    }
    for lost in Lost::ALL.map(Lost::as_str) {
        let path = format!("/login?error=state_missing&ref=k3v9q2&because={lost}");
        stage.visit(&path).await?;
        pictures(stage, &format!("login-lost-{lost}"), "#app [data-code]").await?;
    }
    stage.visit("/nowhere").await?;
    pictures(stage, "not-found", "#app h1").await?;

    browser.allow_scripts(Scripts::Off).await?;
    browser.open(&format!("{}/login", stage.origin)).await?;
    pictures(stage, "login-without-scripts", "#login-form").await?;
    browser.allow_scripts(Scripts::On).await
}

async fn behind_the_login(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.visit(routes::HOME).await?;
    pictures(stage, "home", "[data-username]").await?;
    stage.visit(routes::PROFILE).await?;
    pictures(stage, "profile", "#connect").await?;
    stage.edit("email").await?;
    browser.fill("#email-form", "email", "no-address@").await?;
    browser.click_on("#email-form [type=submit]").await?;
    pictures(stage, "profile-email-invalid", "#email-form [aria-invalid]").await?;
    stage.save_email(stage.op.admin().email).await?;
    pictures(stage, "profile-email-saved", "#email-row").await?;
    stage.edit("password").await?;
    browser
        .fill("#password-form", "current", "not-the-password")
        .await?;
    browser
        .fill("#password-form", "new", "a-new-password")
        .await?;
    browser.click_on("#password-form [type=submit]").await?;
    pictures(
        stage,
        "profile-password-wrong",
        "#password-form [data-code]",
    )
    .await?;
    profile_states(stage).await?;
    stage.log_in_by_password().await
}

/// Unusual states of the profile page.
async fn profile_states(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.other_browser().log_in(ADMIN, PASSWORD).await;
    stage.visit(routes::PROFILE).await?;
    pictures(stage, "profile-logins", "[data-end]").await?;
    browser.click_on("#end-others").await?;
    pictures(stage, "profile-end-logins", "#ask").await?;
    browser.click_on("#ask [data-answer=yes]").await?;
    pictures(stage, "profile-no-other-logins", "#sessions h2:focus").await?;
    stage.edit("password").await?;
    browser.click_on("#password-form [type=submit]").await?;
    pictures(stage, "profile-faults", "#password-form-faults").await?;
    stage.edit("name").await?;
    browser.fill("#name-form", "display_name", "Ada").await?;
    browser.click_on("nav a[href='/']").await?;
    pictures(stage, "profile-unsaved", "#ask").await?;
    browser.click_on("#ask [data-answer=no]").await?;
    browser.set_network(Network::Away).await?;
    browser.click_on("#name-form [type=submit]").await?;
    pictures(stage, "profile-offline", "#name-form [data-code]").await?;
    browser.set_network(Network::There).await?;
    browser.wait_until_gone(".offline").await?;
    browser.forget_cookies().await?;
    browser.click_on("#name-form [type=submit]").await?;
    pictures(stage, "profile-session-ended", "[data-code=session_ended]").await
}

async fn users_page(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    make_users(
        stage,
        &(1..60)
            .map(|number| format!("user-{number:02}"))
            .collect::<Vec<_>>(),
    )
    .await?;
    stage.visit(routes::USERS).await?;
    pictures(stage, "users", "[data-account]").await?;
    stage.visit("/users?search=nobody-of-this-name").await?;
    pictures(stage, "users-nothing", ".nothing").await?;
    stage.visit("/users?search=admin").await?;
    browser.click_on("#create-toggle").await?;
    browser.fill("#create-form", "username", "no name").await?;
    browser.fill("#create-form", "email", "carol@").await?;
    browser.click_on("#create-form [type=submit]").await?;
    pictures(stage, "users-create-faults", "#create-form [aria-invalid]").await?;
    browser.fill("#create-form", "username", "carol").await?;
    browser
        .fill("#create-form", "email", "carol@example.com")
        .await?;
    browser.click_on("#create-form [type=submit]").await?;
    pictures(stage, "users-made", "[data-link]").await?;
    browser.click_on("#create-toggle").await?;
    open_account(stage, ADMIN).await?;
    browser
        .click_on(".account-panel option[value=user]")
        .await?;
    browser
        .click_on(".account-panel form [type=submit]")
        .await?;
    pictures(stage, "users-last-admin", "select[aria-invalid]").await?;
    browser.click_on("[data-delete]").await?;
    pictures(stage, "users-delete", "dialog[open]").await
}

async fn activity_page(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    stage.visit(routes::HOME).await?;
    stage.log_out().await?;
    stage.choose_provider().await?;
    stage.op.wait_for_login_page(browser).await?;
    stage.op.cancel(browser, &stage.op.newcomer()).await?;
    let reference = stage.wait_for_login_error("access_denied").await?;
    stage.log_in_by_password().await?;
    stage.visit("/activity?account=admin").await?;
    pictures(stage, "activity", "[data-kind]").await?;
    stage.visit(&format!("/activity?ref={reference}")).await?;
    pictures(stage, "activity-reference", "[data-kind=login_failed]").await?;
    stage.visit("/activity?ref=k3v9q2").await?;
    pictures(stage, "activity-nothing", ".nothing").await
}

async fn doctor_page(stage: &Stage) -> Result<()> {
    stage.visit(routes::DOCTOR).await?;
    pictures(stage, "doctor", "details.good").await
}

async fn link_page(stage: &Stage) -> Result<()> {
    let alice = stage.op.admin();
    stage.choose_provider().await?;
    stage.op.wait_for_login_page(&stage.browser).await?;
    pictures(stage, "op-login", "h1").await?;
    stage.op.log_in(&stage.browser, &alice).await?;
    stage.wait_for_page(routes::LINK).await?;
    pictures(stage, "link", "#link-form").await?;
    stage.agree_to_link(&alice, "not-the-password").await?;
    pictures(stage, "link-wrong-password", "#link-form [data-code]").await?;
    stage.agree_to_link(&alice, PASSWORD).await?;
    stage.wait_for_home_of(ADMIN).await?;
    stage.visit(routes::PROFILE).await?;
    pictures(stage, "profile-connected", "[data-identity]").await?;
    stage
        .browser
        .open(&format!("{}/link", stage.origin))
        .await?;
    pictures(stage, "link-expired", "[data-code=link_expired]").await
}

/// The result of a test login: the OP knows the person by now, and asks nothing.
async fn test_login(stage: &Stage) -> Result<()> {
    begin_test(stage).await?;
    stage.browser.wait_for("[data-claim]").await?;
    pictures(stage, "doctor-test", "details.good").await
}

/// Every page in Arabic.
async fn from_right_to_left(stage: &Stage) -> Result<()> {
    let browser = &stage.browser;
    let visit = async |path: &str| {
        stage.visit(path).await?;
        let direction = browser.script("return document.dir").await?;
        ensure!(direction == "rtl", "{path} is {direction}");
        Ok(())
    };
    stage.visit("/profile?language=ar").await?;
    pictures(stage, "rtl-profile", "[data-identity]").await?;
    visit(routes::HOME).await?;
    pictures(stage, "rtl-home", "[data-username]").await?;
    visit(routes::USERS).await?;
    open_account(stage, ADMIN).await?;
    pictures(stage, "rtl-users", ".account-panel").await?;
    visit(routes::ACTIVITY).await?;
    pictures(stage, "rtl-activity", "[data-kind]").await?;
    visit(routes::DOCTOR).await?;
    stage.browser.wait_for("details.good").await?;
    pictures(stage, "rtl-doctor", "[data-claim]").await?;
    visit("/nowhere").await?;
    pictures(stage, "rtl-not-found", "#app h1").await?;
    browser.forget_cookies().await?;
    stage.visit("/login?language=ar").await?;
    pictures(stage, "rtl-login", "#login-form").await?;
    visit("/login?error=email_unverified&ref=k3v9q2").await?;
    pictures(stage, "rtl-login-error", "#app [data-code]").await?;
    visit("/link").await?;
    pictures(stage, "rtl-link-expired", "[data-code=link_expired]").await?;
    visit("/welcome").await?;
    pictures(stage, "rtl-welcome", "#app h1").await?;
    visit("/setup").await?;
    pictures(stage, "rtl-setup-closed", "[data-code=setup_closed]").await
}

/// Takes the pictures of the current page, once `css` is there, and judges it in each.
async fn pictures(stage: &Stage, name: &str, css: &str) -> Result<()> {
    let browser = &stage.browser;
    browser.wait_for(css).await?;
    for (suffix, scheme, width) in [
        ("light", Light, 1280),
        ("dark", Dark, 1280),
        ("320", Light, 320),
        ("320-dark", Dark, 320),
        ("forced", Forced, 1280),
    ] {
        browser.prefer(scheme).await?;
        browser.show_whole_page(width).await?;
        browser.picture(&format!("{name}-{suffix}")).await?;
        let rules = match scheme {
            Light => Rules::All,
            Dark => Rules::Colors,
            // Whose colors they are is not ours to judge.
            Forced => continue,
        };
        judge(stage, &format!("{name}-{suffix}"), rules).await?;
    }
    browser.prefer(Light).await?;
    browser.resize(1280, 800).await
}

/// Has axe-core judge the page that is shown, if it is one of ours and may run scripts, as axe-core
/// must.
async fn judge(stage: &Stage, name: &str, rules: Rules) -> Result<()> {
    let is_ours = stage.browser.url().await?.starts_with(&stage.origin);
    if !is_ours || name.contains("without-scripts") {
        return Ok(());
    }
    let found = stage.browser.accessibility_faults(rules).await?;
    let mut faults = FAULTS.lock().unwrap_or_else(PoisonError::into_inner);
    faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
    Ok(())
}
