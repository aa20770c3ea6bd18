//! Logins over HTTP: handlers know who it is, and layers let in only their own.

use reqwest::Method;

use super::place::{navigate, start};

#[tokio::test]
async fn login_leads_back_to_the_page_and_handlers_know_who_it_is() {
    let place = start().await;
    assert_eq!(
        navigate(&place.browser, "/").await.body,
        "Hello stranger.\n"
    );
    let fetched = place.browser.get("/notes").await;
    assert_eq!(
        (fetched.status.as_u16(), fetched.code()),
        (401, "unauthenticated".into())
    );
    let reference = fetched.json()["ref"].as_str().unwrap_or_default().len();
    assert_eq!(reference, 10, "{}", fetched.body);
    assert_eq!(
        fetched.header("link"),
        "</_postern/login?next=%2Fnotes>; rel=\"login\""
    );

    place.log_in("alice", "/notes?x=1").await;

    let notes = navigate(&place.browser, "/notes?x=1").await;
    assert!(
        notes.body.starts_with("The notes of alice"),
        "{}",
        notes.body
    );
    let home = navigate(&place.browser, "/").await;
    assert!(home.body.starts_with("Hello alice"), "{}", home.body);
    let session = place.browser.get("/_postern/api/session").await;
    assert_eq!(session.json()["user"]["username"], "alice");

    let ended = place
        .browser
        .post_json("/_postern/api/logout", &serde_json::json!({}))
        .await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    assert_eq!(
        navigate(&place.browser, "/").await.body,
        "Hello stranger.\n"
    );
}

#[tokio::test]
async fn role_and_group_let_in_only_their_own() {
    let place = start().await;
    place.op.set_groups("alice", &["family"]);
    place.log_in("alice", "/photos").await;

    let photos = navigate(&place.browser, "/photos").await;
    assert!(
        photos.body.starts_with("Photos for alice"),
        "{}",
        photos.body
    );
    let settings = place.browser.get("/settings").await;
    assert_eq!(
        (settings.status.as_u16(), settings.code()),
        (403, "app_forbidden".into())
    );

    place.browser.forget_cookies();
    place.op.set_groups("bob", &["bosses"]);
    place.log_in("bob", "/settings").await;

    assert_eq!(
        navigate(&place.browser, "/settings").await.body,
        "Settings.\n"
    );
    let photos = place.browser.get("/photos").await;
    assert_eq!(
        (photos.status.as_u16(), photos.code()),
        (403, "app_forbidden".into())
    );
}

#[tokio::test]
async fn another_site_writes_nothing_in_the_users_name() {
    let place = start().await;
    place.log_in("alice", "/notes").await;
    let post = async |site: &str| {
        let request = place.browser.call(Method::POST, "/notes");
        place
            .browser
            .send(request.header("sec-fetch-site", site))
            .await
    };

    let own = post("same-origin").await;
    let foreign = post("cross-site").await;

    assert!(own.body.starts_with("A new note of alice"), "{}", own.body);
    assert_eq!(
        (foreign.status.as_u16(), foreign.code()),
        (403, "cross_site".into())
    );
}
