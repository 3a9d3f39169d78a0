-- When the relay last had nothing left to publish; while something waits, that is for how long it has been behind.
alter table relay add column at_end timestamptz not null default now();
