//! Header and signature of the ID token.

use demo_op::{Algorithm, Lie, Settings};
use serde_json::json;
use tests::log::Log;
use tests::trial::Trial;

use crate::misbehaving_op::{each_is_refused, header, was_led_astray};

const REFUSED: &str = "token_invalid";

#[tokio::test]
async fn missing_signature_is_refused() {
    each_is_refused(&[Lie::SignatureMissing, Lie::IdTokenGarbage], REFUSED).await;
}

#[tokio::test]
async fn alg_that_is_written_oddly_or_no_text_is_refused() {
    let lies = [
        header("alg", json!("None")),
        header("alg", json!("rs256")),
        header("alg", json!("")),
        header("alg", json!(null)),
        header("alg", json!(["RS256"])),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn algorithm_that_the_op_does_not_list_is_refused() {
    each_is_refused(&[Lie::AlgUnlisted], REFUSED).await;
}

#[tokio::test]
async fn signature_by_a_key_that_nobody_published_is_refused() {
    each_is_refused(&[Lie::ForeignKey, Lie::KidUnknown], REFUSED).await;
}

#[tokio::test]
async fn hs256_with_the_public_key_or_the_secret_is_refused() {
    each_is_refused(&[Lie::HmacWithPublicKey, Lie::HmacWithSecret], REFUSED).await;
}

#[tokio::test]
async fn hs256_is_accepted_only_where_the_settings_name_it() {
    let trial = async |algs: &str, lies: &[Lie]| {
        let settings = [("OIDC_ID_TOKEN_ALGS", algs)];
        Trial::with(&settings, Settings::default(), lies).await
    };
    let both = "RS256,HS256";

    let by_secret = trial(both, &[Lie::HmacWithSecret]).await;
    by_secret.assert_accepted().await;
    let by_public_key = trial(both, &[Lie::HmacWithPublicKey]).await;
    by_public_key.assert_refused(REFUSED).await;
    trial(both, &[]).await.assert_accepted().await;
    trial("ES256", &[]).await.assert_refused(REFUSED).await;
}

#[tokio::test]
async fn keys_in_the_header_are_neither_used_nor_fetched() {
    for lie in [Lie::EmbeddedJwk, Lie::EmbeddedJku, Lie::EmbeddedX5u] {
        let trial = Trial::under(&[lie]).await.assert_refused(REFUSED).await;

        assert!(!was_led_astray(&trial.site));
    }
}

#[tokio::test]
async fn keys_in_the_header_of_a_good_token_are_ignored() {
    let url = json!("http://127.0.0.1:1/keys");
    let lies = [
        header("jku", url.clone()),
        header("x5u", url),
        header("jwk", json!({"kty": "oct", "k": "AAAA"})),
        header("x5c", json!(["AAAA"])),
    ];

    Trial::under(&lies).await.assert_accepted().await;
}

#[tokio::test]
async fn critical_extension_is_refused() {
    let lies = [
        Lie::CritUnknown,
        header("crit", json!([])),
        header("crit", json!(["b64"])),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn kid_that_is_no_text_is_refused() {
    each_is_refused(
        &[header("kid", json!(42)), header("kid", json!([]))],
        REFUSED,
    )
    .await;
}

#[tokio::test]
async fn every_asymmetric_algorithm_is_accepted_where_the_op_lists_it() {
    for algorithm in Algorithm::ALL {
        if algorithm == Algorithm::Hs256 {
            continue;
        }
        let op = Settings {
            algorithm,
            ..Settings::default()
        };
        Trial::with(&[], op, &[]).await.assert_accepted().await;
    }
}

#[tokio::test]
async fn ed25519_and_eddsa_are_one_algorithm() {
    for (algorithm, name) in [(Algorithm::Ed25519, "EdDSA"), (Algorithm::EdDsa, "Ed25519")] {
        let op = Settings {
            algorithm,
            ..Settings::default()
        };
        let trial = Trial::with(&[], op, &[header("alg", json!(name))]).await;
        trial.assert_accepted().await;
    }
}

#[tokio::test]
async fn token_of_another_kind_is_no_id_token() {
    for (typ, is_taken) in [
        ("JWT", true),
        ("id_token+jwt", true),
        ("at+jwt", false),
        ("application/AT+JWT", false),
        ("logout+jwt", false),
    ] {
        let trial = Trial::under(&[header("typ", json!(typ))]).await;
        if is_taken {
            trial.assert_accepted().await;
        } else {
            trial.assert_refused(REFUSED).await;
        }
    }
}

#[tokio::test]
async fn encrypted_id_token_is_named_with_its_remedy() {
    let trial = Trial::under(&[Lie::Encrypted]).await;

    let trial = trial.assert_refused("op_misconfigured").await;
    let reference = trial.login.callback.param("ref").unwrap();
    let line = Log::failed_login(&reference).unwrap();
    assert!(line.contains("five parts"), "{line}");
    assert!(line.contains("deselect the Encryption Key"), "{line}");
}
