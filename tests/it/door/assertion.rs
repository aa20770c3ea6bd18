//! The assertion, as an application checks it.

use std::time::Duration;

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
