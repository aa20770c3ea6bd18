//! The JWK Set: with any content, a token is checked with the key that signed it, and with no
//! other.

use std::sync::LazyLock;

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use oidc::jwks::SigningKeys;
use oidc::jws::Verifier;
use serde_json::{Map, Value};

use crate::op::CLIENT_SECRET;
use crate::token;

/// A token without `kid`, and the part of its key that tells it from others.
struct Signed {
    /// The algorithm.
    alg: &'static str,
    /// The member of the JWK that holds `key`.
    member: &'static str,
    /// In base64url.
    key: &'static str,
    /// The token. Nobody has its private key.
    token: &'static str,
}

/// One token for each kind of key.
const SIGNED: [Signed; 5] = [
    Signed {
        alg: "EdDSA",
        member: "x",
        key: "nNfM0rv76YYHtwQtLucU3ek1K_iWthjCGBSQ7IWRh6s",
        token: concat!(
            "eyJhbGciOiJFZERTQSJ9.eyJqd2tzIjoicHJvcGVydHkifQ.IyHb8ikXuCxIBoHXD3NzBVjv5k32CwjN2YFBoT8M",
            "ElDPl07ZLrbRs7mUWueoG1cCwCzjjyQZdLTMFjKj_U1GBA",
        ),
    },
    Signed {
        alg: "ES256",
        member: "x",
        key: "8tCQFXE6O9PYWrptE5A0ZKfIBkP8TPduLls-bvEgdlQ",
        token: concat!(
            "eyJhbGciOiJFUzI1NiJ9.eyJqd2tzIjoicHJvcGVydHkifQ.IB4OtTcGsh-mz7KxFLLVY9rAmFJ6PDxHqsHwoNbE",
            "cmWpBFsweVx9vTSf5QeyXBSgfO8BTIm9ZrCajqKuso2ByQ",
        ),
    },
    Signed {
        alg: "ES384",
        member: "x",
        key: "xpN5YIhJ_uEE44hUSucRqM8diHoSZN54_Ee3Ag0ujLdu2PY-pRFnVANkq-98EN5O",
        token: concat!(
            "eyJhbGciOiJFUzM4NCJ9.eyJqd2tzIjoicHJvcGVydHkifQ.C8lXporQItRIR5oGAkkKwKbvfmL7os6XRPphqXGD",
            "ZQwb1KP0zP3dq0YzNI7MBlyFMHo1eHESufjuy0xMHQDcVl_WkKmDM8kSc7rNsAbPIHaAgMHb6AC_2_rmYKXjAE4r",
        ),
    },
    Signed {
        alg: "RS256",
        member: "n",
        key: concat!(
            "1-ttGQcdtRZ2Uqd74chSa6z0apGlh_P4ni6lp4rAORoqJk6h8kZYgOColZEwW1G1vrqFbKZz72EdT_WUhvonEMjN",
            "Mqex720ygbvhIDctIuRTstBg5Xwn8ZMDxqYU7jyy_pkQ8WUhrfPSGlQ-HSO2KRfh-WA375Cb_pH0VkaNPBU4Tf8I",
            "Y9IydOceLhaCRO0833dBN6JEmGBfjcfBqNXYHgZOJuu4GJodyzgeWQF99NwoeucS6dlZYr7uy9NjXsoMu8mWCShW",
            "j2Z2X8Wcx_dCt3F-0U0f9NHumQRM7xO5sbPR5n72PlAmDNqvSgT3Z83OTegGDWY8qEPr6a13pCxBIQ",
        ),
        token: concat!(
            "eyJhbGciOiJSUzI1NiJ9.eyJqd2tzIjoicHJvcGVydHkifQ.RpC-27kOpoLd8X7rA5SAt1i4vNtjX_ck5T_uRSDK",
            "2tU3Q5fkYpdmTAkAeA7utOTqmkjuN5cLu-85a3wehLVUfDDRn1HrN9voyx30pYmdnVXXzF1MInUczfPPqMXQFU0u",
            "rYWxboVLzwyBnpk4DkEZPu3_DhJz2QjOKwuZIBC8_dxo2hwrzYTsYz3aP073r2defkmaS_Zo2o96_F4vDIbLqeHd",
            "7JrlDljoOSy7aeJ5uHrvJcpvOQFAtcFzpVgpYUSD3Y_I7HKyiqw9d_GOPmqtFiG3B0_8GtPZtuZn3Am6tZXnBrZn",
            "L1gfX7lsuby3NJV5IQECe1t5mxl3q4luZVnPyQ",
        ),
    },
    Signed {
        alg: "PS256",
        member: "n",
        key: concat!(
            "1-ttGQcdtRZ2Uqd74chSa6z0apGlh_P4ni6lp4rAORoqJk6h8kZYgOColZEwW1G1vrqFbKZz72EdT_WUhvonEMjN",
            "Mqex720ygbvhIDctIuRTstBg5Xwn8ZMDxqYU7jyy_pkQ8WUhrfPSGlQ-HSO2KRfh-WA375Cb_pH0VkaNPBU4Tf8I",
            "Y9IydOceLhaCRO0833dBN6JEmGBfjcfBqNXYHgZOJuu4GJodyzgeWQF99NwoeucS6dlZYr7uy9NjXsoMu8mWCShW",
            "j2Z2X8Wcx_dCt3F-0U0f9NHumQRM7xO5sbPR5n72PlAmDNqvSgT3Z83OTegGDWY8qEPr6a13pCxBIQ",
        ),
        token: concat!(
            "eyJhbGciOiJQUzI1NiJ9.eyJqd2tzIjoicHJvcGVydHkifQ.PA9l67e98s2BFq_7EAxkFuw14_zDkDUmOcZuTtEp",
            "wP7S2v6N5xO_WnpYfFS5KU3HoDaShdXYOI9HIa7B_y1Tgwg5-TFM4Ro1OzyZ6Pz6pNhtCfvwRmhuKu9cJXb9npPA",
            "O4nGZzWZIk2mXs56ZFNLY4qD54W9RKRobhVYgcbhSTQ1HV8SsyyQAvPyp4oYKZ9qBb6LGOpmKK3RkXouoCjeg3m2",
            "pA5tS-8MoNdhTR8xjajiuz27ipOePKAzCNqSUQRP4A59XzL4Bei_VdIbQXAUOf7QXG5EZdQsPHc2XkmwDm_SsMqz",
            "8MCZvdf2xyPexsmTm1ifrlk5j09ec-Ocs_7ilA",
        ),
    },
];

