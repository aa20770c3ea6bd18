//! `next`: with any value, the browser stays on this site.

use postern::base_path::BasePath;
use postern::return_to::ReturnTo;
use url::Url;

/// The most bytes of any of them.
const MOST: usize = 2100;

/// Pages that a browser may be on when it is sent to `next`.
const PAGES: [&str; 3] = [
    "https://app.example/",
    "https://app.example/api/oauth/openid?code=c&state=s",
    "http://localhost:8080/login?next=/x",
];

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    // With an application on this host, all but our own paths are its own.
    check_at(&text, BasePath::BELOW);
    check_at(&text, BasePath::ROOT)
}

/// The same for pages below this path. Returns true if the text is taken as it is.
fn check_at(text: &str, base: BasePath) -> bool {
    let parsed = ReturnTo::parse(text, base);
    let (path, home) = (parsed.as_str(), base.of("/"));
    assert!(path.starts_with('/') && path.len() <= MOST, "{path:?}");
    assert!(path == home || is_same(path, text), "{path:?} is another");
    assert!(path.bytes().all(|b| b.is_ascii_graphic()), "{path:?}");
    let again = ReturnTo::parse(path, base);
    assert_eq!(again, parsed, "read again, it is another");
    for page in PAGES {
        assert_stays(&Url::parse(page).expect("a URL"), path, base);
    }
    path != home
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
fn assert_stays(page: &Url, path: &str, base: BasePath) {
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
    let own = base.within(there.path()).unwrap_or_default();
    let is_api = own == "/api" || own.starts_with("/api/");
    assert!(!is_api || own == "/api/enter", "{path:?}");
}

/// Decodes per cent signs once.
fn decode(path: &str) -> String {
    // The decoder of forms would take `+` for a space.
    let form = path.replace('+', "%2B").replace(['&', '='], "_");
    form_urlencoded::parse(form.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}
