use std::sync::Arc;
use std::time::Duration;

use shared::session::Role;
use uuid::Uuid;

use super::{Door, Entries, Found, HALF};
use crate::account::Account;
use crate::config::SessionConfig;
use crate::session::{Client, Origin, Session, SessionToken};
use clock::Timestamp;

const NOW: Timestamp = Timestamp::from_unix(1_000_000);
const LIVES: SessionConfig = SessionConfig {
    max_age: Duration::from_secs(1000),
    idle: Duration::from_secs(1000),
};

fn read() -> Found {
    let account = Account {
        id: Uuid::nil(),
        username: "alice".to_owned(),
        display_name: None,
        email: None,
        email_voucher: None,
        lost_email: None,
        role: Role::User,
        password_hash: None,
        disabled_at: None,
        groups: Vec::new(),
    };
    let client = Client::default();
    let session = Session::start(account.id, Origin::Password, client, &LIVES, NOW);
    (Arc::new(session), Arc::new(account))
}

fn is_there(entries: &Entries, door: Door<'_>, token: &SessionToken) -> bool {
    entries.find(door, token.hash(), NOW).1.is_some()
}

#[test]
fn what_was_read_before_a_change_does_not_get_in() {
    let (entries, token) = (Entries::default(), SessionToken::generate());
    let (stamp, found) = entries.find(Door::Own, token.hash(), NOW);
    assert!(found.is_none());

    entries.clear();
    entries.keep(stamp, Door::Own, token.hash(), &read());
    assert!(!is_there(&entries, Door::Own, &token));

    let (stamp, _) = entries.find(Door::Own, token.hash(), NOW);
    entries.keep(stamp, Door::Own, token.hash(), &read());
    assert!(is_there(&entries, Door::Own, &token));
    entries.clear();
    assert!(!is_there(&entries, Door::Own, &token));
}

#[test]
fn token_opens_the_door_that_it_is_for() {
    let (entries, token) = (Entries::default(), SessionToken::generate());
    let (stamp, _) = entries.find(Door::Own, token.hash(), NOW);
    entries.keep(stamp, Door::Application("wiki"), token.hash(), &read());

    assert!(is_there(&entries, Door::Application("wiki"), &token));
    assert!(!is_there(&entries, Door::Application("chat"), &token));
    assert!(!is_there(&entries, Door::Own, &token));
}

#[test]
fn use_that_has_to_be_noted_is_looked_up_and_then_remembered() {
    let (entries, token) = (Entries::default(), SessionToken::generate());
    let (stamp, _) = entries.find(Door::Own, token.hash(), NOW);
    let found = read();
    entries.keep(stamp, Door::Own, token.hash(), &found);
    let later = NOW.plus(Duration::from_secs(60));

    assert!(entries.find(Door::Own, token.hash(), later).1.is_none());
    entries.touch(token.hash(), Uuid::nil(), later);
    assert!(entries.find(Door::Own, token.hash(), later).1.is_none());
    entries.touch(token.hash(), found.0.id, later);
    let (session, _) = entries.find(Door::Own, token.hash(), later).1.expect("it");
    assert_eq!(session.last_used_at, later);
}

#[test]
fn room_is_limited_and_what_is_used_stays() {
    let (entries, used) = (Entries::default(), SessionToken::generate());
    let (stamp, _) = entries.find(Door::Own, used.hash(), NOW);
    let found = read();
    entries.keep(stamp, Door::Own, used.hash(), &found);
    for n in 0..5 * HALF {
        entries.keep(stamp, Door::Own, SessionToken::generate().hash(), &found);
        if n % HALF == HALF / 2 {
            assert!(is_there(&entries, Door::Own, &used), "after {n}");
        }
    }

    let halves = entries.lock();
    assert!(halves.recent.len() <= HALF && halves.older.len() <= HALF);
}

#[test]
fn what_was_packed_is_there_until_something_changes() {
    let (entries, first) = (Entries::default(), SessionToken::generate());
    let (stamp, _) = entries.find(Door::Own, first.hash(), NOW);
    let found = read();
    entries.keep(stamp, Door::Own, first.hash(), &found);
    for _ in 0..3 * HALF {
        entries.keep(stamp, Door::Own, SessionToken::generate().hash(), &found);
    }
    assert!(!entries.lock().recent.contains_key(&first.hash()));

    assert!(!is_there(&entries, Door::Application("wiki"), &first));
    let (session, account) = entries.find(Door::Own, first.hash(), NOW).1.expect("it");
    assert_eq!((session.id, &*account.username), (found.0.id, "alice"));
    entries.clear();
    assert!(!is_there(&entries, Door::Own, &first));
}

#[test]
fn hundred_thousand_fit() {
    let entries = Entries::default();
    let found = read();
    let tokens: Vec<_> = (0..100_000).map(|_| SessionToken::generate()).collect();
    let (stamp, _) = entries.find(Door::Own, tokens[0].hash(), NOW);

    for token in &tokens {
        entries.keep(stamp, Door::Own, token.hash(), &found);
    }

    assert!(
        tokens
            .iter()
            .all(|token| is_there(&entries, Door::Own, token))
    );
}
