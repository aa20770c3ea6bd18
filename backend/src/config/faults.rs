//! What is wrong with the settings, said all at once, and what is only worth saying.

use std::fmt;

/// Where a reader finds more, at the end of every list of faults.
const READ_MORE: &str = "All settings: `postern --help`, or the README, section \"Settings\".";

/// Why a value cannot be used; the reader of the variable turns it into a [`Fault`].
#[derive(Debug)]
pub(super) struct Wrong {
    /// Continues the sentence that begins with the variable: "is not a number".
    pub(super) problem: String,
    /// What to write instead, as an order: "write true or false".
    pub(super) remedy: String,
}

impl Wrong {
    /// Makes one of both halves.
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// One setting that keeps the server from starting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The variable as it was given, so with `_FILE` where the value came from a file.
    pub variable: String,
    /// The value, shortened; `None` where it is a secret, may hold one, or is not set.
    pub value: Option<String>,
    /// Continues the sentence that begins with the variable.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.variable)?;
        if let Some(value) = &self.value {
            write!(f, "={value:?}")?;
        }
        write!(f, " {}.\n   Fix: {}.", self.problem, self.remedy)
    }
}

/// How much a [`Notice`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Something was put right, or is good to know.
    Info,
    /// Probably a mistake.
    Warning,
}

/// Something about a setting that does not keep the server from starting.
///
/// A value, not a log line, since the log's own settings are among those being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The variable as it was given.
    pub variable: String,
    /// Continues the sentence that begins with the variable; never holds a secret.
    pub text: String,
    /// How much it matters.
    pub weight: Weight,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.text)
    }
}

/// Everything that is wrong, and what was noticed on the way: a misspelled name is often the
/// reason why another setting is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// At least one.
    pub faults: Vec<Fault>,
    /// May be empty.
    pub notices: Vec<Notice>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, verb) = match self.faults.len() {
            1 => ("1 setting".to_owned(), "needs"),
            several => (format!("{several} settings"), "need"),
        };
        writeln!(f, "Postern cannot start: {count} {verb} fixing.\n")?;
        for (index, fault) in self.faults.iter().enumerate() {
            writeln!(f, "{}. {fault}", index + 1)?;
        }
        if !self.notices.is_empty() {
            writeln!(f, "\nAlso noticed:")?;
            for notice in &self.notices {
                writeln!(f, "- {notice}.")?;
            }
        }
        write!(f, "\n{READ_MORE}")
    }
}

impl std::error::Error for Faults {}
