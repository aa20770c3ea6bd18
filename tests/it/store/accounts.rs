//! Accounts, roles and the setup.

use postern::account::{NewAccount, Voucher};
use postern::audit::Actor;
use postern::session::SessionToken;
use postern::store::{ChangeError, Taken, UserChange};
use shared::session::Role;
use tests::logins::by_password;
use tests::logins::set_disabled;
use tests::site::{admin, email, user, vouched};
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
    assert!(account.email_is_vouched_for() && !account.is_disabled());
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
    let by_email = async |text| {
        let found = fresh.store.accounts_by_email(&email(text)).await.unwrap();
        found.iter().map(|account| account.id).collect::<Vec<_>>()
    };

    assert_eq!(by_name.map(|account| account.id), Some(id));
    assert_eq!(by_email("ALICE@Example.com").await, [id]);
    assert_eq!(by_email("x@example.com").await, Vec::<Uuid>::new());
    assert!(
        fresh
            .store
            .account_by_username("alic")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn names_and_vouched_emails_are_unique_without_regard_to_case() {
    let fresh = Fresh::open().await;
    fresh.add(vouched("alice").await).await;
    let namesake = NewAccount {
        email: None,
        ..user("ALICE").await
    };
    let neighbor = |email_voucher| async move {
        NewAccount {
            email: Some(email("ALICE@example.com")),
            email_voucher,
            ..user("bob").await
        }
    };
    let create = async |new: NewAccount| {
        let by = Actor::server(NOW);
        conflict(fresh.store.create_user(&new, None, by).await)
    };

    assert_eq!(create(namesake).await, Err(Taken::Username));
    for voucher in [Voucher::Admin, Voucher::Op] {
        let same_email = create(neighbor(Some(voucher)).await).await;
        assert_eq!(same_email, Err(Taken::Email));
    }
    let bob = fresh.store.account_by_username("bob").await.unwrap();
    assert!(bob.is_none());
    assert!(create(neighbor(None).await).await.is_ok());
}

#[tokio::test]
async fn claim_gives_way_to_whoever_the_email_is_vouched_for() {
    let fresh = Fresh::open().await;
    let claims = fresh.add(user("alice").await).await;
    let new = NewAccount {
        email: Some(email("Alice@example.com")),
        ..vouched("bob").await
    };

    let id = fresh.add(new).await;

    let [lost, has] = [claims, id].map(async |id| fresh.store.account(id).await.unwrap().unwrap());
    let (lost, has) = (lost.await, has.await);
    assert_eq!(has.email.as_deref(), Some("Alice@example.com"));
    assert_eq!(
        (lost.email, lost.lost_email.as_deref()),
        (None, Some("alice@example.com"))
    );
}

#[tokio::test]
async fn emails_that_are_one_address_are_one_key() {
    let fresh = Fresh::open().await;
    let set = async |name: &str, text: &str| {
        let id = fresh
            .add(NewAccount {
                email: None,
                ..user(name).await
            })
            .await;
        let change = UserChange {
            email: Some(Some(email(text))),
            ..UserChange::default()
        };
        conflict(
            fresh
                .store
                .change_user(id, &change, &by_password(), Actor::server(NOW))
                .await,
        )
    };

    assert_eq!(set("a", "k\u{e4}the@b\u{fc}cher.example").await, Ok(()));

    for (name, text) in [
        ("b", "ka\u{308}the@b\u{fc}cher.example"),
        ("c", "K\u{c4}THE@XN--BCHER-KVA.example"),
    ] {
        assert_eq!(set(name, text).await, Err(Taken::Email), "{text}");
    }
}

/// Returns what was in the way of a change.
fn conflict<T>(result: Result<T, ChangeError>) -> Result<T, Taken> {
    result.map_err(|error| match error {
        ChangeError::Taken(taken) => taken,
        error => panic!("{error}"),
    })
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
    let alice = fresh.add(vouched("alice").await).await;
    let bob = fresh.add(vouched("bob").await).await;
    let set = async |id, text: Option<&str>| {
        let email = text.map(email);
        let by = Actor::server(LATER);
        conflict(fresh.store.set_email(id, email.as_ref(), by).await)
    };
    let of_bob = async || {
        let account = fresh.store.account(bob).await.unwrap().unwrap();
        (account.email_is_vouched_for(), account.email.unwrap())
    };

    assert_eq!(set(bob, Some("ALICE@example.com")).await, Err(Taken::Email));
    // The same address, written otherwise.
    assert_eq!(set(bob, Some("Bob@Example.com")).await, Ok(()));
    assert_eq!(of_bob().await, (true, "Bob@Example.com".to_owned()));
    assert_eq!(set(alice, None).await, Ok(()));
    assert_eq!(set(bob, Some("ALICE@example.com")).await, Ok(()));
    assert_eq!(of_bob().await, (false, "ALICE@example.com".to_owned()));
    assert_eq!(set(alice, Some("alice@example.com")).await, Ok(()));
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
