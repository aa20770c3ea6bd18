//! Values of the API in words, and which of them mean the same.

use serde_json::Value;

use crate::authentik::present::Present;

/// Are both the same to Authentik?
pub(super) fn are_equal(field: &str, old: &Value, new: &Value) -> bool {
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
pub(super) fn redirect_uri(entry: &Value) -> String {
    let text = |field: &str| entry[field].as_str().unwrap_or_default();
    match text("redirect_uri_type") {
        "" | "authorization" => format!("{} {}", text("matching_mode"), text("url")),
        other => format!("{} {} ({other})", text("matching_mode"), text("url")),
    }
}

impl Present {
    /// Says a value in words: names instead of ids.
    pub(super) fn words(&self, field: &str, value: &Value) -> String {
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
