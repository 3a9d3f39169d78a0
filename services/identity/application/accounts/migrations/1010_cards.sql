-- What cards are to sign. `attempt` is the SHA-256 of a token that only the browser has. A nonce is taken out by the
-- statement that reads it, before anything is judged by it; the row stays a while, to say that it was used.
create table card_nonce (
    attempt bytea primary key,
    nonce text,
    session uuid,
    expires_at timestamptz not null
);
create index card_nonce_expires_at on card_nonce (expires_at);

-- In which capacity (身分) somebody is in, and what gives them their capacities: a card, or the person themselves.
alter table session add column capacity text not null default '';
alter table session add column via text[] not null default '{}';
create index session_via on session using gin (via) where via <> '{}';
create index session_institution on session (institution) where via <> '{}';
create index session_acts_for on session using gin (acts_for) where via <> '{}';
