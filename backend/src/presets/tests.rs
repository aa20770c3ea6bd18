use std::collections::BTreeSet;

use super::{Advice, advice, label};
use crate::config::VARIABLES;

/// The presets with hints of their own, and the words that identify each brand. The last one stands
/// for every OP without a preset.
const PRESETS: [(&str, &[&str]); 10] = [
    ("authentik", &["Authentik"]),
    ("authelia", &["Authelia"]),
    ("keycloak", &["Keycloak"]),
    ("kanidm", &["Kanidm"]),
    ("pocket-id", &["Pocket ID"]),
    ("zitadel", &["Zitadel"]),
    ("google", &["Google"]),
    ("entra", &["Entra", "microsoft"]),
    ("microsoft", &["Entra", "microsoft"]),
    ("generic", &[]),
];

/// Returns true if the text contains the word, in any case.
fn names(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

/// Checks every hint that an administrator of an OP can get.
fn each(check: impl Fn(&str, &[&str], Advice, &str)) {
    for (preset, words) in PRESETS {
        for about in Advice::ALL {
            check(preset, words, *about, &advice(preset, *about).english());
        }
    }
}

#[test]
fn labels_of_presets_and_of_others() {
    assert_eq!(label("authentik"), "Authentik");
    assert_eq!(label("pocket-id"), "Pocket ID");
    assert_eq!(label("my-company"), "My Company");
    assert_eq!(label("x"), "X");
}

#[test]
fn every_preset_has_a_hint_of_its_own_about_everything() {
    each(|preset, words, about, text| {
        assert!(
            text.len() > 20 && text.ends_with(['.', ')']),
            "{preset} {about:?}: {text}"
        );
        assert!(
            !text.contains("  ") && !text.contains('\n'),
            "{preset} {about:?}: {text}"
        );
        let is_generic = text == advice("an-op-that-nobody-knows", about).english();
        assert_eq!(
            is_generic,
            preset == "generic",
            "{preset} {about:?}: {text}"
        );
        let names_itself = words.is_empty() || words.iter().any(|word| names(text, word));
        assert!(
            names_itself,
            "{preset} {about:?} does not say where: {text}"
        );
    });
}

#[test]
fn no_hint_names_another_brand() {
    let brands: BTreeSet<&str> = PRESETS
        .iter()
        .flat_map(|(_, words)| *words)
        .copied()
        .collect();
    each(|preset, own, about, text| {
        let foreign = brands
            .iter()
            .find(|word| !own.contains(word) && names(text, word));
        assert_eq!(foreign, None, "{preset} {about:?}: {text}");
    });
}

#[test]
fn settings_that_hints_name_exist() {
    each(|preset, _, about, text| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("OIDC_") || word.starts_with("POSTERN_")) {
            let is_known = VARIABLES.iter().any(|variable| variable.name == word);
            assert!(is_known, "{preset} {about:?}: {word}");
        }
    });
}
