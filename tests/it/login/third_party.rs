//! A login that a third party starts (Core §4), such as the OP's own list of applications.

use demo_op::Lie;
use insta::assert_snapshot;
use reqwest::Method;
use shared::routes::API_LOGIN_OPENID;
use tests::answer::{Answer, encode, param};
use tests::http_browser::HttpBrowser;
use tests::site::Site;

/// Begins a login as a link with these parameters does.
async fn start(browser: &HttpBrowser, fields: &[(&str, &str)]) -> Answer {
    browser
        .get(&format!("{API_LOGIN_OPENID}?{}", encode(fields)))
        .await
}

#[tokio::test]
async fn third_party_begins_a_login_with_a_hint_and_a_target() {
    let site = Site::start().await;
    let browser = site.browser();
    let target = format!("{}/profile?tab=1#x", site.origin());
    let fields = [
        ("iss", site.op.issuer()),
        ("login_hint", "bob@example.com"),
        ("target_link_uri", &target),
    ];

    let start = start(&browser, &fields).await;
    let callback_url = browser.at_op(start.location(), "bob").await;
    let callback = browser.get(&callback_url).await;

    assert_eq!(
        start.param("login_hint").as_deref(),
        Some("bob@example.com")
    );
    for name in ["state", "nonce", "code_challenge"] {
        assert!(start.param(name).is_some(), "{name}");
    }
    assert_eq!(callback.location(), "/profile?tab=1#x");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn form_of_another_site_is_turned_into_a_link() {
    let site = Site::start().await;
    let browser = site.browser();
    let fields = [("iss", site.op.issuer()), ("login_hint", "a b&c")];
    let request = browser
        .call(Method::POST, API_LOGIN_OPENID)
        .header("sec-fetch-site", "cross-site")
        .header("origin", "https://portal.example")
        .header("content-type", "application/x-www-form-urlencoded");

    let posted = browser.send(request.body(encode(&fields))).await;
    let start = browser.get(posted.location()).await;

    assert_eq!(posted.status, 303);
    assert!(posted.set_cookies().is_empty());
    assert_eq!(
        param(posted.location(), "iss").as_deref(),
        Some(site.op.issuer())
    );
    assert!(start.location().starts_with(site.op.origin()));
    assert_eq!(start.param("login_hint").as_deref(), Some("a b&c"));
}

#[tokio::test]
async fn slash_at_the_end_of_the_issuer_is_forgiven() {
    let site = Site::start().await;

    let start = start(&site.browser(), &[("iss", &site.op.application_url())]).await;

    assert!(
        start.location().starts_with(site.op.origin()),
        "{}",
        start.summary()
    );
}

#[tokio::test]
async fn other_issuers_are_refused_on_the_login_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let ours = site.op.issuer();
    for issuer in [
        "https://op.example.org/",
        "",
        "/",
        &format!("{ours}/"),
        &format!("{ours}x"),
        &ours.replace("/o/", "/O/"),
        &ours.replace("http:", "https:"),
        &format!("{ours}?x"),
    ] {
        let start = start(&browser, &[("iss", issuer)]).await;

        assert_eq!(
            start.summary(),
            "303 See Other, location: /login?error=op_misconfigured&ref=…",
            "{issuer}"
        );
        let page = browser.get(start.location()).await;
        assert!(page.body.contains("data-code=\"op_misconfigured\""));
    }
}

#[tokio::test]
async fn target_elsewhere_leads_home() {
    let site = Site::start().await;
    let own = site.origin();
    for target in [
        "https://evil.example/profile",
        "//evil.example/profile",
        "javascript:alert(1)",
        "data:text/html,x",
        "/profile",
        &format!("{own}.evil.example/profile"),
        &format!("{own}@evil.example/profile"),
        &own.replace("http:", "https:"),
        &format!("{own}//evil.example"),
        &format!("{own}/\\evil.example"),
        &format!("{own}/%2f%2fevil.example"),
        &format!("{own}/api/logout"),
        &format!("{own}/a/..//evil.example"),
    ] {
        let browser = site.browser();
        let fields = [("iss", site.op.issuer()), ("target_link_uri", target)];
        let start = start(&browser, &fields).await;
        let callback_url = browser.at_op(start.location(), "bob").await;

        let callback = browser.get(&callback_url).await;

        assert_eq!(callback.location(), "/", "{target}");
    }
}

#[tokio::test]
async fn unfit_hints_are_left_out() {
    let site = Site::start().await;
    for hint in ["", "bob\r\nalice", "bob\u{0}", &"a".repeat(256)] {
        let fields = [("iss", site.op.issuer()), ("login_hint", hint)];

        let start = start(&site.browser(), &fields).await;

        assert!(start.location().starts_with(site.op.origin()), "{hint:?}");
        assert_eq!(start.param("login_hint"), None, "{hint:?}");
    }
}

#[tokio::test]
async fn what_is_said_twice_or_at_great_length_begins_nothing() {
    let site = Site::start().await;
    let browser = site.browser();
    let iss = site.op.issuer();
    let long = "a".repeat(17_000);

    let twice = start(&browser, &[("iss", iss), ("iss", iss)]).await;
    let long_link = start(&browser, &[("iss", iss), ("login_hint", &long)]).await;
    let long_form = browser
        .post_form(API_LOGIN_OPENID, &[("iss", iss), ("login_hint", &long)])
        .await;

    for answer in [twice, long_link, long_form] {
        assert_snapshot_of_refusal(&answer);
    }
}

fn assert_snapshot_of_refusal(answer: &Answer) {
    insta::allow_duplicates! {
        assert_snapshot!(
            answer.summary(),
            @"303 See Other, location: /login?error=op_error&ref=…"
        );
    }
}

#[tokio::test]
async fn hint_is_pushed_with_the_rest_of_the_request() {
    let site = Site::start().await;
    site.op.lies(Lie::ParRequired);
    site.forget_metadata();

    let fields = [("iss", site.op.issuer()), ("login_hint", "bob")];
    let start = start(&site.browser(), &fields).await;

    assert_eq!(start.param("login_hint"), None);
    let pushed = site.op.requests_to("/application/o/par/").remove(0);
    assert_eq!(pushed.param("login_hint"), Some("bob"));
}
