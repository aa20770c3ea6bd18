//! A clock that is wrong for a while.

use std::time::Duration;

use postern::session::SessionToken;
use postern::store::AuditFilter;
use tests::http_browser::HttpBrowser;
use tests::site::{Site, user};
use tokio::net::TcpListener;

/// How far ahead the clock is: further than anything is kept.
const YEARS: Duration = Duration::from_secs(3 * 365 * 86_400);

#[tokio::test]
async fn start_with_a_clock_years_ahead_loses_neither_sessions_nor_the_audit_trail() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let alice = site.logged_in("alice").await;
    let name = alice
        .cookie_names()
        .into_iter()
        .find(|name| name.contains("session"));
    let token = alice.cookie(&name.expect("a session")).expect("its token");
    let token = SessionToken::parse(&token).expect("a token").hash();
    let filter = AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    };
    let before = site
        .app
        .store
        .audit(&filter)
        .await
        .expect("the trail")
        .len();
    site.pass(YEARS);

    // The same as a start: whatever a server does at first, this one does.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    let server = tokio::spawn(postern::serve(
        site.app.clone(),
        listener,
        std::future::pending(),
    ));
    let browser = HttpBrowser::new(&origin, &origin, "http://no-op.invalid");
    for _ in 0..50 {
        assert_eq!(browser.get("/readyz").await.status, 200);
    }

    let session = site
        .app
        .store
        .session_by_token(token)
        .await
        .expect("an answer");
    assert!(session.is_some(), "the session is gone");
    let after = site
        .app
        .store
        .audit(&filter)
        .await
        .expect("the trail")
        .len();
    assert!(
        before > 0 && after >= before,
        "{after} of {before} entries are left"
    );
    server.abort();
}
