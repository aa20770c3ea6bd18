//! Claims of an email give way to the account for which it is vouched. The macros run in a
//! transaction.

/// Records which claims gave way.
macro_rules! note_lost {
    ($tx:expr, $lost:expr, $by:expr) => {{
        let lost: Vec<(uuid::Uuid, Option<String>)> = $lost;
        for (id, email) in lost {
            let kind = shared::audit::AuditKind::EmailGaveWay;
            let event = $crate::audit::Event::about(kind, id);
            let event = event.detail(email.as_deref().unwrap_or_default());
            $crate::store::audit::insert_audit!(&mut *$tx, $by, event)?;
        }
    }};
}
pub(crate) use note_lost;

/// Ends the claims of other accounts to this account's email, which is vouched for by now. Their
/// owners are told.
macro_rules! end_claims {
    ($tx:expr, $id:expr, $by:expr) => {{
        let lost = sqlx::query_as(concat!(
            "update account set lost_email = email, email = null, email_key = null
             where email_key = (select email_key from account where account_id = $1)
                and account_id <> $1 and not ",
            $crate::store::rows::vouched!(),
            " returning account_id, lost_email"
        ))
        .bind($id)
        .fetch_all(&mut *$tx)
        .await?;
        $crate::store::account::claims::note_lost!($tx, lost, $by);
    }};
}
pub(crate) use end_claims;

/// Ends this account's claim if its email is vouched for as another account's. Run before the
/// account becomes an admin, whose own email is vouched for, too.
macro_rules! yield_claim {
    ($tx:expr, $id:expr, $by:expr) => {{
        let lost = sqlx::query_as(concat!(
            "update account set lost_email = email, email = null, email_key = null
             where account_id = $1 and not ",
            $crate::store::rows::vouched!(),
            " and exists (select 1 from account where account_id <> $1
                and email_key = (select email_key from account where account_id = $1) and ",
            $crate::store::rows::vouched!(),
            ") returning account_id, lost_email"
        ))
        .bind($id)
        .fetch_all(&mut *$tx)
        .await?;
        $crate::store::account::claims::note_lost!($tx, lost, $by);
    }};
}
pub(crate) use yield_claim;

/// Records that an OP vouches for the email that the account claims, unless it is vouched for as
/// another account's already.
macro_rules! vouch {
    ($tx:expr, $id:expr, $email_key:expr, $by:expr) => {{
        let is_vouched = sqlx::query(concat!(
            "update account set email_voucher = 'op'
             where account_id = $1 and email_key = $2 and email_voucher is null
                and not exists (select 1 from account where account_id <> $1 and email_key = $2 and ",
            $crate::store::rows::vouched!(),
            ")"
        ))
        .bind($id)
        .bind($email_key)
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0;
        if is_vouched {
            $crate::store::account::claims::end_claims!($tx, $id, $by);
        }
    }};
}
pub(crate) use vouch;
