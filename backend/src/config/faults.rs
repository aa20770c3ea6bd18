//! All faults of the settings, reported at once, and notices.

use std::fmt;

use crate::message::Message;

/// Where to read more; ends every list of faults.
const READ_MORE: &str = "All settings: `postern --help`, or docs/settings.md.";

/// Why a value cannot be used; the reader of the variable turns it into a [`Fault`].
#[derive(Debug)]
pub(super) struct Wrong {
    /// Continues the sentence that begins with the variable: "is not a number".
    pub(super) problem: String,
    /// What to write instead, as an order: "write true or false".
    pub(super) remedy: String,
}

impl Wrong {
    /// Combines both halves.
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

/// A setting that prevents a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The variable as it was set, with `_FILE` if the value came from a file.
    pub variable: String,
    /// The value, shortened; `None` if it is a secret, may contain one, or is not set.
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
    /// Something was corrected, or is good to know.
    Info,
    /// Probably a mistake.
    Warning,
}

/// Something about a setting that does not prevent a start.
///
/// This is a value and not a log line, because the log's own settings are read too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The variable as it was set.
    pub variable: String,
    /// A sentence without its full stop, which begins with the variable; never contains a secret.
    pub message: Message,
    /// How much it matters.
    pub weight: Weight,
}

/// The words of the log and of the command line.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

/// All faults, and the notices: a misspelled name is often the reason why another setting is
/// missing.
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
