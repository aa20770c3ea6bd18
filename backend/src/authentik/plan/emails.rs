//! Which scope mappings a provider should have, above all the one for emails.

use serde_json::{Map, Value, json};

use super::steps::{Change, Later, Plan, Step};
use crate::authentik::api::Kind;
use crate::authentik::present::{Mapping, Present, Provider};
use crate::authentik::trouble::Trouble;
use crate::authentik::wanted::{EMAIL_SCOPE, MANAGED_SCOPE, VerifiedEmails, Wanted};

/// Decides whose emails count as verified; `None` keeps the selected mapping.
pub(super) fn emails(present: &Present, wanted: &Wanted) -> Option<VerifiedEmails> {
    let has_one = present
        .provider
        .as_ref()
        .is_some_and(|provider| selected_emails(present, provider).next().is_some());
    (wanted.verified_emails.is_named || !has_one).then_some(wanted.verified_emails.value)
}

/// Returns the mappings for emails that a provider has selected.
pub(super) fn selected_emails<'a>(
    present: &'a Present,
    provider: &'a Provider,
) -> impl Iterator<Item = &'a Mapping> {
    let all = provider
        .mappings()
        .filter_map(|pk| present.mappings.iter().find(|mapping| mapping.pk == pk));
    all.filter(|mapping| mapping.scope == EMAIL_SCOPE)
}

/// Where the mapping for emails is found.
pub(super) enum EmailMapping {
    /// It is not to be touched.
    Left,
    /// It is Authentik's own.
    Authentik,
    /// It is ours, under this id.
    Ours(String),
    /// It is still to be created.
    New,
}

/// Plans the scope mapping for emails.
pub(super) fn mapping(
    present: &Present,
    wanted: &Wanted,
    emails: Option<VerifiedEmails>,
    plan: &mut Plan,
) -> EmailMapping {
    let Some(emails) = emails else {
        return EmailMapping::Left;
    };
    let Some(expression) = emails.expression() else {
        return EmailMapping::Authentik;
    };
    let name = wanted.mapping_name();
    let fields = [
        ("scope_name", EMAIL_SCOPE),
        ("description", "Email address"),
        ("expression", expression),
    ];
    let mut step = Step {
        kind: Kind::Mapping,
        name: name.clone(),
        id: None,
        body: Map::new(),
        later: Vec::new(),
        changes: vec![Change {
            field: "expression".to_owned(),
            from: None,
            to: emails.summary().to_owned(),
        }],
    };
    match present.mappings.iter().find(|mapping| mapping.name == name) {
        None => {
            step.body.insert("name".to_owned(), name.into());
            for (field, text) in fields {
                step.body.insert(field.to_owned(), text.into());
            }
            plan.steps.push(step);
            EmailMapping::New
        }
        Some(mapping)
            if mapping.expression.trim() == expression && mapping.scope == EMAIL_SCOPE =>
        {
            plan.kept.push(format!("scope mapping {name:?}"));
            EmailMapping::Ours(mapping.pk.clone())
        }
        Some(mapping) => {
            step.body.insert("expression".to_owned(), expression.into());
            step.body
                .insert("scope_name".to_owned(), EMAIL_SCOPE.into());
            step.id = Some(mapping.pk.clone());
            step.changes[0].from = Some(match known(&mapping.expression) {
                Some(other) => other.summary().to_owned(),
                None => "another expression".to_owned(),
            });
            plan.steps.push(step);
            EmailMapping::Ours(mapping.pk.clone())
        }
    }
}

/// Recognizes an expression of ours.
fn known(expression: &str) -> Option<VerifiedEmails> {
    [VerifiedEmails::Marked, VerifiedEmails::All]
        .into_iter()
        .find(|emails| emails.expression() == Some(expression.trim()))
}

/// Returns the `property_mappings` that the provider should have, and whether a new one is added.
pub(super) fn selected(
    present: &Present,
    wanted: &Wanted,
    emails: Option<VerifiedEmails>,
    mapping: &EmailMapping,
) -> Result<(Value, Option<Later>), Trouble> {
    let find = |pk: &str| present.mappings.iter().find(|mapping| mapping.pk == pk);
    let before = present.provider.as_ref();
    let mut list: Vec<&str> = before.into_iter().flat_map(Provider::mappings).collect();
    if emails.is_some() {
        // Two mappings for one scope would overwrite each other's claims.
        list.retain(|pk| find(pk).is_none_or(|mapping| mapping.scope != EMAIL_SCOPE));
    }
    for scope in wanted.provider_scopes() {
        let is_there = list
            .iter()
            .any(|pk| find(pk).is_some_and(|mapping| mapping.scope == scope));
        let is_ours = scope == EMAIL_SCOPE && !matches!(mapping, EmailMapping::Authentik);
        if !is_there && !is_ours {
            list.push(&usual_mapping(present, scope)?.pk);
        }
    }
    let later = match mapping {
        EmailMapping::New => Some(Later::Mapping),
        EmailMapping::Ours(pk) => {
            list.push(pk);
            None
        }
        EmailMapping::Left | EmailMapping::Authentik => None,
    };
    Ok((json!(list), later))
}

/// Finds the usual mapping of a scope: that of Authentik, or else any.
fn usual_mapping<'a>(present: &'a Present, scope: &str) -> Result<&'a Mapping, Trouble> {
    let managed = format!("{MANAGED_SCOPE}{scope}");
    let all = &present.mappings;
    all.iter()
        .find(|mapping| mapping.managed.as_ref() == Some(&managed))
        .or_else(|| {
            // For emails any other one may say anything.
            let mut others = all.iter().filter(|_| scope != EMAIL_SCOPE);
            others.find(|mapping| mapping.scope == scope)
        })
        .ok_or_else(|| {
            let mut existing: Vec<String> =
                all.iter().map(|mapping| mapping.scope.clone()).collect();
            existing.sort();
            existing.dedup();
            Trouble::MappingMissing {
                scope: scope.to_owned(),
                existing,
            }
        })
}
