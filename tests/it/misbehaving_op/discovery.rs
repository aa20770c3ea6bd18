//! The OP's discovery document, where it says what does not fit. One that cannot be had is in
//! `outage`.

use std::time::Duration;

use demo_op::{Fault, Lie, Op, Settings};
use oidc::client::Timeouts;
use serde_json::json;
use shared::routes::API_LOGIN_OPENID;
use tests::log::Log;
use tests::site::Site;
use tests::trial::assert_refused;

use crate::misbehaving_op::{each_is_accepted, was_led_astray};

fn without(name: &str) -> Lie {
    Lie::DiscoveryWithout(name.to_owned())
}

fn member(name: &str, value: serde_json::Value) -> Lie {
    Lie::DiscoveryMember(name.to_owned(), value)
}

/// Under each of these lies no login begins: at once, whatever was known of the OP before.
async fn each_is_misconfigured(lies: &[Lie]) {
    for lie in lies {
        Log::begin_as_by_default();
        let site = Site::start().await;
        site.op.lies(lie.clone());
        site.forget_metadata();
        let browser = site.browser();

        let start = browser.get(API_LOGIN_OPENID).await;

        assert_refused(&browser, &start, "op_misconfigured").await;
        assert_eq!(browser.cookie_names(), [""; 0], "no attempt was begun");
    }
}

#[tokio::test]
async fn redirect_of_discovery_is_not_followed() {
    Log::begin_as_by_default();
    let redirect = async |op: &Op| op.lies(Lie::Discovery(Fault::Redirect));
    let timeouts = Timeouts::default();
    let site = Site::prepared(&[], Settings::default(), timeouts, redirect).await;
    let browser = site.browser();

    let start = browser.get(API_LOGIN_OPENID).await;

    assert_refused(&browser, &start, "op_misconfigured").await;
    assert!(!was_led_astray(&site));
}

#[tokio::test]
async fn dripping_discovery_is_given_up_on() {
    Log::begin_as_by_default();
    let timeouts = Timeouts {
        request: Duration::from_secs(1),
        ..Timeouts::default()
    };
    let site = Site::prepared(&[], Settings::default(), timeouts, async |_| {}).await;
    site.op.lies(Lie::Discovery(Fault::Drip));
    site.forget_metadata();
    let browser = site.browser();

    let start = browser.get(API_LOGIN_OPENID).await;

    assert_refused(&browser, &start, "op_unreachable").await;
}

#[tokio::test]
async fn document_without_issuer_or_a_needed_endpoint_is_misconfigured() {
    let lies = [
        without("issuer"),
        without("authorization_endpoint"),
        without("token_endpoint"),
        without("jwks_uri"),
    ];
    each_is_misconfigured(&lies).await;
}

#[tokio::test]
async fn endpoints_that_are_no_urls_of_the_web_are_misconfigured() {
    let lies = [
        member("authorization_endpoint", json!("/relative")),
        member("authorization_endpoint", json!("javascript:alert(1)")),
        member("token_endpoint", json!("ftp://127.0.0.1/")),
        member("jwks_uri", json!("file:///etc/passwd")),
        member("userinfo_endpoint", json!("127.0.0.1:80")),
        member("token_endpoint", json!(42)),
    ];
    each_is_misconfigured(&lies).await;
}

#[tokio::test]
async fn op_without_an_algorithm_or_a_way_to_authenticate_that_we_have_is_misconfigured() {
    let lies = [
        member(
            "id_token_signing_alg_values_supported",
            json!(["HS256", "none"]),
        ),
        member(
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
        ),
    ];
    each_is_misconfigured(&lies).await;
}

/// Endpoints of an https issuer, as discovery has them.
const ENDPOINTS: [&str; 5] = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
];

#[tokio::test]
async fn endpoint_without_tls_on_an_https_issuer_is_misconfigured() {
    Log::begin_as_by_default();
    let application = "https://op.example.com/application/o/postern";
    let metadata = "{op}/application/o/postern/.well-known/openid-configuration";
    let site = Site::with(&[
        ("OIDC_SERVER_APPLICATION_URL", application),
        ("OIDC_SERVER_METADATA_URL", metadata),
    ])
    .await;
    let browser = site.browser();
    let be_https = |except: &str| {
        site.op.speaks_true();
        site.op
            .lies(member("issuer", json!(format!("{application}/"))));
        for name in ENDPOINTS {
            let scheme = if name == except { "http" } else { "https" };
            let url = format!("{scheme}://op.example.com/{name}");
            site.op.lies(member(name, json!(url)));
        }
        site.forget_metadata();
    };

    for endpoint in ENDPOINTS {
        be_https(endpoint);
        let start = browser.get(API_LOGIN_OPENID).await;
        assert_refused(&browser, &start, "op_misconfigured").await;
    }

    be_https("none of them");
    let start = browser.get(API_LOGIN_OPENID).await;
    assert!(
        start
            .location()
            .starts_with("https://op.example.com/authorization_endpoint?"),
        "{}",
        start.summary()
    );
}

#[tokio::test]
async fn content_type_of_a_good_document_does_not_matter() {
    each_is_accepted(&[Lie::Discovery(Fault::ContentType)]).await;
}
