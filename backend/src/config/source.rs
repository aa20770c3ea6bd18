//! Where values come from: a map of variables, and the files that `NAME_FILE` names.
//!
//! The reader does not know what a setting means. It collects every fault and notice, so that one
//! start reports all of them, and it is the only place that decides which part of a value is shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;

use shared::text::Text;

use super::faults::{Fault, Notice, Weight, Wrong};
use super::misspelled::{self, Name};
use super::secret_oddities::oddity;
use super::table::{Fallback, variable};
use crate::message::Message;

/// The longest value that is read from a file, in bytes, so that a device or a database named by
/// mistake does not fill the memory.
const MAX_FILE_BYTES: u64 = 64 * 1024;
/// The most characters of a value that a fault shows.
const MAX_SHOWN_CHARS: usize = 100;
/// The suffix of a name's file twin.
const FILE_SUFFIX: &str = "_FILE";

/// A value, and the variable it came from: the name, or its file twin.
#[derive(Clone)]
struct Given {
    variable: String,
    text: String,
}

/// Where a value is written.
#[derive(Clone, Copy)]
enum Place {
    /// In the environment.
    Environment,
    /// In the file that the name's twin names.
    File,
}

/// What was stripped from around a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stripped {
    /// White space, and nothing else.
    Space,
    /// Quotes.
    Quotes,
}

impl Stripped {
    /// Returns the notice about it.
    fn notice(self, place: Place) -> Text {
        match (self, place) {
            (Self::Space, Place::Environment) => Text::NOTICE_SPACE,
            (Self::Space, Place::File) => Text::NOTICE_SPACE_FILE,
            (Self::Quotes, Place::Environment) => Text::NOTICE_QUOTES,
            (Self::Quotes, Place::File) => Text::NOTICE_QUOTES_FILE,
        }
    }
}

/// Finds values by name and collects the faults.
pub(super) struct Reader {
    vars: BTreeMap<String, String>,
    not_unicode: BTreeSet<String>,
    /// The names that were read; `None` means not set, or already a fault.
    known: BTreeMap<&'static str, Option<Given>>,
    /// What prevents a start.
    pub(super) faults: Vec<Fault>,
    /// What does not prevent a start.
    pub(super) notices: Vec<Notice>,
}

impl Reader {
    /// Starts reading; `not_unicode` names the variables whose values are not text at all.
    pub(super) fn new(vars: BTreeMap<String, String>, not_unicode: BTreeSet<String>) -> Self {
        let (faults, notices) = (Vec::new(), Vec::new());
        Self {
            vars,
            not_unicode,
            known: BTreeMap::new(),
            faults,
            notices,
        }
    }

