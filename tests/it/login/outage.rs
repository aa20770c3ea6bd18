//! An OP that is down, degraded or hanging: who can still log in, and what everybody sees.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use demo_op::{Fault, Lie, Op, Settings};
use insta::assert_snapshot;
use oidc::client::Timeouts;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGIN_OPENID, API_SESSION, LOGIN};
use tests::answer::Answer;
use tests::log::Log;
use tests::poll::{PATIENCE, until};
use tests::site::{PASSWORD, Site, admin, user};
use tokio::task::JoinSet;

const DISCOVERY: &str = "/application/o/postern/.well-known/openid-configuration";
const JWKS: &str = "/application/o/postern/jwks/";
const TOKEN: &str = "/application/o/token/";

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The fault of a reachable OP.
const AILMENTS: [Fault; 9] = [
    Fault::Status(500),
    Fault::Status(503),
    Fault::Status(404),
    Fault::Cut,
    Fault::Html,
    Fault::Redirect,
    Fault::Empty,
    Fault::Truncated,
    Fault::Huge,
];

fn leads_to_op(site: &Site, start: &Answer) -> bool {
    start.location().starts_with(site.op.origin())
}

async fn unreachable_since(site: &Site) -> serde_json::Value {
    let config = site.browser().get(API_CONFIG).await.json();
    config["openid"]["unreachable_since"].clone()
}

#[tokio::test]
async fn server_starts_without_its_op_and_finds_it_later() {
    let down = async |op: &Op| op.pause().await;
    let site = Site::prepared(&[], Settings::default(), Timeouts::default(), down).await;
    site.add(admin("alice").await).await;
    let browser = site.browser();

    let start = browser.get(API_LOGIN_OPENID).await;
    let page = browser.get(LOGIN).await.body;
    let since = unreachable_since(&site).await;
    let by_password = browser.log_in("alice", PASSWORD).await;
    site.op.resume().await.unwrap();
    let login = site.browser().log_in_as("bob").await;

    assert_eq!(start.code(), "op_unreachable");
    assert!(
        page.contains("Authentik has not been reachable since 15:06 UTC."),
        "{page}"
    );
    assert_eq!(since, site.now().unix());
    assert_eq!(by_password.status, 200);
    assert_eq!(login.callback.location(), "/");
    assert!(unreachable_since(&site).await.is_null());
}

#[tokio::test]
async fn op_that_is_down_leaves_the_login_by_password() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    site.op.pause().await;
    site.forget_metadata();

    let start = browser.get(API_LOGIN_OPENID).await;
    let config = browser.get(API_CONFIG).await.json();
    let by_password = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(
        start.summary(),
        @"303 See Other, location: /login?error=op_unreachable&ref=…"
    );
    assert_eq!(config["openid"]["unreachable_since"], site.now().unix());
    assert_eq!(by_password.status, 200);
}

#[tokio::test]
async fn nobody_is_sent_to_an_op_that_has_just_died() {
    let site = Site::start().await;
    let browser = site.browser();
    let before = browser.get(API_LOGIN_OPENID).await;
    site.op.pause().await;
    site.pass(Duration::from_secs(2));

    let after = browser.get(API_LOGIN_OPENID).await;

    assert!(leads_to_op(&site, &before), "{}", before.summary());
    assert_eq!(after.code(), "op_unreachable");
}

#[tokio::test]
async fn outage_that_nobody_meets_is_told_within_seconds() {
    let site = Site::start().await;
    site.op.pause().await;

    let told = async |is_down: bool| {
        let since = async || {
            let ready = site.browser().get("/readyz").await.json();
            let config = unreachable_since(&site).await;
            let same = ready["op"]["reachable"] == config.is_null();
            Ok((same && config.is_null() != is_down).then_some(()))
        };
        until("news of the OP", Duration::from_secs(20), since).await
    };

    told(true).await.unwrap();
    site.op.resume().await.unwrap();
    told(false).await.unwrap();
}

#[tokio::test]
async fn op_that_comes_back_is_used_at_once() {
    let site = Site::start().await;
    let browser = site.browser();
    site.op.pause().await;
    site.forget_metadata();
    browser.get(API_LOGIN_OPENID).await;

    site.op.resume().await.unwrap();
    let login = browser.log_in_as("bob").await;

    assert_eq!(login.callback.location(), "/");
    assert!(browser.get(API_CONFIG).await.json()["openid"]["unreachable_since"].is_null());
}

