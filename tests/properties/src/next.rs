//! `next`: with any value, the browser stays on this site.

use postern::return_to::ReturnTo;
use url::Url;

/// Pages that a browser may be on when it is sent to `next`.
const PAGES: [&str; 3] = [
    "https://app.example/",
    "https://app.example/api/oauth/openid?code=c&state=s",
    "http://localhost:8080/login?next=/x",
];

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let parsed = ReturnTo::parse(&text);
    let path = parsed.as_str();
    assert!(path.starts_with('/') && path.len() <= 512, "{path:?}");
    assert!(path == "/" || is_same(path, &text), "{path:?} is another");
    assert!(path.bytes().all(|b| b.is_ascii_graphic()), "{path:?}");
    assert_eq!(ReturnTo::parse(path), parsed, "read again, it is another");
    for page in PAGES {
        assert_stays(&Url::parse(page).expect("a URL"), path);
    }
    path != "/"
}

/// Returns true if the path is the text with what is not graphic ASCII encoded.
fn is_same(path: &str, text: &str) -> bool {
    let encode = |byte: u8| match byte {
        b'!'..=b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path == text.bytes().map(encode).collect::<String>()
}

/// Fails if a browser would leave the site, or land on the API.
fn assert_stays(page: &Url, path: &str) {
    let there = page
        .join(path)
        .unwrap_or_else(|error| panic!("{path:?}: {error}"));
    assert_eq!(there.origin(), page.origin(), "{path:?} leads away");
    assert!(there.username().is_empty() && there.password().is_none());
    // As a proxy on the way may read it.
    let read = decode(there.path());
    assert!(!read.contains("//") && !read.contains('\\'), "{path:?}");
    assert!(!read.contains("/../") && !read.ends_with("/.."), "{path:?}");
    assert!(!read.contains(|c: char| c.is_ascii_control()), "{path:?}");
    assert!(
        there.path() != "/api" && !there.path().starts_with("/api/"),
        "{path:?}"
    );
}

/// Decodes per cent signs once.
fn decode(path: &str) -> String {
    // The decoder of forms would take `+` for a space.
    let form = path.replace('+', "%2B").replace(['&', '='], "_");
    form_urlencoded::parse(form.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}
