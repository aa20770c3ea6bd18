//! Linked identities.

use backend::account::NewAccount;
use backend::store::{NewIdentity, Taken};
use tests::site::{admin, user};

use super::{Fresh, ISSUER, LATER, NOW, identity};

#[tokio::test]
async fn identity_is_found_by_issuer_and_subject_exactly() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh
        .store
        .link_identity(id, identity("s1"), NOW)
        .await
        .unwrap()
        .unwrap();
    let find = async |issuer, subject| {
        let found = fresh
            .store
            .account_by_identity(issuer, subject)
            .await
            .unwrap();
        found.map(|account| account.id)
    };

    assert_eq!(find(ISSUER, "s1").await, Some(id));
    assert_eq!(find(ISSUER, "S1").await, None);
    assert_eq!(find("https://op.example.com", "s1").await, None);
    assert!(fresh.store.is_bound_at(id, ISSUER).await.unwrap());
    assert!(
        !fresh
            .store
            .is_bound_at(id, "https://other.example/")
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn identity_belongs_to_one_account_and_an_account_has_one_per_issuer() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let link = async |id, identity| fresh.store.link_identity(id, identity, NOW).await.unwrap();
    let elsewhere = NewIdentity {
        issuer: "https://other.example/",
        ..identity("s1")
    };

    assert_eq!(link(alice, identity("s1")).await, Ok(()));
    assert_eq!(link(bob, identity("s1")).await, Err(Taken::Identity));
    assert_eq!(link(alice, identity("s2")).await, Err(Taken::Identity));
    assert_eq!(link(alice, elsewhere).await, Ok(()));
    assert_eq!(fresh.store.identities(alice).await.unwrap().len(), 2);
    assert!(fresh.store.identities(bob).await.unwrap().is_empty());
}

#[tokio::test]
async fn login_of_an_identity_is_written_down() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh
        .store
        .link_identity(id, identity("s1"), NOW)
        .await
        .unwrap()
        .unwrap();
    let renamed = NewIdentity {
        username: Some("lid"),
        email: None,
        ..identity("s1")
    };

    fresh
        .store
        .identity_logged_in(renamed, LATER)
        .await
        .unwrap();

    let identities = fresh.store.identities(id).await.unwrap();
    let seen = &identities[0];
    assert_eq!(
        (seen.issuer.as_str(), seen.subject.as_str()),
        (ISSUER, "s1")
    );
    assert_eq!(
        (seen.username.as_deref(), seen.email.as_deref()),
        (Some("lid"), None)
    );
    assert_eq!((seen.linked_at, seen.last_login_at), (NOW, Some(LATER)));
}

#[tokio::test]
async fn account_and_identity_are_made_both_or_neither() {
    let fresh = Fresh::open().await;
    let make = async |new: NewAccount, subject| {
        fresh
            .store
            .create_account_with_identity(&new, identity(subject), NOW)
            .await
            .unwrap()
    };

    let id = make(user("alice").await, "s1").await.unwrap();

    let linked = fresh.store.account_by_identity(ISSUER, "s1").await.unwrap();
    assert_eq!(linked.map(|account| account.id), Some(id));
    assert_eq!(make(user("bob").await, "s1").await, Err(Taken::Identity));
    let namesake = NewAccount {
        email: None,
        ..user("ALICE").await
    };
    assert_eq!(make(namesake, "s2").await, Err(Taken::Username));
    assert!(
        fresh
            .store
            .account_by_username("bob")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        fresh
            .store
            .account_by_identity(ISSUER, "s2")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn admin_made_with_an_identity_closes_the_setup() {
    let fresh = Fresh::open().await;

    let made = fresh
        .store
        .create_account_with_identity(&admin("root").await, identity("s1"), NOW)
        .await;

    assert!(made.unwrap().is_ok());
    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn last_way_in_is_never_unlinked() {
    let fresh = Fresh::open().await;
    let bare = NewAccount {
        password_hash: None,
        ..user("bare").await
    };
    let bare = fresh
        .store
        .create_account_with_identity(&bare, identity("s1"), NOW)
        .await;
    let bare = bare.unwrap().unwrap();
    let rich = fresh.add(user("rich").await).await;
    fresh
        .store
        .link_identity(rich, identity("s2"), NOW)
        .await
        .unwrap()
        .unwrap();
    let bare_id = fresh.store.identities(bare).await.unwrap()[0].id;
    let rich_id = fresh.store.identities(rich).await.unwrap()[0].id;
    let unlink = async |account, id, password_login| {
        fresh
            .store
            .unlink_identity(account, id, password_login, LATER)
            .await
            .unwrap()
    };

    assert_eq!(unlink(bare, bare_id, true).await, Some(false));
    assert_eq!(unlink(rich, rich_id, false).await, Some(false));
    assert_eq!(unlink(bare, rich_id, true).await, None);
    assert_eq!(unlink(rich, rich_id, true).await, Some(true));
    assert_eq!(unlink(rich, rich_id, true).await, None);
}

#[tokio::test]
async fn of_two_unlinks_at_once_one_way_in_remains() {
    let fresh = Fresh::open().await;
    let id = fresh
        .add(NewAccount {
            password_hash: None,
            ..user("alice").await
        })
        .await;
    let elsewhere = NewIdentity {
        issuer: "https://other.example/",
        ..identity("s1")
    };
    fresh
        .store
        .link_identity(id, identity("s1"), NOW)
        .await
        .unwrap()
        .unwrap();
    fresh
        .store
        .link_identity(id, elsewhere, NOW)
        .await
        .unwrap()
        .unwrap();
    let identities = fresh.store.identities(id).await.unwrap();

    let (one, other) = tokio::join!(
        fresh
            .store
            .unlink_identity(id, identities[0].id, true, LATER),
        fresh
            .store
            .unlink_identity(id, identities[1].id, true, LATER),
    );

    assert_ne!(one.unwrap(), other.unwrap());
    assert_eq!(fresh.store.identities(id).await.unwrap().len(), 1);
}
