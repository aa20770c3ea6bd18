//! The user's own record: names, email, password, linked identities.

use std::time::Duration;

use insta::assert_snapshot;
use postern::account::{NewAccount, Voucher};
use serde_json::{Value, json};
use shared::routes::{
    API_PROFILE, API_PROFILE_IDENTITIES, API_PROFILE_PASSWORD, API_SESSION_CONFIRM,
};
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, Site, admin, user, vouched};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const ALMOST: Duration = Duration::from_secs(599);

async fn alice() -> (Site, HttpBrowser) {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    (site, browser)
}

async fn email(browser: &HttpBrowser) -> Value {
    browser.get(API_PROFILE).await.json()["user"]["email"].clone()
}

#[tokio::test]
async fn profile_shows_the_account_and_its_identities() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let profile = browser.get(API_PROFILE).await.json();
    let listed = browser.get(API_PROFILE_IDENTITIES).await.json();

    assert_eq!(profile["user"]["username"], "bob");
    assert_eq!(profile["identities"], listed);
    let identity = &listed[0];
    assert_eq!(
        (&identity["label"], &identity["issuer"]),
        (&json!("Authentik"), &json!(site.op.issuer()))
    );
    assert_eq!(
        (&identity["username"], &identity["email"]),
        (&json!("bob"), &json!("bob@example.com"))
    );
    assert_eq!(identity["linked_at"], site.now().unix());
}

#[tokio::test]
async fn profile_is_for_who_is_logged_in() {
    let site = Site::start().await;
    let nobody = site.browser();

    for path in [API_PROFILE, API_PROFILE_IDENTITIES] {
        assert_eq!(nobody.get(path).await.code(), "unauthenticated", "{path}");
    }
    assert_eq!(
        nobody.patch(API_PROFILE, &json!({})).await.code(),
        "unauthenticated"
    );
    let password = nobody
        .post_json(API_PROFILE_PASSWORD, &json!({"new": PASSWORD}))
        .await;
    assert_eq!(password.code(), "unauthenticated");
    let identity = format!("{API_PROFILE_IDENTITIES}/1");
    assert_eq!(nobody.delete(&identity).await.code(), "unauthenticated");
}

#[tokio::test]
async fn email_is_one_address_or_refused() {
    let (_site, browser) = alice().await;
    let check = async |text: &str, expected: Result<&str, ()>| {
        let answer = browser.patch(API_PROFILE, &json!({ "email": text })).await;
        match expected {
            Ok(saved) => assert_eq!(answer.json()["user"]["email"], saved, "{text:?}"),
            Err(()) => assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (422, "email_invalid"),
                "{text:?}"
            ),
        }
    };

    check("Alice@Example.com", Ok("Alice@Example.com")).await;
    check("  alice+tag@example.com ", Ok("alice+tag@example.com")).await;
    check(
        "\"quoted local\"@example.com",
        Ok("\"quoted local\"@example.com"),
    )
    .await;
    check("käthe@bücher.example", Ok("käthe@bücher.example")).await;
    for text in [
        "alice",
        "@example.com",
        "a@b@c",
        "a@x, b@x",
        "A <a@x>",
        "a\0@x",
        "a@b.example\u{2028}",
        "\u{2029}a@b.example",
        "a@b.example\u{a0}",
        "a\u{202e}@b.example",
        "a@x\r\nBcc: b@x",
    ] {
        check(text, Err(())).await;
    }
    check(&format!("a@{}.example", "b".repeat(250)), Err(())).await;
    assert_eq!(email(&browser).await, "käthe@bücher.example");
}

#[tokio::test]
async fn email_of_another_account_is_taken_without_regard_to_case() {
    let (site, browser) = alice().await;
    site.add(vouched("bob").await).await;

    let answer = browser
        .patch(API_PROFILE, &json!({"email": "BOB@example.com"}))
        .await;

    assert_snapshot!(answer.summary(), @"409 Conflict, code: email_taken");
    assert_eq!(email(&browser).await, "alice@example.com");
}

#[tokio::test]
async fn own_email_may_change_its_case() {
    let (_site, browser) = alice().await;

    let answer = browser
        .patch(API_PROFILE, &json!({"email": "ALICE@example.com"}))
        .await;

    assert_eq!(answer.json()["user"]["email"], "ALICE@example.com");
}

#[tokio::test]
async fn empty_email_clears_it_and_absent_leaves_it() {
    let (_site, browser) = alice().await;

    browser
        .patch(API_PROFILE, &json!({"display_name": "Alice"}))
        .await;
    assert_eq!(email(&browser).await, "alice@example.com");
    let cleared = browser.patch(API_PROFILE, &json!({"email": ""})).await;

    assert!(cleared.json()["user"]["email"].is_null());
}

#[tokio::test]
async fn email_asks_for_a_login_less_than_ten_minutes_ago() {
    let (site, browser) = alice().await;
    let change = json!({"email": "new@example.com"});
    site.pass(TEN_MINUTES);
    let late = browser.patch(API_PROFILE, &change).await;
    browser
        .post_json(API_SESSION_CONFIRM, &json!({"password": PASSWORD}))
        .await;
    site.pass(ALMOST);

    let confirmed = browser.patch(API_PROFILE, &change).await;

    assert_snapshot!(late.summary(), @"403 Forbidden, code: reauth_required");
    assert_eq!(confirmed.json()["user"]["email"], "new@example.com");
}

#[tokio::test]
async fn form_with_the_same_email_asks_for_nothing() {
    let (site, browser) = alice().await;
    site.pass(TEN_MINUTES);

    let body = json!({"email": "alice@example.com", "display_name": " Al "});
    let answer = browser.patch(API_PROFILE, &body).await;

    assert_eq!(answer.json()["user"]["display_name"], "Al");
}

