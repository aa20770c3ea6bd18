//! Applications that answer with what is no HTTP, or with HTTP that programs read in two ways.

use super::lying::{Lie, Lying};
use super::raw::Raw;
use super::visitor::{WIKI, with_alice};
use tests::site::Site;

/// Returns an application, and a site with Alice in it.
async fn scene(lie: Lie) -> (Lying, Site, String) {
    let upstream = Lying::start(lie).await;
    let (site, alice) = with_alice(&upstream.url, &[]).await;
    let cookie = alice.cookie_line(WIKI);
    (upstream, site, cookie)
}

/// Returns everything that a client gets for one request.
async fn ask(site: &Site, cookie: &str, method: &str) -> String {
    let mut raw = Raw::connect(site.origin()).await;
    raw.send(format!(
        "{method} / HTTP/1.1\r\nHost: wiki.example.test\r\nConnection: close\r\n{cookie}\r\n"
    ))
    .await;
    raw.rest().await
}

/// Checks that the client is told that the application does not answer, and nothing else.
async fn check_unreachable(lie: Lie) {
    let (_upstream, site, cookie) = scene(lie).await;
    let answer = ask(&site, &cookie, "GET").await;
    assert!(answer.starts_with("HTTP/1.1 502 "), "{lie:?}: {answer}");
    assert!(answer.contains("app_unreachable"), "{lie:?}: {answer}");
    assert!(!answer.contains("secret"), "{lie:?}: {answer}");
}

#[tokio::test]
async fn answer_that_is_no_http_is_no_answer() {
    for text in [
        "secret\r\n\r\n",
        "\0\0\0secret",
        "HTTP/3.0 200 OK\r\n\r\nsecret",
        "HTTP/1.1 2000 OK\r\n\r\nsecret",
        "HTTP/1.1 200 OK\r\nX : secret\r\n\r\n",
        "HTTP/1.1 200 OK\r\n X: secret\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX\0: secret\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\r\n secret\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSecret",
        "",
    ] {
        check_unreachable(Lie::SaysAndCloses(text)).await;
    }
}

#[tokio::test]
async fn answer_whose_end_is_not_plain_is_no_answer() {
    for text in [
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\nsecret",
        "HTTP/1.1 200 OK\r\nContent-Length: 6, 5\r\n\r\nsecret",
        "HTTP/1.1 200 OK\r\nContent-Length: +6\r\n\r\nsecret",
        "HTTP/1.1 200 OK\r\nContent-Length: -6\r\n\r\nsecret",
    ] {
        check_unreachable(Lie::SaysAndCloses(text)).await;
    }
}

#[tokio::test]
async fn answer_with_length_and_chunks_has_one_end() {
    for lines in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
    ] {
        let text = format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n6\r\nsecret\r\n0\r\n\r\n");
        let (_upstream, site, cookie) = scene(Lie::Says(text.leak())).await;
        let answer = ask(&site, &cookie, "GET").await.to_lowercase();
        let is_refused = answer.starts_with("http/1.1 502 ");
        let is_chunked = answer.contains("transfer-encoding: chunked")
            && !answer.contains("content-length")
            && answer.ends_with("\r\n\r\n6\r\nsecret\r\n0\r\n\r\n");
        assert!(is_refused || is_chunked, "{answer}");
    }
}

