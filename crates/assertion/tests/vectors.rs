//! The vectors that the verifiers in other languages are tested with are what this one accepts and
//! refuses.

#![expect(
    clippy::unwrap_used,
    reason = "what fails in the kit of these tests fails the test"
)]

use std::path::Path;

use http::{HeaderMap, HeaderValue};
use postern_assertion::{AssertionError, HEADER, Identity, Verifier};
use serde::Deserialize;
use serde_json::Value;

/// `docs/verifiers/vectors.json`.
#[derive(Deserialize)]
struct Vectors {
    audience: String,
    /// In Unix seconds.
    now: i64,
    /// Who asks in every assertion that is accepted.
    identity: Identity,
    jwks: Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    accepted: bool,
    /// Every `Postern-Assertion` of a request.
    values: Vec<String>,
}

#[tokio::test]
async fn vectors_are_accepted_and_refused_as_they_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verifiers/vectors.json");
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let jwks = vectors.jwks.to_string();
    let fetch = move || std::future::ready(Ok::<_, std::io::Error>(jwks.clone()));
    let verifier = Verifier::new(&vectors.audience, fetch);
    for case in &vectors.cases {
        let told = match case.values.as_slice() {
            [token] => verifier.verify_at(token, vectors.now).await,
            values => {
                let refusal = verifier.identity(&headers(values)).await;
                assert!(
                    matches!(refusal, Err(AssertionError::Missing)),
                    "{}",
                    case.name
                );
                refusal
            }
        };
        assert_eq!(told.is_ok(), case.accepted, "{}: {told:?}", case.name);
        if let Ok(identity) = told {
            assert_eq!(identity, vectors.identity, "{}", case.name);
        }
    }
}

/// Returns the headers of a request with these assertions.
fn headers(values: &[String]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(HEADER, HeaderValue::from_str(value).unwrap());
    }
    headers
}
