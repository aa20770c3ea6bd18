//! The accounts' page in Chromium: what an admin can do there, and who may not see it.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage};
use thirtyfour::Key;

/// The form of the account that is open.
const EDIT: &str = ".account-panel form";

/// Creates accounts through the API, as the admin who is logged in.
pub(crate) async fn make_users(stage: &Stage, usernames: &[String]) -> Result<()> {
    let names = json!(usernames);
    let script = format!(
        "return (async () => {{
            for (const username of {names}) {{
                const body = JSON.stringify({{ username, role: 'user' }});
                const headers = {{ 'content-type': 'application/json' }};
                const answer = await fetch('/api/users', {{ method: 'POST', headers, body }});
                if (!answer.ok) return answer.text();
            }}
            return 'made';
        }})()"
    );
    let outcome = stage.browser.script(&script).await?;
    ensure!(outcome == "made", "the accounts were not made: {outcome}");
    Ok(())
}

/// Opens an account from the list.
pub(crate) async fn open_account(stage: &Stage, username: &str) -> Result<()> {
    let row = format!("[data-account={username}] [data-row]");
    stage.browser.click_on(&row).await?;
    stage.browser.wait_for(EDIT).await
}

/// Returns the text of the element that has the focus.
async fn focused(stage: &Stage) -> Result<String> {
    let script = "return document.activeElement.textContent.trim()";
    let text = stage.browser.script(script).await?;
    Ok(text.as_str().context("a text")?.to_owned())
}

/// Puts the focus on an element, as Tab does.
async fn focus(stage: &Stage, css: &str) -> Result<()> {
    stage.browser.wait_for(css).await?;
    let css = json!(css);
    let script = format!("document.querySelector({css}).focus()");
    stage.browser.script(&script).await?;
    Ok(())
}

/// Returns how many accounts are listed.
async fn listed(stage: &Stage) -> Result<u64> {
    let script = "return document.querySelectorAll('[data-account]').length";
    let count = stage.browser.script(script).await?;
    count.as_u64().context("a number")
}

/// Fills the form for a new account, which is open then.
async fn create(stage: &Stage, username: &str, email: &str) -> Result<()> {
    let browser = &stage.browser;
    if !browser.has("#create-form").await? {
        browser.click_on("#create-toggle").await?;
    }
    browser.fill("#create-form", "username", username).await?;
    browser.fill("#create-form", "email", email).await?;
    browser.click_on("#create-form [type=submit]").await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn account_is_made_changed_and_deleted() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.browser.click_on(".card-link[href='/users']").await?;
        let browser = &stage.browser;

        create(stage, "carol", "carol@example.com").await?;
        browser.wait_for("[data-link]").await?;
        let link = browser.value("[data-link]").await?;
        ensure!(link.contains("/welcome#"), "the link is {link:?}");
        browser.wait_for_text("[data-made]", "carol").await?;

        open_account(stage, "carol").await?;
        browser.fill(EDIT, "email", "carol@").await?;
        browser.click_on(&format!("{EDIT} [type=submit]")).await?;
        browser
            .wait_for(&format!("{EDIT} [name=email][aria-invalid]"))
            .await?;
        browser.fill(EDIT, "email", "c@example.com").await?;
        browser.fill(EDIT, "display_name", "Carol").await?;
        browser.click_on(&format!("{EDIT} [type=submit]")).await?;
        browser
            .wait_for_text(".account-panel > .saved", "Saved: Email, Display name.")
            .await?;
        // The account has an address of its own, which Back leaves.
        let is_open = |url: &str| url.ends_with("/users/carol");
        browser
            .wait_for_url("the account's address", is_open)
            .await?;
        browser.reload().await?;
        browser.wait_for_text("#account h2", "Carol").await?;
        let email = browser.value(&format!("{EDIT} [name=email]")).await?;
        ensure!(email == "c@example.com", "the email is {email:?}");
        browser.click_on("[data-back]").await?;
        let row = "[data-account=carol]";
        browser.wait_for_text(row, "c@example.com").await?;
        ensure!(
            !browser.has("[data-link]").await?,
            "the link is shown again"
        );
        browser
            .wait_for_text(&format!("{row} [data-row]"), "Carol")
            .await?;

        open_account(stage, "carol").await?;
        delete_by_keyboard(stage, "carol").await
    })
    .await
}

