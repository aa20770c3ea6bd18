//! Parses plain values to their final types. Nothing here knows its variable.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use tracing_subscriber::filter::Targets;
use url::Url;

use super::faults::Wrong;
use super::general::{Database, LogFormat};

/// Parses a boolean; an unknown word is a fault, not false.
pub(super) fn boolean(text: &str) -> Result<bool, Wrong> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Wrong::new(
            "is neither true nor false",
            "write true or false",
        )),
    }
}

/// Returns a parser for whole seconds within both bounds.
pub(super) fn seconds(least: u64, most: u64) -> impl Fn(&str) -> Result<Duration, Wrong> {
    move |text| {
        let remedy = format!("write a number from {least} to {most}, without a unit");
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Wrong::new("is not a whole number of seconds", remedy));
        }
        match text.parse() {
            Ok(seconds) if (least..=most).contains(&seconds) => Ok(Duration::from_secs(seconds)),
            _ => Err(Wrong::new("is out of range", remedy)),
        }
    }
}

/// Parses one of a few words, in any case.
pub(super) fn one_of<T: Copy>(words: &[(&str, T)], text: &str) -> Result<T, Wrong> {
    words
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text))
        .map(|&(_, value)| value)
        .ok_or_else(|| {
            let words: Vec<_> = words.iter().map(|&(word, _)| word).collect();
            Wrong::new(
                "is not one of the values it can have",
                format!("write {}", either(&words)),
            )
        })
}

/// Joins words as "a, b or c".
fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// Parses the address to listen on.
pub(super) fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    listen_at(text, 8080)
}

/// Parses the address for `/metrics`.
pub(super) fn ops_listen(text: &str) -> Result<SocketAddr, Wrong> {
    listen_at(text, 9090)
}

/// Parses an address and a port; if there is no port, the fault suggests `usual`.
fn listen_at(text: &str, usual: u16) -> Result<SocketAddr, Wrong> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let port = text.rsplit_once(':').map_or(text, |(_, port)| port);
    let port: u16 = port.parse().unwrap_or(usual);
    let remedy = format!(
        "write an address and a port: 127.0.0.1:{port} for this machine alone, 0.0.0.0:{port} or \
         [::]:{port} for every network"
    );
    Err(Wrong::new("is not an IP address with a port", remedy))
}

/// Splits a list at commas; parts are trimmed, empty ones dropped.
pub(super) fn comma_list(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Parses a list of exact values: separated by commas, or as a JSON list, for values that have
/// commas of their own. What looks like one such value cut at its commas is refused: a part of it,
/// such as `dc=example`, would mean far more people.
pub(super) fn value_list(text: &str) -> Result<Vec<String>, Wrong> {
    const JSON: &str = "write a JSON list, in which each value keeps its commas, such as \
                        [\"cn=admins,ou=groups,dc=example\"]";
    if text.starts_with('[') {
        let mut values: Vec<String> = serde_json::from_str(text)
            .map_err(|_| Wrong::new("begins with [ and is not a JSON list of texts", JSON))?;
        values.retain(|value| !value.trim().is_empty());
        return Ok(values);
    }
    let values = comma_list(text);
    if values.len() > 1 && values.iter().all(|value| is_attribute(value)) {
        let problem = format!(
            "looks like the name of one group in a directory, cut at its commas into {} values",
            values.len()
        );
        return Err(Wrong::new(problem, JSON));
    }
    Ok(values)
}

/// Is it of the form `key=value`, as the parts of a directory's names are (RFC 4514)?
fn is_attribute(text: &str) -> bool {
    let is_key = |key: &str| {
        let key = key.trim_end();
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        !key.is_empty() && key.chars().all(is_allowed)
    };
    text.split_once('=').is_some_and(|(key, _)| is_key(key))
}

/// Parses networks and single addresses, separated by commas or white space.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, Wrong> {
    let parts = text.split(|c: char| c == ',' || c.is_whitespace());
    parts.filter(|part| !part.is_empty()).map(network).collect()
}

/// Parses one network; a single address is a network of one.
fn network(text: &str) -> Result<IpNet, Wrong> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    let network = address.or_else(|_| text.parse::<IpNet>()).map_err(|_| {
        let problem = format!("holds {text:?}, which is neither a network nor an address");
        Wrong::new(
            problem,
            "write such as 172.16.0.0/12 or 10.0.0.5, separated by commas",
        )
    })?;
    Ok(network.trunc())
}

impl FromStr for Database {
    type Err = String;

    /// Reads a database's URL. An error never shows it: it contains a password.
    fn from_str(text: &str) -> Result<Self, String> {
        database(text).map_err(|Wrong { problem, remedy }| format!("{problem}: {remedy}"))
    }
}

