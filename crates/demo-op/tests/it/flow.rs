//! The code flow as it should be.

use demo_op::{Algorithm, Client, Settings, TokenAuth, User, Version};
use serde_json::{Value, json};

use crate::rp::{
    REDIRECT_URI, Rp, SECRET, claims, demo, exchange, jwk_of, part, request, verifies,
};

#[tokio::test]
async fn issuer_has_a_slash_and_shares_its_endpoints() {
    let rp = Rp::start().await;
    let origin = rp.op.origin().to_owned();

    let document = rp.discovery().await.json();

    assert_eq!(document["issuer"], rp.op.issuer());
    assert_eq!(rp.op.issuer(), format!("{origin}/application/o/postern/"));
    assert_eq!(rp.op.application_url() + "/", rp.op.issuer());
    assert_eq!(
        document["authorization_endpoint"],
        format!("{origin}/application/o/authorize/")
    );
    assert_eq!(
        document["token_endpoint"],
        format!("{origin}/application/o/token/")
    );
    assert_eq!(
        document["jwks_uri"],
        format!("{origin}/application/o/postern/jwks/")
    );
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        json!(["RS256"])
    );
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        Value::Null
    );
}

#[tokio::test]
async fn issuer_follows_host_and_forwarded_proto() {
    let rp = Rp::start().await;
    let head = "GET /application/o/postern/.well-known/openid-configuration\n\
                X-Forwarded-Proto: https";

    let document = exchange(&rp.op, head, "").await.unwrap().json();

    let expected = rp.op.issuer().replacen("http://", "https://", 1);
    assert_eq!(document["issuer"], expected);
}

#[tokio::test]
async fn id_token_has_authentiks_claims_and_no_others() {
    let mut rp = Rp::start().await;

    let tokens = rp.tokens("alice").await;

    let claims = claims(&tokens);
    let mut names: Vec<_> = claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    let expected = "acr amr aud auth_time email email_verified exp given_name groups iat iss name \
                    nickname nonce preferred_username sid sub";
    assert_eq!(names.join(" "), expected);
    assert_eq!(claims["iss"], rp.op.issuer());
    assert_eq!(claims["aud"], "postern");
    assert_eq!(claims["nonce"], "a-nonce");
    assert_eq!(claims["email"], "alice@example.com");
    assert_eq!(claims["email_verified"], false);
    assert_eq!(claims["sub"], rp.op.subject("alice").unwrap());
    assert_eq!(claims["sub"].as_str().unwrap().len(), 64);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
    assert_eq!(tokens["token_type"], "Bearer");
    let userinfo = rp.userinfo(&tokens).await.json();
    assert_eq!(userinfo["sub"], claims["sub"]);
    assert_eq!(userinfo["nonce"], "a-nonce");
}

#[tokio::test]
async fn every_algorithm_verifies_by_the_published_key() {
    for algorithm in Algorithm::ALL
        .into_iter()
        .filter(|it| *it != Algorithm::Hs256)
    {
        let mut rp = Rp::with(Settings {
            algorithm,
            ..Settings::default()
        })
        .await;

        let tokens = rp.tokens("bob").await;

        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(part(token, 0)["alg"], algorithm.name());
        let jwk = jwk_of(&rp.jwks().await, token).unwrap();
        assert!(verifies(token, &jwk), "{}", algorithm.name());
    }
}

#[tokio::test]
async fn without_a_signing_key_the_jwks_is_an_empty_object() {
    let rp = Rp::with(Settings {
        algorithm: Algorithm::Hs256,
        ..Settings::default()
    })
    .await;

    let jwks = rp.jwks().await;

    assert_eq!(jwks, json!({}));
}

#[tokio::test]
async fn second_login_is_silent_until_a_new_one_is_asked_for() {
    let mut rp = Rp::start().await;
    rp.log_in("alice", &[]).await;

    let silent = rp.get(&request(&[])).await;
    let none = rp.get(&request(&[("prompt", "none")])).await;
    let login = rp.get(&request(&[("prompt", "login")])).await;

    assert!(silent.param("code").is_some(), "{silent:?}");
    assert!(none.param("code").is_some(), "{none:?}");
    assert!(
        login.header("location").starts_with("/if/flow/"),
        "{login:?}"
    );
}

#[tokio::test]
async fn max_age_asks_again_when_the_login_is_too_old() {
    let mut rp = Rp::start().await;
    rp.op.set_time(Some(1_700_000_000));
    rp.log_in("alice", &[("max_age", "0")])
        .await
        .param("code")
        .expect("a fresh login serves");

    rp.op.set_time(Some(1_700_000_100));
    let young = rp.get(&request(&[("max_age", "100")])).await;
    let old = rp.get(&request(&[("max_age", "99")])).await;

    assert!(young.param("code").is_some(), "{young:?}");
    assert!(old.header("location").starts_with("/if/flow/"), "{old:?}");
}

#[tokio::test]
async fn state_is_encoded_in_success_and_raw_in_errors() {
    let mut rp = Rp::start().await;
    let state = "a/b:c";

    let failure = rp
        .get(&request(&[("prompt", "none"), ("state", state)]))
        .await;
    let success = rp.log_in("alice", &[("state", state)]).await;

    assert!(
        failure.header("location").ends_with("&state=a/b:c"),
        "{failure:?}"
    );
    assert!(
        success.header("location").ends_with("&state=a%2Fb%3Ac"),
        "{success:?}"
    );
}

