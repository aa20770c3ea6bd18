//! Linked identities.

use postern::account::{NewAccount, UsableIdentities, WaysIn};
use postern::audit::Actor;
use postern::session::{SessionToken, TokenHash};
use postern::store::{ChangeError, NewIdentity, Taken};
use tests::logins::{link, try_link};
use tests::site::user;
use uuid::Uuid;

use super::{Fresh, ISSUER, LATER, NOW, identity};

#[tokio::test]
async fn identity_is_found_by_issuer_and_subject_exactly() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    link(&fresh.store, id, identity("s1"), Actor::server(NOW)).await;
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
    let try_link =
        async |id, identity| match try_link(&fresh.store, id, identity, Actor::server(NOW)).await {
            Ok(()) => None,
            Err(ChangeError::Taken(taken)) => Some(taken),
            Err(other) => panic!("{other}"),
        };
    let elsewhere = NewIdentity {
        issuer: "https://other.example/",
        ..identity("s1")
    };

    assert_eq!(try_link(alice, identity("s1")).await, None);
    assert_eq!(try_link(bob, identity("s1")).await, Some(Taken::Identity));
    assert_eq!(try_link(alice, identity("s2")).await, Some(Taken::Identity));
    assert_eq!(try_link(alice, elsewhere).await, None);
    assert_eq!(fresh.store.identities(alice).await.unwrap().len(), 2);
    assert!(fresh.store.identities(bob).await.unwrap().is_empty());
}

/// Returns the ways in at the OP of these tests.
fn ways(password: bool) -> WaysIn {
    WaysIn {
        password,
        identities: UsableIdentities::Of(ISSUER.to_owned()),
    }
}

/// Returns a session that has ended, and gets no other token.
fn nobody() -> (Uuid, TokenHash) {
    (Uuid::nil(), SessionToken::generate().hash())
}

#[tokio::test]
async fn last_way_in_is_never_unlinked() {
    let fresh = Fresh::open().await;
    let bare = NewAccount {
        password_hash: None,
        ..user("bare").await
    };
    let bare = fresh.add(bare).await;
    link(&fresh.store, bare, identity("s1"), Actor::server(NOW)).await;
    let rich = fresh.add(user("rich").await).await;
    link(&fresh.store, rich, identity("s2"), Actor::server(NOW)).await;
    let bare_id = fresh.store.identities(bare).await.unwrap()[0].id;
    let rich_id = fresh.store.identities(rich).await.unwrap()[0].id;
    let unlink = async |account, id, password| {
        fresh
            .store
            .unlink_identity(account, id, &ways(password), nobody(), Actor::server(LATER))
            .await
    };
    let is_last = |done| matches!(done, Err(ChangeError::LastWayIn));
    let is_gone = |done| matches!(done, Err(ChangeError::Gone));

    assert!(is_last(unlink(bare, bare_id, true).await));
    assert!(is_last(unlink(rich, rich_id, false).await));
    assert!(is_gone(unlink(bare, rich_id, true).await));
    assert!(unlink(rich, rich_id, true).await.is_ok());
    assert!(is_gone(unlink(rich, rich_id, true).await));
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
    link(&fresh.store, id, identity("s1"), Actor::server(NOW)).await;
    link(&fresh.store, id, elsewhere, Actor::server(NOW)).await;
    let identities = fresh.store.identities(id).await.unwrap();
    let all = WaysIn {
        password: true,
        identities: UsableIdentities::All,
    };

    let (one, other) = tokio::join!(
        fresh
            .store
            .unlink_identity(id, identities[0].id, &all, nobody(), Actor::server(LATER)),
        fresh
            .store
            .unlink_identity(id, identities[1].id, &all, nobody(), Actor::server(LATER)),
    );

    assert_ne!(one.is_ok(), other.is_ok());
    assert_eq!(fresh.store.identities(id).await.unwrap().len(), 1);
}
