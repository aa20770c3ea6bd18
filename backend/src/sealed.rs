//! Seals values for whoever only keeps them: a browser in a cookie, the database in a column.

use cookie::{Cookie, CookieJar, Key};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Seals a value (AES-256-GCM). The name is sealed in: the value opens under no other.
///
/// # Errors
/// The value does not become JSON.
pub fn seal<T: Serialize>(key: &Key, name: &str, value: &T) -> Result<String, serde_json::Error> {
    let mut jar = CookieJar::new();
    jar.private_mut(key)
        .add(Cookie::new(name.to_owned(), serde_json::to_string(value)?));
    Ok(jar
        .get(name)
        .map(|cookie| cookie.value().to_owned())
        .unwrap_or_default())
}

/// Opens a sealed value; `None` for anything that was not sealed under one of the keys and that
/// name.
#[must_use]
pub fn open<'a, T: DeserializeOwned>(
    keys: impl IntoIterator<Item = &'a Key>,
    name: &str,
    value: &str,
) -> Option<T> {
    let jar = CookieJar::new();
    let opened = keys.into_iter().find_map(|key| {
        let cookie = Cookie::new(name.to_owned(), value.to_owned());
        jar.private(key).decrypt(cookie)
    })?;
    serde_json::from_str(opened.value()).ok()
}

#[cfg(test)]
mod tests {
    use super::{open, seal};
    use cookie::Key;

    #[test]
    fn a_sealed_value_opens_under_its_own_name_and_key_alone() {
        let (key, other) = (Key::generate(), Key::generate());
        let sealed = seal(&key, "name", &"value").expect("sealed");
        assert_eq!(
            open::<String>([&other, &key], "name", &sealed).as_deref(),
            Some("value")
        );
        assert_eq!(open::<String>([&other], "name", &sealed), None);
        assert_eq!(open::<String>([&key], "other", &sealed), None);
        assert_eq!(open::<String>([&key], "name", &sealed[1..]), None);
        assert_eq!(open::<String>([&key], "name", ""), None);
    }
}
