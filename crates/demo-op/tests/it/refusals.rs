//! What Authentik refuses, and how.

use demo_op::{Client, Settings};
use serde_json::json;

use crate::rp::{REDIRECT_URI, Rp, exchange, request};

#[tokio::test]
async fn only_the_exact_url_answers_json() {
    let rp = Rp::start().await;
    for path in [
        "/application/o/postern/.well-known/openid-configuration/",
        "/.well-known/openid-configuration",
        "/application/o/postern",
        "/application/o/other/.well-known/openid-configuration",
    ] {
        let answer = exchange(&rp.op, &format!("GET {path}"), "").await.unwrap();

        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.body.contains("<title>authentik</title>"),
            "{path}: {answer:?}"
        );
    }
    let application = exchange(&rp.op, "GET /application/o/postern/", "")
        .await
        .unwrap();
    let document = "/application/o/postern/.well-known/openid-configuration";
    assert_eq!(
        (application.status, application.header("location")),
        (302, document)
    );
}

#[tokio::test]
async fn wrong_client_or_redirect_uri_ends_on_a_page_of_the_op() {
    let mut rp = Rp::start().await;
    let slash = format!("{REDIRECT_URI}/");
    for (change, heading) in [
        (("client_id", "nobody"), "Client ID Error"),
        (("redirect_uri", slash.as_str()), "Redirect URI Error"),
        (
            ("redirect_uri", "http://localhost:1/api/oauth/openid"),
            "Redirect URI Error",
        ),
        (("redirect_uri", ""), "Redirect URI Error"),
    ] {
        let answer = rp.get(&request(&[change])).await;

        assert_eq!(answer.status, 400, "{change:?}");
        assert!(answer.body.contains(heading), "{change:?}: {answer:?}");
    }
}

#[tokio::test]
async fn requests_the_op_cannot_serve_are_sent_back() {
    let mut rp = Rp::start().await;
    for (changes, error) in [
        ([("prompt", "none")], "login_required"),
        ([("response_type", "token")], "unsupported_response_type"),
        ([("code_challenge_method", "S512")], "invalid_request"),
        ([("request", "a.b.c")], "request_not_supported"),
    ] {
        let answer = rp.get(&request(&changes)).await;

        assert_eq!(answer.status, 302, "{changes:?}");
        assert!(
            answer.header("location").starts_with(REDIRECT_URI),
            "{answer:?}"
        );
        assert_eq!(answer.param("error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(
            answer.param("state").as_deref(),
            Some("a-state"),
            "{changes:?}"
        );
    }
}

#[tokio::test]
async fn cancel_comes_back_with_access_denied() {
    let mut rp = Rp::start().await;
    let target = rp.get(&request(&[])).await.header("location").to_owned();

    let answer = rp.post(&target, &[("action", "cancel")]).await;

    assert_eq!(answer.param("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.param("state").as_deref(), Some("a-state"));
}

#[tokio::test]
async fn wrong_password_inactive_and_unpermitted_users_stay_at_the_op() {
    let mut rp = Rp::start().await;
    rp.op.change_user("bob", |user| user.active = false);
    rp.op.change_user("carol", |user| user.permitted = false);
    let target = rp.get(&request(&[])).await.header("location").to_owned();
    for (username, password, text) in [
        ("alice", "wrong", "wrong password"),
        ("nobody", "wrong", "wrong password"),
        ("bob", "bob-demo", "inactive"),
        ("carol", "carol-demo", "Permission denied"),
    ] {
        let answer = rp
            .post(&target, &[("username", username), ("password", password)])
            .await;

        assert_eq!(answer.status, 200, "{username}");
        assert!(answer.body.contains(text), "{username}: {answer:?}");
    }
}

#[tokio::test]
async fn bad_credentials_at_the_token_endpoint_are_all_alike() {
    let mut rp = Rp::start().await;
    let code = rp.log_in("alice", &[]).await.param("code").unwrap();
    for change in [
        ("client_secret", "wrong"),
        ("client_id", "nobody"),
        ("redirect_uri", "http://127.0.0.1:1/elsewhere"),
    ] {
        let answer = rp.redeem(&code, &[change]).await;

        assert_eq!(answer.status, 400, "{change:?}");
        assert_eq!(answer.json()["error"], "invalid_client", "{change:?}");
        assert_eq!(
            answer.json()["request_id"].as_str().unwrap().len(),
            32,
            "{change:?}"
        );
    }
}

#[tokio::test]
async fn failed_exchanges_do_not_use_up_a_code_and_a_success_does() {
    let mut rp = Rp::start().await;
    rp.op
        .register(Client::new("other", "other-secret", REDIRECT_URI));
    let code = rp.log_in("alice", &[]).await.param("code").unwrap();
    let foreign = [("client_id", "other"), ("client_secret", "other-secret")];
    for (code, changes) in [
        ("made-up", &[][..]),
        (&code, &[("code_verifier", "")]),
        (&code, &[("code_verifier", "another")]),
        (&code, &foreign),
    ] {
        let answer = rp.redeem(code, changes).await;

        assert_eq!(answer.status, 400, "{changes:?}");
        assert_eq!(answer.json()["error"], "invalid_grant", "{changes:?}");
    }
    let first = rp.redeem(&code, &[]).await;
    let second = rp.redeem(&code, &[]).await;
    assert_eq!(
        (first.status, second.json()["error"].clone()),
        (200, json!("invalid_grant"))
    );
    assert_eq!(
        rp.userinfo(&first.json()).await.status,
        200,
        "the first token stays valid"
    );
}

#[tokio::test]
async fn verifier_without_a_challenge_and_expired_code_are_refused() {
    let mut rp = Rp::start().await;
    let unchallenged = rp
        .log_in("alice", &[("code_challenge", "")])
        .await
        .param("code")
        .unwrap();
    let expired = rp.get(&request(&[])).await.param("code").unwrap();

    let verified = rp.redeem(&unchallenged, &[]).await;
    rp.op.expire_codes();
    let late = rp.redeem(&expired, &[]).await;

    assert_eq!(verified.json()["error"], "invalid_grant");
    assert_eq!(late.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn userinfo_refuses_with_an_empty_page_and_a_header() {
    let rp = Rp::with(Settings::default()).await;

    let answer = rp.userinfo(&json!({"access_token": "made-up"})).await;

    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{answer:?}"
    );
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.starts_with("error=\"invalid_token\", error_description="),
        "{challenge}"
    );
}
