//! `postern audit` and `postern setup-token`.

use insta::assert_snapshot;
use postern::audit::Actor;
use secrecy::ExposeSecret as _;
use serde_json::json;
use std::time::Duration;
use tests::command_line::type_in;
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, Site, admin, user};

async fn site() -> (Site, HttpBrowser) {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.browser();
    (site, alice)
}

#[tokio::test]
async fn trail_is_read_like_a_log() {
    let (site, alice) = site().await;
    alice.log_in("alice", "a wrong password").await;
    site.pass(Duration::from_secs(3600));
    alice.log_in("alice", PASSWORD).await;
    type_in(&site, "user disable alice").await.good();

    let said = type_in(&site, "audit --limit 3").await;

    let lines: Vec<&str> = said.good().lines().collect();
    assert!(lines[0].starts_with("2025-06-15 15:06  login_failed           alice  from 127.0.0.1  code invalid_credentials  ref "), "{lines:?}");
    let login = lines
        .iter()
        .find(|line| line.contains("  login  "))
        .unwrap();
    assert!(
        login.starts_with("2025-06-15 16:06  login                  alice  from 127.0.0.1  ref "),
        "{login}"
    );
    assert!(
        lines
            .last()
            .unwrap()
            .starts_with("2025-06-15 16:06  account_disabled       alice  by command line ("),
        "{lines:?}"
    );
}

#[tokio::test]
async fn trail_is_narrowed_down() {
    let (site, alice) = site().await;
    let failed = alice.log_in("alice", "a wrong password").await;
    let reference = failed.json()["ref"].as_str().unwrap().to_owned();
    site.pass(Duration::from_secs(7200));
    site.add(admin("root").await).await;
    site.logged_in("root").await;
    type_in(&site, "user delete alice --yes").await.good();
    let kinds = async |line: &str| {
        let found = type_in(&site, &format!("audit --json {line}")).await.json();
        let found = found.as_array().unwrap().clone();
        found
            .iter()
            .map(|entry| entry["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };

    assert_eq!(
        kinds("--user ALICE").await,
        "account_deleted login_failed account_made"
    );
    assert_eq!(kinds("--user root@example.com --kind login").await, "login");
    assert_eq!(kinds(&format!("--ref {reference}")).await, "login_failed");
    assert_eq!(
        kinds("--since 1h").await,
        "account_deleted login account_made"
    );
    assert_eq!(
        kinds("--since 2025-06-15T15:06:41").await,
        "account_deleted login account_made"
    );
    assert_eq!(kinds("--limit 1").await, "account_deleted");
    assert_eq!(kinds("--user nobody").await, "");
    for (line, words) in [
        ("audit --kind login_fail", "did you mean login_failed?"),
        ("audit --kind x", "the kinds are login, "),
        ("audit --since yesterday", "say how long ago"),
        ("audit --limit 0", "0 is not in"),
    ] {
        let said = type_in(&site, line).await;
        assert!(said.failure().contains(words), "{line}: {}", said.failure());
    }
}

#[tokio::test]
async fn failed_login_comes_with_the_remedy() {
    let site = Site::with(&[("OIDC_ALLOW_REGISTRATION", "false")]).await;
    let refused = site.browser().log_in_as("bob").await;
    drop(refused);

    let said = type_in(&site, "audit --kind login_failed").await;

    let text = said.good();
    assert!(text.contains("code registration_closed"), "{text}");
    assert!(text.contains("\n    Fix: "), "{text}");
    let json = type_in(&site, "audit --kind login_failed --json")
        .await
        .json();
    assert!(json[0]["remedy"].is_string(), "{json}");
}

#[tokio::test]
async fn terminal_gets_no_orders_from_strangers() {
    let (site, _) = site().await;
    let by = Actor::server(site.now());
    let event = postern::audit::Event {
        kind: shared::audit::AuditKind::LoginFailed,
        account: None,
        failure: Some(postern::failure::Cause::OpError),
        detail: Some("\u{1b}[2Jgone\n2025-06-15 15:06  login  root"),
    };
    site.app.store.record(&by, event).await.unwrap();

    let said = type_in(&site, "audit --kind login_failed").await;

    assert!(!said.good().contains('\u{1b}'));
    assert!(
        said.good().contains("    \u{fffd}[2Jgone 2025-06-15"),
        "{}",
        said.out
    );
}

#[tokio::test]
async fn setup_token_is_printed_while_it_opens_something() {
    let site = Site::start().await;

    let (plain, json) = (
        type_in(&site, "setup-token").await,
        type_in(&site, "setup-token --json").await.json(),
    );

    let keys = site.app.keys();
    let token = keys.setup_token().expose_secret();
    assert_eq!(plain.good(), format!("{token}\n"));
    let url = format!("{}/setup", site.public_origin());
    assert_eq!(json, json!({"setup_token": token, "url": url}));
    site.add(admin("root").await).await;
    assert_snapshot!(type_in(&site, "setup-token").await.failure(), @"this server has an admin: the setup is closed");
}
