//! Confirming through the OP that it is you: by a login there, and not by the OP's own session.

use std::time::Duration;

use demo_op::Lie;
use serde_json::json;
use shared::routes::{API_LOGIN_OPENID, API_PROFILE};
use tests::answer::{Answer, param};
use tests::http_browser::HttpBrowser;
use tests::site::Site;

const HOUR: Duration = Duration::from_secs(3600);
const CONFIRM: &str = "/api/login/openid?next=/profile&confirm=1";

/// Goes to the OP and back by the OP's own session, if that is enough for it.
async fn by_sso(browser: &HttpBrowser, start: &str) -> Option<Answer> {
    let start = browser.get(start).await;
    let answer = browser.get(start.location()).await;
    if answer.location().starts_with('/') {
        return None;
    }
    Some(browser.get(answer.location()).await)
}

async fn change(browser: &HttpBrowser) -> u16 {
    let body = json!({"email": "new@example.com"});
    browser.patch(API_PROFILE, &body).await.status.as_u16()
}

#[tokio::test]
async fn session_of_the_op_confirms_nothing() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    site.pass(HOUR);

    let answer = by_sso(&browser, API_LOGIN_OPENID).await;

    assert_eq!(answer.expect("a login by the session").location(), "/");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
    assert_eq!(change(&browser).await, 403);
}

#[tokio::test]
async fn confirming_asks_the_op_for_a_login_and_is_good() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    site.pass(HOUR);
    assert_eq!(change(&browser).await, 403);

    assert!(by_sso(&browser, CONFIRM).await.is_none(), "a login page");
    let login = browser.log_in_at(CONFIRM, "bob").await;

    assert_eq!(
        param(login.start.location(), "max_age").as_deref(),
        Some("0")
    );
    assert_eq!(login.callback.location(), "/profile");
    assert_eq!(change(&browser).await, 200);
}

#[tokio::test]
async fn op_that_did_not_ask_again_is_found_out() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    site.pass(HOUR);
    let hour_ago = site.now().minus(HOUR).unix();
    for auth_time in [json!(hour_ago), json!("yesterday")] {
        site.op.lies(Lie::Claim("auth_time".to_owned(), auth_time));
        let login = browser.log_in_at(CONFIRM, "bob").await;
        assert_eq!(login.callback.code(), "token_invalid");
        site.op.speaks_true();
    }
    assert_eq!(change(&browser).await, 403);

    // An OP that never sends it cannot be held against it.
    site.op
        .lies(Lie::Claim("auth_time".to_owned(), json!(null)));
    browser.log_in_at(CONFIRM, "bob").await;
    assert_eq!(change(&browser).await, 200);
}
