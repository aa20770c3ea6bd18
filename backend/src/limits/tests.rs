use super::{Attempt, Guess, Guesser, Limits, MAX_KEYS, SHARED, network};
use clock::{Clock, Timestamp};
use std::net::IpAddr;
use std::time::Duration;
use uuid::Uuid;

fn clock() -> Clock {
    Clock::fixed(Timestamp::from_unix(1_000_000))
}

/// Begins a guess at a password.
fn begin<'a>(
    limits: &'a Limits,
    account: &str,
    address: Option<IpAddr>,
) -> Result<Attempt<'a>, Duration> {
    let account = Some(account);
    limits.check(Guess::Password, Guesser::Stranger { account, address })
}

/// Guesses wrong, if that is let through.
fn guess(limits: &Limits, account: &str, address: Option<IpAddr>) -> Result<(), Duration> {
    begin(limits, account, address).map(drop)
}

#[test]
fn an_account_has_ten_tries_from_wherever() {
    let limits = Limits::new(&clock());
    for n in 0..10_u8 {
        let address = Some([10, 0, 0, n].into());
        assert!(guess(&limits, "alice", address).is_ok());
    }
    assert!(guess(&limits, "alice", None).is_err());
    assert!(guess(&limits, "bob", None).is_ok());
    let other = Guesser::Stranger {
        account: Some("alice"),
        address: None,
    };
    assert!(limits.check(Guess::SetupToken, other).is_ok());
}

#[test]
fn who_is_known_is_not_locked_out_by_strangers_and_has_ten_tries_too() {
    let limits = Limits::new(&clock());
    while guess(&limits, "alice", None).is_ok() {}
    let (browser, alice, bob) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let known = |account| limits.check(Guess::Password, Guesser::Known(browser, account));

    for _ in 0..10 {
        assert!(known(alice).is_ok());
    }

    assert!(known(alice).is_err());
    assert!(known(bob).is_ok());
}

#[test]
fn what_is_right_costs_nothing() {
    let limits = Limits::new(&clock());
    let address = Some([10, 0, 0, 1].into());
    for _ in 0..1000 {
        begin(&limits, "alice", address)
            .expect("let through")
            .forgive();
    }
    assert!(limits.by_account.counts().by_key.is_empty());
    // A school, all of it at once.
    let names = (0..100).map(|n: u32| n.to_string());
    let all: Result<Vec<_>, _> = names.map(|name| begin(&limits, &name, address)).collect();

    for attempt in all.expect("let through") {
        attempt.forgive();
    }
}

#[test]
fn guesses_that_are_under_way_count_before_they_fail() {
    let limits = Limits::new(&clock());

    let under_way: Vec<_> = (0..400)
        .filter_map(|_| begin(&limits, "alice", None).ok())
        .collect();

    assert!(under_way.len() <= 20, "{}", under_way.len());
    drop(under_way);
    assert!(guess(&limits, "alice", None).is_err());
}

#[test]
fn time_gives_tries_back() {
    let clock = clock();
    let limits = Limits::new(&clock);
    let check = || guess(&limits, "alice", None);
    for _ in 0..10 {
        assert!(check().is_ok());
    }

    assert_eq!(check(), Err(Duration::from_secs(20)));

    clock.advance(Duration::from_secs(19));
    assert_eq!(check(), Err(Duration::from_secs(1)));
    clock.advance(Duration::from_secs(1));
    assert!(check().is_ok());
    assert!(check().is_err());
}

#[test]
fn audit_trail_takes_so_many_failures_from_all_networks_together() {
    let clock = clock();
    let limits = Limits::new(&clock);
    let from = |n: u32| Some(IpAddr::from(n.to_be_bytes()));

    let free = (0..100_000).filter(|&n| limits.may_record(from(n))).count();
    let guesses = (0..100_000).filter(|_| limits.may_record_guess()).count();

    assert_eq!((free, guesses), (2_000, 5_000));
    clock.advance(Duration::from_secs(30));
    assert!(limits.may_record(from(1)) && !limits.may_record(from(2)));
}

#[test]
fn memory_is_bounded_and_limits_hold_all_the_same() {
    let clock = clock();
    let limits = Limits::new(&clock);
    for n in 0..100_000_u32 {
        let _ = guess(&limits, &n.to_string(), None);
    }

    let kept = limits.by_account.counts().by_key.len();

    let most = MAX_KEYS + usize::try_from(SHARED).unwrap_or(usize::MAX);
    assert!((MAX_KEYS..=most).contains(&kept), "{kept}");
    let tries = (0..20).map(|_| guess(&limits, "alice", None));
    assert!(tries.flatten().count() <= 10);
    // An hour later all of them have run out.
    clock.advance(Duration::from_secs(3600));
    assert!(guess(&limits, "alice", None).is_ok());
    assert_eq!(limits.by_account.counts().by_key.len(), 1);
}

#[test]
fn ipv6_counts_by_64() {
    let parse = |text: &str| network(text.parse().expect("an address"));
    assert_eq!(parse("2001:db8:1:2:3:4:5:6"), parse("2001:db8:1:2:ffff::1"));
    assert_ne!(parse("2001:db8:1:2::1"), parse("2001:db8:1:3::1"));
    assert_eq!(parse("::ffff:192.0.2.1"), parse("192.0.2.1"));
}
