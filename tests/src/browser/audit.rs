//! Judges a page: by axe-core's rules, and by whether anything moved.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::chromium::Browser;
use crate::places::{require, tools};

/// Which of axe-core's rules must hold: WCAG 2.2 at levels A and AA, and what is good practice.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// Those of them that a color scheme makes a difference to.
const COLOR_RULES: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// What a page is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// Everything.
    All,
    /// Its colors alone, where all else was judged in other colors.
    Colors,
}

impl Browser {
    /// Returns what axe-core finds wrong with the page: for each fault the rule, where, and help.
    ///
    /// # Errors
    /// axe-core is not installed, or cannot judge the page.
    pub async fn accessibility_faults(&self, rules: Rules) -> Result<Vec<String>> {
        // A navigation takes it away.
        if self.script("return typeof axe").await? == "undefined" {
            let axe = tools().join("axe-core/node_modules/axe-core/axe.min.js");
            let axe = std::fs::read_to_string(require(axe, "cargo xtask test")?)?;
            self.script(&axe).await?;
        }
        let rules = match rules {
            Rules::All => json!({ "type": "tag", "values": RULES }),
            Rules::Colors => json!({ "type": "rule", "values": COLOR_RULES }),
        };
        let options = json!({ "runOnly": rules, "resultTypes": ["violations"] });
        let run = format!("return axe.run({options}).then(report => report.violations)");
        let violations = self.script(&run).await?;
        let violations = violations.as_array().context("axe-core's report")?;
        Ok(violations.iter().flat_map(faults).collect())
    }

    /// Returns how much has moved since the page was opened: the sum of its layout shifts, but for
    /// those that somebody brought about.
    ///
    /// # Errors
    /// The browser does not answer.
    pub async fn layout_shift(&self) -> Result<f64> {
        // Buffered entries arrive before the frame after the next.
        let script = "return new Promise(resolve => {
            const shifts = [];
            const take = list => shifts.push(...list);
            const observer = new PerformanceObserver(list => take(list.getEntries()));
            observer.observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
                take(observer.takeRecords());
                const own = shifts.filter(shift => !shift.hadRecentInput);
                resolve(own.reduce((sum, shift) => sum + shift.value, 0));
            })));
        })";
        self.script(script).await?.as_f64().context("a sum")
    }

    /// Waits until the page has drawn any text or image.
    ///
    /// # Errors
    /// It does not.
    pub async fn wait_until_drawn(&self) -> Result<()> {
        let paints = "return performance.getEntriesByName('first-contentful-paint').length";
        self.watch("the first paint", async || {
            Ok((self.script(paints).await? != json!(0)).then_some(()))
        })
        .await
    }
}

/// Describes one of axe-core's violations, for each element that has it.
fn faults(violation: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().into_iter().flatten();
    nodes
        .map(|node| {
            format!(
                "{}: {} at {}: {} ({})",
                text(&violation["id"]),
                text(&violation["help"]),
                node["target"],
                text(&node["failureSummary"]).replace('\n', " "),
                text(&node["html"]),
            )
        })
        .collect()
}
