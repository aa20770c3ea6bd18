//! What a plan is made of.

use crate::authentik::api::{Kind, Object};

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// What stays as it is, in words.
    pub kept: Vec<String>,
    /// What the administrator should know.
    pub notes: Vec<String>,
}

/// One request that changes something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The kind of object.
    pub kind: Kind,
    /// What it is called.
    pub name: String,
    /// The id of the object to change; `None` to create one.
    pub id: Option<String>,
    /// What to send.
    pub body: Object,
    /// The values of the body that only the step before makes known.
    pub later: Vec<Later>,
    /// The changes, in words.
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
    /// The value now; `None` if the object is created.
    pub from: Option<String>,
    /// The new value.
    pub to: String,
}
