//! No page says the same thing twice, in Chromium.

use anyhow::{Context as _, Result, ensure};
use shared::failure::FailureCode;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage};

/// Returns the sentences of three words and more that are shown twice, outside of lists, whose rows may
/// well be alike.
const REPEATED: &str = r"
    const rows = '[data-account], [data-kind], [data-session], [data-step], [data-claim], option';
    const sentences = new Map();
    for (const element of document.querySelectorAll(
        'h1, h2, h3, p, label, legend, summary, dt, dd, a, button')) {
        if (element.closest(rows) || !element.checkVisibility()) continue;
        // What is in it and an element of that kind as well is counted by itself.
        if (element.querySelector('h1, h2, h3, p, a, button')) continue;
        for (const sentence of element.innerText.split(/(?<=[.!?…])\s+/)) {
            if (sentence.trim().split(/\s+/).length < 3) continue;
            sentences.set(sentence, (sentences.get(sentence) ?? 0) + 1);
        }
    }
    return [...sentences].filter(([, count]) => count > 1).map(([text]) => text).join(' | ')";

/// Opens a page, waits for `css`, and reads it.
async fn says_all_once(stage: &Stage, path: &str, css: &str) -> Result<()> {
    stage.visit(path).await?;
    stage.browser.wait_for(css).await?;
    let repeated = stage.browser.script(REPEATED).await?;
    let repeated = repeated.as_str().context("a text")?;
    ensure!(repeated.is_empty(), "{path} says twice: {repeated}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn no_page_says_a_sentence_twice() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        says_all_once(stage, routes::SETUP, "#setup-form").await?;
        stage.set_up_admin().await?;
        for (path, css) in [
            (routes::HOME, "[data-username]"),
            (routes::PROFILE, "#connect"),
            (routes::USERS, "[data-account]"),
            ("/users/admin", ".account-panel form"),
            (routes::ACTIVITY, "[data-kind]"),
            (routes::DOCTOR, "details.good"),
            ("/nowhere", "#app h1"),
        ] {
            says_all_once(stage, path, css).await?;
        }
        stage.visit(routes::HOME).await?;
        stage.log_out().await?;
        says_all_once(stage, "/login?logged_out=1", "#login-form").await?;
        for code in FailureCode::ON_LOGIN_PAGE.iter().map(|code| code.as_str()) {
            let path = format!("/login?error={code}&ref=k3v9q2");
            says_all_once(stage, &path, &format!("#app [data-code={code}]")).await?;
        }
        Ok(())
    })
    .await
}
