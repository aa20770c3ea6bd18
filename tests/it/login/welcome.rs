//! Welcome links: a password is set by one, once.

use postern::audit::Actor;
use std::time::Duration;

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{API_AUDIT, API_PROFILE_PASSWORD, API_USERS, API_WELCOME, API_WELCOME_CHECK};
use tests::answer::Answer;
use tests::http_browser::{HttpBrowser, until_limited};
use tests::log::Log;
use tests::site::{PASSWORD, Site, admin, user};
use uuid::Uuid;

use crate::admin::users::{administered, make, one, path};

const NEW: &str = "a password by link";

/// Returns the token of a link.
fn token(link: &Value) -> String {
    let url = link["url"].as_str().unwrap_or_else(|| panic!("{link}"));
    url.split_once('#').expect("a fragment").1.to_owned()
}

/// Creates a link for an account; returns its token.
async fn link_for(root: &HttpBrowser, id: impl Into<String>) -> String {
    let answer = root
        .post_json(&format!("{}/welcome-link", path(id)), &json!({}))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    token(&answer.json())
}

async fn redeem(browser: &HttpBrowser, token: &str, password: &str) -> Answer {
    let body = json!({"token": token, "password": password});
    browser.post_json(API_WELCOME, &body).await
}

async fn check(browser: &HttpBrowser, token: &str) -> Answer {
    browser
        .post_json(API_WELCOME_CHECK, &json!({"token": token}))
        .await
}

/// The link is invalid, with one answer for all reasons, and sets nothing.
async fn assert_void(site: &Site, token: &str, why: &str) {
    for answer in [
        check(&site.browser(), token).await,
        redeem(&site.browser(), token, NEW).await,
    ] {
        let problem = answer.json();
        assert_eq!(answer.status, 404, "{why}: {}", answer.body);
        assert_eq!(problem["code"], "welcome_link_invalid", "{why}");
        assert_eq!(answer.set_cookies(), [""; 0], "{why}");
        let fields: Vec<&String> = problem.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["type", "title", "status", "code", "ref"], "{why}");
    }
    assert_eq!(
        site.browser().log_in("alice", NEW).await.code(),
        "invalid_credentials"
    );
}

#[tokio::test]
async fn new_person_sets_a_password_and_is_logged_in() {
    let (site, root) = administered(&[]).await;
    let made = make(&root, "alice").await;
    let token = token(&made["welcome"]);
    let alice = site.browser();

    let known = check(&alice, &token).await;
    let answer = redeem(&alice, &token, NEW).await;

    assert_eq!(
        known.json(),
        json!({
            "purpose": "password", "username": "alice", "display_name": null,
            "has_password": false,
            "expires_at": site.now().unix() + 3 * 86_400,
        })
    );
    assert_snapshot!(answer.summary(), @"200 OK, redirect: /, sets: postern_session, sets: postern_browser");
    assert_eq!(alice.who().await.as_deref(), Some("alice"));
    assert_eq!(site.browser().log_in("alice", NEW).await.status, 200);
    let entry = one(&root, made["user"]["id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(
        (
            &entry["has_password"],
            &entry["welcome_until"],
            &entry["last_login_at"]
        ),
        (&json!(true), &Value::Null, &json!(site.now().unix()))
    );
}

#[tokio::test]
async fn reset_ends_all_sessions_and_the_old_password() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let elsewhere = site.logged_in("alice").await;
    let token = link_for(&root, id).await;
    let here = site.logged_in("alice").await;
    let old = here.cookie("postern_session");
    assert!(elsewhere.who().await.is_some(), "a link alone ends nothing");
    assert_eq!(check(&here, &token).await.json()["has_password"], true);

    redeem(&here, &token, NEW).await;

    assert_eq!(elsewhere.who().await, None);
    assert_eq!(here.who().await.as_deref(), Some("alice"));
    assert_ne!(here.cookie("postern_session"), old);
    assert_eq!(
        elsewhere.log_in("alice", PASSWORD).await.code(),
        "invalid_credentials"
    );
}

#[tokio::test]
async fn who_is_logged_in_as_somebody_else_is_so_no_more() {
    let (site, root) = administered(&[]).await;
    site.add(user("bob").await).await;
    let token = token(&make(&root, "alice").await["welcome"]);
    let browser = site.logged_in("bob").await;
    let old = browser.cookie("postern_session").unwrap();

    redeem(&browser, &token, NEW).await;

    assert_eq!(browser.who().await.as_deref(), Some("alice"));
    browser.set_cookie("postern_session", &old);
    assert_eq!(browser.who().await, None, "the cookie's session has ended");
}

