//! Login by password, and the login page's configuration.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;
use postern::account::NewAccount;
use postern::audit::Actor;
use postern::presets;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LOGIN, API_PROFILE_PASSWORD, API_SESSION_CONFIRM, API_SETUP};
use tests::http_browser::until_limited;
use tests::logins::set_disabled;
use tests::site::{PASSWORD, Site, user};

#[tokio::test]
async fn right_password_logs_in() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();

    let answer = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(answer.summary(), @"200 OK, redirect: /, sets: postern_session, sets: postern_browser");
    assert_eq!(browser.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn username_is_taken_without_regard_to_case_and_white_space() {
    let site = Site::start().await;
    site.add(user("Alice").await).await;
    let browser = site.browser();

    browser.log_in(" aLICE ", PASSWORD).await;

    assert_eq!(browser.who().await.as_deref(), Some("Alice"));
}

#[tokio::test]
async fn wrong_password_and_unknown_user_get_the_same_answer() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();

    let wrong = browser.log_in("alice", "not the password").await;
    let unknown = browser.log_in("nobody", "not the password").await;

    assert_snapshot!(wrong.summary(), @"401 Unauthorized, code: invalid_credentials");
    let but_for_the_reference = |answer: &tests::answer::Answer| {
        let mut body = answer.json();
        body["ref"] = json!("");
        (answer.status, body, answer.set_cookies().len())
    };
    assert_eq!(
        but_for_the_reference(&wrong),
        but_for_the_reference(&unknown)
    );
    assert_eq!(browser.who().await, None);
}

#[tokio::test]
async fn username_that_the_database_cannot_take_is_nobodys() {
    let site = Site::start().await;

    let answer = site.browser().log_in("ali\0ce", PASSWORD).await;

    assert_snapshot!(answer.summary(), @"401 Unauthorized, code: invalid_credentials");
}

#[tokio::test]
async fn that_an_account_is_disabled_is_told_only_to_who_knows_its_password() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    set_disabled(&site.app.store, id, true, Actor::server(site.now())).await;
    let browser = site.browser();

    let guess = browser.log_in("alice", "not the password").await;
    let owner = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(guess.summary(), @"401 Unauthorized, code: invalid_credentials");
    assert_snapshot!(owner.summary(), @"403 Forbidden, code: account_disabled");
}

#[tokio::test]
async fn guessing_is_limited_by_account_whether_it_exists_or_not() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    for _ in 0..10 {
        assert_eq!(
            browser.log_in("nobody", "guess").await.code(),
            "invalid_credentials"
        );
    }

    let limited = until_limited(async || browser.log_in("NOBODY", "guess").await).await;
    let another = browser.log_in("alice", PASSWORD).await;

    assert_snapshot!(limited.summary(), @"429 Too Many Requests, code: rate_limited");
    let wait: u64 = limited.header("retry-after").parse().unwrap();
    assert_eq!(wait, 20);
    assert_eq!(limited.json()["retry_after"], wait);
    assert_eq!(another.status, 200);
    site.pass(Duration::from_secs(wait - 1));
    let early = browser.log_in("nobody", "guess").await;
    site.pass(Duration::from_secs(1));
    let in_time = browser.log_in("nobody", "guess").await;
    assert_eq!(
        (early.code(), in_time.code()),
        ("rate_limited".to_owned(), "invalid_credentials".to_owned())
    );
}

#[tokio::test]
async fn limited_form_ends_on_the_error_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let form = [("username", "nobody"), ("password", "guess")];

    let answer = until_limited(async || browser.post_form(API_LOGIN, &form).await).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /login?error=rate_limited&ref=…"
    );
}

#[tokio::test]
async fn plain_form_logs_in_and_goes_on() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let form = [
        ("username", "alice"),
        ("password", PASSWORD),
        ("next", "/profile?tab=1"),
    ];

    let answer = site.browser().post_form(API_LOGIN, &form).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /api/login/check?next=%2Fprofile%3Ftab%3D1, sets: postern_session, sets: postern_browser"
    );
}

#[tokio::test]
async fn plain_form_with_a_wrong_password_ends_on_the_error_page() {
    let site = Site::start().await;
    let form = [
        ("username", "alice"),
        ("password", "wrong"),
        ("next", "/profile"),
    ];

    let answer = site.browser().post_form(API_LOGIN, &form).await;

    assert_snapshot!(
        answer.summary(),
        @"303 See Other, location: /login?error=invalid_credentials&ref=…&next=%2Fprofile"
    );
}

