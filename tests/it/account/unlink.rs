//! Unlinking an identity ends the sessions that it began, and spares the one that unlinks.

use serde_json::json;
use shared::routes::{API_PROFILE_IDENTITIES, API_PROFILE_PASSWORD};
use tests::http_browser::HttpBrowser;
use tests::logins::account_of;
use tests::logins::link;
use tests::site::{Site, user};

use crate::account::identities::{agree, connect, linked};

/// Unlinks the account's first identity, by its owner; returns the status.
async fn unlink(browser: &HttpBrowser) -> u16 {
    let listed = browser.get(API_PROFILE_IDENTITIES).await.json();
    let id = listed[0]["id"].as_str().expect("an identity");
    let path = format!("{API_PROFILE_IDENTITIES}/{id}");
    browser.delete(&path).await.status.as_u16()
}

/// Returns an owner who is logged in by password, and another browser of theirs that Bob's identity
/// has logged in.
async fn owner() -> (Site, HttpBrowser, HttpBrowser) {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let owner = site.logged_in("owner").await;
    connect(&owner, "bob").await;
    agree(&owner).await;
    let elsewhere = site.browser();
    elsewhere.log_in_as("bob").await;
    assert_eq!(elsewhere.who().await.as_deref(), Some("owner"));
    (site, owner, elsewhere)
}

#[tokio::test]
async fn sessions_that_the_identity_began_end_with_it() {
    let (site, owner, elsewhere) = owner().await;
    let by_password = site.logged_in("owner").await;
    let old = owner.cookie("postern_session").unwrap();

    assert_eq!(unlink(&owner).await, 204);

    assert_eq!(elsewhere.who().await, None);
    assert_eq!(by_password.who().await.as_deref(), Some("owner"));
    assert_eq!(owner.who().await.as_deref(), Some("owner"));
    let thief = site.browser();
    thief.set_cookie("postern_session", &old);
    assert_eq!(thief.who().await, None, "the old token is dead");
}

#[tokio::test]
async fn own_session_of_the_identity_goes_on_with_a_new_token() {
    let (site, owner, elsewhere) = owner().await;
    let second = site.browser();
    second.log_in_as("bob").await;
    let old = second.cookie("postern_session").unwrap();

    assert_eq!(unlink(&second).await, 204);

    assert_eq!(second.who().await.as_deref(), Some("owner"));
    assert_ne!(second.cookie("postern_session").unwrap(), old);
    assert_eq!(elsewhere.who().await, None);
    assert_eq!(owner.who().await.as_deref(), Some("owner"));
    assert_eq!(linked(&second).await, 0);
}

#[tokio::test]
async fn identity_of_another_issuer_is_no_way_in_that_remains() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let id = account_of(&browser).await;
    let elsewhere = postern::store::NewIdentity {
        issuer: "https://moved.example.com/",
        subject: "bob",
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    let (store, by) = (&site.app.store, postern::audit::Actor::server(site.now()));
    link(store, id.parse().unwrap(), elsewhere, by).await;

    assert_eq!(unlink(&browser).await, 409, "nobody logs in at that issuer");

    let first = json!({"new": "a first password"});
    browser.post_json(API_PROFILE_PASSWORD, &first).await;
    assert_eq!(unlink(&browser).await, 204);
}