#[tokio::test]
async fn answer_of_an_old_application_comes_in_our_version_with_an_end() {
    let lie = Lie::SaysAndCloses("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold");
    let (_upstream, site, cookie) = scene(lie).await;
    let answer = ask(&site, &cookie, "GET").await.to_lowercase();
    assert!(answer.starts_with("http/1.1 200 ok\r\n"), "{answer}");
    // Or nobody could tell a broken download from a whole one.
    assert!(
        answer.ends_with("\r\n\r\n3\r\nold\r\n0\r\n\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn endless_head_is_given_up() {
    check_unreachable(Lie::Repeats("HTTP/1.1 200 OK\r\n", "X-Secret: secret\r\n")).await;
    check_unreachable(Lie::Repeats("HTTP/1.1 200 OK\r\nX: ", "secret")).await;
    check_unreachable(Lie::Repeats("HTTP/1.1 200 ", "secret")).await;
}

#[tokio::test]
async fn endless_interim_answers_are_given_up() {
    check_unreachable(Lie::Repeats("", "HTTP/1.1 102 Processing\r\n\r\n")).await;
    check_unreachable(Lie::Repeats(
        "",
        "HTTP/1.1 103 Hints\r\nLink: </secret>\r\n\r\n",
    ))
    .await;
}

#[tokio::test]
async fn interim_answers_come_before_the_answer() {
    let lie = Lie::Says(
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    );
    let (_upstream, site, cookie) = scene(lie).await;
    let answer = ask(&site, &cookie, "GET").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
}

#[tokio::test]
async fn second_answer_to_one_request_is_nobodys() {
    let lie = Lie::Says(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst\
         HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond",
    );
    let (upstream, site, cookie) = scene(lie).await;
    for count in 1..5 {
        let answer = ask(&site, &cookie, "GET").await;
        assert!(answer.ends_with("\r\n\r\nfirst"), "{answer}");
        assert_eq!(upstream.heard().len(), count);
    }
}

#[tokio::test]
async fn answer_that_breaks_off_does_not_look_whole() {
    for text in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\npart",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n-1\r\n",
    ] {
        let (_upstream, site, cookie) = scene(Lie::SaysAndCloses(text)).await;
        let answer = ask(&site, &cookie, "GET").await.to_lowercase();
        let is_short =
            answer.contains("content-length: 100\r\n") && !answer.ends_with("\n0\r\n\r\n");
        let is_open = answer.contains("chunked") && !answer.ends_with("\r\n0\r\n\r\n");
        assert!(is_short || is_open, "{text:?}\n{answer}");
    }
}

#[tokio::test]
async fn write_is_never_sent_twice() {
    let (upstream, site, cookie) = scene(Lie::SaysAndCloses("")).await;
    for method in ["POST", "PUT", "DELETE"] {
        let before = upstream.heard().len();
        let answer = ask(&site, &cookie, method).await;
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
        assert_eq!(upstream.heard().len(), before + 1, "{method}");
    }
}

#[tokio::test]
async fn answer_says_nothing_of_its_connection_and_nothing_of_ours() {
    let lie = Lie::SaysAndCloses(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close, X-Hop\r\nX-Hop: secret\r\n\
         Keep-Alive: secret\r\nProxy-Authenticate: secret\r\nUpgrade: h2c\r\n\
         Postern-Assertion: secret\r\nSet-Cookie: postern_app=secret\r\n\
         Cache-Control: public, s-maxage=60, max-age=5\r\nX-Kept: kept\r\n\r\n",
    );
    let (_upstream, site, cookie) = scene(lie).await;
    let answer = ask(&site, &cookie, "GET").await.to_lowercase();
    assert!(answer.starts_with("http/1.1 200 ok\r\n"), "{answer}");
    assert!(
        !answer.contains("secret") && !answer.contains("h2c"),
        "{answer}"
    );
    assert!(answer.contains("x-kept: kept\r\n"), "{answer}");
    assert!(
        answer.contains("cache-control: private, max-age=5\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn switch_that_nobody_asked_for_is_no_answer() {
    check_unreachable(Lie::Says(
        "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nsecret",
    ))
    .await;
    check_unreachable(Lie::Says("HTTP/1.1 101 Switching\r\n\r\nsecret")).await;
}

#[tokio::test]
async fn answers_without_a_body_have_none() {
    for (method, text, expected) in [
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n",
            Some("content-length: 1234"),
        ),
        (
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\nETag: \"a\"\r\n\r\n",
            Some("etag: \"a\""),
        ),
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", None),
        ("GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", None),
    ] {
        let (_upstream, site, cookie) = scene(Lie::Says(text)).await;
        let answer = ask(&site, &cookie, method).await.to_lowercase();
        assert_eq!(&answer[..13], &text.to_lowercase()[..13]);
        assert!(answer.ends_with("\r\n\r\n"), "{text:?}\n{answer}");
        assert!(!answer.contains("chunked"), "{text:?}\n{answer}");
        let expected = expected.unwrap_or_default();
        assert!(answer.contains(expected), "{text:?}\n{answer}");
    }
}
