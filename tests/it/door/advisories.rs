//! Advisories of others on forward-auth and proxies; the table is `tests/it/advisories/README.md`.

use reqwest::Method;
use tests::site::user;

use super::upstream;
use super::visitor::{CHAT, LOGIN, Shown, Visitor, WIKI, site};

const TRUSTED: (&str, &str) = ("POSTERN_TRUSTED_PROXIES", "127.0.0.1");
const PUBLIC: (&str, &str) = ("POSTERN_APP_WIKI_PUBLIC", "/health,/public/*");

/// Asks about a request for this path, as a reverse proxy does that passes on these headers.
async fn ask(visitor: &mut Visitor, uri: &str, headers: &[(&str, &str)]) -> Shown {
    let mut request = visitor
        .call(Method::GET, &format!("{LOGIN}/api/verify"))
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-host", "wiki.example.test")
        .header("x-forwarded-uri", uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = visitor.cookie(WIKI, "postern_app") {
        request = request.header("cookie", format!("postern_app={token}"));
    }
    visitor.send(request).await
}

/// Fetches a path by Postern's own proxy, with these headers.
async fn fetch(visitor: &mut Visitor, path: &str, headers: &[(&str, &str)]) -> Shown {
    let mut request = visitor.call(Method::GET, &format!("{WIKI}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request).await
}

/// Fails if a stranger gets one of these paths, in either way.
async fn assert_shut(paths: &[&str]) {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    let mut nobody = Visitor::new(&site);
    assert_eq!(ask(&mut nobody, "/public/x", &[]).await.status, 200);
    for path in paths {
        let shown = ask(&mut nobody, path, &[]).await;
        assert!(matches!(shown.status, 400 | 401), "{path}: {shown:?}");
        let shown = fetch(&mut nobody, path, &[]).await;
        assert!(matches!(shown.status, 400 | 401), "{path}: {shown:?}");
    }
}

#[tokio::test]
async fn cve_2026_40575_path_is_that_of_the_request_whatever_its_headers_say() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    let mut nobody = Visitor::new(&site);
    for name in [
        "x-forwarded-uri",
        "x-original-uri",
        "x-original-url",
        "x-rewrite-url",
    ] {
        let shown = fetch(&mut nobody, "/admin", &[(name, "/public/x")]).await;
        assert_eq!(shown.status, 401, "{name}: {shown:?}");
    }
    // Beside the word of the proxy, it is a second one.
    let shown = ask(&mut nobody, "/admin", &[("x-forwarded-uri", "/public/x")]).await;
    assert_eq!(shown.status, 400);
}

#[tokio::test]
async fn cve_2026_34457_no_user_agent_opens_anything() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    let mut nobody = Visitor::new(&site);
    for agent in [
        "GoogleHC/1.0",
        "kube-probe/1.30",
        "ELB-HealthChecker/2.0",
        "Consul Health Check",
    ] {
        let headers = [("user-agent", agent)];
        assert_eq!(ask(&mut nobody, "/admin", &headers).await.status, 401);
        assert_eq!(fetch(&mut nobody, "/admin", &headers).await.status, 401);
    }
}

#[tokio::test]
async fn cve_2025_54576_query_is_no_part_of_the_path() {
    assert_shut(&[
        "/admin?/public/x",
        "/admin?x=/health",
        "/?/public/",
        "/admin%3f/public/x",
    ])
    .await;
}

#[tokio::test]
async fn cve_2026_41059_fragment_is_no_part_of_a_request() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    let mut nobody = Visitor::new(&site);
    for path in ["/admin#/public/x", "/public/x#", "/admin%23/public/x"] {
        let shown = ask(&mut nobody, path, &[]).await;
        assert!(matches!(shown.status, 400 | 401), "{path}: {shown:?}");
    }
}

