//! Who may do what to accounts.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{API_SESSION_CONFIRM, API_USERS};
use tests::answer::Answer;
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, user};
use uuid::Uuid;

use crate::admin::users::{administered, one, path, users};

/// Everything that changes an account.
fn writes(id: Uuid) -> [(Method, String, Value); 5] {
    let user = path(id);
    let nobody = Uuid::nil();
    [
        (
            Method::POST,
            API_USERS.to_owned(),
            json!({"username": "x", "role": "admin"}),
        ),
        (Method::PATCH, user.clone(), json!({"role": "admin"})),
        (Method::POST, format!("{user}/welcome-link"), json!({})),
        (
            Method::DELETE,
            format!("{user}/identities/{nobody}"),
            json!({}),
        ),
        (Method::DELETE, user, json!({})),
    ]
}

async fn write(browser: &HttpBrowser, (method, path, body): (Method, String, Value)) -> Answer {
    browser.send(browser.json(method, &path, &body)).await
}

#[tokio::test]
async fn only_admins_see_and_change_accounts() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let before = users(&root, "").await;
    for (browser, code) in [
        (site.browser(), "unauthenticated"),
        (site.logged_in("alice").await, "forbidden"),
    ] {
        assert_eq!(browser.get(API_USERS).await.code(), code);

        for request in writes(id) {
            let what = format!("{} {}", request.0, request.1);
            assert_eq!(write(&browser, request).await.code(), code, "{what}");
        }
    }

    let mut after = users(&root, "").await;
    after[0]["last_login_at"] = before[0]["last_login_at"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn admin_confirms_before_changing_anything() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    let before = one(&root, id).await;
    site.pass(Duration::from_secs(600));

    for request in writes(id) {
        let what = format!("{} {}", request.0, request.1);
        let answer = write(&root, request).await;
        assert_eq!(answer.code(), "reauth_required", "{what}");
    }

    assert_eq!(
        one(&root, id).await,
        before,
        "reading needs no more than the session"
    );
    root.post_json(API_SESSION_CONFIRM, &json!({"password": PASSWORD}))
        .await;
    let statuses = [201, 200, 200, 404, 204];
    for (request, status) in writes(id).into_iter().zip(statuses) {
        let answer = write(&root, request).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

#[tokio::test]
async fn nothing_changes_by_the_word_of_another_site() {
    let (site, root) = administered(&[]).await;
    let id = site.add(user("alice").await).await;
    for (method, path, body) in writes(id) {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = root.call(method.clone(), &path).header(name, value);
            let answer = root.send(request.json(&body)).await;
            assert_eq!(answer.code(), "cross_site", "{method} {path}");
        }
    }

    assert_eq!(users(&root, "").await.len(), 2);
}
