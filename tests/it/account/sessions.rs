//! The account's list of sessions: what it shows, ending one, ending all others.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{API_LOGIN, API_PROFILE_SESSIONS};
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, Site, user};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sessions(browser: &HttpBrowser) -> Vec<Value> {
    let answer = browser.get(API_PROFILE_SESSIONS).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json().as_array().expect("a list").clone()
}

fn path(session: &Value) -> String {
    format!(
        "{API_PROFILE_SESSIONS}/{}",
        session["id"].as_str().expect("an id")
    )
}

#[tokio::test]
async fn lists_browser_address_provider_and_times() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let (through_op, by_password) = (site.browser(), site.browser());
    through_op.log_in_as("bob").await;
    let began = site.now().unix();
    site.pass(Duration::from_secs(90));
    let request = by_password
        .call(Method::POST, API_LOGIN)
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", FIREFOX)
        .json(&json!({"username": "alice", "password": PASSWORD}));
    assert_eq!(by_password.send(request).await.status, 200);

    let bobs = sessions(&through_op).await;
    let mut alices = sessions(&by_password).await;

    assert_eq!(bobs.len(), 1);
    assert_eq!(
        (&bobs[0]["method"], &bobs[0]["provider"]),
        (&json!("openid"), &json!("Authentik"))
    );
    assert_eq!(bobs[0]["started_at"], began);
    assert_eq!(bobs[0]["last_used_at"], began + 90, "it just asked");
    alices[0]["id"] = json!("");
    let now = site.now().unix();
    let expected = json!([{
        "id": "", "is_current": true, "method": "password", "provider": null,
        "browser": "Firefox on Linux", "user_agent": FIREFOX, "address": "127.0.0.1",
        "started_at": now, "last_used_at": now, "expires_at": now + 604_800, "applications": [],
    }]);
    assert_eq!(
        json!(alices),
        expected,
        "her own, and nothing that opens anything"
    );
}

#[tokio::test]
async fn one_is_ended_at_once() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let (here, there) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let list = sessions(&here).await;
    let other = list.iter().find(|session| session["is_current"] == false);

    let answer = here.delete(&path(other.expect("the other"))).await;

    assert_eq!(answer.status, 204);
    assert_eq!((there.who().await, sessions(&here).await.len()), (None, 1));
    assert_eq!(here.who().await.as_deref(), Some("alice"));
}

#[tokio::test]
async fn ending_the_own_one_is_a_logout() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.logged_in("alice").await;
    let list = sessions(&browser).await;

    let answer = browser.delete(&path(&list[0])).await;

    assert_eq!(answer.status, 204);
    assert_eq!(browser.cookie("postern_session"), None);
}

#[tokio::test]
async fn all_others_are_ended() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    site.add(user("carol").await).await;
    let (here, there) = (site.logged_in("alice").await, site.logged_in("alice").await);
    let carol = site.logged_in("carol").await;

    let answer = here.delete(API_PROFILE_SESSIONS).await;

    assert_eq!(answer.status, 204);
    assert_eq!((there.who().await, sessions(&here).await.len()), (None, 1));
    assert_eq!(carol.who().await.as_deref(), Some("carol"), "hers are hers");
}

#[tokio::test]
async fn nobody_sees_or_ends_those_of_others() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    site.add(user("carol").await).await;
    let (alice, carol) = (site.logged_in("alice").await, site.logged_in("carol").await);
    let hers = path(&sessions(&carol).await[0]);

    let answer = alice.delete(&hers).await;

    assert_eq!(answer.code(), "not_found");
    assert_eq!(carol.who().await.as_deref(), Some("carol"));
    let nonsense = format!("{API_PROFILE_SESSIONS}/1");
    assert_eq!(alice.delete(&nonsense).await.code(), "not_found");
    let stranger = site.browser();
    assert_eq!(
        stranger.get(API_PROFILE_SESSIONS).await.code(),
        "unauthenticated"
    );
    assert_eq!(stranger.delete(&hers).await.code(), "unauthenticated");
    assert_eq!(
        stranger.delete(API_PROFILE_SESSIONS).await.code(),
        "unauthenticated"
    );
}
