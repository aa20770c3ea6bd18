//! ID tokens that must not be believed, and odd ones that must.

use std::time::Duration;

use demo_op::{Algorithm, Fault, Lie, Settings, Version};
use serde_json::json;
use tests::site::Site;

use super::{check_all, under};
use tests::log::Log;

const JWKS: &str = "/application/o/postern/jwks/";

#[tokio::test]
async fn id_token_for_another_attempt_issuer_or_client_is_refused() {
    let lies = [
        Lie::NonceWrong,
        Lie::NonceMissing,
        Lie::IssWrong,
        Lie::IssWithoutSlash,
        Lie::IssMissing,
        Lie::IssType,
        Lie::AudWrong,
        Lie::AudMissing,
        Lie::AudType,
        Lie::AudEmpty,
        Lie::AudSeveral,
        Lie::AzpWrong,
        Lie::AzpType,
    ];
    check_all(&lies, "token_invalid").await;
}

#[tokio::test]
async fn id_token_of_another_time_is_refused() {
    let lies = [
        Lie::ExpWrong,
        Lie::ExpMissing,
        Lie::ExpType,
        Lie::IatWrong,
        Lie::IatMissing,
        Lie::IatType,
        Lie::Clock(61),
        Lie::Clock(-361),
        Lie::Clock(600),
        Lie::Clock(-600),
        Lie::Claim("nbf".to_owned(), json!(4_000_000_000_u64)),
        Lie::Claim("exp".to_owned(), json!(1e300)),
    ];
    check_all(&lies, "token_invalid").await;
}

#[tokio::test]
async fn id_token_without_a_proper_subject_or_access_token_is_refused() {
    let lies = [
        Lie::SubMissing,
        Lie::SubEmpty,
        Lie::SubType,
        Lie::Claim("sub".to_owned(), json!("x".repeat(256))),
        Lie::AtHashWrong,
        Lie::IdTokenMissing,
        Lie::IdTokenGarbage,
        Lie::TokenType("mac".to_owned()),
        Lie::TokenWithout("access_token".to_owned()),
        Lie::TokenWithout("token_type".to_owned()),
    ];
    check_all(&lies, "token_invalid").await;
}

#[tokio::test]
async fn id_token_with_a_bad_signature_is_refused() {
    let lies = [
        Lie::AlgNone,
        Lie::SignatureMissing,
        Lie::BadSignature,
        Lie::ForeignKey,
        Lie::AlgUnlisted,
        Lie::HmacWithPublicKey,
        Lie::HmacWithSecret,
        Lie::CritUnknown,
        Lie::KidUnknown,
    ];
    check_all(&lies, "token_invalid").await;
}

#[tokio::test]
async fn keys_in_the_header_are_never_looked_at() {
    for lie in [Lie::EmbeddedJwk, Lie::EmbeddedJku, Lie::EmbeddedX5u] {
        let (site, outcome) = under(std::slice::from_ref(&lie)).await;

        assert_eq!(outcome, "token_invalid", "{lie:?}");
        let fetched = site.op.requests();
        assert!(
            fetched
                .iter()
                .all(|request| !request.path.starts_with("/foreign")),
            "{lie:?}"
        );
    }
}

#[tokio::test]
async fn encrypted_id_token_is_a_setting_to_be_mended_at_the_op() {
    Log::begin();

    check_all(&[Lie::Encrypted], "op_misconfigured").await;

    let log = Log::text();
    let line = log.lines().find(|line| line.contains("login failed"));
    assert!(
        line.is_some_and(|line| line.contains("deselect the Encryption Key")),
        "{line:?}"
    );
}

