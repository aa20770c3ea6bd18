//! Logins: one transaction each, whichever way they come. A login that is refused changes nothing.

use postern::account::{AccountId, NewAccount};
use postern::audit::Actor;
use postern::session::{Client, Origin, Session, SessionToken};
use postern::store::{Entry, Lead, Login, LoginOutcome, LoginRefusal, NewIdentity, Taken};
use shared::session::Role;
use tests::logins::{enter_by_identity, link, set_disabled};
use tests::site::{admin, user};
use uuid::Uuid;

use super::{Fresh, ISSUER, LATER, LIVES, NOW, identity};

const STALE: LoginOutcome = LoginOutcome::Refused(LoginRefusal::Stale);

/// Sets up a first admin.
async fn set_up(fresh: &Fresh, account: &NewAccount) -> LoginOutcome {
    let id = Uuid::now_v7();
    let session = Session::start(id, Origin::Setup, Client::default(), &LIVES, NOW);
    let login = Login {
        entry: Entry::Setup { account },
        session: &session,
        token: SessionToken::generate().hash(),
        replaces: None,
    };
    fresh
        .store
        .log_in(&login, &Actor::server(NOW))
        .await
        .expect("the store answers")
}

/// Creates an account for the subject, and returns its id.
async fn register(
    fresh: &Fresh,
    new: NewAccount,
    subject: &str,
) -> Result<AccountId, LoginOutcome> {
    let id = Uuid::now_v7();
    let lead = Lead::Create(&new);
    match enter_by_identity(
        &fresh.store,
        id,
        identity(subject),
        lead,
        None,
        Actor::server(NOW),
    )
    .await
    {
        LoginOutcome::LoggedIn => Ok(id),
        refused @ LoginOutcome::Refused(_) => Err(refused),
    }
}

/// Logs in by a linked identity whose claims give this role, and returns the role afterwards.
async fn role_after(fresh: &Fresh, id: AccountId, subject: &str, role: Role) -> Role {
    let linked = (identity(subject), Lead::Linked, Some(role));
    let outcome = enter_by_identity(
        &fresh.store,
        id,
        linked.0,
        linked.1,
        linked.2,
        Actor::server(LATER),
    )
    .await;
    assert_eq!(outcome, LoginOutcome::LoggedIn);
    let account = fresh.store.account(id).await.expect("the store answers");
    account.expect("the account is there").role
}

#[tokio::test]
async fn login_of_an_identity_is_written_down() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    link(&fresh.store, id, identity("s1"), Actor::server(NOW)).await;
    let renamed = NewIdentity {
        username: Some("lid"),
        email: None,
        ..identity("s1")
    };

    let outcome = enter_by_identity(
        &fresh.store,
        id,
        renamed,
        Lead::Linked,
        None,
        Actor::server(LATER),
    )
    .await;

    assert_eq!(outcome, LoginOutcome::LoggedIn);
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
async fn identity_that_is_linked_elsewhere_or_nowhere_enters_nothing() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    link(&fresh.store, alice, identity("s1"), Actor::server(NOW)).await;
    let enter = async |id, subject, lead| {
        enter_by_identity(
            &fresh.store,
            id,
            identity(subject),
            lead,
            None,
            Actor::server(LATER),
        )
        .await
    };

    assert_eq!(enter(bob, "s1", Lead::Linked).await, STALE);
    assert_eq!(enter(bob, "s1", Lead::Link).await, STALE);
    assert_eq!(enter(alice, "s2", Lead::Link).await, STALE);
    assert_eq!(enter(bob, "s3", Lead::Linked).await, STALE);

    for id in [alice, bob] {
        let sessions = fresh.store.sessions(id, &LIVES, LATER).await.unwrap();
        assert!(sessions.is_empty());
    }
    assert!(fresh.store.identities(bob).await.unwrap().is_empty());
}

#[tokio::test]
async fn account_and_identity_are_created_both_or_neither() {
    let fresh = Fresh::open().await;

    let id = register(&fresh, user("alice").await, "s1").await.unwrap();

    let linked = fresh.store.account_by_identity(ISSUER, "s1").await.unwrap();
    assert_eq!(linked.map(|account| account.id), Some(id));
    assert_eq!(register(&fresh, user("bob").await, "s1").await, Err(STALE));
    let namesake = NewAccount {
        email: None,
        ..user("ALICE").await
    };
    let taken = LoginOutcome::Refused(LoginRefusal::Taken(Taken::Username));
    assert_eq!(register(&fresh, namesake, "s2").await, Err(taken));
    let bob = fresh.store.account_by_username("bob").await.unwrap();
    assert!(bob.is_none());
    let nobody = fresh.store.account_by_identity(ISSUER, "s2").await.unwrap();
    assert!(nobody.is_none());
}

