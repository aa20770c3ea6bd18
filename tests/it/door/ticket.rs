//! Tickets: how a login opens an application with a host of its own.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tests::site::{PASSWORD, user};

use super::upstream;
use super::visitor::{CHAT, LOGIN, Visitor, WIKI, site};

/// Goes as far as the redirect with the ticket, and returns its address.
async fn ticket(visitor: &mut Visitor, origin: &str) -> String {
    let mut url = format!("{origin}/");
    loop {
        let shown = visitor.navigate(&url).await;
        url = url::Url::parse(&url)
            .unwrap()
            .join(shown.header("location"))
            .unwrap()
            .to_string();
        if url.contains("/_postern/enter?ticket=") {
            return url;
        }
    }
}

#[tokio::test]
async fn ticket_opens_an_application_once() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    let url = ticket(&mut alice, WIKI).await;
    let state = alice.cookie(WIKI, "postern_state").unwrap();
    let shown = alice.navigate(&url).await;
    assert_eq!(shown.header("location"), "/");
    assert!(alice.cookie(WIKI, "postern_app").is_some());
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    assert_eq!(shown.header("cache-control"), "no-store");

    let mut again = Visitor::new(&site);
    again.set_cookie(WIKI, "postern_state", &state);
    again.navigate(&url).await;
    assert_eq!(again.cookie(WIKI, "postern_app"), None, "it was used");
}

#[tokio::test]
async fn ticket_opens_nothing_in_another_browser_or_at_another_host_or_late() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;

    let url = ticket(&mut alice, WIKI).await;
    let mut victim = Visitor::new(&site);
    victim.navigate(WIKI).await;
    victim
        .navigate(&format!("{WIKI}/_postern/start?next=/"))
        .await;
    assert!(victim.cookie(WIKI, "postern_state").is_some());
    victim.navigate(&url).await;
    assert_eq!(victim.cookie(WIKI, "postern_app"), None, "another browser");

    let state = alice.cookie(WIKI, "postern_state").unwrap();
    alice.set_cookie(CHAT, "postern_state", &state);
    alice.navigate(&url.replace(WIKI, CHAT)).await;
    assert_eq!(alice.cookie(CHAT, "postern_app"), None, "another host");

    site.pass(Duration::from_secs(31));
    alice.navigate(&url).await;
    assert_eq!(alice.cookie(WIKI, "postern_app"), None, "too late");
}

#[tokio::test]
async fn logout_ends_every_application() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    for origin in [WIKI, CHAT] {
        let (_, shown) = alice.visit(origin).await;
        assert_eq!(shown.status, 200);
    }
    alice.log_out().await;
    for origin in [WIKI, CHAT] {
        let shown = alice.fetch(origin).await;
        assert_eq!(shown.status, 401);
    }
}

#[tokio::test]
async fn new_password_closes_what_was_open_and_voids_tickets() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.enter(WIKI).await;
    let url = ticket(&mut alice, CHAT).await;

    let change = json!({"current": PASSWORD, "new": "another password of the tests"});
    let request = alice
        .call(Method::POST, &format!("{LOGIN}/api/profile/password"))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/json")
        .body(change.to_string());
    assert_eq!(alice.send(request).await.status, 204);

    alice.navigate(&url).await;
    assert_eq!(
        alice.cookie(CHAT, "postern_app"),
        None,
        "the ticket is void"
    );
    assert_eq!(alice.fetch(WIKI).await.status, 401, "whoever has a copy");
    // In this browser, the next page opens it again.
    assert_eq!(alice.visit(WIKI).await.1.status, 200);
}

#[tokio::test]
async fn next_leads_nowhere_else() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    for next in [
        "//evil.example",
        "https://evil.example/",
        "/%5cevil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
    ] {
        let (url, shown) = alice
            .visit(&format!("{WIKI}/_postern/start?next={next}"))
            .await;
        assert_eq!(
            (url.as_str(), shown.status),
            (format!("{WIKI}/").as_str(), 200),
            "{next}"
        );
    }
}

#[tokio::test]
async fn browser_that_keeps_no_cookies_is_told_so() {
    let site = site(&upstream::start().await, &[]).await;
    let mut nobody = Visitor::new(&site);
    let shown = nobody
        .navigate(&format!(
            "{WIKI}/_postern/enter?ticket=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&next=/"
        ))
        .await;
    assert!(
        shown.header("location").contains("error=cookies_blocked"),
        "{}",
        shown.header("location")
    );
}
