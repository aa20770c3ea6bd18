//! The role that the OP's claims give, at a login and when the OP is asked again.

use shared::session::Role;

use crate::account::WaysIn;

/// A role that the claims give.
#[derive(Debug, Clone, Copy)]
pub struct ClaimedRole<'a> {
    /// The role.
    pub role: Role,
    /// The ways in, because the last admin with one stays an admin.
    pub ways: &'a WaysIn,
}

/// Gives an account the role that the claims say, which ends its links and sessions: no token
/// outlives its role. The last admin with a way in stays an admin. The account's row must be locked,
/// and to demote an admin also the row under which admins are counted.
macro_rules! follow_claims {
    ($tx:expr, $account:expr, $claimed:expr, $by:expr) => {{
        use shared::audit::AuditKind;
        use shared::session::Role;
        use $crate::store::account::accounts::{close_setup, end_sessions, void_links};
        use $crate::store::account::claims::yield_claim;
        use $crate::store::account::ways_in::has_admin;
        use $crate::store::audit::insert_audit;
        let (account, claimed): (
            &$crate::account::Account,
            $crate::store::account::claimed_role::ClaimedRole<'_>,
        ) = ($account, $claimed);
        let (id, role) = (account.id, claimed.role);
        if account.role != Role::Admin || has_admin!(&mut *$tx, claimed.ways, id)? {
            if role == Role::Admin {
                yield_claim!($tx, id, $by);
            }
            sqlx::query("update account set role = $2, updated_at = $3 where account_id = $1")
                .bind(id)
                .bind(role.as_str())
                .bind($by.at.unix())
                .execute(&mut *$tx)
                .await?;
            end_sessions!($tx, id)?;
            void_links!($tx, id, $by.at);
            let event =
                $crate::audit::Event::about(AuditKind::RoleChanged, id).detail(role.as_str());
            insert_audit!(&mut *$tx, $by, event)?;
            if role == Role::Admin {
                close_setup!(&mut *$tx, $by.at)?;
            }
        }
    }};
}
pub(crate) use follow_claims;
