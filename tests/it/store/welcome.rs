//! Welcome links.

use postern::audit::Actor;
use std::time::Duration;

use postern::account::NewAccount;
use postern::one_time_link::{LIFETIME, LinkHash, LinkToken, NewLink};
use postern::session::{Session, SessionToken, TokenHash};
use postern::store::{ChangeError, Entry, Login, LoginOutcome, Taken};
use tests::logins::set_disabled;
use tests::site::user;
use uuid::Uuid;

use super::{Fresh, LATER, LIVES, NOW, new_session};

/// Creates an account without a password and a link for it.
async fn invited(fresh: &Fresh, name: &str) -> (Uuid, LinkToken) {
    let new = NewAccount {
        password_hash: None,
        ..user(name).await
    };
    let token = LinkToken::generate();
    let link = NewLink::of(&token, NOW);
    let made = fresh
        .store
        .create_user(&new, Some(link), Actor::server(NOW))
        .await;
    let id = made.expect("the name is free");
    (id, token)
}

/// A login by a welcome link.
fn by_link<'a>(
    link: LinkHash,
    password_hash: &'a str,
    session: &'a Session,
    token: TokenHash,
) -> Login<'a> {
    Login {
        entry: Entry::WelcomeLink {
            link,
            password_hash,
        },
        session,
        token,
        replaces: None,
    }
}

#[tokio::test]
async fn account_and_link_are_made_both_or_neither() {
    let fresh = Fresh::open().await;
    let (id, token) = invited(&fresh, "alice").await;
    let again = LinkToken::generate();
    let link = NewLink::of(&again, NOW);
    let namesake = NewAccount {
        email: None,
        ..user("ALICE").await
    };

    let refused = fresh
        .store
        .create_user(&namesake, Some(link), Actor::server(NOW))
        .await;

    assert!(matches!(refused, Err(ChangeError::Taken(Taken::Username))));
    let store = &fresh.store;
    assert!(
        store
            .welcome_link(again.hash(), NOW)
            .await
            .unwrap()
            .is_none()
    );
    let open = store
        .welcome_link(token.hash(), NOW)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((open.account.id, open.expires_at), (id, NOW.plus(LIFETIME)));
    let alone = store
        .create_user(&user("bob").await, None, Actor::server(NOW))
        .await;
    let bob = store.user(alone.unwrap(), NOW).await.unwrap().unwrap();
    assert_eq!(bob.welcome_until, None);
}

#[tokio::test]
async fn link_is_good_until_it_ends_is_replaced_or_its_account_is_disabled() {
    let fresh = Fresh::open().await;
    let store = &fresh.store;
    let (id, first) = invited(&fresh, "alice").await;
    let last = NOW.plus(LIFETIME).minus(Duration::from_secs(1));
    assert!(
        store
            .welcome_link(first.hash(), last)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        store
            .welcome_link(first.hash(), NOW.plus(LIFETIME))
            .await
            .unwrap()
            .is_none()
    );
    let second = LinkToken::generate();
    let link = NewLink::of(&second, LATER);

    store
        .create_welcome_link(id, link, Actor::server(LATER))
        .await
        .unwrap();

    assert!(
        store
            .welcome_link(first.hash(), LATER)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .welcome_link(second.hash(), LATER)
            .await
            .unwrap()
            .is_some()
    );
    set_disabled(store, id, true, Actor::server(LATER)).await;
    let refused = store
        .create_welcome_link(id, link, Actor::server(LATER))
        .await;
    assert!(matches!(refused, Err(ChangeError::Disabled)));
    set_disabled(store, id, false, Actor::server(LATER)).await;
    assert!(
        store
            .welcome_link(second.hash(), LATER)
            .await
            .unwrap()
            .is_none()
    );
    let gone = store
        .create_welcome_link(Uuid::nil(), link, Actor::server(LATER))
        .await;
    assert!(matches!(gone, Err(ChangeError::Gone)));
}

#[tokio::test]
async fn password_that_its_owner_sets_voids_the_link() {
    let fresh = Fresh::open().await;
    let (id, token) = invited(&fresh, "alice").await;
    let (session, _) = fresh.add_session(id).await;
    let next = SessionToken::generate();

    let set = fresh
        .store
        .set_password(id, "hash", session.id, next.hash(), Actor::server(LATER));
    set.await.unwrap();

    let open = fresh.store.welcome_link(token.hash(), LATER).await.unwrap();
    assert!(open.is_none());
}

