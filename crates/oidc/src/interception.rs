//! Recognizes the answers of what stands before the OP.

use std::fmt::Write as _;

use super::answer::Answer;
use super::obstacle::Obstacle;

/// What begins the titles of pages that only a browser gets past.
const CHALLENGES: [&str; 3] = [
    "just a moment",
    "attention required",
    "checking your browser",
];

/// Recognizes one by the answer; `None` if the OP itself seems to have answered.
#[must_use]
pub fn recognize(answer: &Answer) -> Option<Obstacle> {
    let status = answer.status.as_u16();
    if status < 400 {
        return None;
    }
    let has = |name: &str| !answer.header(name).is_empty();
    let title = answer.title().unwrap_or_default().to_ascii_lowercase();
    if status == 407 || has("x-squid-error") || has("proxy-authenticate") {
        return Some(Obstacle::Proxy);
    }
    if answer.header("cf-mitigated") == "challenge"
        || CHALLENGES.iter().any(|start| title.starts_with(start))
    {
        return Some(Obstacle::Challenge);
    }
    if status == 429 {
        return Some(Obstacle::RateLimit);
    }
    // Authentik's own refusals have an empty page, and those of others are JSON.
    let is_page = answer.media_type == "text/html" && !answer.body.trim_ascii().is_empty();
    (is_page && matches!(status, 403 | 405 | 406)).then_some(Obstacle::Firewall)
}

/// Says what came, for the log; `endpoint` names what was asked.
#[must_use]
pub fn detail(answer: &Answer, endpoint: &str) -> String {
    let mut detail = format!("the {endpoint} answers {}", answer.status);
    if let Some(title) = answer.title() {
        // Writing to a `String` cannot fail.
        let _ = write!(detail, " with the page {title:?}");
    }
    for name in ["retry-after", "server", "via", "x-squid-error", "cf-ray"] {
        let value = answer.header(name);
        if !value.is_empty() {
            let _ = write!(detail, ", {name}: {}", super::for_log(value));
        }
    }
    detail
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

    use super::{Answer, Obstacle, recognize};

    #[test]
    fn whoever_answers_in_the_place_of_the_op_is_recognized() {
        let check = |status: u16, headers: &[(&str, &str)], body: &str, expected| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
                map.insert(name, HeaderValue::from_str(value).unwrap());
            }
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                media_type: if body.starts_with('{') {
                    "application/json"
                } else {
                    "text/html"
                }
                .to_owned(),
                headers: map,
                body: body.as_bytes().to_vec(),
            };
            assert_eq!(recognize(&answer), expected, "{status} {headers:?} {body}");
        };
        let page = "<title>Forbidden</title>";
        check(403, &[], page, Some(Obstacle::Firewall));
        check(406, &[], page, Some(Obstacle::Firewall));
        check(429, &[], page, Some(Obstacle::RateLimit));
        check(
            429,
            &[],
            r#"{"error":"slow_down"}"#,
            Some(Obstacle::RateLimit),
        );
        let challenge = "<title>Just a moment...</title>";
        check(403, &[], challenge, Some(Obstacle::Challenge));
        check(
            503,
            &[("cf-mitigated", "challenge")],
            "",
            Some(Obstacle::Challenge),
        );
        check(407, &[], page, Some(Obstacle::Proxy));
        check(
            503,
            &[("x-squid-error", "ERR_DNS_FAIL 0")],
            page,
            Some(Obstacle::Proxy),
        );
        // Authentik at userinfo, any OP at its token endpoint, an OP that is down, a wrong address.
        check(403, &[], "", None);
        check(403, &[], r#"{"error":"access_denied"}"#, None);
        check(401, &[], page, None);
        check(404, &[], page, None);
        check(502, &[], page, None);
        check(200, &[], challenge, None);
    }
}
