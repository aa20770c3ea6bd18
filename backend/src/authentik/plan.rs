//! What to do at Authentik, so that what there is becomes what is wanted. Pure.
//!
//! Whatever somebody chose at Authentik stays, unless Postern cannot work with it, or the
//! administrator names another value. A second run finds nothing to do.

use serde_json::{Map, Value, json};

use super::api::{Kind, Object};
use super::present::{Application, Mapping, Present, Provider};
use super::trouble::Trouble;
use super::wanted::{
    Choice, EMAIL_SCOPE, GRANT_TYPE, INVALIDATION_FLOW, MANAGED_SCOPE, VerifiedEmails, Wanted,
};

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// What is as it shall be, in words.
    pub kept: Vec<String>,
    /// What the administrator should know.
    pub notes: Vec<String>,
}

/// One request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Of what kind it is.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// The id of what is changed; `None` where it is made.
    pub id: Option<String>,
    /// What to send.
    pub body: Object,
    /// What of the body is known only when the step before is done.
    pub later: Vec<Later>,
    /// What becomes of it, in words.
    pub changes: Vec<Change>,
}

/// A value that is not known when the plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// The id of the scope mapping that was made, for `property_mappings`.
    Mapping,
    /// The id of the provider that was made, for `provider`.
    Provider,
    /// A new secret, for `client_secret`.
    Secret,
}

/// A field that changes, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field, as the API calls it.
    pub field: String,
    /// What it is; `None` where the object is made.
    pub from: Option<String>,
    /// What it becomes.
    pub to: String,
}

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
    let (mappings, later) = selected(present, wanted, emails, mapping)?;
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

/// Decides whose emails are to be called verified; `None` leaves the mapping that is selected.
fn emails(present: &Present, wanted: &Wanted) -> Option<VerifiedEmails> {
    let has_one = present
        .provider
        .as_ref()
        .is_some_and(|provider| selected_emails(present, provider).next().is_some());
    (wanted.verified_emails.is_named || !has_one).then_some(wanted.verified_emails.value)
}

/// Returns the mappings for emails that a provider has selected.
fn selected_emails<'a>(
    present: &'a Present,
    provider: &'a Provider,
) -> impl Iterator<Item = &'a Mapping> {
    let all = provider
        .mappings()
        .filter_map(|pk| present.mappings.iter().find(|mapping| mapping.pk == pk));
    all.filter(|mapping| mapping.scope == EMAIL_SCOPE)
}

/// Where the mapping for emails is found.
enum EmailMapping {
    /// It is not to be touched.
    Left,
    /// It is Authentik's own.
    Authentik,
    /// It is ours, under this id.
    Ours(String),
    /// It is yet to be made.
    New,
}

