//! The headers of every answer, and the answers to unknown paths.

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGIN, API_LOGIN_OPENID, API_SESSION};
use shared::text::Language;
use tests::answer::Answer;
use tests::places::workspace;
use tests::site::{Site, admin};

const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' HASH; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Answers of every kind: a page, JSON, a problem, a redirect, a refusal, text, nothing there.
async fn one_of_each(site: &Site) -> Vec<Answer> {
    let browser = site.browser();
    let mut answers = Vec::new();
    for path in [
        "/",
        "/login",
        API_CONFIG,
        API_SESSION,
        API_LOGIN_OPENID,
        "/healthz",
        "/api/x",
    ] {
        answers.push(browser.get(path).await);
    }
    answers.push(browser.get("/assets/nothing.js").await);
    let cross_site = browser
        .call(Method::POST, API_LOGIN)
        .header("sec-fetch-site", "cross-site");
    answers.push(browser.send(cross_site).await);
    answers
}

#[tokio::test]
async fn every_answer_makes_browsers_careful() {
    let site = Site::start().await;

    for answer in one_of_each(&site).await {
        let csp = answer.header("content-security-policy");
        // `brand.rs` holds it against the page.
        let hash = csp
            .split([' ', ';'])
            .find(|word| word.starts_with("'sha256-"));
        assert_eq!(csp.replace(hash.unwrap(), "HASH"), CSP);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not on http"
        );
    }
}

#[tokio::test]
async fn https_is_kept_on_https_alone() {
    let site = Site::with(&[(
        "OIDC_REDIRECT_URI",
        "https://app.example.com/api/oauth/openid",
    )])
    .await;

    for answer in one_of_each(&site).await {
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000"
        );
    }
}

#[tokio::test]
async fn answers_of_the_api_are_never_stored() {
    let site = Site::start().await;
    let browser = site.browser();

    for path in [
        API_CONFIG,
        API_SESSION,
        API_LOGIN_OPENID,
        "/api/nothing",
        "/api/oauth/openid",
    ] {
        assert_eq!(
            browser.get(path).await.header("cache-control"),
            "no-store",
            "{path}"
        );
    }
}

#[tokio::test]
async fn errors_of_the_api_are_problems_with_a_code_and_a_reference() {
    let site = Site::start().await;
    let browser = site.browser();
    let check = async |method: Method, path: &str, status: u16, code: &str| {
        let request = browser
            .call(method, path)
            .header("content-type", "application/json");
        let answer = browser.send(request.body("{")).await;
        let mut problem = answer.json();
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{path}"
        );
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (status, code),
            "{path}"
        );
        let reference = problem["ref"].take();
        assert!(
            shared::failure::is_reference(reference.as_str().unwrap()),
            "{reference}"
        );
        assert_eq!(problem["status"], status);
        assert_eq!(
            (&problem["type"], problem["title"].is_string()),
            (&json!("about:blank"), true)
        );
    };

    check(Method::GET, "/api", 404, "not_found").await;
    check(Method::GET, "/api/", 404, "not_found").await;
    check(Method::GET, "/api/nothing", 404, "not_found").await;
    check(Method::POST, "/api/nothing", 404, "not_found").await;
    check(Method::GET, API_LOGIN, 405, "method_not_allowed").await;
    check(Method::PUT, API_SESSION, 405, "method_not_allowed").await;
    check(Method::POST, "/login", 405, "method_not_allowed").await;
    check(Method::POST, API_LOGIN, 400, "bad_request").await;
    check(Method::GET, API_SESSION, 401, "unauthenticated").await;
}

