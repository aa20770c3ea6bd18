//! The settings.

use std::fmt::Write as _;

use shared::doctor::Step;

use crate::config::{Config, Fault, Notice, Weight};
use crate::doctor::subject::SETTINGS;

/// Lists the faults and warnings of the settings.
pub(crate) fn settings(config: &Config, faults: &[Fault]) -> Step {
    let warnings: Vec<&Notice> = config
        .notices
        .iter()
        .filter(|notice| notice.weight == Weight::Warning)
        .collect();
    if !faults.is_empty() {
        let found = faults.iter().map(|fault| {
            let value = fault.value.as_ref();
            let value = value.map_or(String::new(), |value| format!("={value:?}"));
            format!("{}{value} {}", fault.variable, fault.problem)
        });
        let remedy = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.variable, fault.remedy));
        let mut remedy = remedy.collect::<Vec<_>>().join("; ");
        for notice in warnings {
            let _ = write!(remedy, ". Also noticed: {notice}");
        }
        return SETTINGS.fail(found.collect::<Vec<_>>().join("; "), remedy);
    }
    if !warnings.is_empty() {
        let found = warnings.iter().map(ToString::to_string);
        let remedy = "change the setting that is named, unless it is meant so";
        return SETTINGS.warn(found.collect::<Vec<_>>().join("; "), remedy);
    }
    let mut found = "all are good".to_owned();
    for notice in &config.notices {
        let _ = write!(found, "; {notice}");
    }
    SETTINGS.pass(found)
}
