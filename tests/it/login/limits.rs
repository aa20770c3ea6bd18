//! Wrong passwords are limited; right ones are not, and nobody is locked out by strangers.

use serde_json::json;
use shared::routes::{API_LOGOUT, API_PROFILE_PASSWORD, API_SESSION_CONFIRM};
use std::sync::Arc;
use tests::http_browser::{HttpBrowser, until_limited};
use tests::site::{PASSWORD, Site, admin, user};
use tokio::task::JoinSet;

/// Guesses from another browser until that is too much.
async fn guess_as_strangers_do(site: &Site, username: &str) {
    let stranger = site.browser();
    until_limited(async || stranger.log_in(username, "a wrong password").await).await;
}

/// Returns how a login is answered.
async fn log_in(browser: &HttpBrowser, username: &str) -> String {
    let answer = browser.log_in(username, PASSWORD).await;
    if answer.status == 200 {
        "200".to_owned()
    } else {
        answer.code()
    }
}

#[tokio::test]
async fn school_behind_one_address_logs_in_twice() {
    let site = Arc::new(Site::start().await);
    let names: Vec<String> = (0..30).map(|n| format!("pupil{n}")).collect();
    for name in &names {
        site.add(user(name).await).await;
    }

    for round in 0..2 {
        let mut school = JoinSet::new();
        for name in names.clone() {
            let site = Arc::clone(&site);
            school.spawn(async move { (log_in(&site.browser(), &name).await, name) });
        }
        for (outcome, name) in school.join_all().await {
            assert_eq!(outcome, "200", "{name}, round {round}");
        }
    }
}

#[tokio::test]
async fn strangers_lock_no_browser_out_that_was_here_before() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.add(user("bob").await).await;
    let (known, of_bob) = (site.logged_in("root").await, site.logged_in("bob").await);
    known.post_json(API_LOGOUT, &json!({})).await;

    guess_as_strangers_do(&site, "root").await;

    assert_eq!(log_in(&known, "root").await, "200");
    let password = json!({"password": PASSWORD});
    let confirmed = known.post_json(API_SESSION_CONFIRM, &password).await;
    assert_eq!(confirmed.status, 204);
    let change = json!({"current": PASSWORD, "new": "another password"});
    let changed = known.post_json(API_PROFILE_PASSWORD, &change).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    // That somebody else logged in there says nothing.
    assert_eq!(log_in(&of_bob, "root").await, "rate_limited");
    assert_eq!(log_in(&site.browser(), "root").await, "rate_limited");
}

#[tokio::test]
async fn known_browser_has_ten_tries_of_its_own() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let known = site.logged_in("alice").await;
    let mut guesses = 0;

    until_limited(async || {
        guesses += 1;
        known.log_in("alice", "a wrong password").await
    })
    .await;

    assert_eq!(guesses, 11);
    // Neither strangers nor the session have anything to do with that.
    assert_eq!(log_in(&site.browser(), "alice").await, "200");
    let password = json!({"password": PASSWORD});
    let confirmed = known.post_json(API_SESSION_CONFIRM, &password).await;
    assert_eq!(confirmed.status, 204);
}

#[tokio::test]
async fn confirmations_are_counted_by_session() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let (one, other) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let wrong = json!({"password": "a wrong password"});

    until_limited(async || one.post_json(API_SESSION_CONFIRM, &wrong).await).await;

    let right = json!({"password": PASSWORD});
    let confirmed = other.post_json(API_SESSION_CONFIRM, &right).await;
    assert_eq!(confirmed.status, 204, "{}", confirmed.body);
    let refused = one.post_json(API_SESSION_CONFIRM, &right).await;
    assert_eq!(refused.code(), "rate_limited");
}

#[tokio::test]
async fn forged_or_copied_cookie_of_a_known_browser_is_that_of_a_stranger() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let known = site.logged_in("alice").await;
    let name = known
        .cookie_names()
        .into_iter()
        .find(|name| name.contains("browser"));
    let name = name.expect("a cookie of the browser");
    let value = known.cookie(&name).expect("its value");
    guess_as_strangers_do(&site, "alice").await;

    for forged in [
        "garbage",
        &value[1..],
        &format!("{value}; {}={value}", known.full_name(&name)),
    ] {
        let browser = site.browser();
        browser.set_cookie(&name, forged);
        assert_eq!(log_in(&browser, "alice").await, "rate_limited", "{forged}");
    }
    // The same browser has one count, however many copies of its cookie there are.
    let copies: Vec<HttpBrowser> = (0..3).map(|_| site.browser()).collect();
    let mut guesses = 0;
    until_limited(async || {
        let copy = &copies[guesses % copies.len()];
        copy.set_cookie(&name, &value);
        guesses += 1;
        copy.log_in("alice", "a wrong password").await
    })
    .await;
    assert_eq!(guesses, 11);
}
