-- Phones and mail addresses that a parent proved in the session besides the phone that opened it, as keyed digests.
alter table session add column contacts text[] not null default '{}';
