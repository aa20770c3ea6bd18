//! `GET /api/doctor`.

use shared::doctor::Outcome::{Pass, Warn};
use shared::doctor::Report;
use shared::routes::API_DOCTOR;
use tests::site::{Site, admin, user};

use super::expect;

#[tokio::test]
async fn admin_reads_the_report_with_their_own_request_in_it() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;

    let answer = browser.get(API_DOCTOR).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    let report: Report = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(report.at, site.now().unix());
    expect(
        &report,
        (
            "this_request",
            Pass,
            "from 127.0.0.1. It asked for the host",
            "",
        ),
        "",
    );
    expect(&report, ("redirect_uri", Pass, "is registered", ""), "");
    expect(&report, ("server", Pass, "This server runs", ""), "");
}

#[tokio::test]
async fn admin_who_comes_by_another_name_or_a_strange_proxy_is_told() {
    let site = Site::with(&[("OIDC_REDIRECT_URI", "http://localhost:9/api/oauth/openid")]).await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;

    let get = browser.call(reqwest::Method::GET, API_DOCTOR);
    let other = browser.send(get.header("host", "other.example.com")).await;
    let get = browser
        .call(reqwest::Method::GET, API_DOCTOR)
        .header("host", "localhost:9");
    let proxy = browser
        .send(get.header("x-forwarded-for", "198.51.100.7"))
        .await;

    let report: Report = serde_json::from_str(&other.body).unwrap();
    let found = "for the host other.example.com. That is not the public address";
    expect(
        &report,
        ("this_request", Warn, found, "OIDC_REDIRECT_URI"),
        "",
    );
    let report: Report = serde_json::from_str(&proxy.body).unwrap();
    let remedy = "POSTERN_TRUSTED_PROXIES=127.0.0.1";
    expect(&report, ("this_request", Warn, "not trusted", remedy), "");
}

#[tokio::test]
async fn nobody_but_admins_reads_it() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    site.op.forget_requests();

    let stranger = site.browser().get(API_DOCTOR).await;
    let alice = site.logged_in("alice").await.get(API_DOCTOR).await;

    assert_eq!(
        (stranger.status.as_u16(), stranger.code().as_str()),
        (401, "unauthenticated")
    );
    assert_eq!(
        (alice.status.as_u16(), alice.code().as_str()),
        (403, "forbidden")
    );
    assert_eq!(site.op.requests_to("/application/o/token/").len(), 0);
}
