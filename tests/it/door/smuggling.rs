//! Requests that programs read in two ways: the application gets one reading, or nothing.

use super::lying::{Lie, Lying};
use super::raw::Raw;
use super::visitor::with_alice;
use tests::site::Site;

/// An answer without a body.
const FINE: Lie = Lie::Says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

/// A site with Alice in it, before an application that hears everything.
struct Scene {
    upstream: Lying,
    site: Site,
    cookie: String,
}

impl Scene {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(settings: &[(&str, &str)]) -> Self {
        let upstream = Lying::start(FINE).await;
        let (site, alice) = with_alice(&upstream.url, settings).await;
        let cookie = alice.cookie_line(super::visitor::WIKI);
        Self {
            upstream,
            site,
            cookie,
        }
    }

    /// Sends a request by hand, `@` being its host and cookie, and nothing after it. Returns all
    /// answers.
    async fn send(&self, request: &str) -> String {
        let ours = format!("Host: wiki.example.test\r\n{}", self.cookie);
        let mut raw = Raw::connect(self.site.origin()).await;
        raw.send(request.replace("@\r\n", &ours)).await;
        let mut answers = raw.head().await;
        raw.send("GET /_postern/no HTTP/1.1\r\nHost: none\r\nConnection: close\r\n\r\n")
            .await;
        answers.push_str(&raw.rest().await.to_lowercase());
        answers
    }
}

/// Checks that the application hears nothing at all.
async fn check_refused(scene: &Scene, request: &str) {
    let answers = scene.send(request).await;
    assert!(answers.starts_with("http/1.1 4"), "{request:?}\n{answers}");
    assert_eq!(scene.upstream.heard(), [""; 0], "{request:?}");
}

#[tokio::test]
async fn request_whose_end_is_not_plain_is_refused() {
    let scene = Scene::start().await;
    for lines in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: -1",
        "Content-Length: 5 5",
        "Content-Length:",
        "Content-Length: 99999999999999999999",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked\x0b",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "X: a\r\n Transfer-Encoding: chunked",
        "X: a\r\n\tb",
        "X: a\rTransfer-Encoding: chunked",
        "X: a\0b",
        "Transfer-Encoding\0: chunked",
        "Content-Length 5",
        "Content\u{e9}: 5",
    ] {
        check_refused(
            &scene,
            &format!("POST / HTTP/1.1\r\n@\r\n{lines}\r\n\r\nhello"),
        )
        .await;
    }
    check_refused(
        &scene,
        "POST / HTTP/1.0\r\n@\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    )
    .await;
}

#[tokio::test]
async fn length_and_chunks_together_smuggle_nothing() {
    let scene = Scene::start().await;
    for lines in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
    ] {
        let smuggled = "GET /smuggled HTTP/1.1\r\nHost: wiki.example.test\r\n\r\n";
        let answers = scene
            .send(&format!(
                "POST /a HTTP/1.1\r\n@\r\n{lines}\r\n\r\n0\r\n\r\n{smuggled}"
            ))
            .await;
        assert_eq!(answers.matches("http/1.1 ").count(), 1, "{answers}");
    }
    for heard in scene.upstream.heard() {
        assert!(heard.starts_with("POST /a "), "{heard}");
        let heard = heard.to_lowercase();
        assert_eq!(heard.matches("transfer-encoding: chunked").count(), 1);
        assert!(!heard.contains("content-length"), "{heard}");
        assert!(heard.ends_with("\r\n\r\n0\r\n\r\n"), "{heard}");
    }
}

