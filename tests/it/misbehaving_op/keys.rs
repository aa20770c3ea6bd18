//! The OP's JWK Set.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use demo_op::{Fault, Lie};
use serde_json::{Value, json};
use tests::log::Log;
use tests::site::Site;
use tests::trial::Trial;

use crate::misbehaving_op::{each_is_accepted, each_is_refused, was_led_astray};

const JWKS: &str = "/application/o/postern/jwks/";

#[tokio::test]
async fn op_without_a_usable_signing_key_is_misconfigured() {
    let lies = [Lie::JwksEmpty, Lie::JwksNoKeys, Lie::OnlyEncKeys];
    each_is_refused(&lies, "op_misconfigured").await;
}

#[tokio::test]
async fn keys_for_encryption_are_skipped() {
    each_is_accepted(&[Lie::EncKeys]).await;
}

#[tokio::test]
async fn token_without_kid_is_tried_with_the_one_key_or_with_each() {
    let one = Trial::under(&[Lie::KidAbsent]).await;
    let several = Trial::under(&[Lie::KidAbsent, Lie::SeveralKeys]).await;

    one.assert_accepted().await;
    several.assert_accepted().await;
}

#[tokio::test]
async fn key_is_picked_among_several_and_needs_neither_alg_nor_use() {
    each_is_accepted(&[Lie::SeveralKeys, Lie::BareKeys]).await;
}

#[tokio::test]
async fn storm_of_unknown_keys_leads_to_one_fetch_in_ten_seconds() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    assert_eq!(site.op.requests_to(JWKS).len(), 1);
    site.op.lies(Lie::KidUnknown);

    for fetches in [2, 3] {
        for _ in 0..3 {
            let browsers = [(); 4].map(|()| site.browser());
            let mut urls = Vec::new();
            for browser in &browsers {
                urls.push(browser.callback_for("bob").await);
            }
            let answers = tokio::join!(
                browsers[0].get(&urls[0]),
                browsers[1].get(&urls[1]),
                browsers[2].get(&urls[2]),
                browsers[3].get(&urls[3]),
            );
            let answers = [answers.0, answers.1, answers.2, answers.3];
            assert_eq!(answers.map(|answer| answer.code()), ["token_invalid"; 4]);
        }
        assert_eq!(site.op.requests_to(JWKS).len(), fetches);
        site.pass(Duration::from_secs(11));
    }

    site.op.speaks_true();
    let callback = site.browser().log_in_as("bob").await.callback;
    assert_eq!(callback.location(), "/", "the right key is still known");
}

#[tokio::test]
async fn jwks_that_cannot_be_had_is_unreachable() {
    let faults = [Fault::Status(500), Fault::Cut];
    each_is_refused(&faults.map(Lie::Jwks), "op_unreachable").await;
}

#[tokio::test]
async fn jwks_that_cannot_be_used_is_misconfigured() {
    let faults = [
        Fault::Status(404),
        Fault::Html,
        Fault::Empty,
        Fault::Truncated,
        Fault::Huge,
    ];
    each_is_refused(&faults.map(Lie::Jwks), "op_misconfigured").await;
}

#[tokio::test]
async fn redirect_of_the_jwks_is_not_followed() {
    let trial = Trial::under(&[Lie::Jwks(Fault::Redirect)]).await;

    let trial = trial.assert_refused("op_misconfigured").await;
    assert!(!was_led_astray(&trial.site));
}

#[tokio::test]
async fn content_type_of_good_keys_does_not_matter() {
    each_is_accepted(&[Lie::Jwks(Fault::ContentType)]).await;
}

/// Returns so many RSA keys of so many bits that nobody has the private half of, as a large
/// company publishes them: each with its certificates.
fn rsa_keys(count: usize, bits: usize) -> Vec<Value> {
    let key = |at: usize| {
        let mut modulus = vec![0xff; bits / 8];
        modulus[1..9].copy_from_slice(&at.to_be_bytes());
        let certificate = STANDARD.encode(vec![7; 1000]);
        json!({
            "kty": "RSA", "use": "sig", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB",
            "kid": format!("key-{at}"), "x5c": [certificate, certificate, certificate],
        })
    };
    (0..count).map(key).collect()
}

fn without_kid(mut keys: Vec<Value>) -> Vec<Value> {
    for key in &mut keys {
        key["kid"] = Value::Null;
    }
    keys
}

#[tokio::test]
async fn short_rsa_key_signs_nothing_and_is_named() {
    let trial = Trial::under(&[Lie::ShortKey]).await;

    let trial = trial.assert_refused("op_misconfigured").await;
    let reference = trial.login.callback.param("ref").unwrap();
    let line = Log::failed_login(&reference).unwrap();
    assert!(line.contains("an RSA key of 1024 bits (kid "), "{line}");
    assert!(line.contains("2048 to 4096 bits"), "{line}");
}

#[tokio::test]
async fn short_rsa_key_beside_a_good_one_is_named_in_the_log() {
    let trial = Trial::under(&[Lie::JwksEntries(rsa_keys(1, 1024))]).await;

    trial.assert_accepted().await;
    let log = Log::text();
    assert!(
        log.contains("keys in the OP's JWK Set are not used: refused: an RSA key of 1024 bits"),
        "{log}"
    );
}

#[tokio::test]
async fn long_jwk_sets_are_read_whole() {
    let useless = vec![json!({"kty": "oct", "k": "AAAA"}); 2000];
    let with_certificates = rsa_keys(400, 2048);
    assert!(json!(with_certificates).to_string().len() > 1_600_000);
    let short = rsa_keys(100, 1024);

    let lies = [useless, with_certificates, short].map(Lie::JwksEntries);
    each_is_accepted(&lies).await;
}

#[tokio::test]
async fn only_a_few_keys_are_tried_and_their_number_is_named() {
    let few = Lie::JwksEntries(without_kid(rsa_keys(5, 2048)));
    let many = Lie::JwksEntries(without_kid(rsa_keys(400, 2048)));

    // A key that the token names comes before those that have no name.
    each_is_accepted(&[few.clone(), many.clone()]).await;
    let few = Trial::under(&[few, Lie::KidAbsent]).await;
    few.assert_accepted().await;
    let many = Trial::under(&[many, Lie::KidAbsent]).await;
    let many = many.assert_refused("token_invalid").await;
    let reference = many.login.callback.param("ref").unwrap();
    let line = Log::failed_login(&reference).unwrap();
    assert!(line.contains("more than 8 keys of the OP fit"), "{line}");
}
