//! Accounts as admins list and change them.

use postern::audit::Actor;
use std::str::FromStr;

use postern::account::NewAccount;
use postern::config;
use postern::store::{ChangeError, Store, UserChange, UserFilter};
use secrecy::ExposeSecret;
use shared::session::Role;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _};
use tests::logins::{by_password, enter, link};
use tests::site::{admin, email, user};
use uuid::Uuid;

use super::{Fresh, LATER, NOW, identity};

/// Returns the usernames of those that match, in order, and how many there are in all.
async fn listed(store: &Store, filter: UserFilter) -> (Vec<String>, u64) {
    let (found, total) = store.users(&filter, NOW).await.expect("the store answers");
    let names = found.into_iter().map(|user| user.account.username);
    (names.collect(), total.count)
}

fn some(limit: i64) -> UserFilter {
    UserFilter {
        limit,
        ..UserFilter::default()
    }
}

/// Runs a statement on the database itself.
async fn run(fresh: &Fresh, statement: &str) {
    match &fresh.place {
        config::Database::Sqlite(file) => {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection = options.connect().await.expect("the database");
            connection.execute(statement).await.expect("a statement");
        }
        config::Database::Postgres(url) => {
            let options = PgConnectOptions::from_str(url.expose_secret()).expect("a URL");
            let mut connection = options.connect().await.expect("the database");
            connection.execute(statement).await.expect("a statement");
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_by_name() {
    let fresh = Fresh::open().await;
    for name in ["Carol", "alice", "bob", "dave"] {
        fresh.add(user(name).await).await;
    }
    let after = |name: &str| UserFilter {
        after: Some(name.to_owned()),
        ..some(2)
    };

    let first = listed(&fresh.store, some(2)).await;
    let second = listed(&fresh.store, after("bob")).await;
    let third = listed(&fresh.store, after("dave")).await;

    assert_eq!(first, (vec!["alice".to_owned(), "bob".to_owned()], 4));
    assert_eq!(second, (vec!["Carol".to_owned(), "dave".to_owned()], 4));
    assert_eq!(third, (vec![], 4));
}

#[tokio::test]
async fn record_has_identities_last_login_and_the_end_of_an_open_link() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let other = fresh.add(user("bob").await).await;
    link(&fresh.store, id, identity("s"), Actor::server(NOW)).await;
    fresh.add_session(id).await;
    let token = postern::one_time_link::LinkToken::generate();
    let link = postern::one_time_link::NewLink::of(&token, NOW);
    let made = fresh
        .store
        .create_welcome_link(other, link, Actor::server(NOW))
        .await;
    made.unwrap();

    let (found, _) = fresh.store.users(&some(9), NOW).await.unwrap();
    let alone = fresh.store.user(id, NOW).await.unwrap().unwrap();
    let late = fresh.store.user(other, link.expires_at).await.unwrap();

    let [alice, bob] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(alice.identities[0].subject, "s");
    assert_eq!((alice.created_at, alice.last_login_at), (NOW, Some(NOW)));
    assert_eq!(
        (alice.welcome_until, bob.welcome_until),
        (None, Some(link.expires_at))
    );
    assert_eq!((bob.identities.len(), bob.last_login_at), (0, None));
    assert_eq!(format!("{alone:?}"), format!("{alice:?}"));
    assert_eq!(late.unwrap().welcome_until, None, "it has ended");
    assert!(fresh.store.user(Uuid::nil(), NOW).await.unwrap().is_none());
}

#[tokio::test]
async fn search_finds_names_that_changed_and_names_of_before_there_was_a_search() {
    let fresh = Fresh::open().await;
    let new = NewAccount {
        display_name: Some("ÄLTERE".to_owned()),
        ..user("alice").await
    };
    let id = fresh.add(new).await;
    let search = |text: &str| UserFilter {
        search: Some(text.to_owned()),
        ..some(9)
    };
    assert_eq!(listed(&fresh.store, search("älter")).await.1, 1);
    run(&fresh, "update account set display_name_key = null").await;
    assert_eq!(listed(&fresh.store, search("älter")).await.1, 0);

    let again = Store::connect(&fresh.place).await.unwrap();

    assert_eq!(listed(&again, search("älter")).await.1, 1);
    again
        .set_display_name(id, Some("ÖFTER"), Actor::server(LATER))
        .await
        .unwrap();
    assert_eq!(listed(&again, search("älter")).await.1, 0);
    assert_eq!(listed(&again, search("öfter")).await.1, 1);
    let change = UserChange {
        display_name: Some(Some("ÜBER".to_owned())),
        email: Some(Some(email("É@example.org"))),
        ..UserChange::default()
    };
    again
        .change_user(id, &change, &by_password(), Actor::server(LATER))
        .await
        .unwrap();
    assert_eq!(listed(&again, search("üb")).await.1, 1);
    assert_eq!(listed(&again, search("é@example.ORG")).await.1, 1);
}

#[tokio::test]
async fn change_names_what_is_wrong_and_then_changes_nothing() {
    let fresh = Fresh::open().await;
    let root = fresh.add(admin("root").await).await;
    let alice = fresh.add(user("alice").await).await;
    let taken = UserChange {
        email: Some(Some(email("ROOT@example.com"))),
        role: Some(Role::Admin),
        ..UserChange::default()
    };
    let demoted = UserChange {
        role: Some(Role::User),
        ..UserChange::default()
    };
    let store = &fresh.store;

    let by = || Actor::server(LATER);
    let refusals = [
        store.change_user(alice, &taken, &by_password(), by()).await,
        store
            .change_user(root, &demoted, &by_password(), by())
            .await,
        store
            .change_user(Uuid::nil(), &demoted, &by_password(), by())
            .await,
        store.delete_user(root, &by_password(), by()).await,
        store.delete_user(Uuid::nil(), &by_password(), by()).await,
        store
            .unlink_identity_by_admin(root, Uuid::nil(), &by_password(), by())
            .await,
    ];

    assert!(matches!(
        refusals.map(Result::unwrap_err),
        [
            ChangeError::Taken(postern::store::Taken::Email),
            ChangeError::LastAdmin,
            ChangeError::Gone,
            ChangeError::LastAdmin,
            ChangeError::Gone,
            ChangeError::Gone,
        ]
    ));
    assert_eq!(
        store.account(alice).await.unwrap().unwrap().role,
        Role::User
    );
    assert_eq!(
        store.account(root).await.unwrap().unwrap().role,
        Role::Admin
    );
}

#[tokio::test]
async fn admins_who_stop_at_once_in_whatever_way_leave_one() {
    for round in 0..8 {
        let fresh = Fresh::open().await;
        let first = fresh.add(admin("first").await).await;
        let second = fresh.add(admin("second").await).await;
        let change = if round % 2 == 0 {
            UserChange {
                role: Some(Role::User),
                ..UserChange::default()
            }
        } else {
            UserChange {
                is_disabled: Some(true),
                ..UserChange::default()
            }
        };

        let ways = by_password();
        let (one, other) = tokio::join!(
            fresh
                .store
                .change_user(first, &change, &ways, Actor::server(LATER)),
            async {
                if round < 4 {
                    fresh
                        .store
                        .change_user(second, &change, &ways, Actor::server(LATER))
                        .await
                } else {
                    fresh
                        .store
                        .delete_user(second, &ways, Actor::server(LATER))
                        .await
                }
            },
        );

        assert!(matches!(
            (one, other),
            (Ok(()), Err(ChangeError::LastAdmin)) | (Err(ChangeError::LastAdmin), Ok(()))
        ));
    }
}

#[tokio::test]
async fn deleting_takes_sessions_and_identities_along() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, token) = fresh.add_session(id).await;
    link(&fresh.store, id, identity("s"), Actor::server(NOW)).await;

    fresh
        .store
        .delete_user(id, &by_password(), Actor::server(LATER))
        .await
        .unwrap();

    let session = fresh.store.session_by_token(token.hash()).await.unwrap();
    assert!(session.is_none());
    let owner = fresh.store.account_by_identity(super::ISSUER, "s").await;
    assert!(owner.unwrap().is_none());
    let (session, token) = super::new_session(id);
    let begun = enter(
        &fresh.store,
        &session,
        token.hash(),
        None,
        Actor::server(NOW),
    )
    .await;
    assert!(!begun, "no session of an account that is gone");
}
