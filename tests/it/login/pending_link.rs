//! A link that waits in a cookie is spent once, and void once what it depends on has changed.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::json;
use shared::routes::{
    API_BACKCHANNEL_LOGOUT, API_LINK, API_PROFILE_IDENTITIES, API_PROFILE_PASSWORD, API_USERS,
};
use shared::session::Role;
use tests::answer::{Answer, encode};
use tests::http_browser::HttpBrowser;
use tests::logins::ROLES;
use tests::logins::{by_password, set_disabled, set_role};
use tests::site::{CLIENT_ID, PASSWORD, Site, admin, user};
use uuid::Uuid;

use crate::account::identities::{agree, connect, linked};
use crate::login::decide::identities;
use tests::logins::account_of;

/// Returns an owner whose browser is logged in, with the cookie of a link that waits in it.
async fn waiting(site: &Site) -> (Uuid, HttpBrowser, String) {
    let id = site.add(user("owner").await).await;
    let owner = site.logged_in("owner").await;
    connect(&owner, "bob").await;
    let waiting = owner.cookie("postern_link").expect("a link that waits");
    (id, owner, waiting)
}

/// Agrees once more, by the cookie as it was.
async fn agree_again(browser: &HttpBrowser, waiting: &str) -> Answer {
    browser.set_cookie("postern_link", waiting);
    agree(browser).await
}

/// Unlinks the account's only identity, by its owner.
async fn unlink(browser: &HttpBrowser) {
    let listed = browser.get(API_PROFILE_IDENTITIES).await.json();
    let path = format!(
        "{API_PROFILE_IDENTITIES}/{}",
        listed[0]["id"].as_str().expect("an id")
    );
    assert_eq!(browser.delete(&path).await.status, 204);
}

#[tokio::test]
async fn link_is_spent_once() {
    let site = Site::start().await;
    let (_, owner, waiting) = waiting(&site).await;
    assert_eq!(agree(&owner).await.status, 200);
    // It was agreed to, and is so: told again, without a token.
    let again = agree_again(&owner, &waiting).await;
    assert_eq!((again.status.as_u16(), linked(&owner).await), (200, 1));
    assert!(!again.summary().contains("sets:"), "{}", again.summary());

    unlink(&owner).await;

    assert_eq!(agree_again(&owner, &waiting).await.code(), "link_expired");
    assert_eq!(linked(&owner).await, 0);
    // A new one is as good as the first.
    connect(&owner, "bob").await;
    assert_eq!(
        (agree(&owner).await.status.as_u16(), linked(&owner).await),
        (200, 1)
    );
}

#[tokio::test]
async fn password_spends_a_link_once_and_the_cookie_gives_no_role() {
    let site = Site::with(&ROLES).await;
    let id = site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    let waiting = browser.cookie("postern_link").expect("a link that waits");
    site.op.set_groups("alice", &["users"]);
    let agree = async || {
        browser.set_cookie("postern_link", &waiting);
        let body = json!({"username": "alice", "password": PASSWORD});
        browser.post_json(API_LINK, &body).await
    };

    assert_eq!(agree().await.status, 200);
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
    browser.forget_cookies();
    let again = agree().await;

    assert_eq!((again.status.as_u16(), browser.who().await), (200, None));
    let alice = site.app.store.account(id).await.unwrap().unwrap();
    assert_eq!((alice.role, identities(&site, id).await), (Role::User, 1));
}

