//! Somebody can always administer.

use postern::audit::Actor;
use postern::store::NewIdentity;
use serde_json::json;
use shared::routes::API_USERS;
use tests::http_browser::HttpBrowser;
use tests::logins::{link, set_disabled};
use tests::site::{Site, admin, user};
use uuid::Uuid;

use crate::admin::users::{administered, make, one, path, users};

/// Returns the id of the account of that name.
async fn id_of(root: &HttpBrowser, username: &str) -> Uuid {
    let found = users(root, &format!("?search={username}")).await;
    let id = found[0]["id"].as_str().expect("an id");
    id.parse().expect("a UUID")
}

/// Everything by which an account stops being an admin.
async fn assert_kept(root: &HttpBrowser, id: Uuid) {
    let before = one(root, id).await;
    for body in [
        json!({"role": "user"}),
        json!({"disabled": true}),
        json!({"display_name": "x", "role": "user", "disabled": true}),
    ] {
        assert_eq!(
            root.patch(&path(id), &body).await.code(),
            "last_admin",
            "{body}"
        );
    }
    let deleted = root.delete(&path(id)).await;
    assert_eq!(
        (deleted.status.as_u16(), deleted.code().as_str()),
        (409, "last_admin")
    );
    assert_eq!(one(root, id).await, before);
}

#[tokio::test]
async fn last_admin_stays() {
    let (site, root) = administered(&[]).await;
    let id = id_of(&root, "root").await;
    site.add(user("alice").await).await;
    let other = site.add(admin("other").await).await;
    let store = &site.app.store;
    set_disabled(store, other, true, Actor::server(site.now())).await;

    assert_kept(&root, id).await;

    let named = root
        .patch(&path(id), &json!({"display_name": "Root", "role": "admin"}))
        .await;
    assert_eq!(named.status, 200, "all else may change");
    root.patch(&path(other), &json!({"disabled": false})).await;
    assert_eq!(
        root.patch(&path(id), &json!({"role": "user"})).await.status,
        200
    );
}

#[tokio::test]
async fn admin_who_cannot_log_in_yet_is_none() {
    let (_site, root) = administered(&[]).await;
    let body = json!({"username": "next", "role": "admin"});
    let made = root.post_json(API_USERS, &body).await.json();

    assert_kept(&root, id_of(&root, "root").await).await;

    // That one is not needed, and may go.
    let next = made["user"]["id"].as_str().unwrap();
    assert_eq!(root.delete(&path(next)).await.status, 204);
}

#[tokio::test]
async fn password_is_no_way_in_where_passwords_are_off() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    let bob = site.add(admin("bob").await).await;
    let other = site.add(admin("other").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    assert_eq!(browser.who().await.as_deref(), Some("bob"));

    assert_kept(&browser, bob).await;

    let identity = one(&browser, bob).await["identities"][0]["id"].clone();
    let identity = format!("{}/identities/{}", path(bob), identity.as_str().unwrap());
    assert_eq!(browser.delete(&identity).await.code(), "last_admin");
    site.link_another(other).await;
    assert_eq!(browser.delete(&identity).await.status, 204);
}

#[tokio::test]
async fn identity_at_another_issuer_is_no_way_in() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    let bob = site.add(admin("bob").await).await;
    let other = site.add(admin("other").await).await;
    let moved = NewIdentity {
        issuer: "https://moved.example.com/",
        subject: "other",
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    link(&site.app.store, other, moved, Actor::server(site.now())).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    assert_kept(&browser, bob).await;
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_at_once_one_stays() {
    let (site, root) = administered(&[]).await;
    site.add(admin("other").await).await;
    let other = site.logged_in("other").await;
    let (root_id, other_id) = (id_of(&root, "root").await, id_of(&root, "other").await);
    let body = json!({"role": "user"});

    let (one, two) = (path(other_id), path(root_id));
    let (first, second) = tokio::join!(root.patch(&one, &body), other.patch(&two, &body));

    assert_one_admin(&site, root_id, other_id).await;
    assert!(first.status == 200 || second.status == 200);
}

#[tokio::test]
async fn of_two_admins_who_delete_themselves_at_once_one_stays() {
    let (site, root) = administered(&[]).await;
    site.add(admin("other").await).await;
    let other = site.logged_in("other").await;
    let (root_id, other_id) = (id_of(&root, "root").await, id_of(&root, "other").await);

    let (one, two) = (path(root_id), path(other_id));
    let (first, second) = tokio::join!(root.delete(&one), other.delete(&two));

    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    assert_one_admin(&site, root_id, other_id).await;
}

async fn assert_one_admin(site: &Site, one: Uuid, other: Uuid) {
    let mut admins = 0;
    for id in [one, other] {
        let account = site.app.store.account(id).await.expect("the store answers");
        admins += usize::from(account.is_some_and(|a| a.role == shared::session::Role::Admin));
    }
    assert_eq!(admins, 1);
}

#[tokio::test]
async fn ordinary_account_is_never_the_last_admin() {
    let (_site, root) = administered(&[]).await;
    let made = make(&root, "alice").await;
    let alice = path(made["user"]["id"].as_str().unwrap());

    assert_eq!(
        root.patch(&alice, &json!({"disabled": true})).await.status,
        200
    );
    assert_eq!(root.delete(&alice).await.status, 204);
}
