//! Passwords come from a terminal or from standard input, never from the command line.

use insta::assert_snapshot;
use serde_json::json;
use tests::command_line::{type_and_answer, type_and_pipe, type_in};
use tests::site::{PASSWORD, Site, user};

use super::trail;

const NEW: &str = "another password of the tests";

#[tokio::test]
async fn password_is_piped_less_one_lines_end() {
    let site = Site::start().await;

    let line = "user add alice --password-stdin";
    let short = type_and_pipe(&site, line, "too short\n").await;
    let said = type_and_pipe(&site, line, &format!("{NEW} \r\n")).await;

    assert_snapshot!(short.failure(), @"a password has at least 10 characters and at most 1024 bytes: nothing was done");
    assert_eq!((said.good(), &*said.err), ("", "Made the account alice.\n"));
    let browser = site.browser();
    assert_eq!(
        browser.log_in("alice", &format!("{NEW} ")).await.status,
        200
    );
    assert_eq!(
        browser.log_in("alice", NEW).await.code(),
        "invalid_credentials"
    );
}

#[tokio::test]
async fn password_is_asked_for_twice() {
    let site = Site::start().await;
    let line = "user add alice --password-prompt";

    let differ = type_and_answer(&site, line, &[NEW, PASSWORD]).await;
    let nobody = type_in(&site, line).await;
    let said = type_and_answer(&site, line, &[NEW, NEW]).await;

    assert_snapshot!(differ.failure(), @"the two differ: nothing was done");
    assert_snapshot!(nobody.failure(), @"there is no terminal to ask for the password on: use --password-stdin");
    said.good();
    assert!(!said.err.contains(NEW) && !said.out.contains(NEW));
    assert_eq!(site.browser().log_in("alice", NEW).await.status, 200);
}

#[tokio::test]
async fn password_is_made_up_and_told_once() {
    let site = Site::start().await;

    let said = type_in(&site, "user add alice --generate-password").await;
    let json = type_in(&site, "user add bob --generate-password --json")
        .await
        .json();

    for (name, password) in [
        ("alice", said.good().trim()),
        ("bob", json["password"].as_str().unwrap()),
    ] {
        assert_eq!(password.len(), 20);
        assert_eq!(site.browser().log_in(name, password).await.status, 200);
    }
    assert!(!said.err.contains(said.out.trim()));
    assert_eq!(json["welcome"], json!(null));
}

#[tokio::test]
async fn account_without_a_password_waits_for_its_owner_at_the_op() {
    let site = Site::start().await;

    let said = type_in(&site, "user add bob --email bob@example.com --no-password").await;

    assert_eq!(said.good(), "");
    assert!(
        said.err.contains("comes through the provider"),
        "{}",
        said.err
    );
    let shown = type_in(&site, "user show bob --json").await.json();
    assert_eq!(
        (&shown["has_password"], &shown["welcome_until"]),
        (&json!(false), &json!(null))
    );
}

#[tokio::test]
async fn reset_makes_a_link_and_leaves_the_old_password_until_then() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    let said = type_in(&site, "user reset-password alice").await;

    let (_, token) = said.good().trim().split_once('#').expect("a link");
    assert!(alice.who().await.is_some());
    let body = json!({"token": token, "password": NEW});
    let browser = site.browser();
    let answer = browser.post_json(shared::routes::API_WELCOME, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(alice.who().await, None);
    assert_eq!(
        trail(&site, 3).await[2],
        "welcome_link_made alice by command line: reset"
    );
    let json = type_in(&site, "user reset-password alice --json")
        .await
        .json();
    assert!(
        json["welcome"]["url"]
            .as_str()
            .unwrap()
            .contains("/welcome#")
    );
}

#[tokio::test]
async fn reset_to_a_password_ends_logins_and_links() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    type_in(&site, "user reset-password alice").await.good();
    let login = type_in(&site, "login-link --user alice").await;

    let said = type_and_pipe(&site, "user reset-password alice --password-stdin", NEW).await;

    said.good();
    assert_eq!(alice.who().await, None);
    assert_eq!(
        site.browser().log_in("alice", PASSWORD).await.code(),
        "invalid_credentials"
    );
    assert_eq!(site.browser().log_in("alice", NEW).await.status, 200);
    let shown = type_in(&site, "user show alice --json").await.json();
    assert_eq!(shown["welcome_until"], json!(null));
    let (_, token) = login.good().trim().split_once('#').unwrap();
    let answer = site
        .browser()
        .post_json(shared::routes::API_WELCOME, &json!({ "token": token }))
        .await;
    assert_eq!(answer.code(), "welcome_link_invalid");
    let trail = trail(&site, 10).await;
    assert!(
        trail
            .iter()
            .any(|line| line == "password_changed alice by command line: by an admin"),
        "{trail:?}"
    );
}

#[tokio::test]
async fn password_is_taken_away() {
    let site = Site::start().await;
    site.add(user("alice").await).await;

    let said = type_in(&site, "user reset-password alice --no-password").await;

    assert_snapshot!(said.good(), @"alice has no password; its logins have ended.");
    assert_eq!(
        site.browser().log_in("alice", PASSWORD).await.code(),
        "invalid_credentials"
    );
}

#[tokio::test]
async fn where_passwords_are_off_there_is_no_link_for_one() {
    let site = Site::with(&[("DISABLE_USERPASS_LOGIN", "true")]).await;

    let made = type_in(&site, "user add alice --json").await.json();
    let link = type_in(&site, "user reset-password alice").await;
    let set = type_and_pipe(&site, "user reset-password alice --password-stdin", NEW).await;

    assert_eq!(made["welcome"], json!(null));
    assert!(
        link.failure().contains("postern login-link --user alice"),
        "{}",
        link.failure()
    );
    set.good();
    assert!(set.err.contains("it opens nothing now"), "{}", set.err);
}
