//! `postern login-link`: the way in when all others are closed.

use std::time::Duration;

use demo_op::Settings;
use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{API_WELCOME, API_WELCOME_CHECK, WELCOME};
use tests::answer::Answer;
use tests::command_line::type_in;
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::site::{Site, admin, user};

use super::trail;

/// Creates a link, and returns its token.
async fn token(site: &Site, name: &str) -> String {
    let said = type_in(site, &format!("login-link --user {name}")).await;
    let (page, token) = said
        .good()
        .trim()
        .split_once('#')
        .expect("a link and no more");
    assert_eq!(page, format!("{}/welcome?login=1", site.public_origin()));
    token.to_owned()
}

async fn check(browser: &HttpBrowser, token: &str) -> Answer {
    browser
        .post_json(API_WELCOME_CHECK, &json!({ "token": token }))
        .await
}

async fn use_up(browser: &HttpBrowser, token: &str) -> Answer {
    browser
        .post_json(API_WELCOME, &json!({ "token": token }))
        .await
}

#[tokio::test]
async fn logs_in_once() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let elsewhere = site.logged_in("alice").await;
    let token = token(&site, "alice@example.com").await;
    let browser = site.browser();
    // Looking at the link, or opening its page, uses nothing up.
    browser.get(&format!("{WELCOME}?login=1")).await;
    let known = check(&browser, &token).await.json();

    let answer = use_up(&browser, &token).await;

    assert_eq!(
        known,
        json!({
            "purpose": "login", "username": "alice", "display_name": null, "has_password": true,
            "expires_at": site.now().unix() + 15 * 60,
        })
    );
    assert_snapshot!(answer.summary(), @"200 OK, redirect: /, sets: postern_session, sets: postern_browser");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
    assert!(elsewhere.who().await.is_some(), "other logins go on");
    for again in [
        check(&browser, &token).await,
        use_up(&site.browser(), &token).await,
    ] {
        assert_eq!(again.code(), "welcome_link_invalid");
    }
    assert_eq!(
        trail(&site, 5).await[2..],
        [
            "login alice by alice: login link",
            "login_link_used alice by alice: -",
            "login_link_made alice by command line: -",
        ]
    );
}

#[tokio::test]
async fn gets_an_admin_in_with_passwords_off_and_the_op_down() {
    let settings = [
        ("DISABLE_USERPASS_LOGIN", "true"),
        (
            "OIDC_SERVER_APPLICATION_URL",
            "http://127.0.0.1:9/application/o/postern/",
        ),
    ];
    let site = Site::with_op(&settings, Settings::default()).await;
    site.add(admin("root").await).await;
    let token = token(&site, "root").await;
    let browser = site.browser();

    let answer = use_up(&browser, &token).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(super::role(&browser).await, "admin");
    let made = browser
        .post_json(
            shared::routes::API_USERS,
            &json!({"username": "alice", "role": "user"}),
        )
        .await;
    assert_eq!(made.status, 201, "it counts as confirmed: {}", made.body);
}

#[tokio::test]
async fn ends_the_session_that_the_browser_had() {
    let site = Site::start().await;
    for name in ["alice", "bob"] {
        site.add(user(name).await).await;
    }
    let browser = site.logged_in("bob").await;
    let old = browser.cookie("postern_session").unwrap();

    use_up(&browser, &token(&site, "alice").await).await;

    assert_eq!(browser.who().await.as_deref(), Some("alice"));
    browser.set_cookie("postern_session", &old);
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn is_void_after_a_quarter_of_an_hour_or_another_one() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let first = token(&site, "alice").await;
    let second = token(&site, "alice").await;
    let browser = site.browser();

    assert_eq!(
        use_up(&browser, &first).await.code(),
        "welcome_link_invalid"
    );
    site.pass(Duration::from_secs(15 * 60 - 1));
    assert_eq!(check(&browser, &second).await.status, 200);
    site.pass(Duration::from_secs(1));
    assert_eq!(
        use_up(&browser, &second).await.code(),
        "welcome_link_invalid"
    );
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn disabled_account_stays_out() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let token = token(&site, "alice").await;
    type_in(&site, "user disable alice").await.good();

    let refused = use_up(&site.browser(), &token).await;
    let made = type_in(&site, "login-link --user alice").await;

    assert_eq!(refused.code(), "welcome_link_invalid");
    assert_snapshot!(made.failure(), @"alice is disabled, and is refused by a link too. Enable it first: postern user enable alice");
    type_in(&site, "user enable alice").await.good();
    assert_eq!(
        use_up(&site.browser(), &token).await.code(),
        "welcome_link_invalid",
        "disabling ends it for good"
    );
}

#[tokio::test]
async fn of_two_at_once_exactly_one_logs_in() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    for _ in 0..4 {
        let token = token(&site, "alice").await;
        let (one, two) = (site.browser(), site.browser());

        let (first, second) = tokio::join!(use_up(&one, &token), use_up(&two, &token));

        let won = [first.status == 200, second.status == 200];
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    }
}

#[tokio::test]
async fn form_does_the_same_without_a_password() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let token = token(&site, "alice").await;
    let browser = site.browser();
    let page = browser.get(&format!("{WELCOME}?login=1")).await.body;
    assert!(page.contains("action=\"/api/welcome\"") && page.contains("name=\"token\""));
    assert!(!page.contains("type=\"password\""), "{page}");
    let send = async |token: &str| browser.post_form(API_WELCOME, &[("token", token)]).await;

    let (good, again) = (send(&token).await, send(&token).await);

    assert_snapshot!(good.summary(), @"303 See Other, location: /api/login/check?next=%2F, sets: postern_session, sets: postern_browser");
    assert_snapshot!(again.summary(), @"303 See Other, location: /welcome?login=1&error=welcome_link_invalid&ref=…");
    let page = browser.get(again.location()).await.body;
    assert!(
        page.contains("data-code=\"welcome_link_invalid\""),
        "{page}"
    );
}

#[tokio::test]
async fn link_for_a_password_does_not_log_in_without_one() {
    let site = Site::start().await;
    let made = type_in(&site, "user add alice").await;
    let (_, token) = made.good().trim().split_once('#').unwrap();
    let browser = site.browser();

    let answer = use_up(&browser, token).await;

    assert_eq!(answer.code(), "password_unfit");
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn token_is_in_neither_log_nor_audit_trail() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    Log::begin();
    let token = token(&site, "alice").await;
    use_up(&site.browser(), &token).await;
    use_up(&site.browser(), &token).await;

    let (log, trail) = (Log::text(), type_in(&site, "audit --json").await);

    assert!(log.contains("login_link"), "{log}");
    assert!(!log.contains(&token) && !trail.good().contains(&token));
}
