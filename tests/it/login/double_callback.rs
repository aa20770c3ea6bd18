//! The double callback of phones: the same request twice, at once or soon after.

use std::sync::Arc;
use std::time::Duration;

use demo_op::{Fault, Lie, Settings};
use insta::assert_snapshot;
use oidc::client::Timeouts;
use serde_json::json;
use shared::routes::{API_LOGOUT, API_PROFILE_SESSIONS, LOGIN};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::poll::{PATIENCE, until};
use tests::site::{Site, user};

use crate::account::identities;
use crate::login::attempts::is_restart;
use crate::login::callback::redeemed;

const SESSION: &str = "postern_session";

async fn sessions(browser: &HttpBrowser) -> usize {
    let list = browser.get(API_PROFILE_SESSIONS).await.json();
    list.as_array().map_or(0, Vec::len)
}

/// Takes the browser to its callback's URL; returns it, with the attempt's cookie.
async fn at_callback(browser: &HttpBrowser) -> (String, (String, String)) {
    let callback_url = browser.callback_for("bob").await;
    let names = browser.cookie_names();
    let name = names.iter().find(|name| name.contains("attempt_"));
    let name = name.expect("an attempt").clone();
    let value = browser.cookie(&name).expect("its cookie");
    (callback_url, (name, value))
}

#[tokio::test]
async fn two_callbacks_at_once_log_in_once() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;

    let (one, other) = tokio::join!(browser.get(&callback_url), browser.get(&callback_url));

    assert_snapshot!(
        one.summary(),
        @"303 See Other, location: /, sets: postern_session, sets: postern_browser, clears: postern_attempt_…"
    );
    assert_eq!(one.summary(), other.summary());
    let session = |answer: &Answer| answer.set_cookies()[0].to_owned();
    assert_eq!(session(&one), session(&other), "the same session");
    assert_eq!(redeemed(&site), 1);
    assert_eq!(sessions(&browser).await, 1);
}

#[tokio::test]
async fn many_browsers_with_double_callbacks_are_never_mixed() {
    let site = Arc::new(Site::start().await);
    let mut logins = tokio::task::JoinSet::new();
    for turn in 0..30 {
        let site = Arc::clone(&site);
        logins.spawn(async move {
            let name = ["alice", "bob", "carol"][turn % 3];
            let browser = site.browser();
            let url = browser.callback_for(name).await;
            tokio::join!(browser.get(&url), browser.get(&url));
            (name, browser.who().await)
        });
    }

    for (name, who) in logins.join_all().await {
        assert_eq!(who.as_deref(), Some(name));
    }
    assert_eq!(redeemed(&site), 30);
}

#[tokio::test]
async fn second_callback_gets_the_session_that_the_first_began() {
    let site = Site::start().await;
    let browser = site.browser();
    let (callback_url, (name, attempt)) = at_callback(&browser).await;
    let first = browser.get(&callback_url).await;
    // The phone threw the first answer away.
    browser.forget_cookies();
    browser.set_cookie(&name, &attempt);
    site.pass(Duration::from_secs(29));

    let second = browser.get(&callback_url).await;

    assert_eq!(second.summary(), first.summary());
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
    assert_eq!((redeemed(&site), sessions(&browser).await), (1, 1));
}

#[tokio::test]
async fn callback_that_the_browser_gave_up_on_is_worked_for_to_its_end() {
    let timeouts = Timeouts {
        request: Duration::from_secs(5),
        ..Timeouts::default()
    };
    let site = Site::prepared(&[], Settings::default(), timeouts, async |_| {}).await;
    site.op.lies(Lie::Token(Fault::Hang));
    let browser = Arc::new(site.browser());
    let callback_url = browser.callback_for("bob").await;
    let first = {
        let (browser, url) = (Arc::clone(&browser), callback_url.clone());
        tokio::spawn(async move { browser.get(&url).await })
    };
    let is_asked = async || Ok((redeemed(&site) == 1).then_some(()));
    until("the code to be redeemed", PATIENCE, is_asked)
        .await
        .unwrap();
    first.abort();

    let second = browser.get(&callback_url).await;

    assert_eq!(second.code(), "op_unreachable");
    assert_eq!(redeemed(&site), 1, "the second waited with the first");
}

#[tokio::test]
async fn double_callback_replaces_the_session_that_was_there() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    let callback_url = browser.callback_for("bob").await;

    let (one, other) = tokio::join!(browser.get(&callback_url), browser.get(&callback_url));

    assert_eq!((one.location(), other.location()), ("/", "/"));
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
    assert_eq!(sessions(&browser).await, 1);
}

#[tokio::test]
async fn session_that_has_ended_since_is_not_handed_out_again() {
    let site = Site::start().await;
    let browser = site.browser();
    let (callback_url, (name, attempt)) = at_callback(&browser).await;
    browser.get(&callback_url).await;
    browser.post_json(API_LOGOUT, &json!({})).await;
    browser.set_cookie(&name, &attempt);

    let replay = browser.get(&callback_url).await;

    assert!(is_restart(&replay), "{}", replay.summary());
    assert_eq!(browser.who().await, None);
    assert_eq!(redeemed(&site), 1);
}

#[tokio::test]
async fn who_logged_in_as_somebody_else_since_stays_so() {
    let site = Site::start().await;
    let browser = site.browser();
    let (callback_url, (name, attempt)) = at_callback(&browser).await;
    browser.get(&callback_url).await;
    browser.log_in_as("alice").await;
    browser.set_cookie(&name, &attempt);

    let replay = browser.get(&callback_url).await;

    assert_snapshot!(replay.summary(), @"303 See Other, location: /, clears: postern_attempt_…");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn second_callback_in_another_browser_gets_nothing() {
    let site = Site::start().await;
    let (browser, other) = (site.browser(), site.browser());
    let callback_url = browser.callback_for("bob").await;

    let (_, at_once) = tokio::join!(browser.get(&callback_url), other.get(&callback_url));
    let afterwards = other.get(&callback_url).await;

    for answer in [at_once, afterwards] {
        assert!(is_restart(&answer), "{}", answer.summary());
        assert_eq!(other.cookie(SESSION), None);
    }
    assert_eq!(redeemed(&site), 1);
}

#[tokio::test]
async fn double_callback_that_fails_is_explained_once_and_may_be_tried_again() {
    let site = Site::start().await;
    let browser = site.browser();
    let (callback_url, (name, attempt)) = at_callback(&browser).await;
    site.op
        .lies(Lie::TokenError(503, "server_error".to_owned()));

    let (one, other) = tokio::join!(browser.get(&callback_url), browser.get(&callback_url));
    site.op.speaks_true();
    browser.set_cookie(&name, &attempt);
    let again = browser.get(&callback_url).await;

    assert!(one.location().starts_with(LOGIN));
    assert_eq!(one.code(), "op_unreachable");
    assert_eq!(one.location(), other.location(), "one reference for both");
    assert_eq!(again.location(), "/");
    assert_eq!(redeemed(&site), 2);
}

#[tokio::test]
async fn callback_of_a_link_is_answered_once() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    let callback_url = identities::begin(&browser, "bob").await;

    let (one, other) = tokio::join!(browser.get(&callback_url), browser.get(&callback_url));

    let mut ends = [one, other].map(|answer| (answer.location().to_owned(), answer.code()));
    ends.sort();
    assert_eq!(ends[0].0, "/link");
    assert_eq!(ends[1].1, "code_rejected");
}
