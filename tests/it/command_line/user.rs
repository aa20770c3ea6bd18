//! `postern user`: the rules are those of the page Users, and a server that runs sees it at once.

use insta::assert_snapshot;
use postern::audit::Actor;
use serde_json::{Value, json};
use tests::command_line::{type_and_answer, type_in};
use tests::logins::link;
use tests::site::{PASSWORD, Site, admin, user, vouched};

use super::{role, trail};

#[tokio::test]
async fn account_is_made_with_a_link_for_its_owner() {
    let site = Site::start().await;

    let said = type_in(
        &site,
        "user add alice --email Alice@example.com --display-name Alice --role admin",
    )
    .await;

    let link = said.good().trim();
    let (page, token) = link.split_once('#').expect("a link and nothing else");
    assert_eq!(page, format!("{}/welcome", site.public_origin()));
    assert!(
        said.err.starts_with("Made the admin alice.\n"),
        "{}",
        said.err
    );
    let browser = site.browser();
    let body = json!({"token": token, "password": PASSWORD});
    let answer = browser.post_json(shared::routes::API_WELCOME, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(role(&browser).await, "admin");
    let shown = type_in(&site, "user show alice@EXAMPLE.com --json")
        .await
        .json();
    assert_eq!(
        (
            &shown["username"],
            &shown["email"],
            &shown["email_vouched_for"],
            &shown["display_name"]
        ),
        (
            &json!("alice"),
            &json!("Alice@example.com"),
            &json!(true),
            &json!("Alice")
        )
    );
    assert_eq!(
        trail(&site, 4).await[2..],
        [
            "welcome_link_made alice by command line: welcome",
            "account_made alice by command line: admin"
        ]
    );
}

#[tokio::test]
async fn json_has_the_account_and_the_link() {
    let site = Site::start().await;

    let made = type_in(&site, "user add alice --json").await.json();

    assert_eq!(made["user"]["username"], "alice");
    assert_eq!(made["welcome"]["expires_at"], made["user"]["welcome_until"]);
    assert!(
        made["welcome"]["url"]
            .as_str()
            .unwrap()
            .contains("/welcome#")
    );
    assert_eq!(made["password"], Value::Null);
    let listed = type_in(&site, "user list --json").await.json();
    assert_eq!(listed, json!([made["user"]]));
}

#[tokio::test]
async fn what_is_taken_or_unfit_makes_nobody() {
    let site = Site::start().await;
    site.add(vouched("alice").await).await;
    let failure = async |line: &str| type_in(&site, line).await.failure().to_owned();

    assert_snapshot!(failure("user add ALICE").await, @"another account has this username, whatever its case");
    assert_snapshot!(failure("user add bob --email ALICE@example.com").await, @"another account has this email: `postern user show EMAIL` shows which");
    for (line, words) in [
        ("user add -- -bob", "a username has 1 to 64"),
        ("user add bob --email bob", "not one email address"),
        ("user add bob --role root", "a role is user or admin"),
        (
            "user add bob --no-password --generate-password",
            "cannot be used with",
        ),
        ("user set-email alice", "required"),
        (
            "user set-email alice a@example.com --clear",
            "cannot be used with",
        ),
    ] {
        let said = failure(line).await;
        assert!(said.contains(words), "{line}: {said}");
    }
    let names = type_in(&site, "user list --json").await.json();
    assert_eq!(names.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn list_is_a_table_and_can_be_narrowed_down() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    site.logged_in("alice").await;
    site.browser().log_in_as("bob").await;
    type_in(&site, "user disable root").await.failure();
    type_in(&site, "user disable bob").await.good();

    let all = type_in(&site, "user list").await;

    assert_snapshot!(all.good(), @r"
    USERNAME  ROLE   STATUS    EMAIL              WAYS IN    LAST LOGIN
    alice     user   enabled   alice@example.com  password   2025-06-15 15:06
    bob       user   disabled  bob@example.com    Authentik  2025-06-15 15:06
    root      admin  enabled   root@example.com   password   never
    ");
    for (line, expected) in [
        ("--role admin", "root"),
        ("--disabled", "bob"),
        ("--search ALI --enabled", "alice"),
    ] {
        let found = type_in(&site, &format!("user list --json {line}"))
            .await
            .json();
        assert_eq!(found.as_array().unwrap().len(), 1, "{line}");
        assert_eq!(found[0]["username"], expected, "{line}");
    }
    let none = type_in(&site, "user list --search nobody").await;
    assert_eq!(none.good(), "");
}

#[tokio::test]
async fn more_accounts_than_one_page_are_all_listed() {
    let site = Site::start().await;
    let one = user("alice").await;
    for number in 0..501 {
        let mut account = one.clone();
        account.username = format!("user-{number:03}");
        account.email = None;
        site.add(account).await;
    }

    let listed = type_in(&site, "user list --json").await.json();

    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|user| user["username"].as_str())
        .collect();
    assert_eq!(names.len(), 501);
    assert_eq!((names[0], names[500]), ("user-000", "user-500"));
}

#[tokio::test]
async fn account_is_shown_with_what_belongs_to_it() {
    let site = Site::start().await;
    let bob = site.browser();
    bob.log_in_as("bob").await;

    let said = type_in(&site, "user show bob").await;

    let shown = said.good();
    for line in [
        "Username    bob",
        "Role        user",
        "Password    no",
        "Open link   no",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    let connected = format!(
        "Connected   {} as bob@example.com, since 2025-06-15 15:06",
        site.op.issuer()
    );
    assert!(shown.contains(&connected), "{shown}");
    assert!(shown.contains("SESSION"), "{shown}");
    let by_id = type_in(&site, "user show bob --json").await.json();
    let line = format!("user show --id {} --json", by_id["id"].as_str().unwrap());
    assert_eq!(type_in(&site, &line).await.json(), by_id);
    assert_eq!(by_id["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn unknown_account_is_told_with_near_names() {
    let site = Site::start().await;
    let failure = async |line: &str| type_in(&site, line).await.failure().to_owned();
    assert!(
        failure("user show alice")
            .await
            .contains("has no accounts at all. Are DATA_DIR")
    );
    site.add(user("alice").await).await;

    assert_snapshot!(failure("user show alyce").await, @"no account is called alyce; did you mean alice?");
    assert_snapshot!(failure("user delete zoe@example.com --yes").await, @"no account is called zoe@example.com; `postern user list` shows all");
    assert_snapshot!(failure("user show --id 01234567-89ab-7cde-8f01-23456789abcd").await, @"no account has the id 01234567-89ab-7cde-8f01-23456789abcd");
    assert!(failure("user show --id alice").await.contains("is no id"));
}

#[tokio::test]
async fn email_is_set_and_cleared_by_an_admins_word() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    site.add(vouched("bob").await).await;

    let taken = type_in(&site, "user set-email alice bob@EXAMPLE.com").await;
    let set = type_in(&site, "user set-email alice new@example.com --json")
        .await
        .json();
    let cleared = type_in(&site, "user set-email new@example.com --clear").await;

    assert!(taken.failure().contains("another account has this email"));
    assert_eq!(
        (&set["email"], &set["email_vouched_for"]),
        (&json!("new@example.com"), &json!(true))
    );
    assert_snapshot!(cleared.good(), @"alice has no email.");
    assert_eq!(
        trail(&site, 2).await,
        [
            "email_changed alice by command line: new@example.com -> none",
            "email_changed alice by command line: alice@example.com -> new@example.com",
        ]
    );
}

#[tokio::test]
async fn role_is_changed_and_the_logins_end_at_once() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    let said = type_in(&site, "user set-role alice admin").await;

    assert_snapshot!(said.good(), @"alice has the role admin; its logins and links have ended.");
    assert_eq!(alice.who().await, None);
    alice.log_in("alice", PASSWORD).await;
    assert_eq!(role(&alice).await, "admin");
    let again = type_in(&site, "user set-role alice admin").await;
    assert_snapshot!(again.good(), @"alice has the role admin already.");
    assert_eq!(role(&alice).await, "admin", "no change ends no login");
}

#[tokio::test]
async fn disabled_account_is_out_at_once_and_comes_back() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    let said = type_in(&site, "user disable alice").await;

    assert_snapshot!(said.good(), @"alice is disabled; its logins and links have ended.");
    assert_eq!(alice.who().await, None);
    assert_eq!(
        alice.log_in("alice", PASSWORD).await.code(),
        "account_disabled"
    );
    let enabled = type_in(&site, "user enable alice --json").await.json();
    assert_eq!(enabled["disabled"], false);
    assert_eq!(alice.log_in("alice", PASSWORD).await.status, 200);
    assert_eq!(
        trail(&site, 4).await[1..],
        [
            "account_enabled alice by command line: -",
            "login_failed alice by -: password",
            "account_disabled alice by command line: -",
        ]
    );
}

#[tokio::test]
async fn last_admin_stays() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.add(user("alice").await).await;
    let root = site.logged_in("root").await;
    for line in [
        "user set-role root user",
        "user disable root",
        "user delete root --yes",
        "user reset-password root --no-password",
    ] {
        let said = type_in(&site, line).await;
        assert!(
            said.failure().starts_with("root is the last admin"),
            "{line}"
        );
        assert!(said.failure().contains("postern user set-role NAME admin"));
    }
    assert_eq!(role(&root).await, "admin");

    type_in(&site, "user set-role alice admin").await.good();

    type_in(&site, "user set-role root user").await.good();
}

#[tokio::test]
async fn account_is_deleted_when_somebody_says_yes() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    let nobody = type_in(&site, "user delete alice").await;
    let no = type_and_answer(&site, "user delete alice", &["n"]).await;
    let nothing = type_and_answer(&site, "user delete alice", &[""]).await;
    assert_eq!(alice.who().await.as_deref(), Some("alice"));
    let yes = type_and_answer(&site, "user delete alice", &["y"]).await;

    assert_snapshot!(nobody.failure(), @"delete alice? There is no terminal to ask on: say so with --yes");
    assert_eq!(
        (no.failure(), nothing.failure()),
        ("nothing was done", "nothing was done")
    );
    assert_eq!(no.err, "delete alice? [y/N] ");
    assert_snapshot!(yes.good(), @"Deleted alice.");
    assert_eq!(alice.who().await, None);
    assert_eq!(
        trail(&site, 1).await,
        ["account_deleted alice by command line: -"]
    );
    site.add(user("bob").await).await;
    let json = type_in(&site, "user delete bob --yes --json").await.json();
    assert_eq!(json["deleted"]["username"], "bob");
}