#[tokio::test]
async fn body_that_is_too_large_or_of_another_type_is_a_problem() {
    let site = Site::start().await;
    let browser = site.browser();
    let large = format!("{{\"username\":\"{}\"}}", "x".repeat(33_000));

    let request = browser.call(Method::POST, API_LOGIN);
    let too_large = browser
        .send(
            request
                .header("content-type", "application/json")
                .body(large),
        )
        .await;
    let request = browser.call(Method::POST, API_LOGIN);
    let other = browser
        .send(request.header("content-type", "text/xml").body("<a/>"))
        .await;

    assert_snapshot!(too_large.summary(), @"413 Payload Too Large, code: too_large");
    assert_snapshot!(other.summary(), @"415 Unsupported Media Type, code: json_required");
}

#[tokio::test]
async fn every_request_has_a_reference_of_its_own() {
    let site = Site::start().await;
    let browser = site.browser();

    let (one, other) = (
        browser.get("/api/x").await.json(),
        browser.get("/api/x").await.json(),
    );

    assert_ne!(one["ref"], other["ref"]);
}

#[tokio::test]
async fn every_path_that_is_not_the_apis_is_the_page() {
    let site = Site::start().await;
    site.add(admin("alice").await).await;
    let browser = site.browser();

    for (path, status) in [
        ("/login", 200),
        ("/setup", 200),
        ("/link/", 200),
        ("/nothing/at/all", 404),
        ("/apis", 404),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
}

#[tokio::test]
async fn without_an_administrator_every_address_leads_to_the_setup() {
    let site = Site::start().await;
    let browser = site.browser();

    for (path, target) in [
        ("/", "/setup"),
        ("/profile", "/setup?next=%2Fprofile"),
        ("/login", "/setup"),
        (
            "/login?next=%2Fusers&language=de",
            "/setup?next=%2Fusers&language=de",
        ),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (303, target),
            "{path}"
        );
    }
    for outcome in [
        "/login?error=access_denied&ref=k3v9q2",
        "/login?logged_out=1",
    ] {
        assert_eq!(browser.get(outcome).await.status, 200, "{outcome}");
    }
    let page = browser.get("/setup?next=%2Fusers").await.body;
    assert!(
        page.contains("href=\"/api/login/openid?next=%2Fusers\""),
        "{page}"
    );

    site.add(admin("alice").await).await;
    assert_eq!(browser.get("/").await.location(), "/login");
}

#[tokio::test]
async fn strangers_do_not_wait_for_the_pages_behind_the_login() {
    let site = Site::start().await;
    site.add(admin("alice").await).await;
    let (stranger, owner) = (site.browser(), site.logged_in("alice").await);

    let sent = [
        ("/", "/login"),
        ("/profile", "/login?next=%2Fprofile"),
        ("/profile?a=b&c", "/login?next=%2Fprofile%3Fa%3Db%26c"),
    ];
    for (path, target) in sent {
        let answer = stranger.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (303, target),
            "{path}"
        );
        assert_eq!(owner.get(path).await.status, 200, "{path}");
    }
    // The page itself says so if a session has ended.
    site.app.store.close().await;
    assert_eq!(owner.get("/").await.status, 200, "without a database");
}

#[tokio::test]
#[ignore = "needs the built page; cargo xtask test runs it"]
async fn each_path_gets_the_module_that_has_its_page() {
    let site = Site::start().await;
    site.add(admin("alice").await).await;
    let owner = site.logged_in("alice").await;
    let modules = [
        ("/login", "login"),
        ("/login/", "login"),
        ("/setup", "entry"),
        ("/link", "entry"),
        ("/", "inside"),
        ("/profile", "inside"),
        ("/nothing/at/all", "inside"),
    ];

    for (path, module) in modules {
        let page = owner.get(path).await.body;
        let started = format!("data-wasm=\"/assets/{module}-");
        assert!(page.contains(&started), "{path}: {page}");
    }
}

