//! A login, or a link, can only be finished by the browser that started it, and for its purpose.

use demo_op::Lie;
use serde_json::json;
use shared::routes::{API_LINK, API_LOGIN_OPENID, API_LOGOUT};
use tests::answer::{param, with_param};
use tests::site::{PASSWORD, Site, user};

use crate::account::identities::{agree, begin, connect, linked};
use crate::login::callback::redeemed;
use crate::login::decide::identities;

async fn exists(site: &Site, username: &str) -> bool {
    let found = site.app.store.account_by_username(username).await;
    found.expect("the store answers").is_some()
}

#[tokio::test]
async fn cve_2025_43856_state_is_bound_to_intent() {
    let site = Site::start().await;
    let id = site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;

    // A login that somebody else's page began while the owner was logged in: it links nothing.
    let login = browser.callback_for("bob").await;
    let callback = browser.get(&login).await;
    assert_eq!((callback.location(), identities(&site, id).await), ("/", 0));
    assert_eq!(browser.who().await.as_deref(), Some("bob"));

    // A link that comes back without a session logs in nobody and creates nobody.
    let browser = site.logged_in("owner").await;
    let link = begin(&browser, "carol").await;
    browser.post_json(API_LOGOUT, &json!({})).await;
    let callback = browser.get(&link).await;
    assert_eq!(callback.code(), "state_mismatch");
    assert_eq!(
        (browser.who().await, exists(&site, "carol").await),
        (None, false)
    );
}

#[tokio::test]
async fn cve_2025_43856_link_is_bound_to_who_was_signed_in_and_by_which_session() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    site.add(user("other").await).await;

    // The same account, by another session of the same browser.
    let browser = site.logged_in("owner").await;
    let link = begin(&browser, "bob").await;
    browser.log_in("owner", PASSWORD).await;
    assert_eq!(browser.get(&link).await.code(), "state_mismatch");
    // Another account.
    let link = begin(&browser, "bob").await;
    browser.log_in("other", PASSWORD).await;
    assert_eq!(browser.get(&link).await.code(), "state_mismatch");
    assert_eq!(linked(&browser).await, 0);
    // A user who is lured to another's callback keeps their own session.
    let owner = site.logged_in("owner").await;
    let link = begin(&owner, "bob").await;
    assert_eq!(browser.get(&link).await.location(), "/");
    assert_eq!(browser.who().await.as_deref(), Some("other"));

    assert_eq!((linked(&browser).await, linked(&owner).await), (0, 0));
    assert_eq!(redeemed(&site), 0);
}

#[tokio::test]
async fn cve_2026_47158_login_ends_in_the_browser_that_began_it_or_nowhere() {
    let site = Site::start().await;
    let (attacker, victim) = (site.browser(), site.browser());
    let begun = attacker.get(API_LOGIN_OPENID).await;

    // The victim is sent to the OP by the attacker's link, and logs in there.
    let callback_url = victim.at_op(begun.location(), "alice").await;
    let callback = victim.get(&callback_url).await;

    assert_eq!(redeemed(&site), 0);
    assert!(
        callback.location().starts_with(site.op.origin()),
        "begun anew"
    );
    assert_eq!((attacker.who().await, victim.who().await), (None, None));
    assert!(!exists(&site, "alice").await);
}

