//! Email addresses: the same rule for the form and for the handler.

use std::str::FromStr;

use email_address::{EmailAddress, Options};

/// The most bytes an address may have (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_BYTES: usize = 254;

/// One email address, checked and without surrounding white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The text is not one email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailInvalid;

impl Email {
    /// Parses one address: no list, no display name, no control character.
    ///
    /// # Errors
    /// [`EmailInvalid`] for anything else, and for more than [`MAX_EMAIL_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, EmailInvalid> {
        let text = text.trim_matches(|c: char| c == ' ' || c == '\t');
        if text.len() > MAX_EMAIL_BYTES || text.chars().any(char::is_control) {
            return Err(EmailInvalid);
        }
        let options = Options::default()
            .without_display_text()
            .without_domain_literal();
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailInvalid)?;
        Ok(Self(text.to_owned()))
    }

    /// Returns the address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form in which two addresses are compared: lower case.
    ///
    /// A non-ASCII letter never becomes an ASCII one, as the Kelvin sign would become a `k`: its
    /// mailbox is another one, and an OP that verified one must not vouch for the other.
    #[must_use]
    pub fn key(&self) -> String {
        let mut key = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            if !c.is_ascii() && c.to_lowercase().any(|lower| lower.is_ascii()) {
                key.push(c);
            } else {
                key.extend(c.to_lowercase());
            }
        }
        key
    }
}

/// Returns true if the text may be an address. `false` is certain; [`Email::parse`] decides the
/// rest.
///
/// For pages that must not carry the whole rule: it is 6 kB of a compressed module.
#[must_use]
pub fn is_plausible(text: &str) -> bool {
    text.trim().rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.bytes().any(|byte| b" ,;>".contains(&byte))
    })
}

impl FromStr for Email {
    type Err = EmailInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, is_plausible};

    fn check(text: &str, is_valid: bool) {
        assert_eq!(Email::parse(text).is_ok(), is_valid, "{text:?}");
        assert!(is_plausible(text) || !is_valid, "{text:?}");
    }

    #[test]
    fn one_address_and_nothing_else() {
        check("alice@example.com", true);
        check("  alice@example.com ", true);
        check("o'brien+tag@example.co.uk", true);
        check("\"quoted local\"@example.com", true);
        check("käthe@bücher.example", true);
        check("user@localhost", true);
        check("", false);
        check("alice", false);
        check("alice@", false);
        check("@example.com", false);
        check("a@b@example.com", false);
        check("a@evil@corp.example", false);
        check("a@example.com,b@example.com", false);
        check("a@example.com;b@example.com", false);
        check("a@example.com b@example.com", false);
        check("Alice <alice@example.com>", false);
        check("alice@[127.0.0.1]", false);
        check("alice@example.com\n", false);
        check("alice\0@example.com", false);
        check("alice@example.com\r\nBcc: b@example.com", false);
        check("a..b@example.com", false);
        check("a@-b..co", false);
        check(&format!("{}@example.com", "a".repeat(64)), true);
        check(&format!("a@{}.example", "b".repeat(250)), false);
    }

    #[test]
    fn what_people_mistype_is_not_plausible() {
        for text in [
            "",
            "alice",
            "alice@",
            "@example.com",
            "a@b.example, c",
            "A <a@b.example>",
        ] {
            assert!(!is_plausible(text), "{text:?}");
        }
    }

    #[test]
    fn compared_without_regard_to_case() {
        assert_eq!(
            Email::parse("Alice@Example.COM").map(|e| e.key()),
            Email::parse("alice@example.com").map(|e| e.key()),
        );
        assert_eq!(
            Email::parse("KÄTHE@Bücher.example").map(|e| e.key()),
            Email::parse("käthe@bücher.example").map(|e| e.key()),
        );
    }

    #[test]
    fn a_letter_that_lowers_to_another_mailbox_stays() {
        // U+212A KELVIN SIGN, whose lower case is the `k` of ASCII.
        let kelvin = Email::parse("\u{212a}ate@example.com").map(|e| e.key());
        assert_ne!(kelvin, Email::parse("kate@example.com").map(|e| e.key()));
        assert_eq!(kelvin.as_deref(), Ok("\u{212a}ate@example.com"));
    }
}
