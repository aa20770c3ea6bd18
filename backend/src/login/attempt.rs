//! What the browser keeps, sealed, while it is at the OP.

use oidc::attempt::Attempt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::AccountId;
use crate::return_to::ReturnTo;

/// What the login is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// To log in.
    Login,
    /// To link an identity to the account that is logged in.
    Link {
        /// That account.
        account_id: AccountId,
        /// By this very session: nobody else's browser can finish it.
        session_id: Uuid,
    },
    /// To show an admin what comes, and log nobody in.
    Test {
        /// The admin.
        account_id: AccountId,
        /// By this very session.
        session_id: Uuid,
    },
}

/// An attempt at the OP, with what it is for. Has no `Debug`: the code verifier is in it.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// What the OP's answer is held against.
    #[serde(flatten)]
    pub protocol: Attempt,
    /// What it is for.
    pub intent: Intent,
    /// Where to go afterwards.
    pub next: ReturnTo,
}
