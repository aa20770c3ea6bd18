//! The data that the browser keeps, sealed, while it is at the OP.

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
        /// The account.
        account_id: AccountId,
        /// This very session: no other browser can finish it.
        session_id: Uuid,
    },
    /// To show an admin which claims come, without logging anybody in.
    Test {
        /// The admin.
        account_id: AccountId,
        /// This very session.
        session_id: Uuid,
    },
}

/// An attempt at the OP, with its purpose. Has no `Debug`: it contains the code verifier.
#[derive(Clone, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// What the OP's answer is checked against.
    #[serde(flatten)]
    pub protocol: Attempt,
    /// Its purpose.
    pub intent: Intent,
    /// Where to go afterwards.
    pub next: ReturnTo,
}
