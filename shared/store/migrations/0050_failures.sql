-- The last failure of each worker behind the log: its relay, followers, clock and errands.
create table failure (
    worker text primary key,
    reason text not null,
    at timestamptz not null default now()
);
