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

# Measures what is promised about speed; a word selects parts, as in `just bench answers`.
bench *parts:
    cargo bench --locked --no-default-features --bench speed -- {{ parts }}

# Measures a command's round trip in Matrix rooms, beside an echo bot on another library.
bench-matrix *args:
    cargo build --locked --release
    benches/matrix_round_trip.py "${CARGO_TARGET_DIR:-target}/release/maturity-bot" {{ args }}

# Measures whether memory stays flat over a week's messages in Matrix rooms.
bench-matrix-memory *args:
    cargo build --locked --release
    benches/matrix_memory.py "${CARGO_TARGET_DIR:-target}/release/maturity-bot" {{ args }}
