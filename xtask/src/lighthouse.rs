//! `cargo xtask lighthouse`: Lighthouse's report on every page, as a slow phone in a slow network
//! sees it.

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

/// The categories in which each page must be without fault. Its speed also depends on the machine.
const REQUIRED: [&str; 2] = ["accessibility", "best-practices"];

/// The pages before the login, and those behind it, which an admin sees.
const PAGES: [(&str, Session); 8] = [
    ("/login", Session::No),
    ("/login?error=link_conflict&ref=k3v9q2", Session::No),
    ("/setup", Session::No),
    ("/", Session::Yes),
    ("/profile", Session::Yes),
    ("/users", Session::Yes),
    ("/activity", Session::Yes),
    ("/doctor", Session::Yes),
];

/// Whether a page is asked for with a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Session {
    Yes,
    No,
}

/// How often each page is loaded; what is told is the load with the middle largest paint.
const LOADS: usize = 3;

/// What slows each load down: 1.6 Mbit/s, 150 ms, and a processor four times as slow. Chromium does
/// it; Lighthouse's own default computes it from a fast load.
const SLOW: [&str; 5] = [
    "--throttling-method=devtools",
    "--throttling.requestLatencyMs=150",
    "--throttling.downloadThroughputKbps=1600",
    "--throttling.uploadThroughputKbps=1600",
    "--throttling.cpuSlowdownMultiplier=4",
];

/// Options for Chromium: without a window, and without questions.
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";

/// Builds and starts everything, and lets Lighthouse judge each page.
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
        judge_all(&lighthouse, site.origin, &session, &data)
    })?;
    if faults.is_empty() {
        return Ok(());
    }
    bail!("Lighthouse finds faults: {}", faults.join(", "))
}

/// Judges every page, prints its report and then the table, and returns the categories of
/// [`REQUIRED`] in which a page has a fault.
fn judge_all(lighthouse: &Path, origin: &str, session: &str, folder: &Path) -> Result<Vec<String>> {
    let mut table = HEADING.to_owned();
    let mut faults = Vec::new();
    for (path, with_session) in PAGES {
        let cookie = (with_session == Session::Yes).then_some(session);
        let url = format!("{origin}{path}");
        let report = middle_of(LOADS, || judge(lighthouse, &url, cookie, folder))?;
        say::line(&format!("\n      {url}"));
        for line in told(&report) {
            say::line(&format!("      {line}"));
        }
        table.push_str(&row(path, &report));
        for category in REQUIRED {
            if score(&report["categories"][category]) < 1.0 {
                faults.push(format!("{category} of {path}"));
            }
        }
    }
    say::line(&format!("\n{table}"));
    Ok(faults)
}

/// The first lines of the table that the command prints at its end.
const HEADING: &str = "\
| page | performance | accessibility | best practices | largest paint | layout shift | kB |
|---|---|---|---|---|---|---|";

/// Returns the line of the table with the figures of a page.
fn row(path: &str, report: &Value) -> String {
    let [performance, accessibility, practices] =
        CATEGORIES.map(|category| score(&report["categories"][category]) * 100.0);
    let figure = |audit: &str| figure(report, audit).unwrap_or_default();
    format!(
        "\n| `{path}` | {performance:.0} | {accessibility:.0} | {practices:.0} | {:.0} ms | {:.3} | {:.1} |",
        figure(LARGEST_PAINT),
        figure("cumulative-layout-shift"),
        figure("total-byte-weight") / 1000.0,
    )
}

/// The audit with the time of the largest paint, in milliseconds.
const LARGEST_PAINT: &str = "largest-contentful-paint";

/// Returns what an audit measured.
fn figure(report: &Value, audit: &str) -> Option<f64> {
    report["audits"][audit]["numericValue"].as_f64()
}

/// Returns the report with the middle largest paint.
fn middle_of(loads: usize, load: impl Fn() -> Result<Value>) -> Result<Value> {
    let mut reports = (0..loads).map(|_| load()).collect::<Result<Vec<_>>>()?;
    let paint = |report: &Value| figure(report, LARGEST_PAINT).unwrap_or(f64::MAX);
    reports.sort_by(|one, other| paint(one).total_cmp(&paint(other)));
    Ok(reports.swap_remove(loads / 2))
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

/// Lets Lighthouse load and judge a page, and returns its report.
fn judge(lighthouse: &Path, url: &str, cookie: Option<&str>, folder: &Path) -> Result<Value> {
    let report = folder.join("report.json");
    let mut command = Command::new(lighthouse)
        .args([
            url,
            "--quiet",
            "--output=json",
            "--no-enable-error-reporting",
        ])
        .args([format!("--output-path={}", report.display())])
        .args([format!("--only-categories={}", CATEGORIES.join(","))])
        .args(SLOW)
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
        fs::read(&report).with_context(|| format!("{} cannot be read", place::shown(&report)))?;
    serde_json::from_slice(&bytes).context("Lighthouse's report")
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