#[tokio::test]
#[ignore = "needs the built page; cargo xtask test runs it"]
async fn hashed_assets_are_immutable_and_compressed_beforehand() {
    let name = built_asset(".wasm");
    let site = Site::start().await;
    let browser = site.browser();
    let path = format!("/assets/{name}");
    let ask = async |accepted: &str| {
        browser
            .send(
                browser
                    .call(Method::GET, &path)
                    .header("accept-encoding", accepted),
            )
            .await
    };

    for (accepted, encoding) in [
        ("gzip, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0", ""),
        ("", ""),
    ] {
        let answer = ask(accepted).await;
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
        assert_eq!(answer.header("content-type"), "application/wasm");
        assert_eq!(
            answer.header("cache-control"),
            "public, max-age=31536000, immutable"
        );
    }
    assert_eq!(
        browser.get(&format!("{path}.br")).await.status,
        404,
        "no file of its own"
    );
}

#[tokio::test]
#[ignore = "needs the built page; cargo xtask test runs it"]
async fn asset_is_the_built_file_for_clients_that_decompress_nothing() {
    let name = built_asset(".js");
    let built = std::fs::read_to_string(workspace().join("frontend/dist/assets").join(&name));
    let site = Site::start().await;

    for _ in 0..2 {
        let answer = site.browser().get(&format!("/assets/{name}")).await;
        assert_eq!(answer.header("content-encoding"), "");
        assert_eq!(&answer.body, built.as_ref().unwrap());
    }
}

/// Returns the name of an asset that was built.
fn built_asset(ending: &str) -> String {
    let assets = workspace().join("frontend/dist/assets");
    let names = std::fs::read_dir(&assets).into_iter().flatten().flatten();
    let names = names.map(|entry| entry.file_name().into_string().expect("a name in UTF-8"));
    let name = names.filter(|name| name.ends_with(ending)).min();
    name.expect("frontend/dist is built: `cargo xtask page` does that")
}

#[tokio::test]
async fn asset_that_is_not_there_is_no_page() {
    let site = Site::start().await;

    for path in [
        "/assets/nothing-0123456789.js",
        "/assets/",
        "/assets/../index.html",
    ] {
        let answer = site.browser().get(path).await;
        let is_page = answer.header("content-type").starts_with("text/html");
        assert!(!is_page || !path.ends_with(".js"), "{path}");
    }
    let missing = site.browser().get("/assets/nothing-0123456789.js").await;
    assert_eq!(missing.status, 404);
}

#[tokio::test]
async fn health_and_readiness_are_told_apart() {
    let site = Site::start().await;
    let browser = site.browser();
    assert_eq!(browser.get("/healthz").await.body, "ok\n");
    assert_eq!(
        browser.get("/readyz").await.json(),
        json!({"database": "ok", "op": {"reachable": true}})
    );
    site.op.pause().await;
    site.forget_metadata();
    browser.get(API_LOGIN_OPENID).await;

    let op_down = browser.get("/readyz").await;
    site.app.store.close().await;
    let database_down = browser.get("/readyz").await;

    assert_eq!(
        (op_down.status.as_u16(), &op_down.json()["op"]["reachable"]),
        (200, &json!(false))
    );
    assert_snapshot!(database_down.summary(), @"503 Service Unavailable, code: unavailable");
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(
        browser.get("/login").await.status,
        200,
        "the page that says what is wrong"
    );
}

#[tokio::test]
#[ignore = "needs the built page; cargo xtask test runs it"]
async fn every_table_of_texts_is_compressed_as_the_browser_prefers() {
    let site = Site::start().await;
    let browser = site.browser();
    for section in ["login", "entry", "inside"] {
        for language in Language::all() {
            let path = format!("/api/texts/{section}/{}", language.code());
            for (accepted, encoding) in [("gzip, br", "br"), ("gzip", "gzip"), ("", "")] {
                let request = browser.call(Method::GET, &path);
                let answer = browser
                    .send(request.header("accept-encoding", accepted))
                    .await;
                let got = answer.header("content-encoding");
                assert_eq!(got, encoding, "{path} for {accepted:?}");
            }
        }
    }
}
