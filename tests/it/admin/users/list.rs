//! The list: what it shows, search, filters, paging.

use postern::account::NewAccount;
use postern::audit::Actor;
use serde_json::{Value, json};
use shared::routes::API_USERS;
use shared::session::Role;
use tests::answer::encode;
use tests::logins::set_disabled;
use tests::site::{email, user};

use crate::admin::users::{administered, make, names, users};

/// Returns the usernames that a search finds.
async fn found(root: &tests::http_browser::HttpBrowser, search: &str) -> Vec<String> {
    let query = format!("?{}", encode(&[("search", search)]));
    let found = users(root, &query).await;
    names(&found).into_iter().map(str::to_owned).collect()
}

/// Returns an account without a password.
fn named(username: &str, display_name: &str, address: Option<&str>) -> NewAccount {
    NewAccount {
        username: username.to_owned(),
        display_name: Some(display_name.to_owned()),
        email: address.map(email),
        email_voucher: None,
        role: Role::User,
        password_hash: None,
    }
}

#[tokio::test]
async fn entry_shows_all_that_an_admin_must_know() {
    let (site, root) = administered(&[]).await;
    let made = make(&root, "Carol").await;
    let began = site.now().unix();
    site.pass(std::time::Duration::from_secs(100));
    site.browser().log_in_as("bob").await;

    let all = users(&root, "").await;

    assert_eq!(names(&all), ["bob", "Carol", "root"]);
    let id = made["user"]["id"].clone();
    assert_eq!(
        all[1],
        json!({
            "id": id, "username": "Carol", "display_name": null, "email": null,
            "email_vouched_for": false, "role": "user", "disabled": false, "has_password": false,
            "created_at": began, "last_login_at": null, "identities": [],
            "welcome_until": began + 3 * 86_400, "applications": null,
        })
    );
    let identity = &all[0]["identities"][0];
    assert_eq!(
        (
            &identity["label"],
            &identity["issuer"],
            &identity["username"]
        ),
        (&json!("Authentik"), &json!(site.op.issuer()), &json!("bob"))
    );
    assert_eq!(all[0]["last_login_at"], began + 100);
    assert_eq!(
        (&all[2]["last_login_at"], &all[2]["has_password"]),
        (&json!(began), &json!(true)),
        "a password is a login too"
    );
}

#[tokio::test]
async fn search_looks_into_username_email_and_display_name_whatever_the_case() {
    let (site, root) = administered(&[]).await;
    site.add(named("olena", "Олена Ґ", Some("o@Example.ORG")))
        .await;
    site.add(named("kaethe", "KÄTHE", Some("x@bücher.example")))
        .await;
    site.add(named("MAX", "Max Power", None)).await;

    for (search, expected) in [
        ("LEN", "olena"),
        ("example.org", "olena"),
        ("олена ґ", "olena"),
        ("ОЛЕНА", "olena"),
        ("käthe", "kaethe"),
        ("Ät", "kaethe"),
        ("BÜCHER", "kaethe"),
        ("max", "MAX"),
        (" x pow ", "MAX"),
    ] {
        assert_eq!(found(&root, search).await, [expected], "{search:?}");
    }
    assert_eq!(found(&root, "nobody").await, [""; 0]);
    assert_eq!(found(&root, "").await.len(), 4, "no search at all");
    // Not across two of them.
    assert_eq!(found(&root, "maxmax").await, [""; 0]);
}

#[tokio::test]
async fn search_is_literal() {
    let (site, root) = administered(&[]).await;
    for (username, display_name) in [
        ("percent", "100% sure"),
        ("under_score", "plain"),
        ("back", r"a\b"),
        ("quote", "it's \"so\""),
        ("other", "10000 sure"),
    ] {
        site.add(named(username, display_name, None)).await;
    }

    for (search, expected) in [
        ("%", "percent"),
        ("0% s", "percent"),
        ("_", "under_score"),
        (r"\", "back"),
        (r"a\b", "back"),
        ("'", "quote"),
        ("\"SO", "quote"),
    ] {
        assert_eq!(found(&root, search).await, [expected], "{search:?}");
    }
    for nothing in ["%%", r"\%", "a%b", "' or true --"] {
        assert_eq!(found(&root, nothing).await, [""; 0], "{nothing:?}");
    }
}

#[tokio::test]
async fn list_is_narrowed_down_by_role_and_status() {
    let (site, root) = administered(&[]).await;
    site.add(user("alice").await).await;
    let id = site.add(user("bob").await).await;
    let store = &site.app.store;
    set_disabled(store, id, true, Actor::server(site.now())).await;

    for (query, expected) in [
        ("?role=admin", vec!["root"]),
        ("?role=user", vec!["alice", "bob"]),
        ("?status=disabled", vec!["bob"]),
        ("?status=enabled", vec!["alice", "root"]),
        ("?role=user&status=enabled&search=example", vec!["alice"]),
        (
            "?role=&status=&search=&after=",
            vec!["alice", "bob", "root"],
        ),
    ] {
        let answer = root.get(&format!("{API_USERS}{query}")).await.json();
        let listed = answer["users"].as_array().unwrap();
        assert_eq!(names(listed), expected, "{query}");
        assert_eq!(answer["total"], expected.len(), "{query}");
    }
    for query in ["?role=owner", "?status=on", "?search=%00", "?after=a%0Ab"] {
        let answer = root.get(&format!("{API_USERS}{query}")).await;
        assert_eq!(answer.code(), "bad_request", "{query}");
    }
}

#[tokio::test]
async fn pages_show_each_account_once_though_others_are_added() {
    let (site, root) = administered(&[]).await;
    for n in 0..119 {
        site.add(named(&format!("user-{n:03}"), "x", None)).await;
    }
    let mut seen: Vec<String> = Vec::new();
    let mut totals: Vec<Value> = Vec::new();
    let mut query = String::new();

    for page in 0..3 {
        let answer = root.get(&format!("{API_USERS}{query}")).await.json();
        let listed = names(answer["users"].as_array().unwrap());
        seen.extend(listed.into_iter().map(str::to_owned));
        totals.push(answer["total"].clone());
        // One that comes before what was shown, and one that comes right after it.
        site.add(named(&format!("a-{page}"), "x", None)).await;
        let last = seen.last().unwrap();
        site.add(named(&format!("{last}a"), "x", None)).await;
        query = match answer["next"].as_str() {
            Some(next) => format!("?{}", encode(&[("after", next)])),
            None => break,
        };
    }

    let first: Vec<&String> = seen
        .iter()
        .filter(|name| name.starts_with("user-") && name.len() == 8)
        .collect();
    let expected: Vec<String> = (0..119).map(|n| format!("user-{n:03}")).collect();
    assert!(first.into_iter().eq(expected.iter()), "{seen:?}");
    assert_eq!(seen.iter().filter(|name| *name == "root").count(), 1);
    assert_eq!(totals, [120, 122, 124]);
    // Accounts added after the cursor appear, accounts added before it do not.
    assert_eq!(seen.len(), 122, "{seen:?}");
}
