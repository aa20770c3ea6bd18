//! The module trees of all targets: the files, their names, and the paths that they name.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The module trees of all targets.
#[derive(Default)]
pub(super) struct Tree {
    /// All files: the path below the workspace, and whether only tests are in it.
    pub(super) files: Vec<(String, bool)>,
    /// All modules, those of one target after its root.
    pub(super) modules: Vec<Module>,
    /// The root modules of the libraries, by the names that other crates call them.
    pub(super) libraries: HashMap<String, usize>,
    /// Every path that the code names.
    pub(super) mentions: BTreeSet<Mention>,
}

/// A module: a file, or a part of one.
pub(super) struct Module {
    /// The module around it; `None` for the root of a target.
    pub(super) parent: Option<usize>,
    /// The root of its target.
    pub(super) root: usize,
    /// The file that holds it.
    pub(super) file: usize,
    /// True if it is built only for tests.
    pub(super) is_test: bool,
    /// The meanings of each name in it.
    pub(super) names: BTreeMap<String, Vec<Name>>,
    /// The modules whose names it all imports, by `use path::*`.
    pub(super) globs: Vec<Vec<String>>,
    /// The folder of the files of its `mod` declarations.
    pub(super) folder: String,
}

/// The meaning of a name in a module.
pub(super) enum Name {
    /// An item that is defined in this module.
    Item,
    /// A macro that is defined in this module, which modules below also see.
    Macro,
    /// A module below this one.
    Module(usize),
    /// What a `use` brought from this path.
    Import(Vec<String>),
}

/// A path that the code in a module names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    /// The module.
    pub(super) module: usize,
    /// The path; a first segment `::` stands for paths that begin with a crate.
    pub(super) path: Vec<String>,
    /// True if a macro is called.
    pub(super) is_macro: bool,
}