#[tokio::test]
async fn cve_2025_47952_no_other_spelling_of_a_path_is_public() {
    assert_shut(&[
        "/public/%2e%2e/admin",
        "/public/..%2fadmin",
        "/public/..;/admin",
        "/public;x/admin",
        "//public/x",
        "/public//x",
        "/public/%5c..%5cadmin",
        "/public%2fx",
        "/public/%252e%252e/admin",
        "/public/%00",
        "/Public/x",
    ])
    .await;
}

#[tokio::test]
async fn cve_2021_32637_malformed_question_is_refused() {
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC]).await;
    let mut nobody = Visitor::new(&site);
    for uri in [
        "",
        "*",
        "public/x",
        "http://wiki.example.test/public/x",
        "/a b",
        "/\u{e9}",
        ":80",
    ] {
        let shown = ask(&mut nobody, uri, &[]).await;
        assert!(matches!(shown.status, 400 | 401), "{uri:?}: {shown:?}");
    }
}

#[tokio::test]
async fn cve_2025_64484_no_spelling_of_an_identity_header_passes() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let forged = [
        ("remote_user", "admin"),
        ("REMOTE-USER", "admin"),
        ("remote.user", "admin"),
        ("x_forwarded_user", "admin"),
        ("x-forwarded-user", "admin"),
        ("x-remote-user", "admin"),
        ("x_auth_request_user", "admin"),
        ("postern_assertion", "forged"),
    ];
    let sent = fetch(&mut alice, "/x", &forged).await.sent();
    for (name, value) in sent["headers"].as_object().unwrap() {
        assert!(value != "admin" && value != "forged", "{name}: {value}");
    }
    assert_eq!(sent["headers"]["remote-user"], "alice");
}

#[tokio::test]
async fn cve_2026_39858_forwarded_headers_in_another_spelling_are_not_believed() {
    let open = ("POSTERN_APP_CHAT_PUBLIC", "/*");
    let site = site(&upstream::start().await, &[TRUSTED, PUBLIC, open]).await;
    let mut nobody = Visitor::new(&site);
    for lie in [
        ("x_forwarded_uri", "/public/x"),
        ("x_forwarded_host", "chat.example.test"),
        ("x.forwarded.uri", "/public/x"),
        ("x-forwarded-prefix", "/public"),
    ] {
        assert_eq!(
            ask(&mut nobody, "/admin", &[lie]).await.status,
            401,
            "{lie:?}"
        );
        assert_eq!(
            fetch(&mut nobody, "/admin", &[lie]).await.status,
            401,
            "{lie:?}"
        );
    }
}

#[tokio::test]
async fn cve_2026_30851_what_postern_does_not_say_the_client_does_not_say_either() {
    let site = site(&upstream::start().await, &[PUBLIC]).await;
    site.add(user("alice").await).await;
    let mut nobody = Visitor::new(&site);
    let forged = [
        ("remote-user", "admin"),
        ("remote-email", "admin@example.com"),
    ];
    let shown = fetch(&mut nobody, "/public/x", &forged).await;
    assert!(shown.sent_header("remote-user").is_null());
    // Nobody vouches for the address of hers, which is therefore not told.
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let shown = fetch(&mut alice, "/x", &forged).await;
    assert_eq!(shown.sent_header("remote-user"), "alice");
    assert!(shown.sent_header("remote-email").is_null());
}

#[tokio::test]
async fn cve_2024_45410_connection_takes_nothing_away_that_postern_says() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    let names = "remote-user, postern-assertion, x-forwarded-for, x-forwarded-host, host";
    let shown = fetch(&mut alice, "/x", &[("connection", names)]).await;
    assert_eq!(shown.sent_header("remote-user"), "alice");
    assert_eq!(shown.sent_header("x-forwarded-host"), "wiki.example.test");
    assert_eq!(shown.sent_header("x-forwarded-for"), "127.0.0.1");
    assert!(shown.sent_header("postern-assertion").is_string());
}

