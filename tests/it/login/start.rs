//! The first half of a login through the OP: the browser is sent there.

use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGIN, API_LOGIN_OPENID, API_OAUTH_OPENID};
use tests::site::{CLIENT_ID, PASSWORD, Site, user};

#[tokio::test]
async fn login_start_asks_for_a_code_with_state_nonce_and_pkce() {
    let site = Site::start().await;

    let answer = site.browser().get(API_LOGIN_OPENID).await;

    assert_snapshot!(answer.summary(), @"303 See Other, location: OP/application/o/authorize/?response_type=code&client_id=postern&redirect_uri=POSTERN%2Fapi%2Foauth%2Fopenid&scope=openid+profile+email&state=…&nonce=…&code_challenge=…&code_challenge_method=S256, sets: postern_attempt_…");
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(answer.param(name).unwrap().len(), 43, "{name}: 256 bits");
    }
    assert_eq!(answer.param("client_id").as_deref(), Some(CLIENT_ID));
}

#[tokio::test]
async fn every_login_start_is_another() {
    let site = Site::start().await;
    let browser = site.browser();

    let (one, other) = (
        browser.get(API_LOGIN_OPENID).await,
        browser.get(API_LOGIN_OPENID).await,
    );

    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(one.param(name), other.param(name), "{name}");
    }
    assert_eq!(browser.cookie_names().len(), 2);
}

#[tokio::test]
async fn redirect_uri_and_scopes_are_sent_as_they_are_configured() {
    let uri = "https://App.Example.com:443/api/oauth/openid";
    let site = Site::with(&[("OIDC_REDIRECT_URI", uri), ("OIDC_SCOPES", "openid groups")]).await;
    let browser = site.browser();

    let answer = browser.get(API_LOGIN_OPENID).await;

    assert_eq!(answer.param("redirect_uri").as_deref(), Some(uri));
    assert_eq!(answer.param("scope").as_deref(), Some("openid groups"));
}

#[tokio::test]
async fn browser_keeps_five_attempts_and_the_oldest_goes() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.get(API_LOGIN_OPENID).await;
    let oldest = browser.cookie_names();
    for _ in 0..5 {
        site.pass(Duration::from_secs(1));
        browser.get(API_LOGIN_OPENID).await;
    }

    let kept = browser.cookie_names();

    assert_eq!(kept.len(), 5);
    assert!(!kept.contains(&oldest[0]));
}

#[tokio::test]
async fn expired_attempts_and_foreign_cookies_make_room() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.get(API_LOGIN_OPENID).await;
    browser.set_cookie("postern_attempt_0123456789abcdef", "garbage");
    site.pass(Duration::from_secs(600));

    browser.get(API_LOGIN_OPENID).await;

    assert_eq!(browser.cookie_names().len(), 1);
}

#[tokio::test]
async fn openid_routes_are_closed_where_it_is_off() {
    let site = Site::with(&[("OIDC_ENABLED", "false")]).await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let none = json!({});

    for path in [API_LOGIN_OPENID, API_OAUTH_OPENID] {
        assert_eq!(browser.get(path).await.code(), "openid_disabled", "{path}");
    }
    assert_eq!(
        browser.post_form(API_OAUTH_OPENID, &[]).await.code(),
        "openid_disabled"
    );
    let link = browser
        .post_json("/api/profile/identities/openid", &none)
        .await;
    assert_eq!(link.code(), "openid_disabled");
    assert!(browser.get(API_CONFIG).await.json()["openid"].is_null());
}

#[tokio::test]
async fn cookies_are_for_scripts_and_other_sites_out_of_reach() {
    let site = Site::start().await;

    let login = site.browser().log_in_as("bob").await;

    let attempt = login.start.set_cookies()[0].split_once("; ").unwrap().1;
    assert_eq!(attempt, "HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
    let session = login.callback.set_cookies()[0].split_once("; ").unwrap().1;
    assert_eq!(session, "HttpOnly; SameSite=Lax; Path=/; Max-Age=1209600");
}

#[tokio::test]
async fn next_as_nginx_writes_it_leads_back_to_that_place() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();

    for place in ["/my%20games/1", "/pelit/%C3%A4ht", "/c++/a?b=c+d&e=%C3%A4"] {
        let start = format!("{API_LOGIN_OPENID}?next={place}");
        let login = browser.log_in_at(&start, "bob").await;
        assert_eq!(login.callback.location(), place);

        let page = browser
            .get(&format!("/login?local=1&next={place}"))
            .await
            .body;
        let field = format!("name=\"next\" value=\"{}\"", place.replace('&', "&amp;"));
        assert!(page.contains(&field), "{page}");
        let body = json!({"username": "alice", "password": PASSWORD, "next": place});
        let answer = site.browser().post_json(API_LOGIN, &body).await;
        assert_eq!(answer.json()["redirect"], place);
    }
}
