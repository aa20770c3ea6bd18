//! Accounts, roles and the setup.

use backend::account::NewAccount;
use backend::session::SessionToken;
use backend::store::Taken;
use shared::session::Role;
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

    let same_name = fresh.store.create_account(&namesake, NOW).await.unwrap();
    let same_email = fresh.store.create_account(&neighbor, NOW).await.unwrap();

    assert_eq!(same_name, Err(Taken::Username));
    assert_eq!(same_email, Err(Taken::Email));
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
            .set_email(bob, Some(&email(text)), true, LATER)
            .await
            .unwrap()
    };

    assert_eq!(set("ALICE@example.com").await, Err(Taken::Email));
    assert_eq!(set("Bob@Example.com").await, Ok(()));
    let account = fresh.store.account(bob).await.unwrap().unwrap();
    assert_eq!(
        (account.email.as_deref(), account.email_set_by_admin),
        (Some("Bob@Example.com"), true)
    );
    fresh
        .store
        .set_email(alice, None, false, LATER)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(set("ALICE@example.com").await, Ok(()));
}

#[tokio::test]
async fn display_name_is_set_and_cleared() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;

    fresh
        .store
        .set_display_name(id, Some("A. Liddell"), LATER)
        .await
        .unwrap();
    let named = fresh.store.account(id).await.unwrap().unwrap();
    fresh.store.set_display_name(id, None, LATER).await.unwrap();
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
        .set_password(alice, "$argon2id$new", kept.id, new.hash(), LATER)
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

    fresh.store.set_disabled(id, true, LATER).await.unwrap();
    let disabled = fresh.store.account(id).await.unwrap().unwrap();
    fresh.store.set_disabled(id, false, LATER).await.unwrap();
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

#[tokio::test]
async fn role_changes_end_sessions_and_the_same_role_is_no_change() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, token) = fresh.add_session(id).await;

    assert!(!fresh.store.set_role(id, Role::User, LATER).await.unwrap());
    assert!(
        fresh
            .store
            .session_by_token(token.hash())
            .await
            .unwrap()
            .is_some()
    );
    assert!(fresh.store.set_role(id, Role::Admin, LATER).await.unwrap());
    assert!(
        fresh
            .store
            .session_by_token(token.hash())
            .await
            .unwrap()
            .is_none()
    );
    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn last_admin_who_is_not_disabled_keeps_the_role() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;
    fresh.store.set_disabled(second, true, LATER).await.unwrap();

    assert!(
        !fresh
            .store
            .set_role(first, Role::User, LATER)
            .await
            .unwrap()
    );
    fresh
        .store
        .set_disabled(second, false, LATER)
        .await
        .unwrap();
    assert!(
        fresh
            .store
            .set_role(first, Role::User, LATER)
            .await
            .unwrap()
    );
    assert!(
        !fresh
            .store
            .set_role(second, Role::User, LATER)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn of_two_demotions_at_once_one_fails() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;

    let (one, other) = tokio::join!(
        fresh.store.set_role(first, Role::User, LATER),
        fresh.store.set_role(second, Role::User, LATER),
    );

    assert_ne!(one.unwrap(), other.unwrap());
}

#[tokio::test]
async fn setup_closes_with_the_first_admin_for_good() {
    let fresh = Fresh::open().await;
    assert!(fresh.store.is_setup_open().await.unwrap());
    fresh.add(user("alice").await).await;
    assert!(fresh.store.is_setup_open().await.unwrap());

    let first = fresh
        .store
        .create_first_admin(&admin("root").await, NOW)
        .await
        .unwrap();
    let second = fresh
        .store
        .create_first_admin(&admin("other").await, NOW)
        .await
        .unwrap();

    assert!(first.is_ok());
    assert_eq!(second, Err(Taken::Setup));
    assert!(!fresh.store.is_setup_open().await.unwrap());
    assert!(
        fresh
            .store
            .account_by_username("other")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn failed_setup_leaves_it_open() {
    let fresh = Fresh::open().await;
    fresh.add(user("alice").await).await;

    let namesake = NewAccount {
        email: None,
        ..admin("Alice").await
    };
    let taken = fresh
        .store
        .create_first_admin(&namesake, NOW)
        .await
        .unwrap();

    assert_eq!(taken, Err(Taken::Username));
    assert!(fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn setup_is_closed_by_an_admin_made_otherwise() {
    let fresh = Fresh::open().await;
    fresh.add(admin("root").await).await;

    let second = fresh
        .store
        .create_first_admin(&admin("other").await, NOW)
        .await
        .unwrap();

    assert_eq!(second, Err(Taken::Setup));
}

#[tokio::test]
async fn of_two_setups_at_once_one_wins() {
    let fresh = Fresh::open().await;
    let (root, other) = (admin("root").await, admin("other").await);

    let (one, two) = tokio::join!(
        fresh.store.create_first_admin(&root, NOW),
        fresh.store.create_first_admin(&other, NOW),
    );

    let won = [one.unwrap(), two.unwrap()].map(|made| made.is_ok());
    assert_ne!(won[0], won[1]);
}
