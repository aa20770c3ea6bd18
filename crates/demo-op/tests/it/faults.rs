//! Endpoints that fail as a whole.

use demo_op::{Fault, Lie};
use serde_json::{Value, json};

use crate::rp::{Rp, exchange, hangs};

#[tokio::test]
async fn statuses_and_pages_come_instead_of_json() {
    let rp = Rp::start().await;
    for (fault, status, kind) in [
        (Fault::Status(500), 500, "text/html"),
        (Fault::Html, 200, "text/html"),
        (Fault::Redirect, 307, ""),
        (Fault::Empty, 200, "application/json"),
        (Fault::Truncated, 200, "application/json"),
        (Fault::ContentType, 200, "text/plain"),
    ] {
        rp.op.lies(Lie::Discovery(fault.clone()));
        let answer = rp.discovery().await;
        rp.op.speaks_true();

        assert_eq!(answer.status, status, "{fault:?}");
        assert!(
            answer.header("content-type").starts_with(kind),
            "{fault:?}: {answer:?}"
        );
        let is_json = serde_json::from_str::<Value>(&answer.body).is_ok();
        assert_eq!(is_json, fault == Fault::ContentType, "{fault:?}");
    }
    assert_eq!(rp.discovery().await.json()["issuer"], rp.op.issuer());
}

#[tokio::test]
async fn only_the_named_endpoint_fails() {
    let mut rp = Rp::start().await;
    rp.op.lies(Lie::Userinfo(Fault::Status(403)));
    rp.op.lies(Lie::Jwks(Fault::Status(500)));

    let tokens = rp.tokens("alice").await;
    let userinfo = rp.userinfo(&tokens).await;
    let jwks = exchange(&rp.op, "GET /application/o/postern/jwks/", "")
        .await
        .unwrap();

    assert_eq!(
        (userinfo.status, userinfo.body.as_str(), jwks.status),
        (403, "", 500)
    );
    assert!(
        userinfo
            .header("www-authenticate")
            .contains("insufficient_scope")
    );
    assert_eq!(rp.discovery().await.status, 200);
}

#[tokio::test]
async fn hanging_and_dripping_endpoints_do_not_finish_and_are_seen() {
    let rp = Rp::start().await;
    for fault in [Fault::Hang, Fault::Drip] {
        rp.op.forget_requests();
        rp.op.lies(Lie::Token(fault.clone()));
        let is_stuck = hangs(rp.redeem("made-up", &[])).await;
        rp.op.speaks_true();

        assert!(is_stuck, "{fault:?}");
        assert_eq!(
            rp.op.requests_to("/application/o/token/").len(),
            1,
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn huge_answer_is_right_after_ten_megabytes() {
    let rp = Rp::start().await;
    rp.op.lies(Lie::Discovery(Fault::Huge));

    let answer = rp.discovery().await;

    assert!(answer.body.len() > 10 << 20);
    assert_eq!(answer.json()["issuer"], rp.op.issuer());
}

#[tokio::test]
async fn cut_answer_ends_in_the_middle() {
    let rp = Rp::start().await;
    let whole = rp.discovery().await.body;
    rp.op.lies(Lie::Discovery(Fault::Cut));

    // This is an error or half a document, depending on how much the client read before the cut.
    let cut = exchange(
        &rp.op,
        "GET /application/o/postern/.well-known/openid-configuration",
        "",
    );
    let cut = cut.await.map(|answer| answer.body).unwrap_or_default();

    assert!(cut.len() < whole.len(), "{cut}");
}

#[tokio::test]
async fn token_error_is_any_status_and_code() {
    let rp = Rp::start().await;
    rp.op.lies(Lie::TokenError(403, "home_made".to_owned()));

    let answer = rp.redeem("made-up", &[]).await;

    assert_eq!(
        (answer.status, &answer.json()["error"]),
        (403, &json!("home_made"))
    );
}