#[tokio::test]
async fn op_that_never_said_anything_of_use_is_named_by_what_ails_it() {
    for (fault, code) in [
        (Fault::Status(503), "op_unreachable"),
        (Fault::Cut, "op_unreachable"),
        (Fault::Status(404), "op_misconfigured"),
        (Fault::Html, "op_misconfigured"),
        (Fault::Redirect, "op_misconfigured"),
        (Fault::Truncated, "op_misconfigured"),
    ] {
        let ail = async |op: &Op| op.lies(Lie::Discovery(fault.clone()));
        let site = Site::prepared(&[], Settings::default(), Timeouts::default(), ail).await;

        let start = site.browser().get(API_LOGIN_OPENID).await;

        assert_eq!(start.code(), code, "{fault:?}");
    }
}

#[tokio::test]
async fn op_that_ails_is_used_by_what_it_last_said() {
    let site = Site::start().await;
    for fault in AILMENTS {
        site.op.lies(Lie::Discovery(fault.clone()));
        site.forget_metadata();
        site.op.forget_requests();

        let callback = site.browser().log_in_as("bob").await.callback;

        assert_eq!(callback.location(), "/", "{fault:?}: {}", callback.code());
        assert_eq!(site.op.requests_to(DISCOVERY).len(), 1, "{fault:?}");
        assert!(!unreachable_since(&site).await.is_null(), "{fault:?}");
        site.op.speaks_true();
    }
}

#[tokio::test]
async fn what_the_op_last_said_counts_for_a_day() {
    let site = Site::start().await;
    let browser = site.browser();
    site.op.lies(Lie::Discovery(Fault::Status(503)));
    site.pass(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    let within = browser.get(API_LOGIN_OPENID).await;
    site.pass(Duration::from_secs(1));

    let after = browser.get(API_LOGIN_OPENID).await;

    assert!(leads_to_op(&site, &within), "{}", within.summary());
    assert_eq!(after.code(), "op_unreachable");
}

#[tokio::test]
async fn nobody_is_sent_to_an_op_that_does_not_answer_unless_browsers_go_elsewhere() {
    let elsewhere = json!("http://op.example.org/authorize");
    let named = Lie::DiscoveryMember("authorization_endpoint".to_owned(), elsewhere);
    let lie = async |op: &Op| op.lies(named.clone());
    let site = Site::prepared(&[], Settings::default(), Timeouts::default(), lie).await;
    site.op.pause().await;
    site.forget_metadata();

    let start = site.browser().get(API_LOGIN_OPENID).await;

    assert!(
        start
            .location()
            .starts_with("http://op.example.org/authorize?response_type=code&"),
        "{}",
        start.summary()
    );
}

#[tokio::test]
async fn callback_under_way_needs_neither_discovery_nor_jwks() {
    let site = Site::start().await;
    site.browser().log_in_as("alice").await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.lies(Lie::Discovery(Fault::Html));
    site.op.lies(Lie::Jwks(Fault::Html));
    site.forget_metadata();
    assert!(
        leads_to_op(&site, &site.browser().get(API_LOGIN_OPENID).await),
        "the server knows that the OP ails"
    );

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.location(), "/");
}

#[tokio::test]
async fn keys_are_asked_for_hourly_and_the_last_good_ones_serve_for_a_day() {
    let site = Site::start().await;
    let log_in = async || site.browser().log_in_as("bob").await.callback.code();
    let asked = || site.op.requests_to(JWKS).len();
    log_in().await;
    site.pass(HOUR);
    log_in().await;
    assert_eq!(asked(), 2, "the keys were an hour old");
    site.op.lies(Lie::Jwks(Fault::Status(503)));
    site.pass(HOUR);

    // The second does not wait for the JWKS again.
    assert_eq!([log_in().await, log_in().await], ["", ""]);
    assert_eq!(asked(), 3);
    site.pass(23 * HOUR);
    assert_eq!(log_in().await, "op_unreachable");
}

#[tokio::test]
async fn unknown_keys_at_an_op_that_ails_cause_no_storm() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    site.op.lies(Lie::KidUnknown);
    site.op.lies(Lie::Jwks(Fault::Status(503)));
    site.pass(Duration::from_secs(11));

    for _ in 0..3 {
        let callback = site.browser().log_in_as("bob").await.callback;
        assert_eq!(callback.code(), "op_unreachable");
    }

    assert_eq!(site.op.requests_to(JWKS).len(), 2);
}