#[tokio::test]
async fn new_account_spends_a_link_once() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    let waiting = browser.cookie("postern_link").expect("a link that waits");
    let answer = async || {
        browser.set_cookie("postern_link", &waiting);
        browser.post_json(API_LINK, &json!({"way": "new"})).await
    };

    assert_eq!(answer().await.status, 200);
    let id = account_of(&browser).await.parse().unwrap();
    browser.forget_cookies();
    assert_eq!(
        (answer().await.status.as_u16(), browser.who().await),
        (200, None)
    );
    let by = postern::audit::Actor::server(site.now());
    let identity = site.app.store.identities(id).await.unwrap()[0].id;
    let store = &site.app.store;
    let ways = by_password();
    let unlinked = store.unlink_identity_by_admin(id, identity, &ways, by);
    unlinked.await.unwrap();

    assert_eq!(answer().await.code(), "link_expired");
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn link_is_void_once_an_admin_unlinked_the_identity() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    let (id, owner, waiting) = waiting(&site).await;
    // Another tab's link, which nobody agreed to.
    connect(&owner, "bob").await;
    let other = owner.cookie("postern_link").expect("a link that waits");
    agree(&owner).await;
    let listed = owner.get(API_PROFILE_IDENTITIES).await.json();
    let identity = listed[0]["id"].as_str().expect("an id");
    let path = format!("{API_USERS}/{id}/identities/{identity}");

    assert_eq!(root.delete(&path).await.status, 204);

    for cookie in [waiting, other] {
        assert_eq!(agree_again(&owner, &cookie).await.code(), "link_expired");
    }
    assert_eq!(identities(&site, id).await, 0);
}

#[tokio::test]
async fn link_is_void_once_role_password_or_status_have_changed() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let by = || postern::audit::Actor::server(site.now());
    let (id, owner, cookie) = waiting(&site).await;
    let body = json!({"current": PASSWORD, "new": "another password"});
    assert_eq!(
        owner.post_json(API_PROFILE_PASSWORD, &body).await.status,
        204
    );
    assert_eq!(agree_again(&owner, &cookie).await.code(), "link_expired");

    // Where the password is asked for, it is asked for after the change.
    let alice = site.add(user("alice").await).await;
    for change in ["role", "status"] {
        let browser = site.browser();
        browser.log_in_as("alice").await;
        if change == "role" {
            set_role(&site.app.store, alice, Role::Admin, by()).await;
        } else {
            set_disabled(&site.app.store, alice, true, by()).await;
            set_disabled(&site.app.store, alice, false, by()).await;
        }
        let body = json!({"username": "alice", "password": PASSWORD});
        let answer = browser.post_json(API_LINK, &body).await;
        assert_eq!(answer.code(), "link_expired", "{change}");
        assert_eq!(browser.who().await, None, "{change}");
    }
    assert_eq!(
        (identities(&site, alice).await, identities(&site, id).await),
        (0, 0)
    );
}

#[tokio::test]
async fn link_is_void_once_the_op_logged_its_session_out() {
    let site = Site::start().await;
    let (id, owner, _) = waiting(&site).await;
    let subject = site.op.subject("bob").unwrap();
    let claims = site
        .op
        .logout_claims(CLIENT_ID, &subject, &site.op.sids("bob")[0]);
    let token = site.op.sign(&site.op.logout_header(), &claims);
    let op = site.browser();
    let request = op
        .call(Method::POST, API_BACKCHANNEL_LOGOUT)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let told = op
        .send(request.body(encode(&[("logout_token", &token)])))
        .await;
    assert_eq!(told.status, 200, "{}", told.body);

    assert_eq!(agree(&owner).await.code(), "link_expired");
    assert_eq!(identities(&site, id).await, 0);

    // A logout of that session is none of the next one's.
    connect(&owner, "bob").await;
    assert_eq!(
        (agree(&owner).await.status.as_u16(), linked(&owner).await),
        (200, 1)
    );
}

#[tokio::test]
async fn what_was_spent_is_swept_once_the_cookie_is_too_old() {
    let site = Site::start().await;
    let (_, owner, waiting) = waiting(&site).await;
    agree(&owner).await;
    unlink(&owner).await;
    let sweep = async || {
        let (store, sessions) = (&site.app.store, &site.app.config.sessions);
        store.sweep_sessions(sessions, site.now()).await.unwrap();
    };

    sweep().await;
    assert_eq!(agree_again(&owner, &waiting).await.code(), "link_expired");
    site.pass(Duration::from_secs(600));
    sweep().await;

    assert_eq!(agree_again(&owner, &waiting).await.code(), "link_expired");
    assert_eq!(linked(&owner).await, 0);
}
