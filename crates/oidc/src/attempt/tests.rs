use super::{Attempt, AuthorizationResponse, Error, ExpectedIssuer, LIFETIME, Start, may_restart};
use clock::Timestamp;

const NOW: Timestamp = Timestamp::from_unix(1_000_000);

fn attempt() -> Attempt {
    Attempt::begin(Start::Login, NOW)
}

fn answer(attempt: &Attempt) -> AuthorizationResponse {
    AuthorizationResponse {
        code: Some("code".to_owned()),
        state: Some(attempt.state().to_owned()),
        ..AuthorizationResponse::default()
    }
}

fn expected(is_required: bool) -> ExpectedIssuer {
    ExpectedIssuer {
        issuer: "https://op.example/".to_owned(),
        is_required,
    }
}

/// Returns the variant's name.
fn variant(error: Error) -> &'static str {
    match error {
        Error::StateMismatch(_) => "StateMismatch",
        Error::StateExpired(_) => "StateExpired",
        Error::AccessDenied(_) => "AccessDenied",
        Error::OpError(_) => "OpError",
        Error::ResponseMalformed(_) => "ResponseMalformed",
        Error::TokenInvalid(_) => "TokenInvalid",
        other => panic!("{other}"),
    }
}

fn outcome(
    attempt: Attempt,
    answer: &AuthorizationResponse,
    is_required: bool,
) -> Option<&'static str> {
    attempt
        .accept(answer, &expected(is_required), NOW)
        .err()
        .map(variant)
}

#[test]
fn its_own_answer_is_accepted() {
    let attempt = attempt();
    let answer = answer(&attempt);
    assert_eq!(outcome(attempt, &answer, false), None);
}

#[test]
fn another_state_is_refused_before_anything_else_is_believed() {
    let attempt = attempt();
    for state in [
        None,
        Some(String::new()),
        Some("x".repeat(43)),
        Some(format!("{}x", attempt.state())),
    ] {
        let answer = AuthorizationResponse {
            state,
            error: Some("access_denied".to_owned()),
            ..answer(&attempt)
        };
        assert_eq!(
            outcome(attempt.clone(), &answer, false),
            Some("StateMismatch")
        );
    }
}

#[test]
fn an_old_attempt_is_refused() {
    let attempt = attempt();
    let answer = answer(&attempt);
    let late = NOW.plus(LIFETIME);
    let error = attempt
        .accept(&answer, &expected(false), late)
        .err()
        .map(variant);
    assert_eq!(error, Some("StateExpired"));
}

#[test]
fn errors_of_the_op_are_told_apart() {
    for (error, code) in [
        ("access_denied", "AccessDenied"),
        ("login_required", "OpError"),
        ("<script>", "OpError"),
    ] {
        let attempt = attempt();
        let answer = AuthorizationResponse {
            error: Some(error.to_owned()),
            ..answer(&attempt)
        };
        assert_eq!(outcome(attempt, &answer, false), Some(code));
    }
    let attempt = attempt();
    let answer = AuthorizationResponse {
        code: None,
        ..answer(&attempt)
    };
    assert_eq!(outcome(attempt, &answer, false), Some("ResponseMalformed"));
}

#[test]
fn the_answers_issuer_is_checked() {
    let check = |iss: Option<&str>,
                 error: Option<&str>,
                 is_required: bool,
                 expected: Option<&'static str>| {
        let attempt = attempt();
        let answer = AuthorizationResponse {
            iss: iss.map(str::to_owned),
            error: error.map(str::to_owned),
            ..answer(&attempt)
        };
        assert_eq!(
            outcome(attempt, &answer, is_required),
            expected,
            "{iss:?} {error:?} {is_required}"
        );
    };
    let invalid = Some("TokenInvalid");
    check(Some("https://op.example/"), None, true, None);
    check(Some("https://op.example/"), None, false, None);
    check(Some("https://op.example"), None, false, invalid);
    check(
        Some("https://evil.example/"),
        Some("access_denied"),
        true,
        invalid,
    );
    check(None, None, true, invalid);
    check(None, None, false, None);
    check(None, Some("access_denied"), true, Some("AccessDenied"));
}

#[test]
fn what_is_secret_has_256_bits_and_differs() {
    let (a, b) = (attempt(), attempt());
    for value in [a.state(), a.nonce(), &a.code_verifier] {
        assert_eq!(value.len(), 43);
    }
    assert!(a.state() != b.state() && a.nonce() != b.nonce() && a.state() != a.nonce());
    assert_eq!(a.code_challenge().len(), 43);
}

#[test]
fn attempt_begins_anew_once_and_only_for_a_state_that_could_be_ours() {
    let restarted = Attempt::begin(Start::Restart, NOW);

    assert!(may_restart(attempt().state()));
    for state in [
        restarted.state(),
        "",
        "r",
        "a-state-nobody-sent",
        &"!".repeat(43),
    ] {
        assert!(!may_restart(state), "{state}");
    }
}
