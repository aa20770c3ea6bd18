//! Removes from a text what strangers must not see: host names, addresses, emails, ids, names.
//! A word replaces each of them, the same one everywhere. Pure.

use std::net::IpAddr;

/// Endings of names with a dot that are files, not hosts.
const FILES: [&str; 14] = [
    "db", "key", "pem", "crt", "json", "yml", "yaml", "toml", "md", "rs", "html", "log", "conf",
    "sock",
];
/// Names with dots that the texts of the doctor contain.
const OURS: [&str; 4] = ["nginx.org", "realm_access.roles", "goauthentik.io", "e.g"];

/// A text to remove everywhere.
#[derive(Debug)]
struct Known {
    /// In lower case.
    text: String,
    word: String,
    /// Is it removed in the middle of a word as well?
    is_secret: bool,
}

/// Removes texts, and remembers what it replaced them by.
#[derive(Debug, Default)]
pub(super) struct Redactor {
    /// The texts to search for; the longest first.
    known: Vec<Known>,
    /// Texts and the words in their place, in the order in which they came up.
    given: Vec<(String, String)>,
}

impl Redactor {
    /// Replaces every occurrence of a text by this word.
    pub(super) fn know(&mut self, text: &str, word: &str) {
        self.add(text, word, false);
    }

    /// Replaces a secret everywhere, even in the middle of a word.
    pub(super) fn know_secret(&mut self, text: &str) {
        self.add(text, "SECRET", true);
    }

    fn add(&mut self, text: &str, word: &str, is_secret: bool) {
        let text = text.trim().to_ascii_lowercase();
        if text.is_empty() || self.known.iter().any(|known| known.text == text) {
            return;
        }
        self.known.push(Known {
            text,
            word: word.to_owned(),
            is_secret,
        });
        self.known
            .sort_by_key(|known| std::cmp::Reverse(known.text.len()));
    }

    /// Replaces every occurrence of a host name, also at the end of a longer one.
    pub(super) fn know_host(&mut self, host: &str, word: &str) {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if is_nobodys(host) {
            return;
        }
        self.given
            .push((host.to_ascii_lowercase(), word.to_owned()));
        self.know(host, word);
    }

    /// Returns the text with everything replaced.
    pub(super) fn redact(&mut self, text: &str) -> String {
        let text = self.replace_known(text);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(length);
            out.push_str(&self.word(word));
            let gap = after.find(is_part).unwrap_or(after.len());
            let (between, next) = after.split_at(gap);
            out.push_str(between);
            rest = next;
        }
        out
    }

    /// Replaces known texts that stand alone: a client id `a` is not every `a`.
    fn replace_known(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for Known {
            text: known,
            word,
            is_secret,
        } in &self.known
        {
            let mut out = String::with_capacity(text.len());
            let mut rest = text.as_str();
            // ASCII lower case keeps all positions.
            while let Some(at) = rest.to_ascii_lowercase().find(known.as_str()) {
                let (before, found) = rest.split_at(at);
                let (found, after) = found.split_at(known.len());
                let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                out.push_str(before);
                let is_within = is_letter(before.chars().next_back().or(out.chars().next_back()))
                    || is_letter(after.chars().next());
                // A long text is no part of an ordinary word.
                if is_within && known.len() < 8 && !is_secret {
                    out.push_str(found);
                } else {
                    out.push_str(word);
                }
                rest = after;
            }
            out.push_str(rest);
            text = out;
        }
        text
    }

    /// Returns the replacement of a word that may be an address, an email or a host name.
    fn word(&mut self, word: &str) -> String {
        // Without the end of a sentence.
        let bare = word.trim_end_matches(['.', ':', '-']);
        let end = &word[bare.len()..];
        if bare.contains('@') {
            return self.give(bare, "email") + end;
        }
        if let Ok(address) = bare.parse::<IpAddr>() {
            return self.address(address, bare) + end;
        }
        // With a port.
        if let Some((host, port)) = bare.rsplit_once(':')
            && port.chars().all(|c| c.is_ascii_digit())
            && !host.is_empty()
        {
            return format!("{}:{port}{end}", self.word(host));
        }
        if is_host(bare) {
            return self.give(bare, "host") + end;
        }
        word.to_owned()
    }

    /// Returns the replacement of an address, which still says what kind it is.
    fn address(&mut self, address: IpAddr, text: &str) -> String {
        let address = address.to_canonical();
        if address.is_loopback() {
            return "loopback-address".to_owned();
        }
        if address.is_unspecified() {
            return "any-address".to_owned();
        }
        let is_private = match address {
            IpAddr::V4(address) => address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
        };
        self.give(
            text,
            if is_private {
                "private-address"
            } else {
                "address"
            },
        )
    }

    fn give(&mut self, text: &str, kind: &str) -> String {
        let key = text.to_ascii_lowercase();
        if let Some((_, word)) = self.given.iter().find(|(known, _)| *known == key) {
            return word.clone();
        }
        let count = self
            .given
            .iter()
            .filter(|(_, word)| {
                word.strip_prefix(kind)
                    .and_then(|rest| rest.strip_prefix('-'))
                    .is_some_and(|number| number.parse::<u32>().is_ok())
            })
            .count();
        let word = format!("{kind}-{}", count + 1);
        self.given.push((key, word.clone()));
        word
    }
}

/// Returns whether the character can be part of an address, an email or a host name.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || ".-_@+%:".contains(c)
}

/// Returns whether the name means the same on every machine.
fn is_nobodys(host: &str) -> bool {
    host.is_empty() || host == "localhost" || host.parse::<IpAddr>().is_ok()
}

/// Returns whether this looks like a host name: labels with dots, the last one of letters.
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    let (Some(last), true) = (labels.last(), labels.len() > 1) else {
        return false;
    };
    let is_label = |label: &&str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || "-_".contains(c))
    };
    labels.iter().all(is_label)
        && last.len() > 1
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
        && !FILES.contains(last)
        && !OURS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::Redactor;

    #[test]
    fn what_strangers_should_not_see_is_replaced() {
        let mut redactor = Redactor::default();
        redactor.know("a-client", "CLIENT-ID");
        redactor.know_host("auth.example.com", "PROVIDER-HOST");
        redactor.know("CN=Example Family CA", "NAME");
        let mut check = |text: &str, expected: &str| {
            assert_eq!(redactor.redact(text), expected, "{text}");
        };
        check(
            "https://auth.example.com/application/o/a-client/",
            "https://PROVIDER-HOST/application/o/CLIENT-ID/",
        );
        check("at AUTH.example.com.", "at PROVIDER-HOST.");
        check("signed by CN=Example Family CA", "signed by NAME");
        check(
            "mail root@example.org, then bob@example.net:",
            "mail email-1, then email-2:",
        );
        check("again root@example.org", "again email-1");
        check(
            "10.1.2.3:8080 and [2001:db8::7]:443, 127.0.0.1:8080",
            "private-address-1:8080 and [address-1]:443, loopback-address:8080",
        );
        check(
            "0.0.0.0:80, ::1, fe80::1",
            "any-address:80, loopback-address, private-address-2",
        );
        check("host db.internal:5432", "host host-1:5432");
        check(
            "postern.db, secret.key, 2025.10, realm_access.roles. A sentence.",
            "postern.db, secret.key, 2025.10, realm_access.roles. A sentence.",
        );
        check(
            "/.well-known/openid-configuration",
            "/.well-known/openid-configuration",
        );
        check("a clientele, a-clients", "a clientele, CLIENT-IDs");
        check("\u{fc}n\u{ef}.example", "host-2");
    }
}
