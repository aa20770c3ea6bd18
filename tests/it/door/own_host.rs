//! An application on Postern's own host, where Postern's pages and API are below `/_postern/`.

use reqwest::Method;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, Site, admin, user};

use super::upstream;

/// Starts a site whose own host has an application, which says what it was sent.
pub(super) async fn site(settings: &[(&str, &str)]) -> Site {
    let upstream = upstream::start().await;
    let mut all = vec![("POSTERN_UPSTREAM", upstream.as_str())];
    all.extend(settings);
    Site::with(&all).await
}

/// Loads a page.
pub(super) async fn navigate(browser: &HttpBrowser, target: &str) -> Answer {
    let request = browser.call(Method::GET, target);
    browser
        .send(request.header("sec-fetch-mode", "navigate"))
        .await
}

/// Logs in by password, as the page does.
pub(super) async fn log_in(browser: &HttpBrowser, username: &str) {
    let body = json!({"username": username, "password": PASSWORD});
    let answer = browser.post_json("/_postern/api/login", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// Returns the application's word on what it was sent.
pub(super) fn sent(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[tokio::test]
async fn login_at_the_op_leads_back_into_the_application_query_and_all() {
    let site = site(&[]).await;
    site.add(admin("root").await).await;
    let browser = site.browser();
    let page = "/d/1?x=1&y=%2F&z=a+b";

    let asked = navigate(&browser, page).await;
    assert_eq!(asked.status, 303);
    let login = "/_postern/login?next=%2Fd%2F1%3Fx%3D1%26y%3D%252F%26z%3Da%2Bb";
    assert_eq!(asked.location(), login);
    assert_eq!(asked.header("cache-control"), "no-store");
    let shown = navigate(&browser, login).await;
    let start = "/_postern/api/login/openid?next=%2Fd%2F1%3Fx%3D1%26y%3D%252F%26z%3Da%2Bb";
    assert!(shown.body.contains(start), "{}", shown.body);
    let login = browser.log_in_at(start, "alice").await;

    let callback = format!("{}/api/oauth/openid?", site.public_origin());
    assert!(login.callback_url.starts_with(&callback));
    assert_eq!(login.callback.location(), page);
    let shown = navigate(&browser, page).await;
    assert_eq!(sent(&shown)["uri"], page);
    let headers = &sent(&shown)["headers"];
    assert_eq!(headers["remote-user"], "alice");
    assert!(headers["postern-assertion"].is_string());
    assert!(headers["cookie"].is_null(), "our cookies stay here");
}

#[tokio::test]
async fn login_by_a_form_leads_back_into_the_application() {
    let site = site(&[]).await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let fields = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("next", "/d/1?x=1&y=2"),
    ];

    let posted = browser.post_form("/_postern/api/login", &fields).await;
    assert!(
        posted
            .location()
            .starts_with("/_postern/api/login/check?next="),
        "{}",
        posted.location()
    );
    let checked = navigate(&browser, posted.location()).await;

    assert_eq!(checked.location(), "/d/1?x=1&y=2");
    let shown = navigate(&browser, checked.location()).await;
    assert_eq!(sent(&shown)["uri"], "/d/1?x=1&y=2");
}

#[tokio::test]
async fn what_is_no_page_load_is_told_where_to_log_in() {
    let site = site(&[]).await;
    let browser = site.browser();
    for headers in [
        &[("sec-fetch-mode", "cors")][..],
        &[("accept", "text/event-stream")],
        &[
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
            ("sec-websocket-key", "x"),
        ],
        &[],
    ] {
        let mut request = browser.call(Method::GET, "/data?x=1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        assert_eq!(answer.code(), "unauthenticated");
        let link = "</_postern/login?next=%2Fdata%3Fx%3D1>; rel=\"login\"";
        assert_eq!(answer.header("link"), link);
    }
}

#[tokio::test]
async fn session_of_postern_opens_the_application_and_ends_with_it() {
    let site = site(&[("POSTERN_UPSTREAM_ALLOW", "user:alice")]).await;
    site.add(user("alice").await).await;
    site.add(user("bob").await).await;
    let (alice, bob) = (site.browser(), site.browser());
    log_in(&alice, "alice").await;
    log_in(&bob, "bob").await;

    assert_eq!(sent(&navigate(&alice, "/x").await)["uri"], "/x");
    let refused = navigate(&bob, "/x").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("data-code=\"app_forbidden\""));
    assert!(refused.body.contains("Your administrator can fix this."));
    assert_eq!(
        navigate(&bob, "/_postern/profile").await.status,
        200,
        "who may not open the application still has a profile"
    );

    alice.post_json("/_postern/api/logout", &Value::Null).await;
    assert_eq!(navigate(&alice, "/x").await.status, 303);
}

#[tokio::test]
async fn doctor_finds_the_door_shut() {
    let site = site(&[]).await;
    site.add(admin("root").await).await;
    let browser = site.browser();
    log_in(&browser, "root").await;

    let report = browser.get("/_postern/api/doctor").await;

    let said = "lets nobody in without a login, with forged headers, or with a forged assertion";
    let found = format!("{} {said}", site.public_origin());
    assert!(report.body.contains(&found), "{}", report.body);
    let public = format!("{}/_postern leads to this server", site.public_origin());
    assert!(report.body.contains(&public), "{}", report.body);
}

#[tokio::test]
async fn public_paths_and_headers_are_those_of_the_settings() {
    let site = site(&[
        ("POSTERN_UPSTREAM_PUBLIC", "/health,/static/*"),
        ("POSTERN_UPSTREAM_HEADERS", "x-forwarded"),
    ])
    .await;
    site.add(user("alice").await).await;
    let (alice, nobody) = (site.browser(), site.browser());
    log_in(&alice, "alice").await;

    let shown = navigate(&nobody, "/static/a.css").await;
    assert!(sent(&shown)["headers"]["x-forwarded-user"].is_null());
    assert_eq!(navigate(&nobody, "/static/../x").await.status, 303);
    let shown = navigate(&alice, "/x").await;
    assert_eq!(sent(&shown)["headers"]["x-forwarded-user"], "alice");
    assert!(sent(&shown)["headers"]["remote-user"].is_null());
}

#[tokio::test]
async fn only_application_that_one_may_open_is_where_a_login_leads() {
    let site = site(&[
        ("POSTERN_APP_WIKI_URL", "http://wiki.example.test"),
        ("POSTERN_APP_WIKI_UPSTREAM", "http://127.0.0.1:9"),
        ("POSTERN_APP_WIKI_ALLOW", "user:alice"),
        ("POSTERN_UPSTREAM_ALLOW", "user:alice,user:bob"),
    ])
    .await;
    for name in ["alice", "bob", "carol"] {
        site.add(user(name).await).await;
    }
    let own = site.public_origin();
    for (name, next, place) in [
        ("alice", "", "/_postern/".to_owned()),
        ("bob", "", format!("{own}/")),
        (
            "bob",
            "?next=/_postern/profile",
            "/_postern/profile".to_owned(),
        ),
        ("carol", "", "/_postern/".to_owned()),
    ] {
        let browser = site.browser();
        log_in(&browser, name).await;
        let check = format!("/_postern/api/login/check{next}");
        assert_eq!(navigate(&browser, &check).await.location(), place, "{name}");
    }
    let browser = site.browser();
    let login = browser
        .log_in_at("/_postern/api/login/openid", "carol")
        .await;
    assert_eq!(login.callback.location(), "/_postern/api/login/check");
}

#[tokio::test]
async fn forms_may_lead_to_the_applications() {
    let site = site(&[
        ("POSTERN_APP_WIKI_URL", "http://wiki.example.test"),
        ("POSTERN_APP_WIKI_UPSTREAM", "http://127.0.0.1:9"),
    ])
    .await;

    let page = navigate(&site.browser(), "/_postern/login").await;

    let csp = page.header("content-security-policy");
    let expected = "form-action 'self' http://wiki.example.test;";
    assert!(csp.contains(expected), "{csp}");
}

#[tokio::test]
async fn application_sets_no_cookie_of_ours() {
    let site = site(&[]).await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    log_in(&browser, "alice").await;

    let answer = navigate(&browser, "/cookie").await;

    assert_eq!(answer.set_cookies(), ["a=1; Path=/"]);
    assert_eq!(navigate(&browser, "/x").await.status, 200);
}

#[tokio::test]
async fn admin_who_may_not_open_it_is_not_sent_to_an_administrator() {
    let site = site(&[("POSTERN_UPSTREAM_ALLOW", "user:alice")]).await;
    site.add(admin("root").await).await;
    let root = site.browser();
    log_in(&root, "root").await;

    let refused = navigate(&root, "/x").await;

    assert_eq!(refused.status, 403);
    assert!(!refused.body.contains("administrator"), "{}", refused.body);
    assert!(
        refused.body.contains("the ALLOW setting"),
        "{}",
        refused.body
    );
}
