//! Linking an identity from within (contract, section 5, step 2), and the roles that claims give.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{API_LINK, API_PROFILE_IDENTITIES, API_PROFILE_IDENTITIES_OPENID};
use shared::session::Role;
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::logins::{ROLES, role};
use tests::site::{PASSWORD, Site, admin, user};

/// Begins a link and logs in at the OP; returns the callback's URL, not visited.
pub(crate) async fn begin(browser: &HttpBrowser, op_user: &str) -> String {
    let answer = browser
        .post_json(API_PROFILE_IDENTITIES_OPENID, &json!({}))
        .await;
    let url = answer.json()["redirect"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(answer.status, 200, "{}", answer.body);
    browser.at_op(&url, op_user).await
}

/// Begins a link, and comes back from the OP.
pub(crate) async fn connect(browser: &HttpBrowser, op_user: &str) -> Answer {
    browser.get(&begin(browser, op_user).await).await
}

pub(crate) async fn agree(browser: &HttpBrowser) -> Answer {
    browser.post_json(API_LINK, &json!({})).await
}

pub(crate) async fn linked(browser: &HttpBrowser) -> usize {
    browser
        .get(API_PROFILE_IDENTITIES)
        .await
        .json()
        .as_array()
        .map_or(0, Vec::len)
}

#[tokio::test]
async fn identity_is_linked_after_a_page_that_names_both() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    let old = browser.cookie("postern_session").unwrap();

    let callback = connect(&browser, "bob").await;
    let page = browser.get(API_LINK).await;
    let before = linked(&browser).await;
    let agreed = agree(&browser).await;

    assert_snapshot!(callback.summary(), @"303 See Other, location: /link, sets: postern_link, clears: postern_attempt_…");
    assert_snapshot!(
        page.body,
        @r#"{"label":"Authentik","identity_username":"bob","identity_email":"bob@example.com","account_username":"owner","takes_password":false,"may_register":false}"#
    );
    assert_snapshot!(
        agreed.summary(),
        @"200 OK, redirect: /profile, clears: postern_link, sets: postern_session"
    );
    assert_eq!((before, linked(&browser).await), (0, 1));
    assert_ne!(browser.cookie("postern_session").unwrap(), old);
    browser.set_cookie("postern_session", &old);
    assert_eq!(browser.who().await, None, "the old token is dead");
}

#[tokio::test]
async fn linked_identity_logs_in_to_that_account() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    connect(&browser, "bob").await;
    agree(&browser).await;

    let other = site.browser();
    other.log_in_as("bob").await;

    assert_eq!(other.who().await.as_deref(), Some("owner"));
}

#[tokio::test]
async fn link_that_waits_belongs_to_the_session_that_asked() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    site.add(user("other").await).await;
    let browser = site.logged_in("owner").await;
    connect(&browser, "bob").await;
    let waiting = browser.cookie("postern_link").unwrap();
    let theirs = site.logged_in("other").await;
    theirs.set_cookie("postern_link", &waiting);
    let nobody = site.browser();
    nobody.set_cookie("postern_link", &waiting);

    assert_eq!(agree(&theirs).await.code(), "link_expired");
    assert_eq!(agree(&nobody).await.code(), "link_expired");
    browser.post_json("/api/logout", &json!({})).await;
    assert_eq!(agree(&browser).await.code(), "link_expired");
}

#[tokio::test]
async fn expired_link_attempt_is_refused() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    let callback_url = begin(&browser, "bob").await;
    site.pass(Duration::from_secs(600));

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.code(), "state_expired");
    assert_eq!(linked(&browser).await, 0);
}

#[tokio::test]
async fn identity_of_another_account_is_a_conflict() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;

    assert_eq!(connect(&browser, "bob").await.code(), "link_conflict");
    assert_eq!(browser.who().await.as_deref(), Some("owner"));
}

#[tokio::test]
async fn second_identity_at_the_same_issuer_is_a_conflict_and_the_same_one_is_none() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    assert_eq!(connect(&browser, "alice").await.code(), "link_conflict");
    assert_eq!(connect(&browser, "bob").await.location(), "/profile");
    assert_eq!(linked(&browser).await, 1);
}

#[tokio::test]
async fn of_two_links_that_wait_one_wins() {
    let site = Site::start().await;
    site.add(user("one").await).await;
    site.add(user("two").await).await;
    let (one, two) = (site.logged_in("one").await, site.logged_in("two").await);
    connect(&one, "bob").await;
    connect(&two, "bob").await;

    assert_eq!(agree(&one).await.status, 200);
    assert_snapshot!(agree(&two).await.summary(), @"409 Conflict, code: link_conflict");
    assert_eq!((linked(&one).await, linked(&two).await), (1, 0));
}