#[tokio::test]
async fn link_that_is_no_good_is_refused_in_one_way() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let token = link_for(&root, id).await;
    let longer = format!("{token}A");
    let session = site.logged_in("alice").await.cookie("postern_session");
    for (token, why) in [
        ("", "empty"),
        ("x", "malformed"),
        (&token[1..], "too short"),
        (&longer, "too long"),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "of nobody"),
        (&session.unwrap(), "of a session"),
    ] {
        assert_void(&site, token, why).await;
    }

    let later = link_for(&root, id).await;
    assert_void(&site, &token, "replaced").await;
    site.pass(Duration::from_secs(3 * 86_400 - 1));
    assert_eq!(check(&site.browser(), &later).await.status, 200);
    site.pass(Duration::from_secs(1));
    assert_void(&site, &later, "expired").await;
}

#[tokio::test]
async fn used_link_is_void() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let token = link_for(&root, id).await;
    redeem(&site.browser(), &token, "the first password").await;

    assert_void(&site, &token, "used").await;

    let alice = site.browser();
    assert_eq!(
        alice.log_in("alice", "the first password").await.status,
        200
    );
}

#[tokio::test]
async fn link_of_an_account_that_is_disabled_or_gone_is_void() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let token = link_for(&root, id).await;
    root.patch(&path(id), &json!({"disabled": true})).await;

    assert_void(&site, &token, "disabled").await;

    let refused = root
        .post_json(&format!("{}/welcome-link", path(id)), &json!({}))
        .await;
    assert_eq!(refused.code(), "account_disabled");
    root.patch(&path(id), &json!({"disabled": false})).await;
    assert_void(&site, &token, "enabled again, which revives no link").await;
    let token = link_for(&root, id).await;
    root.delete(&path(id)).await;
    assert_void(&site, &token, "deleted").await;
}

#[tokio::test]
async fn owner_who_changes_the_password_voids_the_link() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let token = link_for(&root, id).await;
    let alice = site.logged_in("alice").await;

    let body = json!({"current": PASSWORD, "new": "another password"});
    assert_eq!(
        alice.post_json(API_PROFILE_PASSWORD, &body).await.status,
        204
    );

    assert_void(&site, &token, "the password was changed").await;
}

#[tokio::test]
async fn password_that_will_not_do_does_not_use_up_the_link() {
    let (site, root) = administered(&[]).await;
    let token = token(&make(&root, "alice").await["welcome"]);
    for bad in ["", "too short", &"x".repeat(1025)] {
        let answer = redeem(&site.browser(), &token, bad).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (422, "password_unfit")
        );
    }

    assert_eq!(redeem(&site.browser(), &token, NEW).await.status, 200);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_exactly_one_does() {
    let (site, root) = administered(&[]).await;
    for round in 0..4 {
        let name = format!("user-{round}");
        let token = token(&make(&root, &name).await["welcome"]);
        let (one, two) = (site.browser(), site.browser());

        let (first, second) = tokio::join!(
            redeem(&one, &token, "the password of one"),
            redeem(&two, &token, "the password of two"),
        );

        let won = [first.status == 200, second.status == 200];
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
        let lost = if won[0] { second } else { first };
        assert_eq!(lost.code(), "welcome_link_invalid");
        for (browser, won) in [(&one, won[0]), (&two, won[1])] {
            assert_eq!(browser.who().await.is_some(), won);
        }
        let password = if won[0] {
            "the password of one"
        } else {
            "the password of two"
        };
        assert_eq!(site.browser().log_in(&name, password).await.status, 200);
    }
}

#[tokio::test]
async fn form_does_the_same_by_redirects() {
    let (site, root) = administered(&[]).await;
    let token = token(&make(&root, "alice").await["welcome"]);
    let alice = site.browser();
    let send = async |password: &str| {
        let fields = [("token", token.as_str()), ("password", password)];
        alice.post_form(API_WELCOME, &fields).await
    };

    let (unfit, good, again) = (send("short").await, send(NEW).await, send(NEW).await);

    assert_snapshot!(unfit.summary(), @"303 See Other, location: /welcome?error=password_unfit&ref=…");
    assert_snapshot!(good.summary(), @"303 See Other, location: /api/login/check?next=%2F, sets: postern_session, sets: postern_browser");
    assert_snapshot!(again.summary(), @"303 See Other, location: /welcome?error=welcome_link_invalid&ref=…");
    assert_eq!(alice.who().await.as_deref(), Some("alice"));
    // The reference leads an admin to the entry.
    let found = root
        .get(&format!("{API_AUDIT}?ref={}", again.param("ref").unwrap()))
        .await;
    assert_eq!(found.json()["entries"][0]["kind"], "welcome_failed");
}

