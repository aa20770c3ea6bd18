//! Which account a login enters, and which logins are refused.

use postern::audit::Actor;
use std::collections::BTreeSet;

use demo_op::{Lie, User};
use postern::account::{AccountId, NewAccount};
use postern::config::Database;
use secrecy::ExposeSecret;
use serde_json::json;
use shared::routes::{
    API_LINK, API_LOGIN, API_PROFILE, API_PROFILE_IDENTITIES_OPENID, API_PROFILE_PASSWORD,
    API_SESSION, API_SESSION_CONFIRM,
};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::logins::set_disabled;
use tests::site::{PASSWORD, Site, admin, user};
use tokio::task::JoinSet;

use crate::account::identities::begin;
use crate::login::decide::identities;
use tests::logins::account_of;

async fn disable(site: &Site, id: AccountId) {
    // The last admin could not be disabled.
    let store = &site.app.store;
    let keeper = store.account_by_username("keeper").await;
    if keeper.expect("the store answers").is_none() {
        site.add(admin("keeper").await).await;
    }
    set_disabled(&site.app.store, id, true, Actor::server(site.now())).await;
}

async fn id_of(site: &Site, username: &str) -> AccountId {
    let found = site.app.store.account_by_username(username).await;
    found.expect("the store answers").expect("the account").id
}

#[tokio::test]
async fn cve_2026_58422_disabled_account_is_refused_by_password_and_at_the_op() {
    let site = Site::start().await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let alice = site.add(admin("alice").await).await;
    let waiting = site.browser();
    assert_eq!(
        waiting.log_in_as("alice").await.callback.location(),
        "/link"
    );
    disable(&site, id_of(&site, "bob").await).await;
    disable(&site, alice).await;
    let form = [("username", "alice"), ("password", PASSWORD)];

    let refused: Vec<Answer> = vec![
        // By a known identity, by an email, by the link that waited, by password and by form.
        bob.log_in_as("bob").await.callback,
        site.browser().log_in_as("alice").await.callback,
        waiting
            .post_json(
                API_LINK,
                &json!({"username": "alice", "password": PASSWORD}),
            )
            .await,
        site.browser().log_in("alice", PASSWORD).await,
        site.browser().post_form(API_LOGIN, &form).await,
    ];

    for answer in &refused {
        assert_eq!(answer.code(), "account_disabled", "{}", answer.summary());
        let session = answer
            .set_cookies()
            .iter()
            .any(|line| line.contains("session"));
        assert!(!session, "{}", answer.summary());
    }
    for id in [id_of(&site, "bob").await, alice] {
        let account = site.app.store.account(id).await.unwrap().unwrap();
        assert!(account.is_disabled(), "no login enables it again");
    }
}

#[tokio::test]
async fn cve_2026_58422_disabled_account_is_refused_with_a_session_that_was_live() {
    let site = Site::start().await;
    let id = site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;
    let link = begin(&browser, "bob").await;
    disable(&site, id).await;

    let none = json!({});
    let refused: Vec<Answer> = vec![
        browser.get(API_SESSION).await,
        browser.get(API_PROFILE).await,
        browser
            .patch(API_PROFILE, &json!({"display_name": "x"}))
            .await,
        browser
            .post_json(API_SESSION_CONFIRM, &json!({"password": PASSWORD}))
            .await,
        browser
            .post_json(API_PROFILE_PASSWORD, &json!({"new": "another password"}))
            .await,
        browser
            .post_json(API_PROFILE_IDENTITIES_OPENID, &none)
            .await,
    ];

    for answer in &refused {
        assert_eq!(answer.code(), "unauthenticated", "{}", answer.summary());
    }
    assert_eq!(browser.get(&link).await.code(), "state_mismatch");
    assert_eq!(identities(&site, id).await, 0);
}

/// Disables an account by hand, in the table: nobody ends its sessions.
async fn disable_by_hand(site: &Site, username: &str) {
    let statement = format!("update account set disabled_at = 1 where username = '{username}'");
    let changed = match &site.app.config.database {
        Database::Sqlite(file) => {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection = options.connect().await.expect("the database");
            let done = sqlx::query(&statement).execute(&mut connection).await;
            done.map(|done| done.rows_affected())
        }
        Database::Postgres(url) => {
            let mut connection = PgConnection::connect(url.expose_secret())
                .await
                .expect("the database");
            let done = sqlx::query(&statement).execute(&mut connection).await;
            done.map(|done| done.rows_affected())
        }
    };
    assert_eq!(changed.expect("the change"), 1);
}

#[tokio::test]
async fn cve_2026_58422_account_that_was_disabled_in_the_table_is_refused_as_well() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    disable_by_hand(&site, "alice").await;

    assert_eq!(browser.who().await, None);
    let profile = browser.get(API_PROFILE).await;
    assert_eq!(profile.code(), "unauthenticated");
    let login = site.browser().log_in("alice", PASSWORD).await;
    assert_eq!(login.code(), "account_disabled");
}

#[tokio::test]
async fn cve_2026_41571_missing_hash_never_verifies() {
    let site = Site::start().await;
    let bare = NewAccount {
        password_hash: None,
        ..user("bare").await
    };
    site.add(bare).await;
    site.browser().log_in_as("bob").await;
    let passwords = [
        "",
        " ",
        "null",
        "NULL",
        "none",
        "None",
        "undefined",
        "0",
        "false",
        "*",
        "!",
        "x",
        "$",
        "$argon2id$",
        PASSWORD,
    ];

    // Each account has ten tries.
    for (number, password) in passwords.into_iter().enumerate() {
        let name = if number % 2 == 0 { "bare" } else { "bob" };
        let answer = site.browser().log_in(name, password).await;
        assert_eq!(answer.code(), "invalid_credentials", "{name} {password:?}");
    }
}

