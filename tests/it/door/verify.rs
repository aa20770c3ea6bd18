//! Forward-auth: a reverse proxy asks for each request.

use reqwest::Method;
use tests::site::user;

use super::upstream;
use super::visitor::{LOGIN, Shown, Visitor, WIKI, site};

const TRUSTED: (&str, &str) = ("POSTERN_TRUSTED_PROXIES", "127.0.0.1");

/// Asks as a reverse proxy does, with the visitor's cookies at that application.
async fn ask(visitor: &mut Visitor, host: &str, uri: &str, more: &[(&str, &str)]) -> Shown {
    let mut request = visitor
        .call(Method::GET, &format!("{LOGIN}/api/verify"))
        .header("x-forwarded-host", host)
        .header("x-forwarded-uri", uri)
        .header("x-forwarded-method", "GET");
    if let Some(token) = visitor.cookie(WIKI, "postern_app") {
        request = request.header("cookie", format!("postern_app={token}"));
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    visitor.send(request).await
}

#[tokio::test]
async fn proxy_learns_who_asks() {
    let site = site(&upstream::start().await, &[TRUSTED]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let shown = ask(&mut alice, "wiki.example.test", "/page", &[]).await;
    assert_eq!((shown.status, shown.header("remote-user")), (200, "alice"));
    assert!(!shown.header("postern-assertion").is_empty());
    assert_eq!(shown.header("cache-control"), "no-store");
}

#[tokio::test]
async fn who_is_not_logged_in_is_sent_to_the_login_or_refused() {
    let site = site(&upstream::start().await, &[TRUSTED]).await;
    let mut nobody = Visitor::new(&site);
    let page = [("sec-fetch-mode", "navigate")];
    let shown = ask(&mut nobody, "wiki.example.test", "/a?b=1", &page).await;
    assert_eq!(shown.status, 303);
    assert_eq!(
        shown.header("location"),
        format!("{WIKI}/_postern/start?next=%2Fa%3Fb%3D1")
    );
    let shown = ask(&mut nobody, "wiki.example.test", "/a", &[]).await;
    assert_eq!(
        (shown.status, shown.code().as_str()),
        (401, "unauthenticated")
    );
}

#[tokio::test]
async fn unknown_host_and_unknown_proxy_are_refused() {
    let upstream = upstream::start().await;
    let trusting = site(&upstream, &[TRUSTED]).await;
    let mut nobody = Visitor::new(&trusting);
    for host in [
        "evil.example",
        "",
        "wiki.example.test.evil.example",
        "wiki.example.test, x",
    ] {
        let shown = ask(&mut nobody, host, "/", &[]).await;
        assert_eq!(
            (shown.status, shown.code().as_str()),
            (403, "app_unknown"),
            "{host}"
        );
    }
    let site = site(&upstream, &[]).await;
    let mut nobody = Visitor::new(&site);
    let shown = ask(&mut nobody, "wiki.example.test", "/", &[]).await;
    assert_eq!((shown.status, shown.code().as_str()), (403, "forbidden"));
}

#[tokio::test]
async fn lies_about_the_path_open_nothing() {
    let public = ("POSTERN_APP_WIKI_PUBLIC", "/public/*");
    let site = site(&upstream::start().await, &[TRUSTED, public]).await;
    let mut nobody = Visitor::new(&site);
    let shown = ask(&mut nobody, "wiki.example.test", "/public/x", &[]).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.header("remote-user"), "");
    for uri in [
        "/admin#/public/x",
        "/admin;/public/x",
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/..;/admin",
        "/public\\..\\admin",
        "//public/x",
        "/public//x",
        "http://wiki.example.test/public/x",
        "public/x",
        "",
        "/public/%2fadmin",
        "/PUBLIC/x",
        "/admin?/public/x",
        "/public%2fx",
    ] {
        let shown = ask(&mut nobody, "wiki.example.test", uri, &[]).await;
        assert!(matches!(shown.status, 400 | 401), "{uri}: {}", shown.status);
    }
    let twice = [("x-forwarded-uri", "/public/x")];
    let shown = ask(&mut nobody, "wiki.example.test", "/admin", &twice).await;
    assert_eq!(shown.status, 400);
}
