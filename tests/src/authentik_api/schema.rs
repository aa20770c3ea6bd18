//! What Authentik's published API description says about the objects that Postern writes: fields,
//! types, values, what is required, and since when. `authentik_schema.rs` in `tests/it` holds the
//! requests against the published package itself.

use serde_json::{Map, Value, json};

/// A version: year and month.
pub(super) type Version = (u16, u8);

/// The type of a field.
#[derive(Clone, Copy)]
enum Type {
    /// A text that may be empty.
    Text,
    /// A text of at least one character.
    Filled,
    /// The same, of so many at most.
    Short(usize),
    /// The id of an object.
    Uuid,
    /// The same, or null.
    UuidOrNull,
    /// A list of ids.
    Uuids,
    /// True or false.
    Boolean,
    /// A number, or null.
    NumberOrNull,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A list of some of these.
    Some(&'static [&'static str]),
    /// A list of redirect URIs.
    RedirectUris,
    /// A field that Postern never writes, so that nothing is checked.
    Unchecked,
}

/// A field of an object that is written.
struct Field {
    name: &'static str,
    holds: Type,
    is_required: bool,
    /// In which versions it is: from the first, and before the second.
    span: (Version, Version),
}

/// Since the oldest version that is supported.
const ALWAYS: Version = (2024, 12);
/// Until now.
const TODAY: Version = (9999, 1);

/// Creates a field that every version has.
const fn field(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        is_required: false,
        span: (ALWAYS, TODAY),
    }
}

/// Creates a field that every version has and requires.
const fn required(name: &'static str, holds: Type) -> Field {
    Field {
        name,
        holds,
        is_required: true,
        span: (ALWAYS, TODAY),
    }
}

/// Creates a field that only some versions have.
const fn spanning(name: &'static str, holds: Type, from: Version, before: Version) -> Field {
    Field {
        name,
        holds,
        is_required: false,
        span: (from, before),
    }
}

/// `OAuth2ProviderRequest`.
static PROVIDER: [Field; 24] = [
    required("name", Type::Filled),
    field("authentication_flow", Type::UuidOrNull),
    required("authorization_flow", Type::Uuid),
    required("invalidation_flow", Type::Uuid),
    field("property_mappings", Type::Uuids),
    field("client_type", Type::OneOf(&["confidential", "public"])),
    spanning("grant_types", Type::Some(&GRANT_TYPES), (2026, 5), TODAY),
    field("client_id", Type::Short(255)),
    field("client_secret", Type::Text),
    field("access_code_validity", Type::Filled),
    field("access_token_validity", Type::Filled),
    field("refresh_token_validity", Type::Filled),
    spanning("refresh_token_threshold", Type::Filled, (2025, 10), TODAY),
    field("include_claims_in_id_token", Type::Boolean),
    field("signing_key", Type::UuidOrNull),
    field("encryption_key", Type::UuidOrNull),
    required("redirect_uris", Type::RedirectUris),
    spanning("backchannel_logout_uri", Type::Text, (2025, 8), (2025, 10)),
    spanning("logout_uri", Type::Text, (2025, 10), TODAY),
    spanning("logout_method", Type::OneOf(&LOGOUT), (2025, 10), TODAY),
    field("sub_mode", Type::OneOf(&SUB_MODES)),
    field("issuer_mode", Type::OneOf(&["global", "per_provider"])),
    field("jwt_federation_sources", Type::Uuids),
    field("jwt_federation_providers", Type::Unchecked),
];

/// `LogoutMethodEnum`.
static LOGOUT: [&str; 2] = ["backchannel", "frontchannel"];

/// `SubModeEnum`.
static SUB_MODES: [&str; 6] = [
    "hashed_user_id",
    "user_id",
    "user_uuid",
    "user_username",
    "user_email",
    "user_upn",
];