#[tokio::test]
async fn each_change_of_the_op_is_one_line_of_the_log() {
    Log::begin();
    let site = Site::start().await;
    let browser = site.browser();
    let lines = |of: &str| Log::text().lines().filter(|line| line.contains(of)).count();
    site.op.pause().await;
    site.forget_metadata();
    let began = site.now().unix();

    for _ in 0..3 {
        browser.get(API_LOGIN_OPENID).await;
        site.pass(Duration::from_secs(1));
    }
    assert_eq!(unreachable_since(&site).await, began);
    assert_eq!(lines("the OP cannot be used"), 1);
    site.op.lies(Lie::IssuerMismatch);
    site.op.resume().await.unwrap();
    for _ in 0..2 {
        browser.get(API_LOGIN_OPENID).await;
    }
    assert_eq!(unreachable_since(&site).await, began);
    assert_eq!(lines("the OP cannot be used"), 2, "it is something else");
    site.op.speaks_true();
    for _ in 0..2 {
        site.forget_metadata();
        browser.get(API_LOGIN_OPENID).await;
    }

    assert!(unreachable_since(&site).await.is_null());
    assert_eq!(lines("the OP is reachable"), 2, "at the start, and now");
}

/// Timeouts that a test can wait for, and that are still long beside what answers at once.
fn short_timeouts() -> Timeouts {
    Timeouts {
        request: Duration::from_secs(6),
        turn: Duration::from_secs(1),
        ..Timeouts::default()
    }
}

#[tokio::test]
async fn one_question_to_a_silent_op_answers_all_who_wait() {
    let site = Site::prepared(&[], Settings::default(), short_timeouts(), async |_| {}).await;
    site.op.lies(Lie::Discovery(Fault::Hang));
    site.forget_metadata();
    site.op.forget_requests();

    let mut starts = JoinSet::new();
    for _ in 0..40 {
        let browser = site.browser();
        starts.spawn(async move { browser.get(API_LOGIN_OPENID).await.code() });
    }
    let codes = starts.join_all().await;

    assert_eq!(codes, vec!["op_unreachable"; 40]);
    assert_eq!(site.op.requests_to(DISCOVERY).len(), 1);
}

#[tokio::test]
async fn op_that_hangs_takes_nothing_from_those_who_do_not_need_it() {
    let site = Site::prepared(&[], Settings::default(), short_timeouts(), async |_| {}).await;
    site.add(user("alice").await).await;
    let mut coming = JoinSet::new();
    for _ in 0..200 {
        let browser = site.browser();
        coming.spawn(async move {
            let url = browser.callback_for("bob").await;
            (browser, url)
        });
    }
    let coming = coming.join_all().await;
    site.op.lies(Lie::Token(Fault::Hang));
    let ended = Arc::new(AtomicUsize::new(0));
    let mut callbacks = JoinSet::new();
    for (browser, url) in coming {
        let ended = Arc::clone(&ended);
        callbacks.spawn(async move {
            let answer = browser.get(&url).await;
            ended.fetch_add(1, Ordering::SeqCst);
            answer.summary()
        });
    }
    let waiting = async || Ok((site.op.requests_to(TOKEN).len() >= 100).then_some(()));
    until("callbacks that wait for the OP", PATIENCE, waiting)
        .await
        .unwrap();

    let session = site.browser().get(API_SESSION).await;
    let by_password = site.browser().log_in("alice", PASSWORD).await;
    let ended_before = ended.load(Ordering::SeqCst);
    let callbacks = callbacks.join_all().await;

    assert_eq!(session.status, 401);
    assert_eq!(by_password.status, 200);
    assert!(ended_before < 200, "the OP did not hang");
    for callback in callbacks {
        assert_eq!(
            callback,
            "303 See Other, location: /login?error=op_unreachable&ref=…, clears: postern_attempt_…"
        );
    }
    assert!(
        site.op.requests_to(TOKEN).len() < 200,
        "not all of them may wait at once"
    );
}

#[tokio::test]
async fn one_login_waits_for_all_endpoints_together_no_longer_than_for_any() {
    let timeouts = Timeouts {
        request: Duration::from_secs(600),
        login: Duration::from_secs(1),
        ..Timeouts::default()
    };
    let site = Site::prepared(&[], Settings::default(), timeouts, async |_| {}).await;
    site.op.lies(Lie::Token(Fault::Hang));

    let callback = site.browser().log_in_as("bob").await.callback;

    assert_eq!(callback.code(), "op_unreachable");
}
