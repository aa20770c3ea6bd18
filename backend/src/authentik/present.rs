//! What there is at Authentik.

use serde_json::Value;

use super::api::Object;
use super::trouble::Trouble;
use super::version::Version;

/// A flow.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Its id.
    pub pk: String,
    /// Its name in URLs.
    pub slug: String,
    /// What it is for.
    pub designation: String,
}

/// A key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its id.
    pub pk: String,
    /// Its name.
    pub name: String,
}

/// A scope mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Its id.
    pub pk: String,
    /// Its name.
    pub name: String,
    /// The scope.
    pub scope: String,
    /// The name that Authentik manages it by; `None` if it is not one of its own.
    pub managed: Option<String>,
    /// Its Python.
    pub expression: String,
}

/// An application.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// The id of its provider.
    pub provider: Option<u64>,
    /// What its provider is, in words.
    pub provider_kind: String,
    /// All of it.
    pub fields: Object,
}

/// A provider of OAuth2/OpenID.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its id.
    pub pk: u64,
    /// Its name.
    pub name: String,
    /// The slug of its application.
    pub application: Option<String>,
    /// All of it.
    pub fields: Object,
}

/// All that bears on the plan.
#[derive(Debug, Clone)]
pub struct Present {
    /// Which Authentik.
    pub version: Version,
    /// All flows.
    pub flows: Vec<Flow>,
    /// All keys.
    pub keys: Vec<Key>,
    /// All scope mappings.
    pub mappings: Vec<Mapping>,
    /// The application with the slug.
    pub application: Option<Application>,
    /// Its provider, or one of the wanted name that has no application.
    pub provider: Option<Provider>,
}

/// Returns a text.
fn text(object: &Object, field: &str) -> Result<String, Trouble> {
    let value = object.get(field).and_then(Value::as_str);
    value
        .map(str::to_owned)
        .ok_or_else(|| Trouble::Strange(format!("an object without {field}")))
}

/// Returns a text that need not be there.
fn optional(object: &Object, field: &str) -> Option<String> {
    let value = object.get(field).and_then(Value::as_str);
    value.filter(|text| !text.is_empty()).map(str::to_owned)
}

impl Flow {
    /// Reads one.
    ///
    /// # Errors
    /// A field is missing.
    pub fn read(object: &Object) -> Result<Self, Trouble> {
        Ok(Self {
            pk: text(object, "pk")?,
            slug: text(object, "slug")?,
            designation: text(object, "designation")?,
        })
    }
}

impl Key {
    /// Reads one.
    ///
    /// # Errors
    /// A field is missing.
    pub fn read(object: &Object) -> Result<Self, Trouble> {
        Ok(Self {
            pk: text(object, "pk")?,
            name: text(object, "name")?,
        })
    }
}

impl Mapping {
    /// Reads one.
    ///
    /// # Errors
    /// A field is missing.
    pub fn read(object: &Object) -> Result<Self, Trouble> {
        Ok(Self {
            pk: text(object, "pk")?,
            name: text(object, "name")?,
            scope: text(object, "scope_name")?,
            managed: optional(object, "managed"),
            expression: text(object, "expression")?,
        })
    }
}

impl Application {
    /// Reads one.
    ///
    /// # Errors
    /// A field is missing.
    pub fn read(object: Object) -> Result<Self, Trouble> {
        let provider = object.get("provider_obj").and_then(Value::as_object);
        Ok(Self {
            name: text(&object, "name")?,
            provider: object.get("provider").and_then(Value::as_u64),
            provider_kind: provider
                .and_then(|provider| optional(provider, "verbose_name"))
                .unwrap_or_else(|| "of another kind, or not to be seen".to_owned()),
            fields: object,
        })
    }
}

impl Provider {
    /// Reads one.
    ///
    /// # Errors
    /// A field is missing.
    pub fn read(object: Object) -> Result<Self, Trouble> {
        let pk = object.get("pk").and_then(Value::as_u64);
        Ok(Self {
            pk: pk.ok_or_else(|| Trouble::Strange("a provider without pk".to_owned()))?,
            name: text(&object, "name")?,
            application: optional(&object, "assigned_application_slug"),
            fields: object,
        })
    }

    /// Returns a field; one that is not there is null.
    #[must_use]
    pub fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// Returns the client id, if there is one.
    #[must_use]
    pub fn client_id(&self) -> Option<String> {
        optional(&self.fields, "client_id")
    }

    /// Returns the client secret, if it can be seen.
    #[must_use]
    pub fn client_secret(&self) -> Option<String> {
        optional(&self.fields, "client_secret")
    }

    /// Returns the ids of the scope mappings that are selected.
    pub fn mappings(&self) -> impl Iterator<Item = &str> {
        let list = self.field("property_mappings").as_array();
        list.into_iter().flatten().filter_map(Value::as_str)
    }
}
