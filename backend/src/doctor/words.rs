//! What the checks are called, what it means if one is not well, and what to do then, in every
//! language: the texts `check_NAME`, `check_NAME_bad` and `check_NAME_fix`.

use shared::doctor::{Outcome, Report, Step};
use shared::text::{Language, Text, fill};

/// How the names of the steps about an application's public address begin.
pub(super) const DOOR: &str = "door_";
/// How those about the way to an application begin.
pub(super) const UPSTREAM: &str = "upstream_";

/// Returns the English title of a step.
pub(super) fn title(name: &str) -> String {
    let (key, app) = key(name);
    say(&key, "", app, Language::ENGLISH).unwrap_or_else(|| name.to_owned())
}

/// Puts a report into a language. `found` and `remedy` stay as they are.
pub fn translate(report: &mut Report, language: Language) {
    for step in &mut report.steps {
        translate_step(step, language);
    }
}

fn translate_step(step: &mut Step, language: Language) {
    let (key, app) = key(&step.name);
    if let Some(title) = say(&key, "", app, language) {
        step.title = title;
    }
    if !matches!(step.outcome, Outcome::Warn | Outcome::Fail) {
        return;
    }
    step.summary = say(&key, "_bad", app, language);
    if language != Language::ENGLISH {
        step.advice = say(&key, "_fix", app, language);
    }
}

/// Returns how the keys of a step's texts begin, and the application that the step is about.
fn key(name: &str) -> (String, &str) {
    for kind in [DOOR, UPSTREAM] {
        if let Some(app) = name.strip_prefix(kind) {
            return (["check_", kind.trim_end_matches('_')].concat(), app);
        }
    }
    (["check_", name].concat(), "")
}

fn say(key: &str, part: &str, app: &str, language: Language) -> Option<String> {
    let text = Text::find(&[key, part].concat())?;
    Some(fill(language.text(text), &[("app", app)]))
}

#[cfg(test)]
mod tests {
    use shared::doctor::{Group, Outcome, Report, Step};
    use shared::text::Language;

    use super::{title, translate};

    fn report(name: &str) -> Report {
        Report {
            version: String::new(),
            at: 0,
            steps: vec![Step {
                name: name.to_owned(),
                group: Group::Provider,
                title: title(name),
                outcome: Outcome::Fail,
                found: "the JWK Set is {}".to_owned(),
                remedy: Some("select one".to_owned()),
                summary: None,
                advice: None,
            }],
        }
    }

    #[test]
    fn failed_step_is_told_in_every_language_and_exactly() {
        for language in Language::all() {
            for name in ["keys", "door_wiki"] {
                let mut report = report(name);
                translate(&mut report, language);
                let step = &report.steps[0];
                assert!(step.summary.is_some(), "{name} {}", language.code());
                assert_eq!(step.advice.is_some(), language != Language::ENGLISH);
                assert_eq!(step.found, "the JWK Set is {}");
            }
        }
    }

    #[test]
    fn title_names_the_application() {
        assert_eq!(title("door_wiki"), "Application wiki: door");
    }
}
