-- The first four bytes of the hash of each event of a page: which of them was altered, the page's own hash cannot tell.
alter table page add column marks bytea not null default '';