#[tokio::test]
async fn cve_2026_41571_missing_hash_confirms_nothing_either() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.log_in_as("bob").await;

    for password in ["", "null", "$argon2id$"] {
        let body = json!({ "password": password });
        let confirmed = browser.post_json(API_SESSION_CONFIRM, &body).await;
        assert_eq!(confirmed.code(), "password_wrong", "{password:?}");
    }
    site.pass(std::time::Duration::from_secs(600));
    for current in [json!(""), json!("null"), json!(null)] {
        let body = json!({"current": current, "new": "another password"});
        let changed = browser.post_json(API_PROFILE_PASSWORD, &body).await;
        assert_eq!(changed.code(), "reauth_required", "{current}");
    }
}

#[tokio::test]
async fn cve_2026_23990_empty_claims_are_nobody() {
    let roles = [("OIDC_CLAIM_ROLES", "groups"), ("OIDC_ROLE_USER", "users")];
    let site = Site::with(&roles).await;
    let nameless = NewAccount {
        email: None,
        ..admin("root").await
    };
    let root = site.add(nameless).await;
    for lie in [Lie::SubEmpty, Lie::Claim("sub".to_owned(), json!("   "))] {
        site.op.lies(lie);
        let callback = site.browser().log_in_as("bob").await.callback;
        assert_eq!(callback.code(), "token_invalid");
        site.op.speaks_true();
    }
    for groups in [&[][..], &[""], &[" "], &["", "*"]] {
        site.op.set_groups("bob", groups);
        let callback = site.browser().log_in_as("bob").await.callback;
        assert_eq!(callback.code(), "role_missing", "{groups:?}");
    }
    site.op.set_groups("bob", &["users"]);

    // Two without an email and a name are not the same, and none is the admin without an email.
    let mut seen = BTreeSet::from([root.to_string()]);
    for op_user in ["alice", "bob", "carol"] {
        site.op.set_email(op_user, Some(""));
        site.op.set_claim(op_user, "preferred_username", "");
        let browser = site.browser();
        browser.log_in_as(op_user).await;
        assert!(seen.insert(account_of(&browser).await), "{op_user}");
    }
}

#[tokio::test]
async fn cve_2025_61928_account_is_the_sessions_whatever_the_body_says() {
    let site = Site::start().await;
    let victim = site.add(admin("root").await).await.to_string();
    site.add(user("mallory").await).await;
    let (mallory, nobody) = (site.logged_in("mallory").await, site.browser());
    let forged = json!({
        "id": victim, "account_id": victim, "user_id": victim, "userId": victim,
        "user": {"id": victim, "role": "admin"}, "username": "root", "role": "admin",
        "display_name": "forged", "email_vouched_for": true, "email_verified": true,
        "current": PASSWORD, "new": "a forged password",
    });

    for (path, query) in [
        (API_PROFILE, ""),
        (API_PROFILE, "?id="),
        (API_PROFILE, "?user_id="),
    ] {
        let path = format!(
            "{path}{query}{}",
            if query.is_empty() { "" } else { &victim }
        );
        mallory.patch(&path, &forged).await;
        assert_eq!(nobody.patch(&path, &forged).await.code(), "unauthenticated");
    }
    let anonymous = nobody.post_json(API_PROFILE_PASSWORD, &forged).await;
    assert_eq!(anonymous.code(), "unauthenticated");
    mallory.post_json(API_PROFILE_PASSWORD, &forged).await;

    let root = site.logged_in("root").await.get(API_SESSION).await.json();
    assert!(root["user"]["display_name"].is_null(), "{root}");
    let own = mallory.get(API_SESSION).await.json();
    assert_eq!(
        (&own["user"]["username"], &own["user"]["role"]),
        (&json!("mallory"), &json!("user"))
    );
    let account = site
        .app
        .store
        .account_by_username("mallory")
        .await
        .unwrap()
        .unwrap();
    assert!(!account.email_is_vouched_for());
}

/// How many log in at once.
const MANY: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cve_2026_33544_hundred_logins_at_once_are_never_mixed() {
    let site = Site::start().await;
    let mut there = JoinSet::new();
    for number in 0..MANY {
        let name = format!("user-{number}");
        site.op.add_user(User::new(&name, &format!("{name}-demo")));
        let browser = site.browser();
        there.spawn(async move {
            let callback_url = browser.callback_for(&name).await;
            (name, browser, callback_url)
        });
    }
    // All have come back from the OP before the first code is redeemed.
    let there: Vec<(String, HttpBrowser, String)> = there.join_all().await;
    let mut back = JoinSet::new();
    for (name, browser, callback_url) in there {
        back.spawn(async move {
            let callback = browser.get(&callback_url).await;
            assert_eq!(callback.location(), "/", "{name}: {}", callback.summary());
            let session = browser.get(API_SESSION).await.json();
            assert_eq!(session["user"]["username"], name.as_str());
            assert_eq!(session["user"]["email"], format!("{name}@example.com"));
            (name, browser.cookie("postern_session").expect("a session"))
        });
    }
    let ended = back.join_all().await;

    let tokens: BTreeSet<&String> = ended.iter().map(|(_, token)| token).collect();
    assert_eq!((ended.len(), tokens.len()), (MANY, MANY));
    for (name, _) in &ended {
        let subject = site.op.subject(name).unwrap();
        let found = site
            .app
            .store
            .account_by_identity(site.op.issuer(), &subject)
            .await;
        assert_eq!(found.unwrap().unwrap().username, *name);
    }
}
