//! `cargo xtask lighthouse`: Lighthouse's report on the login page and the profile, as a phone sees
//! them.

use crate::command::Command;
use crate::say::{self, Steps};
use crate::site::{self, Output, Site};
use crate::{machine, net, place, release, spa, tools};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// The judged categories.
const CATEGORIES: [&str; 3] = ["performance", "accessibility", "best-practices"];

/// The categories in which the login page must be without fault. Its speed also depends on the
/// machine.
const REQUIRED: [&str; 2] = ["accessibility", "best-practices"];

/// Options for Chromium: without a window, and without questions.
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";

/// Builds and starts everything, and lets Lighthouse judge both pages.
pub(crate) fn run() -> Result<()> {
    let data = place::target().join("lighthouse");
    let site = Site {
        binaries: place::target().join("release"),
        data: data.join("server"),
        origin: "http://127.0.0.1:8080",
        apps: &[],
        output: Output::Files,
    };
    let mut steps = Steps::new(5);
    let lighthouse = steps.run("Looking at this machine", || {
        Site::require_ports(&[])?;
        machine::require_c_compiler()?;
        machine::require_target(machine::WASM)?;
        tools::apt::install_for_tests()?;
        tools::node::lighthouse()
    })?;
    let spa = steps.run("Building the page", spa::build)?;
    steps.run("Building the server and the demo OP", || {
        release::build_binaries(&spa.hash)
    })?;
    let (_services, session) = steps.run("Starting the demo OP and Postern", || {
        site::forget(&site.data)?;
        let services = site.start()?;
        Ok((services, set_up(&site)?))
    })?;
    let faults = steps.run("Asking Lighthouse", || {
        let page = |path: &str, cookie: Option<&str>| {
            let report = data.join(format!("{}.json", path.trim_start_matches('/')));
            let url = format!("{}{path}", site.origin);
            judge(&lighthouse, &url, cookie, &report)
        };
        let faults = page("/login", None)?;
        page("/profile", Some(&session))?;
        Ok(faults)
    })?;
    if faults.is_empty() {
        return Ok(());
    }
    bail!(
        "the login page is not without fault in {}",
        faults.join(" and ")
    )
}

/// Creates the first admin, and returns their session's cookie.
fn set_up(site: &Site) -> Result<String> {
    let token = site.setup_token()?.context("there is an admin already")?;
    let form = format!("token={token}&username=admin&password=for-this-run-alone");
    let answer = net::post_form(site::POSTERN_PORT, "/api/setup", &form)
        .context("Postern does not answer to the setup")?;
    let cookie = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("set-cookie");
        is_it.then(|| value.split(';').next().unwrap_or_default().trim())
    });
    Ok(cookie
        .with_context(|| format!("the setup gave no session: {answer}"))?
        .to_owned())
}

/// Lets Lighthouse judge a page, prints the report, and returns the categories of [`REQUIRED`] in
/// which the page has a fault.
fn judge(
    lighthouse: &Path,
    url: &str,
    cookie: Option<&str>,
    report: &Path,
) -> Result<Vec<&'static str>> {
    let folder = report.parent().unwrap_or(report);
    let mut command = Command::new(lighthouse)
        .args([
            url,
            "--quiet",
            "--output=json",
            "--no-enable-error-reporting",
        ])
        .args([format!("--output-path={}", report.display())])
        .args([format!("--only-categories={}", CATEGORIES.join(","))])
        .args([format!("--chrome-flags={FLAGS}")])
        // Chromium leaves its profile there.
        .env("TMPDIR", folder)
        .env("CHROME_PATH", tools::apt::CHROMIUM);
    if let Some(cookie) = cookie {
        let headers = serde_json::json!({ "Cookie": cookie });
        command = command.args([format!("--extra-headers={headers}")]);
    }
    command.run_into(&folder.join("lighthouse.log"), "asking Lighthouse")?;
    let bytes =
        fs::read(report).with_context(|| format!("{} cannot be read", place::shown(report)))?;
    let report = serde_json::from_slice(&bytes).context("Lighthouse's report")?;
    say::line(&format!("\n      {url}"));
    for line in told(&report) {
        say::line(&format!("      {line}"));
    }
    Ok(REQUIRED
        .into_iter()
        .filter(|category| score(&report["categories"][category]) < 1.0)
        .collect())
}

/// Summarizes a report, a line for each category and for each of its faults.
fn told(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for category in CATEGORIES {
        let category = &report["categories"][category];
        let title = category["title"].as_str().unwrap_or_default();
        lines.push(format!("{title}: {:.0}", score(category) * 100.0));
        let audits = category["auditRefs"].as_array().into_iter().flatten();
        for audit in audits.filter_map(|audit| report["audits"].get(audit["id"].as_str()?)) {
            // An audit without a score does not apply, or only informs.
            if audit["score"].is_number() && score(audit) < 1.0 {
                lines.push(format!(
                    "  {} {} {}",
                    (score(audit) * 100.0).round(),
                    audit["title"].as_str().unwrap_or_default(),
                    audit["displayValue"].as_str().unwrap_or_default(),
                ));
            }
        }
    }
    lines
}

/// Returns the score of a category or an audit, from 0 to 1; a missing one is 0.
fn score(judged: &Value) -> f64 {
    judged["score"].as_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn faults_are_told_below_their_category() {
        let report = json!({
            "categories": {
                "performance": {
                    "title": "Performance",
                    "score": 0.98,
                    "auditRefs": [{"id": "quick"}, {"id": "slow"}, {"id": "told"}],
                },
                "accessibility": {"title": "Accessibility", "score": 1, "auditRefs": []},
                "best-practices": {"title": "Best Practices", "score": null},
            },
            "audits": {
                "quick": {"title": "Is quick", "score": 1},
                "slow": {"title": "Is slow", "score": 0.5, "displayValue": "2 s"},
                "told": {"title": "Is only told", "score": null},
            },
        });

        assert_eq!(
            told(&report),
            [
                "Performance: 98",
                "  50 Is slow 2 s",
                "Accessibility: 100",
                "Best Practices: 0"
            ]
        );
    }
}
