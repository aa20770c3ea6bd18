use std::collections::BTreeSet;

use shared::failure::FailureCode as Code;

use super::{Advice, advice, hint, label};
use crate::config::VARIABLES;

/// The presets that have hints of their own, with the words by which each brand is known. The
/// last stands for every OP without one.
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

/// What an administrator of the OP can mend.
const AT_THE_OP: [Code; 11] = [
    Code::OpUnreachable,
    Code::OpMisconfigured,
    Code::ClientRejected,
    Code::CodeRejected,
    Code::TokenInvalid,
    Code::UserinfoInvalid,
    Code::EmailMissing,
    Code::EmailUnverified,
    Code::RoleMissing,
    Code::OpError,
    Code::AccessDenied,
];

/// Does the text have the word, whatever its case?
fn names(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

/// What a hint is about.
#[derive(Debug, Clone, Copy)]
enum About {
    Error(Code),
    Setting(Advice),
}

impl About {
    fn hint(self, preset: &str) -> &'static str {
        match self {
            Self::Error(code) => hint(preset, code).unwrap_or_default(),
            Self::Setting(about) => advice(preset, about),
        }
    }
}

/// Goes through every hint that an administrator of an OP can get.
fn each(check: impl Fn(&str, &[&str], About, &str)) {
    let errors = AT_THE_OP.map(About::Error);
    let settings = Advice::ALL.map(About::Setting);
    for (preset, words) in PRESETS {
        for about in errors.into_iter().chain(settings) {
            check(preset, words, about, about.hint(preset));
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
fn every_preset_has_a_hint_of_its_own_for_every_code_that_its_admin_can_mend() {
    each(|preset, words, code, text| {
        assert!(
            text.len() > 20 && text.ends_with(['.', ')']),
            "{preset} {code:?}: {text}"
        );
        assert!(
            !text.contains("  ") && !text.contains('\n'),
            "{preset} {code:?}: {text}"
        );
        let is_generic = text == code.hint("an-op-that-nobody-knows");
        assert_eq!(is_generic, preset == "generic", "{preset} {code:?}: {text}");
        let names_itself = words.is_empty() || words.iter().any(|word| names(text, word));
        assert!(names_itself, "{preset} {code:?} does not say where: {text}");
    });
}

#[test]
fn no_hint_names_another_brand() {
    let brands: BTreeSet<&str> = PRESETS
        .iter()
        .flat_map(|(_, words)| *words)
        .copied()
        .collect();
    each(|preset, own, code, text| {
        let foreign = brands
            .iter()
            .find(|word| !own.contains(word) && names(text, word));
        assert_eq!(foreign, None, "{preset} {code:?}: {text}");
    });
}

#[test]
fn settings_that_hints_name_exist() {
    each(|preset, _, code, text| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for word in words.filter(|word| word.starts_with("OIDC_") || word.starts_with("POSTERN_")) {
            let is_known = VARIABLES.iter().any(|variable| variable.name == word);
            assert!(is_known, "{preset} {code:?}: {word}");
        }
    });
}

#[test]
fn where_the_op_has_no_part_in_it_there_is_one_hint_or_none() {
    for code in Code::ALL.iter().filter(|code| !AT_THE_OP.contains(code)) {
        for (preset, _) in PRESETS {
            assert_eq!(
                hint(preset, *code),
                hint("generic", *code),
                "{preset} {code:?}"
            );
        }
    }
}
