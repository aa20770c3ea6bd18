//! Lies about claims and responses: each is told, and each ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo_op::{Lie, Settings};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::rp::{Rp, SECRET, claims, exchange, jwk_of, part, request, tell, verifies};

#[tokio::test]
async fn claims_are_bent() {
    let mut rp = Rp::start().await;
    rp.op.set_time(Some(1_700_000_000));
    let honest = claims(&rp.tokens("alice").await);
    for (lie, claim, expected) in [
        (Lie::NonceMissing, "nonce", Value::Null),
        (Lie::IssMissing, "iss", Value::Null),
        (Lie::IssType, "iss", json!(42)),
        (Lie::AudMissing, "aud", Value::Null),
        (Lie::AudEmpty, "aud", json!([])),
        (Lie::AudArray, "aud", json!(["postern"])),
        (Lie::AudSeveral, "aud", json!(["postern", "another-client"])),
        (Lie::AudSeveralAzp, "azp", json!("postern")),
        (Lie::AzpWrong, "azp", json!("another-client")),
        (Lie::ExpMissing, "exp", Value::Null),
        (Lie::IatMissing, "iat", Value::Null),
        (Lie::SubMissing, "sub", Value::Null),
        (Lie::SubEmpty, "sub", json!("")),
        (Lie::SubType, "sub", json!(42)),
        (Lie::AudType, "aud", json!(42)),
        (Lie::AzpType, "azp", json!(42)),
        (Lie::ExpWrong, "exp", json!(1_699_996_400)),
        (Lie::ExpType, "exp", json!("1700003600")),
        (Lie::IatWrong, "iat", json!(1_700_086_400)),
        (Lie::IatType, "iat", json!("1700000000")),
        (Lie::AuthTimeType, "auth_time", json!("yesterday")),
        (Lie::ForeignTypes, "name", json!(42)),
        (Lie::ExtraClaims, "x_negative", json!(-7)),
        (Lie::ClaimsOnlyAtUserinfo, "email", Value::Null),
        (Lie::Claim("exp".to_owned(), json!(0)), "exp", json!(0)),
        (Lie::ClaimMissing("sid".to_owned()), "sid", Value::Null),
    ] {
        rp.op.lies(lie.clone());
        let code = rp.get(&request(&[])).await.param("code").unwrap();
        let bent = claims(&rp.redeem(&code, &[]).await.json());
        rp.op.speaks_true();

        assert_ne!(honest[claim], expected, "{lie:?} says what is true");
        assert_eq!(bent[claim], expected, "{lie:?}");
    }
}

#[tokio::test]
async fn other_values_are_wrong_and_of_the_right_type() {
    for (lie, claim) in [
        (Lie::NonceWrong, "nonce"),
        (Lie::IssWrong, "iss"),
        (Lie::IssWithoutSlash, "iss"),
        (Lie::AudWrong, "aud"),
        (Lie::SubWrong, "sub"),
        (Lie::AtHashWrong, "at_hash"),
    ] {
        let (tokens, jwks) = Rp::under(lie.clone()).await;

        assert!(claims(&tokens)[claim].is_string(), "{lie:?}");
        assert_ne!(claims(&tokens)[claim], "postern", "{lie:?}");
        let token = tokens["id_token"].as_str().unwrap();
        assert!(
            verifies(token, &jwk_of(&jwks, token).unwrap()),
            "{lie:?}: only the claim lies"
        );
    }
}

#[tokio::test]
async fn clock_is_wrong_by_seconds() {
    let mut rp = Rp::start().await;
    rp.op.set_time(Some(1_700_000_000));
    rp.op.lies(Lie::Clock(-600));
    rp.op.lies(Lie::AuthTimeFloat);

    let claims = claims(&rp.tokens("alice").await);

    assert_eq!(claims["iat"], 1_699_999_400);
    assert_eq!(claims["exp"], 1_700_003_000);
    assert_eq!(claims["auth_time"], 1_699_999_400.48);
}

#[tokio::test]
async fn at_hash_is_half_the_hash_of_the_access_token() {
    let (tokens, _) = Rp::under(Lie::AtHash).await;

    let digest = Sha256::digest(tokens["access_token"].as_str().unwrap());
    let expected = URL_SAFE_NO_PAD.encode(&digest[..16]);
    assert_eq!(claims(&tokens)["at_hash"], expected);
}

#[tokio::test]
async fn parameters_come_twice() {
    let mut rp = Rp::start().await;
    rp.op.lies(Lie::ParametersTwice);

    let back = rp.log_in("alice", &[]).await;

    let location = back.header("location");
    assert_eq!(
        (
            location.matches("code=").count(),
            location.matches("state=").count()
        ),
        (2, 2)
    );
}

#[tokio::test]
async fn authorization_responses_lie() {
    for (lie, name, expected) in [
        (Lie::StateMissing, "state", None),
        (Lie::StateWrong, "state", Some("a-state-nobody-sent")),
        (Lie::CodeMissing, "code", None),
        (Lie::ResponseIssMissing, "iss", None),
        (
            Lie::ResponseIssWrong,
            "iss",
            Some("https://op.example.org/application/o/other/"),
        ),
        (
            Lie::AuthorizeError("temporarily_unavailable".to_owned()),
            "code",
            None,
        ),
    ] {
        let mut rp = Rp::start().await;
        rp.log_in("alice", &[]).await;
        rp.op.lies(lie.clone());

        let back = rp.get(&request(&[])).await;

        assert_eq!(back.param(name).as_deref(), expected, "{lie:?}: {back:?}");
        let advertised =
            rp.discovery().await.json()["authorization_response_iss_parameter_supported"].clone();
        assert_eq!(advertised == true, name == "iss", "{lie:?}");
    }
}

