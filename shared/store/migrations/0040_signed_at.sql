-- When somebody last vouched for all that was settled; while something waits to be signed, that is for how long.
alter table relay add column signed_at timestamptz not null default now();
