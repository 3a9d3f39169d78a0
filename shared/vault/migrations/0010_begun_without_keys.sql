-- The logs came from an archive, and the keys of the people in them did not: whoever is unknown counts as forgotten.
alter table state add column begun_without_keys boolean not null default false;