#[tokio::test]
async fn response_iss_is_right_when_switched_on() {
    let mut rp = Rp::with(Settings {
        response_iss: true,
        ..Settings::default()
    })
    .await;

    let success = rp.log_in("alice", &[]).await;
    let failure = rp.get(&request(&[("response_type", "token")])).await;

    assert_eq!(success.param("iss").as_deref(), Some(rp.op.issuer()));
    assert_eq!(failure.param("iss").as_deref(), Some(rp.op.issuer()));
}

#[tokio::test]
async fn pushed_requests_are_required_on_demand() {
    let mut rp = Rp::start().await;
    rp.op.lies(Lie::ParRequired);
    let request_line = request(&[]);
    let (_, query) = request_line.split_once('?').unwrap();
    let secret: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let head = "POST /application/o/par/\nContent-Type: application/x-www-form-urlencoded";

    let plain = rp.get(&request(&[])).await;
    let pushed = exchange(&rp.op, head, &format!("{query}&client_secret={secret}"))
        .await
        .unwrap();
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let changes = [
        ("request_uri", uri.as_str()),
        ("redirect_uri", ""),
        ("state", ""),
    ];
    let back = rp.log_in("alice", &changes).await;

    assert_eq!(plain.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(pushed.status, 201);
    assert_eq!(back.param("state").as_deref(), Some("a-state"));
    assert!(rp.discovery().await.json()["require_pushed_authorization_requests"] == true);
}

#[tokio::test]
async fn token_responses_and_discovery_lie() {
    let mut rp = Rp::start().await;
    rp.op.lies(Lie::TokenType("bEARER".to_owned()));
    rp.op.lies(Lie::IdTokenMissing);
    rp.op.lies(Lie::IssuerMismatch);
    rp.op.lies(Lie::TokenWithout("scope".to_owned()));
    rp.op.lies(Lie::TokenMember("extra".to_owned(), json!([1])));
    rp.op
        .lies(Lie::DiscoveryMember("jwks_uri".to_owned(), json!(42)));
    rp.op
        .lies(Lie::DiscoveryWithout("token_endpoint".to_owned()));

    let tokens = rp.tokens("alice").await;
    let document = rp.discovery().await.json();

    assert_eq!(tokens["token_type"], "bEARER");
    assert!(
        tokens.get("id_token").is_none() && tokens.get("scope").is_none(),
        "{tokens}"
    );
    assert_eq!(
        (&tokens["extra"], &document["jwks_uri"]),
        (&json!([1]), &json!(42))
    );
    assert_ne!(document["issuer"], rp.op.issuer());
    assert!(document.get("token_endpoint").is_none());
}

#[tokio::test]
async fn userinfo_lies() {
    let mut rp = Rp::start().await;
    let tokens = rp.tokens("alice").await;
    let sub = claims(&tokens)["sub"].clone();

    let member = || "email".to_owned();
    for (lie, claim, expected) in [
        (Lie::UserinfoSubWrong, "sub", json!("f".repeat(64))),
        (Lie::UserinfoSubMissing, "sub", Value::Null),
        (Lie::UserinfoMember(member(), json!(42)), "email", json!(42)),
        (Lie::UserinfoWithout(member()), "email", Value::Null),
    ] {
        rp.op.lies(lie.clone());
        let userinfo = rp.userinfo(&tokens).await.json();
        rp.op.speaks_true();

        assert_eq!(userinfo[claim], expected, "{lie:?}");
    }
    assert_eq!(rp.userinfo(&tokens).await.json()["sub"], sub);
    rp.op.lies(Lie::UserinfoJson(json!([1])));
    assert_eq!(rp.userinfo(&tokens).await.json(), json!([1]));
}

#[tokio::test]
async fn userinfo_is_signed_well_and_badly() {
    let mut rp = Rp::start().await;
    let tokens = rp.tokens("alice").await;

    rp.op.lies(Lie::UserinfoSigned);
    let good = rp.userinfo(&tokens).await;
    rp.op.speaks_true();
    rp.op.lies(Lie::UserinfoSignedBadly);
    let bad = rp.userinfo(&tokens).await;

    let jwk = jwk_of(&rp.jwks().await, &good.body).unwrap();
    assert_eq!(good.header("content-type"), "application/jwt");
    assert_eq!(part(&good.body, 1)["sub"], claims(&tokens)["sub"]);
    assert!(verifies(&good.body, &jwk) && !verifies(&bad.body, &jwk));
}

#[tokio::test]
async fn lies_are_told_by_json_as_well() {
    let rp = Rp::start().await;

    let one = tell(&rp.op, json!("jwks_empty")).await;
    let two = tell(&rp.op, json!({"clock": 30})).await;
    let unknown = tell(&rp.op, json!("no_such_lie")).await;
    let truth = tell(&rp.op, json!(null)).await;

    assert_eq!(one.json()["lies"], json!(["jwks_empty"]));
    assert_eq!(two.json()["lies"], json!(["jwks_empty", {"clock": 30}]));
    assert_eq!(unknown.status, 400);
    assert_eq!(truth.json()["lies"], json!([]));
}
