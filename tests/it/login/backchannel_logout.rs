//! The OP ends sessions: by `sid`, by `sub`, once for each token, and their owner is told.

use std::time::Duration;

use demo_op::Settings;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use shared::routes::{API_BACKCHANNEL_LOGOUT, API_CONFIG, API_LOGIN_OPENID, LOGIN};
use tests::answer::{Answer, encode};
use tests::http_browser::HttpBrowser;
use tests::site::{CLIENT_ID, Site, user};

/// Posts a form as an OP does: not a browser, no cookies.
async fn post(site: &Site, fields: &[(&str, &str)]) -> Answer {
    let op = site.browser();
    let request = op
        .call(Method::POST, API_BACKCHANNEL_LOGOUT)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    op.send(request.body(encode(fields))).await
}

async fn send(site: &Site, claims: &Value) -> Answer {
    let token = site.op.sign(&site.op.logout_header(), claims);
    post(site, &[("logout_token", &token)]).await
}

/// Returns the claims of a good logout token for a user's only session at the OP.
fn claims(site: &Site, username: &str) -> Value {
    let subject = site.op.subject(username).expect("a subject");
    let sids = site.op.sids(username);
    site.op.logout_claims(CLIENT_ID, &subject, &sids[0])
}

async fn logged_in(site: &Site, username: &str) -> HttpBrowser {
    let browser = site.browser();
    browser.log_in_as(username).await;
    assert!(browser.who().await.is_some());
    browser
}

#[tokio::test]
async fn admin_at_the_op_ends_a_session_here() {
    let site = Site::start().await;
    let uri = format!("{}{API_BACKCHANNEL_LOGOUT}", site.origin());
    site.op.configure(|settings: &mut Settings| {
        for client in &mut settings.clients {
            client.backchannel_logout_uri = Some(uri.clone());
        }
    });
    let (bob, alice) = (
        logged_in(&site, "bob").await,
        logged_in(&site, "alice").await,
    );

    let statuses = site.op.end_sessions("bob").await;

    assert_eq!(statuses, [Some(200)]);
    assert_eq!(bob.who().await, None);
    assert!(alice.who().await.is_some(), "she is somebody else");
}

