//! `next` in an address that a program wrote without encoding it.

use std::borrow::Cow;

/// Returns the query with a bare `next` encoded, so that it parses as one parameter.
///
/// nginx can only append `$request_uri` as the browser sent it: `next=/a+b?c=d&e=f`. There a plus
/// is no space, and after a question mark an ampersand begins no other parameter. Whoever encodes
/// `next` also encodes its first slash, so such a query is returned as it is.
#[must_use]
pub fn with_encoded_next(query: &str) -> Cow<'_, str> {
    const BARE: &str = "next=/";
    let start = if query.starts_with(BARE) {
        Some(0)
    } else {
        query.find("&next=/").map(|at| at + 1)
    };
    let Some(start) = start else {
        return Cow::Borrowed(query);
    };
    let (head, value) = query.split_at(start + BARE.len());
    let end = value.find(['&', '?']).unwrap_or(value.len());
    let end = if value[end..].starts_with('?') {
        value.len()
    } else {
        end
    };
    let (value, rest) = value.split_at(end);
    Cow::Owned([head, &value.replace('+', "%2B").replace('&', "%26"), rest].concat())
}

#[cfg(test)]
mod tests {
    use super::with_encoded_next;

    #[test]
    fn bare_next_becomes_one_parameter() {
        for (query, expected) in [
            ("next=/my%20games/1", "next=/my%20games/1"),
            ("next=/c++&error=x", "next=/c%2B%2B&error=x"),
            ("next=/a?b=c+d&e=f", "next=/a?b=c%2Bd%26e=f"),
            ("local=1&next=/a?b&c", "local=1&next=/a?b%26c"),
            ("next=%2Fa+b&c=d", "next=%2Fa+b&c=d"),
            ("a=b+c&next=x", "a=b+c&next=x"),
            ("", ""),
        ] {
            assert_eq!(with_encoded_next(query), expected, "{query}");
        }
    }
}