#[tokio::test]
async fn bodies_that_are_no_login_are_refused() {
    let site = Site::start().await;
    let browser = site.browser();
    let check = async |media_type: &str, body: &str, expected: &str| {
        let request = browser.call(reqwest::Method::POST, API_LOGIN);
        let request = request
            .header("content-type", media_type)
            .body(body.to_owned());
        assert_eq!(
            browser.send(request).await.code(),
            expected,
            "{media_type} {body}"
        );
    };

    let form = "application/x-www-form-urlencoded";
    check("application/json", "{", "bad_request").await;
    check("application/json", r#"{"username":"alice"}"#, "bad_request").await;
    check(
        "application/json",
        r#"{"username":1,"password":[]}"#,
        "bad_request",
    )
    .await;
    check(form, "username=alice", "bad_request").await;
    check(form, "username=a&username=b&password=c", "bad_request").await;
    check(
        "text/plain",
        r#"{"username":"a","password":"b"}"#,
        "json_required",
    )
    .await;
    check("multipart/form-data", "", "json_required").await;
    check(
        "application/json",
        &format!("\"{}\"", "x".repeat(40_000)),
        "too_large",
    )
    .await;
}

#[tokio::test]
async fn switched_off_passwords_are_refused_by_the_server() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;
    let alice = site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let check = async |path: &str, body: serde_json::Value| {
        assert_eq!(
            browser.post_json(path, &body).await.code(),
            "password_login_disabled",
            "{path}"
        );
    };

    check(
        API_LOGIN,
        json!({"username": "alice", "password": PASSWORD}),
    )
    .await;
    check(API_SESSION_CONFIRM, json!({"password": PASSWORD})).await;
    check(API_PROFILE_PASSWORD, json!({"new": "a new password"})).await;
    check(
        API_SETUP,
        json!({"token": "", "username": "root", "password": PASSWORD}),
    )
    .await;
    let form = [("username", "alice"), ("password", PASSWORD)];
    assert_eq!(
        browser.post_form(API_LOGIN, &form).await.code(),
        "password_login_disabled"
    );
    assert!(
        site.app
            .store
            .account(alice)
            .await
            .unwrap()
            .unwrap()
            .password_hash
            .is_some()
    );
    let config = browser.get(API_CONFIG).await.json();
    assert_eq!(
        (&config["password_login"], &config["setup_needed"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn login_page_is_told_what_there_is() {
    let site = Site::with(&[("OIDC_AUTOLOGIN", "true")]).await;

    let config = site.browser().get(API_CONFIG).await;

    let icon = presets::icon("authentik", "Authentik").replace('"', "\\\"");
    assert_snapshot!(
        config.body.replace(&icon, "<svg …>").replace(site.origin(), "POSTERN"),
        @r#"{"password_login":true,"provider_first":false,"setup_needed":true,"signed_in":false,"ended_by_provider":false,"database_away":false,"openid":{"provider":"authentik","label":"Authentik","icon":"<svg …>","autologin":true,"links_by_email":true,"unreachable_since":null},"public_url":"POSTERN","hint":null}"#
    );
}

#[tokio::test]
async fn administrator_is_told_the_remedy_at_this_op() {
    let site = Site::start().await;
    let browser = site.browser();

    let known = browser
        .get(&format!("{API_CONFIG}?error=client_rejected"))
        .await
        .json();
    let unknown = browser
        .get(&format!("{API_CONFIG}?error=%3Cscript%3E"))
        .await
        .json();

    let hint = known["hint"].as_str().unwrap();
    assert!(
        hint.contains("Authentik") && hint.contains("Client Secret"),
        "{hint}"
    );
    assert!(unknown["hint"].is_null());
}

#[tokio::test]
async fn password_is_one_however_its_letters_are_composed() {
    let (composed, decomposed) = ("p\u{e4}sswort 12", "pa\u{308}sswort 12");
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let change = json!({"current": PASSWORD, "new": decomposed});
    let changed = browser.post_json(API_PROFILE_PASSWORD, &change).await;
    assert_eq!(changed.status, 204);

    for typed in [composed, decomposed] {
        assert_eq!(site.browser().log_in("alice", typed).await.status, 200);
    }
}

#[tokio::test]
async fn hash_of_an_earlier_version_is_replaced_at_the_next_login() {
    let (composed, decomposed) = ("p\u{e4}sswort 12", "pa\u{308}sswort 12");
    let salt = argon2::password_hash::SaltString::from_b64("c2FsdHNhbHRzYWx0").unwrap();
    let hash = Argon2::default().hash_password(decomposed.as_bytes(), &salt);
    let older = hash.unwrap().to_string();
    let site = Site::start().await;
    let id = site
        .add(NewAccount {
            password_hash: Some(older.clone()),
            ..user("alice").await
        })
        .await;
    let stored = async || {
        let account = site.app.store.account(id).await.unwrap();
        account.unwrap().password_hash.unwrap()
    };

    for (typed, is_kept) in [("other", true), (composed, false), (decomposed, false)] {
        let answer = site.browser().log_in("alice", typed).await;
        assert_eq!(answer.status == 200, typed != "other", "{typed}");
        assert_eq!(stored().await == older, is_kept, "{typed}");
    }
}
