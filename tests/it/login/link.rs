//! The page that asks whose an identity is, if its email alone does not say so.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use shared::routes::API_LINK;
use tests::http_browser::until_limited;
use tests::site::{PASSWORD, Site, user};

use crate::login::decide::identities;
use tests::logins::account_of;

#[tokio::test]
async fn password_is_asked_for_once_and_then_never_again() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    let browser = site.browser();
    let login = browser
        .log_in_at("/api/login/openid?next=/profile", "alice")
        .await;
    assert_snapshot!(login.callback.summary(), @"303 See Other, location: /link, sets: postern_link, clears: postern_attempt_…");
    assert_snapshot!(
        browser.get(API_LINK).await.body,
        @r#"{"label":"Authentik","identity_username":"alice","identity_email":"alice@example.com","account_username":null,"takes_password":true,"may_register":true}"#
    );

    let agreed = browser
        .post_json(
            API_LINK,
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;

    assert_snapshot!(
        agreed.summary(),
        @"200 OK, redirect: /profile, clears: postern_link, sets: postern_session, sets: postern_browser"
    );
    assert_eq!(account_of(&browser).await, id.to_string());
    let again = site.browser();
    assert_eq!(again.log_in_as("alice").await.callback.location(), "/");
    assert_eq!(account_of(&again).await, id.to_string());
}

#[tokio::test]
async fn wrong_password_links_nothing_and_may_be_fixed() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;

    for body in [
        json!({"username": "alice", "password": "wrong"}),
        json!({"username": "alice", "password": ""}),
        json!({"username": "nobody", "password": PASSWORD}),
        json!({"password": PASSWORD}),
        json!({}),
    ] {
        assert_eq!(
            browser.post_json(API_LINK, &body).await.code(),
            "invalid_credentials",
            "{body}"
        );
    }
    assert_eq!(
        (identities(&site, id).await, browser.who().await),
        (0, None)
    );
    let agreed = browser
        .post_json(
            API_LINK,
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;

    assert_eq!(
        (agreed.status.as_u16(), identities(&site, id).await),
        (200, 1)
    );
}

#[tokio::test]
async fn guessing_on_the_link_page_counts_as_guessing_at_the_login() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    let wrong = json!({"username": "alice", "password": "wrong"});
    until_limited(async || browser.post_json(API_LINK, &wrong).await).await;

    let link = browser
        .post_json(
            API_LINK,
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;
    let login = browser.log_in("alice", PASSWORD).await;

    assert_eq!(
        (link.code().as_str(), login.code().as_str()),
        ("rate_limited", "rate_limited")
    );
}

#[tokio::test]
async fn link_that_waits_too_long_is_gone() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    site.pass(Duration::from_secs(600));

    let shown = browser.get(API_LINK).await;
    let agreed = browser
        .post_json(
            API_LINK,
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;

    assert_snapshot!(shown.summary(), @"404 Not Found, code: link_expired");
    assert_snapshot!(agreed.summary(), @"404 Not Found, code: link_expired");
}

#[tokio::test]
async fn cancelled_link_is_gone() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;

    let cancelled = browser.delete(API_LINK).await;

    assert_snapshot!(cancelled.summary(), @"204 No Content, clears: postern_link");
    assert_eq!(browser.get(API_LINK).await.code(), "link_expired");
}

#[tokio::test]
async fn link_cookie_that_was_tampered_with_is_none() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.get("/api/login/openid").await;
    let attempt = browser.cookie(&browser.cookie_names()[0]).unwrap();
    browser.log_in_as("alice").await;
    let link = browser.cookie("postern_link").unwrap();

    for value in [
        &attempt,
        &link[1..],
        "",
        "garbage",
        &format!("{link}; {}={link}", browser.full_name("postern_link")),
    ] {
        browser.set_cookie("postern_link", value);
        assert_eq!(
            browser.get(API_LINK).await.code(),
            "link_expired",
            "{value}"
        );
    }
}
