//! The first admin.

use insta::assert_snapshot;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::routes::{API_CONFIG, API_SESSION, API_SETUP};
use tests::http_browser::until_limited;
use tests::site::{PASSWORD, Site, admin, vouched};

fn token(site: &Site) -> String {
    site.app.keys().setup_token().expose_secret().to_owned()
}

fn body(token: &str, username: &str) -> Value {
    json!({"token": token, "username": username, "password": PASSWORD, "email": "root@example.com"})
}

async fn is_needed(site: &Site) -> Value {
    site.browser().get(API_CONFIG).await.json()["setup_needed"].clone()
}

#[tokio::test]
async fn setup_token_makes_the_first_admin_and_logs_in() {
    let site = Site::start().await;
    let browser = site.browser();
    assert_eq!(is_needed(&site).await, true);

    let answer = browser
        .post_json(API_SETUP, &body(&token(&site), "root"))
        .await;

    assert_snapshot!(answer.summary(), @"200 OK, redirect: /, sets: postern_session, sets: postern_browser");
    let session = browser.get(API_SESSION).await.json();
    assert_eq!(
        (&session["user"]["username"], &session["user"]["role"]),
        (&json!("root"), &json!("admin"))
    );
    assert_eq!(is_needed(&site).await, false);
    let account = site
        .app
        .store
        .account_by_username("root")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (account.email_voucher, account.email_is_vouched_for()),
        (None, true)
    );
}

#[tokio::test]
async fn plain_form_makes_the_first_admin() {
    let site = Site::start().await;
    let token = token(&site);
    let form = [
        ("token", token.as_str()),
        ("username", "root"),
        ("password", PASSWORD),
        ("email", ""),
    ];

    let answer = site.browser().post_form(API_SETUP, &form).await;

    assert_snapshot!(answer.summary(), @"303 See Other, location: /api/login/check?next=%2F, sets: postern_session, sets: postern_browser");
}

#[tokio::test]
async fn wrong_token_makes_nobody() {
    let site = Site::start().await;
    let browser = site.browser();
    for wrong in ["", "x", &token(&site)[1..], &token(&site).to_lowercase()] {
        let answer = browser.post_json(API_SETUP, &body(wrong, "root")).await;
        assert_eq!(answer.code(), "setup_token_wrong", "{wrong}");
    }

    let form = [("token", "x"), ("username", "root"), ("password", PASSWORD)];
    let answer = browser.post_form(API_SETUP, &form).await;

    assert_snapshot!(answer.summary(), @"303 See Other, location: /setup?error=setup_token_wrong");
    assert_eq!(is_needed(&site).await, true);
}

#[tokio::test]
async fn what_is_unfit_is_named_and_setup_stays_open() {
    let site = Site::start().await;
    site.add(vouched("taken").await).await;
    let browser = site.browser();
    let check = async |name: &str, value: &str, expected: &str| {
        let mut body = body(&token(&site), "root");
        body[name] = json!(value);
        assert_eq!(
            browser.post_json(API_SETUP, &body).await.code(),
            expected,
            "{name} {value}"
        );
    };

    check("username", "", "username_invalid").await;
    check("username", "a b", "username_invalid").await;
    check("username", "TAKEN", "username_taken").await;
    check("password", "too short", "password_unfit").await;
    check("email", "root", "email_invalid").await;
    check("email", "TAKEN@example.com", "email_taken").await;
    assert_eq!(is_needed(&site).await, true);
}

#[tokio::test]
async fn setup_is_closed_for_good_once_an_admin_exists() {
    let site = Site::start().await;
    site.add(admin("root").await).await;

    let answer = site
        .browser()
        .post_json(API_SETUP, &body(&token(&site), "other"))
        .await;

    assert_snapshot!(answer.summary(), @"409 Conflict, code: setup_closed");
    assert_eq!(is_needed(&site).await, false);
}

#[tokio::test]
async fn of_two_setups_at_once_one_wins() {
    let site = Site::start().await;
    let (one, other) = (site.browser(), site.browser());
    let (first, second) = (
        body(&token(&site), "one"),
        json!({
            "token": token(&site), "username": "two", "password": PASSWORD,
        }),
    );

    let (first, second) = tokio::join!(
        one.post_json(API_SETUP, &first),
        other.post_json(API_SETUP, &second)
    );

    let mut codes = [first.code(), second.code()];
    codes.sort();
    assert_eq!(codes, ["", "setup_closed"]);
    assert_ne!(one.who().await.is_some(), other.who().await.is_some());
}

#[tokio::test]
async fn guessing_the_token_is_limited() {
    let site = Site::start().await;
    let browser = site.browser();
    let guess = body("guess", "root");

    let answer = until_limited(async || browser.post_json(API_SETUP, &guess).await).await;

    assert_snapshot!(answer.summary(), @"429 Too Many Requests, code: rate_limited");
}
