-- Of a failure: what caused it, finer than the code. Null in entries of an earlier version.
alter table audit add column cause text;
