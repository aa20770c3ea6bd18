//! Admins list, create, change and delete accounts.

mod list;
mod change;
mod last_admin;
mod who;

use serde_json::{Value, json};
use shared::routes::API_USERS;
use tests::http_browser::HttpBrowser;
use tests::site::{Site, admin};
use uuid::Uuid;

/// A site with an admin `root`, who has just logged in.
pub(crate) async fn administered(settings: &[(&str, &str)]) -> (Site, HttpBrowser) {
    let site = Site::with(settings).await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;
    (site, root)
}

/// Returns the path of one account.
pub(crate) fn path(id: impl Into<String>) -> String {
    format!("{API_USERS}/{}", id.into())
}

/// Creates an ordinary account with that name as an admin does; returns the answer's body.
pub(crate) async fn make(root: &HttpBrowser, username: &str) -> Value {
    let body = json!({"username": username, "role": "user"});
    let answer = root.post_json(API_USERS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// Returns the accounts of a list.
pub(crate) async fn users(root: &HttpBrowser, query: &str) -> Vec<Value> {
    let answer = root.get(&format!("{API_USERS}{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["users"].as_array().expect("a list").clone()
}

/// Returns one account of the list.
pub(crate) async fn one(root: &HttpBrowser, id: Uuid) -> Value {
    let id = json!(id.to_string());
    let all = users(root, "").await;
    let found = all.into_iter().find(|user| user["id"] == id);
    found.expect("the account is listed")
}

/// Returns the usernames of a list.
fn names(users: &[Value]) -> Vec<&str> {
    users
        .iter()
        .filter_map(|user| user["username"].as_str())
        .collect()
}