#[tokio::test]
async fn admin_created_with_an_identity_closes_the_setup() {
    let fresh = Fresh::open().await;

    register(&fresh, admin("root").await, "s1").await.unwrap();

    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn another_role_ends_sessions_and_the_same_role_ends_none() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    link(&fresh.store, id, identity("s1"), Actor::server(NOW)).await;
    let (_, token) = fresh.add_session(id).await;
    let is_there = async || {
        let found = fresh.store.session_by_token(token.hash()).await.unwrap();
        found.is_some()
    };

    assert_eq!(role_after(&fresh, id, "s1", Role::User).await, Role::User);
    assert!(is_there().await);
    assert_eq!(role_after(&fresh, id, "s1", Role::Admin).await, Role::Admin);
    assert!(!is_there().await);
    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn last_admin_who_is_not_disabled_keeps_the_role() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;
    link(&fresh.store, first, identity("s1"), Actor::server(NOW)).await;
    link(&fresh.store, second, identity("s2"), Actor::server(NOW)).await;
    set_disabled(&fresh.store, second, true, Actor::server(NOW)).await;

    assert_eq!(
        role_after(&fresh, first, "s1", Role::User).await,
        Role::Admin
    );
    set_disabled(&fresh.store, second, false, Actor::server(NOW)).await;
    assert_eq!(
        role_after(&fresh, first, "s1", Role::User).await,
        Role::User
    );
    assert_eq!(
        role_after(&fresh, second, "s2", Role::User).await,
        Role::Admin
    );
}

#[tokio::test]
async fn of_two_demotions_at_once_one_admin_remains() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;
    link(&fresh.store, first, identity("s1"), Actor::server(NOW)).await;
    link(&fresh.store, second, identity("s2"), Actor::server(NOW)).await;

    let (one, other) = tokio::join!(
        role_after(&fresh, first, "s1", Role::User),
        role_after(&fresh, second, "s2", Role::User),
    );

    assert_ne!(one, other);
}

#[tokio::test]
async fn setup_closes_with_the_first_admin_for_good() {
    let fresh = Fresh::open().await;
    assert!(fresh.store.is_setup_open().await.unwrap());
    fresh.add(user("alice").await).await;
    assert!(fresh.store.is_setup_open().await.unwrap());

    let first = set_up(&fresh, &admin("root").await).await;
    let second = set_up(&fresh, &admin("other").await).await;

    assert_eq!(first, LoginOutcome::LoggedIn);
    let closed = LoginOutcome::Refused(LoginRefusal::Taken(Taken::Setup));
    assert_eq!(second, closed);
    assert!(!fresh.store.is_setup_open().await.unwrap());
    let other = fresh.store.account_by_username("other").await.unwrap();
    assert!(other.is_none());
}

#[tokio::test]
async fn failed_setup_leaves_it_open() {
    let fresh = Fresh::open().await;
    fresh.add(user("alice").await).await;
    let namesake = NewAccount {
        email: None,
        ..admin("Alice").await
    };

    let outcome = set_up(&fresh, &namesake).await;

    let taken = LoginOutcome::Refused(LoginRefusal::Taken(Taken::Username));
    assert_eq!(outcome, taken);
    assert!(fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn setup_is_closed_by_an_admin_created_otherwise() {
    let fresh = Fresh::open().await;
    fresh.add(admin("root").await).await;

    let outcome = set_up(&fresh, &admin("other").await).await;

    let closed = LoginOutcome::Refused(LoginRefusal::Taken(Taken::Setup));
    assert_eq!(outcome, closed);
}

#[tokio::test]
async fn of_two_setups_at_once_one_wins() {
    let fresh = Fresh::open().await;
    let (root, other) = (admin("root").await, admin("other").await);

    let (one, two) = tokio::join!(set_up(&fresh, &root), set_up(&fresh, &other));

    let won = [one, two].map(|outcome| outcome == LoginOutcome::LoggedIn);
    assert_ne!(won[0], won[1]);
}
