//! Paths without a login: what one opens, every program behind it reads as the same path below it.

use postern::application::public_path::{PublicPath, is_public};
use url::Url;

/// The input is a rule, and on the next line the path of a request. See
/// [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let (rule, path) = text.split_once('\n').unwrap_or(("/*", &text));
    assert!(!is_public(&[], path));
    let Some(parsed) = PublicPath::parse(rule) else {
        return false;
    };
    let shown = parsed.to_string();
    if shown.is_ascii() && !shown.contains(' ') {
        assert_eq!(PublicPath::parse(&shown), Some(parsed.clone()), "{rule:?}");
    }
    let opens = is_public(&[parsed], path);
    if opens {
        assert_reads_the_same(path);
        let read = decode(path);
        match shown.strip_suffix('*') {
            Some(prefix) => assert!(read.starts_with(prefix), "{path:?} below {rule:?}"),
            None => assert_eq!(read, shown, "{path:?} by {rule:?}"),
        }
    }
    opens
}

/// Fails if some program could take the path for another one.
fn assert_reads_the_same(path: &str) {
    let read = decode(path);
    assert_eq!(decode(&read), read, "{path:?} decoded twice");
    assert_eq!(read.matches('/').count(), path.matches('/').count());
    assert!(!read.contains(['\\', ';', '?', '#']), "{path:?}");
    assert!(!read.contains("//"), "{path:?}");
    assert!(!read.contains(char::is_control), "{path:?}");
    let mut names = read.split('/').filter(|name| !name.is_empty());
    let is_dropped = |c: char| c == '.' || c.is_whitespace();
    assert!(!names.any(|name| name.chars().all(is_dropped)), "{path:?}");
    // A browser's own reading, which also removes dots that are encoded.
    let url = Url::parse(&format!("http://app.example{path}"));
    let url = url.unwrap_or_else(|error| panic!("{path:?}: {error}"));
    assert_eq!(url.host_str(), Some("app.example"), "{path:?}");
    assert_eq!(decode(url.path()), read, "{path:?}");
    assert!(url.query().is_none() && url.fragment().is_none());
}

/// Decodes per cent signs once.
fn decode(path: &str) -> String {
    // The decoder of forms would take `+` for a space, and `&` and `=` for marks.
    let form = path
        .replace('+', "%2B")
        .replace('&', "%26")
        .replace('=', "%3D");
    form_urlencoded::parse(form.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}
