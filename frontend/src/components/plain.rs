//! Elements in which nothing changes. They have one type, whatever they are: each shape of a `view!` is
//! compiled by itself, and costs the page 1 kB.

use leptos::attr::any_attribute::IntoAnyAttribute as _;
use leptos::attr::custom::custom_attribute;
use leptos::html::custom;
use leptos::prelude::*;

/// Returns an element with attributes and children.
pub(crate) fn plain(
    tag: &'static str,
    attributes: &[(&'static str, &str)],
    children: Vec<AnyView>,
) -> AnyView {
    let attributes = attributes.iter().map(|(name, value)| {
        let value = (*value).to_owned();
        custom_attribute(*name, value).into_any_attr()
    });
    let attributes: Vec<_> = attributes.collect();
    custom(tag)
        .child(children)
        .add_any_attr(attributes)
        .into_any()
}

/// Returns an element with a text alone.
pub(crate) fn worded(tag: &'static str, class: &str, text: impl Into<String>) -> AnyView {
    plain(tag, &[("class", class)], vec![text.into().into_any()])
}