#[tokio::test]
async fn linking_asks_for_a_recent_login() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    site.pass(Duration::from_secs(600));

    let answer = browser
        .post_json(API_PROFILE_IDENTITIES_OPENID, &json!({}))
        .await;
    let nobody = site
        .browser()
        .post_json(API_PROFILE_IDENTITIES_OPENID, &json!({}))
        .await;

    assert_snapshot!(answer.summary(), @"403 Forbidden, code: reauth_required");
    assert_snapshot!(nobody.summary(), @"401 Unauthorized, code: unauthenticated");
}

#[tokio::test]
async fn link_at_an_op_that_is_down_says_so() {
    let site = Site::start().await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    site.op.pause().await;
    site.forget_metadata();

    let answer = browser
        .post_json(API_PROFILE_IDENTITIES_OPENID, &json!({}))
        .await;

    assert_snapshot!(answer.summary(), @"502 Bad Gateway, code: op_unreachable");
}

// Roles.

#[tokio::test]
async fn claims_give_the_role_and_who_has_none_is_refused() {
    let site = Site::with(&ROLES).await;
    let (alice, bob) = (site.browser(), site.browser());
    site.op
        .set_groups("carol", &["not-users", "Users", "users "]);

    alice.log_in_as("alice").await;
    bob.log_in_as("bob").await;
    let carol = site.browser().log_in_as("carol").await.callback;

    assert_eq!(
        (role(&alice).await.as_str(), role(&bob).await.as_str()),
        ("admin", "user")
    );
    assert_eq!(carol.code(), "role_missing");
    assert!(
        site.app
            .store
            .account_by_username("carol")
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        !site.app.store.is_setup_open().await.unwrap(),
        "there is an admin"
    );
}

#[tokio::test]
async fn star_admits_everybody_and_dots_lead_into_objects() {
    let site = Site::with(&[
        ("OIDC_CLAIM_ROLES", "realm_access.roles"),
        ("OIDC_ROLE_ADMIN", "boss, chief"),
        ("OIDC_ROLE_USER", "*"),
    ])
    .await;
    site.op
        .set_claim("alice", "realm_access", json!({"roles": ["chief"]}));
    let (alice, carol) = (site.browser(), site.browser());

    alice.log_in_as("alice").await;
    carol.log_in_as("carol").await;

    assert_eq!(
        (role(&alice).await.as_str(), role(&carol).await.as_str()),
        ("admin", "user")
    );
}

#[tokio::test]
async fn role_that_changes_at_the_op_ends_the_other_sessions() {
    let site = Site::with(&ROLES).await;
    site.add(admin("root").await).await;
    let (first, second) = (site.browser(), site.browser());
    first.log_in_as("alice").await;
    site.op.set_groups("alice", &["users"]);

    second.log_in_as("alice").await;

    assert_eq!(role(&second).await, "user");
    assert_eq!(first.who().await, None);
}

#[tokio::test]
async fn last_admin_is_never_demoted() {
    let site = Site::with(&ROLES).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    site.op.set_groups("alice", &["users"]);

    browser.log_in_as("alice").await;

    assert_eq!(role(&browser).await, "admin");
}

#[tokio::test]
async fn last_admin_who_lost_every_role_is_refused_and_stays_admin() {
    let site = Site::with(&ROLES).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    site.op.set_groups("alice", &[]);

    let callback = site.browser().log_in_as("alice").await.callback;

    assert_eq!(callback.code(), "role_missing");
    let alice = site.app.store.account_by_username("alice").await;
    assert_eq!(alice.unwrap().unwrap().role, Role::Admin);
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn role_comes_with_the_login_after_the_link_by_password() {
    let site = Site::with(&ROLES).await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;

    browser
        .post_json(
            API_LINK,
            &json!({"username": "alice", "password": PASSWORD}),
        )
        .await;
    assert_eq!(role(&browser).await, "user");
    browser.log_in_as("alice").await;

    assert_eq!(role(&browser).await, "admin");
}

#[tokio::test]
async fn roles_are_this_servers_own_business_where_no_claim_is_configured() {
    let site = Site::start().await;
    site.add(admin("bob").await).await;
    let browser = site.browser();

    browser.log_in_as("bob").await;

    assert_eq!(role(&browser).await, "admin");
}
