-- What is deleted is no longer taken out of the index by itself: FTS5's way of doing that damages the index
-- (SQLite 3.46.0). The sweep merges it away instead. What is damaged already is made anew.
insert into account_search (account_search, rank) values ('secure-delete', 0);
insert into account_search (account_search) values ('rebuild');
