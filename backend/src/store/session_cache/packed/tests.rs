use shared::session::Role;
use uuid::Uuid;

use super::{Packed, SHARED};
use crate::account::{Account, Voucher};
use crate::session::{Origin, Recheck, Session, SessionToken, TokenHash};
use clock::Timestamp;

fn token() -> TokenHash {
    SessionToken::generate().hash()
}

/// The `n`th of many that differ in everything.
fn example(n: usize) -> (Session, Account) {
    let at = |plus: i64| Timestamp::from_unix(1_700_000_000 + plus);
    let text = |of: &str| Some(format!("{of}{n}"));
    let origins = [
        Origin::Password,
        Origin::WelcomeLink,
        Origin::LoginLink,
        Origin::Setup,
        Origin::Openid {
            issuer: format!("https://op{n}.example.com/"),
            subject: text("subject"),
            sid: text("sid"),
            id_token: text(&"x".repeat(300)),
            recheck: Some(Recheck {
                sealed_token: "sealed".to_owned(),
                due_at: at(-1),
            }),
        },
        Origin::Openid {
            issuer: String::new(),
            subject: None,
            sid: None,
            id_token: None,
            recheck: None,
        },
    ];
    let is_odd = n % 2 == 1;
    let account = Account {
        id: Uuid::now_v7(),
        username: format!("Älice{n}"),
        display_name: text("Person "),
        email: text("a@example.com").filter(|_| is_odd),
        email_voucher: [None, Some(Voucher::Admin), Some(Voucher::Op)][n % 3],
        lost_email: text("lost").filter(|_| is_odd),
        role: if is_odd { Role::Admin } else { Role::User },
        password_hash: text("$argon2id$").filter(|_| !is_odd),
        disabled_at: is_odd.then(|| at(7)),
        groups: (0..n % 4).map(|group| format!("group{group}")).collect(),
    };
    let session = Session {
        id: Uuid::now_v7(),
        account_id: if n.is_multiple_of(5) {
            Uuid::nil()
        } else {
            account.id
        },
        origin: origins[n % origins.len()].clone(),
        user_agent: text("Mozilla ").filter(|_| is_odd),
        address: text("192.0.2."),
        started_at: at(0),
        last_used_at: at(300),
        confirmed_at: Timestamp::from_unix(-1),
        expires_at: Timestamp::from_unix(i64::MAX),
        ended_at: is_odd.then(|| at(5)),
    };
    (session, account)
}

#[test]
fn what_comes_out_is_what_went_in() {
    let mut packed = Packed::default();
    let app = |n: usize| n.is_multiple_of(3).then_some("wiki");
    let all: Vec<_> = (0..2 * SHARED).map(|n| (token(), example(n))).collect();
    for (n, (token, (session, account))) in all.iter().enumerate() {
        packed.insert(*token, app(n), session, account);
    }

    for (n, (token, (session, account))) in all.iter().enumerate() {
        let (found, same_session, same_account) = packed.get(*token).expect("it");
        assert_eq!(found.as_deref(), app(n));
        assert_eq!(format!("{same_session:?}"), format!("{session:?}"));
        assert_eq!(format!("{same_account:?}"), format!("{account:?}"));
    }
    assert!(packed.get(token()).is_none());
}

#[test]
fn later_one_counts() {
    let mut packed = Packed::default();
    let (token, (mut session, account)) = (token(), example(0));
    packed.insert(token, None, &session, &account);
    session.last_used_at = Timestamp::from_unix(1_800_000_000);

    packed.insert(token, None, &session, &account);

    let (_, found, _) = packed.get(token).expect("it");
    assert_eq!(found.last_used_at, session.last_used_at);
}
