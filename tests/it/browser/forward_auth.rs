//! A person at an application behind a reverse proxy that asks Postern.

use anyhow::{Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::places::free_port;
use tests::proxy_program::{ProxyKind, ProxyProgram, Sides};
use tests::stage::{Stage, on_stage_with};

use crate::door::upstream;

/// The application's host: browsers find every name below `localhost` on their own machine.
const HOST: &str = "app.localhost";

#[tokio::test]
#[ignore = "needs Chromium and nginx; cargo xtask test runs it"]
async fn person_behind_nginx_logs_in_on_the_way_and_out_again() -> Result<()> {
    through(ProxyKind::Nginx).await
}

#[tokio::test]
#[ignore = "needs Chromium and Caddy; cargo xtask test runs it"]
async fn person_behind_caddy_logs_in_on_the_way_and_out_again() -> Result<()> {
    through(ProxyKind::Caddy).await
}

#[tokio::test]
#[ignore = "needs Chromium and Traefik; cargo xtask test runs it"]
async fn person_behind_traefik_logs_in_on_the_way_and_out_again() -> Result<()> {
    through(ProxyKind::Traefik).await
}

async fn through(kind: ProxyKind) -> Result<()> {
    let port = free_port()?;
    let origin = kind.origin(HOST, port);
    let settings = [
        ("POSTERN_APP_WIKI_URL", origin.as_str()),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    on_stage_with(Demo, Sqlite, &settings, async |stage| {
        let upstream = upstream::start().await;
        let address = |origin: &str| origin.trim_start_matches("http://").to_owned();
        let sides = Sides {
            host: HOST.to_owned(),
            port,
            postern: address(stage.server.origin()),
            upstream: address(&upstream),
        };
        let _proxy = ProxyProgram::start(kind, &sides).await?;
        story(stage, &origin).await
    })
    .await
}

async fn story(stage: &Stage, origin: &str) -> Result<()> {
    let browser = &stage.browser;
    let page = format!("{origin}/pages/1?x=1&y=%2F");
    let person = stage.op.newcomer();
    stage.set_up_admin_elsewhere(routes::API_SETUP).await?;
    browser.open(&page).await?;
    stage.wait_for_page(routes::LOGIN).await?;
    browser
        .click_on("#app a[href^='/api/login/openid']")
        .await?;
    stage.op.wait_for_login_page(browser).await?;
    browser
        .type_into("input[name=username]", person.name)
        .await?;
    browser
        .type_into("input[name=password]", person.password)
        .await?;
    browser.click_on("button[name=action][value=login]").await?;
    browser
        .wait_for_url("the page of the application", |url| url == page)
        .await?;
    let told = browser.page_text().await?;
    let name = format!("\"remote-user\":\"{}\"", person.name);
    ensure!(told.contains(&name), "the application is told {told}");
    // Past the browser's cache, which is the application's matter.
    let script = "return fetch('/data', { cache: 'no-store' }).then(answer => answer.status)";
    ensure!(browser.script(script).await? == 200, "a script is refused");

    // Another tab logs out, at the application.
    browser.new_tab().await?;
    browser.open(&format!("{origin}/_postern/logout")).await?;
    stage.wait_for_page(routes::LOGIN).await?;
    browser.go_to_tab(0).await?;
    ensure!(browser.script(script).await? == 401, "a script gets in");
    browser.reload().await?;
    stage.wait_for_page(routes::LOGIN).await
}
