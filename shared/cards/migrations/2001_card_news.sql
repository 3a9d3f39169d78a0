-- What responders and lists have said about cards, for as long as it counts; shared by all processes of the context.
-- `name` is a SHA-256 over what was asked for, `der` the answer or list as it was signed.
create table card_news (
    name bytea primary key,
    der bytea not null,
    kept_until timestamptz not null
);
create index card_news_kept_until on card_news (kept_until);
