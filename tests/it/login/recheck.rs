//! Sessions begun at the OP, about which it is asked again.

use std::time::Duration;

use demo_op::{Fault, Lie};
use serde_json::json;
use shared::routes::{API_CONFIG, API_LINK, API_LOGIN_OPENID, LOGIN};
use shared::text::Language;
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::logins::{ROLES, role};
use tests::site::{PASSWORD, Site, user};

const TOKEN: &str = "/application/o/token/";
const AGE: Duration = Duration::from_secs(900);
const RECHECK: (&str, &str) = ("OIDC_RECHECK_SECONDS", "900");

/// A site that asks again, where Bob is logged in.
async fn site_with_bob(settings: &[(&str, &str)]) -> (Site, HttpBrowser) {
    let mut all = vec![RECHECK];
    all.extend(settings);
    let site = Site::with(&all).await;
    let bob = site.browser();
    let callback = bob.log_in_as("bob").await.callback;
    assert_eq!(callback.location(), "/", "{}", callback.summary());
    (site, bob)
}

/// Returns how often the OP was asked.
fn refreshes(site: &Site) -> usize {
    let requests = site.op.requests_to(TOKEN);
    let is_refresh = |grant: Option<&str>| grant == Some("refresh_token");
    let asked = requests.iter();
    asked
        .filter(|request| is_refresh(request.param("grant_type")))
        .count()
}

