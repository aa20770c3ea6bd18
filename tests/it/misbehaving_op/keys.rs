//! The OP's JWK Set.

use std::time::Duration;

use demo_op::{Fault, Lie};
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
