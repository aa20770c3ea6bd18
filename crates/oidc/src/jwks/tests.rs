use super::{MAX_CANDIDATES, SigningKeys, algorithm, bits};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

fn parse(keys: &[Value]) -> SigningKeys {
    let set = json!({ "keys": keys });
    SigningKeys::parse(set.as_object().expect("an object"))
}

/// Returns an RSA key of so many bits that nobody has the private half of.
fn rsa(bits: usize) -> Value {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] = u8::MAX >> (modulus.len() * 8 - bits);
    json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": "AQAB"})
}

fn with(mut key: Value, name: &str, value: impl Into<Value>) -> Value {
    key[name] = value.into();
    key
}

#[test]
fn short_and_overlong_rsa_keys_are_refused_by_name() {
    for (size, is_taken) in [
        (512, false),
        (1024, false),
        (2047, false),
        (2048, true),
        (4096, true),
        (4097, false),
        (8192, false),
    ] {
        let keys = parse(&[with(rsa(size), "kid", "a")]);
        assert_eq!(keys.is_empty(), !is_taken, "{size}");
        let named = format!("an RSA key of {size} bits (kid \"a\")");
        let refusal = keys.refusal().unwrap_or_default();
        assert_eq!(refusal.contains(&named), !is_taken, "{size}: {refusal}");
    }
    let many = parse(&vec![rsa(1024); 7]).refusal().expect("a refusal");
    assert!(
        many.contains("3 more; RSA keys must have 2048 to 4096 bits"),
        "{many}"
    );
    assert_eq!(parse(&[with(rsa(1024), "use", "enc")]).refusal(), None);
}

#[test]
fn zeros_before_a_number_are_no_bits() {
    assert_eq!(
        [bits(&[]), bits(&[0, 0]), bits(&[0, 1, 0]), bits(&[0x80])],
        [0, 0, 9, 8]
    );
}

#[test]
fn entries_of_no_use_are_dropped_before_they_are_counted() {
    let mut entries = vec![json!({"kty": "oct", "k": "AAAA"}); 3000];
    entries.extend(vec![rsa(1024); 3000]);
    entries.push(with(rsa(2048), "kid", "last"));
    let rs256 = algorithm("RS256").expect("RS256");

    let keys = parse(&entries);

    assert_eq!(keys.candidates(Some("last"), &rs256).count(), 1);
}

#[test]
fn keys_of_the_name_come_before_those_without_one() {
    let mut entries = vec![rsa(2048); 20];
    entries.push(with(rsa(3072), "kid", "mine"));
    entries.push(with(rsa(2048), "kid", "other"));
    let keys = parse(&entries);
    let rs256 = algorithm("RS256").expect("RS256");
    let es256 = algorithm("ES256").expect("ES256");

    let first = keys.candidates(Some("mine"), &rs256).next().expect("a key");

    assert_eq!(first.kid.as_deref(), Some("mine"));
    assert_eq!(keys.candidates(Some("mine"), &rs256).count(), 21);
    assert_eq!(keys.candidates(None, &rs256).count(), 22);
    assert_eq!(keys.candidates(None, &es256).count(), 0);
    const { assert!(MAX_CANDIDATES < 20, "what is tried is a few") };
}

#[test]
fn ed25519_has_two_names() {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    let keys = parse(&[
        with(key.clone(), "alg", "Ed25519"),
        with(key.clone(), "alg", "EdDSA"),
        with(key, "alg", "Ed448"),
    ]);
    let alg = algorithm("Ed25519").expect("Ed25519");

    assert_eq!(Some(&alg), algorithm("EdDSA").as_ref());
    assert_eq!(keys.candidates(None, &alg).count(), 2);
}
