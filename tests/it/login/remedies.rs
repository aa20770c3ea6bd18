//! One truth on what an admin should do about a failure: the log, the audit trail, its page and
//! the command line say the same, by the cause.

use demo_op::{Fault, Lie};
use oidc::discovery::LAST_GOOD;
use postern::account::NewAccount;
use postern::audit::Actor;
use postern::failure::{Cause, remedy};
use postern::store::NewIdentity;
use serde_json::{Value, json};
use shared::routes::{API_AUDIT, API_SESSION_CONFIRM, API_SETUP, API_WELCOME};
use std::time::Duration;
use tests::command_line::type_in;
use tests::http_browser::HttpBrowser;
use tests::log::Log;
use tests::logins::link;
use tests::site::{Site, admin, user};

/// Where the OP was before it moved.
const OLD: &str = "https://old.example.com/application/o/postern/";

/// A site with an admin, and the admin's browser.
async fn site_with(settings: &[(&str, &str)]) -> (Site, HttpBrowser) {
    let site = Site::with(settings).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    Log::begin();
    (site, root)
}

/// Fails unless the latest failure has this cause's remedy everywhere.
async fn assert_one_remedy(site: &Site, root: &HttpBrowser, cause: Cause) {
    let expected = remedy(cause, "authentik").english();
    let code = cause.code().as_str();
    let is_it = |entry: &&Value| entry["code"] == code;

    let page = root.get(API_AUDIT).await.json();
    let entry = page["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .find(is_it);
    let entry = entry.unwrap_or_else(|| panic!("{cause:?}: {page}"));
    assert_eq!(entry["remedy"], expected, "{cause:?}");
    let reference = entry["ref"].as_str().expect("a reference");
    let said = type_in(site, &format!("audit --json --ref {reference}")).await;
    assert_eq!(said.json()[0]["remedy"], expected, "{cause:?}");
    let log = Log::text();
    let line = log
        .lines()
        .find(|line| line.contains(reference) && line.contains(&format!("code=\"{code}\"")));
    // A wrong confirmation is a fetch's answer like any other, and has no line of its own.
    if cause != Cause::PasswordWrong {
        let line = line.unwrap_or_else(|| panic!("{cause:?}: {log}"));
        assert!(
            line.contains(&format!("remedy={expected:?}")),
            "{cause:?}: {line}"
        );
    }
}

#[tokio::test]
async fn guesses_have_one_remedy_everywhere() {
    let (site, root) = site_with(&[]).await;
    let stranger = site.browser();

    stranger.log_in("root", "a wrong password").await;
    assert_one_remedy(&site, &root, Cause::InvalidCredentials).await;
    let confirmation = json!({"password": "a wrong password"});
    root.post_json(API_SESSION_CONFIRM, &confirmation).await;
    assert_one_remedy(&site, &root, Cause::PasswordWrong).await;
    let link = json!({"token": "no such token", "password": "0123456789"});
    stranger.post_json(API_WELCOME, &link).await;
    assert_one_remedy(&site, &root, Cause::WelcomeLinkInvalid).await;
}

#[tokio::test]
async fn wrong_setup_token_has_one_remedy_everywhere() {
    let site = Site::start().await;
    Log::begin();
    let setup = json!({"token": "a guess", "username": "x", "password": "0123456789"});
    site.browser().post_json(API_SETUP, &setup).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;

    assert_one_remedy(&site, &root, Cause::SetupTokenWrong).await;
}

/// Moves all identities to an issuer of old, as if the OP had just moved from there.
async fn move_away(site: &Site) {
    let (from, to) = (site.op.issuer(), OLD);
    let line = format!("identities remap --from {from} --to {to} --yes");
    type_in(site, &line).await.good();
}

#[tokio::test]
async fn op_that_moved_is_named_where_its_people_are_refused() {
    for (name, setting, cause) in [
        (
            "bob",
            ("OIDC_LINK_BY_EMAIL", "never"),
            Cause::LinkFirstMoved,
        ),
        (
            "carol",
            ("OIDC_ALLOW_REGISTRATION", "false"),
            Cause::EmailMissingMoved,
        ),
    ] {
        let (site, root) = site_with(&[setting]).await;
        let id = site.add(user(name).await).await;
        let subject = site.op.subject(name).expect("a user of the OP");
        let identity = NewIdentity {
            issuer: OLD,
            subject: &subject,
            username: None,
            email: None,
            is_email_verified: false,
            groups: None,
        };
        link(&site.app.store, id, identity, Actor::server(site.now())).await;

        site.browser().log_in_as(name).await;

        assert_one_remedy(&site, &root, cause).await;
        let log = Log::text();
        assert!(
            log.contains(&format!("the issuer {OLD} has the same")),
            "{log}"
        );
    }
}

#[tokio::test]
async fn op_that_moved_is_named_where_its_people_become_somebody_new() {
    let (site, _) = site_with(&[]).await;
    site.browser().log_in_as("carol").await;
    move_away(&site).await;

    let login = site.browser().log_in_as("carol").await;

    assert_eq!(login.callback.location(), "/");
    let log = Log::text();
    let line = log
        .lines()
        .find(|line| line.contains("known from another issuer"));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(
        line.contains(OLD) && line.contains("postern identities remap"),
        "{line}"
    );
}

#[tokio::test]
async fn our_own_fault_is_never_the_ops() {
    let (site, root) = site_with(&[]).await;
    for number in 1..=200 {
        let username = match number {
            1 => "bob".to_owned(),
            number => format!("bob-{number}"),
        };
        let account = NewAccount {
            username,
            email: None,
            password_hash: None,
            ..admin("x").await
        };
        site.add(account).await;
    }

    let login = site.browser().log_in_as("bob").await;

    assert_eq!(login.callback.code(), "server_error");
    assert_one_remedy(&site, &root, Cause::ServerError).await;
    assert!(Log::text().contains("no free username was found"));
}

#[tokio::test]
async fn causes_of_one_code_have_a_remedy_each() {
    let algorithms = "id_token_signing_alg_values_supported".to_owned();
    for (lie, cause) in [
        (Lie::Discovery(Fault::Status(404)), Cause::DiscoveryMissing),
        (Lie::IssuerMismatch, Cause::IssuerDiffers),
        (
            Lie::DiscoveryMember(algorithms, json!(["HS256"])),
            Cause::AlgorithmUnfit,
        ),
        (Lie::JwksEmpty, Cause::SigningKeyMissing),
        (Lie::Encrypted, Cause::TokenEncrypted),
        (
            Lie::Claim("much".to_owned(), json!("x".repeat(256 * 1024))),
            Cause::TokenTooLong,
        ),
        (
            Lie::Claim("much".to_owned(), json!("x".repeat(1024 * 1024))),
            Cause::TokenTooLong,
        ),
        (Lie::ClientOfOther, Cause::TokenForeign),
        (Lie::Token(Fault::Firewall), Cause::OpBlocked),
        (Lie::Token(Fault::Status(429)), Cause::OpRateLimited),
        (Lie::Token(Fault::Challenge), Cause::OpChallenged),
        (Lie::Token(Fault::Proxy), Cause::ProxyFailed),
    ] {
        let (site, root) = site_with(&[]).await;
        site.op.lies(lie);
        // What the OP said before would serve for a day.
        site.pass(LAST_GOOD + Duration::from_secs(1));

        let start = site.browser().get(shared::routes::API_LOGIN_OPENID).await;
        if !start.location().starts_with("/login?error=") {
            site.browser().log_in_as("bob").await;
        }

        assert_one_remedy(&site, &root, cause).await;
    }
}
