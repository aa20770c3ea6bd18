-- A text of one or two letters is looked for among the terms of the index that begin with it. The last two
-- letters of a name begin no term of three, so two marks that no name has (U+0003, end of text) follow
-- each name in the index.
drop trigger account_search_inserted;
drop trigger account_search_updated;
drop trigger account_search_deleted;
drop view account_searched;

create view account_searched as
    select account_id, search_id, username_key || char(3, 3) as username_key,
        email_key || char(3, 3) as email_key, display_name_key || char(3, 3) as display_name_key
    from account_search_row join account using (account_id);
insert into account_search (account_search) values ('rebuild');
-- Which term stands in which row.
create virtual table account_search_term using fts5vocab(account_search, instance);

create trigger account_search_inserted after insert on account
begin
    insert into account_search_row (account_id) values (new.account_id);
    insert into account_search (rowid, username_key, email_key, display_name_key)
        select search_id, username_key, email_key, display_name_key
        from account_searched where account_id = new.account_id;
end;
create trigger account_search_updated after update of username_key, email_key, display_name_key on account
    when old.username_key is not new.username_key or old.email_key is not new.email_key
        or old.display_name_key is not new.display_name_key
begin
    insert into account_search (account_search, rowid, username_key, email_key, display_name_key)
        select 'delete', search_id, old.username_key || char(3, 3), old.email_key || char(3, 3),
            old.display_name_key || char(3, 3)
        from account_search_row where account_id = old.account_id;
    insert into account_search (rowid, username_key, email_key, display_name_key)
        select search_id, username_key, email_key, display_name_key
        from account_searched where account_id = new.account_id;
end;
create trigger account_search_deleted after delete on account
begin
    insert into account_search (account_search, rowid, username_key, email_key, display_name_key)
        select 'delete', search_id, old.username_key || char(3, 3), old.email_key || char(3, 3),
            old.display_name_key || char(3, 3)
        from account_search_row where account_id = old.account_id;
    delete from account_search_row where account_id = old.account_id;
end;