#[tokio::test]
async fn form_post_is_a_page_that_submits_itself() {
    let mut rp = Rp::start().await;

    let page = rp
        .log_in(
            "alice",
            &[("response_mode", "form_post"), ("state", "\"><b>")],
        )
        .await;

    assert_eq!(page.status, 200);
    assert!(
        page.body.contains(&format!("action=\"{REDIRECT_URI}\"")),
        "{page:?}"
    );
    assert!(
        page.body.contains("value=\"&quot;&gt;&lt;b&gt;\""),
        "{page:?}"
    );
    assert!(page.body.contains("name=\"code\""), "{page:?}");
}

#[tokio::test]
async fn secret_is_taken_raw_until_2026_2_and_decoded_from_then_on() {
    for (version, secret) in [
        (Version::V2025_12, SECRET),
        (
            Version::V2026_2,
            "a%20demo%20secret%2Bwith%25odd%3Acharacters",
        ),
    ] {
        let mut rp = Rp::with(Settings {
            version,
            ..Settings::default()
        })
        .await;
        let code = rp
            .log_in("alice", &[("code_challenge", "")])
            .await
            .param("code")
            .unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
        ];

        let answer = rp.post_token(&fields, Some(("postern", secret))).await;

        assert_eq!(answer.status, 200, "{version:?}: {answer:?}");
    }
}

#[tokio::test]
async fn client_authentication_can_be_narrowed() {
    let settings = Settings {
        token_auth: TokenAuth::Basic,
        ..Settings::default()
    };
    let mut rp = Rp::with(settings).await;
    let code = rp.log_in("alice", &[]).await.param("code").unwrap();

    let answer = rp.redeem(&code, &[]).await;

    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (400, &json!("invalid_client"))
    );
    let methods = &rp.discovery().await.json()["token_endpoint_auth_methods_supported"];
    assert_eq!(*methods, json!(["client_secret_basic"]));
}

#[tokio::test]
async fn refresh_token_rotates_and_brings_no_nonce() {
    let mut rp = Rp::start().await;
    let back = rp
        .log_in("alice", &[("scope", "openid offline_access unknown")])
        .await;
    let tokens = rp.redeem(&back.param("code").unwrap(), &[]).await.json();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let changes = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];

    let first = rp.redeem("", &changes).await.json();
    let second = rp.redeem("", &changes).await;

    assert_eq!(tokens["scope"], "openid offline_access");
    assert_eq!(claims(&first)["nonce"], Value::Null);
    assert_ne!(first["refresh_token"], tokens["refresh_token"]);
    assert_eq!(second.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn users_and_their_claims_change_at_run_time() {
    let mut rp = Rp::start().await;
    rp.op.add_user(User::new("dora", "dora-demo"));
    rp.op.set_email("dora", Some("dora@example.org"));
    rp.op.set_email_verified("dora", json!(["true"]));
    rp.op
        .set_claim("dora", "realm_access", json!({"roles": ["admin"]}));
    let patched = demo(&rp.op, "users/dora", &json!({"groups": ["editors"]})).await;
    let misspelt = demo(&rp.op, "users/dora", &json!({"emial": "x"})).await;

    let claims = claims(&rp.tokens("dora").await);

    assert_eq!((patched.status, misspelt.status), (204, 400));
    assert_eq!(claims["email"], "dora@example.org");
    assert_eq!(claims["email_verified"], json!(["true"]));
    assert_eq!(claims["realm_access"]["roles"], json!(["admin"]));
    assert_eq!(claims["groups"], json!(["editors"]));
}

#[tokio::test]
async fn what_came_in_can_be_asserted() {
    let mut rp = Rp::start().await;
    rp.tokens("alice").await;

    let seen = rp.op.requests_to("/application/o/token/");

    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].method, "POST");
    assert_eq!(seen[0].param("grant_type"), Some("authorization_code"));
    assert_eq!(seen[0].param("redirect_uri"), Some(REDIRECT_URI));
    rp.op.forget_requests();
    assert!(rp.op.requests().is_empty());
}

#[tokio::test]
async fn paused_op_refuses_connections_and_comes_back_on_its_port() {
    let rp = Rp::start().await;
    let address = rp.op.address();

    rp.op.pause().await;
    let refused = exchange(&rp.op, "GET /", "").await.unwrap_err();
    rp.op.resume().await.unwrap();
    let back = rp.discovery().await;

    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    assert_eq!((back.status, rp.op.address()), (200, address));
}

#[tokio::test]
async fn clients_can_be_registered_later() {
    let mut rp = Rp::start().await;
    rp.op.register(Client::new(
        "other",
        "other-secret",
        "http://127.0.0.1:2/callback",
    ));
    let changes = [
        ("client_id", "other"),
        ("redirect_uri", "http://127.0.0.1:2/callback"),
    ];

    let back = rp.log_in("alice", &changes).await;

    assert!(
        back.header("location")
            .starts_with("http://127.0.0.1:2/callback?code="),
        "{back:?}"
    );
}
