//! Who counts as one, and what a stranger may fill up.

use std::collections::BTreeMap;

use postern::config::Database;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use shared::routes::{API_LOGIN, API_LOGIN_OPENID, API_OAUTH_OPENID, API_PROFILE, API_SETUP};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tests::answer::{Answer, without_port};
use tests::http_browser::until_limited;
use tests::site::{PASSWORD, Site, user};

/// Counts the rows of every table of ours.
macro_rules! rows {
    ($connection:expr, $tables:literal) => {{
        let mut connection = $connection.expect("the database");
        let tables: Vec<(String,)> = sqlx::query_as($tables)
            .fetch_all(&mut connection)
            .await
            .expect("the tables");
        let own = |name: &String| !name.starts_with("sqlite_") && !name.starts_with("_sqlx");
        let mut counts = BTreeMap::new();
        for (table,) in tables.into_iter().filter(|(name,)| own(name)) {
            let query = format!("select count(*) from {table}");
            let count: (i64,) = sqlx::query_as(&query)
                .fetch_one(&mut connection)
                .await
                .expect("the count");
            counts.insert(table, count.0);
        }
        counts
    }};
}

async fn rows(site: &Site) -> BTreeMap<String, i64> {
    let counts = match &site.app.config.database {
        Database::Sqlite(file) => rows!(
            SqliteConnectOptions::new().filename(file).connect().await,
            "select name from sqlite_master where type = 'table'"
        ),
        Database::Postgres(url) => rows!(
            PgConnection::connect(url.expose_secret()).await,
            "select tablename::text from pg_tables where schemaname = current_schema()"
        ),
    };
    assert!(counts.contains_key("session"), "{counts:?}");
    counts
}

#[tokio::test]
async fn cve_2026_55512_visitors_leave_nothing_in_the_database() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let mut before = rows(&site).await;

    for _ in 0..30 {
        let browser = site.browser();
        let callback_url = browser.callback_for("alice").await;
        browser.get("/login?next=/profile").await;
        browser.get("/api/session").await;
        browser.forget_cookies();
        // Lost, and restarted.
        browser.get(&callback_url).await;
    }
    // A link that waits for its password is the browser's to keep.
    let waiting = site.browser();
    assert_eq!(
        waiting.log_in_as("alice").await.callback.location(),
        "/link"
    );

    let mut after = rows(&site).await;
    // Where several servers share the database, the one that the OP vouched for is remembered for half
    // a minute: a phone may send its callback to another server as well.
    before.remove("callback");
    assert!(after.remove("callback") <= Some(1));
    assert_eq!(after, before);
}

#[tokio::test]
async fn cve_2025_24806_every_spelling_of_a_name_is_the_same_count() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let spellings = [
        "alice",
        "ALICE",
        "Alice",
        " alice",
        "alice ",
        "\talice\n",
        "aLiCe",
        "  ALICE ",
    ];
    let mut number = 0;

    until_limited(async || {
        let name = spellings[number % spellings.len()];
        number += 1;
        browser.log_in(name, "guess").await
    })
    .await;

    // Not ten for each of them.
    assert!(number < 30, "{number} guesses");
    for name in spellings {
        let answer = browser.log_in(name, PASSWORD).await;
        assert_eq!(answer.code(), "rate_limited", "{name:?}");
    }
}

#[tokio::test]
async fn cve_2025_24806_email_is_no_second_name_to_guess_by() {
    let site = Site::start().await;
    site.add(user("alice").await).await;

    for name in ["alice@example.com", "ALICE@example.com"] {
        let answer = site.browser().log_in(name, PASSWORD).await;
        assert_eq!(answer.code(), "invalid_credentials", "{name}");
    }
}

/// Guesses the setup token from this address, as the proxy tells it.
async fn guess_from(site: &Site, address: &str) -> Answer {
    let browser = site.browser();
    let request = browser
        .call(Method::POST, API_SETUP)
        .header("content-type", "application/json")
        .header("x-forwarded-for", address);
    let body = json!({"token": "guess", "username": "root", "password": PASSWORD});
    browser.send(request.body(body.to_string())).await
}

