//! How the doctor asks a server what arrives of a request, and how both prove who they are.
//!
//! The question carries a proof (HMAC), and so does the answer. Both need the secret key: a stranger
//! gets the same 404 as anywhere below `/api/`, and the server of a stranger cannot pass for this
//! one. A question is valid for a minute. Someone who overhears one can repeat it, and only learns
//! how their own request arrives.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::random::random_text;
use crate::keys::Keys;
use clock::Timestamp;

/// The header of the question.
pub(crate) const HEADER: &str = "postern-doctor";
/// How many seconds a question is valid before and after the time in it.
const SERVES: i64 = 60;

/// The label of the proof in a question.
const QUESTION: &str = "question";
/// The label of the proof in an answer.
const ANSWER: &str = "answer";

/// The cookie by which the doctor sees whether cookies come back.
pub(crate) const COOKIE: &str = "doctor";

/// A question to a server.
#[derive(Debug)]
pub(crate) struct Question {
    nonce: String,
    /// The header's value.
    pub(crate) text: String,
}

impl Question {
    /// Makes a question.
    pub(crate) fn new(keys: &Keys, now: Timestamp) -> Self {
        let nonce = random_text();
        let signed = format!("{nonce}.{}", now.unix());
        let text = format!("{signed}.{}", keys.doctor_mac(QUESTION, &signed));
        Self { nonce, text }
    }

    /// Returns whether a server with the same key gave this answer.
    pub(crate) fn is_answered_by(&self, reflection: &Reflection, keys: &Keys) -> bool {
        let proof = keys.doctor_mac(ANSWER, &self.nonce);
        proof.as_bytes().ct_eq(reflection.proof.as_bytes()).into()
    }
}

/// Returns the proof that answers a question; `None` if the question is expired or not proven.
pub(crate) fn answer(text: &str, keys: &Keys, now: Timestamp) -> Option<String> {
    let (signed, proof) = text.rsplit_once('.')?;
    let is_proven: bool = keys
        .doctor_mac(QUESTION, signed)
        .as_bytes()
        .ct_eq(proof.as_bytes())
        .into();
    let (nonce, at) = signed.split_once('.')?;
    let at: i64 = at.parse().ok()?;
    let is_fresh = (at.saturating_sub(now.unix())).abs() <= SERVES;
    (is_proven && is_fresh).then(|| keys.doctor_mac(ANSWER, nonce))
}

/// A request as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reflection {
    /// The proof; empty if no doctor asked.
    pub proof: String,
    /// The address that connected: that of the proxy, if there is one.
    pub peer: String,
    /// Does `POSTERN_TRUSTED_PROXIES` name it?
    pub is_peer_trusted: bool,
    /// The address of the client, after the trusted proxies.
    pub client: String,
    /// `Host`.
    pub host: String,
    /// `X-Forwarded-For`, several lines joined.
    pub forwarded_for: String,
    /// `X-Forwarded-Proto`.
    pub forwarded_proto: String,
    /// `X-Forwarded-Host`.
    pub forwarded_host: String,
    /// Did another header of a proxy arrive: `Via`, `Forwarded`, `X-Real-IP`?
    pub has_other_signs: bool,
    /// Did the cookie of the doctor arrive?
    pub has_cookie: bool,
}

#[cfg(test)]
mod tests {
    use super::{Question, Reflection, answer};
    use crate::keys::Keys;
    use clock::Timestamp;

    fn keys(secret: u8) -> Keys {
        Keys::derive(&vec![secret; 32].into())
    }

    #[test]
    fn only_who_has_the_key_can_ask_or_answer() {
        let (own, foreign) = (keys(1), keys(2));
        let now = Timestamp::from_unix(1_000);
        let question = Question::new(&own, now);

        let check = |proof: Option<String>| {
            let reflection = Reflection {
                proof: proof.unwrap_or_default(),
                ..Reflection::default()
            };
            question.is_answered_by(&reflection, &own)
        };

        assert!(check(answer(&question.text, &own, now)));
        assert!(!check(None));
        assert_eq!(answer(&question.text, &foreign, now), None);
        let stranger = Question::new(&foreign, now);
        assert!(!check(answer(&stranger.text, &foreign, now)));
        for text in ["", ".", "..", "a.1000.b", &question.text[1..]] {
            assert_eq!(answer(text, &own, now), None, "{text}");
        }
    }

    #[test]
    fn question_serves_for_a_minute() {
        let own = keys(1);
        let question = Question::new(&own, Timestamp::from_unix(1_000));

        let check = |now| answer(&question.text, &own, Timestamp::from_unix(now)).is_some();

        assert!(check(940) && check(1_000) && check(1_060));
        assert!(!check(939) && !check(1_061));
    }
}
