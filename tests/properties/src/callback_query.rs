//! The OP's answer in the callback's query: read whole and once, and followed only under the very
//! state of the attempt.

use oidc::attempt::{Attempt, AuthorizationResponse, ExpectedIssuer, cookie_suffix, may_restart};
use serde_json::json;

use crate::log_line::assert_fits_the_log;
use crate::op::{ISSUER, NOW};

/// The attempt's state.
const STATE: &str = "hV3cR8nLxQ2mT7wKpZ1yB6dJ4sFgA9eU0oXiNvYrCbM";

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let response = match AuthorizationResponse::parse(data) {
        Ok(response) => response,
        Err(error) => {
            assert_fits_the_log(&error.to_string());
            return false;
        }
    };
    assert_read_whole(data, &response);
    let state = response.state.as_deref().unwrap_or_default();
    let suffix = cookie_suffix(state);
    assert!(suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit()));
    assert!(!may_restart(state) || state.len() == 43, "{state:?}");
    let optional = assert_accepted_rightly(&response, false);
    let required = assert_accepted_rightly(&response, true);
    assert!(optional || !required, "accepted for asking more");
    optional
}

/// Fails if a parameter is not exactly what the query says, or cannot be handed on as it is.
fn assert_read_whole(query: &[u8], response: &AuthorizationResponse) {
    let taken = [
        ("code", &response.code),
        ("state", &response.state),
        ("error", &response.error),
        ("error_description", &response.error_description),
        ("iss", &response.iss),
    ];
    for (name, value) in taken {
        let mut given = form_urlencoded::parse(query).filter(|(own, _)| own == name);
        let first = given.next().map(|(_, value)| value);
        assert_eq!(first.as_deref(), value.as_deref(), "{name}");
        assert!(given.next().is_none(), "{name} is there twice");
        let is_plain = value
            .as_deref()
            .is_none_or(|value| !value.contains(char::is_control));
        assert!(is_plain || name == "error_description", "{name}: {value:?}");
    }
}

/// Returns true if the attempt accepts the answer; fails if it must not.
fn assert_accepted_rightly(response: &AuthorizationResponse, is_required: bool) -> bool {
    let expected = ExpectedIssuer {
        issuer: ISSUER.to_owned(),
        is_required,
    };
    let (code, checks) = match attempt().accept(response, &expected, NOW) {
        Ok(accepted) => accepted,
        Err(error) => {
            assert_fits_the_log(&error.to_string());
            return false;
        }
    };
    assert_eq!(response.state.as_deref(), Some(STATE));
    assert_eq!(response.code.as_deref(), Some(code.as_str()));
    assert!(!code.is_empty() && response.error.is_none());
    assert_eq!(checks.nonce.secret(), "the-nonce");
    assert_eq!(checks.code_verifier.secret(), "the-verifier");
    match response.iss.as_deref() {
        Some(iss) => assert_eq!(iss, ISSUER),
        None => assert!(!is_required, "accepted without iss"),
    }
    true
}

/// Returns the attempt as its cookie keeps it.
fn attempt() -> Attempt {
    let kept = json!({
        "state": STATE,
        "nonce": "the-nonce",
        "code_verifier": "the-verifier",
        "started_at": NOW.unix() - 30,
    });
    serde_json::from_value(kept).expect("an attempt")
}
