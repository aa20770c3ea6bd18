//! Lies about keys and signatures.

use demo_op::{Algorithm, Lie, Settings};
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::{Value, json};

use crate::rp::{Rp, SECRET, exchange, hmac, jwk_of, part, request, rsa_key, verifies};

#[tokio::test]
async fn false_signatures_do_not_verify() {
    for lie in [Lie::BadSignature, Lie::SignatureMissing, Lie::ForeignKey] {
        let (tokens, jwks) = Rp::under(lie.clone()).await;

        let token = tokens["id_token"].as_str().unwrap();
        let jwk = jwk_of(&jwks, token).unwrap();
        assert_eq!(part(token, 0)["alg"], "RS256", "{lie:?}");
        assert!(!verifies(token, &jwk), "{lie:?}");
    }
}

#[tokio::test]
async fn algorithms_are_confused() {
    for (lie, alg) in [
        (Lie::AlgNone, "none"),
        (Lie::HmacWithPublicKey, "HS256"),
        (Lie::HmacWithSecret, "HS256"),
        (Lie::AlgUnlisted, "RS512"),
    ] {
        let (tokens, jwks) = Rp::under(lie.clone()).await;

        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(part(token, 0)["alg"], alg, "{lie:?}");
        let signature = token.rsplit_once('.').unwrap().1;
        let jwk = jwk_of(&jwks, token).unwrap();
        let is_as_told = match lie {
            Lie::AlgNone => signature.is_empty(),
            Lie::HmacWithSecret => signature == hmac(token, SECRET),
            Lie::HmacWithPublicKey => {
                let pem = rsa_key(&jwk).to_public_key_pem(LineEnding::LF).unwrap();
                signature == hmac(token, &pem)
            }
            _ => verifies(token, &jwk),
        };
        assert!(is_as_told, "{lie:?}: {token}");
    }
}

#[tokio::test]
async fn hs256_is_the_hmac_of_the_client_secret() {
    let mut rp = Rp::with(Settings {
        algorithm: Algorithm::Hs256,
        ..Settings::default()
    })
    .await;

    let tokens = rp.tokens("alice").await;

    let token = tokens["id_token"].as_str().unwrap();
    assert!(
        token.ends_with(&format!(".{}", hmac(token, SECRET))),
        "{token}"
    );
}

#[tokio::test]
async fn embedded_keys_verify_their_token_and_are_not_published() {
    for (lie, member) in [
        (Lie::EmbeddedJwk, "jwk"),
        (Lie::EmbeddedJku, "jku"),
        (Lie::EmbeddedX5u, "x5u"),
    ] {
        let mut rp = Rp::start().await;
        rp.op.lies(lie.clone());
        let tokens = rp.tokens("alice").await;
        let foreign = exchange(&rp.op, "GET /foreign/jwks.json", "")
            .await
            .unwrap()
            .json();

        let token = tokens["id_token"].as_str().unwrap();
        assert!(!part(token, 0)[member].is_null(), "{lie:?}");
        assert!(
            verifies(token, &jwk_of(&foreign, token).unwrap()),
            "{lie:?}"
        );
        assert_eq!(jwk_of(&rp.jwks().await, token), None, "{lie:?}");
    }
}

#[tokio::test]
async fn headers_lie_while_the_signature_holds() {
    for (lie, member, is_there) in [
        (Lie::KidAbsent, "kid", false),
        (Lie::CritUnknown, "crit", true),
        (Lie::KidUnknown, "kid", true),
        (Lie::Header("x-odd".to_owned(), json!([1])), "x-odd", true),
    ] {
        let (tokens, jwks) = Rp::under(lie.clone()).await;

        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(!part(token, 0)[member].is_null(), is_there, "{lie:?}");
        assert!(verifies(token, &jwks["keys"][0]), "{lie:?}");
        assert_eq!(
            jwk_of(&jwks, token).is_some(),
            !matches!(lie, Lie::KidAbsent | Lie::KidUnknown),
            "{lie:?}"
        );
    }
}

#[tokio::test]
async fn jwks_has_other_keys() {
    let usages = |jwks: &Value| -> Vec<_> {
        jwks["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["use"].clone())
            .collect()
    };
    for (lie, expected) in [
        (Lie::SeveralKeys, json!(["sig", "sig", "sig"])),
        (Lie::EncKeys, json!(["enc", "sig"])),
        (Lie::OnlyEncKeys, json!(["enc"])),
        (Lie::BareKeys, json!([null])),
        (
            Lie::ExoticKeys,
            json!(["sig", "sig", "sig", "sig", null, "sig"]),
        ),
        (Lie::JwksNoKeys, json!([])),
    ] {
        let (_, jwks) = Rp::under(lie.clone()).await;

        assert_eq!(json!(usages(&jwks)), expected, "{lie:?}");
    }
    assert_eq!(Rp::under(Lie::JwksEmpty).await.1, json!({}));
    assert!(
        Rp::under(Lie::KeysWithoutKid).await.1["keys"][0]
            .get("kid")
            .is_none()
    );
}

#[tokio::test]
async fn rotated_keys_replace_the_old_ones() {
    let mut rp = Rp::start().await;
    let before = rp.tokens("alice").await["id_token"]
        .as_str()
        .unwrap()
        .to_owned();

    rp.op.rotate_keys();
    let code = rp.get(&request(&[])).await.param("code").unwrap();
    let tokens = rp.redeem(&code, &[]).await.json();

    let (jwks, after) = (rp.jwks().await, tokens["id_token"].as_str().unwrap());
    assert_eq!(jwk_of(&jwks, &before), None);
    assert!(verifies(after, &jwk_of(&jwks, after).unwrap()));
}

#[tokio::test]
async fn rotation_as_a_lie_ends_with_it() {
    let mut rp = Rp::start().await;
    let before = rp.jwks().await;

    rp.op.lies(Lie::KeysRotated);
    let tokens = rp.tokens("alice").await;
    let during = rp.jwks().await;
    rp.op.speaks_true();

    let token = tokens["id_token"].as_str().unwrap();
    assert_eq!(jwk_of(&before, token), None);
    assert!(verifies(token, &jwk_of(&during, token).unwrap()));
    assert_eq!(rp.jwks().await, before);
}

#[tokio::test]
async fn encrypted_id_token_has_five_parts_and_its_key_is_published() {
    let (tokens, jwks) = Rp::under(Lie::Encrypted).await;

    let token = tokens["id_token"].as_str().unwrap();
    let header = part(token, 0);
    assert_eq!(token.split('.').count(), 5);
    assert_eq!(
        (&header["alg"], &header["enc"]),
        (&json!("RSA-OAEP-256"), &json!("A256CBC-HS512"))
    );
    assert_eq!(jwk_of(&jwks, token).unwrap()["use"], "enc");
}
