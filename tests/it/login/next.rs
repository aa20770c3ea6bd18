//! Where a browser wanted to go, after a try that failed.

use secrecy::ExposeSecret;
use serde_json::json;
use shared::routes::{API_LOGIN, API_LOGIN_OPENID, API_SETUP};
use tests::site::{PASSWORD, Site};

#[tokio::test]
async fn failed_form_leads_on_after_the_next_try() {
    let site = Site::start().await;
    let browser = site.browser();
    for (path, page) in [(API_LOGIN, "/login?"), (API_SETUP, "/setup?")] {
        let fields = [
            ("token", "wrong"),
            ("username", "nobody"),
            ("password", "not a password"),
            ("next", "/profile?tab=logins"),
        ];

        let answer = browser.post_form(path, &fields).await;

        let place = answer.location();
        assert!(place.starts_with(page), "{place}");
        assert!(
            place.ends_with("&next=%2Fprofile%3Ftab%3Dlogins"),
            "{place}"
        );
    }
}

#[tokio::test]
async fn setup_leads_to_where_the_browser_wanted_to_go() {
    let site = Site::start().await;
    let token = site.app.keys().setup_token().expose_secret().to_owned();
    let body = json!({
        "token": token, "username": "root", "password": PASSWORD, "next": "/doctor",
    });

    let answer = site.browser().post_json(API_SETUP, &body).await;

    assert_eq!(answer.json()["redirect"], "/doctor");
}

#[tokio::test]
async fn refusal_by_the_provider_leads_on_after_the_next_try() {
    let site = Site::start().await;
    let browser = site.browser();
    let start = format!("{API_LOGIN_OPENID}?next=%2Fdoctor");
    let leaving = browser.get(&start).await;

    let callback = browser.cancel_at_op(leaving.location()).await;
    let answer = browser.get(&callback).await;

    let place = answer.location();
    assert!(
        place.starts_with("/login?error=access_denied&ref="),
        "{place}"
    );
    assert!(place.ends_with("&next=%2Fdoctor"), "{place}");
}