#[tokio::test]
async fn connection_is_cut_and_its_logins_end() {
    let site = Site::start().await;
    let bob = site.browser();
    bob.log_in_as("bob").await;

    let asked = type_in(&site, "user unlink bob").await;
    let other = type_in(
        &site,
        "user unlink bob --issuer https://other.example.com --yes",
    )
    .await;
    let said = type_in(&site, "user unlink bob --yes").await;
    let again = type_in(&site, "user unlink bob --yes").await;

    let issuer = site.op.issuer();
    assert!(
        asked
            .failure()
            .starts_with(&format!("disconnect bob from {issuer}? "))
    );
    assert_eq!(
        other.failure(),
        format!("bob has no such connection. It has:\n  {issuer}")
    );
    assert!(
        said.good()
            .starts_with(&format!("bob is no longer connected to {issuer}"))
    );
    assert!(said.err.contains("It has no other way in"), "{}", said.err);
    assert_eq!(bob.who().await, None);
    assert_snapshot!(again.failure(), @"bob is connected to no provider");
}

#[tokio::test]
async fn which_of_several_connections_must_be_said() {
    let site = Site::start().await;
    let id = site.add(user("alice").await).await;
    for issuer in ["https://one.example.com", "https://two.example.com"] {
        let identity = postern::store::NewIdentity {
            issuer,
            subject: "a",
            username: None,
            email: None,
            is_email_verified: false,
            groups: None,
        };
        let by = Actor::server(site.now());
        link(&site.app.store, id, identity, by).await;
    }

    let unclear = type_in(&site, "user unlink alice --yes").await;
    type_in(
        &site,
        "user unlink alice --yes --issuer https://one.example.com",
    )
    .await
    .good();

    assert_snapshot!(unclear.failure(), @r"
    alice has several connections; say which by --issuer:
      https://one.example.com
      https://two.example.com
    ");
    let left = type_in(&site, "user show alice --json").await.json();
    assert_eq!(left["identities"][0]["issuer"], "https://two.example.com");
    let line = format!(
        "user unlink alice --yes --identity {}",
        left["identities"][0]["id"].as_str().unwrap()
    );
    type_in(&site, &line).await.good();
}
