//! `postern identities remap`: an OP that moved.

use insta::assert_snapshot;
use postern::account::AccountId;
use postern::audit::Actor;
use postern::store::NewIdentity;
use serde_json::json;
use tests::command_line::{type_and_answer, type_in};
use tests::logins;
use tests::site::{Site, user};

use super::trail;

const OLD: &str = "https://old.example.com/o/app/";
const NEW: &str = "https://new.example.com/o/app/";

async fn link(site: &Site, id: AccountId, issuer: &str, subject: &str) {
    let identity = NewIdentity {
        issuer,
        subject,
        username: None,
        email: None,
        is_email_verified: false,
        groups: None,
    };
    let by = Actor::server(site.now());
    logins::link(&site.app.store, id, identity, by).await;
}

/// Two accounts that are connected at the old issuer.
async fn moved() -> (Site, AccountId, AccountId) {
    let site = Site::start().await;
    let (alice, bob) = (
        site.add(user("alice").await).await,
        site.add(user("bob").await).await,
    );
    link(&site, alice, OLD, "a").await;
    link(&site, bob, OLD, "b").await;
    (site, alice, bob)
}

async fn issuers(site: &Site) -> Vec<(String, i64)> {
    site.app.store.issuers().await.expect("the store answers")
}

#[tokio::test]
async fn connections_go_along_to_the_new_issuer() {
    let (site, ..) = moved().await;
    let line = format!("identities remap --from {OLD} --to {NEW}");

    let tried = type_in(&site, &format!("{line} --dry-run")).await;
    assert_eq!(
        issuers(&site).await,
        [(OLD.to_owned(), 2)],
        "nothing is done"
    );
    let unasked = type_in(&site, &line).await;
    let said = type_and_answer(&site, &line, &["yes"]).await;

    assert_eq!(
        tried.good(),
        format!("2 connections from {OLD}\nto {NEW}:\n  alice  (a)\n  bob  (b)\n")
    );
    assert!(
        tried.err.contains(&format!(
            "the configured provider's issuer is {}",
            site.op.issuer()
        )),
        "{}",
        tried.err
    );
    assert!(
        unasked
            .failure()
            .starts_with("move 2 connections? There is no terminal")
    );
    assert!(
        said.good()
            .ends_with("Moved 2 connections. Whoever is logged in stays so.\n")
    );
    assert_eq!(issuers(&site).await, [(NEW.to_owned(), 2)]);
    let moved = |name| format!("identity_moved {name} by command line: {OLD} -> {NEW}");
    assert_eq!(trail(&site, 2).await, [moved("bob"), moved("alice")]);
}

#[tokio::test]
async fn who_is_logged_in_stays_so_and_the_next_login_finds_the_account() {
    let site = Site::start().await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let there = site.op.issuer();
    // As if it had been another OP at the time.
    let away = format!("identities remap --from {there} --to {OLD} --yes");
    type_in(&site, &away).await.good();

    let said = type_in(
        &site,
        &format!("identities remap --from {OLD} --to {there} --yes --json"),
    )
    .await;

    assert_eq!(said.err, "", "the issuer is the configured one's");
    let told = said.json();
    assert_eq!(
        (
            &told["moved"],
            &told["sessions"],
            &told["identities"][0]["username"]
        ),
        (&json!(true), &json!(1), &json!("bob"))
    );
    assert_eq!(bob.who().await.as_deref(), Some("bob"));
    let again = site.browser();
    again.log_in_as("bob").await;
    assert_eq!(again.who().await.as_deref(), Some("bob"));
    let all = type_in(&site, "user list --json").await.json();
    assert_eq!(
        all.as_array().unwrap().len(),
        1,
        "nobody was registered anew"
    );
}

#[tokio::test]
async fn what_is_in_the_way_keeps_all_of_it_from_moving() {
    let (site, alice, _) = moved().await;
    let carol = site.add(user("carol").await).await;
    link(&site, alice, NEW, "alice-there").await;
    link(&site, carol, NEW, "b").await;
    let line = format!("identities remap --from {OLD} --to {NEW}");

    let tried = type_in(&site, &format!("{line} --dry-run")).await;
    let said = type_in(&site, &format!("{line} --yes")).await;
    let json = type_in(&site, &format!("{line} --yes --json")).await;

    assert_eq!(tried.failure(), said.failure());
    assert_snapshot!(said.failure(), @r"
    nothing was changed, since some cannot be moved:
      alice is connected at the new issuer already, as alice-there. If that is right, disconnect the old one: postern user unlink alice --issuer https://old.example.com/o/app/
      bob is b at the old issuer, and carol is at the new one. Disconnect one of them: postern user unlink carol
    ");
    assert_eq!(issuers(&site).await.len(), 2);
    json.failure();
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(document["conflicts"].as_array().unwrap().len(), 2);
    assert_eq!(document["moved"], false);
}

#[tokio::test]
async fn mistyped_issuer_is_told_with_the_near_one() {
    let (site, ..) = moved().await;
    let failure = async |from: &str| {
        let line = format!("identities remap --from {from} --to {NEW} --yes");
        type_in(&site, &line).await.failure().to_owned()
    };

    assert_snapshot!(failure("http://OLD.example.com/o/app").await, @r"
    no account is connected to http://OLD.example.com/o/app. Those that are:
      https://old.example.com/o/app/  (2)
    Did you mean https://old.example.com/o/app/? Issuers are compared exactly, a slash at the end included
    ");
    assert!(!failure("https://x.test").await.contains("Did you mean"));
    assert_eq!(failure(NEW).await, "the two issuers are the same");
}
