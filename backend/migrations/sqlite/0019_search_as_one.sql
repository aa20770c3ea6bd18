-- Nothing to do: SQLite's index is of all names already.
select 1;