/// `GrantTypeEnum`.
static GRANT_TYPES: [&str; 8] = [
    "authorization_code",
    "implicit",
    "hybrid",
    "refresh_token",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

/// `ScopeMappingRequest`.
static MAPPING: [Field; 5] = [
    field("managed", Type::Unchecked),
    required("name", Type::Filled),
    required("expression", Type::Filled),
    required("scope_name", Type::Filled),
    field("description", Type::Text),
];

/// `ApplicationRequest`.
static APPLICATION: [Field; 12] = [
    required("name", Type::Filled),
    required("slug", Type::Short(50)),
    field("provider", Type::NumberOrNull),
    field("backchannel_providers", Type::Unchecked),
    field("open_in_new_tab", Type::Boolean),
    field("meta_launch_url", Type::Text),
    spanning("meta_icon", Type::Text, (2025, 12), TODAY),
    field("meta_description", Type::Text),
    field("meta_publisher", Type::Text),
    field("policy_engine_mode", Type::OneOf(&["all", "any"])),
    field("group", Type::Text),
    spanning("meta_hide", Type::Boolean, (2026, 5), TODAY),
];

/// Says what is wrong with a body, field by field, as Authentik does; and, harder than Authentik,
/// refuses fields that the version does not have. Empty if all is well.
pub(super) fn complaints(
    path: &str,
    version: Version,
    body: &Value,
    is_patch: bool,
) -> Map<String, Value> {
    let mut found = Map::new();
    let fields: &[Field] = match path {
        "providers/oauth2/" => &PROVIDER,
        "propertymappings/provider/scope/" => &MAPPING,
        "core/applications/" => &APPLICATION,
        _ => {
            found.insert("detail".to_owned(), json!("Method not allowed."));
            return found;
        }
    };
    let Some(body) = body.as_object() else {
        found.insert("non_field_errors".to_owned(), json!(["Invalid data."]));
        return found;
    };
    let exists = |field: &&Field| field.span.0 <= version && version < field.span.1;
    for name in body.keys() {
        if !fields.iter().filter(exists).any(|field| field.name == name) {
            found.insert(
                name.clone(),
                json!([format!("No such field in {version:?}.")]),
            );
        }
    }
    for field in fields.iter().filter(exists) {
        let wrong = match body.get(field.name) {
            None if field.is_required && !is_patch => Some("This field is required.".to_owned()),
            None => None,
            Some(value) => wrong(field.holds, value, version),
        };
        if let Some(wrong) = wrong {
            found.insert(field.name.to_owned(), json!([wrong]));
        }
    }
    found
}

/// Says what is wrong with a value.
fn wrong(holds: Type, value: &Value, version: Version) -> Option<String> {
    let one_of =
        |known: &[&str], value: &Value| value.as_str().is_some_and(|it| known.contains(&it));
    let all = |is_good: &dyn Fn(&Value) -> bool| {
        value
            .as_array()
            .is_some_and(|list| list.iter().all(is_good))
    };
    let is_good = match holds {
        Type::Text => value.is_string(),
        Type::Filled => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        Type::Short(most) => value
            .as_str()
            .is_some_and(|text| !text.is_empty() && text.len() <= most),
        Type::Uuid => is_uuid(value),
        Type::UuidOrNull => value.is_null() || is_uuid(value),
        Type::Uuids => all(&is_uuid),
        Type::Boolean => value.is_boolean(),
        Type::NumberOrNull => value.is_null() || value.is_u64(),
        Type::OneOf(known) => one_of(known, value),
        Type::Some(known) => all(&|item| one_of(known, item)),
        Type::RedirectUris => all(&|entry| is_redirect_uri(entry, version)),
        Type::Unchecked => true,
    };
    (!is_good).then(|| format!("{value} is not a valid choice."))
}

/// Returns true if it is an entry of `redirect_uris`.
fn is_redirect_uri(entry: &Value, version: Version) -> bool {
    let Some(entry) = entry.as_object() else {
        return false;
    };
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let has_type = version >= (2026, 5);
    let known = entry.keys().all(|name| match name.as_str() {
        "matching_mode" | "url" => true,
        "redirect_uri_type" => has_type,
        _ => false,
    });
    let is_type = matches!(
        text("redirect_uri_type"),
        None | Some("authorization" | "logout")
    );
    known
        && is_type
        && matches!(text("matching_mode"), Some("strict" | "regex"))
        && text("url").is_some_and(|url| !url.is_empty())
}

/// Returns true if it is the id of an object.
fn is_uuid(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| uuid::Uuid::parse_str(text).is_ok())
}
