//! Finds the file that defines what a path names, through imports and re-exports.
//!
//! Methods are not followed: a call contains no path, and its type was named somewhere.

use super::tree::{Mention, Name, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Which file uses which other file, and which of its names.
pub(super) type Uses = BTreeMap<(String, String), BTreeSet<String>>;

/// What a path leads to.
enum Found<'a> {
    /// A module. Naming one uses nothing yet.
    Module(usize),
    /// An item: the file that defines it, and its name.
    Item(usize, &'a str),
    /// Something outside of this workspace, or of the language.
    Foreign,
}

impl Tree {
    /// Returns which file uses which. What tests use of the tested code is left out, because they
    /// belong to it.
    pub(super) fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for mention in &self.mentions {
            let module = &self.modules[mention.module];
            for found in self.resolve_mention(mention) {
                let Found::Item(file, name) = found else {
                    continue;
                };
                let (path, is_test) = &self.files[file];
                if file != module.file && (*is_test || !module.is_test) {
                    let edge = (self.files[module.file].0.clone(), path.clone());
                    uses.entry(edge).or_default().insert(name.to_owned());
                }
            }
        }
        uses
    }

    /// Resolves a mention. A macro is also visible from the modules below its own.
    fn resolve_mention<'a>(&'a self, mention: &'a Mention) -> Vec<Found<'a>> {
        if let [name] = &mention.path[..]
            && mention.is_macro
            && self
                .lookup(mention.module, name, &mut Vec::new())
                .is_empty()
        {
            let mut parents =
                std::iter::successors(Some(mention.module), |module| self.modules[*module].parent);
            let is_macro = |meaning: &Name| matches!(meaning, Name::Macro);
            let defines = |module: &usize| {
                let meanings = self.modules[*module].names.get(name);
                meanings.is_some_and(|meanings| meanings.iter().any(is_macro))
            };
            let module = parents.find(defines);
            return Vec::from_iter(module.map(|it| Found::Item(self.modules[it].file, name)));
        }
        self.resolve(mention.module, &mention.path, &mut Vec::new())
    }

    /// Resolves a path in a module, to several targets if the name has several meanings. `open` are
    /// the names that are being looked up, because an import may name itself.
    fn resolve<'a>(
        &'a self,
        module: usize,
        path: &'a [String],
        open: &mut Vec<(usize, &'a str)>,
    ) -> Vec<Found<'a>> {
        let library = |name: &String| match self.libraries.get(name) {
            Some(root) => vec![Found::Module(*root)],
            None => vec![Found::Foreign],
        };
        let (mut found, rest) = match path {
            [colons, name, rest @ ..] if colons == "::" => (library(name), rest),
            [first, rest @ ..] if first == "crate" => {
                (vec![Found::Module(self.modules[module].root)], rest)
            }
            [first, ..] if first == "self" || first == "super" => {
                (vec![Found::Module(module)], path)
            }
            [first, rest @ ..] => match self.lookup(module, first, open) {
                found if found.is_empty() => (library(first), rest),
                found => (found, rest),
            },
            [] => return Vec::new(),
        };
        for name in rest {
            let module = found.iter().find_map(|found| match found {
                Found::Module(module) => Some(*module),
                Found::Item(..) | Found::Foreign => None,
            });
            // What follows an item belongs to it, such as a variant or a method.
            let Some(module) = module else { break };
            found = match name.as_str() {
                "self" => vec![Found::Module(module)],
                "super" => Vec::from_iter(self.modules[module].parent.map(Found::Module)),
                name => self.lookup(module, name, open),
            };
            if found.is_empty() {
                // A macro creates it.
                found.push(Found::Item(self.modules[module].file, name));
                break;
            }
        }
        found
    }

    /// Returns the meanings of a name in a module; none if the module does not define it.
    fn lookup<'a>(
        &'a self,
        module: usize,
        name: &'a str,
        open: &mut Vec<(usize, &'a str)>,
    ) -> Vec<Found<'a>> {
        let inside = &self.modules[module];
        let meanings = inside.names.get(name).map_or(&[][..], Vec::as_slice);
        let mut found: Vec<Found> = Vec::new();
        let is_open = open.contains(&(module, name));
        open.push((module, name));
        for meaning in meanings {
            match meaning {
                Name::Item | Name::Macro => found.push(Found::Item(inside.file, name)),
                Name::Module(module) => found.push(Found::Module(*module)),
                Name::Import(path) if !is_open => found.extend(self.resolve(module, path, open)),
                Name::Import(_) => {}
            }
        }
        if found.is_empty() && !is_open {
            for glob in &inside.globs {
                for target in self.resolve(module, glob, open) {
                    if let Found::Module(target) = target {
                        found.extend(self.lookup(target, name, open));
                    }
                }
            }
        }
        open.pop();
        found
    }
}
