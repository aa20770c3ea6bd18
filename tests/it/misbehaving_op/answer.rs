//! The OP's answer at the redirect URI, and what else somebody may send there.

use demo_op::Lie;
use shared::routes::API_OAUTH_OPENID;
use tests::answer::with_param;
use tests::log::Log;
use tests::site::Site;
use tests::trial::{Trial, assert_refused};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::misbehaving_op::{each_is_accepted, each_is_refused};

#[tokio::test]
async fn iss_that_is_another_or_missing_although_announced_is_refused() {
    let lies = [Lie::ResponseIssWrong, Lie::ResponseIssMissing];
    each_is_refused(&lies, "token_invalid").await;
}

#[tokio::test]
async fn iss_that_is_right_is_accepted() {
    each_is_accepted(&[Lie::ResponseIss]).await;
}

#[tokio::test]
async fn iss_that_is_another_is_refused_even_where_nobody_announced_one() {
    Log::begin_as_by_default();
    let site = Site::start().await;
    let wrong = [
        "https://op.example.org/",
        "",
        site.op.issuer().trim_end_matches('/'),
    ];

    for iss in wrong {
        let browser = site.browser();
        let url = browser.callback_for("bob").await;
        let callback = browser.get(&with_param(&url, "iss", Some(iss))).await;
        assert_refused(&browser, &callback, "token_invalid").await;
    }
    let browser = site.browser();
    let url = browser.callback_for("bob").await;
    let right = with_param(&url, "iss", Some(site.op.issuer()));
    assert_eq!(browser.get(&right).await.location(), "/");
}

#[tokio::test]
async fn parameters_that_come_twice_are_refused() {
    let trial = Trial::under(&[Lie::ParametersTwice]).await;
    trial.assert_refused("op_error").await;
}

#[tokio::test]
async fn answer_with_neither_code_nor_error_is_refused() {
    each_is_refused(&[Lie::CodeMissing], "op_error").await;
}

/// Sends bytes as they are; returns the answer's first line, empty if there is none.
async fn send_raw(site: &Site, request: &[u8]) -> String {
    let address = site.origin().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may have answered, and closed, before it has read all of this.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn hostile_queries_are_refused_and_the_server_goes_on() {
    let site = Site::start().await;
    let long = "a".repeat(100_000);
    let queries: [&[u8]; 8] = [
        b"code=a&code=b&state=c",
        b"code=a%00&state=c",
        b"code=a%0d%0aSet-Cookie:%20x=y&state=c",
        b"code=\0&state=c",
        b"code=a\r\nx: y",
        b"code=%ff%fe&state=%80",
        b"code=%&state=%zz&%=&&&=",
        long.as_bytes(),
    ];

    for query in queries {
        let shown = String::from_utf8_lossy(&query[..query.len().min(40)]).into_owned();
        let target = [API_OAUTH_OPENID.as_bytes(), b"?", query].concat();
        let get = [
            b"GET ",
            &target[..],
            b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        ]
        .concat();
        let length = format!("content-length: {}\r\n\r\n", query.len());
        let post = [
            b"POST ",
            API_OAUTH_OPENID.as_bytes(),
            b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n",
            b"content-type: application/x-www-form-urlencoded\r\n",
            length.as_bytes(),
            query,
        ]
        .concat();

        for request in [get, post] {
            let answer = send_raw(&site, &request).await;
            let is_refused = ["303", "400", "413", "414", "431"]
                .iter()
                .any(|status| answer.starts_with(&format!("HTTP/1.1 {status}")));
            assert!(is_refused, "{shown:?}: {answer:?}");
        }
        let next = site.browser().get("/healthz").await;
        assert_eq!(next.status, 200, "after {shown:?}");
    }

    assert_eq!(
        site.op.requests_to("/application/o/token/").len(),
        0,
        "nothing was redeemed"
    );
    let login = site.browser().log_in_as("bob").await;
    assert_eq!(login.callback.location(), "/");
}