    /// Returns the settings that have a value, with its text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let given = self.known.iter();
        given.filter_map(|(name, given)| Some((*name, given.as_ref()?.text.as_str())))
    }

    /// Returns the names of all variables that are not empty, with their values.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self
            .vars
            .iter()
            .filter(|(_, text)| !clean(text).0.is_empty());
        let others = self.not_unicode.iter().map(|name| (name.as_str(), ""));
        texts
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .chain(others)
    }

    /// Returns the variables that were read and are set, with their values; `None` for a secret.
    pub(super) fn shown(&self) -> Vec<(String, Option<String>)> {
        let given = self.known.iter().filter_map(|(name, given)| {
            let given = given.as_ref()?;
            let is_secret = variable(name).is_none_or(|variable| variable.secret);
            let text = (!is_secret).then(|| given.text.clone());
            Some((given.variable.clone(), text))
        });
        given.collect()
    }

    /// Returns true if the name or its file twin has a value, good or bad.
    pub(super) fn is_set(&self, name: &str) -> bool {
        let twin = format!("{name}{FILE_SUFFIX}");
        self.names()
            .any(|(given, _)| given == name || given == twin)
    }

    /// Returns the parsed value; `None` if it is not set, or if a fault was recorded.
    pub(super) fn get<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let given = self.given(name)?;
        match parse(&given.text) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.fault(name, wrong);
                None
            }
        }
    }

    /// Returns the parsed value, or the table's default. A faulty value also gets the default,
    /// because the result is then thrown away.
    pub(super) fn get_or_default<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, Wrong>,
    ) -> T {
        let default = match variable(name).map(|variable| variable.fallback) {
            Some(Fallback::Value(text)) => text,
            _ => "",
        };
        self.get(name, &parse)
            .unwrap_or_else(|| parse(default).expect("the defaults in the table parse"))
    }

    /// Returns the parsed value; records a fault if it is not set.
    pub(super) fn require<T>(
        &mut self,
        name: &'static str,
        remedy: &str,
        parse: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        if !self.is_set(name) {
            let misspelled = self.names().find_map(|(given, text)| {
                let is_near = misspelled::judge(given, text) == Name::Near(name.to_owned());
                is_near.then(|| format!("rename {given} to {name}"))
            });
            let remedy = misspelled.unwrap_or_else(|| remedy.to_owned());
            let problem = "is not set, and OIDC_ENABLED=true needs it";
            self.fault(name, Wrong::new(problem, remedy));
        }
        self.get(name, parse)
    }

    /// Records a fault about a variable, with its value if that may be shown.
    pub(super) fn fault(&mut self, name: &'static str, wrong: Wrong) {
        let given = self.known.get(name).and_then(Option::as_ref);
        self.faults.push(Fault {
            variable: given.map_or(name, |given| &given.variable).to_owned(),
            value: given.and_then(|given| shown(name, &given.text)),
            problem: wrong.problem,
            remedy: wrong.remedy,
        });
    }

    /// Records a notice about a variable, whose name goes into the sentence.
    pub(super) fn notice(&mut self, weight: Weight, name: &str, message: impl Into<Message>) {
        let given = self.known.get(name).and_then(Option::as_ref);
        let variable = given.map_or(name, |given| &given.variable).to_owned();
        self.notice_as_set(weight, variable, message);
    }

    /// Records a notice about a variable that is named as it was set.
    fn notice_as_set(&mut self, weight: Weight, variable: String, message: impl Into<Message>) {
        let message = message.into().with("setting", &variable);
        self.notices.push(Notice {
            variable,
            message,
            weight,
        });
    }

    /// Finds the value once; later calls give the same answer and record nothing more.
    fn given(&mut self, name: &'static str) -> Option<Given> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let found = self.find(name).unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        });
        self.known.insert(name, found.clone());
        found
    }

    /// Finds the value under the name, or in the file that its twin names.
    fn find(&mut self, name: &'static str) -> Result<Option<Given>, Fault> {
        let twin = format!("{name}{FILE_SUFFIX}");
        let (inline, path) = (self.inline(name)?, self.inline(&twin)?);
        let given = match (inline, path) {
            (None, None) => return Ok(None),
            (Some(text), None) => Given {
                variable: name.to_owned(),
                text,
            },
            (None, Some(path)) => {
                let text = read_twin(name, &twin, &path)?;
                let text = self.cleaned(&twin, Place::File, &text);
                if text.is_empty() {
                    let remedy = format!("write the value into the file, or take {twin} away");
                    return Err(bare(&twin, "names a file that is empty", &remedy));
                }
                Given {
                    variable: twin,
                    text,
                }
            }
            (Some(_), Some(_)) => {
                let remedy = format!("keep {name} or {twin}, whichever you meant");
                return Err(bare(
                    name,
                    &format!("is set, and {twin} is set as well"),
                    &remedy,
                ));
            }
        };
        check_text(name, &given)?;
        if variable(name).is_some_and(|variable| variable.secret)
            && let Some(message) = oddity(&given.text, &format!("{name}{FILE_SUFFIX}"))
        {
            self.notice_as_set(Weight::Warning, given.variable.clone(), message);
        }
        Ok(Some(given))
    }

    /// Returns the environment's value, cleaned; `None` if it is empty or not set.
    fn inline(&mut self, variable: &str) -> Result<Option<String>, Fault> {
        if self.not_unicode.contains(variable) {
            return Err(bare(
                variable,
                "is not valid UTF-8",
                "write it again, as plain text",
            ));
        }
        let Some(text) = self.vars.get(variable).cloned() else {
            return Ok(None);
        };
        let text = self.cleaned(variable, Place::Environment, &text);
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    /// Strips what surrounds a value, with a notice.
    fn cleaned(&mut self, variable: &str, place: Place, text: &str) -> String {
        let (clean, stripped) = clean(text);
        if let (Some(stripped), false) = (stripped, clean.is_empty()) {
            self.notice_as_set(Weight::Info, variable.to_owned(), stripped.notice(place));
        }
        clean.to_owned()
    }
}

