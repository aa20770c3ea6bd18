//! Claims of the ID token, and the clocks that they are read by.

use demo_op::{Lie, Settings, Version};
use serde_json::json;
use tests::trial::Trial;

use crate::misbehaving_op::{claim, each_is_accepted, each_is_refused};

const REFUSED: &str = "token_invalid";

#[tokio::test]
async fn nonce_that_is_missing_or_no_text_is_refused() {
    let lies = [
        Lie::NonceMissing,
        claim("nonce", json!("")),
        claim("nonce", json!(42)),
        claim("nonce", json!(["a"])),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn id_token_may_have_256_kb() {
    let much = |bytes: usize| Lie::Claim("much".to_owned(), json!("x".repeat(bytes)));
    each_is_accepted(&[much(190_000)]).await;
    each_is_refused(&[much(200_000)], "op_misconfigured").await;
}

#[tokio::test]
async fn iss_that_is_missing_nearly_right_or_no_text_is_refused() {
    let lies = [
        Lie::IssMissing,
        Lie::IssWithoutSlash,
        Lie::IssType,
        claim("iss", json!(null)),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn aud_that_is_of_another_type_or_does_not_name_the_client_is_refused() {
    let lies = [
        Lie::AudType,
        Lie::AudEmpty,
        claim("aud", json!(null)),
        claim("aud", json!(["another-client"])),
        claim("aud", json!("postern another-client")),
        claim("aud", json!({"postern": true})),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn aud_may_be_an_array() {
    each_is_accepted(&[Lie::AudArray, Lie::AudSeveralAzp]).await;
}

#[tokio::test]
async fn azp_that_is_needed_and_missing_or_another_client_or_no_text_is_refused() {
    let lies = [
        Lie::AudSeveral,
        Lie::AzpWrong,
        Lie::AzpType,
        claim("azp", json!(["postern"])),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn iat_of_another_day_or_no_number_is_refused() {
    let lies = [
        Lie::IatWrong,
        Lie::IatType,
        claim("iat", json!(-1)),
        claim("iat", json!(1_749_400_000)),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn exp_that_is_missing_past_absurd_or_no_number_is_refused() {
    let lies = [
        Lie::ExpMissing,
        Lie::ExpWrong,
        Lie::ExpType,
        claim("exp", json!(null)),
        claim("exp", json!(-1)),
        claim("exp", json!(1e300)),
        claim("exp", json!(u64::MAX)),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn nbf_in_the_future_is_refused() {
    let lies = [
        claim("nbf", json!(4_000_000_000_u64)),
        claim("nbf", json!("soon")),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn sub_that_is_empty_long_or_no_text_is_refused() {
    let lies = [
        Lie::SubEmpty,
        Lie::SubType,
        claim("sub", json!(null)),
        claim("sub", json!("x".repeat(256))),
        claim("sub", json!("bob\u{0}")),
    ];
    each_is_refused(&lies, REFUSED).await;
}

#[tokio::test]
async fn right_at_hash_is_accepted() {
    each_is_accepted(&[Lie::AtHash]).await;
}

#[tokio::test]
async fn odd_values_of_claims_that_do_not_matter_are_borne() {
    let lies = [
        Lie::AuthTimeFloat,
        Lie::AuthTimeType,
        Lie::ForeignTypes,
        Lie::ExtraClaims,
    ];
    each_is_accepted(&lies).await;
}

#[tokio::test]
async fn clocks_half_a_minute_apart_are_borne() {
    each_is_accepted(&[Lie::Clock(30), Lie::Clock(-30)]).await;
}

#[tokio::test]
async fn clocks_ten_minutes_apart_are_not() {
    each_is_refused(&[Lie::Clock(600), Lie::Clock(-600)], REFUSED).await;
}

#[tokio::test]
async fn clock_skew_is_as_the_settings_say() {
    let trial = async |skew: &str, ahead: i64| {
        let settings = [("OIDC_CLOCK_SKEW_SECONDS", skew)];
        Trial::with(&settings, Settings::default(), &[Lie::Clock(ahead)]).await
    };

    trial("0", 0).await.assert_accepted().await;
    trial("0", 1).await.assert_refused(REFUSED).await;
    trial("60", 60).await.assert_accepted().await;
    trial("60", 61).await.assert_refused(REFUSED).await;
    trial("60", -359).await.assert_accepted().await;
    trial("60", -361).await.assert_refused(REFUSED).await;
    trial("300", 300).await.assert_accepted().await;
}

#[tokio::test]
async fn every_release_of_authentik_logs_in() {
    for version in [
        Version::V2024_12,
        Version::V2025_8,
        Version::V2026_2,
        Version::Main,
    ] {
        let op = Settings {
            version,
            ..Settings::default()
        };
        Trial::with(&[], op, &[]).await.assert_accepted().await;
    }
}
