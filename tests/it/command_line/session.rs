//! `postern session`.

use insta::assert_snapshot;
use serde_json::json;
use tests::command_line::type_in;
use tests::site::{Site, user};

use super::trail;

/// A site where two people are logged in, one of them twice.
async fn site() -> Site {
    let site = Site::start().await;
    for name in ["alice", "bob"] {
        site.add(user(name).await).await;
    }
    site
}

#[tokio::test]
async fn logins_are_listed() {
    let site = site().await;
    assert_eq!(
        type_in(&site, "session list").await.err,
        "Nobody is logged in.\n"
    );
    let (_one, _two, _bob) = (
        site.logged_in("alice").await,
        site.logged_in("alice").await,
        site.logged_in("bob").await,
    );

    let all = type_in(&site, "session list --json").await.json();
    let of_bob = type_in(&site, "session list --user bob@example.com").await;

    assert_eq!(all.as_array().unwrap().len(), 3);
    assert_eq!(
        (&all[0]["method"], &all[0]["last_used_at"]),
        (&json!("password"), &json!(site.now().unix()))
    );
    let lines: Vec<&str> = of_bob.good().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[1].contains("bob") && lines[1].contains("2025-06-15 15:06"),
        "{lines:?}"
    );
    site.pass(site.app.config.sessions.idle);
    assert_eq!(
        type_in(&site, "session list --json").await.json(),
        json!([])
    );
}

#[tokio::test]
async fn logins_end_one_by_one_by_account_or_all() {
    let site = site().await;
    let (one, two, bob) = (
        site.logged_in("alice").await,
        site.logged_in("alice").await,
        site.logged_in("bob").await,
    );
    let listed = type_in(&site, "session list --user alice --json")
        .await
        .json();
    let id = listed[0]["id"].as_str().unwrap().to_owned();

    let ended = type_in(&site, &format!("session end {id}")).await;
    assert_snapshot!(ended.good(), @"Ended 1 login.");
    assert_ne!(one.who().await.is_some(), two.who().await.is_some());
    let again = type_in(&site, &format!("session end {id}")).await;
    assert_eq!(
        again.failure(),
        format!("no login has the id {id}: `postern session list` shows those that are live")
    );

    let ended = type_in(&site, "session end --user alice").await;
    assert_snapshot!(ended.good(), @"Ended 1 login of alice.");
    assert_eq!((one.who().await, two.who().await), (None, None));
    assert_eq!(bob.who().await.as_deref(), Some("bob"));

    site.logged_in("bob").await;
    let ended = type_in(&site, "session end --all --json").await.json();
    assert_eq!(ended, json!({"ended": 2}));
    assert_eq!(bob.who().await, None);
    assert_eq!(
        trail(&site, 4).await,
        [
            "session_ended_by_admin bob by command line: 2 logins",
            "login bob by bob: password",
            "session_ended_by_admin alice by command line: -",
            "session_ended_by_admin alice by command line: -",
        ]
    );
}

#[tokio::test]
async fn which_logins_end_must_be_said() {
    let site = site().await;
    let bob = site.logged_in("bob").await;

    for line in [
        "session end",
        "session end --user bob --all",
        "session end bob",
        "session end --user zoe",
    ] {
        type_in(&site, line).await.failure();
    }

    assert!(bob.who().await.is_some());
}
