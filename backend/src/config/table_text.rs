//! The table of settings as people read it: in `--help`, and in `docs/settings.md`.

use std::fmt::Write as _;

use super::table::{Fallback, Required, VARIABLES, Variable};

/// The columns of the text that [`help`] returns.
const HELP_COLUMNS: usize = 80;

/// Returns the list of settings for `postern --help`, wrapped for a terminal.
pub fn help() -> String {
    let mut text = String::new();
    wrap_into(
        &mut text,
        "Settings are environment variables. Each is also read from the file that NAME_FILE \
         names. Booleans are true or false; an empty value counts as not set.",
        "",
    );
    for variable in VARIABLES {
        let _ = write!(text, "\n  {} [{}]\n", variable.name, bracket(variable));
        wrap_into(&mut text, variable.meaning, "      ");
    }
    text
}

/// Returns the text beside the name in the help.
fn bracket(variable: &Variable) -> String {
    match (variable.required, variable.fallback) {
        (Required::WhenOidcEnabled, _) => "required when OIDC_ENABLED=true".to_owned(),
        (Required::No, _) => format!("default: {}", variable.default_text()),
    }
}

/// Appends `words` in lines of at most [`HELP_COLUMNS`] columns, each after `indent`.
fn wrap_into(text: &mut String, words: &str, indent: &str) {
    let mut column = HELP_COLUMNS;
    for word in words.split_whitespace() {
        if column + 1 + word.len() > HELP_COLUMNS {
            if text.ends_with(|c: char| c != '\n') {
                text.push('\n');
            }
            text.push_str(indent);
            column = indent.len();
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += word.len();
    }
    text.push('\n');
}

/// Returns the table as `docs/settings.md` shows it.
pub fn markdown_table() -> String {
    let mut text = String::from("| variable | default | meaning |\n|---|---|---|\n");
    for variable in VARIABLES {
        let default = match (variable.required, variable.fallback) {
            (Required::No, Fallback::Value(value)) => format!("`{value}`"),
            _ => variable.default_text().to_owned(),
        };
        // In a cell, `<` would start a tag and `*` an emphasis.
        let meaning = variable
            .meaning
            .replace('|', "\\|")
            .replace('<', "&lt;")
            .replace('*', "\\*");
        let _ = writeln!(text, "| `{}` | {default} | {meaning} |", variable.name);
    }
    text
}