#[tokio::test]
async fn cve_2025_68481_callback_from_elsewhere_logs_nobody_in() {
    let site = Site::start().await;
    site.add(user("victim").await).await;
    let theirs = site.browser().callback_for("bob").await;

    let fresh = site.browser();
    fresh.get(&theirs).await;
    let logged_in = site.logged_in("victim").await;
    let forgiven = logged_in.get(&theirs).await;
    let busy = site.browser();
    let own = busy.get(API_LOGIN_OPENID).await;
    busy.get(&theirs).await;

    assert_eq!((redeemed(&site), exists(&site, "bob").await), (0, false));
    assert_eq!((fresh.who().await, busy.who().await), (None, None));
    assert_eq!(forgiven.location(), "/");
    assert_eq!(logged_in.who().await.as_deref(), Some("victim"));
    let own = busy.at_op(own.location(), "alice").await;
    assert_eq!(
        busy.get(&own).await.location(),
        "/",
        "its own login goes on"
    );
    assert_eq!(busy.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn cve_2025_68481_code_of_the_attacker_is_of_no_use_in_the_victims_login() {
    let site = Site::start().await;
    let (victim, attacker) = (site.browser(), site.browser());
    let theirs = attacker.callback_for("alice").await;
    let own = victim.callback_for("bob").await;

    let mixed = with_param(&own, "code", param(&theirs, "code").as_deref());
    let callback = victim.get(&mixed).await;

    assert_eq!(callback.code(), "code_rejected");
    assert_eq!(victim.who().await, None);
}

#[tokio::test]
async fn cve_2025_12419_state_that_was_not_sent_is_refused() {
    let site = Site::start().await;
    let browser = site.browser();
    let good = browser.callback_for("bob").await;
    let state = param(&good, "state").unwrap();
    let others = [
        String::new(),
        "A".repeat(43),
        state[..42].to_owned(),
        format!("{state}A"),
        format!("r{state}"),
        state.to_lowercase(),
        state.chars().rev().collect(),
        format!(" {state}"),
        format!("{state}%00"),
    ];

    for other in &others {
        browser.get(&with_param(&good, "state", Some(other))).await;
        assert_eq!((redeemed(&site), browser.who().await), (0, None), "{other}");
    }
    browser.get(&with_param(&good, "state", None)).await;

    assert_eq!((redeemed(&site), browser.who().await), (0, None));
}

#[tokio::test]
async fn mixed_up_answer_is_refused_before_its_code_is_sent_anywhere() {
    let site = Site::start().await;
    site.op.lies(Lie::ResponseIssWrong);
    site.forget_metadata();
    let browser = site.browser();

    let callback = browser.log_in_as("bob").await.callback;

    assert_eq!(callback.code(), "token_invalid");
    assert_eq!((redeemed(&site), browser.who().await), (0, None));
}

#[tokio::test]
async fn cve_2026_33757_nothing_is_linked_before_its_user_said_so() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let alice = site.add(user("alice").await).await;
    let (owner, stranger) = (site.logged_in("owner").await, site.browser());

    let from_within = connect(&owner, "bob").await;
    let by_email = stranger.log_in_as("alice").await.callback;

    assert_eq!(
        (from_within.location(), by_email.location()),
        ("/link", "/link")
    );
    assert_eq!(
        (linked(&owner).await, identities(&site, alice).await),
        (0, 0)
    );
    assert_eq!(stranger.who().await, None);
    // To look is not to agree, and the address is for the page alone.
    owner.get(API_LINK).await;
    stranger.get(API_LINK).await;
    assert_eq!(
        (linked(&owner).await, identities(&site, alice).await),
        (0, 0)
    );
    let cross_site = owner
        .call(reqwest::Method::POST, API_LINK)
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/json");
    assert_eq!(owner.send(cross_site.body("{}")).await.code(), "cross_site");
    assert_eq!(linked(&owner).await, 0);
    assert_eq!(
        (agree(&owner).await.status.as_u16(), linked(&owner).await),
        (200, 1)
    );
}

#[tokio::test]
async fn cve_2026_20779_of_what_may_be_used_once_two_at_once_use_it_once() {
    let site = Site::start().await;
    let id = site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    connect(&browser, "bob").await;

    let (one, two) = tokio::join!(agree(&browser), agree(&browser));

    // The later answer is the same: it is what its user agreed to.
    for answer in [one, two] {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(identities(&site, id).await, 1);
    assert_eq!(browser.who().await.as_deref(), Some("owner"));
}

#[tokio::test]
async fn cve_2026_20779_code_is_worth_one_session_whoever_brings_it_again() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    let name = browser.cookie_names().remove(0);
    let attempt = browser.cookie(&name).unwrap();
    browser.get(&callback_url).await;
    let (reader, thief) = (site.browser(), site.browser());
    thief.set_cookie(&name, &attempt);

    // The address alone, out of a history or a log; as a form, too.
    reader.get(&callback_url).await;
    let (path, query) = callback_url.split_once('?').unwrap();
    let form = reader
        .call(reqwest::Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded");
    let posted = reader.send(form.body(query.to_owned())).await;
    reader.get(posted.location()).await;
    assert_eq!((reader.who().await, redeemed(&site)), (None, 1));
    // With the cookie of the attempt one is the browser that began it: as long as that is logged in.
    browser.post_json(API_LOGOUT, &json!({})).await;
    thief.get(&callback_url).await;
    assert_eq!((thief.who().await, redeemed(&site)), (None, 1));
    // Later the OP is asked again, and knows that the code was used.
    thief.set_cookie(&name, &attempt);
    site.pass(std::time::Duration::from_secs(300));
    let late = thief.get(&callback_url).await;
    assert_eq!(
        (late.code().as_str(), thief.who().await),
        ("code_rejected", None)
    );
}
