//! Roles by claims: the last admin who can log in, and who has lost every role.

use shared::routes::API_SESSION;
use tests::http_browser::HttpBrowser;
use tests::logins::ROLES;
use tests::site::{PASSWORD, Site, admin, user};

use crate::account::identities::{agree, connect};
use tests::logins::account_of;

async fn role(browser: &HttpBrowser) -> String {
    let session = browser.get(API_SESSION).await.json();
    let role = session["user"]["role"].as_str();
    role.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn admin_without_a_way_in_makes_no_other_admin_dispensable() {
    let site = Site::with(&ROLES).await;
    let bare = postern::account::NewAccount {
        password_hash: None,
        ..admin("bare").await
    };
    site.add(bare).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    site.op.set_groups("alice", &["users"]);

    browser.log_in_as("alice").await;

    assert_eq!(role(&browser).await, "admin");
}

#[tokio::test]
async fn admin_of_another_issuer_or_a_password_that_is_off_is_no_way_in() {
    let off = [("DISABLE_USERPASS_LOGIN", "true")];
    let site = Site::with(&[&ROLES[..], &off[..]].concat()).await;
    let other = site.add(admin("other").await).await;
    let moved = postern::store::NewIdentity {
        issuer: "https://moved.example.com/",
        subject: "other",
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    let by = postern::audit::Actor::server(site.now());
    tests::logins::link(&site.app.store, other, moved, by).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    site.op.set_groups("alice", &["users"]);

    browser.log_in_as("alice").await;
    assert_eq!(role(&browser).await, "admin");

    site.link_another(other).await;
    browser.log_in_as("alice").await;
    assert_eq!(role(&browser).await, "user");
}

#[tokio::test]
async fn who_lost_every_role_loses_the_sessions_that_the_identity_began() {
    let site = Site::with(&ROLES).await;
    site.add(user("owner").await).await;
    let by_password = site.logged_in("owner").await;
    connect(&by_password, "bob").await;
    agree(&by_password).await;
    let (earlier, alice) = (site.browser(), site.browser());
    earlier.log_in_as("bob").await;
    alice.log_in_as("alice").await;
    assert_eq!(earlier.who().await.as_deref(), Some("owner"));
    site.op.set_groups("bob", &[]);

    let callback = site.browser().log_in_as("bob").await.callback;

    assert_eq!(callback.code(), "role_missing");
    assert_eq!(earlier.who().await, None);
    assert_eq!(by_password.who().await.as_deref(), Some("owner"));
    assert_eq!(alice.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn role_that_changes_by_claims_voids_the_links_of_the_account() {
    let site = Site::with(&ROLES).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let path = format!("/api/users/{}/welcome-link", account_of(&bob).await);
    let made = root.post_json(&path, &serde_json::json!({})).await.json();
    let (_, token) = made["url"].as_str().unwrap().split_once('#').unwrap();
    site.op.set_groups("bob", &["admins"]);

    bob.log_in_as("bob").await;

    assert_eq!(role(&bob).await, "admin");
    let body = serde_json::json!({"token": token, "password": PASSWORD});
    let redeemed = site.browser().post_json("/api/welcome", &body).await;
    assert_eq!(redeemed.code(), "welcome_link_invalid");
}