/// Guesses from these addresses in turn until it is too much; returns how many guesses that took.
/// A network that did not guess before has forty, and one more every other second.
async fn guesses_from(site: &Site, address: impl Fn(u32) -> String) -> u32 {
    let mut number = 0;
    until_limited(async || {
        number += 1;
        guess_from(site, &address(number)).await
    })
    .await;
    number
}

/// As many guesses as a client has that used up its quota, even on a slow machine.
const FEW: u32 = 20;

#[tokio::test]
async fn cve_2026_45364_network_of_ipv6_is_one_count() {
    let site = Site::with(&[("POSTERN_TRUSTED_PROXIES", "127.0.0.0/8")]).await;

    let from_many = guesses_from(&site, |n| format!("2001:db8:1:2::{n:x}")).await;
    let from_the_end = guesses_from(&site, |n| format!("2001:db8:1:2:ffff:ffff:ffff:{n:x}")).await;
    let neighbor = guesses_from(&site, |n| format!("2001:db8:1:3::{n:x}")).await;

    assert!(from_many >= 40 && neighbor >= 40, "{from_many} {neighbor}");
    assert!(from_the_end < FEW, "{from_the_end}");
}

#[tokio::test]
async fn cve_2026_45364_address_in_other_clothes_is_the_same_address() {
    let site = Site::with(&[("POSTERN_TRUSTED_PROXIES", "127.0.0.0/8")]).await;

    guesses_from(&site, |_| "192.0.2.1".to_owned()).await;

    for same in ["::ffff:192.0.2.1", "::ffff:c000:201", "192.0.2.1:4711"] {
        let more = guesses_from(&site, |_| same.to_owned()).await;
        assert!(more < FEW, "{same}: {more}");
    }
}

#[tokio::test]
async fn ghsa_x732_6j76_qmhm_no_spelling_of_the_path_goes_round_the_limit() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    until_limited(async || browser.log_in("alice", "guess").await).await;
    let body = json!({"username": "alice", "password": PASSWORD});

    for path in [
        "//api/login",
        "/api//login",
        "/api/login/",
        "/api/login//",
        "/API/LOGIN",
        "/api/%6cogin",
        "/api/login%2f",
        "/api/login;a=b",
        "/api/login%00",
        "/api/./login",
        "/x/../api/login",
        "/api/login?username=alice",
        "/api/login#x",
        "/api\\login",
    ] {
        let answer = browser.post_json(path, &body).await;
        assert_ne!(answer.status, 200, "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
    assert_eq!(browser.who().await, None);
    assert_eq!(
        browser.post_json(API_LOGIN, &body).await.code(),
        "rate_limited"
    );
}

#[tokio::test]
async fn cve_2026_40575_forwarded_headers_of_strangers_are_not_believed() {
    let site = Site::start().await;
    site.add(user("alice").await).await;

    // Each guess claims to come from somewhere else: without end, were it believed.
    guesses_from(&site, |n| format!("198.51.{}.1", n % 250)).await;

    let browser = site.logged_in("alice").await;
    let forged = |request: reqwest::RequestBuilder| {
        let names = [
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-uri", "/healthz"),
            ("x_forwarded_host", "evil.example"),
            ("x-forwarded-prefix", "//evil.example"),
            ("x-original-url", "/api/profile"),
            ("x-rewrite-url", "/api/profile"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-http-method-override", "DELETE"),
            ("remote-user", "root"),
            ("x-remote-user", "root"),
        ];
        names.into_iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    };
    let start = browser
        .send(forged(browser.call(Method::GET, API_LOGIN_OPENID)))
        .await;
    let own = format!("{}{API_OAUTH_OPENID}", site.origin());
    assert_eq!(start.param("redirect_uri"), Some(own));
    assert!(
        without_port(start.set_cookies()[0]).starts_with("postern_attempt_"),
        "{}",
        start.summary()
    );
    let nobody = site.browser();
    let profile = nobody
        .send(forged(nobody.call(Method::GET, API_PROFILE)))
        .await;
    assert_eq!(profile.code(), "unauthenticated");
    let health = nobody
        .send(forged(nobody.call(Method::GET, "/healthz")))
        .await;
    assert_eq!(health.body, "ok\n");
    let write = forged(browser.call(Method::PATCH, API_PROFILE))
        .header("origin", "https://evil.example")
        .header("content-type", "application/json");
    assert_eq!(browser.send(write.body("{}")).await.code(), "cross_site");
}
