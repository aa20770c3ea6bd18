//! The API as an OpenAPI document, made of the table in `shared::api` and of the wire types: it
//! cannot say anything else than what the router and the page go by.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::api::ENDPOINTS;
use shared::endpoint::{COMMON_ERRORS, Description};
use shared::error::{ErrorCode, Problem};

use crate::app::AppState;
use crate::http::cookie::style;
use crate::http::error::status;

/// The version of the specification: the first one whose schemas are JSON Schema.
const VERSION: &str = "3.1.0";
/// The media type of errors (RFC 9457 §3).
const PROBLEM: &str = "application/problem+json";
/// How the session cookie is called inside the document.
const SESSION: &str = "session";

/// Shows the document.
pub(crate) async fn show(State(app): State<AppState>) -> Json<Value> {
    Json(document(&style(&app).session()))
}

/// Returns the document; sessions are in a cookie of that name.
fn document(cookie: &str) -> Value {
    let schemas = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut bodies = SchemaGenerator::new(schemas.clone().for_deserialize());
    let mut answers = SchemaGenerator::new(schemas.for_serialize());
    let problem = answers.subschema_for::<Problem>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for endpoint in ENDPOINTS {
        let [body, answer] = (endpoint.schemas)([&mut bodies, &mut answers]);
        let operation = operation(endpoint, (&body, &answer), &problem);
        let method = endpoint.method.as_str().to_lowercase();
        paths
            .entry(endpoint.path)
            .or_default()
            .insert(method, operation);
    }
    // A type that is in bodies and in answers has the same schema in both.
    let mut definitions = bodies.take_definitions(true);
    definitions.extend(answers.take_definitions(true));
    json!({
        "openapi": VERSION,
        "info": {
            "title": "Postern",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE")},
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {SESSION: {"type": "apiKey", "in": "cookie", "name": cookie}},
        },
    })
}

fn operation(
    endpoint: &Description,
    (body, answer): (&Schema, &Schema),
    problem: &Schema,
) -> Value {
    let path = parameters(endpoint.path).map(
        |name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}),
    );
    let query = endpoint
        .query
        .iter()
        .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}));
    let mut operation = json!({
        "operationId": endpoint.name,
        "summary": endpoint.summary.trim(),
        "parameters": path.chain(query).collect::<Vec<_>>(),
        "responses": responses(endpoint, answer, problem),
    });
    if endpoint.body != "()" {
        let mut content = json!({"application/json": {"schema": body}});
        if endpoint.takes_form {
            content["application/x-www-form-urlencoded"] = json!({"schema": body});
        }
        operation["requestBody"] = json!({"required": true, "content": content});
    }
    if endpoint.caller_errors.contains(&ErrorCode::Unauthenticated) {
        operation["security"] = json!([{SESSION: []}]);
    }
    operation
}

/// Returns the names of a path's parameters.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    let rests = path.split('{').skip(1);
    rests.filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn responses(endpoint: &Description, answer: &Schema, problem: &Schema) -> Value {
    let mut responses: BTreeMap<String, Value> = BTreeMap::new();
    let codes = [COMMON_ERRORS, endpoint.caller_errors, endpoint.errors];
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for code in codes.into_iter().flatten() {
        let names = by_status.entry(status(*code).as_u16()).or_default();
        names.push(code.as_str());
    }
    for (status, mut names) in by_status {
        names.sort_unstable();
        names.dedup();
        let refusal = json!({
            "description": names.join(", "),
            "content": {PROBLEM: {"schema": problem}},
        });
        responses.insert(status.to_string(), refusal);
    }
    if endpoint.takes_form {
        let redirect = json!({"description": "the answer to a form: where to go"});
        responses.insert("303".to_owned(), redirect);
    }
    let mut success = json!({"description": endpoint.summary.trim()});
    if !matches!(endpoint.answer, "()" | "Untyped") {
        success["content"] = json!({"application/json": {"schema": answer}});
    }
    responses.insert(endpoint.status.to_string(), success);
    json!(responses)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use shared::api::ENDPOINTS;

    use super::document;

    /// Collects what is at `key` anywhere in a document.
    fn collect<'a>(value: &'a Value, key: &str, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get(key).and_then(Value::as_str));
                fields.values().for_each(|value| collect(value, key, found));
            }
            Value::Array(values) => values.iter().for_each(|value| collect(value, key, found)),
            _ => {}
        }
    }

    #[test]
    fn document_has_every_endpoint_and_nothing_else() {
        let document = document("session");
        let paths = document["paths"].as_object().expect("paths");
        let told: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("methods");
                methods
                    .keys()
                    .map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let table = ENDPOINTS.iter().map(|endpoint| {
            (
                endpoint.method.as_str().to_owned(),
                endpoint.path.to_owned(),
            )
        });

        assert_eq!(told, table.collect());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document("session");
        let mut references = BTreeSet::new();
        collect(&document, "$ref", &mut references);

        assert!(references.len() > 20, "{references:?}");
        for reference in references {
            let pointer = reference.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
    }
}
