//! Sessions: their token, what there is without one, when they end.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use shared::routes::{
    API_CONFIG, API_LINK, API_LOGIN_OPENID, API_LOGOUT, API_PROFILE, API_PROFILE_IDENTITIES,
    API_PROFILE_PASSWORD, API_PROFILE_SESSIONS, API_SESSION,
};
use tests::http_browser::HttpBrowser;
use tests::logins::ROLES;
use tests::site::{PASSWORD, Site, admin, user};

use crate::account::identities::{agree, connect};

/// The session's cookie on http.
pub(super) const SESSION: &str = "postern_session";

pub(super) fn token(browser: &HttpBrowser) -> String {
    browser.cookie(SESSION).expect("a session")
}

/// Returns true if that token's session is live.
pub(super) async fn is_live(site: &Site, token: &str) -> bool {
    let browser = site.browser();
    browser.set_cookie(SESSION, token);
    browser.who().await.is_some()
}

#[tokio::test]
async fn cve_2021_41246_token_that_was_planted_is_never_taken_over() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let planted = "A".repeat(43);
    let live = token(&site.logged_in("alice").await);

    for fixed in [&planted, &live] {
        let (by_password, by_op) = (site.browser(), site.browser());
        by_password.set_cookie(SESSION, fixed);
        by_op.set_cookie(SESSION, fixed);
        by_password.log_in("alice", PASSWORD).await;
        by_op.log_in_as("bob").await;

        assert_ne!(&token(&by_password), fixed);
        assert_ne!(&token(&by_op), fixed);
        assert!(!is_live(&site, fixed).await);
    }
}

#[tokio::test]
async fn cve_2021_41246_token_changes_with_every_change_of_privilege() {
    let site = Site::with(&ROLES).await;
    site.add(admin("root").await).await;
    site.add(user("owner").await).await;
    let browser = site.browser();
    let mut seen: Vec<String> = Vec::new();
    let mut is_another = async |step: &str| {
        let now = token(&browser);
        assert_eq!(now.len(), 43, "256 bits");
        assert!(!seen.contains(&now), "{step} keeps the token");
        for old in &seen {
            assert!(
                !is_live(&site, old).await,
                "{step} leaves the old one alive"
            );
        }
        assert!(is_live(&site, &now).await, "{step}");
        seen.push(now);
    };

    browser.log_in("owner", PASSWORD).await;
    is_another("a login by password").await;
    browser.log_in("owner", PASSWORD).await;
    is_another("a second login").await;
    connect(&browser, "bob").await;
    agree(&browser).await;
    is_another("a link").await;
    let change = json!({"current": PASSWORD, "new": "another password"});
    browser.post_json(API_PROFILE_PASSWORD, &change).await;
    is_another("a change of the password").await;
    browser.log_in_as("bob").await;
    is_another("a login at the OP").await;
    site.op.set_groups("bob", &["admins"]);
    browser.log_in_as("bob").await;
    is_another("a change of the role").await;
}

#[tokio::test]
async fn cve_2026_34454_session_that_was_there_ends_before_another_begins() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let old = token(&browser);

    browser.log_in_as("bob").await;
    let logout = browser.post_json(API_LOGOUT, &json!({})).await;

    assert!(!is_live(&site, &old).await);
    let cleared = logout
        .set_cookies()
        .iter()
        .any(|line| line.contains("_session=;") && line.contains("Max-Age=0"));
    assert!(cleared, "{}", logout.summary());
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn ghsa_59jp_rwph_878r_nothing_of_an_account_is_told_before_the_login() {
    let site = Site::start().await;
    site.add(admin("zaphod").await).await;
    let owner = site.logged_in("zaphod").await;
    let named = json!({"display_name": "Zaphod of Betelgeuse"});
    assert_eq!(owner.patch(API_PROFILE, &named).await.status, 200);
    let nobody = site.browser();
    let paths = [
        API_CONFIG,
        API_SESSION,
        API_PROFILE,
        API_PROFILE_SESSIONS,
        API_PROFILE_IDENTITIES,
        API_LINK,
        "/api/audit",
        "/",
        "/login",
        "/profile",
        "/link",
        "/setup",
        "/healthz",
        "/readyz",
    ];

    for path in paths {
        let answer = nobody.get(path).await;
        assert!(
            !answer.body.to_lowercase().contains("zaphod"),
            "{path}: {}",
            answer.body
        );
    }
    // The page is the same for everybody who is logged in.
    for path in ["/", "/login", "/profile"] {
        let answer = owner.get(path).await;
        assert!(!answer.body.to_lowercase().contains("zaphod"), "{path}");
    }
    for (method, path) in [
        ("GET", API_PROFILE),
        ("GET", API_PROFILE_SESSIONS),
        ("GET", "/api/audit"),
    ] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.code(), "unauthenticated", "{method} {path}");
    }
}

#[tokio::test]
async fn ghsa_3rw9_wmc8_8948_session_by_the_op_has_an_end_of_its_own() {
    let site = Site::with(&[
        ("SESSION_MAX_AGE_SECONDS", "1000"),
        ("SESSION_IDLE_SECONDS", "600"),
    ])
    .await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    // The OP says no more: it is gone, and there is no token to ask it with.
    site.op.pause().await;
    site.pass(Duration::from_secs(599));
    assert!(browser.who().await.is_some());

    site.pass(Duration::from_secs(401));

    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn cve_2022_31034_random_values_have_256_bits_and_are_distinct() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let mut values: Vec<String> = Vec::new();
    let mut keep = |value: String| {
        let is_base64url = value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        assert!(
            is_base64url && value.len() == 43,
            "{value} is not of 256 bits"
        );
        values.push(value);
    };

    for _ in 0..100 {
        let start = site.browser().get(API_LOGIN_OPENID).await;
        for name in ["state", "nonce", "code_challenge"] {
            keep(start.param(name).unwrap());
        }
    }
    for _ in 0..20 {
        let browser = site.browser();
        browser.log_in_as("bob").await;
        keep(token(&browser));
    }
    for request in site.op.requests() {
        if let Some(verifier) = request.param("code_verifier") {
            keep(verifier.to_owned());
        }
    }

    assert!(values.len() >= 340, "{}", values.len());
    let distinct: BTreeSet<&String> = values.iter().collect();
    assert_eq!(distinct.len(), values.len(), "one came twice");
    // No place is fixed: each has nearly all of its 64 characters, the last all of its 16.
    for place in 0..43 {
        let seen: BTreeSet<u8> = values.iter().map(|value| value.as_bytes()[place]).collect();
        let least = if place == 42 { 14 } else { 50 };
        assert!(
            seen.len() >= least,
            "place {place} has {} characters",
            seen.len()
        );
    }
}