/// Parses a database URL. The fault's text never contains a part of it.
pub(super) fn database(text: &str) -> Result<Database, Wrong> {
    const FORMS: &str = "write postgres://user:password@host/name or sqlite:/path/to/file";
    let (scheme, rest) = text
        .split_once(':')
        .ok_or_else(|| Wrong::new("is not a database URL (value not shown)", FORMS))?;
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => {
            let remedy = "write postgres://user:password@host/name, and the password's special \
                        characters as %XX (@ is %40, / is %2F, # is %23, ? is %3F, % is %25)";
            let wrong = |problem: &str| Wrong::new(format!("{problem} (value not shown)"), remedy);
            let parsed = Url::parse(text).ok().filter(|_| rest.starts_with("//"));
            let cut = match &parsed {
                Some(url) => cut_short(url),
                None => cut_within(rest),
            };
            if parsed.is_none() && cut.is_none() {
                return Err(wrong("is not a URL"));
            }
            match cut {
                Some(character) => Err(wrong(&format!(
                    "is cut off at a {character}, which must be encoded in a password"
                ))),
                None => Ok(Database::Postgres(SecretString::from(text))),
            }
        }
        "sqlite" => sqlite_path(rest.strip_prefix("//").unwrap_or(rest)),
        _ => Err(Wrong::new(
            "is of a database that Postern does not know",
            FORMS,
        )),
    }
}

/// Returns the character at which a URL's password seems to be cut off, so that the rest of it is
/// taken for a path or more; `None` if nothing seems to be.
fn cut_short(url: &Url) -> Option<char> {
    // No database has a fragment.
    if url.fragment().is_some() {
        return Some('#');
    }
    if url.path().contains('@') {
        return Some('/');
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_in_query = url.query().is_some_and(|query| query.contains('@'));
    (is_in_query && !has_user && url.path().trim_matches('/').is_empty()).then_some('?')
}

/// Does the same for a text that is no URL, since the beginning of the password stands where a port
/// should.
fn cut_within(rest: &str) -> Option<char> {
    let rest = rest.trim_start_matches('/');
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#'])?);
    let is_cut = !authority.contains('@') && rest.contains('@');
    rest.chars().next().filter(|_| is_cut)
}

/// Parses the path of a SQLite URL, which is not decoded: people write paths, not URLs.
fn sqlite_path(text: &str) -> Result<Database, Wrong> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    if path.contains(":memory:") || query.contains("mode=memory") {
        let problem = "is a database in memory, which forgets everybody at every start";
        return Err(Wrong::new(problem, "write sqlite:/path/to/file"));
    }
    if path.is_empty() || path.ends_with('/') {
        return Err(Wrong::new("has no file name", "write sqlite:/path/to/file"));
    }
    // Other programs need these to create a file; Postern always creates it.
    if !matches!(query, "" | "mode=rwc" | "mode=rw") {
        return Err(Wrong::new(
            "has options after ?",
            "leave out the ? and what follows",
        ));
    }
    Ok(Database::Sqlite(PathBuf::from(path)))
}

/// Parses the secret that seals cookies; its bytes are those of the text.
pub(super) fn secret_key(text: &str) -> Result<SecretSlice<u8>, Wrong> {
    const REMEDY: &str = "make one with: openssl rand -base64 48";
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b));
    // 32 bytes are 64 digits of hex, or 43 characters of base64; other text carries more.
    let (least, kind) = match (is_hex, is_base64) {
        (true, _) => (64, " hexadecimal digits"),
        (false, true) => (43, " characters of base64"),
        (false, false) => (32, " characters"),
    };
    if text.trim_end_matches('=').chars().count() < least {
        let problem = format!("is too short to be a key: it needs {least}{kind}");
        return Err(Wrong::new(problem, REMEDY));
    }
    let mut distinct: Vec<char> = text.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 10 {
        return Err(Wrong::new("repeats the same few characters", REMEDY));
    }
    Ok(SecretSlice::from(text.as_bytes().to_vec()))
}

/// Parses the log filter, so that a mistyped level does not silence the log.
pub(super) fn log_filter(text: &str) -> Result<String, Wrong> {
    const REMEDY: &str =
        "write error, warn, info, debug, trace or off, or such as info,postern_oidc=debug";
    // The filter's parser miscounts white space and multi-byte letters.
    let filter = comma_list(text).join(",");
    if filter.is_empty() || !filter.is_ascii() {
        return Err(Wrong::new("is not a log filter", REMEDY));
    }
    // A bare word that is not a level counts as a module's name, and everything else is silenced.
    let word = filter.to_ascii_lowercase();
    let no_level = [
        "warning",
        "verbose",
        "information",
        "err",
        "fatal",
        "critical",
        "none",
    ];
    if no_level.contains(&word.as_str()) || word.parse::<bool>().is_ok() {
        return Err(Wrong::new("is not a log level", REMEDY));
    }
    Targets::from_str(&filter)
        .map_err(|error| Wrong::new(format!("is not a log filter ({error})"), REMEDY))?;
    Ok(filter)
}

/// Parses the base URL of an OpenTelemetry collector.
pub(super) fn collector(text: &str) -> Result<Url, Wrong> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| {
        Wrong::new(
            "is not an http or https URL",
            "write the collector's base URL, such as http://127.0.0.1:4318",
        )
    })
}

/// Parses the format of log lines.
pub(super) fn log_format(text: &str) -> Result<LogFormat, Wrong> {
    one_of(
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        text,
    )
}
