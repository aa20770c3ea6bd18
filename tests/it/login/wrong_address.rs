//! The login page under another scheme or host than the public origin, and forms that are refused.

use reqwest::header::{ACCEPT, CONTENT_TYPE, HOST, ORIGIN};
use reqwest::{Method, RequestBuilder};
use shared::failure::is_reference;
use shared::routes::{API_LINK, API_LOGIN, API_LOGIN_OPENID, API_LOGOUT, API_SETUP, API_WELCOME};
use tests::answer::{Answer, encode};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::site::{PASSWORD, Site, user};

/// The public origin of these sites.
const PUBLIC: &str = "https://app.example.com";

async fn site() -> Site {
    let redirect_uri = format!("{PUBLIC}/api/oauth/openid");
    Site::with(&[
        ("OIDC_REDIRECT_URI", &redirect_uri),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
    ])
    .await
}

/// Opens the login page as a browser that was told this host does.
async fn open(site: &Site, host: &str, scheme: Option<&str>) -> Answer {
    let browser = site.browser();
    let mut request = browser
        .call(Method::GET, "/login?local=1")
        .header(HOST, host);
    if let Some(scheme) = scheme {
        request = request.header("x-forwarded-proto", scheme);
    }
    browser.send(request).await
}

/// Returns a form as a browser without scripts sends it.
fn form(browser: &HttpBrowser, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    browser
        .call(Method::POST, path)
        .header(ACCEPT, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(encode(fields))
}

#[tokio::test]
async fn login_page_at_another_address_names_the_right_one() {
    let site = site().await;

    for (host, scheme) in [
        ("192.168.1.5:8080", None),
        ("app.example.com:8443", None),
        ("www.app.example.com", Some("https")),
        ("app.example.com", Some("http")),
    ] {
        Log::begin_as_by_default();
        let page = open(&site, host, scheme).await.body;

        assert!(
            page.contains("data-code=\"wrong_address\""),
            "{host}: {page}"
        );
        assert!(
            page.contains(&format!("href=\"{PUBLIC}/login\"")),
            "{host}: {page}"
        );
        let log = Log::text();
        let line = log
            .lines()
            .find(|line| line.contains("code=\"wrong_address\""))
            .unwrap_or_else(|| panic!("{host}: {log}"));
        assert!(line.contains(host), "{line}");
    }
}

#[tokio::test]
async fn login_page_at_the_public_address_says_nothing_of_it() {
    let site = site().await;

    for (host, scheme) in [
        ("app.example.com", None),
        ("app.example.com:443", Some("https")),
        ("App.Example.com", Some("https")),
    ] {
        let page = open(&site, host, scheme).await.body;
        assert!(!page.contains("wrong_address"), "{host}: {page}");
    }
}

#[tokio::test]
async fn form_from_another_address_ends_on_a_page_that_names_the_right_one() {
    let site = site().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let fields = [("username", "alice"), ("password", PASSWORD)];
    Log::begin_as_by_default();

    for (origin, host) in [
        ("http://app.example.com", "app.example.com"),
        ("http://192.168.1.5:8080", "192.168.1.5:8080"),
    ] {
        let request = form(&browser, API_LOGIN, &fields);
        let request = request.header(ORIGIN, origin).header(HOST, host);
        let answer = browser.send(request).await;

        assert_eq!(answer.status, 303, "{}", answer.summary());
        assert_eq!(answer.code(), "wrong_address", "{}", answer.summary());
        assert!(
            answer.location().starts_with("/login?"),
            "{}",
            answer.summary()
        );
        let reference = answer.param("ref").unwrap_or_default();
        let log = Log::text();
        let has_all = |line: &&str| {
            [&reference, origin, host, "wrong_address", "remedy="]
                .iter()
                .all(|word| line.contains(*word))
        };
        assert!(log.lines().any(|line| has_all(&line)), "{log}");
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains(&format!("href=\"{PUBLIC}/login\"")), "{page}");
        assert_eq!(browser.who().await, None);
    }
}

#[tokio::test]
async fn fetch_from_another_address_is_told_apart_from_another_site() {
    let site = site().await;
    let browser = site.browser();
    let body = serde_json::json!({"username": "a", "password": "b"});
    let code = async |origin: &str, host: &str| {
        let request = browser.call(Method::POST, API_LOGIN).header(ORIGIN, origin);
        let request = request.header(HOST, host).json(&body);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 403);
        answer.code()
    };

    assert_eq!(
        code("http://app.example.com", "app.example.com").await,
        "wrong_address"
    );
    assert_eq!(
        code("https://evil.example", "app.example.com").await,
        "cross_site"
    );
}

#[tokio::test]
async fn form_that_is_refused_never_shows_json() {
    let site = Site::with(&[("OIDC_ENABLED", "false")]).await;
    let browser = site.browser();
    let huge = "x".repeat(40_000);
    let own = "same-origin";
    let cases = [
        (API_LOGIN, "cross-site", vec![("username", "a")]),
        (API_LOGIN, own, vec![("username", "a")]),
        (
            API_LOGIN,
            own,
            vec![("username", &*huge), ("password", "b")],
        ),
        (API_LOGOUT, "cross-site", vec![]),
        (API_SETUP, own, vec![("token", "a")]),
        (API_SETUP, "cross-site", vec![]),
        (API_LINK, "cross-site", vec![]),
        (API_WELCOME, own, vec![("password", "a")]),
        (API_WELCOME, "cross-site", vec![]),
        (API_LOGIN_OPENID, own, vec![]),
        ("/api/nothing", own, vec![]),
        ("/login", own, vec![]),
    ];
    Log::begin_as_by_default();

    for (path, fetch_site, fields) in cases {
        let request = form(&browser, path, &fields).header("sec-fetch-site", fetch_site);
        let answer = browser.send(request).await;
        let page = answer.location().split('?').next().unwrap_or_default();

        let summary = format!("{path}: {}", answer.summary());
        assert_eq!(answer.status, 303, "{summary}");
        let expected = match path {
            API_SETUP => "/setup",
            API_LINK => "/link",
            API_WELCOME => "/welcome",
            _ => "/login",
        };
        assert_eq!(page, expected, "{summary}");
        let reference = answer.param("ref").unwrap_or_default();
        assert!(is_reference(&reference), "{summary}");
        assert!(Log::text().contains(&reference), "{summary}");
        let shown = browser.get(answer.location()).await;
        assert!(shown.body.contains("role=\"alert\""), "{summary}");
    }
}

#[tokio::test]
async fn visit_of_an_endpoint_that_is_off_shows_no_json() {
    let site = Site::with(&[("OIDC_ENABLED", "false")]).await;
    let browser = site.browser();

    for path in [API_LOGIN_OPENID, "/api/oauth/openid?code=a&state=b"] {
        let request = browser.call(Method::GET, path).header(ACCEPT, "text/html");
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.summary());
        assert_eq!(answer.code(), "openid_disabled", "{path}");
    }
}