#[tokio::test]
async fn with_a_sid_that_session_ends_alone() {
    let site = Site::start().await;
    let (here, there) = (logged_in(&site, "bob").await, logged_in(&site, "bob").await);
    let subject = site.op.subject("bob").unwrap();
    let mut ended = 0;

    for sid in site.op.sids("bob") {
        let answer = send(&site, &site.op.logout_claims(CLIENT_ID, &subject, &sid)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
        assert_eq!(answer.header("cache-control"), "no-store");
        let left = [here.who().await, there.who().await];
        ended += 1;
        assert_eq!(left.iter().flatten().count(), 2 - ended);
    }
    assert_eq!(ended, 2);
}

#[tokio::test]
async fn without_a_sid_all_of_the_user_end() {
    let site = Site::start().await;
    let (here, there) = (logged_in(&site, "bob").await, logged_in(&site, "bob").await);
    let alice = logged_in(&site, "alice").await;
    let mut claims = claims(&site, "bob");
    claims.as_object_mut().unwrap().remove("sid");

    assert_eq!(send(&site, &claims).await.status, 200);

    assert_eq!((here.who().await, there.who().await), (None, None));
    assert!(alice.who().await.is_some());
}

#[tokio::test]
async fn sessions_by_password_do_not_end() {
    let site = Site::start().await;
    site.add(user("bob").await).await;
    let by_password = site.logged_in("bob").await;
    let mut claims = site
        .op
        .logout_claims(CLIENT_ID, &site.op.subject("bob").unwrap(), "none");
    claims.as_object_mut().unwrap().remove("sid");

    assert_eq!(send(&site, &claims).await.status, 200);

    assert!(by_password.who().await.is_some());
}

#[tokio::test]
async fn session_that_begins_afterwards_is_another_one() {
    let site = Site::start().await;
    let browser = logged_in(&site, "bob").await;
    let claims = claims(&site, "bob");
    browser.log_in_as("bob").await;

    // A re-authentication ends the old session at the OP, which tells its clients.
    assert_eq!(send(&site, &claims).await.status, 200);

    assert!(browser.who().await.is_some());
}

#[tokio::test]
async fn token_is_taken_once_and_repeats_are_borne() {
    let site = Site::start().await;
    let _bob = logged_in(&site, "bob").await;
    let first = claims(&site, "bob");
    assert_eq!(send(&site, &first).await.status, 200);

    assert_eq!(send(&site, &first).await.code(), "logout_token_invalid");

    // Authentik may send several tokens for one session.
    assert_eq!(send(&site, &claims(&site, "bob")).await.status, 200);
    // By the time that its `jti` is forgotten, a token is too old.
    site.pass(Duration::from_secs(660));
    site.app
        .store
        .sweep_sessions(&site.app.config.sessions, site.now())
        .await
        .unwrap();
    let mut long_lived = first;
    long_lived["exp"] = json!(site.now().unix() + 1000);
    assert_eq!(
        send(&site, &long_lived).await.code(),
        "logout_token_invalid"
    );
}

#[tokio::test]
async fn whatever_fails_a_check_ends_nothing() {
    let site = Site::start().await;
    let bob = logged_in(&site, "bob").await;
    let good = claims(&site, "bob");
    let now = site.now().unix();
    let event = "http://schemas.openid.net/event/backchannel-logout";
    let bent = [
        ("iss", json!("https://op.example.org/")),
        ("iss", Value::Null),
        ("aud", json!("another-client")),
        ("aud", json!(["another-client"])),
        ("aud", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", Value::Null),
        ("iat", json!(now + 61)),
        ("iat", json!(now - 661)),
        ("iat", Value::Null),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("jti", json!(7)),
        ("events", Value::Null),
        ("events", json!({})),
        ("events", json!([event])),
        ("events", json!({event: true})),
        (
            "events",
            json!({"http://schemas.openid.net/event/other": {}}),
        ),
        ("nonce", json!("n")),
        ("sub", json!(7)),
        ("sid", json!(7)),
        ("sid", json!("")),
        ("sid", json!("a\0")),
    ];
    for (name, value) in bent {
        let mut claims = good.clone();
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }

        let answer = send(&site, &claims).await;

        assert_eq!(answer.status, 400, "{name}: {value}");
        assert_eq!(answer.code(), "logout_token_invalid", "{name}: {value}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let mut nobody = good.clone();
    nobody.as_object_mut().unwrap().remove("sub");
    nobody.as_object_mut().unwrap().remove("sid");
    assert_eq!(send(&site, &nobody).await.code(), "logout_token_invalid");
    let unsigned = site.op.sign(&json!({"alg": "none"}), &good);
    let signed = site.op.sign(&site.op.logout_header(), &good);
    let (head, _) = signed.rsplit_once('.').unwrap();
    for token in ["", "a.b.c", &unsigned, &format!("{head}.AAAA")] {
        let answer = post(&site, &[("logout_token", token)]).await;
        assert_eq!(answer.code(), "logout_token_invalid", "{token}");
    }
    assert!(bob.who().await.is_some(), "after all of them");
}

#[tokio::test]
async fn token_of_another_kind_ends_nothing() {
    let site = Site::start().await;
    for (typ, is_taken) in [
        (json!("at+jwt"), false),
        (json!("id_token+jwt"), false),
        (json!("application/id_token+jwt"), false),
        (json!("logout+jwt"), true),
        (json!("application/Logout+JWT"), true),
        (json!("JWT"), true),
        (Value::Null, true),
    ] {
        let bob = logged_in(&site, "bob").await;
        let mut header = site.op.logout_header();
        header["typ"] = typ.clone();
        let token = site.op.sign(&header, &claims(&site, "bob"));

        let answer = post(&site, &[("logout_token", &token)]).await;

        let status = if is_taken { 200 } else { 400 };
        assert_eq!(answer.status, status, "{typ}");
        assert_eq!(bob.who().await.is_none(), is_taken, "{typ}");
        site.op.forget_sessions();
    }
}

#[tokio::test]
async fn sid_of_one_user_with_the_sub_of_another_ends_nothing() {
    let site = Site::start().await;
    let (bob, alice) = (
        logged_in(&site, "bob").await,
        logged_in(&site, "alice").await,
    );
    let mut claims = claims(&site, "bob");
    claims["sub"] = json!(site.op.subject("alice"));

    let answer = send(&site, &claims).await;

    assert_eq!(answer.code(), "logout_token_invalid");
    assert!(bob.who().await.is_some() && alice.who().await.is_some());
}

#[tokio::test]
async fn only_a_form_with_one_token_will_do() {
    let site = Site::start().await;
    let bob = logged_in(&site, "bob").await;
    let token = site
        .op
        .sign(&site.op.logout_header(), &claims(&site, "bob"));
    let token = token.as_str();
    let twice = [("logout_token", token), ("logout_token", token)];
    assert_eq!(post(&site, &twice).await.code(), "logout_token_invalid");
    assert_eq!(post(&site, &[]).await.code(), "logout_token_invalid");
    let json = site.browser();
    let body = json!({"logout_token": token});
    let answer = json.post_json(API_BACKCHANNEL_LOGOUT, &body).await;
    assert_eq!(answer.code(), "logout_token_invalid");
    let request = json
        .call(Method::POST, API_BACKCHANNEL_LOGOUT)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    let answer = json
        .send(request.body(encode(&[("logout_token", token)])))
        .await;
    assert_eq!(answer.code(), "cross_site", "a page in a browser is no OP");
    assert!(bob.who().await.is_some());
    let target = format!("{API_BACKCHANNEL_LOGOUT}?logout_token={token}");
    assert_eq!(json.get(&target).await.code(), "method_not_allowed");
}

#[tokio::test]
async fn its_owner_is_told_until_the_next_login() {
    let site = Site::with(&[("OIDC_AUTOLOGIN", "true")]).await;
    let bob = logged_in(&site, "bob").await;
    let is_told = async |browser: &HttpBrowser| {
        let config = browser.get(API_CONFIG).await.json();
        config["ended_by_provider"] == json!(true)
    };
    assert!(!is_told(&bob).await);

    send(&site, &claims(&site, "bob")).await;

    assert!(is_told(&bob).await);
    assert!(!is_told(&site.browser()).await, "nobody else is");
    let page = bob.get(LOGIN).await;
    assert!(
        page.body
            .contains("Authentik ended your session. Log in again.")
    );
    bob.log_in_at(API_LOGIN_OPENID, "bob").await;
    assert!(bob.who().await.is_some());
    assert!(!is_told(&bob).await);
}
