# Every task of the project; `./justw help` lists them.

set positional-arguments

# quoted: the checkout may lie in a directory with blanks in its name
python := quote(justfile_directory() / ".venv/bin/python")

# what each task does, in a line
help:
    @echo './justw TASK, where TASK is one of'
    @{{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} --list --unsorted --list-heading ''

# run everything in one process until Ctrl-C: embedded PostgreSQL, all contexts, the broker in the process
[no-exit-message]
up *arguments:
    @deploy/install-print || true  # all else works without what printing takes, and it has said what is missing
    @{{ python }} -m operate up "$@"

# play the matching story on the embedded PostgreSQL and check every read model against it
[no-exit-message]
demo *arguments:
    @{{ python }} -m operate demo "$@"

# a site, simulated cards in virtual readers and the card agent, until Ctrl-C: log in with a card without having one
[no-exit-message]
card-demo *arguments: cards
    @{{ python }} -m operate card demo "$@"

# the operators' command line, for example `./justw caretrail events tail`
[no-exit-message]
caretrail *arguments:
    @{{ python }} -m operate "$@"

# everything CI does: `check`, then every test, three files at a time, each on private servers; arguments go to pytest
test *arguments: check rabbitmq chromium cards print
    {{ python }} -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder "$@"

# the tests that need no server
unit *arguments: print
    {{ python }} -m pytest tests/unit tests/contract "$@"

# style, types, import contracts, generated documents, known vulnerabilities
check: lint types contracts documents built-assets supply-chain

# measure ratios against references taken in the same run; names select, as in `bench append relay`
bench *names: rabbitmq
    @{{ python }} -m bench "$@"

# spoil domains and processes bit by bit and list what no test notices; patterns select, as in `mutate '*guards*'`
mutate *patterns:
    {{ python }} -m mutmut run --max-children 2 "$@"
    @{{ python }} -m mutmut results | grep -v 'not checked' || echo 'every change was noticed'

# write the event catalogue, AsyncAPI, schemas and what a deployment is given anew from the code
docs:
    {{ python }} -m operate.documents
    {{ python }} -m operate.documents.openapi
    {{ python }} -m deploy.documents

# build the pages' styles, scripts and charts anew from their sources; needs the npm registry
assets:
    {{ python }} -m deploy.assets

# take the pictures of docs/pictures anew, with Chromium, of a site with the story played on it
pictures:
    {{ python }} -m tests.browser.pictures

# put the code in the one format
fmt:
    {{ python }} -m ruff format .
    {{ python }} -m ruff check --fix .

# resolve requirements*.in into requirements.lock; `lock --upgrade` takes newer releases
lock *arguments:
    CUSTOM_COMPILE_COMMAND='./justw lock' {{ python }} -m piptools compile --quiet --generate-hashes --allow-unsafe \
        --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
        --output-file=requirements.lock requirements-dev.in "$@"

[private]
lint:
    {{ python }} -m ruff check .
    {{ python }} -m ruff format --check --quiet .

[private]
types:
    {{ python }} -m mypy

[private]
contracts:
    .venv/bin/lint-imports --no-logo --cache-dir .cache/import-linter

[private]
documents:
    {{ python }} -m operate.documents --check
    {{ python }} -m operate.documents.openapi --check
    {{ python }} -m deploy.documents --check

[private]
built-assets:
    {{ python }} -m deploy.assets --check

[private]
supply-chain:
    {{ python }} deploy/supply_chain.py

# RabbitMQ's programs, for the private servers of tests and measurements
[private]
rabbitmq:
    @deploy/install-rabbitmq

# Chromium and a Chinese font, for the tests that look at pages
[private]
chromium:
    @deploy/install-chromium

# pcscd, virtual readers and SoftHSM, for what rehearses log-ins with cards
[private]
cards:
    @deploy/install-cards

# libraries that lay text out and a Chinese font, for applications on paper
[private]
print:
    @deploy/install-print
