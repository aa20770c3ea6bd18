//! Where Postern's own addresses are on a host that an application has.

use reqwest::Method;
use serde_json::{Value, json};
use tests::answer::{Answer, param};
use tests::http_browser::HttpBrowser;
use tests::site::{admin, user};

use super::own_host::{log_in, navigate, sent, site};
use super::upstream;

#[tokio::test]
async fn postern_has_its_base_path_and_the_op_s_addresses_and_no_more() {
    let site = site(&[]).await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    log_in(&browser, "alice").await;

    for path in [
        "/",
        "/login",
        "/profile",
        "/api/session",
        "/api/verify",
        "/healthz",
        "/assets/x.js",
        "/_posterns",
        "/_Postern/login",
        "/%5fpostern/login",
        "/x/_postern/login",
        "/.well-known/openid-configuration",
        "/api/oauth",
    ] {
        let answer = navigate(&browser, path).await;
        assert_eq!(sent(&answer)["uri"], path);
    }
    for (path, status) in [
        ("/_postern/login", 200),
        ("/_postern/profile", 200),
        ("/_postern/api/session", 200),
        ("/_postern/healthz", 200),
        ("/_postern/api/nothing", 404),
        ("/_postern/.well-known/postern/jwks.json", 200),
        ("/.well-known/postern/jwks.json", 200),
        ("/_postern/.well-known/nothing", 404),
        ("/_postern", 303),
    ] {
        let answer = navigate(&browser, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.body.contains("\"uri\""), "{path}");
        if status == 303 {
            assert_eq!(answer.location(), "/_postern/", "{path}");
        }
    }
    let callback = navigate(&browser, "/api/oauth/openid").await;
    assert_eq!(callback.location(), "/_postern/", "the OP says nothing");
    let told = browser
        .post_form("/api/oauth/backchannel-logout", &[])
        .await;
    assert_eq!(told.code(), "logout_token_invalid");
    let logout = navigate(&browser, "/_postern/logout").await;
    assert!(logout.location().ends_with("/_postern/login?logged_out=1"));
}

