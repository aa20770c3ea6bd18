//! What to do at Authentik, so that what there is becomes what is wanted. Pure.
//!
//! Whatever somebody chose at Authentik stays, unless Postern cannot work with it, or the
//! administrator names another value. A second run finds nothing to do.

pub mod steps;
mod emails;
mod provider;
mod words;
mod notes;

use serde_json::{Map, Value, json};

use self::emails::{emails, mapping, selected};
use self::notes::notes;
use self::provider::{provider_fields, provider_step};
use self::steps::{Change, Later, Plan, Step};
use super::api::Kind;
use super::present::{Application, Present};
use super::trouble::Trouble;
use super::wanted::Wanted;

/// Makes the plan.
///
/// # Errors
/// A flow, a key or a mapping that is missing.
pub fn plan(present: &Present, wanted: &Wanted) -> Result<Plan, Trouble> {
    let mut plan = Plan {
        steps: Vec::new(),
        kept: Vec::new(),
        notes: Vec::new(),
    };
    let emails = emails(present, wanted);
    let mapping = mapping(present, wanted, emails, &mut plan);
    let provider = present.provider.as_ref();
    let mut fields = provider_fields(present, wanted)?;
    let (mappings, later) = selected(present, wanted, emails, &mapping)?;
    fields.push(("property_mappings", mappings));
    provider_step(present, wanted, fields, later, &mut plan);
    application_step(present, wanted, &mut plan);
    notes(present, wanted, emails, &mut plan);
    if provider.is_none() {
        // Authentik makes them up, and they are read back.
        plan.notes.push(match &wanted.client_id {
            Some(_) => "Authentik makes up the client secret.".to_owned(),
            None => "Authentik makes up the client id and secret.".to_owned(),
        });
    }
    Ok(plan)
}

/// Plans the application.
fn application_step(present: &Present, wanted: &Wanted, plan: &mut Plan) {
    let slug = &wanted.slug;
    let mut step = Step {
        kind: Kind::Application,
        name: slug.clone(),
        id: None,
        body: Map::new(),
        later: Vec::new(),
        changes: Vec::new(),
    };
    let provider = present.provider.as_ref();
    let provider_name = provider.map_or(&wanted.name.value, |provider| &provider.name);
    let mut set = |field: &str, from: Option<String>, to: &str, value: Value| {
        step.body.insert(field.to_owned(), value);
        step.changes.push(Change {
            field: field.to_owned(),
            from,
            to: to.to_owned(),
        });
    };
    match &present.application {
        None => {
            let name = &wanted.name.value;
            set("name", None, name, json!(name));
            set("slug", None, slug, json!(slug));
            for (field, text) in wanted.presentation(&present.version) {
                set(field, None, &text, json!(text));
            }
            set(
                "provider",
                None,
                provider_name,
                json!(provider.map(|it| it.pk)),
            );
        }
        Some(Application {
            name,
            provider: linked,
            fields,
            ..
        }) => {
            let new = &wanted.name.value;
            if wanted.name.is_named && name != new {
                set("name", Some(name.clone()), new, json!(new));
            }
            // What is empty is filled in, and so is what an earlier Postern wrote.
            let earlier = wanted.public_url.origin();
            for (field, text) in wanted.presentation(&present.version) {
                let before = fields.get(field).and_then(Value::as_str);
                let before = before.unwrap_or_default();
                if before.is_empty() {
                    set(field, Some("none".to_owned()), &text, json!(text));
                } else if field == "meta_launch_url" && before.trim_end_matches('/') == earlier {
                    set(field, Some(before.to_owned()), &text, json!(text));
                }
            }
            if linked.is_none() {
                let none = Some("none".to_owned());
                set(
                    "provider",
                    none,
                    provider_name,
                    json!(provider.map(|it| it.pk)),
                );
            }
            step.id = Some(slug.clone());
        }
    }
    if step.changes.is_empty() {
        plan.kept.push(format!("application {slug:?}"));
        return;
    }
    if step.body.get("provider").is_some_and(Value::is_null) {
        step.later.push(Later::Provider);
    }
    plan.steps.push(step);
}
