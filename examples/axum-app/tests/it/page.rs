//! The Leptos page of `examples/leptos-app` in a browser, served by this application.

use std::env::var_os;

use tests::browser::Browser;

use super::place::start_with;

#[tokio::test]
#[ignore = "needs Chromium and the built example; cargo xtask test runs it"]
async fn page_knows_its_user_after_the_login_and_none_after_the_logout() -> anyhow::Result<()> {
    let page = var_os("LEPTOS_PAGE").expect("LEPTOS_PAGE: cargo xtask test builds the page");
    let place = start_with(&[("APP_PAGE", &page)]).await;
    let browser = Browser::start().await?;

    browser.open(&format!("{}/page/?x=1", place.origin)).await?;
    browser.wait_for_text("h1", "Hello stranger").await?;
    assert!(!browser.has("#secret").await?);
    browser.click_on("a[rel=external]").await?;
    browser
        .wait_for("#app a[href*='/api/login/openid']")
        .await?;
    browser
        .click_on("#app a[href*='/api/login/openid']")
        .await?;
    browser.wait_for("input[name=username]").await?;
    browser.type_into("input[name=username]", "alice").await?;
    browser
        .type_into("input[name=password]", "alice-demo")
        .await?;
    browser.click_on("button[value=login]").await?;

    browser.wait_for_text("h1", "Hello alice").await?;
    browser.wait_for("#secret").await?;
    let back = format!("{}/page/?x=1", place.origin);
    browser
        .wait_for_url("where it was", |url| url == back)
        .await?;

    browser.click_on("button").await?;
    browser
        .wait_for_url("the login page", |url| url.contains("/_postern/login"))
        .await?;
    browser.open(&back).await?;
    browser.wait_for_text("h1", "Hello stranger").await
}
