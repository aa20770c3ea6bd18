//! The way in: what answers at the public address, and what a reverse proxy does to requests.

use shared::doctor::Outcome::{Fail, Pass, Skip, Warn};
use shared::doctor::Report;
use shared::routes::API_DOCTOR_REFLECTION;
use tests::authority::Authority;
use tests::reverse_proxy::{ReverseProxy, Rule, nothing, set};
use tests::site::Site;

use super::{examined, expect, not_well};

/// The headers that most proxies send.
fn forwarded(head: &mut Vec<String>) {
    let came = head
        .iter()
        .find_map(|line| line.strip_prefix("x-forwarded-for: "))
        .map(str::to_owned);
    let addresses = came.map_or(String::new(), |came| format!("{came}, "));
    set(head, "x-forwarded-for", &format!("{addresses}198.51.100.7"));
    set(head, "x-forwarded-proto", "https");
}

fn port_of(origin: &str) -> u16 {
    let port = origin.rsplit(':').next();
    port.and_then(|port| port.parse().ok())
        .expect("an origin with a port")
}

/// A server behind a proxy that does TLS; the proxy is trusted, unless a setting says otherwise.
async fn behind(request: Rule, answer: Rule, settings: &[(&str, &str)]) -> Report {
    let authority = Authority::new();
    let tls = authority.certify("localhost").tls();
    let proxy = ReverseProxy::start(Some(tls), request, answer);
    let redirect_uri = format!("https://localhost:{}/api/oauth/openid", proxy.port());
    let file = authority.file();
    let mut all = vec![
        ("OIDC_REDIRECT_URI", redirect_uri.as_str()),
        (
            "OIDC_TLS_CACERTFILE",
            file.to_str().expect("a path of ASCII"),
        ),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    all.extend(settings);
    let site = Box::pin(Site::with(&all)).await;
    proxy.lead_to(port_of(site.origin()));
    examined(&site).await
}

#[tokio::test]
async fn good_proxy_is_seen_as_one() {
    let report = behind(Box::new(forwarded), nothing(), &[]).await;

    expect(
        &report,
        ("public_url", Pass, "leads to this server", ""),
        "",
    );
    expect(
        &report,
        ("proxy_host", Pass, "arrives as it was sent", ""),
        "",
    );
    expect(&report, ("proxy_scheme", Pass, "is https", ""), "");
    expect(
        &report,
        (
            "proxy_address",
            Pass,
            "198.51.100.7, as the trusted proxy",
            "",
        ),
        "",
    );
    expect(
        &report,
        (
            "proxy_cookie",
            Pass,
            "A Secure cookie is set and comes back",
            "",
        ),
        "",
    );
    assert_eq!(not_well(&report), ["admins"]);
}

#[tokio::test]
async fn what_a_proxy_does_to_requests_is_recognized() {
    let check = async |request: Rule, answer: Rule, settings: &[(&str, &str)], expected| {
        let report = behind(request, answer, settings).await;
        expect(&report, expected, "");
    };
    let with = |change: fn(&mut Vec<String>)| -> Rule {
        Box::new(move |head| {
            forwarded(head);
            change(head);
        })
    };
    check(
        with(|head| set(head, "host", "postern:8080")),
        nothing(),
        &[],
        ("proxy_host", Warn, "postern:8080 arrives", "pass Host on"),
    )
    .await;
    check(
        with(|head| set(head, "x-forwarded-proto", "http")),
        nothing(),
        &[],
        (
            "proxy_scheme",
            Warn,
            "X-Forwarded-Proto is http",
            "set X-Forwarded-Proto",
        ),
    )
    .await;
    check(
        with(|head| set(head, "x-forwarded-for", "")),
        nothing(),
        &[],
        (
            "proxy_address",
            Warn,
            "does not say who asks",
            "X-Forwarded-For",
        ),
    )
    .await;
    check(
        with(|_| {}),
        nothing(),
        &[("POSTERN_TRUSTED_PROXIES", "")],
        (
            "proxy_address",
            Warn,
            "is not trusted",
            "POSTERN_TRUSTED_PROXIES=127.0.0.1",
        ),
    )
    .await;
    // It passes on what the client claims.
    check(
        Box::new(|head| {
            if !head.iter().any(|line| line.starts_with("x-forwarded-for")) {
                set(head, "x-forwarded-for", "198.51.100.7");
            }
        }),
        nothing(),
        &[],
        (
            "proxy_address",
            Fail,
            "Anyone can claim any address",
            "append",
        ),
    )
    .await;
    check(
        with(|head| set(head, "cookie", "")),
        nothing(),
        &[],
        (
            "proxy_cookie",
            Fail,
            "does not come back",
            "Set-Cookie and Cookie unchanged",
        ),
    )
    .await;
}

#[tokio::test]
async fn what_a_proxy_does_to_answers_is_recognized() {
    let check = async |answer: Rule, expected| {
        let report = behind(Box::new(forwarded), answer, &[]).await;
        expect(&report, expected, "");
    };
    check(
        Box::new(|head| set(head, "set-cookie", "")),
        ("proxy_cookie", Fail, "does not arrive", "Set-Cookie"),
    )
    .await;
    check(
        Box::new(|head| {
            for line in head.iter_mut() {
                *line = line.replace("; Secure", "");
            }
        }),
        ("proxy_cookie", Fail, "without Secure", "Set-Cookie"),
    )
    .await;
    check(
        Box::new(|head| {
            "HTTP/1.1 302 Found".clone_into(&mut head[0]);
            set(
                head,
                "location",
                "https://auth.example.com/outpost/start?rd=x",
            );
        }),
        (
            "public_url",
            Fail,
            "redirect to https://auth.example.com/outpost/start",
            "login",
        ),
    )
    .await;
    check(
        Box::new(|head| "HTTP/1.1 403 Forbidden".clone_into(&mut head[0])),
        ("public_url", Fail, "403", "forward-auth"),
    )
    .await;
}

#[tokio::test]
async fn proxy_that_leads_elsewhere_is_recognized() {
    let other = Site::start().await;
    let check = async |port: Option<u16>, expected| {
        let proxy = ReverseProxy::start(None, nothing(), nothing());
        let redirect_uri = format!("http://127.0.0.1:{}/api/oauth/openid", proxy.port());
        let site = Box::pin(Site::with(&[("OIDC_REDIRECT_URI", redirect_uri.as_str())])).await;
        proxy.lead_to(port.unwrap_or(1));
        let report = examined(&site).await;
        expect(&report, expected, "");
        expect(
            &report,
            ("proxy_cookie", Skip, "does not lead to this server", ""),
            "",
        );
    };

    check(
        None,
        (
            "public_url",
            Fail,
            "does not reach this server",
            "POSTERN_LISTEN",
        ),
    )
    .await;
    check(
        Some(port_of(other.origin())),
        ("public_url", Warn, "A Postern answers", "same DATA_DIR"),
    )
    .await;
    check(
        Some(port_of(other.op.origin())),
        ("public_url", Fail, "that is not Postern", "Postern"),
    )
    .await;
}

#[tokio::test]
async fn public_address_that_this_machine_cannot_reach_is_only_a_warning() {
    let site = Site::with(&[(
        "OIDC_REDIRECT_URI",
        "https://postern.invalid/api/oauth/openid",
    )]);

    let report = examined(&site.await).await;

    let found = "https://postern.invalid cannot be reached from this machine";
    expect(&report, ("public_url", Warn, found, "in a browser"), "");
}

#[tokio::test]
async fn nobody_else_learns_that_there_is_a_place_for_the_doctor() {
    let site = Site::start().await;
    let ask = async |path: &str, question: Option<&str>| {
        let browser = site.browser();
        let mut request = browser.call(reqwest::Method::GET, path);
        if let Some(question) = question {
            request = request.header("postern-doctor", question);
        }
        let answer = browser.send(request).await;
        assert_eq!(answer.header("set-cookie"), "");
        (answer.status, answer.code())
    };

    let nowhere = ask("/api/doctor/nowhere", None).await;

    assert_eq!(nowhere.0, 404);
    assert_eq!(ask(API_DOCTOR_REFLECTION, None).await, nowhere);
    let made_up = format!("nonce.{}.proof", site.now().unix());
    assert_eq!(ask(API_DOCTOR_REFLECTION, Some(&made_up)).await, nowhere);
}
