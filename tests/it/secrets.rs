//! No secret in the log, on the wire or in the database: found by planting and looking.

use demo_op::Lie;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use shared::routes::{
    API_AUDIT, API_CONFIG, API_LINK, API_LOGIN, API_LOGIN_OPENID, API_LOGOUT, API_OAUTH_OPENID,
    API_PROFILE, API_PROFILE_PASSWORD, API_PROFILE_SESSIONS, API_SESSION, API_SESSION_CONFIRM,
    API_SETUP,
};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tests::answer::{Answer, param};
use tests::http_browser::{HttpBrowser, OpLogin};
use tests::log::Log;
use tests::site::{CLIENT_SECRET, PASSWORD, Site, admin, user};

const SECRET_KEY: &str = "a-secret-key-that-is-long-enough-to-seal-all-cookies-0123456789";

/// What was planted, and what came back.
#[derive(Default)]
struct Haul {
    /// Values that never leave the server, or only for the OP.
    kept: Vec<String>,
    /// Values for the browser: they go into its cookies and the OP's URL, and nowhere else.
    handed_out: Vec<String>,
    /// Every answer of the server.
    answers: Vec<Answer>,
}

impl Haul {
    fn keep(&mut self, secrets: &[&str]) {
        self.kept
            .extend(secrets.iter().map(|&secret| secret.to_owned()));
    }

    fn cookies_of(&mut self, browser: &HttpBrowser) {
        let names = browser.cookie_names();
        let values = names.iter().filter_map(|name| browser.cookie(name));
        self.handed_out
            .extend(values.filter(|value| !value.is_empty()));
    }

    /// Takes a login: state, nonce and challenge; what the OP learned of it: code, verifier,
    /// access token.
    fn login(&mut self, site: &Site, login: OpLogin) {
        let names = ["state", "nonce", "code_challenge"];
        self.handed_out
            .extend(names.iter().filter_map(|name| login.start.param(name)));
        self.kept.extend(param(&login.callback_url, "code"));
        for request in site.op.requests() {
            self.kept
                .extend(request.param("code_verifier").map(str::to_owned));
            let bearer = request.header("authorization");
            let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
            self.kept.extend(bearer.map(str::to_owned));
        }
        self.answers.extend([login.start, login.callback]);
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.kept.iter().chain(&self.handed_out)
    }
}

/// Passwords right and wrong, the setup token, a confirmation, a new password.
async fn use_passwords(site: &Site, haul: &mut Haul) {
    haul.keep(&[
        PASSWORD,
        "a wrong password",
        "a wrong token",
        "a password to be",
    ]);
    haul.keep(&[site.app.keys().setup_token().expose_secret()]);
    let wrong = json!({"password": "a wrong password"});
    let form = [("username", "root"), ("password", "a wrong password")];
    let root = site.logged_in("root").await;
    haul.cookies_of(&root);
    let guess = site.browser();
    haul.answers
        .push(guess.log_in("root", "a wrong password").await);
    haul.answers.push(guess.post_form(API_LOGIN, &form).await);
    for token in [
        "a wrong token",
        site.app.keys().setup_token().expose_secret(),
    ] {
        let setup = json!({"token": token, "username": "x", "password": PASSWORD});
        haul.answers.push(root.post_json(API_SETUP, &setup).await);
    }
    haul.answers
        .push(root.post_json(API_SESSION_CONFIRM, &wrong).await);
    let change = json!({"current": PASSWORD, "new": "a password to be"});
    haul.answers
        .push(root.post_json(API_PROFILE_PASSWORD, &change).await);
    haul.cookies_of(&root);
    let paths = [
        API_CONFIG,
        API_SESSION,
        API_PROFILE,
        API_PROFILE_SESSIONS,
        API_AUDIT,
        "/",
        "/login",
    ];
    for path in paths {
        haul.answers.push(root.get(path).await);
    }
    haul.answers.push(root.get("/readyz").await);
}

/// Logins at the OP that succeed and fail, their callbacks once more, and links.
async fn use_the_op(site: &Site, haul: &mut Haul) {
    haul.keep(&["alice-demo", "bob-demo"]);
    for lie in [
        Lie::ClaimsOnlyAtUserinfo,
        Lie::NonceWrong,
        Lie::BadSignature,
        Lie::UserinfoJson(json!([])),
        Lie::TokenError(400, "invalid_grant".to_owned()),
    ] {
        site.op.lies(lie);
        let browser = site.browser();
        let login = browser.log_in_as("bob").await;
        let again = login.callback_url.clone();
        haul.login(site, login);
        haul.cookies_of(&browser);
        browser.get(&again).await;
        site.op.speaks_true();
    }
    let linking = site.browser();
    let login = linking.log_in_as("alice").await;
    haul.login(site, login);
    haul.cookies_of(&linking);
    haul.answers.push(linking.get(API_LINK).await);
    for password in ["a wrong password", PASSWORD] {
        let body = json!({"username": "alice", "password": password});
        haul.answers.push(linking.post_json(API_LINK, &body).await);
    }
    haul.cookies_of(&linking);
    haul.answers.push(linking.get(API_PROFILE).await);
    haul.answers.push(linking.get("/profile").await);
    haul.answers
        .push(linking.post_json(API_LOGOUT, &json!({})).await);
}

