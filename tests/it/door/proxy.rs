//! Requests that Postern passes on itself.

use reqwest::Method;
use tests::site::{admin, user};

use super::upstream;
use super::visitor::{CHAT, LOGIN, Visitor, WIKI, site, with_alice};

#[tokio::test]
async fn page_load_leads_to_the_login_and_back_to_the_page() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(admin("alice").await).await;
    let mut alice = Visitor::new(&site);
    let page = format!("{WIKI}/api/pages/1?x=1&y=%2F");
    let (url, _) = alice.visit(&page).await;
    assert!(url.starts_with(&format!("{LOGIN}/login?next=")), "{url}");

    alice.log_in("alice").await;
    let (url, shown) = alice.visit(&page).await;
    assert_eq!(url, page);
    assert_eq!(shown.sent()["uri"], "/api/pages/1?x=1&y=%2F");
    assert_eq!(shown.sent_header("remote-user"), "alice");
    assert_eq!(shown.sent_header("host"), "wiki.example.test");
    assert_eq!(shown.sent_header("x-forwarded-proto"), "http");
    assert_eq!(shown.header("cache-control"), "private, max-age=60");
}

#[tokio::test]
async fn page_of_which_the_application_says_nothing_is_asked_for_again() {
    let public = ("POSTERN_APP_WIKI_PUBLIC", "/cookie");
    let (site, mut alice) = with_alice(&upstream::start().await, &[public]).await;
    let page = format!("{WIKI}/cookie");
    let shown = alice.navigate(&page).await;
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    let shown = alice.fetch(&page).await;
    assert_eq!(shown.header("cache-control"), "private");
    let shown = Visitor::new(&site).navigate(&page).await;
    assert_eq!(shown.header("cache-control"), "", "it is for everybody");

    let left = alice.navigate(&format!("{WIKI}/_postern/logout")).await;
    assert_eq!(left.header("clear-site-data"), "\"cache\"");
}

#[tokio::test]
async fn fetch_without_a_session_is_told_where_to_log_in() {
    let site = site(&upstream::start().await, &[]).await;
    let mut nobody = Visitor::new(&site);
    let shown = nobody.fetch(&format!("{WIKI}/data")).await;
    assert_eq!(
        (shown.status, shown.code().as_str()),
        (401, "unauthenticated")
    );
    assert!(
        shown.header("link").contains("rel=\"login\""),
        "{}",
        shown.header("link")
    );
}

#[tokio::test]
async fn application_gets_no_word_of_the_client_on_who_asks() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let request = alice
        .call(Method::GET, &format!("{WIKI}/x"))
        .header("remote-user", "admin")
        .header("remote_user", "admin")
        .header("Remote-Groups", "admins")
        .header("x-forwarded-user", "admin")
        .header("postern-assertion", "forged")
        .header("connection", "remote-user, postern-assertion")
        .header("x-forwarded-for", "10.0.0.1")
        .header("cookie", "mine=1");
    let shown = alice.send(request).await;
    let sent = shown.sent()["headers"].clone();
    assert_eq!(sent["remote-user"], "alice", "{sent}");
    assert_eq!(sent["remote-groups"], "", "{sent}");
    assert!(
        sent["remote_user"].is_null() && sent["x-forwarded-user"].is_null(),
        "{sent}"
    );
    assert_ne!(sent["postern-assertion"], "forged");
    assert_eq!(sent["x-forwarded-for"], "127.0.0.1");
    assert_eq!(sent["cookie"], "mine=1");
}

#[tokio::test]
async fn body_and_answer_pass_whole() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let body = "x".repeat(3_000_000);
    let request = alice
        .call(Method::PUT, &format!("{WIKI}/file"))
        .body(body.clone());
    let shown = alice.send(request).await;
    assert_eq!(shown.sent()["method"], "PUT");
    assert_eq!(shown.sent()["body"], body);
}

#[tokio::test]
async fn application_sets_its_own_cookies_and_none_of_ours() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let before = alice.cookie(WIKI, "postern_app");
    alice.navigate(&format!("{WIKI}/cookie")).await;
    assert_eq!(alice.cookie(WIKI, "a").as_deref(), Some("1"));
    assert_eq!(alice.cookie(WIKI, "postern_app"), before);
    assert_eq!(alice.cookie(WIKI, "postern_session"), None);
}

#[tokio::test]
async fn who_is_not_allowed_is_refused() {
    let settings = [("POSTERN_APP_WIKI_ALLOW", "role:admin,user:carol")];
    let site = site(&upstream::start().await, &settings).await;
    for account in [
        user("alice").await,
        user("carol").await,
        admin("root").await,
    ] {
        site.add(account).await;
    }
    for (name, status) in [("alice", 403), ("carol", 200), ("root", 200)] {
        let mut visitor = Visitor::new(&site);
        visitor.log_in(name).await;
        let (_, shown) = visitor.visit(WIKI).await;
        assert_eq!(shown.status, status, "{name}: {}", shown.body);
        if status == 403 {
            assert!(
                shown.body.contains("data-code=\"app_forbidden\""),
                "{}",
                shown.body
            );
        }
        let (_, shown) = visitor.visit(CHAT).await;
        assert_eq!(shown.status, 200, "{name}");
    }
}

#[tokio::test]
async fn public_paths_need_no_login_and_tell_nobody() {
    let settings = [("POSTERN_APP_WIKI_PUBLIC", "/health,/static/*")];
    let site = site(&upstream::start().await, &settings).await;
    let mut nobody = Visitor::new(&site);
    for path in ["/health", "/static/a.css"] {
        let request = nobody
            .call(Method::GET, &format!("{WIKI}{path}"))
            .header("remote-user", "admin");
        let shown = nobody.send(request).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(shown.sent_header("remote-user").is_null());
        assert!(shown.sent_header("postern-assertion").is_null());
    }
    for path in [
        "/",
        "/health/x",
        "/static/..%2fadmin",
        "/static/%2e%2e/admin",
        "/static/;/x",
        "//static/x",
    ] {
        let shown = nobody.fetch(&format!("{WIKI}{path}")).await;
        assert_eq!(shown.status, 401, "{path}");
    }
}

#[tokio::test]
async fn host_that_is_no_application_opens_nothing() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    let token = alice.cookie(LOGIN, "postern_session").unwrap();
    alice.set_cookie("http://evil.example.test", "postern_session", &token);
    alice.set_cookie(WIKI, "postern_session", &token);
    alice.set_cookie(WIKI, "postern_app", &token);
    let shown = alice.fetch(&format!("{WIKI}/x")).await;
    assert_eq!(
        shown.status, 401,
        "a login's own token opens no application"
    );
}

#[tokio::test]
async fn upstream_that_is_down_is_told() {
    let site = site("http://127.0.0.1:9", &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    let (_, shown) = alice.visit(WIKI).await;
    assert_eq!(shown.status, 502);
    let shown = alice.fetch(WIKI).await;
    assert_eq!(
        (shown.status, shown.code().as_str()),
        (502, "app_unreachable")
    );
}

#[tokio::test]
async fn stream_ends_with_its_login() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let request = alice.call(Method::GET, &format!("{WIKI}/forever"));
    let (mut response, _) = alice.open(request).await;
    assert_eq!(response.chunk().await.unwrap().unwrap(), "data: now\n\n");
    alice.log_out().await;
    let rest = tokio::time::timeout(std::time::Duration::from_secs(1), response.chunk()).await;
    assert!(rest.expect("it ends within a second").is_err());
}
