//! Email addresses: the same rule for the form and for the handler.

use std::borrow::Cow;
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use idna::AsciiDenyList;
use unicode_normalization::UnicodeNormalization as _;

/// The most bytes an address may have (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_BYTES: usize = 254;

/// One email address, checked and without surrounding white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The text is not one email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailInvalid;

impl Email {
    /// Parses one address: no list, no display name, no invisible character.
    ///
    /// # Errors
    /// [`EmailInvalid`] for anything else, and for more than [`MAX_EMAIL_BYTES`] bytes.
    pub fn parse(text: &str) -> Result<Self, EmailInvalid> {
        let text = text.trim_matches(|c: char| c == ' ' || c == '\t');
        if text.len() > MAX_EMAIL_BYTES || text.chars().any(is_hidden) {
            return Err(EmailInvalid);
        }
        let options = Options::default()
            .without_display_text()
            .without_domain_literal();
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailInvalid)?;
        Ok(Self(text.to_owned()))
    }

    /// Parses one address in any form of Unicode, and keeps it composed (NFC).
    ///
    /// For the server alone: its tables are too large for the page.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn composed(text: &str) -> Result<Self, EmailInvalid> {
        Self::parse(&compose(text))
    }

    /// Returns the address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the form in which two addresses are compared: in lower case and NFC, the domain's
    /// labels as A-labels (RFC 5890 §2.3.2.1).
    ///
    /// A non-ASCII letter never becomes an ASCII one, as the Kelvin sign would become a `k`: its
    /// mailbox is another one, and an OP that verified one must not vouch for the other.
    #[must_use]
    pub fn key(&self) -> String {
        let folded = fold(&self.0);
        let Some((local, domain)) = folded.rsplit_once('@') else {
            return folded;
        };
        let labels: Vec<String> = domain.split('.').map(to_a_label).collect();
        format!("{local}@{}", labels.join("."))
    }
}

/// Returns the form in which to search keys for a part of an address: its labels as A-labels.
/// `None` if the part is ASCII.
#[must_use]
pub fn part_of_key(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let folded = fold(text.trim());
    let (local, domain) = folded.rsplit_once('@').unwrap_or(("", &folded));
    let labels: Vec<String> = domain.split('.').map(to_a_label).collect();
    let at = if folded.contains('@') { "@" } else { "" };
    Some(format!("{local}{at}{}", labels.join(".")))
}

/// Returns true if the character is invisible in an address: a control character, white space other
/// than the plain one, a mark of the direction.
fn is_hidden(c: char) -> bool {
    let is_space = c.is_whitespace() && c != ' ';
    let is_mark = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    c.is_control() || is_space || is_mark
}

/// Composes a text (NFC), except the few letters that would become ASCII.
fn compose(text: &str) -> String {
    let stays = |c: char| !c.is_ascii() && c.nfc().any(|c| c.is_ascii());
    let mut composed = String::with_capacity(text.len());
    for piece in text.split_inclusive(stays) {
        let last = piece.chars().next_back().filter(|c| stays(*c));
        let rest = &piece[..piece.len() - last.map_or(0, char::len_utf8)];
        composed.extend(rest.nfc().chain(last));
    }
    composed
}

/// Puts a text in lower case and NFC, except the few letters that would become ASCII.
fn fold(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    for c in compose(text).chars() {
        if !c.is_ascii() && c.to_lowercase().any(|lower| lower.is_ascii()) {
            lower.push(c);
        } else {
            lower.extend(c.to_lowercase());
        }
    }
    compose(&lower)
}

/// Returns a label's A-label. A label stays as it is if it has none, or if its A-label stands for
/// another label.
fn to_a_label(label: &str) -> String {
    if label.is_ascii() {
        return label.to_owned();
    }
    let ascii = idna::domain_to_ascii_cow(label.as_bytes(), AsciiDenyList::URL);
    let ascii = ascii.ok().filter(|ascii| {
        let (back, result) = idna::domain_to_unicode(ascii);
        result.is_ok() && back == label
    });
    ascii.map_or_else(|| label.to_owned(), Cow::into_owned)
}

/// May the text be an address? `false` is certain, `true` is not: only [`Email::parse`] decides.
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
        for hidden in [
            '\u{2028}', '\u{2029}', '\u{a0}', '\u{3000}', '\u{85}', '\u{200b}', '\u{202e}',
            '\u{feff}',
        ] {
            check(&format!("a@b.example{hidden}"), false);
            check(&format!("{hidden}a@b.example"), false);
            check(&format!("a{hidden}@b.example"), false);
        }
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
    fn compared_in_one_form_of_unicode_and_of_the_domain() {
        let key = |text: &str| Email::composed(text).map(|email| email.key());
        let composed = key("k\u{e4}the@b\u{fc}cher.example");

        assert_eq!(composed.as_deref(), Ok("k\u{e4}the@xn--bcher-kva.example"));
        for same in [
            "ka\u{308}the@bu\u{308}cher.example",
            "K\u{c4}THE@B\u{dc}CHER.Example",
            "KA\u{308}THE@XN--BCHER-KVA.example",
        ] {
            assert_eq!(key(same), composed, "{same:?}");
        }
        // Neither an A-label of its own nor that of another.
        for (text, expected) in [
            (
                "a@xn--b\u{fc}cher.xn--bcher-kva.example",
                "a@xn--b\u{fc}cher.xn--bcher-kva.example",
            ),
            ("a@\u{ff45}xample.com", "a@\u{ff45}xample.com"),
            ("a@b\u{fc}cher.\u{212a}ate", "a@xn--bcher-kva.\u{212a}ate"),
        ] {
            assert_eq!(key(text).as_deref(), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_letter_that_lowers_to_another_mailbox_stays() {
        // U+212A KELVIN SIGN, whose lower case is the `k` of ASCII.
        let kelvin = Email::parse("\u{212a}ate@example.com").map(|e| e.key());
        assert_ne!(kelvin, Email::parse("kate@example.com").map(|e| e.key()));
        assert_eq!(kelvin.as_deref(), Ok("\u{212a}ate@example.com"));
    }
}
