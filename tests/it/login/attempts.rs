//! Callbacks and the attempts that they belong to, or do not: replayed, lost, old, another's.

use std::time::Duration;

use demo_op::Lie;
use insta::assert_snapshot;
use reqwest::Method;
use shared::routes::API_LOGIN_OPENID;
use tests::answer::{Answer, with_param};
use tests::http_browser::HttpBrowser;
use tests::site::Site;

use crate::login::callback::redeemed;

const LIFETIME: Duration = Duration::from_secs(600);

/// Returns true if the browser was sent to the OP again.
pub(crate) fn is_restart(answer: &Answer) -> bool {
    answer.status == 303 && answer.location().contains("/application/o/authorize/?")
}

#[tokio::test]
async fn replayed_callback_goes_on_to_the_app_and_redeems_nothing() {
    let site = Site::start().await;
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;

    let replay = browser.get(&login.callback_url).await;

    assert_snapshot!(replay.summary(), @"303 See Other, location: /");
    assert_eq!(redeemed(&site), 1);
}

#[tokio::test]
async fn replayed_callback_with_its_old_cookie_is_refused_by_the_op() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    let name = browser.cookie_names().remove(0);
    let attempt = browser.cookie(&name).unwrap();
    browser.get(&callback_url).await;
    browser.forget_cookies();
    browser.set_cookie(&name, &attempt);
    // Before, it is the second of a double callback.
    site.pass(Duration::from_secs(30));

    let replay = browser.get(&callback_url).await;

    assert_eq!(replay.code(), "code_rejected");
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn callback_in_another_browser_begins_anew_there_and_redeems_nothing() {
    let site = Site::start().await;
    let callback_url = site.browser().callback_for("bob").await;
    let other = site.browser();

    let answer = other.get(&callback_url).await;

    assert!(is_restart(&answer), "{}", answer.summary());
    assert_eq!(redeemed(&site), 0);
    assert_eq!(other.who().await, None);
    let back = other.at_op(answer.location(), "alice").await;
    assert_eq!(other.get(&back).await.location(), "/");
}

#[tokio::test]
async fn lost_attempt_begins_anew_once_and_then_explains() {
    let site = Site::start().await;
    let browser = site.browser();
    let mut callback_url = browser.callback_for("bob").await;
    browser.forget_cookies();
    let restart = browser.get(&callback_url).await;
    assert!(is_restart(&restart), "{}", restart.summary());
    callback_url = browser.at_op(restart.location(), "bob").await;
    browser.forget_cookies();

    let second = browser.get(&callback_url).await;

    assert_snapshot!(
        second.summary(),
        @"303 See Other, location: /login?error=state_missing&ref=…&because=cookies_blocked"
    );
}

/// Returns the text that a browser without the app shows after the redirect.
async fn explanation(browser: &HttpBrowser, callback: &Answer) -> String {
    browser.get(callback.location()).await.body
}

#[tokio::test]
async fn page_tells_blocked_cookies_another_browser_and_another_host_apart() {
    let site = Site::start().await;
    let browser = site.browser();
    let start = browser.get(API_LOGIN_OPENID).await;
    browser.forget_cookies();
    let restart = browser
        .get(&browser.at_op(start.location(), "bob").await)
        .await;
    browser.forget_cookies();
    let blocked = browser
        .get(&browser.at_op(restart.location(), "bob").await)
        .await;

    let start = browser.get(API_LOGIN_OPENID).await;
    let cancelled = browser.cancel_at_op(start.location()).await;
    let other = site.browser();
    let elsewhere = other.get(&cancelled).await;

    let path = cancelled.trim_start_matches(site.public_origin());
    let request = other.call(Method::GET, path).header("host", "localhost:1");
    let misled = other.send(request).await;

    for (callback, words) in [
        (
            blocked,
            "was given a cookie when it left for Authentik, and came back without it",
        ),
        (
            elsewhere,
            "This login was begun in another browser, or too long ago.",
        ),
        (misled, "came back to another address than the one"),
    ] {
        assert_eq!(callback.code(), "state_missing");
        let page = explanation(&other, &callback).await;
        assert!(page.contains(words), "{}: {page}", callback.summary());
    }
}

#[tokio::test]
async fn op_that_loses_or_changes_the_state_never_causes_a_loop() {
    let check = async |lie: Lie, expected: &str| {
        let site = Site::start().await;
        site.op.lies(lie);
        let callback = site.browser().log_in_as("bob").await.callback;
        assert_eq!(callback.code(), expected, "{}", callback.summary());
        assert_eq!(redeemed(&site), 0);
    };

    check(Lie::StateMissing, "state_mismatch").await;
    check(Lie::StateWrong, "state_mismatch").await;
}