#[tokio::test]
async fn another_site_sets_no_password() {
    let (site, root) = administered(&[]).await;
    let token = token(&make(&root, "alice").await["welcome"]);
    let body = json!({"token": token, "password": NEW});
    let browser = site.browser();
    for path in [API_WELCOME, API_WELCOME_CHECK] {
        let request = browser
            .call(Method::POST, path)
            .header("sec-fetch-site", "cross-site");
        assert_eq!(browser.send(request.json(&body)).await.code(), "cross_site");
        let request = browser
            .call(Method::POST, path)
            .header("content-type", "text/plain");
        let answer = browser.send(request.body(body.to_string())).await;
        assert_eq!(answer.code(), "json_required");
    }

    assert_eq!(
        redeem(&browser, &token, NEW).await.status,
        200,
        "and used nothing up"
    );
}

#[tokio::test]
async fn there_are_no_links_where_passwords_are_off() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    site.add(admin("bob").await).await;
    let bob = site.browser();
    bob.log_in_as("bob").await;

    let body = json!({"username": "alice", "role": "user"});
    let made = bob.post_json(API_USERS, &body).await;

    assert_eq!(
        (made.status.as_u16(), &made.json()["welcome"]),
        (201, &Value::Null)
    );
    let id: Uuid = made.json()["user"]["id"].as_str().unwrap().parse().unwrap();
    // One from before they were switched off.
    let before = postern::one_time_link::LinkToken::generate();
    let link = postern::one_time_link::NewLink::of(&before, site.now());
    let stored = site
        .app
        .store
        .create_welcome_link(id, link, Actor::server(site.now()))
        .await;
    stored.unwrap();
    let url = before.url("");
    let (_, token) = url.split_once('#').unwrap();
    for answer in [
        bob.post_json(&format!("{}/welcome-link", path(id)), &json!({}))
            .await,
        check(&bob, token).await,
        redeem(&bob, token, NEW).await,
    ] {
        assert_eq!(answer.code(), "password_login_disabled");
    }
}

#[tokio::test]
async fn guessing_is_limited() {
    let (site, root) = administered(&[]).await;
    let token = token(&make(&root, "alice").await["welcome"]);
    let browser = site.browser();

    until_limited(async || check(&browser, "guess").await).await;

    for answer in [
        check(&browser, &token).await,
        redeem(&browser, &token, NEW).await,
    ] {
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (429, "rate_limited")
        );
    }
}

#[tokio::test]
async fn link_is_in_neither_log_nor_audit_trail() {
    let (site, root) = administered(&[]).await;
    Log::begin();
    let made = make(&root, "alice").await;
    let first = token(&made["welcome"]);
    let second = link_for(&root, made["user"]["id"].as_str().unwrap()).await;
    let alice = site.browser();
    redeem(&alice, &first, NEW).await;
    redeem(&alice, &second, "short").await;
    check(&alice, &second).await;
    let form = [("token", second.as_str()), ("password", NEW)];
    alice.post_form(API_WELCOME, &form).await;
    assert!(alice.who().await.is_some());

    let (log, trail) = (Log::text(), root.get(API_AUDIT).await.body);

    for said in [
        "welcome link made",
        "welcome link refused",
        "password set, logged in",
    ] {
        assert!(log.contains(said), "{said}");
    }
    assert!(trail.contains("welcome_link_made") && trail.contains("password_set_by_link"));
    for secret in [&first, &second, NEW] {
        assert!(!log.contains(secret) && !trail.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn link_leads_to_the_public_origin_and_without_one_to_the_admins() {
    let redirect_uri = "https://app.example.com/api/oauth/openid";
    let (site, root) = administered(&[("OIDC_REDIRECT_URI", redirect_uri)]).await;
    let url = make(&root, "alice").await["welcome"]["url"].clone();
    assert!(
        url.as_str()
            .unwrap()
            .starts_with("https://app.example.com/welcome#")
    );
    drop(site);
    let (site, root) = administered(&[("OIDC_ENABLED", "false"), ("OIDC_REDIRECT_URI", "")]).await;

    let url = make(&root, "alice").await["welcome"]["url"].clone();

    let expected = format!("{}/welcome#", site.origin());
    assert!(url.as_str().unwrap().starts_with(&expected), "{url}");
}

#[tokio::test]
async fn link_of_a_user_who_is_then_made_an_admin_is_void() {
    let (site, root) = administered(&[]).await;
    let made = make(&root, "alice").await;
    let (id, first) = (
        made["user"]["id"].as_str().unwrap(),
        token(&made["welcome"]),
    );

    let promoted = root.patch(&path(id), &json!({"role": "admin"})).await;

    assert_eq!(promoted.status, 200, "{}", promoted.body);
    assert_void(&site, &first, "made for a user").await;
    // A change of anything else leaves it.
    let second = link_for(&root, id).await;
    root.patch(
        &path(id),
        &json!({"display_name": "Alice", "role": "admin"}),
    )
    .await;
    assert_eq!(check(&site.browser(), &second).await.status, 200);
    root.patch(&path(id), &json!({"role": "user"})).await;
    assert_void(&site, &second, "made for an admin").await;
}
