//! What an admin types on the server, next to a running server.

mod user;
mod passwords;
mod session;
mod login_link;
mod trail;
mod identities;
mod backup;
mod restore;
mod move_database;
mod import;
mod program;
mod as_root;
mod documented;

use serde_json::Value;
use shared::routes::API_SESSION;
use tests::command_line::type_in;
use tests::http_browser::HttpBrowser;
use tests::site::Site;

/// Returns the latest entries of the audit trail: kind, account, who typed it, detail.
async fn trail(site: &Site, count: usize) -> Vec<String> {
    let said = type_in(site, &format!("audit --json --limit {count}")).await;
    let entries = said.json();
    let entries = entries.as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |entry: &Value| {
        assert!(
            entry["actor"].is_null() || entry["operator"].is_null(),
            "{entry}"
        );
        let by = if entry["operator"].is_string() {
            "command line".to_owned()
        } else {
            text(&entry["actor"]["username"])
        };
        let (kind, account) = (text(&entry["kind"]), text(&entry["account"]["username"]));
        format!("{kind} {account} by {by}: {}", text(&entry["detail"]))
    };
    entries.map(line).collect()
}

/// Returns the role of the current user.
async fn role(browser: &HttpBrowser) -> Value {
    browser.get(API_SESSION).await.json()["user"]["role"].clone()
}
