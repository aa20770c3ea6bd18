//! Nothing moves while a page loads, and its content is there before the wasm.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{Stage, on_stage};

/// Opens a page whose wasm is on its way and does not come; what stands there then must stay where
/// it is when the app takes over.
async fn opens_steadily(stage: &Stage, path: &str, before: &str, after: &str) -> Result<()> {
    let browser = &stage.browser;
    browser.hold_back("*.wasm").await?;
    browser.open(&format!("{}{path}", stage.origin)).await?;
    browser.wait_for(&format!("#static {before}")).await?;
    browser.wait_until_drawn().await?;
    browser.let_through().await?;
    browser.wait_for(after).await?;
    let shift = browser.layout_shift().await?;
    ensure!(shift == 0.0, "{path}: the layout shifts by {shift}");
    Ok(())
}

/// What the document asks for ahead, the app takes; it does not ask again, but for the session whenever
/// the window comes into focus.
async fn asks_once(stage: &Stage, path: &str) -> Result<()> {
    let again = "const names = performance.getEntriesByType('resource').map((entry) => entry.name)
            .filter((name) => !name.endsWith('/api/session'));
        return names.filter((name, at) => names.indexOf(name) !== at).join(' ')";
    let again = stage.browser.script(again).await?;
    ensure!(again == "", "{path} asks twice for {again}");
    Ok(())
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn nothing_moves_while_a_page_loads() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        opens_steadily(stage, routes::SETUP, "#setup-form", "#app #setup-form").await?;
        stage.set_up_admin().await?;
        for (path, after) in [
            (routes::HOME, "[data-username]"),
            (routes::PROFILE, "#connect"),
            (routes::USERS, "[data-account]"),
            (routes::ACTIVITY, "[data-kind]"),
        ] {
            opens_steadily(stage, path, ".bar a[aria-current]", after).await?;
            asks_once(stage, path).await?;
        }
        stage.log_out().await?;
        opens_steadily(stage, routes::LOGIN, "#login-form", "#app #login-form").await?;
        opens_steadily(
            stage,
            "/login?error=access_denied&ref=k3v9q2",
            "[data-code=access_denied]",
            "#app [data-code=access_denied]",
        )
        .await
    })
    .await
}
