//! The plan, in words and as JSON. No secret is in either.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::plan::steps::{Change, Plan, Step};
use super::version::Version;

/// Writes the plan down.
#[must_use]
pub fn plan(plan: &Plan, version: &Version, base: &str, env_file: &str) -> String {
    let mut text = format!("Authentik {version} at {base}\n");
    for step in &plan.steps {
        let act = if step.id.is_some() {
            "change"
        } else {
            "make  "
        };
        let _ = writeln!(text, "  {act}  {}", title(step));
        for Change { field, from, to } in &step.changes {
            let to = plain(to);
            let _ = match from {
                Some(from) => writeln!(text, "            {field}: {} -> {to}", plain(from)),
                None => writeln!(text, "            {field}: {to}"),
            };
        }
    }
    for kept in &plan.kept {
        let _ = writeln!(text, "  keep    {kept}");
    }
    let _ = writeln!(text, "Here\n  {env_file}");
    for note in &plan.notes {
        let _ = writeln!(text, "Note: {note}");
    }
    text
}

/// Removes control characters, which a terminal would obey: people choose these names freely.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Names what a step is about.
#[must_use]
pub fn title(step: &Step) -> String {
    format!("{} {:?}", step.kind.noun(), step.name)
}

/// Says in the past what a step did.
#[must_use]
pub fn deed(step: &Step) -> String {
    let act = if step.id.is_some() { "changed" } else { "made" };
    format!("{act} the {}", title(step))
}

/// Returns the plan as JSON.
#[must_use]
pub fn json(plan: &Plan) -> Value {
    let steps = plan.steps.iter().map(|step| {
        let changes = step
            .changes
            .iter()
            .map(|change| json!({ "field": change.field, "from": change.from, "to": change.to }));
        json!({
            "act": if step.id.is_some() { "change" } else { "make" },
            "kind": step.kind.noun(),
            "name": step.name,
            "changes": changes.collect::<Vec<_>>(),
        })
    });
    json!({
        "steps": steps.collect::<Vec<_>>(),
        "kept": plan.kept,
        "notes": plan.notes,
    })
}
