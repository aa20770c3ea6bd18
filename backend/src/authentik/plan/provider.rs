//! What becomes of the provider.

use serde_json::{Map, Value, json};

use super::steps::{Change, Later, Plan, Step};
use super::words::are_equal;
use crate::authentik::api::Kind;
use crate::authentik::present::{Flow, Present};
use crate::authentik::trouble::Trouble;
use crate::authentik::wanted::{Choice, GRANT_TYPES, Wanted};

/// Returns the fields that the provider should have, apart from the mappings.
pub(super) fn provider_fields(
    present: &Present,
    wanted: &Wanted,
) -> Result<Vec<(&'static str, Value)>, Trouble> {
    let before = present.provider.as_ref();
    let is_empty = |field: &str| before.is_none_or(|provider| provider.field(field).is_null());
    let mut fields = Vec::new();
    let flows = [
        (
            "authorization_flow",
            "authorization",
            &wanted.authorization_flow,
        ),
        (
            "invalidation_flow",
            "invalidation",
            &wanted.invalidation_flow,
        ),
    ];
    for (field, designation, choice) in flows {
        if choice.is_named || is_empty(field) {
            fields.push((field, flow(present, &choice.value, designation)?));
        }
    }
    if let Some(slug) = &wanted.authentication_flow {
        fields.push((
            "authentication_flow",
            flow(present, slug, "authentication")?,
        ));
    }
    if wanted.signing_key.is_named || is_empty("signing_key") {
        fields.push(("signing_key", key(present, &wanted.signing_key)?));
    }
    fields.extend(wanted.fixed_fields(&present.version));
    fields.extend(wanted.lifetimes(|field| before?.field(field).as_str()));
    match before {
        None => fields.extend(wanted.first_fields(&present.version)),
        Some(provider) if present.version.has_grant_types() => {
            let mut types = provider
                .field("grant_types")
                .as_array()
                .cloned()
                .unwrap_or_default();
            for grant_type in GRANT_TYPES {
                if !types.contains(&json!(grant_type)) {
                    types.push(json!(grant_type));
                }
            }
            fields.push(("grant_types", types.into()));
        }
        Some(_) => {}
    }
    Ok(fields)
}

/// Finds a flow.
fn flow(present: &Present, slug: &str, designation: &'static str) -> Result<Value, Trouble> {
    let fitting = |flow: &&Flow| flow.designation == designation;
    let found = present
        .flows
        .iter()
        .filter(fitting)
        .find(|flow| flow.slug == slug);
    found.map(|flow| json!(flow.pk)).ok_or_else(|| {
        let existing = present.flows.iter().filter(fitting);
        Trouble::FlowMissing {
            slug: slug.to_owned(),
            designation,
            existing: existing.map(|flow| flow.slug.clone()).collect(),
        }
    })
}

/// Finds a key.
fn key(present: &Present, choice: &Choice<String>) -> Result<Value, Trouble> {
    let found = present.keys.iter().find(|key| key.name == choice.value);
    found
        .map(|key| json!(key.pk))
        .ok_or_else(|| Trouble::KeyMissing {
            name: choice.value.clone(),
            existing: present
                .keys
                .iter()
                .map(|key| format!("{:?}", key.name))
                .collect(),
        })
}

/// Plans the provider.
pub(super) fn provider_step(
    present: &Present,
    wanted: &Wanted,
    fields: Vec<(&'static str, Value)>,
    later: Option<Later>,
    plan: &mut Plan,
) {
    let before = present.provider.as_ref();
    let name = before.map_or(&wanted.name.value, |provider| &provider.name);
    let mut step = Step {
        kind: Kind::Provider,
        name: name.clone(),
        id: before.map(|provider| provider.pk.to_string()),
        body: Map::new(),
        later: later.into_iter().collect(),
        changes: Vec::new(),
    };
    if before.is_none() {
        step.body.insert("name".to_owned(), json!(name));
    }
    for (field, value) in fields {
        let is_new_mapping = field == "property_mappings" && later.is_some();
        let old = before.map(|provider| provider.field(field));
        if !is_new_mapping && old.is_some_and(|old| are_equal(field, old, &value)) {
            continue;
        }
        let mut to = present.words(field, &value);
        if is_new_mapping {
            to = format!("{to}, {}", wanted.mapping_name());
        }
        // An empty field that stays empty is no change.
        if before.is_some() || !value.is_null() {
            step.changes.push(Change {
                field: field.to_owned(),
                from: old.map(|old| present.words(field, old)),
                to,
            });
        }
        step.body.insert(field.to_owned(), value);
    }
    if before.is_some_and(|provider| provider.client_secret().is_none()) {
        step.later.push(Later::Secret);
        step.changes.push(Change {
            field: "client_secret".to_owned(),
            from: Some("none".to_owned()),
            to: "a new one".to_owned(),
        });
    }
    if step.changes.is_empty() {
        plan.kept.push(format!("provider {name:?}"));
    } else {
        plan.steps.push(step);
    }
}
