//! What was signed a moment ago, and is as good for the next request: a page comes with dozens of
//! requests, and a signature costs more than all else that the door does with one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderValue;
use postern_assertion::Identity;

use clock::Timestamp;

/// How long an assertion is given again: what is left of its minute is enough for a request, and for
/// a clock that is a little off.
const REUSED_FOR: Duration = Duration::from_secs(20);

/// The most assertions that are kept, of about a kilobyte each.
const MOST: usize = 4096;

/// The assertions of the last seconds.
#[derive(Default)]
pub(super) struct Recent(Mutex<HashMap<String, Signed>>);

struct Signed {
    /// What it says: one that says anything else is signed anew.
    identity: Identity,
    audience: String,
    kid: String,
    at: Timestamp,
    assertion: HeaderValue,
}

impl Recent {
    /// Returns an assertion with exactly this content, by this key.
    pub(super) fn find(
        &self,
        identity: &Identity,
        audience: &str,
        kid: &str,
        now: Timestamp,
    ) -> Option<HeaderValue> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = kept.get(&place(identity))?;
        let is_same = signed.identity == *identity
            && signed.audience == audience
            && signed.kid == kid
            && signed.at <= now
            && now < signed.at.plus(REUSED_FOR);
        is_same.then(|| signed.assertion.clone())
    }

    /// Keeps an assertion that was just signed.
    pub(super) fn keep(
        &self,
        identity: &Identity,
        audience: &str,
        kid: &str,
        now: Timestamp,
        assertion: &HeaderValue,
    ) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.retain(|_, signed| now < signed.at.plus(REUSED_FOR));
        }
        if kept.len() >= MOST {
            kept.clear();
        }
        let signed = Signed {
            identity: identity.clone(),
            audience: audience.to_owned(),
            kid: kid.to_owned(),
            at: now,
            assertion: assertion.clone(),
        };
        kept.insert(place(identity), signed);
    }
}

/// Returns where an assertion is kept: one for each login and application.
fn place(identity: &Identity) -> String {
    format!("{} {}", identity.sid, identity.app)
}

#[cfg(test)]
mod tests {
    use super::{MOST, Recent};
    use crate::assertion::identity::tests::alice;
    use axum::http::HeaderValue;
    use clock::Timestamp;
    use postern_assertion::Identity;

    const ORIGIN: &str = "https://app.example.com";

    #[test]
    fn only_the_same_content_by_the_same_key_is_given_again_and_not_for_long() {
        let recent = Recent::default();
        let at = |second: i64| Timestamp::from_unix(1_790_000_000 + second);
        let assertion = HeaderValue::from_static("a.b.c");
        recent.keep(&alice(), ORIGIN, "key", at(0), &assertion);

        let renamed = Identity {
            groups: Vec::new(),
            ..alice()
        };
        let elsewhere = Identity {
            app: "other".to_owned(),
            ..alice()
        };
        let find = |identity: &Identity, origin, kid, second| {
            recent.find(identity, origin, kid, at(second)).is_some()
        };
        assert!(find(&alice(), ORIGIN, "key", 19));
        assert!(!find(&alice(), ORIGIN, "key", 20));
        assert!(!find(&alice(), ORIGIN, "key", -1));
        assert!(!find(&alice(), ORIGIN, "other", 0));
        assert!(!find(&alice(), "https://other.example.com", "key", 0));
        assert!(!find(&renamed, ORIGIN, "key", 0));
        assert!(!find(&elsewhere, ORIGIN, "key", 0));
    }

    #[test]
    fn there_is_a_bound() {
        let recent = Recent::default();
        let now = Timestamp::from_unix(1_790_000_000);
        for sid in 0..=MOST {
            let identity = Identity {
                sid: sid.to_string(),
                ..alice()
            };
            recent.keep(
                &identity,
                ORIGIN,
                "key",
                now,
                &HeaderValue::from_static("a"),
            );
        }
        assert_eq!(recent.0.into_inner().map(|kept| kept.len()).ok(), Some(1));
    }
}
