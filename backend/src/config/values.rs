//! Parses plain values to their final types. Nothing here knows its variable.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use tracing_subscriber::EnvFilter;
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

/// Parses a database URL. The fault's text never contains a part of it.
pub(super) fn database(text: &str) -> Result<Database, Wrong> {
    const FORMS: &str = "write postgres://user:password@host/name or sqlite:/path/to/file";
    let (scheme, rest) = text
        .split_once(':')
        .ok_or_else(|| Wrong::new("is not a database URL (value not shown)", FORMS))?;
    match scheme.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" => {
            let parsed = Url::parse(text).ok().filter(|_| rest.starts_with("//"));
            let remedy = "write postgres://user:password@host/name, and the password's special \
                        characters as %XX (@ is %40, / is %2F, # is %23, % is %25)";
            parsed
                .map(|_| Database::Postgres(SecretString::from(text)))
                .ok_or_else(|| Wrong::new("is not a URL (value not shown)", remedy))
        }
        "sqlite" => sqlite_path(rest.strip_prefix("//").unwrap_or(rest)),
        _ => Err(Wrong::new(
            "is of a database that Postern does not know",
            FORMS,
        )),
    }
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
    const REMEDY: &str = "write error, warn, info, debug, trace or off, or such as info,oidc=debug";
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
    EnvFilter::try_new(&filter)
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
