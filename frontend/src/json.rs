//! Turns what the browser has parsed into wire types.
//!
//! A format of serde's usually says what is wrong with a text, and with that sentence comes all that
//! writes one, down to the digits of floats. Here, what does not fit is only refused.

use std::fmt::{Display, Formatter};

use js_sys::{Array, JSON, Reflect};
use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast, JsValue};

/// Parses JSON; `None` for what is not such a thing.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    read(JSON::parse(text).ok()?)
}

/// Turns a parsed value into a type.
fn read<T: DeserializeOwned>(value: impl Node) -> Option<T> {
    T::deserialize(Reader(value)).ok()
}

/// A value of JSON, as somebody else has parsed it.
trait Node: Sized {
    /// Is it nothing?
    fn is_null(&self) -> bool;
    /// Returns the truth value.
    fn boolean(&self) -> Option<bool>;
    /// Returns the number.
    fn number(&self) -> Option<f64>;
    /// Returns the text.
    fn text(&self) -> Option<String>;
    /// Returns the elements of a list.
    fn elements(&self) -> Option<Vec<Self>>;
    /// Returns an object's member; `None` where there is none.
    fn member(&self, name: &str) -> Option<Self>;
}

impl Node for JsValue {
    fn is_null(&self) -> bool {
        self.is_null()
    }

    fn boolean(&self) -> Option<bool> {
        self.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn elements(&self) -> Option<Vec<Self>> {
        self.dyn_ref::<Array>().map(Array::to_vec)
    }

    fn member(&self, name: &str) -> Option<Self> {
        Reflect::get(self, &JsValue::from_str(name))
            .ok()
            .filter(|member| !member.is_undefined())
    }
}

/// The text says something else than the type. No word on what.
#[derive(Debug)]
struct Unfit;

impl Display for Unfit {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("unfit")
    }
}

impl std::error::Error for Unfit {}

/// Each of them is here because serde's own would write a sentence.
impl de::Error for Unfit {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads a value. Knows what wire types are made of: structs, lists, options, texts, whole numbers,
/// truth values, and enums that are a text.
struct Reader<N>(N);

impl<'de, N: Node> Deserializer<'de> for Reader<N> {
    type Error = Unfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        let value = self.0;
        if let Some(text) = value.text() {
            return visitor.visit_string(text);
        }
        if let Some(number) = value.number() {
            return whole(number).map_or(Err(Unfit), |number| visitor.visit_i64(number));
        }
        if let Some(boolean) = value.boolean() {
            return visitor.visit_bool(boolean);
        }
        match value.elements() {
            Some(elements) => visitor.visit_seq(Elements(elements.into_iter())),
            None if value.is_null() => visitor.visit_unit(),
            None => Err(Unfit),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        visitor.visit_map(Members {
            object: self.0,
            names: fields.iter(),
            next: None,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unfit> {
        let name = self.0.text().ok_or(Unfit)?;
        let name: StringDeserializer<Unfit> = name.into_deserializer();
        visitor.visit_enum(name)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier
    }
}

/// Returns a number without a fraction, as far as floats are exact.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "only within the limits")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// The elements of a list that are still to be read.
struct Elements<N>(std::vec::IntoIter<N>);

impl<'de, N: Node> SeqAccess<'de> for Elements<N> {
    type Error = Unfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unfit> {
        self.0
            .next()
            .map(|value| seed.deserialize(Reader(value)))
            .transpose()
    }
}

/// The members of an object that are still to be read. Those that the type does not know are left
/// alone: they may be of a newer server's.
struct Members<N> {
    /// The object.
    object: N,
    /// The type's fields.
    names: std::slice::Iter<'static, &'static str>,
    /// The value of the field whose name was read last.
    next: Option<N>,
}

impl<'de, N: Node> MapAccess<'de> for Members<N> {
    type Error = Unfit;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Unfit> {
        for name in self.names.by_ref() {
            if let Some(value) = self.object.member(name) {
                self.next = Some(value);
                return seed.deserialize((*name).into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Unfit> {
        seed.deserialize(Reader(self.next.take().ok_or(Unfit)?))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use shared::config::PublicConfig;
    use shared::error::{ErrorCode, Problem};
    use shared::profile::Profile;
    use shared::session::{GoTo, Role};

    use super::{Node, read};

    impl Node for Value {
        fn is_null(&self) -> bool {
            self.is_null()
        }

        fn boolean(&self) -> Option<bool> {
            self.as_bool()
        }

        fn number(&self) -> Option<f64> {
            self.as_f64()
        }

        fn text(&self) -> Option<String> {
            self.as_str().map(str::to_owned)
        }

        fn elements(&self) -> Option<Vec<Self>> {
            self.as_array().cloned()
        }

        fn member(&self, name: &str) -> Option<Self> {
            self.get(name).cloned()
        }
    }

    fn profile() -> Value {
        json!({
            "user": {
                "id": "1", "username": "alice", "display_name": null,
                "email": "alice@example.com", "role": "admin", "has_password": true,
            },
            "identities": [
                {"id": "2", "label": "Authentik", "issuer": "https://op.example/",
                 "username": "alice", "email": null, "linked_at": 1_700_000_000_000_i64,
                 "last_login_at": null, "new_in_a_later_version": {"a": [1]}},
            ],
        })
    }

    #[test]
    fn structs_lists_options_enums_and_numbers_are_read() {
        let read: Profile = read(profile()).unwrap();

        assert_eq!(read.user.role, Role::Admin);
        assert_eq!(
            (read.user.display_name, read.user.has_password),
            (None, true)
        );
        assert_eq!(read.user.email.as_deref(), Some("alice@example.com"));
        assert_eq!(read.identities[0].linked_at, 1_700_000_000_000);
        assert_eq!(read.identities[0].last_login_at, None);
    }

    #[test]
    fn what_may_be_missing_may_be_missing() {
        let problem = json!({"type": "about:blank", "title": "", "status": 429,
            "code": "rate_limited", "ref": "k3v9q2"});
        let mut with_wait = problem.clone();
        with_wait["retry_after"] = json!(7);

        let read: [Problem; 2] = [problem, with_wait].map(|value| read(value).unwrap());

        assert_eq!(read[0].code, ErrorCode::RateLimited);
        assert_eq!((read[0].retry_after, read[1].retry_after), (None, Some(7)));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let with = |pointer: &str, value: Value| {
            let mut profile = profile();
            *profile.pointer_mut(pointer).unwrap() = value;
            read::<Profile>(profile)
        };

        assert!(with("/user/id", json!("1")).is_some());
        for (pointer, value) in [
            ("", json!("<!doctype html>")),
            ("/user", json!([])),
            ("/user/id", json!(null)),
            ("/user/id", json!(1)),
            ("/user/role", json!("emperor")),
            ("/user/has_password", json!("true")),
            ("/identities", json!({})),
            ("/identities/0/linked_at", json!(1.5)),
            ("/identities/0/linked_at", json!(1e300)),
        ] {
            assert_eq!(with(pointer, value.clone()), None, "{pointer}: {value}");
        }
        assert!(read::<PublicConfig>(json!({})).is_none());
        let too_large =
            json!({"type": "", "title": "", "status": 70_000, "code": "internal", "ref": ""});
        assert!(read::<Problem>(too_large).is_none());
    }

    #[test]
    fn nothing_is_an_answer_too() {
        assert_eq!(read::<Option<GoTo>>(json!(null)), Some(None));
        assert!(read::<serde::de::IgnoredAny>(json!(null)).is_some());
    }
}