#[tokio::test]
async fn state_of_another_attempt_begins_anew_and_redeems_nothing() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    let other = site.browser().get(API_LOGIN_OPENID).await.param("state");

    let answer = browser
        .get(&with_param(&callback_url, "state", other.as_deref()))
        .await;

    assert!(is_restart(&answer), "{}", answer.summary());
    assert_eq!(redeemed(&site), 0);
}

#[tokio::test]
async fn expired_attempt_begins_anew_once_and_then_explains() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.pass(LIFETIME);
    let restart = browser.get(&callback_url).await;
    assert!(is_restart(&restart), "{}", restart.summary());
    let callback_url = browser.at_op(restart.location(), "bob").await;
    site.pass(LIFETIME);

    let second = browser.get(&callback_url).await;

    assert_snapshot!(
        second.summary(),
        @"303 See Other, location: /login?error=state_expired&ref=…, clears: postern_attempt_…"
    );
    assert_eq!(redeemed(&site), 0);
}

#[tokio::test]
async fn login_that_began_anew_still_ends_where_it_was_meant_to() {
    let site = Site::start().await;
    let browser = site.browser();
    let start = browser.get("/api/login/openid?next=/profile").await;
    let callback_url = browser.at_op(start.location(), "bob").await;
    site.pass(LIFETIME);
    let restart = browser.get(&callback_url).await;

    let callback_url = browser.at_op(restart.location(), "bob").await;

    assert_eq!(browser.get(&callback_url).await.location(), "/profile");
}

#[tokio::test]
async fn attempt_lives_for_ten_minutes() {
    let site = Site::start().await;
    let browser = site.browser();
    let start = browser.get(API_LOGIN_OPENID).await;
    site.pass(Duration::from_secs(599));

    let callback_url = browser.at_op(start.location(), "bob").await;

    assert_eq!(browser.get(&callback_url).await.location(), "/");
}

#[tokio::test]
async fn expired_attempt_is_forgiven_where_somebody_is_logged_in() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    browser.log_in_as("alice").await;
    site.pass(LIFETIME);

    let answer = browser.get(&callback_url).await;

    assert_snapshot!(answer.summary(), @"303 See Other, location: /, clears: postern_attempt_…");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn attempt_cookies_that_were_tampered_with_are_none() {
    let check = async |tamper: &dyn Fn(&HttpBrowser, &str)| {
        let site = Site::start().await;
        let browser = site.browser();
        let callback_url = browser.callback_for("bob").await;
        tamper(&browser, &browser.cookie_names()[0]);
        let answer = browser.get(&callback_url).await;
        assert!(is_restart(&answer), "{}", answer.summary());
        assert_eq!(redeemed(&site), 0);
    };

    check(&|browser, name| browser.set_cookie(name, "garbage")).await;
    check(&|browser, name| browser.set_cookie(name, "")).await;
    check(&|browser, name| {
        let value = browser.cookie(name).unwrap();
        browser.set_cookie(name, &value[4..]);
    })
    .await;
    // Doubled: one of the two was planted.
    check(&|browser, name| {
        let value = browser.cookie(name).unwrap();
        let doubled = format!("{value}; {}={value}", browser.full_name(name));
        browser.set_cookie(name, &doubled);
    })
    .await;
}

#[tokio::test]
async fn cookie_of_one_attempt_does_not_serve_as_another() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.get(API_LOGIN_OPENID).await;
    let first = browser.cookie(&browser.cookie_names()[0]).unwrap();
    browser.forget_cookies();
    let callback_url = browser.callback_for("bob").await;
    browser.set_cookie(&browser.cookie_names()[0], &first);

    let answer = browser.get(&callback_url).await;

    assert!(is_restart(&answer), "{}", answer.summary());
}

#[tokio::test]
async fn two_tabs_log_in_in_any_order() {
    let site = Site::start().await;
    let browser = site.browser();
    let first = browser.get("/api/login/openid?next=/first").await;
    let second = browser.get("/api/login/openid?next=/second").await;
    let first = browser.at_op(first.location(), "bob").await;
    let second = browser.at_op(second.location(), "bob").await;

    let second = browser.get(&second).await;
    let first = browser.get(&first).await;

    assert_eq!((second.location(), first.location()), ("/second", "/first"));
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
    assert_eq!(
        browser.cookie_names(),
        ["postern_browser", "postern_session"]
    );
}
