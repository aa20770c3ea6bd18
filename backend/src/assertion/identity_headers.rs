//! The headers by which an application that reads no assertion learns who asks.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use postern_assertion::Identity;

use crate::application::told::IdentityHeaders;

/// What the names of headers begin with that tell applications who asks: ours, and those of other
/// doors, since an application may have stood behind one.
const PREFIXES: [&str; 20] = [
    "postern-",
    "remote-",
    "x-remote-",
    "x-forwarded-user",
    "x-forwarded-email",
    "x-forwarded-preferred-username",
    "x-forwarded-groups",
    "x-auth-request-",
    "x-webauth-",
    "x-authentik-",
    "x-authenticated-",
    "x-pomerium-",
    "x-token-subject",
    "x-token-user-",
    "x-goog-authenticated-user-",
    "x-ms-client-principal",
    "cf-access-",
    "oidc-claim-",
    "tailscale-user-",
    "x-ssl-client-",
];

/// The first letters of [`PREFIXES`].
pub(crate) const FIRST_LETTERS: FirstLetters = FirstLetters::of(&PREFIXES);

/// The first letters of a list of names, a bit for each. Most headers of a request begin with none of
/// them, and need not be compared with every name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstLetters(u32);

impl FirstLetters {
    /// Returns those of these names, which are in lower case and begin with a letter.
    pub(crate) const fn of(names: &[&str]) -> Self {
        let (mut letters, mut at) = (0, 0);
        while at < names.len() {
            letters |= bit(names[at].as_bytes()[0]);
            at += 1;
        }
        Self(letters)
    }

    /// Returns those of both lists.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Does a header begin with one of them?
    pub(crate) fn begin(self, name: &HeaderName) -> bool {
        let first = name.as_str().as_bytes().first();
        first.is_some_and(|&first| self.0 & bit(first) != 0)
    }
}

/// Returns the bit of a letter in lower case; none for anything else.
const fn bit(letter: u8) -> u32 {
    match letter {
        b'a'..=b'z' => 1 << (letter - b'a'),
        _ => 0,
    }
}

/// Does a header of this name tell an application who asks, in any spelling? A client's own would be
/// believed. Many applications read `_`, `.` and the like as a `-` (CGI makes one name of all).
pub(crate) fn tells(name: &HeaderName) -> bool {
    PREFIXES.iter().any(|prefix| begins(name.as_str(), prefix))
}

/// Does the name of a header, in lower case, begin so, if all that is no letter and no digit is read
/// as a `-`?
pub(crate) fn begins(name: &str, prefix: &str) -> bool {
    let mut pairs = prefix.bytes().zip(name.bytes());
    // The first letter alone tells most of them apart.
    name.as_bytes().first() == prefix.as_bytes().first()
        && name.len() >= prefix.len()
        && pairs.all(|(own, given)| own == given || (own == b'-' && !given.is_ascii_alphanumeric()))
}

/// Adds the headers that tell who asks.
///
/// The email is there only if somebody vouches for it: applications take it for whom it names. A
/// group with a comma in it is left out, since it would be read as two.
pub fn add(headers: &mut HeaderMap, kind: IdentityHeaders, identity: &Identity) {
    let [user, name, email, groups] = match kind {
        IdentityHeaders::Remote => [
            "remote-user",
            "remote-name",
            "remote-email",
            "remote-groups",
        ],
        IdentityHeaders::XForwarded => [
            "x-forwarded-user",
            "x-forwarded-preferred-username",
            "x-forwarded-email",
            "x-forwarded-groups",
        ],
        IdentityHeaders::None => return,
    };
    let mut put = |header: &'static str, text: &str| {
        // Controls, which no header may have, are in none of these: a value with one is left out.
        if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
            headers.insert(HeaderName::from_static(header), value);
        }
    };
    put(user, &identity.username);
    let preferred = match kind {
        IdentityHeaders::XForwarded => &identity.username,
        _ => identity.name.as_ref().unwrap_or(&identity.username),
    };
    put(name, preferred);
    if let Some(address) = identity.email.as_ref().filter(|_| identity.email_verified) {
        put(email, address);
    }
    let whole = identity.groups.iter().filter(|group| !group.contains(','));
    put(
        groups,
        &whole.map(String::as_str).collect::<Vec<_>>().join(","),
    );
}

#[cfg(test)]
mod tests {
    use super::{IdentityHeaders, add, tells};
    use crate::assertion::identity::tests::alice;
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn every_spelling_tells() {
        let mut headers = HeaderMap::new();
        for name in [
            "Remote-User",
            "REMOTE_USER",
            "remote_user",
            "Remote.User",
            "Remote!User",
            "remote~user",
            "Remote-Groups",
            "Remote-Anything",
            "X-Remote-User",
            "X_Forwarded_User",
            "X-Forwarded-Email",
            "X-Forwarded_Groups",
            "Postern-Assertion",
            "postern_assertion",
            "X-Auth-Request-Email",
            "X-WEBAUTH-USER",
            "X-Forwarded-User-Id",
            "X-authentik-username",
            "X_Authentik_Groups",
            "X-Pomerium-Claim-Email",
            "Cf-Access-Authenticated-User-Email",
            "OIDC_CLAIM_sub",
            "Tailscale-User-Login",
        ] {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
            headers.append(name, HeaderValue::from_static("admin"));
        }
        for name in ["x-forwarded-for", "user-agent", "remote", "x-request-id"] {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static("kept"),
            );
        }
        let kept = headers.keys().filter(|name| !tells(name));
        assert_eq!(kept.count(), 4, "{headers:?}");
    }

    #[test]
    fn application_learns_who_asks() {
        let shown = |kind| {
            let mut headers = HeaderMap::new();
            add(&mut headers, kind, &alice());
            let mut lines: Vec<String> = headers
                .iter()
                .map(|(name, value)| {
                    format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
                })
                .collect();
            lines.sort();
            lines
        };
        assert_eq!(
            shown(IdentityHeaders::Remote),
            [
                "remote-email: alice@example.com",
                "remote-groups: family",
                "remote-name: Alice Ämsel",
                "remote-user: alice",
            ]
        );
        assert_eq!(
            shown(IdentityHeaders::XForwarded),
            [
                "x-forwarded-email: alice@example.com",
                "x-forwarded-groups: family",
                "x-forwarded-preferred-username: alice",
                "x-forwarded-user: alice",
            ]
        );
        assert!(shown(IdentityHeaders::None).is_empty());
    }

    #[test]
    fn address_that_is_only_claimed_is_not_told() {
        let mut identity = alice();
        identity.email_verified = false;
        let mut headers = HeaderMap::new();
        add(&mut headers, IdentityHeaders::Remote, &identity);
        assert!(!headers.contains_key("remote-email"));
    }
}