#[tokio::test]
async fn update_is_done_whole_or_not_at_all() {
    let (site, browser) = alice().await;
    site.add(vouched("bob").await).await;
    for (email, name) in [
        ("bob@example.com", "Al"),
        ("x@example.com", "A\nl"),
        ("x", "Al"),
    ] {
        browser
            .patch(API_PROFILE, &json!({"email": email, "display_name": name}))
            .await;
    }

    let user = &browser.get(API_PROFILE).await.json()["user"];

    assert_eq!(user["email"], "alice@example.com");
    assert!(user["display_name"].is_null());
}

#[tokio::test]
async fn display_name_is_one_line_or_none() {
    let (_site, browser) = alice().await;
    let set = async |name: &str| {
        browser
            .patch(API_PROFILE, &json!({"display_name": name}))
            .await
    };

    assert_eq!(
        set("Älice 🦊").await.json()["user"]["display_name"],
        "Älice 🦊"
    );
    assert_eq!(set(&"x".repeat(101)).await.code(), "display_name_invalid");
    assert_eq!(set("a\u{7}b").await.code(), "display_name_invalid");
    assert!(set("  ").await.json()["user"]["display_name"].is_null());
}

#[tokio::test]
async fn email_that_its_owner_sets_is_not_vouched_for_and_an_admins_own_is() {
    let site = Site::start().await;
    let alice = site
        .add(NewAccount {
            email_voucher: Some(Voucher::Admin),
            ..user("alice").await
        })
        .await;
    let root = site.add(admin("root").await).await;
    for name in ["alice", "root"] {
        let change = json!({"email": format!("new-{name}@example.com")});
        site.logged_in(name).await.patch(API_PROFILE, &change).await;
    }

    let vouched = async |id| {
        site.app
            .store
            .account(id)
            .await
            .unwrap()
            .unwrap()
            .email_is_vouched_for()
    };

    assert_eq!((vouched(alice).await, vouched(root).await), (false, true));
}

#[tokio::test]
async fn password_changes_with_the_current_one_alone() {
    let (site, browser) = alice().await;
    let change = async |current: Value, new: &str| {
        let body = json!({"current": current, "new": new});
        browser.post_json(API_PROFILE_PASSWORD, &body).await.code()
    };

    assert_eq!(
        change(json!("wrong"), "a new password").await,
        "password_wrong"
    );
    assert_eq!(
        change(Value::Null, "a new password").await,
        "password_wrong"
    );
    assert_eq!(change(json!(PASSWORD), "too short").await, "password_unfit");
    assert_eq!(
        change(json!(PASSWORD), &"x".repeat(1025)).await,
        "password_unfit"
    );
    assert_eq!(change(json!(PASSWORD), "a new password").await, "");
    assert_eq!(
        site.browser().log_in("alice", PASSWORD).await.code(),
        "invalid_credentials"
    );
    assert_eq!(
        site.browser()
            .log_in("alice", "a new password")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn first_password_asks_for_a_recent_login() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    site.pass(TEN_MINUTES);
    let body = json!({"new": "a first password"});
    let late = browser.post_json(API_PROFILE_PASSWORD, &body).await;
    browser.log_in_as("bob").await;

    let set = browser.post_json(API_PROFILE_PASSWORD, &body).await;

    assert_snapshot!(late.summary(), @"403 Forbidden, code: reauth_required");
    assert_snapshot!(set.summary(), @"204 No Content, sets: postern_session");
    assert_eq!(
        site.browser()
            .log_in("bob", "a first password")
            .await
            .status,
        200
    );
}

/// Returns the path of the only identity.
async fn identity(browser: &HttpBrowser) -> String {
    let listed = browser.get(API_PROFILE_IDENTITIES).await.json();
    format!(
        "{API_PROFILE_IDENTITIES}/{}",
        listed[0]["id"].as_str().expect("an identity")
    )
}

#[tokio::test]
async fn last_way_in_is_never_unlinked() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let path = identity(&browser).await;

    let refused = browser.delete(&path).await;
    browser
        .post_json(API_PROFILE_PASSWORD, &json!({"new": "a first password"}))
        .await;
    let unlinked = browser.delete(&path).await;
    let again = browser.delete(&path).await;

    assert_snapshot!(refused.summary(), @"409 Conflict, code: last_way_in");
    assert_snapshot!(unlinked.summary(), @"204 No Content, sets: postern_session");
    assert_snapshot!(again.summary(), @"404 Not Found, code: not_found");
}

#[tokio::test]
async fn password_is_no_way_in_where_passwords_are_switched_off() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    site.add(admin("bob").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let refused = browser.delete(&identity(&browser).await).await;

    assert_eq!(refused.code(), "last_way_in");
}

#[tokio::test]
async fn unlinking_asks_for_a_recent_login_and_for_an_own_identity() {
    let (site, browser) = alice().await;
    let theirs = site.browser();
    theirs.log_in_as("bob").await;
    let path = identity(&theirs).await;

    assert_eq!(browser.delete(&path).await.code(), "not_found");
    assert_eq!(
        browser
            .delete("/api/profile/identities/not-an-id")
            .await
            .code(),
        "not_found"
    );
    site.pass(TEN_MINUTES);
    assert_eq!(browser.delete(&path).await.code(), "reauth_required");
}

#[tokio::test]
async fn unlinked_identity_is_a_stranger_again() {
    let site = Site::start().await;
    site.add(admin("bob").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    browser.delete(&identity(&browser).await).await;
    browser
        .patch(API_PROFILE, &json!({"email": "elsewhere@example.com"}))
        .await;

    let other = site.browser();
    other.log_in_as("bob").await;

    assert_eq!(other.who().await.as_deref(), Some("bob-2"));
}
