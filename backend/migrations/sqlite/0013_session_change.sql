-- Counts every change that matters to who is logged in. Servers keep sessions in memory, and drop
-- them when this has grown. Triggers, so that no writer can forget it: a new login and the last use
-- of a session change nothing for anybody else, and are not counted.

create table session_change (
    changes bigint not null
);
insert into session_change (changes) values (0);

create trigger session_updated after update of session_id, account_id, token_hash, method, op_issuer,
    op_subject, op_sid, id_token, user_agent, address, started_at, confirmed_at, expires_at, ended_at,
    refresh_token, recheck_at on session
begin
    update session_change set changes = changes + 1;
end;
create trigger session_deleted after delete on session
begin
    update session_change set changes = changes + 1;
end;

create trigger app_session_updated after update of app_session_id, session_id, app, token_hash on app_session
    when old.token_hash is not null
begin
    update session_change set changes = changes + 1;
end;
create trigger app_session_deleted after delete on app_session
    when old.token_hash is not null
begin
    update session_change set changes = changes + 1;
end;

create trigger account_updated after update of account_id, username, display_name, email, email_voucher,
    lost_email, role, password_hash, disabled_at, op_groups on account
begin
    update session_change set changes = changes + 1;
end;
create trigger account_deleted after delete on account
begin
    update session_change set changes = changes + 1;
end;