/// Signed by HS256 with `a-secret-that-a-set-may-hold`, and with an empty secret.
const SYMMETRIC: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiJ9.eyJqd2tzIjoicHJvcGVydHkifQ.AlLZEzXrhzTqalXiO5xWIRhn2OOmJDbL5FEQ3nK7Fwg",
    "eyJhbGciOiJIUzI1NiJ9.eyJqd2tzIjoicHJvcGVydHkifQ.2wJvR9PuctFJIOset2_Yy2g4HaasT8daYzKJQxhWQCs",
];

/// All algorithms that a token here has.
static ALGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let asymmetric = SIGNED.iter().map(|signed| signed.alg);
    asymmetric.chain(["HS256"]).map(str::to_owned).collect()
});

/// See [`crate::Property::check`].
pub(crate) fn check(data: &[u8]) -> bool {
    let Ok(Value::Object(set)) = serde_json::from_slice(data) else {
        return false;
    };
    let keys = SigningKeys::parse(&set);
    let verifier = Verifier {
        keys: &keys,
        algs: &ALGS,
        client_secret: CLIENT_SECRET,
    };
    let mut taken = false;
    for signed in &SIGNED {
        match verifier.verify(signed.token) {
            Ok(_) => {
                assert!(holds(&set, signed), "{} with another key", signed.alg);
                assert!(!keys.is_empty());
                taken = true;
            }
            Err(fault) => token::assert_can_be_logged(&fault),
        }
    }
    for token in SYMMETRIC {
        let taken = verifier.verify(token).is_ok();
        assert!(!taken, "a secret out of the set is a key");
    }
    taken
}

/// Returns true if the key is in the set, and may sign.
fn holds(set: &Map<String, Value>, signed: &Signed) -> bool {
    let wanted = number(signed.key);
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter(|key| key["use"] != "enc")
        .filter(|key| {
            key.get("alg")
                .is_none_or(|alg| alg.is_null() || alg == signed.alg || is_ed25519(alg, signed))
        })
        .filter_map(|key| key[signed.member].as_str())
        .any(|key| number(key) == wanted)
}

/// Is it the other name of the token's algorithm (RFC 9864)?
fn is_ed25519(alg: &Value, signed: &Signed) -> bool {
    alg == "Ed25519" && signed.alg == "EdDSA"
}

/// Returns the bytes without zeros before them. A number may be written with some, with padding,
/// and with bits after its end; it is the same key all the same.
fn number(text: &str) -> Vec<u8> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::URL_SAFE, lenient);
    let bytes = engine.decode(text).unwrap_or_default();
    bytes.into_iter().skip_while(|byte| *byte == 0).collect()
}
