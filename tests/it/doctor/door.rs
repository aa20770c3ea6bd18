//! Is the door of each application shut? Each way in which it can be open is brought about.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use shared::doctor::Outcome::{Fail, Pass, Warn};
use shared::doctor::Report;
use tests::reverse_proxy::{ReverseProxy, nothing};
use tests::site::Site;
use tokio::net::TcpListener;

use super::{examined, expect};

/// Starts an application that lets everybody in, and returns its port.
async fn application(at: &str) -> u16 {
    serve(
        at,
        Router::new().fallback(async || "welcome, whoever you are"),
    )
    .await
}

async fn serve(at: &str, app: Router) -> u16 {
    let listener = TcpListener::bind((at, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

/// Examines a site with an application at this public origin; the login has one of its own.
async fn examined_with(url: &str, settings: &[(&str, &str)]) -> Report {
    let login = ReverseProxy::start(None, nothing(), nothing());
    let redirect_uri = format!("http://localhost:{}/api/oauth/openid", login.port());
    let mut all = vec![
        ("OIDC_REDIRECT_URI", redirect_uri.as_str()),
        ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
        ("POSTERN_APP_WIKI_URL", url),
    ];
    all.extend(settings);
    let site = Box::pin(Site::with(&all)).await;
    login.lead_to(port_of(site.origin()));
    examined(&site).await
}

fn port_of(origin: &str) -> u16 {
    let port = origin.rsplit(':').next().unwrap_or_default();
    port.parse().expect("a port")
}

#[tokio::test]
async fn door_that_is_shut_passes() {
    let wiki = ReverseProxy::start(None, nothing(), nothing());
    let url = format!("http://localhost:{}", wiki.port());
    let upstream = format!("http://127.0.0.1:{}", application("127.0.0.1").await);
    let login = ReverseProxy::start(None, nothing(), nothing());
    let redirect_uri = format!("http://localhost:{}/api/oauth/openid", login.port());
    let settings = [
        ("OIDC_REDIRECT_URI", redirect_uri.as_str()),
        ("POSTERN_APP_WIKI_URL", &url),
        ("POSTERN_APP_WIKI_UPSTREAM", &upstream),
        // The first page needs no login: the doctor asks for another one.
        ("POSTERN_APP_WIKI_PUBLIC", "/"),
    ];
    let site = Box::pin(Site::with(&settings)).await;
    for proxy in [&wiki, &login] {
        proxy.lead_to(port_of(site.origin()));
    }

    let report = examined(&site).await;

    expect(&report, ("door_wiki", Pass, "lets nobody in", ""), "");
    let found = "answers, and not at this machine's other addresses";
    expect(&report, ("upstream_wiki", Pass, found, ""), "");
}

#[tokio::test]
async fn public_address_that_leads_straight_to_the_application_fails() {
    let port = application("127.0.0.1").await;
    let url = format!("http://127.0.0.1:{port}");

    let report = examined_with(&url, &[("POSTERN_APP_WIKI_UPSTREAM", &url)]).await;
    let found = "The door is open";
    let remedy = "pass this host on to Postern";
    expect(&report, ("door_wiki", Fail, found, remedy), "proxied");

    let report = examined_with(&url, &[]).await;
    let remedy = "ask /api/verify for every path";
    expect(&report, ("door_wiki", Fail, found, remedy), "forward-auth");
}

#[tokio::test]
async fn proxy_that_believes_a_header_or_an_unsigned_assertion_fails() {
    for believed in ["remote-user", "postern-assertion"] {
        // It asks nobody about those who come with that header.
        let app = Router::new().fallback(async move |uri: Uri, headers: HeaderMap| {
            if headers.contains_key(believed) {
                return "welcome, admin".into_response();
            }
            refused(&uri, &headers)
        });
        let port = serve("127.0.0.1", app).await;

        let report = examined_with(&format!("http://localhost:{port}"), &[]).await;

        let with = match believed {
            "remote-user" => "with forged identity headers",
            _ => "with a forged assertion",
        };
        expect(&report, ("door_wiki", Fail, with, "docs/proxies"), believed);
    }
}

/// Refuses as Postern does, and leads nowhere else.
fn refused(uri: &Uri, headers: &HeaderMap) -> Response {
    let host = headers["host"].to_str().expect("text");
    if uri.path().starts_with("/_postern/") {
        return (StatusCode::NOT_FOUND, "not found").into_response();
    }
    if headers["sec-fetch-mode"] == "navigate" {
        return Redirect::to(&format!("http://{host}/_postern/start?next=%2F")).into_response();
    }
    let problem = r#"{"code":"unauthenticated"}"#;
    let json = [("content-type", "application/problem+json")];
    (StatusCode::UNAUTHORIZED, json, problem).into_response()
}

#[tokio::test]
async fn host_whose_own_paths_do_not_reach_postern_fails() {
    let app = Router::new().fallback(async |uri: Uri, headers: HeaderMap| refused(&uri, &headers));
    let port = serve("127.0.0.1", app).await;

    let report = examined_with(&format!("http://localhost:{port}"), &[]).await;

    let remedy = "begin with /_postern/ to Postern";
    expect(
        &report,
        ("door_wiki", Fail, "nobody can log in", remedy),
        "",
    );
}

#[tokio::test]
async fn refusal_of_something_else_is_none_of_postern_s() {
    let app = Router::new().fallback(async || StatusCode::UNAUTHORIZED);
    let port = serve("127.0.0.1", app).await;

    let report = examined_with(&format!("http://localhost:{port}"), &[]).await;

    expect(
        &report,
        (
            "door_wiki",
            Fail,
            "That is not Postern's refusal",
            "no other login",
        ),
        "",
    );
}

#[tokio::test]
async fn application_that_is_open_to_all_by_its_settings_is_a_warning() {
    let settings = [("POSTERN_APP_WIKI_PUBLIC", "/*")];

    let report = examined_with("http://localhost:9", &settings).await;

    let found = "Everybody gets in";
    expect(
        &report,
        ("door_wiki", Warn, found, "POSTERN_APP_WIKI_PUBLIC"),
        "",
    );
}

#[tokio::test]
async fn address_that_cannot_be_reached_is_a_warning() {
    let report = examined_with("http://localhost:9", &[]).await;

    expect(
        &report,
        ("door_wiki", Warn, "cannot be reached", "reverse proxy"),
        "",
    );
}

#[tokio::test]
async fn upstream_on_all_interfaces_is_a_warning_unless_it_refuses() {
    let open = application("0.0.0.0").await;
    let upstream = format!("http://127.0.0.1:{open}");
    let settings = [("POSTERN_APP_WIKI_UPSTREAM", upstream.as_str())];
    let report = examined_with("http://localhost:9", &settings).await;
    let found = "listens on all interfaces";
    let remedy = "listen only at 127.0.0.1";
    expect(&report, ("upstream_wiki", Warn, found, remedy), "open");

    let app = Router::new().fallback(async || StatusCode::UNAUTHORIZED);
    let refusing = serve("0.0.0.0", app).await;
    let upstream = format!("http://127.0.0.1:{refusing}");
    let settings = [("POSTERN_APP_WIKI_UPSTREAM", upstream.as_str())];
    let report = examined_with("http://localhost:9", &settings).await;
    let found = "refuses requests that do not come from Postern";
    expect(&report, ("upstream_wiki", Pass, found, ""), "refusing");
}

#[tokio::test]
async fn upstream_that_is_down_fails() {
    let settings = [("POSTERN_APP_WIKI_UPSTREAM", "http://127.0.0.1:9")];

    let report = examined_with("http://localhost:9", &settings).await;

    let found = "gives no answer";
    let remedy = "POSTERN_APP_WIKI_UPSTREAM";
    expect(&report, ("upstream_wiki", Fail, found, remedy), "");
}