#[tokio::test]
async fn user_set_inactive_at_the_op_is_out_at_the_next_use() {
    let (site, bob) = site_with_bob(&[]).await;
    site.op.change_user("bob", |user| user.active = false);
    site.pass(AGE.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(bob.who().await.is_some(), "nobody asks before it is due");
    assert_eq!(refreshes(&site), 0);
    site.pass(Duration::from_secs(1));

    let who = bob.who().await;

    assert_eq!(who, None);
    assert_eq!(refreshes(&site), 1);
    let config = bob.get(API_CONFIG).await.json();
    assert_eq!(config["ended_by_provider"], true);
    let page = bob.get(LOGIN).await.body;
    assert!(page.contains("Authentik ended your session."), "{page}");
    let filter = postern::store::AuditFilter {
        kind: Some("session_ended_by_op".to_owned()),
        limit: 10,
        ..Default::default()
    };
    let entries = site.app.audit(&filter, Language::ENGLISH).await.unwrap();
    assert_eq!(entries.len(), 1);
    let detail = entries[0].detail.as_deref().unwrap_or_default();
    assert!(detail.contains("invalid_grant"), "{detail}");
}

#[tokio::test]
async fn op_that_is_down_leaves_the_session_and_is_asked_later() {
    let (site, bob) = site_with_bob(&[]).await;
    site.op.pause().await;
    site.pass(AGE);
    assert!(bob.who().await.is_some());
    site.op.resume().await.unwrap();
    for fault in [Fault::Status(503), Fault::Status(500)] {
        site.pass(Duration::from_secs(60));
        site.op.lies(Lie::Token(fault));
        assert!(bob.who().await.is_some());
        site.op.speaks_true();
        site.op.forget_requests();
        assert!(bob.who().await.is_some());
        assert_eq!(refreshes(&site), 0, "not at each request");
    }

    site.op.change_user("bob", |user| user.active = false);
    site.pass(Duration::from_secs(60));

    assert_eq!(bob.who().await, None);
}

#[tokio::test]
async fn refused_client_says_nothing_about_the_user() {
    let (site, bob) = site_with_bob(&[]).await;
    site.op
        .lies(Lie::TokenError(401, "invalid_client".to_owned()));
    site.pass(AGE);

    assert!(bob.who().await.is_some());
}

#[tokio::test]
async fn role_follows_and_no_role_ends_every_session_of_the_identity() {
    let (site, bob) = site_with_bob(&ROLES).await;
    let elsewhere = site.browser();
    elsewhere.log_in_as("bob").await;
    assert_eq!(role(&bob).await, "user");
    site.op.set_groups("bob", &["admins"]);
    site.pass(AGE);
    assert_eq!(bob.who().await, None, "no token outlives its role");
    assert_eq!(elsewhere.who().await, None, "its role was another");
    bob.log_in_as("bob").await;
    elsewhere.log_in_as("bob").await;
    assert_eq!(role(&bob).await, "admin");
    site.op.set_groups("bob", &[]);
    site.pass(AGE);

    assert_eq!(bob.who().await, None);

    assert_eq!(refreshes(&site), 2);
    assert_eq!(elsewhere.who().await, None);
}

#[tokio::test]
async fn requests_at_once_ask_once_and_the_next_token_is_kept() {
    let (site, bob) = site_with_bob(&[]).await;
    for asked in 1..=3 {
        site.pass(AGE);
        let all = tokio::join!(bob.who(), bob.who(), bob.who(), bob.who(), bob.who());
        let who = [all.0, all.1, all.2, all.3, all.4];
        assert!(
            who.iter().all(|who| who.as_deref() == Some("bob")),
            "{who:?}"
        );
        assert_eq!(refreshes(&site), asked);
    }
    site.op.change_user("bob", |user| user.active = false);
    site.pass(AGE);

    let all = tokio::join!(bob.who(), bob.who(), bob.who());

    assert_eq!(all, (None, None, None), "nobody slips through meanwhile");
}

#[tokio::test]
async fn refresh_token_that_serves_again_and_no_id_token_will_do() {
    let (site, bob) = site_with_bob(&[]).await;
    for lies in [
        vec![Lie::RefreshKept],
        vec![Lie::RefreshKept, Lie::IdTokenMissing],
        vec![],
    ] {
        for lie in lies {
            site.op.lies(lie);
        }
        site.pass(AGE);
        assert_eq!(bob.who().await.as_deref(), Some("bob"));
        site.op.speaks_true();
    }
    assert_eq!(refreshes(&site), 3);
}

#[tokio::test]
async fn answer_about_another_user_changes_nothing() {
    let (site, bob) = site_with_bob(&[]).await;
    site.op.lies(Lie::SubWrong);
    site.pass(AGE);

    assert_eq!(bob.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn without_the_setting_nothing_is_asked_for() {
    let site = Site::start().await;
    let bob = site.browser();
    let start = bob.get(API_LOGIN_OPENID).await;
    assert!(!start.location().contains("offline_access"));
    bob.log_in_as("bob").await;
    site.op.change_user("bob", |user| user.active = false);
    site.pass(AGE);

    assert!(bob.who().await.is_some());
    assert_eq!(refreshes(&site), 0);
}

#[tokio::test]
async fn op_that_gives_no_refresh_token_is_named() {
    let site = Site::with(&[RECHECK]).await;
    Log::begin();
    site.op.lies(Lie::TokenWithout("refresh_token".to_owned()));
    let bob = site.browser();
    bob.log_in_as("bob").await;
    site.pass(AGE);

    assert!(bob.who().await.is_some());
    let log = Log::text();
    assert!(
        log.contains("let it grant the scope offline_access"),
        "{log}"
    );
}

/// A link waits in a cookie, where no refresh token goes: the OP, which has just logged the user
/// in, is asked once more.
#[tokio::test]
async fn session_begun_by_a_link_is_asked_about_too() {
    for by_form in [false, true] {
        let site = Site::with(&[RECHECK]).await;
        site.add(user("bob").await).await;
        let bob = site.browser();
        let callback = bob.log_in_as("bob").await.callback;
        assert_eq!(callback.location(), "/link", "{}", callback.summary());
        let next = if by_form {
            let fields = [
                ("way", "account"),
                ("username", "bob"),
                ("password", PASSWORD),
            ];
            let answer = bob.post_form(API_LINK, &fields).await;
            answer.location().to_owned()
        } else {
            let answer = json!({"way": "account", "username": "bob", "password": PASSWORD});
            let answer = bob.post_json(API_LINK, &answer).await.json();
            answer["redirect"].as_str().unwrap().to_owned()
        };
        assert!(next.starts_with(API_LOGIN_OPENID), "{next}");

        let callback = bob.log_in_at(&next, "bob").await.callback;

        assert_eq!(callback.location(), "/", "{}", callback.summary());
        site.op.change_user("bob", |user| user.active = false);
        site.pass(AGE);
        assert_eq!(bob.who().await, None);
    }
}
