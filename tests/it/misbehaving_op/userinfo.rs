//! The userinfo endpoint.

use demo_op::{Fault, Lie};
use serde_json::json;
use tests::trial::Trial;

use crate::misbehaving_op::was_led_astray;

const USERINFO: &str = "/application/o/userinfo/";

/// Each lie ends on the error page with this code where userinfo is needed.
async fn each_is_refused(lies: &[Lie], code: &str) {
    for lie in lies {
        let trial = Trial::under(&[Lie::ClaimsOnlyAtUserinfo, lie.clone()]).await;
        let trial = trial.assert_refused(code).await;
        assert_eq!(trial.site.op.requests_to(USERINFO).len(), 1);
    }
}

#[tokio::test]
async fn userinfo_is_asked_only_where_the_id_token_lacks_something() {
    let trial = Trial::under(&[Lie::Userinfo(Fault::Html)]).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.requests_to(USERINFO).len(), 0);
}

#[tokio::test]
async fn sub_that_is_missing_or_another_than_in_the_id_token_is_refused() {
    let lies = [
        Lie::SubWrong,
        Lie::UserinfoSubMissing,
        Lie::UserinfoMember("sub".to_owned(), json!(42)),
        Lie::UserinfoMember("sub".to_owned(), json!(null)),
    ];
    each_is_refused(&lies, "userinfo_invalid").await;
}

#[tokio::test]
async fn access_token_that_userinfo_refuses_is_no_login() {
    let faults = [Fault::Status(401), Fault::Status(403)];
    each_is_refused(&faults.map(Lie::Userinfo), "userinfo_invalid").await;
}

#[tokio::test]
async fn userinfo_that_fails_is_unreachable() {
    let faults = [Fault::Status(500), Fault::Cut];
    each_is_refused(&faults.map(Lie::Userinfo), "op_unreachable").await;
}

#[tokio::test]
async fn userinfo_that_is_html_or_broken_is_refused() {
    let faults = [Fault::Html, Fault::Empty, Fault::Truncated];
    each_is_refused(&faults.map(Lie::Userinfo), "userinfo_invalid").await;
}

#[tokio::test]
async fn userinfo_that_is_json_but_no_object_is_refused() {
    let values = [json!([]), json!("bob"), json!(42), json!(null), json!(true)];
    each_is_refused(&values.map(Lie::UserinfoJson), "userinfo_invalid").await;
}

#[tokio::test]
async fn redirect_and_10_mb_of_userinfo_are_misconfigured() {
    let faults = [Fault::Redirect, Fault::Huge];
    each_is_refused(&faults.map(Lie::Userinfo), "op_misconfigured").await;
}

#[tokio::test]
async fn redirect_of_userinfo_is_not_followed() {
    let lies = [Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Redirect)];

    let trial = Trial::under(&lies).await;

    assert!(!was_led_astray(&trial.site));
}
