//! The session at an application ends with what it is made of, at the very next request, although
//! the server remembers it: at the proxy, and where a reverse proxy asks.

use reqwest::Method;
use tests::command_line::type_beside;
use tests::site::{admin, user};

use super::upstream;
use super::visitor::{LOGIN, Visitor, WIKI, site, with_alice};
use crate::account::revocation::Program;

const TRUSTED: (&str, &str) = ("POSTERN_TRUSTED_PROXIES", "127.0.0.1");

/// Returns how the proxy answers, and what a reverse proxy is told.
async fn both(visitor: &mut Visitor) -> (u16, u16) {
    let token = visitor.cookie(WIKI, "postern_app").unwrap_or_default();
    let asked = visitor
        .call(Method::GET, &format!("{LOGIN}/api/verify"))
        .header("x-forwarded-host", "wiki.example.test")
        .header("x-forwarded-uri", "/")
        .header("x-forwarded-method", "GET")
        .header("cookie", format!("postern_app={token}"));
    let passed = visitor.fetch(WIKI).await.status;
    (passed, visitor.send(asked).await.status)
}

/// Logs Alice in at the application, and has the server remember it.
async fn remembered(alice: &mut Visitor) {
    alice.log_in("alice").await;
    alice.forget(WIKI, "postern_app");
    alice.enter(WIKI).await;
    for _ in 0..3 {
        assert_eq!(both(alice).await, (200, 200), "logged in");
    }
}

#[tokio::test]
async fn command_ends_it_at_both_at_the_very_next_request() {
    let (site, mut alice) = with_alice(&upstream::start().await, &[TRUSTED]).await;
    // Somebody must administer.
    site.add(admin("root").await).await;
    for line in [
        "session end --user alice",
        "session end --all",
        "user set-role alice admin",
        "user disable alice",
    ] {
        remembered(&mut alice).await;

        type_beside(&site, line).await.good();

        assert_eq!(both(&mut alice).await, (401, 401), "{line}");
    }
    type_beside(&site, "user enable alice").await.good();
    remembered(&mut alice).await;
}

#[tokio::test]
async fn row_that_another_process_changes_ends_it_at_both() {
    let (site, mut alice) = with_alice(&upstream::start().await, &[TRUSTED]).await;
    let mut other = Program::beside(&site).await;
    for statement in [
        "delete from app_session",
        "update app_session set token_hash = app_session_id",
        "update app_session set app = 'chat'",
        "delete from session",
        "update session set ended_at = 1",
        "update session set expires_at = 1",
        "update account set disabled_at = 1",
    ] {
        remembered(&mut alice).await;

        other.run(statement).await;

        assert_eq!(both(&mut alice).await, (401, 401), "{statement}");
        other.run("update account set disabled_at = null").await;
    }
}

#[tokio::test]
async fn logout_at_either_end_and_age_end_it_at_both() {
    let (site, mut alice) = with_alice(&upstream::start().await, &[TRUSTED]).await;
    remembered(&mut alice).await;
    alice.log_out().await;
    assert_eq!(both(&mut alice).await, (401, 401), "logout");

    remembered(&mut alice).await;
    let token = alice.cookie(WIKI, "postern_app").expect("a session");
    alice.navigate(&format!("{WIKI}/_postern/logout")).await;
    alice.set_cookie(WIKI, "postern_app", &token);
    assert_eq!(both(&mut alice).await, (401, 401), "logout there");

    remembered(&mut alice).await;
    site.pass(site.app.config.sessions.idle);
    assert_eq!(both(&mut alice).await, (401, 401), "age");
}

#[tokio::test]
async fn who_leaves_a_group_is_forbidden_at_both_at_the_next_request() {
    let allow = ("POSTERN_APP_WIKI_ALLOW", "group:staff");
    let upstream = upstream::start().await;
    let site = site(&upstream, &[TRUSTED, allow]).await;
    site.add(user("alice").await).await;
    let mut other = Program::beside(&site).await;
    let mut alice = Visitor::new(&site);
    other
        .run("update account set op_groups = '[\"staff\"]'")
        .await;
    remembered(&mut alice).await;

    other.run("update account set op_groups = '[]'").await;

    assert_eq!(both(&mut alice).await, (403, 403));
}
