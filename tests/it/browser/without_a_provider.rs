//! Without a provider, no page speaks of one, in Chromium.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::on_stage_with;

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn no_page_speaks_of_a_provider() -> Result<()> {
    let settings = [("OIDC_ENABLED", "false")];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        let is_silent = async |path: &str, css: &str| {
            stage.visit(path).await?;
            stage.browser.wait_for(css).await?;
            let text = stage.browser.page_text().await?.to_lowercase();
            ensure!(
                !text.contains("provider") && !text.contains("authentik"),
                "{path}: {text}"
            );
            Ok(())
        };
        is_silent(routes::SETUP, "#setup-form").await?;
        stage.set_up_admin().await?;
        is_silent(routes::HOME, "[data-username]").await?;
        is_silent(routes::PROFILE, "[data-edit=email]").await?;
        stage.edit("email").await?;
        let text = stage.browser.page_text().await?;
        ensure!(!text.to_lowercase().contains("provider"), "{text}");
        stage.log_out().await?;
        is_silent("/login?error=invalid_credentials", "#login-form").await
    })
    .await
}
