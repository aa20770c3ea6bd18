//! Reads the module tree of every target, as rustc would.

use super::syntax::{given_file, is_call, is_for_tests, next_segment, parts, segments};
use super::tree::{Mention, Module, Name, Tree};
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::BTreeMap;
use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, ImplItem, Item, UseTree};

/// Reads targets into a tree.
pub(super) struct Reader<'a> {
    /// The result so far.
    pub(super) tree: Tree,
    /// Returns the text of a file; `None` if there is no such file.
    load: &'a dyn Fn(&str) -> Option<String>,
    /// The current module.
    module: usize,
    /// The first error.
    fault: Result<()>,
}

impl<'a> Reader<'a> {
    /// Starts with an empty tree.
    pub(super) fn new(load: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            tree: Tree::default(),
            load,
            module: 0,
            fault: Ok(()),
        }
    }

    /// Reads a target from its first file; `names` are those by which other crates use it. Fails if a
    /// file is missing or does not parse.
    pub(super) fn read(&mut self, path: &str, names: &[String]) -> Result<()> {
        let text = (self.load)(path).with_context(|| format!("{path} cannot be read"))?;
        let root = self.tree.modules.len();
        self.file(None, path, &text, parent_folder(path).to_owned(), false);
        for name in names {
            self.tree.libraries.insert(name.clone(), root);
        }
        std::mem::replace(&mut self.fault, Ok(()))
    }

    /// Reads a file as the module below `parent`, and returns that module.
    fn file(
        &mut self,
        parent: Option<usize>,
        path: &str,
        text: &str,
        folder: String,
        is_test: bool,
    ) -> usize {
        let known = self.tree.files.iter().position(|(known, _)| known == path);
        let file = known.unwrap_or_else(|| {
            self.tree.files.push((path.to_owned(), is_test));
            self.tree.files.len() - 1
        });
        match syn::parse_file(text) {
            Ok(parsed) => self.module(parent, file, folder, is_test, &parsed.items),
            Err(fault) => {
                self.fail(anyhow!("{path} does not parse: {fault}"));
                self.module(parent, file, folder, is_test, &[])
            }
        }
    }

    /// Reads the items of a module below `parent`, and returns that module.
    fn module(
        &mut self,
        parent: Option<usize>,
        file: usize,
        folder: String,
        is_test: bool,
        items: &[Item],
    ) -> usize {
        let module = self.tree.modules.len();
        self.tree.modules.push(Module {
            parent,
            root: parent.map_or(module, |parent| self.tree.modules[parent].root),
            file,
            is_test,
            names: BTreeMap::new(),
            globs: Vec::new(),
            folder,
        });
        let around = std::mem::replace(&mut self.module, module);
        for item in items {
            self.visit_item(item);
        }
        self.module = around;
        module
    }

    /// Reads the file of a `mod` declaration.
    fn declared(&mut self, item: &syn::ItemMod, is_test: bool) -> Result<usize> {
        let module = &self.tree.modules[self.module];
        let around = &self.tree.files[module.file].0;
        let (folder, name) = (&module.folder, &item.ident);
        let below = format!("{folder}/{name}");
        let candidates = match given_file(&item.attrs) {
            Some(path) => {
                let folder = parent_folder(around);
                vec![(format!("{folder}/{path}"), folder.to_owned())]
            }
            None => vec![
                (format!("{below}.rs"), below.clone()),
                (format!("{below}/mod.rs"), below),
            ],
        };
        for (path, folder) in candidates {
            if let Some(text) = (self.load)(&path) {
                return Ok(self.file(Some(self.module), &path, &text, folder, is_test));
            }
        }
        bail!("{around}: the file of `mod {name}` is missing")
    }

    /// Records an error, unless there was one before.
    fn fail(&mut self, fault: anyhow::Error) {
        if self.fault.is_ok() {
            self.fault = Err(fault);
        }
    }

    /// Gives a name a meaning in a module.
    fn name(&mut self, module: usize, name: &Ident, meaning: Name) {
        let names = &mut self.tree.modules[module].names;
        names.entry(name.to_string()).or_default().push(meaning);
    }

    /// Records that the code names a path.
    fn mention(&mut self, path: Vec<String>, is_macro: bool) {
        self.tree.mentions.insert(Mention {
            module: self.module,
            path,
            is_macro,
        });
    }

    /// Reads what a `use` imports; `path` leads to `tree`.
    fn import(&mut self, mut path: Vec<String>, tree: &UseTree) {
        let alias = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import(path, &part.tree);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(path.clone(), tree);
                }
                return;
            }
            UseTree::Glob(_) => {
                self.tree.modules[self.module].globs.push(path.clone());
                return self.mention(path, false);
            }
            UseTree::Name(name) if name.ident == "self" => path.last().cloned(),
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                path.last().cloned()
            }
            UseTree::Rename(rename) => {
                if rename.ident != "self" {
                    path.push(rename.ident.to_string());
                }
                Some(rename.rename.to_string())
            }
        };
        if let Some(alias) = alias {
            let names = &mut self.tree.modules[self.module].names;
            let meaning = Name::Import(path.clone());
            names.entry(alias).or_default().push(meaning);
        }
        self.mention(path, false);
    }

    /// Finds the paths in the tokens of a macro.
    fn scan(&mut self, mut at: Cursor) {
        // The preceding punctuation, two characters of it.
        let mut before = [' '; 2];
        loop {
            if let Some((ident, rest)) = at.ident() {
                let mut path = vec![ident.to_string()];
                at = rest;
                while let Some((name, rest)) = next_segment(at) {
                    path.push(name.to_string());
                    at = rest;
                }
                let is_part = before == [':', ':'] || before[1] == '.' && before[0] != '.';
                if path.len() > 1 || !is_part {
                    self.mention(path, is_call(at));
                }
                before = [' '; 2];
            } else if let Some((punct, rest)) = at.punct() {
                before = [before[1], punct.as_char()];
                at = rest;
            } else if let Some((inside, .., rest)) = at.any_group() {
                self.scan(inside);
                before = [' '; 2];
                at = rest;
            } else if let Some((literal, rest)) = at.literal() {
                // `#[serde(with = "crate::seconds")]` has a path in a text.
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && text.value().contains("::")
                    && let Ok(path) = text.parse()
                {
                    self.visit_path(&path);
                }
                before = [' '; 2];
                at = rest;
            } else if let Some((_, rest)) = at.lifetime() {
                at = rest;
            } else {
                return;
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, ident) = parts(item);
        let is_module = matches!(item, Item::Mod(_));
        if !is_module && is_for_tests(attributes) {
            return;
        }
        if let Some(ident) = ident {
            if attributes
                .iter()
                .any(|it| it.path().is_ident("macro_export"))
            {
                let root = self.tree.modules[self.module].root;
                self.name(root, ident, Name::Macro);
            }
            let is_macro = matches!(item, Item::Macro(_));
            self.name(
                self.module,
                ident,
                if is_macro { Name::Macro } else { Name::Item },
            );
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let around = &self.tree.modules[self.module];
        let is_test = around.is_test || is_for_tests(&item.attrs);
        let read = if let Some((_, items)) = &item.content {
            let folder = format!("{}/{}", around.folder, item.ident);
            Ok(self.module(Some(self.module), around.file, folder, is_test, items))
        } else {
            self.declared(item, is_test)
        };
        match read {
            Ok(module) => self.name(self.module, &item.ident, Name::Module(module)),
            Err(fault) => self.fail(fault),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let crates = item.leading_colon.as_ref().map(|_| "::".to_owned());
        self.import(crates.into_iter().collect(), &item.tree);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        if !matches!(item, ImplItem::Fn(function) if is_for_tests(&function.attrs)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(segments(path), false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.mention(segments(&called.path), true);
        self.scan(TokenBuffer::new2(called.tokens.clone()).begin());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        match &attribute.meta {
            syn::Meta::List(list) => self.scan(TokenBuffer::new2(list.tokens.clone()).begin()),
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => {}
        }
        self.mention(segments(attribute.path()), false);
    }
}

/// Returns the folder of a path.
fn parent_folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