#[tokio::test]
async fn password_managers_find_the_form_below_the_base_path() {
    const ASKED: &str = "/.well-known/change-password";
    let with_passwords = site(&[]).await;
    for path in [ASKED, "/_postern/.well-known/change-password"] {
        let answer = with_passwords.browser().get(path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert_eq!(answer.location(), "/_postern/profile#password");
    }

    let without = site(&[
        ("DISABLE_USERPASS_LOGIN", "true"),
        ("POSTERN_UPSTREAM_PUBLIC", ASKED),
    ])
    .await;
    let answer = without.browser().get(ASKED).await;
    assert_eq!(
        sent(&answer)["uri"],
        ASKED,
        "passwords are the application's"
    );
}

#[tokio::test]
async fn code_of_the_op_never_reaches_the_application() {
    let site = site(&[("POSTERN_UPSTREAM_PUBLIC", "/*")]).await;
    let browser = site.browser();
    for path in [
        "//api/oauth/openid",
        "/api/oauth/openid/",
        "/api//oauth/openid",
    ] {
        let answer = navigate(&browser, &format!("{path}?code=secret&state=x")).await;
        assert_eq!(answer.status, 303, "{path}: {}", answer.body);
        let place = answer.location();
        assert!(place.starts_with("/_postern/login?error="), "{place}");
    }
}

#[tokio::test]
async fn every_link_of_a_page_and_every_redirect_stays_below_the_base_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";
    let logo = file("logo.svg", logo.as_bytes());
    let backdrop = file("b.webp", b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\0\0\0");
    let site = site(&[
        ("POSTERN_BRAND_LOGO", &logo),
        ("POSTERN_BRAND_BACKGROUND", &backdrop),
    ])
    .await;
    site.add(admin("root").await).await;
    let browser = site.browser();

    for path in [
        "/_postern/login",
        "/_postern/login?error=access_denied&ref=0123456789",
        "/_postern/login?next=%2F_postern%2Fprofile",
        "/_postern/setup",
        "/_postern/welcome",
        "/_postern/link",
        "/_postern/nowhere",
    ] {
        let page = navigate(&browser, path).await;
        let is_nowhere = path.ends_with("/nowhere");
        let status = if is_nowhere { 404 } else { 200 };
        assert_eq!(page.status, status, "{path}");
        assert!(
            page.body.contains(" data-base=\"/_postern\""),
            "{}",
            page.body
        );
        let body = page.body.replace(" data-base=\"/_postern\"", "");
        let mut count = 0;
        for start in ["=\"/", "url(\"/", "=&quot;/", "url(/"] {
            for (at, _) in body.match_indices(start) {
                let found = &body[at + start.len() - 1..];
                if body[..at].ends_with("value") {
                    continue;
                }
                assert!(found.starts_with("/_postern/"), "{path}: {found:.80}");
                count += 1;
            }
        }
        assert!(count > 3, "{path}: {}", page.body);
    }
    for path in [
        "/_postern/",
        "/_postern/profile",
        "/_postern/users?role=admin",
        "/_postern/api/login/check",
        "/_postern/api/login/openid?iss=https%3A%2F%2Fother.example",
    ] {
        let answer = navigate(&browser, path).await;
        assert_eq!(answer.status, 303, "{path}");
        let place = answer.location();
        assert!(place.starts_with("/_postern/"), "{path}: {place}");
    }
    let page = navigate(&browser, "/_postern/users?role=admin").await;
    assert_eq!(
        page.location(),
        "/_postern/login?next=%2F_postern%2Fusers%3Frole%3Dadmin"
    );
    let asset = page_file(&browser).await;
    assert_eq!(asset.header("content-type"), "image/svg+xml");
}

/// Fetches the logo by the address that the login page has for it.
async fn page_file(browser: &HttpBrowser) -> Answer {
    let page = navigate(browser, "/_postern/login").await;
    let (_, image) = page.body.split_once("<img").unwrap();
    let (_, rest) = image.split_once("src=\"").unwrap();
    browser.get(rest.split('"').next().unwrap()).await
}

#[tokio::test]
async fn answers_in_json_name_addresses_below_the_base_path() {
    let site = site(&[]).await;
    site.add(admin("root").await).await;
    let browser = site.browser();
    log_in(&browser, "root").await;
    let new = json!({"username": "bob", "role": "user", "welcome_link": true});

    let created = browser.post_json("/_postern/api/users", &new).await;
    let link = created.json()["welcome"]["url"].clone();
    let out = browser
        .post_json("/_postern/api/logout", &Value::Null)
        .await;

    let start = format!("{}/_postern/welcome#", site.public_origin());
    assert!(
        link.as_str().is_some_and(|url| url.starts_with(&start)),
        "{}",
        created.body
    );
    assert_eq!(out.json()["redirect"], "/_postern/login?logged_out=1");
    assert_eq!(navigate(&browser, "/x").await.status, 303, "logged out");
}

#[tokio::test]
async fn logout_at_the_op_comes_back_below_the_base_path() {
    let site = site(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let browser = site.browser();
    browser
        .log_in_at("/_postern/api/login/openid", "alice")
        .await;

    let out = browser
        .post_json("/_postern/api/logout", &Value::Null)
        .await;

    let url = out.json()["redirect"].as_str().unwrap().to_owned();
    let back = format!("{}/_postern/login?logged_out=1", site.public_origin());
    assert_eq!(param(&url, "post_logout_redirect_uri"), Some(back));
}

#[tokio::test]
async fn login_for_another_host_goes_through_the_base_path() {
    let upstream = upstream::start().await;
    let site = site(&[
        ("POSTERN_APP_WIKI_URL", "http://wiki.example.test"),
        ("POSTERN_APP_WIKI_UPSTREAM", &upstream),
    ])
    .await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let request = browser
        .call(Method::GET, "/_postern/start?next=%2Fa")
        .header("host", "wiki.example.test");

    let start = browser.send(request).await;
    let enter = format!("{}/_postern/api/enter?app=wiki&", site.public_origin());
    assert!(start.location().starts_with(&enter), "{}", start.location());
    let asked = navigate(&browser, start.location()).await;
    let login = asked.param("next").unwrap();
    assert!(asked.location().starts_with("/_postern/login?next="));
    assert!(login.starts_with("/_postern/api/enter?app=wiki&"));
    log_in(&browser, "alice").await;
    let given = navigate(&browser, &login).await;
    let back = "http://wiki.example.test/_postern/enter?ticket=";
    assert!(given.location().starts_with(back), "{}", given.location());
}

#[tokio::test]
async fn machine_s_own_address_answers_health_checks_and_opens_no_application() {
    let redirect_uri = "http://login.example.test/api/oauth/openid";
    let site = site(&[("OIDC_REDIRECT_URI", redirect_uri)]).await;
    let client = tests::web::client(std::time::Duration::from_secs(20)).unwrap();
    for (path, status) in [
        ("/healthz", 200),
        ("/_postern/healthz", 200),
        ("/_postern/login", 200),
        ("/api/data", 404),
    ] {
        let url = format!("{}{path}", site.origin());
        let answer = client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}