/// Deletes the account that is open, after a change of mind.
async fn delete_by_keyboard(stage: &Stage, username: &str) -> Result<()> {
    let browser = &stage.browser;
    focus(stage, "[data-delete]").await?;
    browser.press(Key::Enter).await?;
    browser.wait_for_text("dialog[open]", username).await?;
    ensure!(
        focused(stage).await? == "Cancel",
        "the focus is not on Cancel"
    );
    browser.press(Key::Escape).await?;
    browser.wait_until_gone("dialog[open]").await?;
    ensure!(
        focused(stage).await? == "Delete",
        "the focus did not come back"
    );

    browser.press(Key::Enter).await?;
    browser.wait_for("dialog[open]").await?;
    focus(stage, "dialog[open] [data-answer=yes]").await?;
    browser.press(Key::Enter).await?;

    browser.wait_for_text("[data-told]", username).await?;
    let row = format!("[data-account={username}]");
    browser.wait_until_gone(&row).await?;
    browser.reload().await?;
    browser.wait_for(&format!("[data-account={ADMIN}]")).await?;
    ensure!(!browser.has(&row).await?, "the account is still there");
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn refusals_stand_beside_what_they_are_about() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::USERS).await?;
        let browser = &stage.browser;
        create(stage, "carol", "carol@example.com").await?;
        browser.wait_for("[data-link]").await?;

        create(stage, "carol", "other@example.com").await?;
        let fault = "#create-username-fault";
        browser
            .wait_for_text(fault, "Another account has this username")
            .await?;
        create(stage, "dora", "carol@example.com").await?;
        let fault = "#create-email-fault";
        browser
            .wait_for_text(fault, "Another account has this email")
            .await?;

        open_account(stage, ADMIN).await?;
        browser
            .click_on(&format!("{EDIT} option[value=user]"))
            .await?;
        browser
            .wait_for_text(&format!("{EDIT} .warning"), "your own account")
            .await?;
        browser.click_on(&format!("{EDIT} [type=submit]")).await?;
        browser
            .wait_for(&format!("{EDIT} select[aria-invalid]"))
            .await?;
        browser.wait_for_text(EDIT, "the last administrator").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn list_is_searched_and_grows_and_the_address_remembers() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        let names: Vec<String> = (1..120).map(|number| format!("user-{number:03}")).collect();
        make_users(stage, &names).await?;
        stage.visit(routes::USERS).await?;
        let browser = &stage.browser;
        browser.wait_for_text("#accounts", "Accounts: 120").await?;
        ensure!(
            listed(stage).await? == 50,
            "{} are listed",
            listed(stage).await?
        );

        browser.click_on("[data-more]").await?;
        browser.wait_for("#page-2").await?;
        ensure!(
            listed(stage).await? == 100,
            "{} are listed",
            listed(stage).await?
        );
        browser.click_on("[data-more]").await?;
        browser.wait_for("#page-3").await?;
        ensure!(
            listed(stage).await? == 120,
            "{} are listed",
            listed(stage).await?
        );
        browser.wait_for("#page-3 [data-row]:focus").await?;
        ensure!(!browser.has("[data-more]").await?, "there is still more");

        browser.type_into("#filter-search", "USER-11").await?;
        browser.wait_for_text("#accounts", "Accounts: 10").await?;
        let is_kept = |url: &str| url.ends_with("?search=USER-11");
        browser
            .wait_for_url("the search in the address", is_kept)
            .await?;
        open_account(stage, "user-115").await?;
        browser
            .click_on(".account-panel a[href^='/activity']")
            .await?;
        stage.wait_for_page(routes::ACTIVITY).await?;
        browser.wait_for("[data-kind=account_made]").await?;
        browser.back().await?;
        browser.wait_for_text("#account h2", "user-115").await?;
        browser.back().await?;
        browser.wait_for_text("#accounts", "Accounts: 10").await?;
        browser
            .wait_for("[data-account=user-115] [data-row]:focus")
            .await?;
        browser.reload().await?;
        browser.wait_for_text("#accounts", "Accounts: 10").await?;
        ensure!(
            browser.value("#filter-search").await? == "USER-11",
            "it is not shown"
        );

        browser.click_on("#filter-role option[value=admin]").await?;
        browser.click_on("[data-clear]").await?;
        browser.wait_for_text("#accounts", "Accounts: 120").await?;
        ensure!(
            browser.value("#filter-search").await?.is_empty(),
            "the search is still shown"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn old_login_is_confirmed_and_the_account_is_made() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::USERS).await?;
        stage.server.make_logins_old().await?;
        let browser = &stage.browser;
        create(stage, "carol", "").await?;
        browser.wait_for("dialog[open] input[name=confirm]").await?;

        browser.fill("#confirm-form", "confirm", PASSWORD).await?;
        browser.click_on("#confirm-form [type=submit]").await?;

        browser.wait_for_text("[data-made]", "carol").await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn typed_text_outlives_the_session() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        stage.set_up_admin().await?;
        stage.visit(routes::USERS).await?;
        let browser = &stage.browser;
        open_account(stage, ADMIN).await?;
        browser.fill(EDIT, "display_name", "The admin").await?;
        browser.forget_cookies().await?;

        browser.click_on(&format!("{EDIT} [type=submit]")).await?;

        browser.wait_for("[data-code=session_ended]").await?;
        let typed = browser
            .value(&format!("{EDIT} [name=display_name]"))
            .await?;
        ensure!(typed == "The admin", "the page has {typed:?} now");
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn pages_for_admins_say_so_to_the_others() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let bob = stage.op.newcomer();
        stage.log_in_at_op(&bob).await?;
        stage.wait_for_home_of(bob.name).await?;
        for path in [routes::USERS, routes::ACTIVITY] {
            let link = format!("a[href='{path}']");
            ensure!(
                !stage.browser.has(&link).await?,
                "there is a link to {path}"
            );
            stage.visit(path).await?;
            stage
                .browser
                .wait_for_text("[data-code=forbidden]", "for administrators")
                .await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn account_that_the_list_has_not_shown_has_its_address() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        stage.set_up_admin().await?;
        let names: Vec<String> = (100..170).map(|number| format!("user-{number}")).collect();
        make_users(stage, &names).await?;

        stage.visit("/users/user-169").await?;

        browser.wait_for_text("#account h2", "user-169").await?;
        ensure!(
            !browser.has("[data-account=user-169]").await?,
            "the list has the account already"
        );
        browser.fill(EDIT, "display_name", "The last one").await?;
        browser.click_on(&format!("{EDIT} [type=submit]")).await?;
        browser.wait_for_text("#account h2", "The last one").await?;
        browser.click_on("[data-back]").await?;
        browser.wait_for("[data-account=user-100]").await?;

        stage.visit("/users/nobody-of-this-name").await?;
        browser.wait_for(".nothing").await
    })
    .await
}
