//! The login page with `OIDC_AUTOLOGIN`: users who must not be sent to the OP see the form.

use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGOUT};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::site::{Site, admin};

async fn site() -> Site {
    let site = Site::with(&[("OIDC_AUTOLOGIN", "true")]).await;
    site.add(admin("root").await).await;
    site
}

/// Opens a page that must stay: nothing in the answer leads away, and the form is there.
async fn stays(browser: &HttpBrowser, url: &str) -> Answer {
    let page = browser.get(url).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, ""), "{url}");
    assert_eq!(page.header("refresh"), "", "{url}");
    assert!(!page.body.contains("http-equiv=\"refresh\""), "{url}");
    assert!(page.body.contains("id=\"login-form\""), "{url}");
    page
}

#[tokio::test]
async fn page_after_a_logout_stays_whatever_comes_back_with_it() {
    let site = site().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let logout = browser.post_json(API_LOGOUT, &json!({})).await.json();

    assert_eq!(logout["redirect"], "/login?logged_out=1");
    for rest in ["", "&state=abc", "&state=a&state=b", "&iss=x&code=y&error="] {
        let page = stays(&browser, &format!("/login?logged_out=1{rest}")).await;
        assert!(page.body.contains("You are logged out."), "{rest}");
    }
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn page_stays_after_an_error_and_with_local() {
    let site = site().await;
    let browser = site.browser();
    let start = browser.get("/api/login/openid").await;
    let callback_url = browser.cancel_at_op(start.location()).await;
    let callback = browser.get(&callback_url).await;

    stays(&browser, callback.location()).await;
    stays(&browser, "/login?local=1").await;
    stays(&browser, "/login?error=op_error&next=%2Fprofile").await;
}

#[tokio::test]
async fn page_learns_that_it_should_leave_and_that_the_op_is_away() {
    let site = site().await;
    let browser = site.browser();
    let openid = async || browser.get(API_CONFIG).await.json()["openid"].clone();

    let there = openid().await;
    site.op.pause().await;
    site.forget_metadata();
    browser.get("/api/login/openid").await;
    let away = openid().await;

    assert_eq!(
        (&there["autologin"], &there["unreachable_since"]),
        (&json!(true), &json!(null))
    );
    assert_eq!(away["unreachable_since"], site.now().unix());
    stays(&browser, "/login").await;
}
