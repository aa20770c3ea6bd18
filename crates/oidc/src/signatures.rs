//! Checks signatures aside: one takes a millisecond of a processor, which no other request is to
//! wait for.

use std::sync::Arc;
use std::thread;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::jwks::SigningKeys;
use super::jws::{Signed, TokenFault, Verifier};
use super::metadata::Metadata;

/// Who can have a signature checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whoever has logged in at the OP.
    Login,
    /// Anybody: whoever sends a logout token. A storm of them takes one processor at most, and none
    /// of the turns of logins.
    Anybody,
}

/// Whose turn it is. Clones share the turns.
#[derive(Debug, Clone)]
pub(super) struct Signatures {
    logins: Arc<Semaphore>,
    anybody: Arc<Semaphore>,
}

impl Default for Signatures {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            logins: Arc::new(Semaphore::new(processors)),
            anybody: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Signatures {
    /// Checks a token's signature.
    ///
    /// # Errors
    /// See [`TokenFault`].
    pub(super) async fn check(
        &self,
        token: &str,
        keys: Arc<SigningKeys>,
        metadata: &Arc<Metadata>,
        client_secret: &SecretString,
        question: Question,
    ) -> Result<Signed, TokenFault> {
        let turns = match question {
            Question::Login => &self.logins,
            Question::Anybody => &self.anybody,
        };
        // Nobody closes it.
        let turn = Arc::clone(turns).acquire_owned().await.ok();
        let (token, secret) = (token.to_owned(), client_secret.clone());
        let metadata = Arc::clone(metadata);
        let check = move || {
            let verifier = Verifier {
                keys: &keys,
                algs: &metadata.id_token_algs,
                client_secret: secret.expose_secret(),
            };
            let checked = verifier.verify(&token);
            // A check goes on though nobody waits for it any more; its turn goes with it.
            drop(turn);
            checked
        };
        spawn_blocking(check).await.unwrap_or_else(|_| {
            Err(TokenFault::Invalid(
                "the check of the signature broke off".to_owned(),
            ))
        })
    }
}
