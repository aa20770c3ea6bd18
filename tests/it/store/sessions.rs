//! Sessions.

use postern::audit::Actor;
use postern::session::{Client, Origin, Session, SessionToken};
use postern::store::{Entry, Login, LoginOutcome, LoginRefusal, Store};
use tests::logins::{enter, set_disabled};
use tests::site::user;

use super::{Fresh, ISSUER, LATER, LIVES, NOW, new_session};

#[tokio::test]
async fn session_comes_back_with_its_account() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let origin = Origin::Openid {
        issuer: ISSUER.to_owned(),
        subject: Some("sub".to_owned()),
        sid: Some("sid".to_owned()),
        id_token: Some("a.b.c".to_owned()),
        recheck: None,
    };
    let client = Client {
        user_agent: Some("x".repeat(300)),
        address: Some("::1".to_owned()),
    };
    let session = Session::start(id, origin.clone(), client, &LIVES, NOW);
    let token = SessionToken::generate();
    assert!(
        enter(
            &fresh.store,
            &session,
            token.hash(),
            None,
            Actor::server(NOW)
        )
        .await
    );

    let (found, account) = fresh
        .store
        .session_by_token(token.hash())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(
        (found.id, found.account_id, account.id),
        (session.id, id, id)
    );
    assert_eq!(found.origin, origin);
    assert_eq!(found.user_agent, Some("x".repeat(256)));
    assert_eq!(found.address.as_deref(), Some("::1"));
    assert_eq!(
        (found.started_at, found.expires_at),
        (NOW, NOW.plus(LIVES.max_age))
    );
    let stranger = SessionToken::generate().hash();
    assert!(
        fresh
            .store
            .session_by_token(stranger)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn new_session_ends_the_one_that_it_replaces() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, old) = fresh.add_session(id).await;
    let (session, new) = new_session(id);

    assert!(
        enter(
            &fresh.store,
            &session,
            new.hash(),
            Some(old.hash()),
            Actor::server(NOW)
        )
        .await
    );

    assert!(
        fresh
            .store
            .session_by_token(old.hash())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        fresh
            .store
            .session_by_token(new.hash())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn login_that_a_change_overtook_begins_no_session_and_ends_none() {
    let fresh = Fresh::open().await;
    let account = user("alice").await;
    let id = fresh.add(account.clone()).await;
    let (kept, old) = fresh.add_session(id).await;
    let begin = async |hash: &str| {
        let (session, token) = new_session(id);
        let replaces = Some(old.hash());
        let login = Login {
            entry: Entry::Password { hash, rehash: None },
            session: &session,
            token: token.hash(),
            replaces,
        };
        fresh
            .store
            .log_in(&login, &Actor::server(LATER))
            .await
            .unwrap()
    };
    let is_old_there = async || {
        let found = fresh.store.session_by_token(old.hash()).await.unwrap();
        found.is_some()
    };
    fresh
        .store
        .set_password(
            id,
            "another hash",
            kept.id,
            old.hash(),
            Actor::server(LATER),
        )
        .await
        .unwrap();

    let old_hash = account.password_hash.as_deref().unwrap();
    let stale = LoginOutcome::Refused(LoginRefusal::Stale);
    assert_eq!(begin(old_hash).await, stale);
    assert!(is_old_there().await);
    assert_eq!(begin("another hash").await, LoginOutcome::LoggedIn);
    assert!(!is_old_there().await);

    set_disabled(&fresh.store, id, true, Actor::server(LATER)).await;
    let disabled = LoginOutcome::Refused(LoginRefusal::Disabled);
    assert_eq!(begin("another hash").await, disabled);
    set_disabled(&fresh.store, id, false, Actor::server(LATER)).await;
    let sessions = fresh.store.sessions(id, &LIVES, LATER).await.unwrap();
    assert!(sessions.is_empty(), "{} came back", sessions.len());
}

#[tokio::test]
async fn use_and_confirmation_are_written_down() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, token) = fresh.add_session(id).await;

    for at in [LATER, NOW] {
        fresh.store.note_use(token.hash(), session.id, at);
        fresh.store.write_uses().await;
    }
    fresh
        .store
        .confirm_session(session.id, LATER)
        .await
        .unwrap();

    let (found, _) = fresh
        .store
        .session_by_token(token.hash())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.last_used_at, found.confirmed_at), (LATER, LATER));
}

#[tokio::test]
async fn session_is_taken_once() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, token) = fresh.add_session(id).await;

    let first = fresh
        .store
        .take_session(token.hash(), Actor::server(NOW))
        .await
        .unwrap();
    let second = fresh
        .store
        .take_session(token.hash(), Actor::server(NOW))
        .await
        .unwrap();

    assert_eq!(first.map(|taken| taken.id), Some(session.id));
    assert!(second.is_none());
}

#[tokio::test]
async fn what_ends_is_ended_on_every_replica() {
    let fresh = Fresh::open().await;
    let replica = Store::connect(&fresh.place).await.unwrap();
    let id = fresh.add(user("alice").await).await;
    let (kept, kept_token) = fresh.add_session(id).await;
    let (one, one_token) = fresh.add_session(id).await;
    let (_, other_token) = fresh.add_session(id).await;
    let found = async |token: &SessionToken| {
        let found = replica.session_by_token(token.hash()).await;
        found.unwrap().is_some()
    };
    assert!(found(&one_token).await && found(&other_token).await);

    assert!(
        fresh
            .store
            .end_session(id, one.id, Actor::server(NOW))
            .await
            .unwrap()
    );
    assert!(!found(&one_token).await);
    assert_eq!(
        fresh
            .store
            .end_other_sessions(id, kept.id, Actor::server(NOW))
            .await
            .unwrap(),
        1
    );
    assert!(!found(&other_token).await && found(&kept_token).await);
}

#[tokio::test]
async fn live_sessions_are_listed_and_ended_ones_swept() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh.add_session(id).await;
    let (used, token) = fresh.add_session(id).await;
    fresh.store.note_use(token.hash(), used.id, LATER);
    fresh.store.write_uses().await;
    let live = async |now| fresh.store.sessions(id, &LIVES, now).await.unwrap();

    assert_eq!(
        live(LATER).await.first().map(|session| session.id),
        Some(used.id)
    );
    assert_eq!(live(LATER).await.len(), 2);
    let idle = NOW.plus(LIVES.idle);
    assert_eq!(live(idle).await.len(), 1);
    assert_eq!(fresh.store.sweep_sessions(&LIVES, idle).await.unwrap(), 1);
    assert_eq!(
        fresh
            .store
            .sweep_sessions(&LIVES, NOW.plus(LIVES.max_age))
            .await
            .unwrap(),
        1
    );
}
