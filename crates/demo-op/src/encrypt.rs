//! Encrypts ID tokens, as Authentik does if an Encryption Key is selected.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, KeyInit};
use anyhow::Context;
use hmac::{Hmac, Mac};
use rsa::rand_core::OsRng;
use rsa::{Oaep, RsaPublicKey};
use serde_json::json;
use sha2::{Sha256, Sha512};

use crate::keys::{base64url, random_bytes};

/// Wraps a signed token into a compact JWE (RFC 7516 §7.1): `RSA-OAEP-256`, `A256CBC-HS512`.
pub(crate) fn encrypt(token: &str, kid: &str, key: &RsaPublicKey) -> anyhow::Result<String> {
    let header = json!({"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "cty": "JWT", "kid": kid});
    let header = base64url(header.to_string());
    let content_key = random_bytes::<64>();
    let wrapped = key
        .encrypt(&mut OsRng, Oaep::new::<Sha256>(), &content_key)
        .context("wrapping the content key")?;
    let iv = random_bytes::<16>();

    let (ciphertext, tag) = seal(token.as_bytes(), header.as_bytes(), &content_key, iv);
    let parts = [
        base64url(wrapped),
        base64url(iv),
        base64url(ciphertext),
        base64url(tag),
    ];
    Ok(format!("{header}.{}", parts.join(".")))
}

/// `A256CBC-HS512` (RFC 7518 §5.2.2.1): returns the ciphertext and the authentication tag.
fn seal(plaintext: &[u8], aad: &[u8], key: &[u8; 64], iv: [u8; 16]) -> (Vec<u8>, Vec<u8>) {
    // The first half of the key authenticates, the second encrypts.
    let (mac_key, cipher_key) = key.split_at(32);
    let ciphertext = encrypt_cbc(plaintext, cipher_key, iv);
    let aad_bits = aad.len() as u64 * 8;
    let mac = <Hmac<Sha512> as Mac>::new_from_slice(mac_key)
        .expect("HMAC takes a key of any length")
        .chain_update(aad)
        .chain_update(iv)
        .chain_update(&ciphertext)
        .chain_update(aad_bits.to_be_bytes())
        .finalize()
        .into_bytes();
    (ciphertext, mac[..32].to_vec())
}

/// AES-256 in CBC mode with PKCS #7 padding.
fn encrypt_cbc(plaintext: &[u8], key: &[u8], iv: [u8; 16]) -> Vec<u8> {
    let cipher = Aes256::new(GenericArray::from_slice(key));
    let padding = 16 - plaintext.len() % 16;
    let mut padded = plaintext.to_vec();
    padded.resize(
        plaintext.len() + padding,
        u8::try_from(padding).unwrap_or(16),
    );
    let mut previous = iv;
    for block in padded.chunks_exact_mut(16) {
        for (byte, mask) in block.iter_mut().zip(previous) {
            *byte ^= mask;
        }
        cipher.encrypt_block(GenericArray::from_mut_slice(block));
        previous.copy_from_slice(block);
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::hex;

    /// RFC 7518, Appendix B.3.
    #[test]
    fn the_example_of_the_specification_comes_out() {
        let key: [u8; 64] = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let iv = 0x1af3_8c2d_c2b9_6ffd_d866_9409_2341_bc04_u128.to_be_bytes();
        let plaintext = b"A cipher system must not be required to be secret, and it must be able \
            to fall into the hands of the enemy without inconvenience";
        let aad = b"The second principle of Auguste Kerckhoffs";

        let (ciphertext, tag) = seal(plaintext, aad, &key, iv);

        assert_eq!(hex(&ciphertext[..16]), "4affaaadb78c31c5da4b1b590d10ffbd");
        assert_eq!(
            hex(tag),
            "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"
        );
    }

    #[test]
    fn content_key_is_wrapped_for_the_recipient() {
        use base64::Engine;
        let recipient = crate::keys::Key::foreign();
        let private = recipient.as_rsa().unwrap();

        let jwe = encrypt("a.b.c", "kid", &private.to_public_key()).unwrap();

        let parts: Vec<_> = jwe.split('.').collect();
        let decode = |part| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD
                .decode(part)
                .unwrap()
        };
        let key = private
            .decrypt(Oaep::new::<Sha256>(), &decode(parts[1]))
            .unwrap();
        let iv = decode(parts[2]).try_into().unwrap();
        let sealed = seal(b"a.b.c", parts[0].as_bytes(), &key.try_into().unwrap(), iv);
        assert_eq!(sealed, (decode(parts[3]), decode(parts[4])));
    }
}
