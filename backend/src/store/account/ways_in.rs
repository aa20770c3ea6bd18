//! Who can log in, and whether an admin can: one rule for claims, admins, owners and the start.

use uuid::Uuid;

use crate::account::WaysIn;
use crate::store::{Result, Store, on_database};

/// The condition on a row of `account` that its owner has a way in. [`bind_ways`] binds `$1` to
/// `$3`.
macro_rules! has_way_in {
    () => {
        "(($1 and password_hash is not null) or exists (select 1 from identity
            where identity.account_id = account.account_id and ($2 or issuer = $3)))"
    };
}
pub(crate) use has_way_in;

/// Binds the ways in, as `$1` to `$3`.
macro_rules! bind_ways {
    ($query:expr, $ways:expr) => {{
        let ways: &$crate::account::WaysIn = $ways;
        $query
            .bind(ways.password)
            .bind(ways.identities.is_all())
            .bind(ways.identities.issuer())
    }};
}
pub(crate) use bind_ways;

/// Returns true if an enabled admin other than the account `$except` has a way in.
macro_rules! has_admin {
    ($executor:expr, $ways:expr, $except:expr) => {{
        let query = sqlx::query_scalar::<_, bool>(concat!(
            "select exists (select 1 from account where role = 'admin' and disabled_at is null
                and account_id <> $4 and ",
            $crate::store::account::ways_in::has_way_in!(),
            ")"
        ));
        $crate::store::account::ways_in::bind_ways!(query, $ways)
            .bind($except)
            .fetch_one($executor)
            .await
    }};
}
pub(crate) use has_admin;

impl Store {
    /// Returns true if an enabled admin has a way in.
    pub async fn has_admin(&self, ways: &WaysIn) -> Result<bool> {
        Ok(on_database!(self, pool => has_admin!(pool, ways, Uuid::nil())?))
    }
}
