//! No secret in the log, on the wire or in the database: found by planting and looking.

use backend::account::NewAccount;
use demo_op::Lie;
use serde_json::json;
use shared::routes::{API_CONFIG, API_LINK, API_LOGIN, API_LOGOUT, API_PROFILE, API_SESSION};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tests::answer::{Answer, param};
use tests::http_browser::{HttpBrowser, OpLogin};
use tests::log::Log;
use tests::site::{CLIENT_SECRET, PASSWORD, Site, admin, user};

const SECRET_KEY: &str = "a-secret-key-that-is-long-enough-to-seal-all-cookies-0123456789";

/// What the OP learned in a login: code, verifier, access token; and what the browser did.
fn secrets_of(site: &Site, login: &OpLogin) -> Vec<String> {
    let mut secrets: Vec<String> = ["state", "nonce", "code_challenge"]
        .into_iter()
        .filter_map(|name| login.start.param(name))
        .collect();
    secrets.extend(param(&login.callback_url, "code"));
    for request in site.op.requests() {
        secrets.extend(request.param("code_verifier").map(str::to_owned));
        let bearer = request
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "));
        secrets.extend(bearer.map(str::to_owned));
    }
    secrets
}

fn cookies_of(browser: &HttpBrowser) -> Vec<String> {
    browser
        .cookie_names()
        .iter()
        .filter_map(|name| browser.cookie(name))
        .collect()
}

/// Logs in, and fails to, in every way that has a secret in it; returns all secrets.
async fn use_everything(site: &Site) -> Vec<String> {
    let mut secrets = [CLIENT_SECRET, SECRET_KEY, PASSWORD]
        .map(str::to_owned)
        .to_vec();
    secrets.extend(
        [
            "a wrong password",
            "a wrong token",
            "alice-demo",
            "bob-demo",
        ]
        .map(str::to_owned),
    );
    let browser = site.logged_in("root").await;
    secrets.extend(cookies_of(&browser));
    site.browser().log_in("root", "a wrong password").await;
    let form = [("username", "root"), ("password", "a wrong password")];
    site.browser().post_form(API_LOGIN, &form).await;
    let setup = json!({"token": "a wrong token", "username": "x", "password": PASSWORD});
    browser.post_json("/api/setup", &setup).await;

    for lie in [
        Lie::ClaimsOnlyAtUserinfo,
        Lie::NonceWrong,
        Lie::BadSignature,
        Lie::UserinfoArray,
    ] {
        site.op.lies(lie);
        let browser = site.browser();
        let login = browser.log_in_as("bob").await;
        secrets.extend(secrets_of(site, &login));
        secrets.extend(cookies_of(&browser));
        browser.get(&login.callback_url).await;
        site.op.speaks_true();
    }
    let linking = site.browser();
    linking.log_in_as("alice").await;
    secrets.extend(cookies_of(&linking));
    linking
        .post_json(API_LINK, &json!({"password": "a wrong password"}))
        .await;
    linking
        .post_json(API_LINK, &json!({"password": PASSWORD}))
        .await;
    secrets.extend(cookies_of(&linking));
    linking.post_json(API_LOGOUT, &json!({})).await;
    secrets
}

fn assert_none_in(secrets: &[String], text: &str, place: &str) {
    assert!(secrets.len() > 20, "there were secrets to be found");
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{place} has {secret}");
    }
}

async fn site() -> Site {
    let site = Site::with(&[("POSTERN_SECRET_KEY", SECRET_KEY)]).await;
    site.add(admin("root").await).await;
    site.add(NewAccount {
        email_set_by_admin: false,
        ..user("alice").await
    })
    .await;
    site
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    Log::begin();
    let site = site().await;

    let secrets = use_everything(&site).await;

    let log = Log::text();
    for logged in [
        "login failed: ",
        "logged in",
        "ID token rejected",
        "identity linked",
    ] {
        assert!(log.contains(logged), "the log has what happened: {logged}");
    }
    assert_none_in(&secrets, &log, "the log");
}

#[tokio::test]
async fn no_secret_of_the_op_or_the_server_is_in_a_body() {
    let site = site().await;
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;
    let mut secrets = secrets_of(&site, &login);
    secrets.extend([CLIENT_SECRET, SECRET_KEY, PASSWORD, "$argon2id$"].map(str::to_owned));
    secrets.extend(cookies_of(&browser));
    let mut answers: Vec<Answer> = vec![login.start, login.callback];
    for path in [
        API_CONFIG,
        API_SESSION,
        API_PROFILE,
        "/",
        "/login",
        "/profile",
        "/readyz",
    ] {
        answers.push(browser.get(path).await);
    }
    answers.push(browser.post_json(API_LOGOUT, &json!({})).await);

    for answer in answers {
        for secret in &secrets {
            assert!(
                !answer.body.contains(secret.as_str()),
                "{secret} is in {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn token_of_a_session_is_not_in_the_database() {
    let site = site().await;
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;
    let mut secrets = secrets_of(&site, &login);
    secrets.extend(cookies_of(&browser));
    let backend::config::Database::Sqlite(file) = &site.app.config.database else {
        return;
    };
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();

    let rows: Vec<(String,)> = sqlx::query_as(
        "select hex(token_hash) || coalesce(id_token, '') || coalesce(op_sid, '') from session",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();

    assert_eq!(rows.len(), 1);
    assert!(
        secrets
            .iter()
            .all(|secret| !rows[0].0.contains(secret.as_str()))
    );
    assert!(
        !rows[0].0.contains("eyJ"),
        "no ID token where logout does not need it"
    );
}
