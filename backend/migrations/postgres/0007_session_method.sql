-- Sessions say how they really began.
alter table session drop constraint session_method_check;
alter table session add constraint session_method_check
    check (method in ('password', 'openid', 'welcome_link', 'login_link', 'setup'));
