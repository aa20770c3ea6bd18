//! The report of a test login.

use std::time::Duration;

use tests::site::user;

use super::{Fresh, LATER, LIVES, NOW};

#[tokio::test]
async fn report_is_its_account_s_until_the_next_or_an_hour_later() {
    let fresh = Fresh::open().await;
    let store = &fresh.store;
    let (alice, bob) = (
        fresh.add(user("alice").await).await,
        fresh.add(user("bob").await).await,
    );

    store.keep_test_login(alice, "one", NOW).await.unwrap();
    store.keep_test_login(alice, "two", LATER).await.unwrap();

    let report = async |account, now| store.test_login(account, now).await.unwrap();
    let last = LATER.plus(Duration::from_secs(3599));
    assert_eq!(report(alice, last).await.as_deref(), Some("two"));
    assert_eq!(report(alice, last.plus(Duration::from_secs(1))).await, None);
    assert_eq!(report(bob, LATER).await, None);
}

#[tokio::test]
async fn old_report_is_swept() {
    let fresh = Fresh::open().await;
    let store = &fresh.store;
    let alice = fresh.add(user("alice").await).await;
    store.keep_test_login(alice, "one", NOW).await.unwrap();

    let hour = Duration::from_secs(3600);
    store.sweep_sessions(&LIVES, NOW.plus(hour)).await.unwrap();

    // Even for a caller with an earlier clock.
    assert_eq!(store.test_login(alice, NOW).await.unwrap(), None);
}
