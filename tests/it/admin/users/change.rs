//! Creating, changing and deleting accounts, and what stays in the audit trail.

use insta::assert_snapshot;
use serde_json::{Value, json};
use shared::routes::{API_AUDIT, API_PROFILE, API_PROFILE_IDENTITIES, API_USERS};
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, admin, user, vouched};

use crate::admin::users::{administered, make, one, path, users};

/// Returns kind, actor, account and detail of each entry on a line, the oldest first.
async fn trail(root: &HttpBrowser, query: &str) -> Vec<String> {
    let answer = root.get(&format!("{API_AUDIT}{query}")).await;
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |entry: &Value| {
        [
            text(&entry["kind"]),
            text(&entry["actor"]["username"]),
            text(&entry["account"]["username"]),
            text(&entry["detail"]),
        ]
        .join(" | ")
    };
    let body = answer.json();
    let entries = body["entries"].as_array().expect("a list");
    entries.iter().rev().map(line).collect()
}

#[tokio::test]
async fn account_is_made_as_asked() {
    let (site, root) = administered(&[]).await;
    let body = json!({
        "username": " Alice ", "email": " alice@example.org ", "display_name": " Älice ",
        "role": "admin",
    });

    let answer = root.post_json(API_USERS, &body).await;

    assert_snapshot!(answer.summary(), @"201 Created");
    let created = answer.json();
    let user = &created["user"];
    assert_eq!(
        (&user["username"], &user["email"], &user["display_name"]),
        (
            &json!("Alice"),
            &json!("alice@example.org"),
            &json!("Älice")
        )
    );
    assert_eq!(
        (
            &user["role"],
            &user["email_vouched_for"],
            &user["has_password"]
        ),
        (&json!("admin"), &json!(true), &json!(false))
    );
    let link = &created["welcome"];
    let start = format!("{}/welcome#", site.public_origin());
    assert!(link["url"].as_str().unwrap().starts_with(&start), "{link}");
    assert_eq!(link["expires_at"], site.now().unix() + 3 * 86_400);
    assert_eq!(&users(&root, "?search=alice").await[0], user);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused() {
    let (site, root) = administered(&[]).await;
    site.add(vouched("alice").await).await;
    for (body, code) in [
        (
            json!({"username": "a b", "role": "user"}),
            "username_invalid",
        ),
        (json!({"username": "", "role": "user"}), "username_invalid"),
        (
            json!({"username": "ALICE", "role": "user"}),
            "username_taken",
        ),
        (
            json!({"username": "x", "role": "user", "email": "ALICE@example.com"}),
            "email_taken",
        ),
        (
            json!({"username": "x", "role": "user", "email": "x"}),
            "email_invalid",
        ),
        (
            json!({"username": "x", "role": "user", "display_name": "a\nb"}),
            "display_name_invalid",
        ),
        (json!({"username": "x", "role": "owner"}), "bad_request"),
        (json!({"username": "x"}), "bad_request"),
    ] {
        let answer = root.post_json(API_USERS, &body).await;
        assert_eq!(answer.code(), code, "{body}");
    }

    assert_eq!(users(&root, "").await.len(), 2);
}

#[tokio::test]
async fn change_is_made_whole_or_not_at_all() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    site.add(vouched("bob").await).await;
    let before = one(&root, id).await;
    for (field, value, code) in [
        ("email", "bob@example.com", "email_taken"),
        ("email", "x", "email_invalid"),
        ("display_name", "a\nb", "display_name_invalid"),
    ] {
        let mut body = json!({
            "email": "new@example.com", "display_name": "New", "role": "admin", "disabled": true,
        });
        body[field] = json!(value);
        let answer = root.patch(&path(id), &body).await;
        assert_eq!(answer.code(), code);
        assert_eq!(one(&root, id).await, before, "{code}");
    }

    let body = json!({
        "email": "new@example.com", "display_name": "New", "role": "admin", "disabled": true,
    });
    let after = root.patch(&path(id), &body).await.json();

    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&after[field], value);
    }
    assert_eq!(after["email_vouched_for"], true);
    assert_eq!(after, one(&root, id).await);
    let cleared = json!({"email": "", "display_name": ""});
    let cleared = root.patch(&path(id), &cleared).await.json();
    assert_eq!(
        (&cleared["email"], &cleared["display_name"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(cleared["role"], "admin", "what is absent stays");
}

#[tokio::test]
async fn email_that_is_there_already_is_not_vouched_for_by_saving_it() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;

    let body = json!({"email": "alice@example.com", "display_name": "Alice"});
    let saved = root.patch(&path(id), &body).await.json();

    assert_eq!(saved["email_vouched_for"], false);
    assert_eq!(trail(&root, "?kind=email_changed").await, [""; 0]);
}

#[tokio::test]
async fn another_role_and_disabling_end_sessions_at_once() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    root.patch(&path(id), &json!({"display_name": "Alice", "role": "user"}))
        .await;
    assert!(alice.who().await.is_some(), "the same role is no change");

    root.patch(&path(id), &json!({"role": "admin"})).await;

    assert_eq!(alice.who().await, None);
    let alice = site.logged_in("alice").await;
    assert_eq!(alice.get(API_USERS).await.status, 200);
    root.patch(&path(id), &json!({"disabled": true})).await;
    assert_eq!(alice.who().await, None);
    assert_eq!(
        alice.log_in("alice", PASSWORD).await.code(),
        "account_disabled"
    );
    root.patch(&path(id), &json!({"disabled": false})).await;
    assert_eq!(alice.log_in("alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn deleted_account_is_gone_at_once_and_its_identity_is_free() {
    let (site, root) = administered(&[]).await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let id = users(&root, "?search=bob").await[0]["id"].clone();
    let id = id.as_str().unwrap();

    let deleted = root.delete(&path(id)).await;

    assert_snapshot!(deleted.summary(), @"204 No Content");
    assert_eq!(bob.who().await, None);
    assert_eq!(bob.get(API_PROFILE).await.code(), "unauthenticated");
    for answer in [
        root.delete(&path(id)).await,
        root.patch(&path(id), &json!({"role": "admin"})).await,
        root.post_json(&format!("{}/welcome-link", path(id)), &json!({}))
            .await,
        root.delete(&path("no-id")).await,
    ] {
        assert_eq!(answer.code(), "not_found");
    }
    bob.log_in_as("bob").await;
    assert_eq!(bob.who().await.as_deref(), Some("bob"), "as somebody new");
    let again = &users(&root, "?search=bob").await[0];
    assert_ne!(again["id"], id);
}

#[tokio::test]
async fn admin_disconnects_an_identity_though_it_is_the_last_way_in() {
    let (site, root) = administered(&[]).await;
    let bob = site.browser();
    bob.log_in_as("bob").await;
    let before = users(&root, "?search=bob").await[0].clone();
    let user = path(before["id"].as_str().unwrap());
    let identity = before["identities"][0]["id"].as_str().unwrap();
    let own = format!("{API_PROFILE_IDENTITIES}/{identity}");
    assert_eq!(bob.delete(&own).await.code(), "last_way_in");

    let done = root.delete(&format!("{user}/identities/{identity}")).await;

    assert_snapshot!(done.summary(), @"204 No Content");
    assert_eq!(bob.who().await, None, "what came from it ends with it");
    let after = users(&root, "?search=bob").await[0].clone();
    assert_eq!(after["identities"], json!([]));
    let again = root.delete(&format!("{user}/identities/{identity}")).await;
    assert_eq!(again.code(), "not_found");
    assert_eq!(
        trail(&root, "?kind=identity_unlinked").await,
        [format!(
            "identity_unlinked | root | bob | {}",
            site.op.issuer()
        )]
    );
}

#[tokio::test]
async fn identity_of_one_account_is_not_disconnected_by_way_of_another() {
    let (site, root) = administered(&[]).await;
    let alice = site.add(user("alice").await).await;
    site.browser().log_in_as("bob").await;
    let bob = users(&root, "?search=bob").await[0].clone();
    let identity = bob["identities"][0]["id"].as_str().unwrap();

    let answer = root
        .delete(&format!("{}/identities/{identity}", path(alice)))
        .await;

    assert_eq!(answer.code(), "not_found");
    assert_eq!(users(&root, "?search=bob").await[0], bob);
}

#[tokio::test]
async fn everything_is_in_the_audit_trail_with_both_names() {
    let (site, root) = administered(&[]).await;
    let made = make(&root, "Alice").await;
    let alice = path(made["user"]["id"].as_str().unwrap());
    root.post_json(&format!("{alice}/welcome-link"), &json!({}))
        .await;
    for change in [
        json!({"email": "al@example.org", "display_name": "Al"}),
        json!({"role": "admin"}),
        json!({"disabled": true}),
        json!({"disabled": false}),
    ] {
        assert_eq!(root.patch(&alice, &change).await.status, 200);
    }
    root.delete(&alice).await;
    site.add(admin("other").await).await;

    let by_name = trail(&root, "?account=aLICE").await;

    assert_eq!(
        by_name,
        [
            "account_made | root | Alice | user",
            "welcome_link_made | root | Alice | welcome",
            "welcome_link_made | root | Alice | welcome",
            "email_changed | root | Alice | none -> al@example.org",
            "display_name_changed | root | Alice | none -> Al",
            "role_changed | root | Alice | admin",
            "account_disabled | root | Alice | -",
            "account_enabled | root | Alice | -",
            "account_deleted | root | Alice | -",
        ]
    );
    let by_id = format!("?account={}", made["user"]["id"].as_str().unwrap());
    assert_eq!(trail(&root, &by_id).await, by_name);
    // The search by either name finds what `root` did.
    assert_eq!(trail(&root, "?account=root").await.len(), by_name.len() + 2);
    assert_eq!(trail(&root, "?account=nobody").await, [""; 0]);
    assert_eq!(
        trail(&root, "?account=alice&kind=role_changed").await.len(),
        1
    );
}

#[tokio::test]
async fn owner_who_changes_the_display_name_is_in_the_audit_trail() {
    let (site, root) = administered(&[]).await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;

    for name in ["Al", "Al", ""] {
        alice
            .patch(API_PROFILE, &json!({"display_name": name}))
            .await;
    }

    assert_eq!(
        trail(&root, "?kind=display_name_changed").await,
        [
            "display_name_changed | alice | alice | none -> Al",
            "display_name_changed | alice | alice | Al -> none",
        ]
    );
}
