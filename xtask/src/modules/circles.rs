//! Finds circles of files and of the items in one folder.

use super::resolve::Uses;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Returns a description of every circle: first those of files, then for every folder those of its
/// files and folders, unless it is a circle of files alone, which was described already.
pub(super) fn describe(files: &[(String, bool)], uses: &Uses) -> Vec<String> {
    let folders: BTreeSet<&str> = files
        .iter()
        .flat_map(|(file, _)| folders_of(file))
        .collect();
    let mut described = Vec::new();
    for circle in find(uses, |file| Some(file.to_owned())) {
        described.push(text(
            "These files use each other in a circle",
            &circle,
            uses,
            str::to_owned,
        ));
    }
    for folder in &folders {
        let child = |file: &str| child(folder, &place(file, &folders));
        for circle in find(uses, child) {
            if circle.iter().any(|node| folders.contains(node.as_str())) {
                let head = format!("In `{folder}/`, these use each other in a circle");
                described.push(text(&head, &circle, uses, |file| {
                    child(file).unwrap_or_default()
                }));
            }
        }
    }
    described
}

/// Returns every folder that contains a file, including the workspace: the empty text.
fn folders_of(file: &str) -> impl Iterator<Item = &str> {
    let slashes = file.match_indices('/').map(|(at, _)| &file[..at]);
    std::iter::once("").chain(slashes)
}

/// Returns the path that counts for a file: `foo.rs` next to `foo/` belongs to the folder.
fn place(file: &str, folders: &BTreeSet<&str>) -> String {
    match (file.strip_suffix(".rs"), file.rsplit_once('/')) {
        (Some(stem), Some((_, name))) if folders.contains(stem) => format!("{stem}/{name}"),
        _ => file.to_owned(),
    }
}

/// Returns the entry of `folder` that is, or contains, the file at `place`; `None` if the file is
/// elsewhere.
fn child(folder: &str, place: &str) -> Option<String> {
    let below = match folder {
        "" => place,
        folder => place.strip_prefix(folder)?.strip_prefix('/')?,
    };
    let name = below.split('/').next()?;
    Some(place[..place.len() - below.len() + name.len()].to_owned())
}

/// Finds the circles of nodes; `node` returns the node of a file, `None` if it has none.
fn find(uses: &Uses, node: impl Fn(&str) -> Option<String>) -> Vec<BTreeSet<String>> {
    let pairs = uses
        .keys()
        .filter_map(|(from, to)| Some((node(from)?, node(to)?)));
    let pairs: BTreeSet<(String, String)> = pairs.collect();
    let nodes: BTreeSet<&String> = pairs.iter().flat_map(|(from, to)| [from, to]).collect();
    let number: BTreeMap<&String, usize> = nodes.iter().copied().zip(0..).collect();
    let mut next = vec![Vec::new(); nodes.len()];
    for (from, to) in &pairs {
        next[number[from]].push(number[to]);
    }
    let reached: Vec<Vec<bool>> = (0..nodes.len()).map(|start| reach(start, &next)).collect();
    let circle_of = |one: usize| {
        let both = nodes
            .iter()
            .zip(0..)
            .filter(|(_, two)| reached[one][*two] && reached[*two][one]);
        both.map(|(name, _)| (*name).clone())
            .collect::<BTreeSet<_>>()
    };
    let circles: BTreeSet<_> = (0..nodes.len()).map(circle_of).collect();
    circles
        .into_iter()
        .filter(|circle| circle.len() > 1)
        .collect()
}

/// Returns the nodes that can be reached from `start`.
fn reach(start: usize, next: &[Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; next.len()];
    let mut todo = vec![start];
    while let Some(at) = todo.pop() {
        for &to in &next[at] {
            if !std::mem::replace(&mut reached[to], true) {
                todo.push(to);
            }
        }
    }
    reached
}

/// Describes a circle: its members, and which file uses which names of which other.
fn text(
    head: &str,
    circle: &BTreeSet<String>,
    uses: &Uses,
    node: impl Fn(&str) -> String,
) -> String {
    let names: Vec<&str> = circle.iter().map(String::as_str).collect();
    let mut text = format!("{head}: {}", names.join(", "));
    for ((from, to), names) in uses {
        let (a, b) = (node(from), node(to));
        if a != b && circle.contains(&a) && circle.contains(&b) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let _ = write!(text, "\n    {from} -> {to}: takes {}", names.join(", "));
        }
    }
    text
}