/// Creates a fault that shows no value.
fn bare(variable: &str, problem: &str, remedy: &str) -> Fault {
    let (variable, problem, remedy) = (variable.to_owned(), problem.to_owned(), remedy.to_owned());
    Fault {
        variable,
        value: None,
        problem,
        remedy,
    }
}

/// Refuses what no setting may contain.
fn check_text(name: &str, given: &Given) -> Result<(), Fault> {
    let wrong = if given.text.chars().any(char::is_control) {
        Wrong::new(
            "holds a line break or another control character",
            "write it on one line",
        )
    } else if given.text.starts_with('<') && given.text.ends_with('>') {
        Wrong::new(
            "is still the placeholder of an example",
            "write your own value",
        )
    } else {
        return Ok(());
    };
    Err(Fault {
        variable: given.variable.clone(),
        value: shown(name, &given.text),
        problem: wrong.problem,
        remedy: wrong.remedy,
    })
}

/// Reads the value from the file that `twin` names, without the line breaks at its end.
fn read_twin(name: &str, twin: &str, path: &str) -> Result<String, Fault> {
    // A secret written in place of its path must not be shown like a path.
    if variable(name).is_some_and(|variable| variable.secret) && !path.starts_with(['/', '.']) {
        let remedy = format!("write the file's path, beginning with /, or set {name} instead");
        return Err(bare(
            twin,
            "is not an absolute path, and not shown here",
            &remedy,
        ));
    }
    let remedy = "name a file that the user who runs Postern may read";
    let text = read_text(path)
        .map_err(|cause| bare(twin, &format!("names {path:?}, which {cause}"), remedy))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Reads a small text file; the error ends a sentence that begins with the file.
fn read_text(path: &str) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is longer than {MAX_FILE_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "is not text in UTF-8".to_owned())
}

/// Returns the value without the white space and quotes around it, and what they were.
///
/// Env files and compose files differ on whether they remove quotes, and editors and copied web
/// pages add invisible characters.
fn clean(text: &str) -> (&str, Option<Stripped>) {
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    let mut clean = text.trim_matches(is_space);
    let mut stripped = (clean.len() < text.len()).then_some(Stripped::Space);
    while let Some(inner) = ['"', '\''].iter().find_map(|&quote| {
        clean
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    }) {
        clean = inner.trim_matches(is_space);
        stripped = Some(Stripped::Quotes);
    }
    (clean, stripped)
}

/// Returns the part of a value that a fault may show: nothing of a secret, nor of a possible
/// password (`user:password@host`) or key (after `?`).
fn shown(name: &str, text: &str) -> Option<String> {
    if variable(name).is_none_or(|variable| variable.secret) || text.contains('@') {
        return None;
    }
    let (text, rest) = text.split_at(text.find('?').unwrap_or(text.len()));
    let mut shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    if shown.len() < text.len() || !rest.is_empty() {
        shown.push('…');
    }
    Some(shown)
}
