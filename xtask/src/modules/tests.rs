use super::{circles, read::Reader};

/// A file: its path and its text.
type File = (&'static str, &'static str);

/// Returns the circles of a made-up library `made_up`, whose first file is `src/lib.rs`, and of the
/// program `src/main.rs`, if there is one.
fn circles(files: &[File]) -> Vec<String> {
    let load = |path: &str| {
        let file = files.iter().find(|(name, _)| *name == path);
        file.map(|(_, text)| (*text).to_owned())
    };
    let mut reader = Reader::new(&load);
    reader.read("src/lib.rs", &["made_up".to_owned()]).unwrap();
    if load("src/main.rs").is_some() {
        reader.read("src/main.rs", &[]).unwrap();
    }
    circles::describe(&reader.tree.files, &reader.tree.uses())
}

/// Asserts that `src/a.rs` with the text `text` uses `name` from `src/b.rs`, and that this is
/// found; `src/b.rs` uses something from `src/a.rs`.
#[track_caller]
fn assert_takes(name: &str, text: &'static str, others: &[File]) {
    let mut files = vec![("src/a.rs", text)];
    files.extend(others);
    let lib = ("src/lib.rs", "mod a; mod b; mod c; mod d;");
    let empty = [lib, ("src/c.rs", ""), ("src/d.rs", "")];
    files.extend(empty);
    let back = (
        "src/b.rs",
        "use crate::a::back; pub struct Thing; pub fn act() {}",
    );
    files.push(back);

    let found = circles(&files);

    let edge = format!("src/a.rs -> src/b.rs: takes {name}");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(&edge), "{found:?}");
}

#[test]
fn a_circle_of_files_is_described_once() {
    let found = circles(&[
        ("src/lib.rs", "mod a; mod b;"),
        (
            "src/a.rs",
            "use crate::b::{Two, two as other}; pub struct One;",
        ),
        (
            "src/b.rs",
            "pub struct Two; pub fn two() -> crate::a::One {}",
        ),
    ]);

    assert_eq!(
        found,
        [
            "These files use each other in a circle: src/a.rs, src/b.rs\n    \
          src/a.rs -> src/b.rs: takes Two, two\n    \
          src/b.rs -> src/a.rs: takes One"
        ]
    );
}

#[test]
fn folders_can_make_a_circle_that_their_files_do_not() {
    let found = circles(&[
        ("src/lib.rs", "mod x; mod y;"),
        ("src/x.rs", "mod one; mod two;"),
        ("src/x/one.rs", "use crate::y::three::Three;"),
        ("src/x/two.rs", "pub struct Two;"),
        ("src/y/mod.rs", "pub mod three; pub mod four;"),
        ("src/y/three.rs", "pub struct Three;"),
        ("src/y/four.rs", "use crate::x::two::Two;"),
    ]);

    assert_eq!(
        found,
        [
            "In `src/`, these use each other in a circle: src/x, src/y\n    \
          src/x/one.rs -> src/y/three.rs: takes Three\n    \
          src/y/four.rs -> src/x/two.rs: takes Two"
        ]
    );
}

#[test]
fn a_file_beside_its_folder_is_in_it() {
    let mut files = vec![
        ("src/lib.rs", "mod x;"),
        (
            "src/x.rs",
            "mod deep; pub struct Top; fn f(_: deep::one::One) {}",
        ),
        ("src/x/deep/mod.rs", "pub mod one; mod two;"),
        ("src/x/deep/one.rs", "pub struct One;"),
        ("src/x/deep/two.rs", ""),
    ];
    assert_eq!(circles(&files), [""; 0]);

    files[4].1 = "use super::super::Top;";

    let found = circles(&files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("In `src/x/`, these"), "{found:?}");
}

#[test]
fn every_way_to_name_a_thing_is_followed_to_its_file() {
    assert_takes("Thing", "use super::b::Thing;", &[]);
    assert_takes("Thing", "use crate::b as c; fn f(_: c::Thing) {}", &[]);
    assert_takes("act", "fn f() { crate::b::act(); }", &[]);
    assert_takes("act", "use crate::b::*; fn f() { act() }", &[]);
    assert_takes(
        "act",
        "use crate::b::{self}; fn f() { println!(\"{}\", b::act()) }",
        &[],
    );
    assert_takes(
        "act",
        "mod inside { fn f() { super::super::b::act() } }",
        &[],
    );
    assert_takes("made", "use crate::b::made;", &[]);
    assert_takes(
        "Thing",
        "#[serde(with = \"crate::b::Thing\")] struct A;",
        &[],
    );
    assert_takes("act", "macro_rules! m { () => { $crate::b::act() } }", &[]);
    assert_takes(
        "act",
        "#[path = \"odd.rs\"] mod e; use e::act;",
        &[("src/odd.rs", "pub use crate::b::act;")],
    );
}

#[test]
fn a_re_export_leads_to_the_file_that_defines() {
    let again = ("src/c.rs", "pub(crate) use crate::b::Thing as Again;");
    let last = ("src/d.rs", "pub use super::c::*;");

    assert_takes("Thing", "use crate::d::Again;", &[again, last]);
    assert_takes("Thing", "fn f() { crate::d::Again::new() }", &[again, last]);
}

#[test]
fn a_macro_is_found_by_its_place_and_by_its_import() {
    let mut files = vec![
        ("src/lib.rs", "mod x;"),
        (
            "src/x/mod.rs",
            "macro_rules! m { () => {} } mod low; use low::Low;",
        ),
        ("src/x/low.rs", "pub struct Low; fn f() { m!() }"),
    ];
    assert_eq!(circles(&files).len(), 1);

    files[2].1 = "pub struct Low; fn f() { super::m!() }";
    assert_eq!(circles(&files).len(), 1);

    files[2].1 = "pub struct Low; fn f() { let m = 1; m != 2; }";
    assert_eq!(circles(&files), [""; 0]);
}

#[test]
fn tests_and_declarations_use_nothing() {
    let found = circles(&[
        ("src/lib.rs", "mod a; mod b;"),
        (
            "src/a.rs",
            "use crate::b::Two; pub struct One; #[cfg(test)] mod tests;",
        ),
        (
            "src/a/tests.rs",
            "use super::*; use crate::b::Two; fn f(_: One) {}",
        ),
        (
            "src/b.rs",
            "pub struct Two; #[cfg(test)] mod tests { use crate::a::One; }",
        ),
        ("src/main.rs", "use made_up::a::One; fn main() {}"),
    ]);

    assert_eq!(found, [""; 0]);
}

#[test]
fn tests_make_circles_among_themselves() {
    let found = circles(&[
        ("src/lib.rs", "#[cfg(test)] mod tests;"),
        ("src/tests/mod.rs", "mod one; fn f() { one::g() }"),
        ("src/tests/one.rs", "use super::f; pub fn g() {}"),
    ]);

    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn what_cannot_be_read_is_said() {
    let load = |path: &str| (path == "src/lib.rs").then(|| "mod gone;".to_owned());

    let fault = Reader::new(&load).read("src/lib.rs", &[]).unwrap_err();

    assert_eq!(
        fault.to_string(),
        "src/lib.rs: the file of `mod gone` is missing"
    );
}