#[tokio::test]
async fn redeeming_sets_the_password_and_leaves_one_session() {
    let fresh = Fresh::open().await;
    let (id, link) = invited(&fresh, "alice").await;
    let bob = fresh.add(user("bob").await).await;
    let (_, old) = fresh.add_session(id).await;
    let (_, replaced) = fresh.add_session(bob).await;
    let (session, token) = new_session(id);

    let login = Login {
        replaces: Some(replaced.hash()),
        ..by_link(link.hash(), "hash", &session, token.hash())
    };
    let outcome = fresh
        .store
        .log_in(&login, &Actor::server(LATER))
        .await
        .unwrap();

    assert_eq!(outcome, LoginOutcome::LoggedIn);
    let store = &fresh.store;
    let account = store.account(id).await.unwrap().unwrap();
    assert_eq!(account.password_hash.as_deref(), Some("hash"));
    for dead in [old, replaced] {
        assert!(store.session_by_token(dead.hash()).await.unwrap().is_none());
    }
    assert!(
        store
            .session_by_token(token.hash())
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(
        store.user(id, LATER).await.unwrap().unwrap().last_login_at,
        Some(LATER)
    );
}

#[tokio::test]
async fn link_that_is_no_good_changes_nothing() {
    let fresh = Fresh::open().await;
    let (id, link) = invited(&fresh, "alice").await;
    let (bob, _) = invited(&fresh, "bob").await;
    let (_, old) = fresh.add_session(id).await;
    let store = &fresh.store;
    for (account, hash, now) in [
        (id, LinkToken::generate().hash(), LATER),
        (id, link.hash(), NOW.plus(LIFETIME)),
        (bob, link.hash(), LATER),
        (Uuid::nil(), link.hash(), LATER),
    ] {
        let (session, token) = new_session(account);
        let login = by_link(hash, "hash", &session, token.hash());
        let outcome = store.log_in(&login, &Actor::server(now)).await.unwrap();
        assert!(matches!(outcome, LoginOutcome::Refused(_)));
        assert!(
            store
                .session_by_token(token.hash())
                .await
                .unwrap()
                .is_none()
        );
    }

    for id in [id, bob] {
        let account = store.account(id).await.unwrap().unwrap();
        assert_eq!(account.password_hash, None);
    }
    assert!(store.session_by_token(old.hash()).await.unwrap().is_some());
    assert!(
        store
            .welcome_link(link.hash(), LATER)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn of_two_redemptions_at_once_one_wins() {
    for _ in 0..8 {
        let fresh = Fresh::open().await;
        let (id, link) = invited(&fresh, "alice").await;
        let redeem = async |hash: &str| {
            let (session, token) = new_session(id);
            let login = by_link(link.hash(), hash, &session, token.hash());
            fresh
                .store
                .log_in(&login, &Actor::server(LATER))
                .await
                .unwrap()
        };

        let (one, other) = tokio::join!(redeem("one"), redeem("other"));

        assert_ne!(one, other);
        let account = fresh.store.account(id).await.unwrap().unwrap();
        let expected = if one == LoginOutcome::LoggedIn {
            "one"
        } else {
            "other"
        };
        assert_eq!(account.password_hash.as_deref(), Some(expected));
        let sessions = fresh.store.sessions(id, &LIVES, NOW).await.unwrap();
        assert_eq!(sessions.len(), 1);
    }
}

#[tokio::test]
async fn redeeming_and_disabling_at_once_leave_no_session_of_a_disabled_account() {
    for _ in 0..8 {
        let fresh = Fresh::open().await;
        let (id, link) = invited(&fresh, "alice").await;
        let (session, token) = new_session(id);
        let store = &fresh.store;

        let login = by_link(link.hash(), "hash", &session, token.hash());
        let by = Actor::server(LATER);

        let ((), outcome) = tokio::join!(
            set_disabled(store, id, true, Actor::server(LATER)),
            store.log_in(&login, &by)
        );

        outcome.unwrap();
        assert!(
            store
                .session_by_token(token.hash())
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            store
                .welcome_link(link.hash(), LATER)
                .await
                .unwrap()
                .is_none()
        );
    }
}

#[tokio::test]
async fn links_that_have_ended_are_swept() {
    let fresh = Fresh::open().await;
    let (_, link) = invited(&fresh, "alice").await;

    fresh
        .store
        .sweep_sessions(&LIVES, NOW.plus(LIFETIME))
        .await
        .unwrap();

    // Even for a caller with an earlier clock.
    let open = fresh.store.welcome_link(link.hash(), NOW).await.unwrap();
    assert!(open.is_none());
}