#[tokio::test]
async fn chunks_are_written_anew() {
    let scene = Scene::start().await;
    let chunked = "POST /a HTTP/1.1\r\n@\r\nTransfer-Encoding: chunked\r\n\r\n";
    scene
        .send(&format!("{chunked}0005;ext=\"a\"\r\nhello\r\n0;x\r\n\r\n"))
        .await;
    let heard = scene.upstream.heard().concat();
    assert!(
        heard.ends_with("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        "{heard}"
    );
}

#[tokio::test]
async fn chunks_that_are_not_plain_never_end() {
    let scene = Scene::start().await;
    for body in [
        "5\nhello\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloGET /smuggled\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "g\r\n\r\n",
    ] {
        let mut raw = Raw::connect(scene.site.origin()).await;
        let head = "POST /a HTTP/1.1\r\nHost: wiki.example.test\r\nTransfer-Encoding: chunked\r\n";
        raw.send(format!("{head}{}\r\n{body}", scene.cookie)).await;
        let answers = raw.rest().await;
        assert!(!answers.contains(" 200 "), "{body:?}\n{answers}");
    }
    assert_eq!(scene.upstream.heard(), [""; 0], "no request was whole");
}

#[tokio::test]
async fn lines_that_end_with_a_line_feed_say_nothing_of_who_asks() {
    let scene = Scene::start().await;
    scene
        .send("GET /a HTTP/1.1\r\n@\r\nX: a\nRemote-User: admin\nRemote_User: admin\r\n\r\n")
        .await;
    for heard in scene.upstream.heard() {
        let heard = heard.to_lowercase();
        assert_eq!(heard.matches("remote-user: ").count(), 1, "{heard}");
        assert!(heard.contains("remote-user: alice\r\n"), "{heard}");
        assert!(!heard.contains("admin"), "{heard}");
    }
}

#[tokio::test]
async fn identity_in_any_spelling_is_not_believed() {
    let scene = Scene::start().await;
    scene
        .send(
            "GET /a HTTP/1.1\r\n@\r\nREMOTE-USER: admin\r\nRemote-User: admin\r\nremote_user: admin\r\n\
             Remote_User: admin\r\nRemote.User: admin\r\nX-Forwarded-User: admin\r\nX_FORWARDED_USER: admin\r\n\
             X-Remote-User: admin\r\nX-WebAuth-User: admin\r\nX-Auth-Request-User: admin\r\n\
             POSTERN-ASSERTION: admin\r\nPostern_Assertion: admin\r\n\
             Connection: Remote-User, Postern-Assertion, Host, Cookie, X-Forwarded-For\r\n\r\n",
        )
        .await;
    let heard = scene.upstream.heard().concat().to_lowercase();
    assert!(!heard.contains("admin"), "{heard}");
    for line in [
        "\r\nhost: wiki.example.test\r\n",
        "\r\nremote-user: alice\r\n",
        "x-forwarded-for: 127.0.0.1\r\n",
        "postern-assertion: ey",
    ] {
        assert_eq!(heard.matches(line).count(), 1, "{line} in {heard}");
    }
}

#[tokio::test]
async fn request_that_would_be_sent_back_is_refused() {
    let scene = Scene::start().await;
    check_refused(&scene, "TRACE / HTTP/1.1\r\n@\r\n\r\n").await;
}

#[tokio::test]
async fn headers_of_one_connection_are_not_passed_on() {
    let scene = Scene::start().await;
    scene
        .send(
            "GET /a HTTP/1.1\r\n@\r\nConnection: keep-alive, X-One\r\nConnection: x-two ,close\r\n\
             X-One: of-this-hop\r\nX-Two: of-this-hop\r\nKeep-Alive: of-this-hop\r\nProxy-Connection: of-this-hop\r\n\
             Proxy-Authorization: of-this-hop\r\nTE: gzip, of-this-hop\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n\
             X-Three: kept\r\n\r\n",
        )
        .await;
    let heard = scene.upstream.heard().concat().to_lowercase();
    assert!(!heard.contains("of-this-hop"), "{heard}");
    assert!(!heard.contains("upgrade: h2c"), "{heard}");
    assert!(heard.contains("x-three: kept"), "{heard}");
}

#[tokio::test]
async fn host_that_is_said_twice_opens_nothing() {
    let scene = Scene::start().await;
    for (target, hosts) in [
        (
            "/",
            "Host: wiki.example.test\r\nHost: login.example.test\r\n",
        ),
        (
            "/",
            "Host: wiki.example.test\r\nHost: wiki.example.test\r\n",
        ),
        ("/", ""),
        ("/", "Host: wiki.example.test@evil.example\r\n"),
        ("/", "Host: evil@wiki.example.test\r\n"),
        ("/", "Host: wiki.example.test/evil\r\n"),
        ("/", "Host: wiki.example.test#evil\r\n"),
        ("/", "Host: wiki.example.test?evil\r\n"),
        ("/", "Host: wiki.example.test\\evil\r\n"),
        ("/", "Host: wiki.exam\tple.test\r\n"),
        ("/", "Host: wiki.example.test:080\r\n"),
        ("/", "Host: wiki.example.test:\r\n"),
        ("/", "Host: wiki.example.test, login.example.test\r\n"),
        ("http://evil.example/", "Host: wiki.example.test\r\n"),
        ("http://wiki.example.test/", "Host: login.example.test\r\n"),
        ("http://x@wiki.example.test/", "Host: wiki.example.test\r\n"),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}{}\r\n", scene.cookie);
        let mut raw = Raw::connect(scene.site.origin()).await;
        raw.send(request).await;
        raw.head().await;
        assert_eq!(scene.upstream.heard(), [""; 0], "{target} {hosts}");
    }
}

