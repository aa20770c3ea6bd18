//! The headers of a request as its application gets them: whatever a client sends, who asks and from
//! where is our word alone.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use postern::http::door::forwarded::{Address, prepare};
use postern::public_url::PublicUrl;

/// The client's address.
const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

/// What every request has in the end.
const OURS: [(&str, &str); 6] = [
    ("host", "app.example"),
    ("x-forwarded-for", "192.0.2.7"),
    ("x-forwarded-host", "app.example"),
    ("x-forwarded-port", "443"),
    ("x-forwarded-proto", "https"),
    ("x-real-ip", "192.0.2.7"),
];

/// What the names begin with by which an application learns who asks.
const TELLS: [&str; 10] = [
    "postern-",
    "remote-",
    "x-remote-",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-preferred-username",
    "x-auth-request-",
    "x-webauth-",
    "x-authentik-",
    "oidc-claim-",
];

/// What else is said of where a request comes from and of what it asks for.
const TOLD: [&str; 5] = [
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-original-url",
    "x-rewrite-url",
];

/// What concerns one connection alone.
const HOPS: [&str; 6] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "transfer-encoding",
    "upgrade",
];

/// The input is lines of `name: value`. See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').take(100) {
        let at = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(at.unwrap_or(line.len()));
        let name = HeaderName::from_bytes(name);
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let public: PublicUrl = "https://app.example".parse().expect("an origin");
    prepare(&mut headers, &Address::of(&public), Some(CLIENT));
    for (name, value) in OURS {
        let values: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
    for (name, value) in &headers {
        assert_is_harmless(name.as_str(), value);
    }
    let once = headers.clone();
    prepare(&mut headers, &Address::of(&public), Some(CLIENT));
    assert_eq!(headers, once, "prepared again, they are others");
    headers.len() > OURS.len()
}

/// Fails if a header says what is ours to say.
fn assert_is_harmless(name: &str, value: &HeaderValue) {
    // As CGI and others read a name.
    let read = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    assert!(!TELLS.iter().any(|tells| read.starts_with(tells)), "{name}");
    assert!(!HOPS.contains(&name), "{name}");
    let is_ours = OURS.iter().any(|(ours, _)| *ours == name);
    assert!(is_ours || !read.starts_with("x-forwarded-"), "{name}");
    assert!(is_ours || !TOLD.contains(&read.as_str()), "{name}");
    assert!(name != "te" || value == "trailers", "{value:?}");
    if name == "cookie" {
        for pair in value.as_bytes().split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let is_ours = pair.starts_with(b"postern_") || pair.starts_with(b"__Host-postern_");
            assert!(!is_ours, "{value:?}");
        }
    }
}
