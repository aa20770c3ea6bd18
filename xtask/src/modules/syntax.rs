//! Small questions about Rust syntax.

use syn::buffer::Cursor;
use syn::{Attribute, Ident, Item};

/// Returns an item's attributes, and the name that it defines.
pub(super) fn parts(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(it) => (&it.attrs, Some(&it.ident)),
        Item::Enum(it) => (&it.attrs, Some(&it.ident)),
        Item::Fn(it) => (&it.attrs, Some(&it.sig.ident)),
        Item::Impl(it) => (&it.attrs, None),
        Item::Macro(it) => (&it.attrs, it.ident.as_ref()),
        Item::Static(it) => (&it.attrs, Some(&it.ident)),
        Item::Struct(it) => (&it.attrs, Some(&it.ident)),
        Item::Trait(it) => (&it.attrs, Some(&it.ident)),
        Item::Type(it) => (&it.attrs, Some(&it.ident)),
        Item::Union(it) => (&it.attrs, Some(&it.ident)),
        Item::Use(it) => (&it.attrs, None),
        _ => (&[], None),
    }
}

/// Returns true if the attributes limit something to test builds.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<Ident>().is_ok_and(|it| it == "test")
    })
}

/// Returns the file that `#[path = "file"]` gives a module.
pub(super) fn given_file(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|it| it.path().is_ident("path"))?;
    match &attribute.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

/// Returns a path's names, after `::` if it begins so.
pub(super) fn segments(path: &syn::Path) -> Vec<String> {
    let crates = path.leading_colon.as_ref().map(|_| "::".to_owned());
    let names = path.segments.iter().map(|it| it.ident.to_string());
    crates.into_iter().chain(names).collect()
}

/// Returns the name after `::`, and what follows it.
pub(super) fn next_segment(at: Cursor) -> Option<(Ident, Cursor)> {
    let (first, at) = at.punct()?;
    let (second, at) = at.punct()?;
    let is_path = first.as_char() == ':' && second.as_char() == ':';
    at.ident().filter(|_| is_path)
}

/// Returns true if the tokens are the call of the macro with the name before them.
pub(super) fn is_call(at: Cursor) -> bool {
    at.punct()
        .is_some_and(|(punct, at)| punct.as_char() == '!' && at.any_group().is_some())
}
