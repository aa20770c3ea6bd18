//! Types of the settings that do not concern the OP.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// Where accounts and sessions are stored.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A URL, with its password.
    Postgres(SecretString),
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionConfig {
    /// The longest life, even if the session is used.
    pub max_age: Duration,
    /// The longest time without use; never longer than `max_age`.
    pub idle: Duration,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter that `tracing_subscriber::filter::Targets` parses.
    pub filter: String,
    /// What a line looks like.
    pub format: LogFormat,
}

/// What a log line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}
