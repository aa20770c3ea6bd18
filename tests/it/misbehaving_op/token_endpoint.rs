//! The token endpoint: its faults, its errors, its answer.

use std::time::Duration;

use demo_op::{Fault, Lie, Settings};
use oidc::client::Timeouts;
use serde_json::json;
use tests::site::Site;
use tests::trial::{Trial, Via};

use crate::misbehaving_op::{each_is_accepted, each_is_refused, was_led_astray};

/// An error of the token endpoint (RFC 6749 §5.2).
fn error(status: u16, error: &str) -> Lie {
    Lie::TokenError(status, error.to_owned())
}

#[tokio::test]
async fn token_endpoint_that_fails_is_unreachable() {
    let lies = [
        Lie::Token(Fault::Status(500)),
        Lie::Token(Fault::Status(502)),
        Lie::Token(Fault::Cut),
        error(503, "server_error"),
    ];
    each_is_refused(&lies, "op_unreachable").await;
}

#[tokio::test]
async fn answer_of_10_mb_is_not_read() {
    each_is_refused(&[Lie::Token(Fault::Huge)], "op_misconfigured").await;
}

#[tokio::test]
async fn html_and_other_things_that_are_no_json_are_misconfigured() {
    let faults = [Fault::Html, Fault::Empty, Fault::Truncated];
    each_is_refused(&faults.map(Lie::Token), "op_misconfigured").await;
}

#[tokio::test]
async fn content_type_of_a_good_answer_does_not_matter() {
    each_is_accepted(&[Lie::Token(Fault::ContentType)]).await;
}

#[tokio::test]
async fn redirect_of_the_token_endpoint_is_not_followed() {
    let trial = Trial::under(&[Lie::Token(Fault::Redirect)]).await;

    let trial = trial.assert_refused("op_misconfigured").await;
    assert!(!was_led_astray(&trial.site));
}

#[tokio::test]
async fn silent_and_dripping_endpoints_are_given_up_on() {
    for lies in [
        [Lie::Token(Fault::Hang)].as_slice(),
        &[Lie::Token(Fault::Drip)],
        &[Lie::Jwks(Fault::Hang)],
        &[Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Hang)],
    ] {
        let timeouts = Timeouts {
            request: Duration::from_secs(1),
            ..Timeouts::default()
        };
        let site = Site::prepared(&[], Settings::default(), timeouts, async |_| {}).await;
        let trial = Trial::at(site, Via::Query, lies).await;
        trial.assert_refused("op_unreachable").await;
    }
}

#[tokio::test]
async fn client_that_the_op_does_not_know_is_rejected() {
    let lies = [
        error(400, "invalid_client"),
        error(401, "invalid_client"),
        Lie::Token(Fault::Status(401)),
    ];
    each_is_refused(&lies, "client_rejected").await;
}

#[tokio::test]
async fn other_errors_of_the_token_endpoint_have_their_codes() {
    each_is_refused(&[error(400, "invalid_grant")], "code_rejected").await;
    let others = [
        error(400, "unsupported_grant_type"),
        Lie::Token(Fault::Status(403)),
    ];
    each_is_refused(&others, "op_error").await;
}

#[tokio::test]
async fn case_of_token_type_does_not_matter() {
    let lies = ["bearer", "BEARER", "bEARER"].map(|name| Lie::TokenType(name.to_owned()));
    each_is_accepted(&lies).await;
}

#[tokio::test]
async fn other_token_types_are_refused() {
    let lies = [
        Lie::TokenType("mac".to_owned()),
        Lie::TokenType("DPoP".to_owned()),
        Lie::TokenWithout("token_type".to_owned()),
        Lie::TokenMember("token_type".to_owned(), json!(["Bearer"])),
    ];
    each_is_refused(&lies, "token_invalid").await;
}

#[tokio::test]
async fn answer_without_tokens_is_refused() {
    let lies = [
        Lie::IdTokenMissing,
        Lie::TokenWithout("access_token".to_owned()),
        Lie::TokenMember("id_token".to_owned(), json!(42)),
    ];
    each_is_refused(&lies, "token_invalid").await;
}

#[tokio::test]
async fn odd_lifetime_of_the_access_token_is_borne() {
    let lies = [
        Lie::TokenMember("expires_in".to_owned(), json!("soon")),
        Lie::TokenWithout("expires_in".to_owned()),
    ];
    each_is_accepted(&lies).await;
}