#[tokio::test]
async fn cve_2024_21494_address_of_the_client_opens_nothing() {
    let site = site(&upstream::start().await, &[TRUSTED]).await;
    let mut nobody = Visitor::new(&site);
    for (name, address) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", "a"),
        ("x-forwarded-for", ""),
        ("x-real-ip", "127.0.0.1"),
        ("x-client-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("true-client-ip", "127.0.0.1"),
    ] {
        let headers = [(name, address)];
        assert_eq!(ask(&mut nobody, "/admin", &headers).await.status, 401);
        assert_eq!(fetch(&mut nobody, "/admin", &headers).await.status, 401);
    }
}

#[tokio::test]
async fn cve_2024_21499_way_to_the_login_is_that_of_the_settings() {
    let site = site(&upstream::start().await, &[TRUSTED]).await;
    let mut nobody = Visitor::new(&site);
    for (name, value) in [
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-port", "4444"),
        ("x-forwarded-prefix", "//evil.example"),
        ("x-forwarded-server", "evil.example"),
    ] {
        let headers = [(name, value), ("sec-fetch-mode", "navigate")];
        let shown = ask(&mut nobody, "/page", &headers).await;
        let start = format!("{WIKI}/_postern/start?next=%2Fpage");
        assert_eq!(shown.header("location"), start, "{name}");
    }
}

#[tokio::test]
async fn cve_2024_21497_no_next_leads_away_from_the_application() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;
    for path in ["start", "enter"] {
        for next in [
            "//evil.example",
            "https://evil.example/",
            "/%5cevil.example",
            "%09//evil.example",
        ] {
            let url = format!("{WIKI}/_postern/{path}?next={next}");
            let (url, _) = alice.visit(&url).await;
            assert_eq!(url, format!("{WIKI}/"), "{path} {next}");
        }
    }
}

#[tokio::test]
async fn cve_2024_21492_logout_ends_what_it_opened_everywhere() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    let mut tokens = Vec::new();
    for origin in [WIKI, CHAT] {
        alice.visit(origin).await;
        tokens.push((origin, alice.cookie(origin, "postern_app").unwrap()));
    }
    alice.log_out().await;
    for (origin, token) in tokens {
        // Also for whoever has a copy.
        let mut thief = Visitor::new(&site);
        thief.set_cookie(origin, "postern_app", &token);
        assert_eq!(thief.fetch(origin).await.status, 401);
    }
}

#[tokio::test]
async fn cve_2026_25748_malformed_cookie_opens_nothing() {
    let site = site(&upstream::start().await, &[TRUSTED]).await;
    let mut nobody = Visitor::new(&site);
    let long = format!("postern_app={}", "A".repeat(20_000));
    for cookie in [
        "postern_app=",
        "postern_app",
        "postern_app=x",
        "postern_app=\"",
        "postern_app=%00",
        "postern_app=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "postern_app=x; postern_app=x",
        "postern_state=x",
        "=; ;;; =postern_app",
        &long,
    ] {
        let headers = [("cookie", cookie)];
        assert_eq!(ask(&mut nobody, "/", &headers).await.status, 401);
        assert_eq!(fetch(&mut nobody, "/", &headers).await.status, 401);
    }
}

#[tokio::test]
async fn cve_2026_48794_host_in_capitals_is_the_same_application() {
    let open = ("POSTERN_APP_CHAT_PUBLIC", "/*");
    let site = site(&upstream::start().await, &[TRUSTED, open]).await;
    let nobody = Visitor::new(&site);
    for host in [
        "WIKI.example.test",
        "wiki.EXAMPLE.test",
        "Wiki.Example.Test",
    ] {
        let question = nobody
            .call(Method::GET, &format!("{LOGIN}/api/verify"))
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", "/");
        let passed_on = nobody
            .call(Method::GET, &format!("{CHAT}/"))
            .header("x-forwarded-host", host);
        for request in [question, passed_on] {
            let (answer, _) = nobody.open(request).await;
            assert_eq!(answer.status(), 401, "{host}");
        }
    }
}
