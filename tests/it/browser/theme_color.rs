//! What the browser draws around a page, in Chromium.

use anyhow::{Result, ensure};
use serde_json::json;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::on_stage;

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn color_around_the_page_follows_the_chosen_theme() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let browser = &stage.browser;
        let colors = "return [...document.querySelectorAll('meta[name=theme-color]')]
            .filter(meta => matchMedia(meta.media).matches).map(meta => meta.content)";
        let (light, dark) = (json!(["#f6f7f6"]), json!(["#0d100f"]));
        stage.set_up_admin().await?;
        stage.visit(routes::PROFILE).await?;

        for (theme, expected) in [("dark", &dark), ("light", &light), ("system", &light)] {
            browser
                .click_on(&format!("#appearance [value={theme}]"))
                .await?;
            let shown = browser.script(colors).await?;
            ensure!(&shown == expected, "{theme}: {shown}");
            browser.reload().await?;
            browser.wait_for("#appearance").await?;
            let shown = browser.script(colors).await?;
            ensure!(&shown == expected, "{theme}, after a reload: {shown}");
        }
        Ok(())
    })
    .await
}
