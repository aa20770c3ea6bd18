//! One line of the log for each login that ended, of whichever method, in both formats.

use postern::audit::Actor;
use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use demo_op::Op;
use serde_json::Value;
use shared::routes::API_LOGIN;
use tests::answer::{Answer, param};
use tests::database::{Database, DatabaseKind};
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::logins::set_disabled;
use tests::server::Server;
use tests::site::{PASSWORD, Site, op_of_today, user};

/// Returns the lines that say how a login ended.
fn ends(log: &str) -> Vec<&str> {
    let is_end = |line: &&str| line.contains("logged in") || line.contains("login failed");
    log.lines().filter(is_end).collect()
}

/// Returns the one such line since the log began.
fn only_line() -> String {
    let log = Log::text();
    let lines = ends(&log);
    assert_eq!(lines.len(), 1, "{log}");
    lines[0].to_owned()
}

fn assert_says(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[tokio::test]
async fn login_that_works_is_one_line_with_who_how_and_from_where() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;

    Log::begin();
    site.logged_in("alice").await;
    let by_password = only_line();
    Log::begin();
    site.browser().log_in_as("bob").await;
    let by_openid = only_line();

    let account = format!("account.id={id}");
    let password = [
        "INFO",
        "method=\"password\"",
        &account,
        "client.address=127.0.0.1",
    ];
    assert_says(&by_password, &password);
    let issuer = format!("oidc.issuer=\"{}\"", site.op.issuer());
    let openid = [
        "INFO",
        "method=\"openid\"",
        &issuer,
        "client.address=127.0.0.1",
    ];
    assert_says(&by_openid, &openid);
    for line in [by_password, by_openid] {
        assert_says(&line, &["request{ref="]);
        assert!(!line.contains("alice") && !line.contains("bob"), "{line}");
    }
}

#[tokio::test]
async fn login_by_password_that_fails_is_one_line_with_code_cause_and_remedy() {
    let site = Site::start().await;
    let alice = site.add(user("alice").await).await;
    let dora = site.add(user("dora").await).await;
    set_disabled(&site.app.store, dora, true, Actor::server(site.now())).await;
    let alice = format!("account.id={alice}");
    let dora = format!("account.id={dora}");
    let cases: [(&str, &str, &[&str]); 3] = [
        (
            "alice",
            "a wrong password",
            &["code=\"invalid_credentials\"", &alice],
        ),
        (
            "nobody",
            PASSWORD,
            &["code=\"invalid_credentials\"", "there is no such account"],
        ),
        (
            "dora",
            PASSWORD,
            &["code=\"account_disabled\"", &dora, "is disabled"],
        ),
    ];
    for (username, password, parts) in cases {
        Log::begin();

        let answer = site.browser().log_in(username, password).await;

        let line = only_line();
        assert_says(&line, parts);
        let reference = answer.json()["ref"].as_str().unwrap().to_owned();
        let reference = format!("request{{ref={reference} ");
        let always = [
            "method=\"password\"",
            "remedy=\"",
            "client.address=127.0.0.1",
            &reference,
        ];
        assert_says(&line, &always);
        assert!(
            !line.contains(username) && !line.contains(password),
            "{line}"
        );
    }
}

#[tokio::test]
async fn callback_that_comes_twice_is_one_line() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback = browser.callback_for("bob").await;
    Log::begin();

    let (first, second) = tokio::join!(browser.get(&callback), browser.get(&callback));

    assert_eq!((first.location(), second.location()), ("/", "/"));
    only_line();
}

/// A server with some log settings, at an OP.
async fn server(op: &Op, settings: &[(&str, &str)]) -> Result<(Server, HttpBrowser)> {
    let mut server = Server::prepare(Database::create(DatabaseKind::Sqlite).await?)?;
    server.use_op_here(op);
    for (name, value) in settings {
        server.set(name, *value);
    }
    server.start().await?;
    let browser = HttpBrowser::new(server.origin(), server.origin(), op.origin());
    Ok((server, browser))
}

/// Logs in, fails by password, and cancels at the OP; returns both failed answers.
async fn use_it(browser: &HttpBrowser) -> (Answer, Answer) {
    browser.log_in_as("bob").await;
    browser.forget_cookies();
    let form = [("username", "nobody"), ("password", "whatever it is")];
    let by_form = browser.post_form(API_LOGIN, &form).await;
    let start = browser.get(shared::routes::API_LOGIN_OPENID).await;
    let callback = browser.cancel_at_op(start.location()).await;
    (by_form, browser.get(&callback).await)
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn json_lines_are_flat_and_have_the_fields_of_the_readme() -> Result<()> {
    let op = op_of_today().await?;
    let (mut server, browser) = server(&op, &[("POSTERN_LOG_FORMAT", "json")]).await?;

    let (by_form, cancelled) = use_it(&browser).await;
    server.stop().await?;

    let log = server.log();
    let lines: Result<Vec<Value>, _> = log.lines().map(serde_json::from_str).collect();
    let lines = lines.with_context(|| log.clone())?;
    for line in &lines {
        let object = line.as_object().context("an object")?;
        assert!(
            object
                .values()
                .all(|value| !value.is_object() && !value.is_array()),
            "{line}"
        );
        for name in ["timestamp", "level", "message"] {
            assert!(line[name].is_string(), "{name}: {line}");
        }
    }
    let ended: Vec<&Value> = lines
        .iter()
        .filter(|line| line["method"].is_string())
        .collect();
    assert_eq!(ended.len(), 3, "{log}");
    let fields =
        |line: &Value| -> BTreeSet<String> { line.as_object().unwrap().keys().cloned().collect() };
    let set = |names: &[&str]| -> BTreeSet<String> {
        let always = [
            "timestamp",
            "level",
            "message",
            "ref",
            "method",
            "client.address",
        ];
        let request = ["http.request.method", "http.route"];
        let all = always.iter().chain(&request).chain(names);
        all.map(|name| (*name).to_owned()).collect()
    };
    assert_eq!(fields(ended[0]), set(&["account.id", "oidc.issuer"]));
    assert_eq!(fields(ended[1]), set(&["code", "remedy"]));
    assert_eq!(fields(ended[2]), set(&["code", "remedy"]));
    for (line, answer, code) in [
        (ended[1], &by_form, "invalid_credentials"),
        (ended[2], &cancelled, "access_denied"),
    ] {
        let reference = param(answer.location(), "ref");
        assert_eq!(line["ref"].as_str(), reference.as_deref(), "{line}");
        assert_eq!(line["code"], code);
    }
    Ok(())
}

#[tokio::test]
#[ignore = "needs the built server; cargo xtask test runs it"]
async fn text_lines_have_the_reference_where_warnings_alone_are_written() -> Result<()> {
    let op = op_of_today().await?;
    let (mut server, browser) = server(&op, &[("POSTERN_LOG", "warn")]).await?;

    let (_, cancelled) = use_it(&browser).await;
    server.stop().await?;

    let log = server.log();
    let lines = ends(&log);
    assert_eq!(lines.len(), 1, "{log}");
    let reference = param(cancelled.location(), "ref").context("a reference")?;
    assert_says(
        lines[0],
        &[&format!("request{{ref={reference} "), "access_denied"],
    );
    Ok(())
}
