//! Every table, what it has, and in what order: what a row refers to comes before it.

use uuid::Uuid;

/// The tables and their primary keys.
pub(super) const TABLES: [(&str, &str); 14] = [
    ("setting", "name"),
    ("account", "account_id"),
    ("identity", "identity_id"),
    ("session", "session_id"),
    ("app_session", "app_session_id"),
    ("welcome_link", "account_id"),
    ("login_link", "account_id"),
    ("test_login", "account_id"),
    ("void_link", "key_hash"),
    ("logout_token", "jti_hash"),
    ("callback", "key_hash"),
    ("guess_count", "key_hash"),
    ("assertion_key", "kid"),
    ("audit", "audit_id"),
];

/// A table, with its columns.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The names and types; the first one is the primary key.
    pub(super) columns: Vec<(String, Kind)>,
}

/// The type of a column, in either database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Boolean,
    Text,
    Bytes,
    Uuid,
}

impl Kind {
    /// Returns the kind of what PostgreSQL calls by this name; `None` for types that no table has.
    pub(super) fn of_postgres(name: &str) -> Option<Self> {
        Some(match name {
            "bigint" => Self::Integer,
            "boolean" => Self::Boolean,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }
}

/// One value; `None` is null, which has a type too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Integer(Option<i64>),
    Boolean(Option<bool>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
    Uuid(Option<Uuid>),
}

/// The values of one row, in the order of the columns.
pub(super) type Row = Vec<Value>;