/// Plans the scope mapping for emails.
fn mapping(
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

/// Returns what the provider's `property_mappings` shall be, and whether a new one is to be added.
fn selected(
    present: &Present,
    wanted: &Wanted,
    emails: Option<VerifiedEmails>,
    mapping: EmailMapping,
) -> Result<(Value, Option<Later>), Trouble> {
    let find = |pk: &str| present.mappings.iter().find(|mapping| mapping.pk == pk);
    let before = present.provider.as_ref();
    let mut list: Vec<&str> = before.into_iter().flat_map(Provider::mappings).collect();
    if emails.is_some() {
        // Two mappings for one scope would overwrite each other's claims.
        list.retain(|pk| find(pk).is_none_or(|mapping| mapping.scope != EMAIL_SCOPE));
    }
    for scope in wanted.scopes() {
        let is_there = list
            .iter()
            .any(|pk| find(pk).is_some_and(|mapping| mapping.scope == scope));
        let is_ours = scope == EMAIL_SCOPE && !matches!(mapping, EmailMapping::Authentik);
        if !is_there && !is_ours {
            list.push(&usual_mapping(present, scope)?.pk);
        }
    }
    let later = match &mapping {
        EmailMapping::New => Some(Later::Mapping),
        EmailMapping::Ours(pk) => {
            list.push(pk);
            None
        }
        EmailMapping::Left | EmailMapping::Authentik => None,
    };
    Ok((json!(list), later))
}

/// Finds the mapping that a scope usually has: Authentik's own, or else any.
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

/// Returns the fields that the provider shall have, but for the mappings.
fn provider_fields(
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
    match before {
        None => fields.extend(wanted.first_fields(&present.version)),
        Some(provider) if present.version.has_grant_types() => {
            let mut types = provider
                .field("grant_types")
                .as_array()
                .cloned()
                .unwrap_or_default();
            if !types.contains(&json!(GRANT_TYPE)) {
                types.push(json!(GRANT_TYPE));
            }
            fields.push(("grant_types", types.into()));
        }
        Some(_) => {}
    }
    Ok(fields)
}

/// Finds a flow.
fn flow(present: &Present, slug: &str, designation: &'static str) -> Result<Value, Trouble> {
    let fitting = |flow: &&super::present::Flow| flow.designation == designation;
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
fn provider_step(
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
        // What stays empty where nothing was is no news.
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

/// Are both the same to Authentik?
fn are_equal(field: &str, old: &Value, new: &Value) -> bool {
    let sorted = |value: &Value, text: fn(&Value) -> String| {
        let list = value.as_array();
        let mut texts: Vec<String> = list.into_iter().flatten().map(text).collect();
        texts.sort();
        texts
    };
    match field {
        "redirect_uris" => sorted(old, redirect_uri) == sorted(new, redirect_uri),
        "property_mappings" => sorted(old, Value::to_string) == sorted(new, Value::to_string),
        _ => old == new,
    }
}

/// Writes down a redirect URI; one without a type is for logins.
fn redirect_uri(entry: &Value) -> String {
    let text = |field: &str| entry[field].as_str().unwrap_or_default();
    match text("redirect_uri_type") {
        "" | "authorization" => format!("{} {}", text("matching_mode"), text("url")),
        other => format!("{} {} ({other})", text("matching_mode"), text("url")),
    }
}

impl Present {
    /// Says a value in words: names instead of ids.
    fn words(&self, field: &str, value: &Value) -> String {
        let flow = |pk: &str| {
            let mut flows = self.flows.iter();
            flows
                .find(|flow| flow.pk == pk)
                .map(|flow| flow.slug.clone())
        };
        let key = |pk: &str| {
            let mut keys = self.keys.iter();
            keys.find(|key| key.pk == pk).map(|key| key.name.clone())
        };
        let mapping = |pk: &str| {
            let mut mappings = self.mappings.iter();
            let found = mappings.find(|mapping| mapping.pk == pk);
            found.map(|mapping| mapping.name.clone())
        };
        match value {
            Value::Null => "none".to_owned(),
            Value::String(text) if text.is_empty() => "none".to_owned(),
            Value::String(text) => match field {
                "authorization_flow" | "invalidation_flow" | "authentication_flow" => flow(text),
                "signing_key" | "encryption_key" => key(text),
                _ => None,
            }
            .unwrap_or_else(|| text.clone()),
            Value::Array(list) if list.is_empty() => "none".to_owned(),
            Value::Array(list) => {
                let words = list.iter().map(|item| match (field, item) {
                    ("redirect_uris", item) => redirect_uri(item),
                    (_, Value::String(text)) => mapping(text).unwrap_or_else(|| text.clone()),
                    (_, item) => item.to_string(),
                });
                words.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }
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
            let (name, origin) = (&wanted.name.value, wanted.public_url.origin());
            set("name", None, name, json!(name));
            set("slug", None, slug, json!(slug));
            set("meta_launch_url", None, &origin, json!(origin));
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
            ..
        }) => {
            let new = &wanted.name.value;
            if wanted.name.is_named && name != new {
                set("name", Some(name.clone()), new, json!(new));
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

/// Collects what the administrator should know.
fn notes(present: &Present, wanted: &Wanted, emails: Option<VerifiedEmails>, plan: &mut Plan) {
    let notes = &mut plan.notes;
    if let Some(emails) = emails {
        notes.push(match emails {
            VerifiedEmails::Marked => "Emails: verified are those of users with the attribute \
                `email_verified: true` (Directory > Users > a user > Edit > Attributes). For all \
                others Postern asks once for the password of the account that it would connect."
                .to_owned(),
            VerifiedEmails::All => "Emails: every one is called verified. Whoever can choose or \
                change an address at Authentik can then take over the account here that has it."
                .to_owned(),
            VerifiedEmails::Authentik if present.version.calls_emails_verified() => format!(
                "Emails: Authentik {} calls every one verified; later versions none.",
                present.version
            ),
            VerifiedEmails::Authentik => {
                "Emails: Authentik's own mapping calls none verified.".to_owned()
            }
        });
    } else if let Some(provider) = &present.provider {
        let names: Vec<String> = selected_emails(present, provider)
            .map(|mapping| format!("{:?}", mapping.name))
            .collect();
        notes.push(format!(
            "Emails: the mapping {} stays; --verified-emails names another.",
            names.join(", ")
        ));
    }
    let Some(provider) = &present.provider else {
        return;
    };
    let logout = present.words("invalidation_flow", provider.field("invalidation_flow"));
    if !wanted.invalidation_flow.is_named && logout != INVALIDATION_FLOW && logout != "none" {
        notes.push(format!(
            "Logout: the flow {logout} stays. If logging out shall end the session at Authentik \
             too, add --invalidation-flow {INVALIDATION_FLOW}."
        ));
    }
    let subject = provider.field("sub_mode").as_str().unwrap_or_default();
    if matches!(subject, "user_email" | "user_username" | "user_upn") {
        notes.push(format!(
            "Subject: `sub` is made by {subject}, so that a user who changes that is somebody else \
             to Postern. It stays, since another mode changes every `sub`."
        ));
    }
}
