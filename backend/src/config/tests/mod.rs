//! Tables of settings and their results.

mod general;
mod oidc;
mod urls;
mod names;
mod files;
mod secrecy;
mod brand;
mod applications;

use std::fmt::Write as _;

use super::{Config, Faults, Notice};

/// A setup without faults and notices.
const GOOD: &[(&str, &str)] = &[
    ("OIDC_ENABLED", "true"),
    ("OIDC_PROVIDER", "authentik"),
    ("OIDC_CLIENT_ID", "postern-client"),
    ("OIDC_CLIENT_SECRET", "correct-horse-battery"),
    (
        "OIDC_REDIRECT_URI",
        "https://app.example.com/api/oauth/openid",
    ),
    (
        "OIDC_SERVER_APPLICATION_URL",
        "https://auth.example.com/application/o/postern",
    ),
];

/// What an application needs before its other settings are read.
const PUBLIC_URL: (&str, &str) = ("POSTERN_PUBLIC_URL", "https://login.example.com");
const WIKI_URL: (&str, &str) = ("POSTERN_APP_WIKI_URL", "https://wiki.example.com");
const UPSTREAM: (&str, &str) = ("POSTERN_UPSTREAM", "http://127.0.0.1:3000");

/// Reads the good setup with some variables changed; an empty value removes one.
fn read(changes: &[(&str, &str)]) -> Result<(Config, Vec<Notice>), Faults> {
    let all = GOOD.iter().chain(changes);
    Config::from_vars(all.map(|&(name, text)| (name.to_owned(), text.to_owned())))
}

/// Reads a setup that must be good.
fn config(changes: &[(&str, &str)]) -> Config {
    read(changes).unwrap().0
}

/// Returns faults and notices, one per line; empty if there are none.
fn said(changes: &[(&str, &str)]) -> String {
    let (faults, notices) = match read(changes) {
        Ok((_, notices)) => (Vec::new(), notices),
        Err(Faults { faults, notices }) => (faults, notices),
    };
    let mut said = String::new();
    for fault in faults {
        let _ = writeln!(said, "{}", fault.to_string().replace("\n  ", ""));
    }
    for notice in notices {
        let _ = writeln!(said, "- {notice}");
    }
    said.trim_end().to_owned()
}

/// Checks what is reported for each of these values of one variable.
fn check(name: &str, cases: &[(&str, &str)]) {
    for &(text, expected) in cases {
        assert_eq!(said(&[(name, text)]), expected, "{name}={text:?}");
    }
}
