//! What `deny.toml` says of dependencies, held against what cargo resolves.
//!
//! cargo-deny reads the same file and knows more, but takes minutes to build. So bans, licenses and
//! sources are checked here, always, and by cargo-deny as well where it is installed.

use crate::command::Command;
use crate::{machine, place};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;

/// The parts of `deny.toml` that are checked here.
#[derive(Debug, Default)]
struct Rules {
    /// Licenses that may be used.
    allowed: BTreeSet<String>,
    /// Crates that have further licenses allowed: name and license.
    exceptions: BTreeSet<(String, String)>,
    /// Crates that must not be used.
    banned: BTreeSet<String>,
}

/// Fails when a dependency breaks a rule; names all that do.
pub(crate) fn check() -> Result<()> {
    let text = std::fs::read_to_string(place::root().join("deny.toml"))
        .context("deny.toml cannot be read")?;
    let rules = Rules::read(&text)?;
    let mut faults = BTreeSet::new();
    for target in [None, Some(machine::WASM)] {
        for package in packages(target)? {
            faults.extend(rules.faults_of(&package));
        }
    }
    if !faults.is_empty() {
        bail!(
            "deny.toml forbids:\n    {}",
            faults.into_iter().collect::<Vec<_>>().join("\n    ")
        );
    }
    if Command::cargo().args(["deny", "--version"]).succeeds() {
        Command::cargo()
            .args(["deny", "check", "bans", "licenses", "sources"])
            .run("cargo-deny")?;
    }
    Ok(())
}

/// Returns the packages that a target's build takes; `None` is this machine.
fn packages(target: Option<&str>) -> Result<Vec<Value>> {
    let host = machine::host()?;
    let text = Command::cargo()
        // Features that are off have dependencies, too.
        .args([
            "metadata",
            "--locked",
            "--all-features",
            "--format-version",
            "1",
        ])
        .args(["--filter-platform", target.unwrap_or(&host)])
        .read("asking cargo for the dependencies")?;
    let mut metadata: Value =
        serde_json::from_str(&text).context("cargo's answer does not parse")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo's answer has no packages"),
    }
}

impl Rules {
    /// Reads `deny.toml`.
    fn read(text: &str) -> Result<Self> {
        let file: toml::Table = text.parse().context("deny.toml does not parse")?;
        let strings = |value: Option<&toml::Value>| -> Vec<String> {
            let list = value.and_then(toml::Value::as_array).into_iter().flatten();
            list.filter_map(toml::Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        let section = |name: &str| file.get(name).and_then(toml::Value::as_table);
        let mut rules = Self::default();
        if let Some(licenses) = section("licenses") {
            rules.allowed.extend(strings(licenses.get("allow")));
            for exception in tables(licenses.get("exceptions")) {
                let name = exception
                    .get("crate")
                    .and_then(toml::Value::as_str)
                    .unwrap_or_default();
                for license in strings(exception.get("allow")) {
                    rules.exceptions.insert((name.to_owned(), license));
                }
            }
        }
        for ban in tables(section("bans").and_then(|bans| bans.get("deny"))) {
            let name = ban.get("crate").and_then(toml::Value::as_str);
            rules
                .banned
                .insert(name.context("deny.toml: a ban without a crate")?.to_owned());
        }
        if rules.allowed.is_empty() || rules.banned.is_empty() {
            bail!("deny.toml names no licenses, or no banned crates: nothing would be checked");
        }
        Ok(rules)
    }

    /// Returns what is wrong with a package of `cargo metadata`.
    fn faults_of(&self, package: &Value) -> Vec<String> {
        let text = |field: &str| package[field].as_str();
        let name = text("name").unwrap_or("?");
        let mut faults = Vec::new();
        if self.banned.contains(name) {
            faults.push(format!("{name}: banned"));
        }
        // No source is a package of the workspace.
        let Some(source) = text("source") else {
            return faults;
        };
        if !source.starts_with("registry+") {
            faults.push(format!(
                "{name}: comes from {source}, not from the registry"
            ));
        }
        match text("license") {
            None => faults.push(format!("{name}: names no license")),
            Some(license) if !self.allows(name, license) => {
                faults.push(format!("{name}: license {license}"));
            }
            Some(_) => {}
        }
        faults
    }

    /// Evaluates an SPDX expression: one side of each OR, both of each AND.
    fn allows(&self, name: &str, expression: &str) -> bool {
        // The slash is the old way to write OR.
        let spaced = expression
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let mut words = spaced.split_whitespace().peekable();
        self.any(name, &mut words) && words.next().is_none()
    }

    /// Alternatives, as long as there are any.
    fn any(&self, name: &str, words: &mut Words<'_>) -> bool {
        let mut is_allowed = self.all(name, words);
        while words.next_if_eq(&"OR").is_some() {
            // Both sides are read, whatever the first was.
            is_allowed |= self.all(name, words);
        }
        is_allowed
    }

    /// Licenses that all apply.
    fn all(&self, name: &str, words: &mut Words<'_>) -> bool {
        let mut is_allowed = self.one(name, words);
        while words.next_if_eq(&"AND").is_some() {
            is_allowed &= self.one(name, words);
        }
        is_allowed
    }

    /// A license, with an exception perhaps, or an expression in parentheses.
    fn one(&self, name: &str, words: &mut Words<'_>) -> bool {
        match words.next() {
            Some("(") => {
                let is_allowed = self.any(name, words);
                words.next_if_eq(&")").is_some() && is_allowed
            }
            Some(license) => {
                let mut license = license.to_owned();
                if words.next_if_eq(&"WITH").is_some() {
                    license = format!("{license} WITH {}", words.next().unwrap_or_default());
                }
                self.allowed.contains(&license)
                    || self.exceptions.contains(&(name.to_owned(), license))
            }
            None => false,
        }
    }
}

/// The words of an expression.
type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// Returns the tables of an array of them.
fn tables(value: Option<&toml::Value>) -> impl Iterator<Item = &toml::Table> {
    value
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rules made up for the tests.
    fn rules() -> Rules {
        Rules::read(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
            exceptions = [{ crate = "odd", allow = ["Zlib"] }]
            [bans]
            deny = [{ crate = "openssl", reason = "rustls" }]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn expressions_are_evaluated_as_spdx_says() {
        for (expression, expected) in [
            ("MIT", true),
            ("MIT/GPL-3.0", true),
            ("GPL-3.0 OR MIT", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("GPL-3.0 OR (MIT AND Zlib)", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("MIT Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(rules().allows("some", expression), expected, "{expression}");
        }
    }

    #[test]
    fn an_exception_is_for_its_crate_alone() {
        assert!(rules().allows("odd", "Zlib"));
        assert!(!rules().allows("even", "Zlib"));
    }

    #[test]
    fn bans_and_foreign_sources_are_named() {
        let package = serde_json::json!({
            "name": "openssl", "license": "MIT", "source": "git+https://example.org/x"
        });

        let faults = rules().faults_of(&package);

        assert_eq!(
            faults,
            [
                "openssl: banned",
                "openssl: comes from git+https://example.org/x, not from the registry"
            ]
        );
    }

    #[test]
    fn rules_that_check_nothing_are_refused() {
        assert!(Rules::read("").is_err());
    }
}
