//! The assertion, as an application checks it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postern_assertion::Verifier;
use tests::site::user;

use super::upstream;
use super::visitor::{CHAT, LOGIN, Visitor, WIKI, site};

#[tokio::test]
async fn application_checks_what_it_is_told_by_the_published_keys() {
    let site = site(&upstream::start().await, &[]).await;
    let id = site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    let (_, shown) = alice.visit(WIKI).await;
    let token = shown
        .sent_header("postern-assertion")
        .as_str()
        .unwrap()
        .to_owned();
    let jwks = alice
        .fetch(&format!("{LOGIN}/.well-known/postern/jwks.json"))
        .await
        .body;
    assert!(!jwks.contains("\"d\""), "{jwks}");
    let verifier = |origin: &str| {
        let jwks = jwks.clone();
        Verifier::new(origin, move || {
            std::future::ready(Ok::<_, std::io::Error>(jwks.clone()))
        })
    };
    let now = site.now().unix();
    let identity = verifier(WIKI).verify_at(&token, now).await.unwrap();
    assert_eq!(
        (identity.sub, identity.username),
        (id.to_string(), "alice".to_owned())
    );
    assert_eq!(
        (identity.app.as_str(), identity.amr.as_slice()),
        ("wiki", &["pwd".to_owned()][..])
    );
    assert!(
        verifier(CHAT).verify_at(&token, now).await.is_err(),
        "another application's"
    );
    assert!(
        verifier(WIKI).verify_at(&token, now + 120).await.is_err(),
        "too old"
    );
}

#[tokio::test]
async fn keys_are_replaced_and_the_former_is_published_for_a_week() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut kids = Vec::new();
    for days in [0, 31] {
        site.pass(Duration::from_secs(days * 24 * 60 * 60));
        let mut alice = Visitor::new(&site);
        alice.log_in("alice").await;
        alice.visit(WIKI).await;
        let jwks = alice
            .fetch(&format!("{LOGIN}/.well-known/postern/jwks.json"))
            .await;
        let keys = jwks.sent()["keys"].as_array().unwrap().clone();
        kids.push(
            keys.iter()
                .map(|key| key["kid"].to_string())
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(kids[0].len(), 1);
    assert_eq!(
        kids[1].len(),
        2,
        "both, until nothing is left that the former signed"
    );
    assert!(kids[1].contains(&kids[0][0]));
}

/// Returns the key that a token names.
fn kid(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn next_key_is_known_for_a_day_before_it_signs_and_the_former_for_a_week_after() {
    const HOUR: u64 = 60 * 60;
    const DAY: u64 = 24 * HOUR;
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut passed = 0;
    let mut at = async |hours: u64| {
        site.pass(Duration::from_secs(hours * HOUR - passed));
        passed = hours * HOUR;
        let mut alice = Visitor::new(&site);
        alice.log_in("alice").await;
        let (_, shown) = alice.visit(WIKI).await;
        let token = shown.sent_header("postern-assertion");
        let keys = format!("{LOGIN}/.well-known/postern/jwks.json");
        let jwks = alice.fetch(&keys).await.body;
        (token.as_str().unwrap().to_owned(), jwks, site.now().unix())
    };
    let days = DAY / HOUR;
    let (first, _, _) = at(0).await;
    let (before, jwks, _) = at(29 * days - 1).await;
    assert_eq!(jwks.matches("\"kid\"").count(), 1, "{jwks}");
    assert_eq!(kid(&before), kid(&first));

    // Published, so that applications that keep their keys for a day know it in time.
    let (day_before, jwks, _) = at(29 * days + 1).await;
    assert_eq!(jwks.matches("\"kid\"").count(), 2, "{jwks}");
    assert_eq!(kid(&day_before), kid(&first));
    let (last, _, last_at) = at(30 * days - 1).await;
    assert_eq!(kid(&last), kid(&first));

    let (next, jwks, now) = at(30 * days + 2).await;
    assert_ne!(kid(&next), kid(&first));
    let verifier = |jwks: String| {
        Verifier::new(WIKI, move || {
            std::future::ready(Ok::<_, std::io::Error>(jwks.clone()))
        })
    };
    let both = verifier(jwks);
    assert!(both.verify_at(&next, now).await.is_ok());
    assert!(both.verify_at(&last, last_at).await.is_ok(), "still good");

    let (_, jwks, _) = at(37 * days - 1).await;
    assert!(jwks.contains(&kid(&first)));
    let (_, jwks, _) = at(37 * days + 1).await;
    assert!(!jwks.contains(&kid(&first)), "{jwks}");
    let late = verifier(jwks).verify_at(&last, last_at).await;
    assert!(late.is_err(), "signed by a key that is gone");
}
