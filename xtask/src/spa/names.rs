//! Short names for what a module imports and exports.
//!
//! wasm-bindgen gives each import a name with a hash, twice: in the module and in its JavaScript.
//! Nothing compresses a hash, so that is 3 kB of each visit.

use anyhow::{Context as _, Result};
use std::collections::HashMap;

/// The old and the new names, as wasm-opt prints them.
#[derive(Debug)]
pub(super) struct Names {
    /// The new name of each import.
    imports: HashMap<String, String>,
    /// The new name of each export.
    exports: HashMap<String, String>,
}

impl Names {
    /// Reads `{"imports":[["MODULE","OLD","NEW"]],"exports":[["OLD","NEW"]]}`.
    ///
    /// # Errors
    /// The text is something else.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let names: serde_json::Value =
            serde_json::from_str(text).context("wasm-opt did not say how it names things")?;
        let pairs = |kind: &str| -> Option<HashMap<String, String>> {
            let rows = names.get(kind)?.as_array()?;
            rows.iter()
                .map(|row| match row.as_array()?.as_slice() {
                    [.., old, new] => Some((old.as_str()?.to_owned(), new.as_str()?.to_owned())),
                    _ => None,
                })
                .collect()
        };
        Ok(Self {
            imports: pairs("imports").context("wasm-opt named no imports")?,
            exports: pairs("exports").context("wasm-opt named no exports")?,
        })
    }

    /// Returns wasm-bindgen's JavaScript with the new names: of imports, which are keys of an object;
    /// of exports, which are members of `wasm`; and of the module with the imports, which is `a`.
    pub(super) fn apply(&self, js: &str) -> String {
        let mut renamed = String::with_capacity(js.len());
        let mut rest = js;
        while let Some(start) = rest.find(is_of_a_name) {
            let (between, name_on) = rest.split_at(start);
            renamed.push_str(between);
            let end = name_on.find(|c| !is_of_a_name(c)).unwrap_or(name_on.len());
            let (name, after) = name_on.split_at(end);
            let new = if after.starts_with(": function") {
                self.imports.get(name)
            } else if renamed.ends_with("wasm.") {
                self.exports.get(name)
            } else {
                None
            };
            renamed.push_str(new.map_or(name, String::as_str));
            rest = after;
        }
        renamed.push_str(rest);
        rename_module(&renamed)
    }
}

/// Names the module of the imports as wasm-opt does.
fn rename_module(js: &str) -> String {
    let Some((before, after)) = js.split_once("\"./") else {
        return js.to_owned();
    };
    match after.split_once("_bg.js\"") {
        Some((_, after)) => [before, "\"a\"", after].concat(),
        None => js.to_owned(),
    }
}

/// Can this be in a name of JavaScript's?
fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_imports_and_exports_get_new_names() {
        let names = Names::parse(
            r#"{"imports":[["./e_bg.js","__wbg_log_1","b"],["./e_bg.js","__wbg_log","c"]],
                "exports":[["memory","d"],["run_2","$"]]}"#,
        );
        let js = r#"function run_2(arg0) { wasm.run_2(arg0, wasm.memory.buffer, memory); }
const import0 = { __proto__: null, __wbg_log_1: function() {}, __wbg_log: function(b) {} };
return { __proto__: null, "./e_bg.js": import0 };"#;

        let renamed = names.unwrap().apply(js);

        assert_eq!(
            renamed,
            r#"function run_2(arg0) { wasm.$(arg0, wasm.d.buffer, memory); }
const import0 = { __proto__: null, b: function() {}, c: function(b) {} };
return { __proto__: null, "a": import0 };"#
        );
    }

    #[test]
    fn another_answer_is_refused() {
        assert!(Names::parse("warning: no names").is_err());
        assert!(Names::parse(r#"{"imports":[]}"#).is_err());
        assert!(Names::parse(r#"{"imports":[["a"]],"exports":[]}"#).is_err());
    }
}