#[tokio::test]
async fn public_path_is_named_by_no_header() {
    let scene = Scene::with(&[("POSTERN_APP_WIKI_PUBLIC", "/pub")]).await;
    let mut raw = Raw::connect(scene.site.origin()).await;
    raw.send(
        "GET /pub HTTP/1.1\r\nHost: wiki.example.test\r\nX-Original-URL: /admin\r\n\
         X_Original_URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-Original-URI: /admin\r\n\
         X-Forwarded-Uri: /admin\r\nX_Real_IP: admin\r\nX-Client-IP: admin\r\n\
         X-Original-Host: admin\r\nX-authentik-username: admin\r\nProxy: admin\r\n\r\n",
    )
    .await;
    raw.head().await;
    let heard = scene.upstream.heard().concat().to_lowercase();
    assert!(heard.starts_with("get /pub "), "{heard}");
    assert!(!heard.contains("admin"), "{heard}");
}

#[tokio::test]
async fn absolute_form_becomes_a_path() {
    let scene = Scene::start().await;
    scene
        .send("GET http://wiki.example.test/a?b HTTP/1.1\r\n@\r\n\r\n")
        .await;
    let heard = scene.upstream.heard().concat();
    assert!(heard.starts_with("GET /a?b HTTP/1.1\r\n"), "{heard}");
    assert!(heard.to_lowercase().contains("host: wiki.example.test\r\n"));
}

#[tokio::test]
async fn target_that_is_no_path_is_refused() {
    let scene = Scene::start().await;
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT wiki.example.test:80 HTTP/1.1",
        "GET wiki.example.test HTTP/1.1",
    ] {
        check_refused(&scene, &format!("{line}\r\n@\r\n\r\n")).await;
    }
}

#[tokio::test]
async fn only_a_plain_public_path_needs_no_login() {
    let upstream = Lying::start(FINE).await;
    let settings = [("POSTERN_APP_WIKI_PUBLIC", "/pub/*,/health")];
    let site = super::visitor::site(&upstream.url, &settings).await;
    for target in [
        "/pub/../admin",
        "/pub/%2e%2e/admin",
        "/pub/%2E./admin",
        "/pub/..;/admin",
        "/pub/..%20/admin",
        "/pub/.../admin",
        "/pub/;/../admin",
        "/pub/..%2fadmin",
        "/pub/..%5cadmin",
        "/pub\\..\\admin",
        "/pub/\\../admin",
        "/pub//../admin",
        "//pub/x",
        "/pub//x",
        "/./pub/x",
        "/pub/%00",
        "/health%00",
        "/health%2f..%2fadmin",
        "/health;x",
        "/admin?/pub/",
        "/admin#/pub/",
        "/pub/%252e%252e/admin",
        "http://wiki.example.test/pub/../admin",
        "/PUB/x",
    ] {
        let mut raw = Raw::connect(site.origin()).await;
        let head = format!("GET {target} HTTP/1.1\r\nHost: wiki.example.test\r\n\r\n");
        raw.send(head).await;
        let answer = raw.head().await;
        assert!(answer.starts_with("http/1.1 4"), "{target}: {answer}");
        assert_eq!(upstream.heard(), [""; 0], "{target}");
    }
    // What is after `#` is no part of a request: neither we nor the application see it.
    let mut raw = Raw::connect(site.origin()).await;
    raw.send("GET /health#/../admin HTTP/1.1\r\nHost: wiki.example.test\r\n\r\n")
        .await;
    let answer = raw.head().await;
    for heard in upstream.heard() {
        assert!(
            heard.starts_with("GET /health HTTP/1.1"),
            "{heard} {answer}"
        );
    }
}

#[tokio::test]
async fn refused_request_costs_no_body() {
    let upstream = Lying::start(FINE).await;
    let (site, _) = with_alice(&upstream.url, &[]).await;
    let mut raw = Raw::connect(site.origin()).await;
    raw.send("PUT /x HTTP/1.1\r\nHost: wiki.example.test\r\nContent-Length: 1000000000000\r\n\r\n")
        .await;
    let answer = raw.head().await;
    assert!(answer.starts_with("http/1.1 401 "), "{answer}");
    // The rest is not read for long: otherwise this would take an hour.
    while raw.send(vec![b'x'; 65_536]).await {}
    assert_eq!(upstream.heard(), [""; 0]);
}