#[tokio::test]
async fn odd_but_honest_ops_are_borne() {
    let lies = [
        Lie::AudArray,
        Lie::AudSeveralAzp,
        Lie::AtHash,
        Lie::AuthTimeFloat,
        Lie::AuthTimeType,
        Lie::ForeignTypes,
        Lie::ExtraClaims,
        Lie::KidAbsent,
        Lie::SeveralKeys,
        Lie::EncKeys,
        Lie::BareKeys,
        Lie::KeysWithoutKid,
        Lie::ExoticKeys,
        Lie::ClaimsOnlyAtUserinfo,
        Lie::TokenType("bEARER".to_owned()),
        Lie::TokenMember("expires_in".to_owned(), json!("soon")),
        Lie::Token(Fault::ContentType),
        Lie::Jwks(Fault::ContentType),
        Lie::Discovery(Fault::ContentType),
        Lie::ResponseIss,
        Lie::Clock(60),
        Lie::Clock(-300),
    ];
    check_all(&lies, "/").await;
}

#[tokio::test]
async fn clock_skew_is_as_the_settings_say() {
    let check = async |skew: &str, ahead: i64, expected: &str| {
        let site = Site::with(&[("OIDC_CLOCK_SKEW_SECONDS", skew)]).await;
        site.op.lies(Lie::Clock(ahead));
        let callback = site.browser().log_in_as("bob").await.callback;
        assert_eq!(callback.code(), expected, "{skew} {ahead}");
    };

    check("0", 0, "").await;
    check("0", 1, "token_invalid").await;
    check("300", 300, "").await;
}

#[tokio::test]
async fn every_asymmetric_algorithm_that_discovery_lists_is_accepted() {
    for algorithm in Algorithm::ALL {
        let settings = Settings {
            algorithm,
            ..Settings::default()
        };
        // HS256 must be named; the others are believed where discovery lists them.
        let named = [("OIDC_ID_TOKEN_ALGS", "HS256")];
        let is_asymmetric = algorithm != Algorithm::Hs256;
        let site = Site::with_op(if is_asymmetric { &[] } else { &named }, settings).await;

        let callback = site.browser().log_in_as("bob").await.callback;

        assert_eq!(
            callback.location(),
            "/",
            "{algorithm:?}: {}",
            callback.code()
        );
    }
}

#[tokio::test]
async fn hs256_is_accepted_only_where_the_settings_name_it() {
    let browser = async |settings: &[(&str, &str)], lie: Option<Lie>| {
        let site = Site::with(settings).await;
        if let Some(lie) = lie {
            site.op.lies(lie);
        }
        site.browser().log_in_as("bob").await.callback.code()
    };
    let both = [("OIDC_ID_TOKEN_ALGS", "RS256,HS256")];

    assert_eq!(
        browser(&[], Some(Lie::HmacWithSecret)).await,
        "token_invalid"
    );
    assert_eq!(browser(&both, Some(Lie::HmacWithSecret)).await, "");
    assert_eq!(
        browser(&both, Some(Lie::HmacWithPublicKey)).await,
        "token_invalid"
    );
    assert_eq!(browser(&both, None).await, "");
    assert_eq!(
        browser(&[("OIDC_ID_TOKEN_ALGS", "ES256")], None).await,
        "token_invalid"
    );
}

#[tokio::test]
async fn every_release_of_authentik_logs_in() {
    for version in [
        Version::V2024_12,
        Version::V2025_8,
        Version::V2026_2,
        Version::Main,
    ] {
        let site = Site::with_op(
            &[],
            Settings {
                version,
                ..Settings::default()
            },
        )
        .await;

        assert_eq!(
            site.browser().log_in_as("bob").await.callback.location(),
            "/",
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn rotated_keys_are_fetched_and_believed() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    site.op.rotate_keys();

    let callback = site.browser().log_in_as("bob").await.callback;

    assert_eq!(callback.location(), "/");
    assert_eq!(site.op.requests_to(JWKS).len(), 2);
}

#[tokio::test]
async fn unknown_keys_make_the_server_fetch_only_now_and_then() {
    let site = Site::start().await;
    site.op.lies(Lie::KidUnknown);
    for _ in 0..3 {
        site.browser().log_in_as("bob").await;
    }
    assert_eq!(site.op.requests_to(JWKS).len(), 2);

    site.pass(Duration::from_secs(11));
    for _ in 0..3 {
        site.browser().log_in_as("bob").await;
    }

    assert_eq!(site.op.requests_to(JWKS).len(), 3);
}
