//! Addresses with a query, and what one has.

/// Returns the address with these parameters.
pub(crate) fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("{address}?{}", query.extend_pairs(parameters).finish())
}

/// Returns the first parameter of that name.
pub(crate) fn parameter(query: &str, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == wanted)?;
    Some(value.into_owned())
}
