//! What the checks are called, and what it means if one is not well, in every language: the texts
//! `check_NAME` and `check_NAME_bad`. What exactly was found is a
//! [`Finding`](super::finding::Finding).

use shared::text::{Language, Text, fill};

/// How the names of the steps about an application's public address begin.
pub(super) const DOOR: &str = "door_";
/// How those about the way to an application begin.
pub(super) const UPSTREAM: &str = "upstream_";

/// Returns the title of a step.
pub(super) fn title(name: &str, language: Language) -> String {
    say(name, "", language).unwrap_or_else(|| name.to_owned())
}

/// Returns what it means that a step is not well; `None` for one that always is.
pub(super) fn summary(name: &str, language: Language) -> Option<String> {
    say(name, "_bad", language)
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

fn say(name: &str, part: &str, language: Language) -> Option<String> {
    let (key, app) = key(name);
    let text = Text::find(&[&key, part].concat())?;
    Some(fill(language.text(text), &[("app", app)]))
}

#[cfg(test)]
mod tests {
    use shared::doctor::{Group, Outcome};
    use shared::text::{Language, Text};

    use super::title;
    use crate::doctor::finding::Finding;
    use crate::message::{Message, say};

    #[test]
    fn failed_step_is_told_in_every_language_with_its_values() {
        for language in Language::all() {
            for name in ["keys", "door_wiki"] {
                let finding = Finding {
                    name: name.to_owned(),
                    group: Group::Provider,
                    outcome: Outcome::Fail,
                    found: say(Text::FOUND_KEYS_EMPTY).with("set", "{}"),
                    remedy: Some(Message::from(Text::AUTHENTIK_SIGNING)),
                };
                let (step, english) = (finding.step(language), finding.step(Language::ENGLISH));
                let is_english = language == Language::ENGLISH;
                assert!(step.summary.is_some(), "{name} {}", language.code());
                assert!(step.found.contains("{}"), "{}", step.found);
                assert_eq!(step.found == english.found, is_english);
                let remedy = step.remedy.unwrap();
                assert!(remedy.contains("Signing Key"), "{remedy}");
                assert_eq!(Some(remedy) == english.remedy, is_english);
            }
        }
    }

    #[test]
    fn title_names_the_application() {
        assert_eq!(
            title("door_wiki", Language::ENGLISH),
            "Application wiki: door"
        );
    }
}