/// Secrets in unexpected places.
async fn misplace(site: &Site, haul: &mut Haul) {
    let canary = |place: &str| format!("canary-in-{place}-7f3a9c");
    let browser = site.browser();
    browser.set_cookie("of_another_app", &canary("a-cookie"));
    browser.set_cookie("postern_attempt_0123456789abcdef", &canary("an-attempt"));
    let query = format!("password={0}&state={0}&code={0}", canary("a-query"));
    for path in [
        API_OAUTH_OPENID,
        API_LOGIN_OPENID,
        "/login",
        "/api/nothing",
        "/readyz",
    ] {
        let request = browser
            .call(Method::GET, &format!("{path}?{query}"))
            .header("authorization", format!("Bearer {}", canary("a-header")))
            .header("x-api-key", canary("a-header"));
        haul.answers.push(browser.send(request).await);
    }
    browser.get(&format!("/{}", canary("a-path"))).await;
    browser.get(&format!("/api/{}", canary("a-path"))).await;
    let body = format!("{{\"password\": \"{}\", ", canary("a-broken-body"));
    let request = browser
        .call(Method::POST, API_LOGIN)
        .header("content-type", "application/json");
    haul.answers.push(browser.send(request.body(body)).await);
    let places = [
        "a-cookie",
        "an-attempt",
        "a-query",
        "a-header",
        "a-path",
        "a-broken-body",
    ];
    haul.kept.extend(places.map(canary));
    // Where the error page of a login leads to is the browser's own query.
    haul.answers
        .retain(|answer| !answer.body.contains("error-card"));
}

/// Logs in, and fails to, in every way that has a secret in it.
async fn use_everything(site: &Site) -> Haul {
    let mut haul = Haul::default();
    haul.keep(&[CLIENT_SECRET, SECRET_KEY, "$argon2id$"]);
    use_passwords(site, &mut haul).await;
    use_the_op(site, &mut haul).await;
    misplace(site, &mut haul).await;
    assert!(haul.kept.len() > 20 && haul.handed_out.len() > 20);
    haul
}

fn assert_none_in<'a>(secrets: impl IntoIterator<Item = &'a String>, text: &str, place: &str) {
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{place} has {secret}");
    }
}

async fn site() -> Site {
    let site = Site::with(&[("POSTERN_SECRET_KEY", SECRET_KEY)]).await;
    site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    site
}

#[tokio::test]
async fn ghsa_prh4_vhfh_24mj_no_secret_is_logged_at_any_level() {
    let site = site().await;
    // After the start, which prints the setup token for the administrator to come.
    Log::begin();

    let mut haul = use_everything(&site).await;

    let log = Log::text();
    for logged in [
        "login failed: ",
        "logged in",
        "ID token rejected",
        "identity linked",
        "the OP rejected the code",
    ] {
        assert!(log.contains(logged), "the log has what happened: {logged}");
    }
    haul.keep(&["root@example.com", "alice@example.com", "bob@example.com"]);
    assert_none_in(haul.all(), &log, "the log");
}

#[tokio::test]
async fn ghsa_prh4_vhfh_24mj_no_id_token_is_logged_where_logout_keeps_it() {
    Log::begin();
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let logout = browser.post_form(API_LOGOUT, &[]).await;

    let id_token = logout.param("id_token_hint").expect("the hint");
    assert!(id_token.starts_with("eyJ") && Log::text().contains("logged out"));
    assert_none_in([&id_token], &Log::text(), "the log");
}

#[tokio::test]
async fn cve_2024_39315_no_secret_of_the_op_or_the_server_is_in_an_answer() {
    let site = site().await;

    let haul = use_everything(&site).await;

    assert!(haul.answers.len() > 30, "{}", haul.answers.len());
    for answer in &haul.answers {
        let summary = answer.summary();
        assert_none_in(haul.all(), &answer.body, &summary);
        assert!(!answer.body.contains("eyJ"), "a token in {summary}");
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            assert_none_in(&haul.kept, &value, &format!("{name} of {summary}"));
            let is_handed_out = name == "location" || name == "set-cookie";
            if !is_handed_out {
                assert_none_in(&haul.handed_out, &value, &format!("{name} of {summary}"));
            }
        }
    }
}

#[tokio::test]
async fn token_of_a_session_is_not_in_the_database() {
    let site = site().await;
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;
    let mut haul = Haul::default();
    haul.login(&site, login);
    haul.cookies_of(&browser);
    let postern::config::Database::Sqlite(file) = &site.app.config.database else {
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
    assert_none_in(haul.all(), &rows[0].0, "the database");
    assert!(
        !rows[0].0.contains("eyJ"),
        "no ID token where logout does not need it"
    );
}
