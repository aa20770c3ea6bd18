//! Email addresses: one, and nothing beside it that mail software could take for another.

use shared::email::{Email, MAX_EMAIL_BYTES};

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let Ok(email) = Email::parse(&text) else {
        return false;
    };
    let address = email.as_str();
    assert!(address.len() <= MAX_EMAIL_BYTES, "{address:?}");
    assert!(!address.contains(char::is_control), "{address:?}");
    assert_eq!(address, text.trim_matches([' ', '\t']), "it is another");
    assert_eq!(
        Email::parse(address).as_ref(),
        Ok(&email),
        "read again, it is another"
    );
    let (local, domain) = address.rsplit_once('@').expect("an at sign");
    assert_is_one(local, domain);
    assert_compared_rightly(&email);
    true
}

/// Fails if there is more than one address, or if its end is ambiguous.
fn assert_is_one(local: &str, domain: &str) {
    let ends_it = |c: char| c.is_whitespace() || ",;:<>()[]\\\"@".contains(c);
    assert!(
        !domain.is_empty() && !domain.contains(ends_it),
        "{domain:?}"
    );
    let quoted = local
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        None => assert!(!local.is_empty() && !local.contains(ends_it), "{local:?}"),
        Some(inner) => {
            let mut rest = inner.chars();
            while let Some(c) = rest.next() {
                let is_inside = c != '"' && (c != '\\' || rest.next().is_some());
                assert!(is_inside, "{local:?} ends before its end");
            }
        }
    }
}

/// Fails if two addresses with different mailboxes compare as equal.
fn assert_compared_rightly(email: &Email) {
    let (address, key) = (email.as_str(), email.key());
    assert!(!key.contains(|c: char| c.is_ascii_uppercase()), "{key:?}");
    let again = Email::parse(&key).map(|email| email.key());
    assert!(again.is_err() || again.as_ref() == Ok(&key), "{key:?}");
    let (local, domain) = address.rsplit_once('@').expect("an at sign");
    let (local_key, domain_key) = key.rsplit_once('@').expect("an at sign");
    // Only a label outside of ASCII has an A-label, and that is its alone.
    let labels = domain.split('.').zip(domain_key.split('.'));
    let pairs = labels.filter(|(label, key)| label.is_ascii() || !key.starts_with("xn--"));
    for (text, key) in pairs.chain([(local, local_key)]) {
        let is_same = text.eq_ignore_ascii_case(key);
        assert!(
            is_same || !key.is_ascii(),
            "{address:?} is compared as {key:?}"
        );
    }
}
