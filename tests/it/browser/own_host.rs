//! An application on Postern's own host, in Chromium: the page finds its base path, and the login
//! the page of the application that was asked for.

use anyhow::{Result, ensure};
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::on_stage_with;

use crate::door::upstream;

const PROVIDER: &str = "#app a[href^='/_postern/api/login/openid']";

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn deep_link_of_the_application_survives_login_profile_logout_and_back() -> Result<()> {
    let upstream = upstream::start().await;
    let settings = [("POSTERN_UPSTREAM", upstream.as_str())];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        let browser = &stage.browser;
        let deep = format!("{}/d/1?x=1&y=a%20b#part", stage.origin);

        stage.set_up_admin_elsewhere("/_postern/api/setup").await?;

        browser.open(&deep).await?;
        stage.wait_for_page("/_postern/login").await?;
        browser.wait_for(PROVIDER).await?;
        browser.click_on(PROVIDER).await?;
        let person = stage.op.newcomer();
        stage.op.log_in(browser, &person).await?;
        let whole = |url: &str| url.starts_with(deep.trim_end_matches("#part"));
        browser.wait_for_url("the deep link", whole).await?;
        let shown = browser.page_text().await?;
        ensure!(shown.contains("/d/1?x=1&y=a%20b"), "{shown}");
        let user = format!("\"remote-user\":\"{}\"", person.name);
        ensure!(shown.contains(&user), "{shown}");

        stage.visit("/_postern/profile").await?;
        browser.wait_for("[data-edit=name]").await?;
        browser
            .click_on("nav a[href='/_postern/']:not(.brand)")
            .await?;
        stage.wait_for_page("/_postern/").await?;
        browser
            .wait_for(&format!("[data-username='{}']", person.name))
            .await?;
        browser.click_on("nav a[href='/_postern/profile']").await?;
        stage.wait_for_page("/_postern/profile").await?;
        browser.wait_for("[data-edit=name]").await?;

        browser.click_on("#log-out").await?;
        stage.wait_for_page("/_postern/login").await?;
        browser.wait_for(PROVIDER).await?;
        browser.back().await?;
        stage.wait_for_page("/_postern/login").await?;
        // Another page: the application lets the browser keep the first one for a minute.
        let other = format!("{}/d/2", stage.origin);
        browser.open(&other).await?;
        stage.wait_for_page("/_postern/login").await
    })
    .await
}
