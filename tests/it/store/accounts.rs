//! Accounts, roles and the setup.

use backend::account::NewAccount;
use backend::audit::Actor;
use backend::session::SessionToken;
use backend::store::{ChangeError, Taken};
use shared::session::Role;
use tests::logins::set_disabled;
use tests::site::{admin, email, user};
use uuid::Uuid;

use super::{Fresh, LATER, LIVES, NOW};

#[tokio::test]
async fn account_comes_back_as_it_was_made() {
    let fresh = Fresh::open().await;
    let new = NewAccount {
        display_name: Some("Älice".to_owned()),
        ..admin("Alice").await
    };

    let id = fresh.add(new.clone()).await;

    let account = fresh.store.account(id).await.unwrap().unwrap();
    assert_eq!((account.id, account.username.as_str()), (id, "Alice"));
    assert_eq!(account.display_name.as_deref(), Some("Älice"));
    assert_eq!(account.email.as_deref(), Some("Alice@example.com"));
    assert!(account.email_set_by_admin && !account.is_disabled());
    assert_eq!(
        (account.role, account.password_hash),
        (Role::Admin, new.password_hash)
    );
    assert!(fresh.store.account(Uuid::nil()).await.unwrap().is_none());
}

#[tokio::test]
async fn account_is_found_by_name_and_email_without_regard_to_case() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("Alice").await).await;

    let by_name = fresh.store.account_by_username("aLICE").await.unwrap();
    let by_email = fresh
        .store
        .account_by_email(&email("ALICE@Example.com"))
        .await
        .unwrap();

    assert_eq!(by_name.map(|account| account.id), Some(id));
    assert_eq!(by_email.map(|account| account.id), Some(id));
    assert!(
        fresh
            .store
            .account_by_username("alic")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        fresh
            .store
            .account_by_email(&email("x@example.com"))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn names_and_emails_are_unique_without_regard_to_case() {
    let fresh = Fresh::open().await;
    fresh.add(user("alice").await).await;
    let namesake = NewAccount {
        email: None,
        ..user("ALICE").await
    };
    let neighbor = NewAccount {
        email: Some(email("ALICE@example.com")),
        ..user("bob").await
    };

    let same_name = fresh
        .store
        .create_user(&namesake, None, Actor::server(NOW))
        .await;
    let same_email = fresh
        .store
        .create_user(&neighbor, None, Actor::server(NOW))
        .await;

    assert!(matches!(
        same_name,
        Err(ChangeError::Taken(Taken::Username))
    ));
    assert!(matches!(same_email, Err(ChangeError::Taken(Taken::Email))));
    assert!(
        fresh
            .store
            .account_by_username("bob")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn many_accounts_may_have_no_email() {
    let fresh = Fresh::open().await;
    for name in ["a", "b", "c"] {
        fresh
            .add(NewAccount {
                email: None,
                ..user(name).await
            })
            .await;
    }
}

#[tokio::test]
async fn email_is_set_taken_and_cleared() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let set = async |text| {
        fresh
            .store
            .set_email(bob, Some(&email(text)), true, Actor::server(LATER))
            .await
    };

    assert!(matches!(
        set("ALICE@example.com").await,
        Err(ChangeError::Taken(Taken::Email))
    ));
    set("Bob@Example.com").await.unwrap();
    let account = fresh.store.account(bob).await.unwrap().unwrap();
    assert_eq!(
        (account.email.as_deref(), account.email_set_by_admin),
        (Some("Bob@Example.com"), true)
    );
    fresh
        .store
        .set_email(alice, None, false, Actor::server(LATER))
        .await
        .unwrap();
    set("ALICE@example.com").await.unwrap();
}

#[tokio::test]
async fn display_name_is_set_and_cleared() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;

    fresh
        .store
        .set_display_name(id, Some("A. Liddell"), Actor::server(LATER))
        .await
        .unwrap();
    let named = fresh.store.account(id).await.unwrap().unwrap();
    fresh
        .store
        .set_display_name(id, None, Actor::server(LATER))
        .await
        .unwrap();
    let unnamed = fresh.store.account(id).await.unwrap().unwrap();

    assert_eq!(named.display_name.as_deref(), Some("A. Liddell"));
    assert_eq!(unnamed.display_name, None);
}

#[tokio::test]
async fn new_password_ends_the_other_sessions_of_its_account_alone() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let (kept, old) = fresh.add_session(alice).await;
    fresh.add_session(alice).await;
    fresh.add_session(bob).await;
    let new = SessionToken::generate();

    fresh
        .store
        .set_password(
            alice,
            "$argon2id$new",
            kept.id,
            new.hash(),
            Actor::server(LATER),
        )
        .await
        .unwrap();

    let account = fresh.store.account(alice).await.unwrap().unwrap();
    assert_eq!(account.password_hash.as_deref(), Some("$argon2id$new"));
    let left = fresh.store.sessions(alice, &LIVES, NOW).await.unwrap();
    assert_eq!(
        left.iter().map(|session| session.id).collect::<Vec<_>>(),
        [kept.id]
    );
    assert_eq!(
        fresh.store.sessions(bob, &LIVES, NOW).await.unwrap().len(),
        1
    );
    let by_token = async |token: &SessionToken| {
        let found = fresh.store.session_by_token(token.hash()).await.unwrap();
        found.map(|(session, _)| session.id)
    };
    assert_eq!(by_token(&old).await, None, "the old token is dead");
    assert_eq!(by_token(&new).await, Some(kept.id));
}

#[tokio::test]
async fn disabling_ends_the_sessions_and_enabling_brings_none_back() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, token) = fresh.add_session(id).await;

    set_disabled(&fresh.store, id, true, Actor::server(LATER)).await;
    let disabled = fresh.store.account(id).await.unwrap().unwrap();
    set_disabled(&fresh.store, id, false, Actor::server(LATER)).await;
    let enabled = fresh.store.account(id).await.unwrap().unwrap();

    assert_eq!(disabled.disabled_at, Some(LATER));
    assert!(!enabled.is_disabled());
    assert!(
        fresh
            .store
            .session_by_token(token.hash())
            .await
            .unwrap()
            .is_none()
    );
}
