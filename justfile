# Lists the recipes.
default:
    @just --list

# Talks to the bot in this terminal, with an example team and a clock you can move.
try *args:
    cargo run --locked -- try {{ args }}

# Installs what the tests need and passes them; an argument selects tests by name.
test *filter:
    scripts/test {{ filter }}

# Exactly what CI runs: format, lints, docs, dependencies, the shipped binary, tests.
check:
    scripts/check

# Kills the store while it writes and opens it again, `rounds` times: the tests with `torture` in their name.
torture rounds="500":
    NEXTEST_PROFILE=torture MATURITY_TORTURE_ROUNDS={{ rounds }} scripts/test torture

# Measures.
bench *filter:
    cargo bench --locked {{ filter }}
