//! Sessions at applications: children of a login, which never outlive it.

use std::time::Duration;

use postern::audit::Actor;
use postern::one_time_link::LinkToken;
use postern::session::{Session, SessionToken};
use postern::store::Store;
use tests::site::user;

use super::{Fresh, LIVES, NOW};

/// How long a ticket opens something.
const TICKET: Duration = Duration::from_secs(30);

/// Opens an application with a ticket, and returns its session's token.
async fn open(store: &Store, session: &Session, app: &str) -> SessionToken {
    let (ticket, state, token) = (
        LinkToken::generate(),
        SessionToken::generate(),
        SessionToken::generate(),
    );
    store
        .create_ticket(session.id, app, ticket.hash(), state.hash(), NOW)
        .await
        .expect("a ticket");
    let redeemed = store
        .redeem_ticket(app, ticket.hash(), state.hash(), token.hash(), NOW)
        .await;
    assert!(redeemed.expect("an answer"));
    token
}

#[tokio::test]
async fn session_at_an_application_ends_with_its_login_on_every_replica() {
    let fresh = Fresh::open().await;
    let replica = Store::connect(&fresh.place).await.unwrap();
    let id = fresh.add(user("alice").await).await;
    let (one, _) = fresh.add_session(id).await;
    let (other, other_token) = fresh.add_session(id).await;
    let one_app = open(&fresh.store, &one, "wiki").await;
    let other_app = open(&fresh.store, &other, "wiki").await;
    let third_app = open(&fresh.store, &other, "chat").await;
    let lives = async |app: &str, token: &SessionToken| {
        let found = replica.parent_of_app_session(app, token.hash()).await;
        found.unwrap().is_some()
    };
    assert!(lives("wiki", &one_app).await && lives("wiki", &other_app).await);
    assert!(!lives("chat", &one_app).await, "of another application");

    let by = || Actor::server(NOW);
    assert!(fresh.store.end_session(id, one.id, by()).await.unwrap());
    assert!(!lives("wiki", &one_app).await);
    assert!(lives("chat", &third_app).await);

    // A logout at one application ends the login and what it opened elsewhere.
    let taken = fresh
        .store
        .take_parent_session("wiki", other_app.hash(), by())
        .await;
    assert_eq!(taken.unwrap().map(|session| session.id), Some(other.id));
    assert!(!lives("chat", &third_app).await);
    let login = replica.session_by_token(other_token.hash()).await.unwrap();
    assert!(login.is_none());
    let opened = replica.opened_applications(None).await.unwrap();
    assert!(opened.is_empty(), "{opened:?}");
}

#[tokio::test]
async fn sweep_removes_unused_tickets_and_sessions_of_dead_logins() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, _) = fresh.add_session(id).await;
    open(&fresh.store, &session, "wiki").await;
    let (ticket, state, token) = (
        LinkToken::generate(),
        SessionToken::generate(),
        SessionToken::generate(),
    );
    let store = &fresh.store;
    store
        .create_ticket(session.id, "chat", ticket.hash(), state.hash(), NOW)
        .await
        .unwrap();
    let redeem = async |now| {
        let redeemed = store.redeem_ticket("chat", ticket.hash(), state.hash(), token.hash(), now);
        redeemed.await.unwrap()
    };
    let opened = async || store.opened_applications(Some(id)).await.unwrap();

    store
        .sweep_sessions(&LIVES, NOW.plus(TICKET))
        .await
        .unwrap();
    assert!(!redeem(NOW).await, "it is gone, not only too old");
    assert_eq!(opened().await, [(session.id, "wiki".to_owned())]);

    let over = NOW.plus(LIVES.max_age);
    assert_eq!(store.sweep_sessions(&LIVES, over).await.unwrap(), 1);
    assert!(opened().await.is_empty());
}
