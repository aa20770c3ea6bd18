//! Addresses that programs look for on every site (RFC 8615).

use tests::site::Site;

#[tokio::test]
async fn password_managers_find_the_form_that_changes_the_password() {
    let site = Site::start().await;

    let answer = site.browser().get("/.well-known/change-password").await;

    assert_eq!(answer.status, 303);
    assert_eq!(answer.location(), "/profile#password");
}

#[tokio::test]
async fn nothing_else_is_there() {
    let site = Site::start().await;
    let browser = site.browser();
    for path in [
        // Asked for by password managers, which trust no server that has a page for everything.
        "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200",
        "/.well-known/security.txt",
        "/.well-known/change-password/",
        "/.well-known/",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code()),
            (404, "not_found".into()),
            "{path}"
        );
    }
}
