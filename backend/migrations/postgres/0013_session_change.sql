-- Tells every change that matters to who is logged in. Servers keep sessions in memory, and drop
-- them when they are told. Triggers, so that no writer can forget it: a new login and the last use
-- of a session change nothing for anybody else, and are not told. PostgreSQL tells it once for each
-- transaction, when that is committed.

create function tell_session_change() returns trigger language plpgsql as $$
begin
    perform pg_notify('postern_session', '');
    return null;
end
$$;

create trigger session_updated after update of session_id, account_id, token_hash, method, op_issuer,
    op_subject, op_sid, id_token, user_agent, address, started_at, confirmed_at, expires_at, ended_at,
    refresh_token, recheck_at on session
    for each row execute function tell_session_change();
create trigger session_deleted after delete on session
    for each row execute function tell_session_change();
create trigger session_truncated after truncate on session
    for each statement execute function tell_session_change();

create trigger app_session_updated after update of app_session_id, session_id, app, token_hash on app_session
    for each row when (old.token_hash is not null) execute function tell_session_change();
create trigger app_session_deleted after delete on app_session
    for each row when (old.token_hash is not null) execute function tell_session_change();
create trigger app_session_truncated after truncate on app_session
    for each statement execute function tell_session_change();

create trigger account_updated after update of account_id, username, display_name, email, email_voucher,
    lost_email, role, password_hash, disabled_at, op_groups on account
    for each row execute function tell_session_change();
create trigger account_deleted after delete on account
    for each row execute function tell_session_change();
create trigger account_truncated after truncate on account
    for each statement execute function tell_session_change();
